"""Who switches notices off is itself told of, to every Global Administrator: that is what an intruder does first (ADM-2,
AUD-7)."""

from keyback.app.notices.channels import never_silent
from keyback.app.perform import perform
from keyback.core.effects import TellAdministrators
from keyback.core.policy import Notifications
from keyback.core.ports import Unit
from keyback.core.rules.notice_check import silenced


def tell_of_silence(unit: Unit, actor: str, before: Notifications, after: Notifications) -> None:
    """In the unit that changes it, if it does; whoever did it is told as well."""
    settings = silenced(before, after)
    if not settings:
        return
    person = unit.people.by_id(actor, unit.now)
    who, named = person.upn if person else actor, ", ".join(settings)
    values: dict[str, str | int] = {"who": who, "when_at": unit.now, "settings": named}
    perform(unit, [TellAdministrators("notice.notices_silenced", values, "")], never_silent(unit))
