"""The last wrong passwords of an account, as sealed keyed hashes: the same mistake again is no new guess."""

from collections.abc import Sequence

from keyback.core.ports import Sealer
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql

MARK = 16
_STAMP = 8

_LAST = Sql("SELECT sealed FROM wrong_password WHERE tenant = :tenant AND account = :account")
_KEEP = Sql(
    """INSERT INTO wrong_password (tenant, account, sealed, at) VALUES (:tenant, :account, :sealed, :now)
    ON CONFLICT (tenant, account) DO UPDATE SET sealed = excluded.sealed, at = excluded.at"""
)
_FORGET = Sql("DELETE FROM wrong_password WHERE tenant = :tenant AND account = :account")


class SqlGuesses:
    """Implements `core.ports.Guesses`."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def last(self, account: str) -> Sequence[tuple[Instant, bytes]]:
        """When, and the first 16 bytes of the keyed hash of what was typed; newest first."""
        row = self._link.one(_LAST, {"tenant": self._tenant, "account": account})
        plain = self._sealer.open(bytes(row[0]), **self._place(account)) if row else b""
        size = _STAMP + MARK
        cut = (plain[at : at + size] for at in range(0, len(plain), size))
        return [(int.from_bytes(one[:_STAMP]), one[_STAMP:]) for one in cut]

    def keep(self, account: str, guesses: Sequence[tuple[Instant, bytes]], now: Instant) -> None:
        """These, in place of what was there."""
        plain = b"".join(at.to_bytes(_STAMP) + mark[:MARK] for at, mark in guesses)
        sealed = self._sealer.seal(plain, **self._place(account))
        self._link.put(_KEEP, {"tenant": self._tenant, "account": account, "sealed": sealed, "now": now})

    def forget(self, account: str) -> None:
        """The password was right, or is another now."""
        self._link.put(_FORGET, {"tenant": self._tenant, "account": account})

    def _place(self, account: str) -> dict[str, str]:
        return {"table": "wrong_password", "column": "sealed", "row": account, "tenant": self._tenant}
