"""Keys, certificates and lists near their end: administrators hear of each once a week while it lasts (AUD-7)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from keyback.app.house import House
from keyback.app.notices.channels import never_silent
from keyback.app.perform import perform
from keyback.core.effects import Audit, TellAdministrators
from keyback.core.events import Activity, Event
from keyback.core.policy import Limits, Policy
from keyback.core.ports import Gap
from keyback.core.rules import limits
from keyback.core.rules.limits import Client
from keyback.core.types import DAY, Instant

MASTER_KEY, CERTIFICATE, BREACHED_LIST = "notice.master_key_old", "notice.certificate_ends", "notice.breached_list_old"
OLD_KEY = 365 * DAY
"""Age at which a master key is spoken of."""
EARLY_CERTIFICATE = 21 * DAY
EARLY_LIST = 14 * DAY


@dataclass(frozen=True, slots=True)
class Ending:
    """One thing near its end. `notice` says which."""

    notice: str
    values: Mapping[str, Instant] = field(default_factory=dict)


def master_key(made_at: Instant | None, now: Instant) -> Iterable[Ending]:
    """By the day on which the newest one was made, where that is known."""
    return [Ending(MASTER_KEY, {"made_at": made_at})] if made_at is not None and made_at + OLD_KEY <= now else []


def certificate(ends_at: Instant | None, now: Instant) -> Iterable[Ending]:
    """Of our own listener, if it has one."""
    return (
        [Ending(CERTIFICATE, {"until_at": ends_at})]
        if ends_at is not None and ends_at <= now + EARLY_CERTIFICATE
        else []
    )


def breached_list(house: House, now: Instant) -> Iterable[Ending]:
    """Where there is one."""
    found = house.breached.current()
    if isinstance(found, Gap):
        return []
    with house.store.reading() as unit:
        in_force = unit.policies.in_force()
    rules = (in_force.policy if in_force else Policy()).passwords
    ends_at = found.imported_at + rules.breached_max_age_days * DAY
    return [Ending(BREACHED_LIST, {"until_at": ends_at})] if ends_at <= now + EARLY_LIST else []


def tell(house: House, endings: Iterable[Ending]) -> None:
    """Once a week for each, on all nodes together. It stands in the audit log even where nobody wants to hear of it."""
    for ending in endings:
        with house.store.writing() as unit:
            charge = limits.charge("notices.keys", Limits(), ending.notice, Client())
            if unit.throttles.charge(charge, unit.now) is not None:
                continue
            line = Event(
                Activity.KEY_ENDING, "", "", "success", ending.notice.partition(".")[2], details=dict(ending.values)
            )
            told = TellAdministrators(ending.notice, {"when_at": unit.now, **ending.values}, "")
            perform(unit, (Audit(line), told), never_silent(unit))
        house.kick("email")
