"""What an operator does with incidents: look at them, and close them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.app.admin.rights import hold, require
from keyback.app.house import House
from keyback.app.perform import perform
from keyback.app.policy.standing import refresh
from keyback.core.effects import Audit, TellPerson
from keyback.core.errors import Conflict, Invalid, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Notifications
from keyback.core.ports import Incident, Report, Unit
from keyback.core.rules.roles import Permission
from keyback.core.types import Instant

MESSAGES: Mapping[str, str] = {
    "incidents.unknown": "There is no incident {incident}.",
    "incidents.closed": "This incident was closed already.",
    "incidents.other_open": "Another incident about this person is open: {incident}. Close that one first.",
    "incidents.reason": "Give a reason of 1 to 200 characters: it stands in the audit log.",
}

MOST_SHOWN = 1_000
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Shown:
    """One incident, and how the account stands now."""

    incident: Incident
    user_id: str
    frozen_at: Instant | None
    dead_password_since: Instant | None
    """Since when the present password signs in nowhere."""
    reports: Sequence[Report] = ()


def list_incidents(house: House, *, only_open: bool, most: int = 50) -> Sequence[Shown]:
    """Newest first, without their reports."""
    with house.store.reading() as unit:
        return [_shown(unit, one) for one in unit.incidents.newest(min(most, MOST_SHOWN), only_open=only_open)]


def show(house: House, beginning: str) -> Shown:
    """One, by its id or enough of its beginning. Raises `NotFound`."""
    with house.store.reading() as unit:
        incident = _find(unit, beginning)
        return _shown(unit, incident, unit.incidents.reports(incident.id))


def close(house: House, beginning: str, actor: str, why: str, *, keep_frozen: bool) -> Incident:
    """Close it, and open the person's recovery again unless it shall stay closed; links from before are dead (NOT-4).

    A closed incident whose person's recovery stayed closed can be closed once more, which opens it. Raises `NotFound`,
    `Invalid` (no reason), `Conflict`.
    """
    reason = a_reason(why)
    with house.store.writing() as unit:
        incident = _find(unit, beginning)
        hold(unit, actor, incident.person)
        person = unit.people.by_id(incident.person, unit.now)
        if person is None:
            raise NotFound(say("incidents.unknown", incident=beginning[:40]))
        require(unit, actor, Permission.HELP_PEOPLE, person)
        closed = unit.incidents.close(incident.id, actor, reason, unit.now)
        other = unit.incidents.open_of(incident.person)
        if other is not None:
            raise Conflict(say("incidents.other_open", incident=other[:12]))
        opened = not keep_frozen and unit.people.unfreeze(incident.person)
        if not closed and not opened:
            raise Conflict(say("incidents.closed"))
        unit.incidents.void(incident.person, unit.now)
        details: dict[str, str | int] = {"incident": incident.id, "recovery_open": int(opened), "why": reason}
        line = Event(
            Activity.INCIDENT_CLOSED, actor, incident.person, "success", "", incident.correlation, details=details
        )
        told = (TellPerson(incident.person, "notice.recovery_open", {"when_at": unit.now}),) if opened else ()
        perform(unit, (Audit(line), *told), Notifications())
        refresh(unit, incident.person, house.methods.values())
    house.kick("email")
    return incident


def a_reason(why: str) -> str:
    """What an operator says, in one line. Raises `Invalid` for none."""
    reason = " ".join(why.split())
    if not reason or len(reason) > LONGEST_REASON or not reason.isprintable():
        raise Invalid(say("incidents.reason"))
    return reason


def _find(unit: Unit, beginning: str) -> Incident:
    found = unit.incidents.found(beginning)
    if len(found) != 1:
        raise NotFound(say("incidents.unknown", incident=beginning[:40]))
    return found[0]


def _shown(unit: Unit, incident: Incident, reports: Sequence[Report] = ()) -> Shown:
    person = unit.people.by_id(incident.person, unit.now)
    credential = unit.people.credential(incident.person, 0)
    return Shown(
        incident,
        person.upn if person else incident.person,
        person.frozen_at if person else None,
        credential.compromised_at if credential else None,
        reports,
    )
