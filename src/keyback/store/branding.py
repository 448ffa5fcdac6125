"""How the organisation looks, and files that wait to be confirmed."""

from keyback.core.ports import Sealer
from keyback.core.ports.listing import Branding, Upload
from keyback.core.types import HOUR, Instant
from keyback.store.engine import Link, Sql

LIFE = HOUR
"""How long a file waits."""
_CURRENT = Sql("SELECT accent, logo, version FROM branding WHERE tenant = :tenant")
_VERSION = Sql("SELECT version FROM branding WHERE tenant = :tenant")
_PUT = Sql(
    """INSERT INTO branding (tenant, accent, logo, version, changed_at)
    VALUES (:tenant, :accent, :logo, :version, :now)
    ON CONFLICT (tenant) DO UPDATE SET accent = excluded.accent, logo = excluded.logo, version = excluded.version,
      changed_at = excluded.changed_at WHERE branding.version = excluded.version - 1"""
)
_RENAME = Sql("UPDATE tenant SET name = :name WHERE id = :tenant")
_KEEP = Sql("INSERT INTO upload (tenant, id, actor, name, body, at) VALUES (:tenant, :id, :actor, :name, :body, :at)")
_OF = Sql("SELECT name, body, at FROM upload WHERE tenant = :tenant AND id = :id AND actor = :actor AND at > :since")
_REMOVE = Sql("DELETE FROM upload WHERE tenant = :tenant AND id = :id")


class SqlBrandings:
    """Implements `core.ports.Brandings`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def current(self) -> Branding:
        """As it is in force."""
        row = self._link.one(_CURRENT, {"tenant": self._tenant})
        return Branding(row[0], bytes(row[1]), int(row[2])) if row else Branding()

    def version(self) -> int:
        """Without the logo."""
        row = self._link.one(_VERSION, {"tenant": self._tenant})
        return int(row[0]) if row else 0

    def put(self, branding: Branding, now: Instant) -> bool:
        """Conditional on the version that was looked at."""
        about = {"tenant": self._tenant, "accent": branding.accent, "logo": branding.logo}
        return self._link.run(_PUT, {**about, "version": branding.version, "now": now}) == 1

    def rename(self, name: str) -> None:
        """The organisation's name."""
        self._link.run(_RENAME, {"tenant": self._tenant, "name": name})


class SqlUploads:
    """Implements `core.ports.Uploads`; what people files hold is sealed."""

    __slots__ = ("_link", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer

    def put(self, upload: Upload) -> None:
        """A new one."""
        sealed = self._sealer.seal(upload.body, table="upload", column="body", row=upload.id, tenant=self._tenant)
        about = {"tenant": self._tenant, "id": upload.id, "actor": upload.actor, "name": upload.name}
        self._link.put(_KEEP, {**about, "body": sealed, "at": upload.at})

    def of(self, upload: str, actor: str, now: Instant) -> Upload | None:
        """Only for who sent it."""
        about = {"tenant": self._tenant, "id": upload, "actor": actor}
        row = self._link.one(_OF, {**about, "since": now - LIFE})
        if row is None:
            return None
        body = self._sealer.open(bytes(row[1]), table="upload", column="body", row=upload, tenant=self._tenant)
        return Upload(upload, actor, row[0], body, row[2])

    def remove(self, upload: str) -> None:
        """Once it is used."""
        self._link.put(_REMOVE, {"tenant": self._tenant, "id": upload})
