"""The helpdesk's queues: who asked for help at the portal, who reported something, and what waits for a second person. Only
people whom the operator may help (ADM-9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from keyback.app.admin.rights import require_any
from keyback.app.helpdesk import approving
from keyback.app.helpdesk.checking import somebody
from keyback.app.helpdesk.looking import reach_of
from keyback.app.incidents.care import a_reason
from keyback.app.people.ports import Work
from keyback.core.errors import Conflict, NotFound
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Incident, Unit
from keyback.core.ports.desk import HelpRequest
from keyback.core.rules.helpdesk import CHECKING
from keyback.core.rules.roles import Permission
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "helpdesk.no_help_request": "There is no such request for help.",
    "helpdesk.closed_before": "Somebody has closed this before.",
}
MOST_SHOWN = 100
INCIDENTS = (Permission.HELP_PEOPLE,)


@dataclass(frozen=True, slots=True)
class Asked:
    """One request for help, unverified, and whom it is about."""

    request: HelpRequest
    person: Person


@dataclass(frozen=True, slots=True)
class Reported:
    """One incident, and whom it is about."""

    incident: Incident
    person: Person


@dataclass(frozen=True, slots=True)
class Counts:
    """How much waits for this operator; at most `MOST_SHOWN` of each."""

    requests: int
    incidents: int
    approvals: int


def counts(work: Work) -> Counts:
    """Of all three."""
    with work.house.store.reading() as unit:
        approvals = approving.waiting_in(unit, work.actor)
        return Counts(len(_requests(unit, work.actor)), len(_incidents(unit, work.actor)), len(approvals))


def requests(work: Work) -> Sequence[Asked]:
    """Open ones, oldest first."""
    with work.house.store.reading() as unit:
        return _requests(unit, work.actor)


def incidents(work: Work) -> Sequence[Reported]:
    """Open ones, newest first."""
    with work.house.store.reading() as unit:
        return _incidents(unit, work.actor)


def close_request(work: Work, request: str, why: str) -> None:
    """Raises `NotFound`, `Forbidden`, `Invalid` (no reason), `Conflict`."""
    reason = a_reason(why)
    with work.house.store.writing() as unit:
        one = unit.help_requests.by_id(request)
        if one is None:
            raise NotFound(say("helpdesk.no_help_request"))
        target = somebody(work, unit, one.person)
        require_any(unit, work.actor, CHECKING, target)
        if not unit.help_requests.close(request, work.actor, reason, unit.now):
            raise Conflict(say("helpdesk.closed_before"))
        details = {"request": request, "why": reason}
        unit.audit(Event(Activity.HELP_CLOSED, work.actor, one.person, "success", details=details))


def _requests(unit: Unit, actor: str) -> Sequence[Asked]:
    reach = reach_of(unit, actor)
    found = ((one, unit.people.by_id(one.person, unit.now)) for one in unit.help_requests.waiting(MOST_SHOWN))
    return [Asked(one, who) for one, who in found if who is not None and reach(CHECKING, who)]


def _incidents(unit: Unit, actor: str) -> Sequence[Reported]:
    reach = reach_of(unit, actor)
    newest = unit.incidents.newest(MOST_SHOWN, only_open=True)
    found = ((one, unit.people.by_id(one.person, unit.now)) for one in newest)
    return [Reported(one, who) for one, who in found if who is not None and reach(INCIDENTS, who)]
