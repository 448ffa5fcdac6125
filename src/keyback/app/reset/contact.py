"""Contact your administrator, where no helpdesk link is set: a mail to those who can help (decisions 28)."""

from collections.abc import Sequence

from keyback.app.house import House
from keyback.app.perform import MOST_ADMINISTRATORS, NOTICE_LIFE, NOTICE_URGENCY, notice_addresses
from keyback.app.reset.scene import account_of
from keyback.app.reset.start import WORK_LIFE, source_network
from keyback.core.errors import Invalid
from keyback.core.events import Activity, Event, Step
from keyback.core.messages import say
from keyback.core.ports import Charge, Outgoing, Unit
from keyback.core.rules import identifiers
from keyback.core.types import DAY, HOUR, MINUTE, Person

TIERS = (("helpdesk_administrator", "password_administrator"), ("user_administrator",), ("global_administrator",))
"""The first tier that has anybody is asked."""
PER_ACCOUNT_HOUR, PER_ACCOUNT_DAY, PER_TENANT_HOUR, PER_SOURCE = 1, 3, 20, 5
PER_IDLE_SOURCE = 1
"""Without proof of work."""


def ask_for_help(house: House, typed: str, source: str, work: str) -> None:
    """Tell the administrators that somebody asks for help for this user ID, which is not verified. `work`: id of a
    solved proof of work, or empty.

    For unknown IDs and beyond the limits nothing is sent, and nobody can tell (ENU-1, SND-5). Raises `Invalid` for
    what cannot be a user ID.
    """
    canonical = identifiers.canonical(typed)
    if canonical is None:
        raise Invalid(say("start.not_an_id"))
    account = account_of(house, canonical)
    with house.store.writing() as unit:
        charges = (
            Charge("contact.source", source_network(source), PER_SOURCE if work else PER_IDLE_SOURCE, 10 * MINUTE),
            *([Charge("work", work, 1, WORK_LIFE)] if work else []),
            Charge("contact.account.hour", account, PER_ACCOUNT_HOUR, HOUR),
            Charge("contact.account.day", account, PER_ACCOUNT_DAY, DAY),
            Charge("contact.tenant.hour", "", PER_TENANT_HOUR, HOUR),
        )
        allowed = all(unit.throttles.charge(charge, unit.now) is None for charge in charges)
        person = unit.people.by_canonical(canonical, unit.now)
        target = person.id if person else f"decoy:{account}"
        result = "success" if allowed else "failure"
        reason = str(Step.CONTACTED_ADMIN) if allowed else "Too many requests"
        unit.audit(Event(Activity.CONTACT_ADMIN, target, target, result, reason, source=source))
        if allowed:
            _tell(unit, person)
    house.kick("email")


def _tell(unit: Unit, person: Person | None) -> None:
    """The same rows for an unknown ID, addressed to nobody."""
    for helper in _helpers(unit):
        for address in notice_addresses(unit, helper)[:1]:
            who = person.upn if person else ""
            message = Outgoing(
                "email", "notice.contact_admin", {"who": who}, address if person else "", helper.language
            )
            unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)


def _helpers(unit: Unit) -> Sequence[Person]:
    for tier in TIERS:
        ids = dict.fromkeys(holder for role in tier for holder in unit.people.holders(role, MOST_ADMINISTRATORS))
        people = [unit.people.by_id(one, unit.now) for one in list(ids)[:MOST_ADMINISTRATORS]]
        if people:
            return [person for person in people if person is not None]
    return ()
