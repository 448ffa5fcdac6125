"""The password typed once more by somebody who is signed in: the same try as at sign-in, charged before it is compared
(THR-1)."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.sign_in import by_pass, log, tries
from keyback.app.sign_in.seat import Visit, seat
from keyback.core.errors import Invalid, Unavailable
from keyback.core.messages import say
from keyback.core.ports import SessionKind, Unit

MESSAGES = {
    "typed.wrong": "That password is not right. Nothing was changed. Please type it again.",
}


@dataclass(frozen=True, slots=True)
class Right:
    """It was right a moment ago."""

    tried: tries.Try


class WrongPassword(Invalid):
    """It is not right; the try is spent."""


def check(house: House, visit: Visit, password: str, *kinds: SessionKind) -> Right:
    """Outside any transaction. Raises `WrongPassword`, `TooMany`, `Unseated`; `Unavailable` where nobody could look."""
    with house.store.reading() as unit:
        person = seat(house, unit, visit, *kinds).person
    asked = tries.Asked(
        person.canonical, password, visit.source, visit.client, visit.token, visit.known, visit.language
    )
    tried = tries.begin(house, asked)
    try:
        right = house.directories[person.directory].verify(person, password)
    except Unavailable:
        with house.store.writing() as unit:
            _give_back(unit, tried)
        raise
    if not right or tried.dead:
        tries.failed(house, tried, asked, log.COMPROMISED if right else log.WRONG)
        raise WrongPassword(say("typed.wrong"))
    return Right(tried)


def still(unit: Unit, person: str, right: Right) -> None:
    """The try is given back, in the unit that does what the right password is good for. Raises `WrongPassword` when
    another one was set while this one was being compared (RAC-2)."""
    now, then = unit.people.credential(person, 0), right.tried.credential
    if now and then and (now.version, now.compromised_at) != (then.version, then.compromised_at):
        raise WrongPassword(say("typed.wrong"))
    _give_back(unit, right.tried)


def give_back(house: House, right: Right) -> None:
    """It was no failure; where `still` looks on nothing that follows, because that looks itself."""
    with house.store.writing() as unit:
        _give_back(unit, right.tried)


def _give_back(unit: Unit, tried: tries.Try) -> None:
    """It was no failure, and no try of a pass."""
    tries.give_back(unit, tried.charged)
    by_pass.give_back(unit, tried.access_pass)
