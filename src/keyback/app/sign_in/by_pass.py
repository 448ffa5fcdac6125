"""An access pass in place of the password (decisions 27). What is done depends on what was typed, never on for whom."""

import hmac
from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.passes import format as written
from keyback.core.ports import AccessPass, Session, SessionKind, Unit
from keyback.core.rules.assurance import STRONGEST
from keyback.core.types import Person

NOT_STARTED_OR_SPENT = b""


@dataclass(frozen=True, slots=True)
class Tried:
    """What was typed, in canonical form, and what it is held against."""

    code: str
    live: AccessPass | None
    charged: bool

    def right(self, house: House, person: Person | None) -> bool:
        """Whether it is the live pass of this person, as they are now. One keyed hash for everybody."""
        if not self.code:
            return False
        live, charged = self.live, self.charged
        mark = written.mark(house, live.id if live else "", self.code)
        same = hmac.compare_digest(mark, live.mark if live and charged else NOT_STARTED_OR_SPENT)
        return same and person is not None and live is not None and live.generation == person.generation


def charge(unit: Unit, person: Person | None, typed: str) -> Tried:
    """The try is charged before anything is compared; the fifth wrong one kills the pass."""
    code = written.read(typed)
    if not code:
        return Tried("", None, charged=False)
    live = unit.passes.live(person.id if person else "", unit.now)
    return Tried(code, live, unit.passes.charge_try(live.id if live else "", unit.now))


def give_back(unit: Unit, tried: Tried) -> None:
    """Nothing was compared, or something else was right."""
    if tried.charged and tried.live is not None:
        unit.passes.give_back_try(tried.live.id)


def opened(session: Session, used: AccessPass, life: int) -> Session:
    """The session that it opens: never longer than the pass, and as good as the strongest proof while it lives."""
    return Session(
        session.id, session.person, session.generation, SessionKind.INTERRUPTED, "access_pass", session.began_at,
        session.seen_at, min(session.began_at + life, used.expires_at), session.address, session.client,
        password_at=session.began_at, proved_at=session.began_at, proved_with=STRONGEST, access_pass=used.id,
    )  # fmt: skip
