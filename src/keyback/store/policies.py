"""Policy documents: stored whole, append-only, newest last; groups in them are ids."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

import msgspec

from keyback.core.errors import Broken
from keyback.core.policy import Document, InForce, Policy
from keyback.store.engine import Link, Row, Sql

_IN_FORCE = Sql("SELECT version, value FROM policy_document WHERE tenant = :tenant ORDER BY version DESC LIMIT 1")
_COLUMNS = "version, value, actor, at, why"
_DOCUMENT = Sql(f"SELECT {_COLUMNS} FROM policy_document WHERE tenant = :tenant AND version = :version")
_HISTORY = Sql(f"SELECT {_COLUMNS} FROM policy_document WHERE tenant = :tenant ORDER BY version DESC LIMIT :count")
_APPEND = Sql(
    """INSERT INTO policy_document (tenant, version, value, actor, at, why)
    SELECT :tenant, :version, :value, :actor, :at, :why
    WHERE (SELECT COALESCE(MAX(version), 0) FROM policy_document WHERE tenant = :tenant) = :version - 1
    ON CONFLICT DO NOTHING"""
)
_GROUPS = Sql("SELECT id, name FROM people_group WHERE tenant = :tenant")

_encode = msgspec.json.Encoder(enc_hook=dict).encode  # the one odd type is a read-only mapping


@lru_cache(maxsize=256)
def _policy(value: str) -> Policy:
    """A document's text as a policy; the same text is read once."""
    try:
        return msgspec.json.decode(value, type=Policy)
    except msgspec.DecodeError as error:
        raise Broken(f"a stored policy document cannot be read: {error}") from error


class SqlPolicies:
    """Implements `core.ports.Policies`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def in_force(self) -> InForce | None:
        """The newest document; None until there is one, which refuses everything."""
        row = self._link.one(_IN_FORCE, {"tenant": self._tenant})
        return InForce(row[0], _policy(row[1])) if row else None

    def document(self, version: int) -> Document | None:
        """One version."""
        row = self._link.one(_DOCUMENT, {"tenant": self._tenant, "version": version})
        return _document(row) if row else None

    def history(self, count: int) -> Sequence[Document]:
        """The newest documents, newest first."""
        return [_document(row) for row in self._link.all(_HISTORY, {"tenant": self._tenant, "count": count})]

    def append(self, document: Document) -> bool:
        """Conditional: false if its version does not follow the newest one at once."""
        values: dict[str, str | int] = {"tenant": self._tenant, "value": _encode(document.policy).decode()}
        values |= {"version": document.version, "actor": document.actor, "at": document.at, "why": document.why}
        return self._link.run(_APPEND, values) == 1

    def groups(self) -> Mapping[str, str]:
        """Names of all groups by id."""
        return dict(self._link.all(_GROUPS, {"tenant": self._tenant}))


def _document(row: Row) -> Document:
    return Document(row[0], _policy(row[1]), row[2], row[3], row[4])
