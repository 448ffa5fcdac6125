"""User ID and password for a session (decisions 25). Unknown, disabled and wrong look and cost the same (ENU-1)."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from keyback.app.counters import clear_sign_in
from keyback.app.house import House
from keyback.app.known import knows, remember
from keyback.app.reset.scene import account_of
from keyback.app.sign_in.agenda import arrived
from keyback.app.sign_in.seat import LIVES, Visit, registered, seated, session_key, with_info
from keyback.app.watch import storm
from keyback.app.watch.state import Watch, watch
from keyback.core.errors import Busy, Invalid, Refused, TooMany, Unavailable
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Charge, Credential, Session, SessionKind, Unit
from keyback.core.rules import identifiers, registration
from keyback.core.rules.limits import Client, charge, source_network, trusts
from keyback.core.types import HOUR, MINUTE, NOBODY, DirectoryKind, Instant, Person, Span

MESSAGES = {
    "sign_in.wrong": "The user ID or the password is not right.",
    "sign_in.wrong_or_away": "The user ID or the password is not right, or it cannot be checked at the moment. If you are "
    "sure that both are right, try again in a few minutes.",
    "sign_in.wait": "There were too many wrong passwords. Try again at {again_at}, or choose "
    "“Forgot password or locked out?”.",
    "sign_in.must_change": "This password was for the first time only, or its time is over, so it signs nobody in. Choose a "
    "new one with “Forgot password or locked out?”, or ask your "
    "administrator.",
}

FIRST_PAUSE = MINUTE
LONGEST_PAUSE = 5 * HOUR

WRONG, UNKNOWN, DISABLED, LOCKED, EXPIRED, AWAY = "50126", "50034", "50057", "50053", "50055", "80001"
"""As Entra numbers them; only administrators see them, in the audit log."""
COMPROMISED = "Password reported as compromised"
"""It is right, and its owner says that somebody else set it (decisions 16)."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form sends, and where it came from."""

    user_id: str
    password: str
    source: str
    client: str
    session: str
    """The cookie that this browser sent: never adopted, and ended (SES-1)."""
    known: str
    """The cookie that says whom this browser knows."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What the browser's cookies hold from now on."""

    session: str
    known: str
    kind: SessionKind
    """How far the browser is: where it goes next."""


class MustChange(Refused):
    """The password is right, but it was an initial one or its time is over: it opens nothing but a new one."""


@dataclass(frozen=True, slots=True)
class _Known:
    """Whom the user ID means; for nobody the same fields."""

    person: Person | None
    credential: Credential | None
    counts: "_Counts"
    charged: tuple[Charge, ...]

    @property
    def dead(self) -> bool:
        """Whether the password was reported, so that it is as good as a wrong one, everywhere."""
        return self.credential is not None and self.credential.compromised_at is not None

    @property
    def who(self) -> str:
        return self.person.id if self.person else f"decoy:{self.counts.account}"


def enter(house: House, asked: Asked) -> Entered:
    """A new session. Raises `Invalid` when it is not right, `TooMany`, or `MustChange`."""
    known = _charge(house, asked)
    person = known.person
    try:
        right, away = _verified(house, person, asked.password)
    except Busy:
        _give_back(house, known.charged)
        raise
    if person is None or not right or not person.enabled or known.dead:
        _failed(house, known, asked, _reason(known, away, right=right))
        raise Invalid(say("sign_in.wrong_or_away" if away else "sign_in.wrong"))
    if _must_change(known.credential, house.clock.now()):
        _failed(house, known, asked, EXPIRED)
        raise MustChange(say("sign_in.must_change"))
    return _begin(house, known, person, asked)


def pause_after(further: int) -> Span:
    """How long an account stays shut after so many failures beyond the free ones: 60 s, doubling to 5 hours."""
    return min(FIRST_PAUSE << min(max(0, further), 20), LONGEST_PAUSE)


def _charge(house: House, asked: Asked) -> _Known:
    """THR-1: charged before the password is looked at; a right one is given back."""
    canonical = identifiers.canonical(asked.user_id)
    account = account_of(house, canonical or asked.user_id[: identifiers.MAX_BYTES])
    charged: list[Charge] = []
    with house.store.writing() as unit:
        person = unit.people.by_canonical(canonical or "", unit.now)
        credential = unit.people.credential(person.id if person else "", 0)
        counts = _counts(
            unit, asked, account, known=knows(house, asked.known, account, person.generation if person else 0)
        )
        again = unit.throttles.charge(counts.source, unit.now)
        if again is None:
            charged.append(counts.source)
            again = _charge_account(unit, counts, charged)
            if again is not None:
                unit.audit(
                    Event(Activity.SIGN_IN_FAILED, "", f"account:{account}", "failure", LOCKED, "", asked.source)
                )
    if again is not None:
        raise TooMany(say("sign_in.wait", again_at=again), again)
    return _Known(person, credential, counts, tuple(charged))


