"""The password typed once more by somebody who is signed in: charged as at sign-in, then compared (THR-1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from keyback.app.counters import clear_sign_in
from keyback.app.house import House
from keyback.app.sign_in.enter import pause_after
from keyback.app.sign_in.seat import Seat, Visit, seat
from keyback.app.watch import storm
from keyback.core.errors import Invalid, TooMany, Unavailable
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Charge, Credential, SessionKind, Unit
from keyback.core.rules.limits import Client, source_network
from keyback.core.types import Instant

MESSAGES = {
    "typed.wrong": "That password is not right. Nothing was changed. Please type it again.",
    "typed.wait": "There were too many wrong passwords. Try again at {again_at}.",
}

WRONG = "50126"
"""As Entra numbers it; only administrators see it, in the audit log."""


@dataclass(frozen=True, slots=True)
class Right:
    """It was right a moment ago."""

    at: Seat
    credential: Credential | None
    charged: tuple[Charge, ...]


class WrongPassword(Invalid):
    """It is not right; the try is spent."""


def check(house: House, visit: Visit, password: str, *kinds: SessionKind) -> Right:
    """Outside any transaction. Raises `WrongPassword`, `TooMany`, `Unseated`; `Unavailable` where nobody could look."""
    taken: list[Charge] = []
    with house.store.writing() as unit:
        at = seat(house, unit, visit, *kinds)
        credential = unit.people.credential(at.person.id, 0)
        again = _charge(unit, at, taken)
    if again is not None:
        raise TooMany(say("typed.wait", again_at=again), again)
    try:
        right = house.directories[at.person.directory].verify(at.person, password)
    except Unavailable:
        with house.store.writing() as unit:
            _give_back(unit, taken)
        raise
    if not right or (credential is not None and credential.compromised_at is not None):
        _wrong(house, at)
        raise WrongPassword(say("typed.wrong"))
    return Right(at, credential, tuple(taken))


def still(unit: Unit, right: Right) -> None:
    """What was charged is given back, in the unit that does what the right password is good for. Raises `WrongPassword`
    when another one was set while this one was being compared (RAC-2)."""
    at = right.at
    if unit.people.credential(at.person.id, 0) != right.credential:
        raise WrongPassword(say("typed.wrong"))
    clear_sign_in(unit, at.asker.rules, at.account, Client(at.asker.known))
    _give_back(unit, [one for one in right.charged if one.limit == "sign_in.source"])


def _charges(at: Seat, failures: int) -> Iterator[Charge]:
    yield at.asker.charge("sign_in.source", source_network(at.visit.source), source=at.visit.source)
    further = failures - at.asker.charge("sign_in.free", at.account).budget
    if further >= -1:
        yield at.asker.charge("sign_in.gap", at.account, pause_after(further))
    yield at.asker.charge("sign_in.failures", at.account)


def _charge(unit: Unit, at: Seat, taken: list[Charge]) -> Instant | None:
    failures = unit.throttles.used(at.asker.charge("sign_in.failures", at.account), unit.now)
    for one in _charges(at, failures):
        again = unit.throttles.charge(one, unit.now)
        if again is not None:
            return again
        taken.append(one)
    return None


def _give_back(unit: Unit, charges: list[Charge]) -> None:
    for one in charges:
        unit.throttles.give_back(one)


def _wrong(house: House, at: Seat) -> None:
    with house.store.writing() as unit:
        storm.failed(unit, at.watch, at.asker.rules)
        person = at.person.id
        unit.audit(Event(Activity.REAUTHENTICATED, person, person, "failure", WRONG, "", at.visit.source))
