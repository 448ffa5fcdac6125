"""What the link "this was not me" in a notice does (decisions 16). Looking changes nothing (COD-10)."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.notices.channels import never_silent
from keyback.app.perform import perform
from keyback.app.policy.standing import refresh
from keyback.core.effects import Audit, Effect, EndSessions, TellAdministrators, TellPerson
from keyback.core.errors import NotFound, TooMany
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Incident, Objection, Unit
from keyback.core.rules import limits
from keyback.core.rules.limits import Client
from keyback.core.types import Instant

MESSAGES = {
    "not_me.dead": "This link no longer works.",
    "not_me.too_many": "This was reported several times this week, so this link does nothing more. Call your helpdesk: "
    "they can close the account at once.",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """What an open link is about."""

    user_id: str
    notice: str
    about_password: bool
    happened_at: Instant


def look(house: House, token: str) -> Seen:
    """What the page shows. Raises `NotFound` for every link that opens nothing, whatever the reason."""
    with house.store.reading() as unit:
        found = unit.incidents.objection(token, unit.now)
        person = unit.people.by_id(found.person, unit.now) if found else None
    if found is None or person is None:
        raise NotFound(say("not_me.dead"))
    return Seen(person.upn, found.notice, found.about_password, found.issued_at)


def report(house: House, token: str, source: str) -> None:
    """Close recovery, end everything that is open, open an incident and tell everybody, in one unit.

    Sent twice it is one report (RAC-3). Raises `NotFound`, and `TooMany` when this person's recovery was closed too
    often (NOT-4); the link stays as it was then.
    """
    refused: TooMany | None = None
    with house.store.writing() as unit:
        found = unit.incidents.objection(token, unit.now)
        if found is not None:
            unit.people.hold(found.person)
            refused = _act(house, unit, token, found, source)
        elif not unit.incidents.reported(token):
            raise NotFound(say("not_me.dead"))
    if refused is not None:
        raise refused
    house.kick("email")


def _act(house: House, unit: Unit, token: str, found: Objection, source: str) -> TooMany | None:
    known = unit.incidents.open_of(found.person)
    if known is None:
        charge = limits.charge("incidents.opened", Limits(), found.person, Client())
        again = unit.throttles.charge(charge, unit.now)
        if again is not None:
            return TooMany(say("not_me.too_many"), again)
    incident = known or house.random.id()
    if not unit.incidents.use(token, incident, unit.now):
        if unit.incidents.reported(token):  # the same button, a moment earlier
            return None
        raise NotFound(say("not_me.dead"))  # rolls the charge back
    if known is None:
        unit.incidents.insert(
            Incident(incident, found.person, found.notice, found.about_password, found.correlation, source, unit.now)
        )
    _freeze(house, unit, found)
    perform(unit, _effects(unit, found, incident, source, first=known is None), never_silent(unit))
    return None


def _freeze(house: House, unit: Unit, found: Objection) -> None:
    """Journeys, codes, links and sessions carry the generation, and die with it (decisions 20)."""
    unit.people.freeze(found.person, unit.now)
    if found.about_password:
        unit.people.compromise(found.person, unit.now)
    unit.people.raise_generation(found.person, unit.now)
    unit.links.void(found.person, unit.now)
    refresh(unit, found.person, house.methods.values())


def _effects(unit: Unit, found: Objection, incident: str, source: str, *, first: bool) -> tuple[Effect, ...]:
    person = found.person
    details: dict[str, str | int] = {
        "incident": incident,
        "notice": found.notice,
        "password": int(found.about_password),
    }
    line = Event(Activity.SUSPICIOUS_REPORTED, "", person, "success", found.notice, found.correlation, source, details)
    about: dict[str, str | int] = {"when_at": unit.now, "source": source}
    told = (TellPerson(person, "notice.recovery_closed", about),) if first else ()
    administrators = TellAdministrators("notice.incident", {**about, "incident": incident}, about=person)
    return (Audit(line), EndSessions(person, "not me", found.correlation), *told, administrators)
