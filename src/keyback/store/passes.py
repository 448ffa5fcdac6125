"""Temporary access passes; only a keyed hash of what is on them is kept. At most one of a person is live."""

from keyback.core.ports import AccessPass
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql

_COLUMNS = (
    "id, person, mark, generation, starts_at, expires_at, once, checked, tries_left, issued_by, issued_at, why, used_at"
)
_INSERT = Sql(
    f"""INSERT INTO access_pass (tenant, {_COLUMNS})
    VALUES (:tenant, :id, :person, :mark, :generation, :starts_at, :expires_at, :once, :checked, :tries_left, :issued_by,
      :issued_at, :why, NULL)"""
)
_END = Sql("UPDATE access_pass SET ended_at = :now WHERE tenant = :tenant AND person = :person AND ended_at IS NULL")
_LIVE = Sql(
    f"""SELECT {_COLUMNS} FROM access_pass
    WHERE tenant = :tenant AND person = :person AND ended_at IS NULL AND expires_at > :now AND tries_left > 0"""
)
_CHECKED = Sql("SELECT checked FROM access_pass WHERE tenant = :tenant AND id = :id")
_CHARGE = Sql(
    """UPDATE access_pass SET tries_left = tries_left - 1
    WHERE tenant = :tenant AND id = :id AND ended_at IS NULL AND starts_at <= :now AND expires_at > :now AND tries_left > 0"""
)
_GIVE_BACK = Sql("UPDATE access_pass SET tries_left = tries_left + 1 WHERE tenant = :tenant AND id = :id")
_USE = Sql(
    """UPDATE access_pass SET used_at = :now, ended_at = CASE WHEN once = 1 THEN :now ELSE ended_at END
    WHERE tenant = :tenant AND id = :id AND ended_at IS NULL AND starts_at <= :now AND expires_at > :now
      AND (once = 0 OR used_at IS NULL)"""
)
_RENEW = Sql("UPDATE access_pass SET generation = :generation WHERE tenant = :tenant AND id = :id AND ended_at IS NULL")


class SqlPasses:
    """Implements `core.ports.Passes`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def issue(self, one: AccessPass, now: Instant) -> None:
        """In place of the one before."""
        self.end(one.person, now)
        self._link.put(_INSERT, {
            "tenant": self._tenant, "id": one.id, "person": one.person, "mark": one.mark, "generation": one.generation,
            "starts_at": one.starts_at, "expires_at": one.expires_at, "once": int(one.once), "checked": int(one.checked),
            "tries_left": one.tries_left, "issued_by": one.issued_by, "issued_at": one.issued_at, "why": one.why,
        })  # fmt: skip

    def live(self, person: str, now: Instant) -> AccessPass | None:
        """Also before it starts; not after its end, its last try, or its one use."""
        row = self._link.one(_LIVE, {"tenant": self._tenant, "person": person, "now": now})
        return _read(row) if row else None

    def checked(self, access_pass: str) -> bool:
        """The session that it opened goes on after its one use."""
        row = self._link.one(_CHECKED, {"tenant": self._tenant, "id": access_pass})
        return bool(row and row[0])

    def charge_try(self, access_pass: str, now: Instant) -> bool:
        """One conditional write, before any comparison (THR-1)."""
        return self._link.run(_CHARGE, {"tenant": self._tenant, "id": access_pass, "now": now}) == 1

    def give_back_try(self, access_pass: str) -> None:
        """The try turned out right."""
        self._link.put(_GIVE_BACK, {"tenant": self._tenant, "id": access_pass})

    def use(self, access_pass: str, now: Instant) -> bool:
        """COD-4: one conditional write; a pass for one use is over with it."""
        return self._link.run(_USE, {"tenant": self._tenant, "id": access_pass, "now": now}) == 1

    def renew(self, access_pass: str, generation: int) -> None:
        """What it was used for raised the generation; the pass that made the change lives on (decisions 20)."""
        self._link.put(_RENEW, {"tenant": self._tenant, "id": access_pass, "generation": generation})

    def end(self, person: str, now: Instant) -> bool:
        """Nobody gets in by it any more; false: there was none."""
        return self._link.run(_END, {"tenant": self._tenant, "person": person, "now": now}) == 1


def _read(row: Row) -> AccessPass:
    return AccessPass(
        row[0], row[1], bytes(row[2]), row[3], row[4], row[5], bool(row[6]), bool(row[7]), *row[8:13]
    )  # fmt: skip
