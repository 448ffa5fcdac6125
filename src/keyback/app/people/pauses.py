"""What wrong answers and many messages have closed for one person, and opening it again (decisions 9)."""

from collections.abc import Sequence

from keyback.app.counters import Account, clear, counters
from keyback.app.incidents.care import a_reason
from keyback.app.people.finding import find_for
from keyback.app.people.ports import Work
from keyback.app.reset.scene import account_of
from keyback.core.events import Activity, Event
from keyback.core.policy import Limits
from keyback.core.ports import Unit
from keyback.core.rules.limits import Client, charge
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant, Person

BUDGETS = (Client(known=True), Client(known=False))


def clear_pause(work: Work, user_id: str, reason: str) -> tuple[str, ...]:
    """Forget what this account has used up, of resets, messages and signing in, in both budgets; names of the limits
    that there was something of. Raises `NotFound`, `Invalid`.
    """
    house, why = work.house, a_reason(reason)
    with house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.HELP_PEOPLE)
        mark = account_of(house, person.canonical)
        contacts = [contact.value for contact in unit.people.contacts(person.id)]
        account = Account(mark, house.methods, contacts, unit.journeys.sources(mark))
        cleared = clear(unit, (one for who in BUDGETS for one in counters(_limits(unit), account, who)))
        details: dict[str, str | int] = {"cleared": ", ".join(cleared), "why": why}
        unit.audit(Event(Activity.PAUSE_CLEARED, work.actor, person.id, "success", details=details))
    return cleared


def paused_until(work: Work, unit: Unit, person: Person) -> Sequence[Instant]:
    """Until when resets are closed: for known clients, and for all others. In the past, or 0: they are open."""
    mark, rules = account_of(work.house, person.canonical), _limits(unit)
    return [unit.throttles.paused_until(charge("failures.account", rules, mark, who)) for who in BUDGETS]


def _limits(unit: Unit) -> Limits:
    in_force = unit.policies.in_force()
    return in_force.policy.limits if in_force else Limits()
