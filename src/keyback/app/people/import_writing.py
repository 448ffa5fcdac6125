"""A batch of plans becomes rows, notices and audit lines, all in the caller's unit."""

from collections.abc import Mapping, Sequence

from keyback.app.people.difference import Plan
from keyback.app.people.ports import NewPassword, NewPerson, Work
from keyback.app.people.telling import METHOD_CHANGED, shown, tell
from keyback.app.policy.standing import latched, refresh
from keyback.core.events import Activity, Event
from keyback.core.policy import Policy
from keyback.core.ports import NewContact, Unit
from keyback.core.rules import offer, readiness
from keyback.core.rules.people_file import Imported
from keyback.core.types import DAY, Contact, DirectoryKind, Person, PersonKind

INITIAL_PASSWORD_LIFE = 14 * DAY


def write(work: Work, unit: Unit, plans: Sequence[Plan], hashes: Mapping[str, str], correlation: str) -> None:
    """Carry out the plans. `hashes` of initial passwords by user ID; they serve new people only."""
    changes = work.people(unit)
    for plan in plans:
        if plan.outdated or _adds(plan):
            _warn(unit, plan)
    _write_new(work, unit, [plan for plan in plans if plan.known is None], hashes)
    changes.set_facts({plan.person: plan.facts for plan in plans if plan.known is not None and plan.facts})
    unit.info.add_contacts([contact for plan in plans for contact in plan.contacts])
    for plan in plans:
        if plan.known is not None:
            _write_known(work, unit, plan)
        for event in _events(work.actor, plan, correlation):
            unit.audit(event)


def as_person(stated: Imported, id_: str = "", tenant: str = "") -> Person:
    """What the rules would see in a person who was just added: no groups, no roles."""
    return Person(
        id=id_,
        tenant=tenant,
        upn=stated.upn,
        canonical=stated.canonical,
        display_name=stated.display_name or stated.upn,
        given_name=stated.given_name or "",
        surname=stated.surname or "",
        kind=PersonKind.PERSON,
        directory=stated.directory or DirectoryKind.CLOUD,
        enabled=stated.enabled is not False,
        generation=1,
        language=stated.language or "",
        roles=(),
        groups=frozenset(),
    )


def as_contact(new: NewContact) -> Contact:
    """As it will be read, once it is written."""
    confirmed_at = new.usable_from if new.confirmed_how else None
    return Contact(new.id, new.person, new.kind, new.value, confirmed_at, new.confirmed_how, new.usable_from,
                   preferred=False)  # fmt: skip


def _write_new(work: Work, unit: Unit, plans: Sequence[Plan], hashes: Mapping[str, str]) -> None:
    changes = work.people(unit)
    changes.add(
        [NewPerson(plan.person, plan.stated.canonical, PersonKind.PERSON, plan.facts) for plan in plans if plan.facts]
    )
    changes.add_passwords(
        [
            NewPassword(plan.person, hashes[plan.stated.canonical], unit.now + INITIAL_PASSWORD_LIFE)
            for plan in plans
            if plan.stated.canonical in hashes
        ]
    )
    in_force = unit.policies.in_force() if plans else None
    policy = in_force.policy if in_force else Policy()
    unit.readiness.put([(plan.person, _standing(work, unit, plan, policy)) for plan in plans])


def _standing(work: Work, unit: Unit, plan: Plan, policy: Policy) -> readiness.Standing:
    methods = tuple(work.house.methods.values())
    held = offer.Holdings([as_contact(contact) for contact in plan.contacts])
    person = latched(unit, as_person(plan.stated, plan.person, unit.tenant), policy, held, methods)
    return readiness.standing(person, policy, held, methods, unit.now)


def _write_known(work: Work, unit: Unit, plan: Plan) -> None:
    for contact, usable_from in plan.confirm:
        unit.info.confirm(contact, "import", usable_from)
    for old, new, ends_at in plan.replace:
        unit.info.replace(old, new, ends_at)
    if plan.ends_sessions:
        unit.people.raise_generation(plan.person, unit.now)
    refresh(unit, plan.person, work.house.methods.values())


def _adds(plan: Plan) -> bool:
    """Whether somebody who could prove something before gets another way to do so by this (NOT-1)."""
    known = plan.known
    trusted = plan.confirm or any(contact.confirmed_how for contact in plan.contacts)
    return bool(trusted) and known is not None and any(contact.confirmed_how for contact in known.contacts)


def _warn(unit: Unit, plan: Plan) -> None:
    person = unit.people.by_id(plan.person, unit.now)
    if person is not None:
        outdated = [contact for contact in unit.people.contacts(plan.person) if contact.id in plan.outdated]
        confirmed = {contact for contact, _ in plan.confirm}
        new = [shown(one.kind, one.value) for one in unit.people.contacts(plan.person) if one.id in confirmed]
        new += [shown(contact.kind, contact.value) for contact in plan.contacts]
        tell(unit, person, METHOD_CHANGED, f"{'' if outdated else '+ '}{', '.join(new)}", outdated)


def _events(actor: str, plan: Plan, correlation: str) -> list[Event]:
    """What happened to this person. Values stand in no line (AUD-5)."""
    if plan.known is None:
        return [_event(Activity.PERSON_ADDED, actor, plan.person, correlation, contacts=len(plan.contacts))]
    events = []
    if plan.facts:
        before, after = plan.known.facts, plan.facts
        if before.enabled is not after.enabled:
            activity = Activity.PERSON_ENABLED if after.enabled else Activity.PERSON_DISABLED
            events.append(_event(activity, actor, plan.person, correlation))
        changed = [name for name in before.__slots__ if getattr(before, name) != getattr(after, name)]
        events.append(_event(Activity.PERSON_CHANGED, actor, plan.person, correlation, fields=" ".join(changed)))
    added = [contact.kind.value for contact in plan.contacts]
    trusted = len(plan.confirm) + sum(contact.confirmed_how != "" for contact in plan.contacts)
    if added or plan.confirm:
        events.append(
            _event(Activity.METHOD_ADDED, actor, plan.person, correlation, kinds=" ".join(added), trusted=trusted)
        )
    if plan.replace:
        events.append(_event(Activity.METHOD_REMOVED, actor, plan.person, correlation, contacts=len(plan.replace)))
    return events


def _event(activity: Activity, actor: str, person: str, correlation: str, **details: str | int) -> Event:
    return Event(activity, actor, person, "success", correlation=correlation, details={"by": "import", **details})
