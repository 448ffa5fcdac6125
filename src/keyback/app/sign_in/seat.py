"""A browser that is signed in or on its way there, and the person in it: what every step of these looks at."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from keyback.app.house import House
from keyback.app.known import knows
from keyback.app.reset.scene import account_of, proof_of
from keyback.app.sends import Asker
from keyback.app.watch.state import Watch, watch
from keyback.core.errors import Conflict, NotFound
from keyback.core.messages import say
from keyback.core.policy import InForce, Policy
from keyback.core.ports import Door, Session, SessionKind, Unit
from keyback.core.rules import limits, offer, registration
from keyback.core.rules.offer import Holdings
from keyback.core.rules.registration import Duty, Registered
from keyback.core.types import HOUR, MINUTE, Instant, Person, Span

MESSAGES = {
    "seat.none": "You are not signed in here, or your session has ended. Please sign in.",
}


class Unseated(NotFound):
    """No live session of a kind that serves here: whoever asks is sent to where the browser belongs."""


LIVES: Mapping[SessionKind, Span] = MappingProxyType(
    {
        SessionKind.FACTOR: 10 * MINUTE,
        SessionKind.INTERRUPTED: 1 * HOUR,
        SessionKind.PORTAL: 8 * HOUR,
        SessionKind.ADMIN: 8 * HOUR,
    }
)
"""How long each kind lives at most, whatever happens in it (SES-5)."""
PASS_LIFE: Span = 15 * MINUTE
"""A registration session that an access pass opened (decisions 27)."""


@dataclass(frozen=True, slots=True)
class Visit:
    """What a request of such a browser brings along."""

    token: str
    """What its session cookie holds."""
    known: str
    """The cookie that says whom this browser knows."""
    source: str
    client: str
    language: str = ""
    door: Door = Door.PORTAL
    """At which of the two faces it asks."""


@dataclass(frozen=True, slots=True)
class Seat:
    """Session, person and policy as they are now."""

    visit: Visit
    session: Session
    person: Person
    policy: InForce
    watch: Watch
    account: str
    asker: Asker
    """Whose budgets are used. Apart from those of strangers, because the password was right."""
    info: Holdings = field(default_factory=Holdings)
    """All that the person registered; only `with_info` fills it."""

    @property
    def now(self) -> Instant:
        """When it was loaded."""
        return self.watch.now


def session_key(house: House, token: str) -> bytes:
    """How the store knows a session: by keyed hash of what the cookie holds."""
    return house.sealer.mac("session-cookie", token)


def seat(house: House, unit: Unit, visit: Visit, *kinds: SessionKind) -> Seat:
    """Who sits in this browser. Raises `Unseated` unless its session lives and is of one of these kinds."""
    session = unit.sessions.of(session_key(house, visit.token), unit.now) if visit.token else None
    person = unit.people.by_id(session.person, unit.now) if session else None
    if session is None or person is None or session.kind not in kinds:
        raise Unseated(say("seat.none"))
    return seated(house, unit, visit, session, person)


def held(house: House, unit: Unit, visit: Visit, *kinds: SessionKind) -> Seat:
    """As `seat`, with everything that the person registered, and nobody else changes this person until the unit ends
    (RAC-2)."""
    session = unit.sessions.of(session_key(house, visit.token), unit.now) if visit.token else None
    if session is None:
        raise Unseated(say("seat.none"))
    unit.people.hold(session.person)
    return with_info(unit, seat(house, unit, visit, *kinds))


def seated(house: House, unit: Unit, visit: Visit, session: Session, person: Person) -> Seat:
    """The seat of a session that the caller has just made or looked up."""
    policy = unit.policies.in_force() or InForce(0, Policy())
    seen = watch(unit)
    account = account_of(house, person.canonical)
    known = knows(house, visit.known, account, person.generation)
    rules = policy.policy.limits
    trusted = limits.trusts(rules, visit.source)
    asker = Asker(f"{account}/in", visit.source, unit.now, rules, known or trusted, seen.stormy)
    return Seat(visit, session, person, policy, seen, account, asker)


def with_info(unit: Unit, at: Seat) -> Seat:
    """With everything that the person registered: two statements."""
    person = at.person.id
    return replace(at, info=Holdings(unit.people.contacts(person), unit.people.enrolments(person)))


def registered(house: House, at: Seat) -> tuple[Registered, ...]:
    """What the person registered and policy permits, strongest first, waiting or not."""
    found = offer.permitted(at.person, at.policy.policy, at.info, house.methods.values())
    return tuple(Registered(one, proof_of(house, one)) for one in found)


def duty_of(house: House, at: Seat) -> Duty:
    """What registration asks of this person."""
    return registration.duty(at.person, at.policy, registered(house, at), house.methods.values())


def move(house: House, unit: Unit, at: Seat, session: Session) -> str:
    """The session as it is from now on, under a new name (SES-1): what its cookie holds from now on.

    Raises `Conflict` when another request of this browser came first.
    """
    token = house.random.bytes(32).hex()
    before = session_key(house, at.visit.token)
    if not unit.sessions.move(before, session_key(house, token), replace(session, seen_at=unit.now)):
        raise Conflict(say("store.conflict"))
    return token
