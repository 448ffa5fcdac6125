"""User ID and password, or access pass, for a session (decisions 25, 27). Unknown, disabled and wrong look and cost the
same (ENU-1)."""

from dataclasses import dataclass, replace

from keyback.app.house import House
from keyback.app.sign_in import by_pass, log, tries
from keyback.app.sign_in.agenda import next_interrupt
from keyback.app.sign_in.arriving import complete, known_cookie
from keyback.app.sign_in.factor import open_default
from keyback.app.sign_in.seat import LIVES, PASS_LIFE, Seat, Visit, registered, seated, session_key, with_info
from keyback.app.sign_in.tries import Asked, Try
from keyback.app.watch import storm
from keyback.core.errors import Busy, Invalid, Refused, Unavailable
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Credential, Session, SessionKind, Unit
from keyback.core.rules import registration
from keyback.core.rules.interrupts import Interrupt
from keyback.core.rules.password import prepare
from keyback.core.types import NOBODY, DirectoryKind, Instant, Person

MESSAGES = {
    "sign_in.wrong": "The user ID or the password is not right.",
    "sign_in.wrong_or_away": "The user ID or the password is not right, or it cannot be checked at the moment. If you are "
    "sure that both are right, try again in a few minutes.",
    "sign_in.too_late": "This password was for the first time only, and its time is over, so it signs nobody in. Choose a "
    "new one with “Forgot password or locked out?”, or ask your administrator.",
}


@dataclass(frozen=True, slots=True)
class Entered:
    """What the browser's cookies hold from now on, and where it goes."""

    session: str
    known: str
    """Empty until all factors are there: a right password alone makes no browser known."""
    kind: SessionKind
    waiting: Interrupt | None


class MustChange(Refused):
    """The password is right, but it was an initial one whose time is over: it opens nothing."""


@dataclass(frozen=True, slots=True)
class _Right:
    """Who came in, and by what."""

    person: Person
    tried: Try
    asked: Asked
    by_pass: bool
    renewed: str
    """The password's hash with the present parameters, where it had others."""


def enter(house: House, asked: Asked) -> Entered:
    """A new session. Raises `Invalid` when it is not right, `TooMany`, or `MustChange`."""
    tried = tries.begin(house, asked)
    person, credential = tried.person, tried.credential
    by_its_pass = tried.access_pass.right(house, person)
    try:
        right, away = _verified(house, person, asked.password)
    except Busy:
        with house.store.writing() as unit:
            _give_back(unit, tried)
        raise
    opens = by_its_pass or (right and not tried.dead)
    if person is None or not opens or not person.enabled:
        tries.failed(house, tried, asked, _reason(tried, away, right=right or by_its_pass))
        raise Invalid(say("sign_in.wrong_or_away" if away else "sign_in.wrong"))
    if not by_its_pass and _too_late(credential, house.clock.now()):
        with house.store.writing() as unit:
            _give_back(unit, tried)
            log.failed(unit, person.id, log.EXPIRED, asked.source, asked.client)
        raise MustChange(say("sign_in.too_late"))
    renewed = "" if by_its_pass else _renewed(house, credential, asked.password)
    return _begin(house, _Right(person, tried, asked, by_its_pass, renewed))


def _verified(house: House, person: Person | None, password: str) -> tuple[bool, frozenset[DirectoryKind]]:
    """Whether it is right, and which directories are away. Each is asked once whoever it is, the others about nobody,
    so that neither time nor an outage tells who lives where (ENU-1 to ENU-3)."""
    right, away = False, set()
    for kind, directory in house.directories.items():
        mine = person is not None and person.directory is kind
        try:
            right |= directory.verify(person if person and mine else NOBODY, password) and mine
        except Busy:
            raise
        except Unavailable:
            away.add(kind)
    return right, frozenset(away)


def _reason(tried: Try, away: frozenset[DirectoryKind], *, right: bool) -> str:
    if tried.person is None:
        return log.UNKNOWN
    if tried.person.directory in away:
        return log.AWAY
    if not right:
        return log.WRONG
    return log.COMPROMISED if tried.dead and tried.person.enabled else log.DISABLED


def _too_late(credential: Credential | None, now: Instant) -> bool:
    return credential is not None and credential.not_after is not None and credential.not_after <= now


def _renewed(house: House, credential: Credential | None, password: str) -> str:
    """PWD-7: only the sign-in knows the password, so the hash is renewed here, outside any transaction."""
    if credential is None or not house.hasher.outdated(credential.encoded):
        return ""
    try:
        return house.hasher.hash(prepare(password))
    except Busy:
        return ""  # next time


def _give_back(unit: Unit, tried: Try) -> None:
    tries.give_back(unit, tried.charged)
    by_pass.give_back(unit, tried.access_pass)


def _begin(house: House, right: _Right) -> Entered:
    """A session that waits for the second factor, for what interrupts, or for nothing."""
    person, tried, asked = right.person, right.tried, right.asked
    token = house.random.bytes(32).hex()
    with house.store.writing() as unit:
        unit.people.hold(person.id)
        now = unit.people.by_id(person.id, unit.now)
        same = now is not None and replace(now, roles=person.roles, groups=person.groups) == person
        if not same or unit.people.credential(person.id, 0) != tried.credential:
            raise Invalid(say("sign_in.wrong"))  # it changed while the password was being checked (RAC-2)
        _give_back(unit, tried)
        if right.renewed and tried.credential is not None:
            unit.people.renew_hash(person.id, right.renewed, tried.credential.version)
        if asked.session:
            unit.sessions.end(session_key(house, asked.session))
        visit = Visit(token, asked.known, asked.source, asked.client, asked.language, asked.door)
        entered = _arrive(house, unit, right, visit)
        storm.answered(unit)
    return entered


def _arrive(house: House, unit: Unit, right: _Right, visit: Visit) -> Entered:
    person, credential = right.person, right.tried.credential
    session = Session(
        house.random.id(), person.id, person.generation, SessionKind.FACTOR, "password", unit.now, unit.now,
        unit.now + LIVES[SessionKind.FACTOR], visit.source, visit.client, password_at=unit.now,
    )  # fmt: skip
    at = with_info(unit, seated(house, unit, visit, session, person))
    key = session_key(house, visit.token)
    if right.by_pass:
        session = _used(unit, right.tried, session)
    elif found := registration.factors([one.enrolment for one in registered(house, at)], person, at.policy.policy):
        unit.sessions.insert(key, session)
        log.reached(unit, session, None)
        open_default(house, unit, at, found)
        return Entered(visit.token, "", session.kind, None)
    session = complete(house, unit, at, session, credential)
    unit.sessions.insert(key, session)
    return _entered(house, replace(at, session=session), credential)


def _entered(house: House, at: Seat, credential: Credential | None) -> Entered:
    waiting = next_interrupt(house, at, credential) if at.session.kind is SessionKind.INTERRUPTED else None
    return Entered(at.visit.token, known_cookie(house, at), at.session.kind, waiting)


def _used(unit: Unit, tried: Try, session: Session) -> Session:
    """The pass is used by one conditional write (COD-4)."""
    live = tried.access_pass.live
    if live is None or not unit.passes.use(live.id, unit.now):
        raise Invalid(say("sign_in.wrong"))
    person = session.person
    unit.audit(
        Event(
            Activity.PASS_USED, person, person, "success", "", session.id, session.address, {"pass": live.id}
        )
    )  # fmt: skip
    return by_pass.opened(session, live, PASS_LIFE)
