"""Questions put to signed-in browsers: second factors, re-authentication, new contacts and devices. The value that a
question is about lies sealed in its row and never changes there: another value is another row (REG-4)."""

from collections.abc import Sequence

from keyback.core.ports import Sealer, SessionChallenge
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql

_COLUMNS = (
    "id, session, person, purpose, method, enrolment, replaces, destination, state, payload, letters, begun_at, expires_at, "
    "tries_left, used_at, superseded"
)
_INSERT = Sql(
    f"""INSERT INTO session_challenge (tenant, {_COLUMNS})
    VALUES (:tenant, :id, :session, :person, :purpose, :method, :enrolment, :replaces, :destination, :state, :payload,
      :letters, :begun_at, :expires_at, :tries_left, NULL, 0)"""
)
_OPEN = Sql(
    f"""SELECT {_COLUMNS} FROM session_challenge
    WHERE tenant = :tenant AND session = :session AND superseded = 0 AND used_at IS NULL"""
)
_SUPERSEDE = Sql(
    "UPDATE session_challenge SET superseded = 1 WHERE tenant = :tenant AND session = :session AND superseded = 0"
)
_END_ALL = Sql(
    """UPDATE session_challenge SET superseded = 1
    WHERE tenant = :tenant AND person = :person AND superseded = 0 AND used_at IS NULL"""
)
_SUPERSEDED = Sql(
    f"""SELECT {_COLUMNS} FROM session_challenge
    WHERE tenant = :tenant AND session = :session AND purpose = :purpose AND method = :method AND superseded = 1
      AND used_at IS NULL AND expires_at > :now
    ORDER BY begun_at DESC LIMIT 3"""
)
_ALIVE = "tenant = :tenant AND id = :id AND used_at IS NULL AND superseded = 0 AND expires_at > :now"
_CHARGE = Sql(f"UPDATE session_challenge SET tries_left = tries_left - 1 WHERE {_ALIVE} AND tries_left > 0")
_GIVE_BACK = Sql("UPDATE session_challenge SET tries_left = tries_left + 1 WHERE tenant = :tenant AND id = :id")
_CONSUME = Sql(f"UPDATE session_challenge SET used_at = :now WHERE {_ALIVE}")


class SqlSessionChallenges:
    """Implements `core.ports.SessionChallenges`."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def insert(self, one: SessionChallenge) -> None:
        """Open a question; `supersede` those before it first."""
        values = {
            "tenant": self._tenant, "id": one.id, "session": one.session, "person": one.person, "purpose": one.purpose,
            "method": one.method, "enrolment": one.enrolment, "replaces": one.replaces, "destination": one.destination,
            "state": one.state, "payload": self._sealer.seal(one.payload, **self._place(one.id)), "letters": one.letters,
            "begun_at": one.begun_at, "expires_at": one.expires_at, "tries_left": one.tries_left,
        }  # fmt: skip
        self._link.put(_INSERT, values)

    def open(self, session: str) -> SessionChallenge | None:
        """The one open question of a session, whatever it is for; it may have expired or have no tries left."""
        row = self._link.one(_OPEN, {"tenant": self._tenant, "session": session})
        return self._read(row) if row else None

    def supersede(self, session: str) -> None:
        """Close what is open: its code is dead (COD-7)."""
        self._link.put(_SUPERSEDE, {"tenant": self._tenant, "session": session})

    def end_all(self, person: str) -> None:
        """Close everything that is open for this person, in every browser (COD-6)."""
        self._link.put(_END_ALL, {"tenant": self._tenant, "person": person})

    def superseded(self, session: str, purpose: str, method: str, now: Instant) -> Sequence[SessionChallenge]:
        """The last few that newer ones replaced, for telling somebody that the code was an older one."""
        values = {"tenant": self._tenant, "session": session, "purpose": purpose, "method": method, "now": now}
        return [self._read(row) for row in self._link.all(_SUPERSEDED, values)]

    def charge_try(self, challenge: str, now: Instant) -> bool:
        """One conditional write, before any comparison (THR-5)."""
        return self._link.run(_CHARGE, {"tenant": self._tenant, "id": challenge, "now": now}) == 1

    def give_back_try(self, challenge: str) -> None:
        """A charged try that was not judged."""
        self._link.put(_GIVE_BACK, {"tenant": self._tenant, "id": challenge})

    def consume(self, challenge: str, now: Instant) -> bool:
        """COD-4: one conditional write."""
        return self._link.run(_CONSUME, {"tenant": self._tenant, "id": challenge, "now": now}) == 1

    def _read(self, row: Row) -> SessionChallenge:
        payload = self._sealer.open(bytes(row[9]), **self._place(row[0]))
        return SessionChallenge(
            row[0], row[1], row[2], row[3], row[4], row[5], row[6], bytes(row[7]), bytes(row[8]), payload, row[10], row[11],
            row[12], row[13], row[14], bool(row[15]),
        )  # fmt: skip

    def _place(self, row: str) -> dict[str, str]:
        return {"table": "session_challenge", "column": "payload", "row": row, "tenant": self._tenant}