def _give_back(house: House, charged: Iterable[Charge]) -> None:
    """Nothing was compared, so nothing counts."""
    with house.store.writing() as unit:
        for one in charged:
            unit.throttles.give_back(one)


@dataclass(frozen=True, slots=True)
class _Counts:
    """What a try at one account from one address is charged to."""

    watch: Watch
    rules: Limits
    who: Client
    account: str
    source: Charge

    def charge(self, name: str, window: Span | None = None) -> Charge:
        return charge(name, self.rules, self.account, self.who, window)


def _counts(unit: Unit, asked: Asked, account: str, *, known: bool) -> _Counts:
    in_force = unit.policies.in_force()
    rules = in_force.policy.limits if in_force else Limits()
    trusted = trusts(rules, asked.source)
    seen = watch(unit)
    who = Client(known or trusted, trusted, seen.stormy)
    return _Counts(seen, rules, who, account, charge("sign_in.source", rules, source_network(asked.source), who))


def _charge_account(unit: Unit, counts: _Counts, charged: list[Charge]) -> Instant | None:
    failures = unit.throttles.used(counts.charge("sign_in.failures"), unit.now)
    further = failures - counts.charge("sign_in.free").budget
    gap = [counts.charge("sign_in.gap", pause_after(further))] if further >= -1 else []
    for one in (*gap, counts.charge("sign_in.failures")):
        again = unit.throttles.charge(one, unit.now)
        if again is not None:
            return again
        charged.append(one)
    return None


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


def _reason(known: _Known, away: frozenset[DirectoryKind], *, right: bool) -> str:
    if known.person is None:
        return UNKNOWN
    if known.person.directory in away:
        return AWAY
    if not right:
        return WRONG
    return COMPROMISED if known.dead and known.person.enabled else DISABLED


def _must_change(credential: Credential | None, now: Instant) -> bool:
    if credential is None:
        return False
    return credential.must_change or (credential.not_after is not None and credential.not_after <= now)


def _failed(house: House, known: _Known, asked: Asked, reason: str) -> None:
    with house.store.writing() as unit:
        if reason == EXPIRED:
            _forgive(unit, known)
        else:
            storm.failed(unit, known.counts.watch, known.counts.rules)
        unit.audit(Event(Activity.SIGN_IN_FAILED, known.who, known.who, "failure", reason, "", asked.source))


def _forgive(unit: Unit, known: _Known) -> None:
    counts = known.counts
    clear_sign_in(unit, counts.rules, counts.account, counts.who)
    unit.throttles.give_back(counts.source)


def _begin(house: House, known: _Known, person: Person, asked: Asked) -> Entered:
    """The password was right: a session that waits for the second factor, for what interrupts, or for nothing."""
    token = house.random.bytes(32).hex()
    with house.store.writing() as unit:
        unit.people.hold(person.id)
        now = unit.people.by_id(person.id, unit.now)
        same = now is not None and replace(now, roles=person.roles, groups=person.groups) == person
        if not same or unit.people.credential(person.id, 0) != known.credential:
            raise Invalid(say("sign_in.wrong"))  # it changed while the password was being checked (RAC-2)
        _forgive(unit, known)
        if asked.session:
            unit.sessions.end(session_key(house, asked.session))
        visit = Visit(token, asked.known, asked.source, asked.client)
        session = _arrive(house, unit, visit, person, known.credential)
        unit.sessions.insert(session_key(house, token), session)
        storm.answered(unit)
        unit.audit(Event(Activity.SIGN_IN, person.id, person.id, "success", "", "", asked.source))
    return Entered(token, remember(house, asked.known, known.counts.account, person.generation), session.kind)


def _arrive(house: House, unit: Unit, visit: Visit, person: Person, credential: Credential | None) -> Session:
    session = Session(
        house.random.id(), person.id, person.generation, SessionKind.FACTOR, "password", unit.now, unit.now,
        unit.now + LIVES[SessionKind.FACTOR], visit.source, visit.client, password_at=unit.now,
    )  # fmt: skip
    at = with_info(unit, seated(house, unit, visit, session, person))
    found = registration.factors([one.enrolment for one in registered(house, at)], person, at.policy.policy)
    return session if found else arrived(house, at, session, credential)
