"""Contact your administrator, and "I can use none of these": a request in the helpdesk's queue, and a mail to those who can
help (decisions 28)."""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from keyback.app.house import House
from keyback.app.perform import MOST_ADMINISTRATORS, NOTICE_LIFE, NOTICE_URGENCY, notice_addresses
from keyback.app.reset.scene import account_of
from keyback.core.errors import Invalid
from keyback.core.events import Activity, Event, Step
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Charge, Outgoing, Unit
from keyback.core.ports.desk import HelpRequest
from keyback.core.rules import identifiers, limits
from keyback.core.rules.limits import Client, source_network
from keyback.core.types import Person

TIERS = (("helpdesk_administrator", "password_administrator"), ("user_administrator",), ("global_administrator",))
"""The first tier that has anybody is asked."""


class Kind(StrEnum):
    """Why somebody asks, as the queue shows it. Permanent."""

    CONTACT = "contact"
    NONE_USABLE = "none_usable"


def ask_for_help(house: House, typed: str, source: str, work: str, kind: Kind = Kind.CONTACT) -> None:
    """Put a request in the queue and tell the administrators that somebody asks for help for this user ID, which is not
    verified. `work`: id of a solved proof of work, or empty.

    For unknown IDs and beyond the limits nothing is sent, and nobody can tell (ENU-1, SND-5). Raises `Invalid` for
    what cannot be a user ID.
    """
    canonical = identifiers.canonical(typed)
    if canonical is None:
        raise Invalid(say("start.not_an_id"))
    account = account_of(house, canonical)
    with house.store.writing() as unit:
        allowed = all(
            unit.throttles.charge(charge, unit.now) is None for charge in _charges(unit, account, source, work)
        )
        found = unit.people.by_canonical(canonical, unit.now)
        person = found if found is not None and found.deleted_at is None else None
        target = person.id if person else f"decoy:{account}"
        result = "success" if allowed else "failure"
        reason = str(Step.CONTACTED_ADMIN) if allowed else "Too many requests"
        unit.audit(Event(Activity.CONTACT_ADMIN, target, target, result, reason, source=source))
        if allowed:
            request = HelpRequest(house.random.id(), target, kind, source, unit.now)
            unit.help_requests.open(request)
            unit.audit(Event(Activity.HELP_REQUESTED, target, target, "success", kind, source=source))
            _tell(unit, person)
    house.kick("email")


def _charges(unit: Unit, account: str, source: str, work: str) -> Iterator[Charge]:
    in_force = unit.policies.in_force()
    rules = in_force.policy.limits if in_force else Limits()
    who = Client(trusted=limits.trusts(rules, source))
    counted = (
        ("contact.source", source_network(source)),
        ("work", work) if work else ("contact.no_work.source", source_network(source)),
        ("contact.account.hour", account),
        ("contact.account.day", account),
        ("contact.tenant.hour", ""),
    )
    return (limits.charge(name, rules, key, who) for name, key in counted)


def _tell(unit: Unit, person: Person | None) -> None:
    """The same rows for an unknown ID, addressed to nobody."""
    for helper in _helpers(unit):
        for address in notice_addresses(unit, helper)[:1]:
            values = {"who": person.upn, "person": person.id} if person else {"who": "", "person": ""}
            message = Outgoing("email", "notice.contact_admin", values, address if person else "", helper.language)
            unit.outbox.put(message, NOTICE_URGENCY, unit.now + NOTICE_LIFE, unit.now)


def _helpers(unit: Unit) -> Sequence[Person]:
    for tier in TIERS:
        ids = dict.fromkeys(holder for role in tier for holder in unit.people.holders(role, MOST_ADMINISTRATORS))
        people = [unit.people.by_id(one, unit.now) for one in list(ids)[:MOST_ADMINISTRATORS]]
        if people:
            return [person for person in people if person is not None]
    return ()
