"""People, how to reach them, what they registered, and their passwords in the own directory: the reading side,
and the few conditional writes that a journey needs."""

from collections.abc import Sequence

from keyback.core.ports import Credential, Sealer
from keyback.core.types import Contact, ContactKind, DirectoryKind, Enrolment, Instant, Person, PersonKind, Upkeep
from keyback.store.engine import Link, Row, Sql

_COLUMNS = (
    "id, upn, canonical, display_name, given_name, surname, kind, directory, enabled, generation, language, frozen_at, "
    "registered_at, confirmed_at, skips, again_at, recovered_at, preferred_method, deleted_at"
)
_BY_CANONICAL = Sql(f"SELECT {_COLUMNS} FROM person WHERE tenant = :tenant AND canonical = :canonical")
_BY_ID = Sql(f"SELECT {_COLUMNS} FROM person WHERE tenant = :tenant AND id = :person")
_LOCK = Sql("UPDATE person SET changed_at = changed_at WHERE tenant = :tenant AND id = :person")
_BELONGS = Sql(
    """WITH RECURSIVE mine(id, eligible) AS (
      SELECT group_id, eligible FROM membership
      WHERE tenant = :tenant AND member = :person AND relation = 'member'
        AND (starts_at IS NULL OR starts_at <= :now) AND (ends_at IS NULL OR ends_at > :now)
      UNION
      SELECT m.group_id, CASE WHEN m.eligible = 1 THEN m.eligible ELSE mine.eligible END
      FROM membership m JOIN mine ON m.member = mine.id
      WHERE m.tenant = :tenant AND m.relation = 'member'
        AND (m.starts_at IS NULL OR m.starts_at <= :now) AND (m.ends_at IS NULL OR m.ends_at > :now)
    )
    SELECT 'group', id, '' FROM mine WHERE eligible = 0
    UNION ALL
    SELECT 'role', role, scope FROM role_assignment
    WHERE tenant = :tenant AND (holder = :person OR holder IN (SELECT id FROM mine))"""
)
_CONTACTS = Sql(
    """SELECT id, kind, value, confirmed_at, confirmed_how, usable_from, preferred, added_at, last_used_at, ends_at,
      vouched_by
    FROM contact WHERE tenant = :tenant AND person = :person AND (replaced_by IS NULL OR ends_at > :now)
    ORDER BY preferred DESC, added_at, kind, id"""
)
_ENROLMENTS = Sql(
    """SELECT id, method, secret, label, slot, counter, usable_from, added_at, last_used_at FROM enrolment
    WHERE tenant = :tenant AND person = :person AND state = 'active' AND (method = :method OR :method = '')
    ORDER BY added_at, method, slot, id"""
)
_RAISE = Sql(
    """UPDATE person SET generation = generation + 1, changed_at = :now WHERE tenant = :tenant AND id = :person
    RETURNING generation"""
)
_ADVANCE = Sql(
    """UPDATE enrolment SET counter = :counter, last_used_at = :now
    WHERE tenant = :tenant AND id = :enrolment AND state = 'active' AND counter < :counter"""
)
_SPEND = Sql(
    """UPDATE enrolment SET state = 'spent', last_used_at = :now
    WHERE tenant = :tenant AND id = :enrolment AND state = 'active'"""
)
_FORGET = Sql(
    """UPDATE enrolment SET state = 'removed', secret = :nothing
    WHERE tenant = :tenant AND person = :person AND method = :method AND state = 'active'"""
)
_ENROL = Sql(
    """INSERT INTO enrolment (tenant, id, person, method, secret, label, slot, counter, state, added_at, last_used_at,
      usable_from)
    VALUES (:tenant, :id, :person, :method, :secret, :label, :slot, :counter, 'active', :now, NULL, :usable_from)"""
)
_CREDENTIAL = Sql(
    """SELECT encoded, set_at, must_change, not_after, version, compromised_at FROM credential
    WHERE tenant = :tenant AND person = :person"""
)
_HISTORY = Sql(
    """SELECT replaced_at, encoded FROM old_password WHERE tenant = :tenant AND person = :person
    ORDER BY replaced_at DESC LIMIT :count"""
)
_KEEP_OLD = Sql(
    """INSERT INTO old_password (tenant, person, replaced_at, encoded)
    VALUES (:tenant, :person, :now, :encoded) ON CONFLICT DO NOTHING"""
)
_SET_CREDENTIAL = Sql(
    """INSERT INTO credential (tenant, person, encoded, set_at, must_change, not_after, version)
    VALUES (:tenant, :person, :encoded, :set_at, :must_change, :not_after, 1)
    ON CONFLICT (tenant, person) DO UPDATE SET encoded = excluded.encoded, set_at = excluded.set_at,
      must_change = excluded.must_change, not_after = excluded.not_after, version = credential.version + 1,
      compromised_at = NULL, warned_at = NULL
    WHERE credential.version = :expected"""
)
_EXPIRING = Sql(
    """SELECT c.person, c.set_at FROM credential c JOIN person p ON p.tenant = c.tenant AND p.id = c.person
    WHERE c.tenant = :tenant AND c.set_at > :after AND c.set_at <= :until AND c.warned_at IS NULL AND c.must_change = 0
      AND p.enabled = 1
    ORDER BY c.set_at LIMIT :count"""
)
_WARNED = Sql(
    """UPDATE credential SET warned_at = :now
    WHERE tenant = :tenant AND person = :person AND set_at = :set_at AND warned_at IS NULL"""
)
_RENEW_HASH = Sql(
    """UPDATE credential SET encoded = :encoded WHERE tenant = :tenant AND person = :person AND version = :version"""
)
_KEEP = Sql(
    """UPDATE person SET registered_at = :registered_at, confirmed_at = :confirmed_at, skips = :skips, again_at = :again_at,
      recovered_at = :recovered_at, preferred_method = :preferred_method, changed_at = :now
    WHERE tenant = :tenant AND id = :person"""
)
_LATCH = Sql(
    """UPDATE person SET registered_at = :now, changed_at = :now
    WHERE tenant = :tenant AND id = :person AND registered_at IS NULL"""
)
_FREEZE = Sql("UPDATE person SET frozen_at = :now WHERE tenant = :tenant AND id = :person AND frozen_at IS NULL")
_UNFREEZE = Sql("UPDATE person SET frozen_at = NULL WHERE tenant = :tenant AND id = :person AND frozen_at IS NOT NULL")
_COMPROMISE = Sql(
    """UPDATE credential SET compromised_at = :now
    WHERE tenant = :tenant AND person = :person AND compromised_at IS NULL"""
)
_ADMINISTRATORS = Sql(
    """WITH RECURSIVE holders(id) AS (
      SELECT holder FROM role_assignment WHERE tenant = :tenant AND role = :role
      UNION
      SELECT m.member FROM membership m JOIN holders h ON m.group_id = h.id
      WHERE m.tenant = :tenant AND m.relation = 'member'
    )
    SELECT p.id FROM person p JOIN holders h ON p.id = h.id WHERE p.tenant = :tenant AND p.enabled = 1
    ORDER BY p.id LIMIT :count"""
)


class SqlPeople:
    """Implements `core.ports.People`."""

    __slots__ = ("_link", "_now", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer, now: Instant) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer
        self._now = now

    def by_canonical(self, canonical: str, now: Instant) -> Person | None:
        """Exact match on the canonical form; the unique index leaves at most one (IDN-2)."""
        return self._whole(self._link.one(_BY_CANONICAL, {"tenant": self._tenant, "canonical": canonical}), now)

    def by_id(self, person: str, now: Instant) -> Person | None:
        """By immutable id."""
        return self._whole(self._link.one(_BY_ID, {"tenant": self._tenant, "person": person}), now)

    def hold(self, person: str) -> None:
        """Nobody else changes this person until the unit ends (RAC-2)."""
        self._link.run(_LOCK, {"tenant": self._tenant, "person": person})

    def _whole(self, row: Row | None, now: Instant) -> Person | None:
        values = {"tenant": self._tenant, "person": row[0] if row else "", "now": now}
        belongs = self._link.all(_BELONGS, values)
        if row is None:
            return None
        return Person(
            row[0], self._tenant, row[1], row[2], row[3], row[4], row[5], PersonKind(row[6]), DirectoryKind(row[7]),
            bool(row[8]), row[9], row[10],
            roles=tuple(sorted({name for kind, name, _ in belongs if kind == "role"})),
            groups=frozenset(name for kind, name, _ in belongs if kind == "group"), frozen_at=row[11],
            upkeep=Upkeep(*row[12:18]), deleted_at=row[18],
            role_scopes=frozenset(scope for kind, _, scope in belongs if kind == "role"),
        )  # fmt: skip

    def contacts(self, person: str) -> Sequence[Contact]:
        """All that are not replaced, the preferred one first; hints included."""
        rows = self._link.all(_CONTACTS, {"tenant": self._tenant, "person": person, "now": self._now})
        return [
            Contact(
                row[0],
                person,
                ContactKind(row[1]),
                self._open("contact", "value", row[0], row[2]).decode(),
                row[3],
                row[4],
                row[5],
                bool(row[6]),
                *row[7:11],
            )
            for row in rows
        ]

    def enrolments(self, person: str, method: str = "") -> Sequence[Enrolment]:
        """Active ones, of one method if given."""
        rows = self._link.all(_ENROLMENTS, {"tenant": self._tenant, "person": person, "method": method})
        return [
            Enrolment(
                row[0], row[1], person, self._open("enrolment", "secret", row[0], row[2]), row[3], row[4], row[5], row[6],
                added_at=row[7], last_used_at=row[8],
            )
            for row in rows
        ]  # fmt: skip

    def raise_generation(self, person: str, now: Instant) -> int:
        """Everything that carries the old generation is dead from the commit on (decisions 20)."""
        row = self._link.one(_RAISE, {"tenant": self._tenant, "person": person, "now": now})
        return int(row[0]) if row else 0

    def advance(self, enrolment: str, counter: int, now: Instant) -> bool:
        """TOT-1: compare-and-set, upward only."""
        values = {"tenant": self._tenant, "enrolment": enrolment, "counter": counter, "now": now}
        return self._link.run(_ADVANCE, values) == 1

    def spend(self, enrolment: str, now: Instant) -> bool:
        """COD-4: one conditional write."""
        return self._link.run(_SPEND, {"tenant": self._tenant, "enrolment": enrolment, "now": now}) == 1

    def replace_enrolments(self, new: Enrolment, now: Instant) -> None:
        """The secrets of the old ones are overwritten."""
        about = {"tenant": self._tenant, "person": new.person, "method": new.method}
        self._link.put(_FORGET, {**about, "nothing": b""})
        place = {"table": "enrolment", "column": "secret", "row": new.id, "tenant": self._tenant}
        more = {"id": new.id, "secret": self._sealer.seal(new.secret, **place), "label": new.label, "slot": new.slot}
        self._link.put(_ENROL, {**about, **more, "counter": new.counter, "usable_from": new.usable_from, "now": now})

    def credential(self, person: str, history: int) -> Credential | None:
        """The password's hash, and up to `history - 1` older ones (the present one counts as the first)."""
        row = self._link.one(_CREDENTIAL, {"tenant": self._tenant, "person": person})
        if row is None:
            return None
        old: Sequence[Row] = ()
        if history > 1:
            old = self._link.all(_HISTORY, {"tenant": self._tenant, "person": person, "count": history - 1})
        older = tuple(self._open("credential", "encoded", person, o[1]).decode() for o in old)
        encoded = self._open("credential", "encoded", person, row[0]).decode()
        return Credential(encoded, older, row[1], bool(row[2]), row[3], row[4], row[5])

    def set_credential(self, person: str, new: Credential, now: Instant, *, keep: str = "") -> bool:
        """Conditional on `new.version`, the version that was read (0: none). `keep` goes into the history."""
        place = {"table": "credential", "column": "encoded", "row": person, "tenant": self._tenant}
        if keep:
            sealed = self._sealer.seal(keep.encode(), **place)
            self._link.put(_KEEP_OLD, {"tenant": self._tenant, "person": person, "now": now, "encoded": sealed})
        values = {
            "tenant": self._tenant,
            "person": person,
            "encoded": self._sealer.seal(new.encoded.encode(), **place),
            "set_at": new.set_at,
            "must_change": int(new.must_change),
            "not_after": new.not_after,
            "expected": new.version,
        }
        return self._link.run(_SET_CREDENTIAL, values) == 1

    def expiring(self, after: Instant, until: Instant, count: int) -> Sequence[tuple[str, Instant]]:
        """Whose passwords were set in this span and were not warned of yet, and when: the oldest first."""
        values = {"tenant": self._tenant, "after": after, "until": until, "count": count}
        return [(row[0], row[1]) for row in self._link.all(_EXPIRING, values)]

    def warned(self, person: str, set_at: Instant, now: Instant) -> bool:
        """Once for each password; one conditional write."""
        values = {"tenant": self._tenant, "person": person, "set_at": set_at, "now": now}
        return self._link.run(_WARNED, values) == 1

    def renew_hash(self, person: str, encoded: str, version: int) -> bool:
        """The same password, hashed anew; conditional on the version that was read, which stays."""
        sealed = self._sealer.seal(
            encoded.encode(), table="credential", column="encoded", row=person, tenant=self._tenant
        )
        values = {"tenant": self._tenant, "person": person, "encoded": sealed, "version": version}
        return self._link.run(_RENEW_HASH, values) == 1

    def keep(self, person: str, upkeep: Upkeep, now: Instant) -> None:
        """How registration stands with this person."""
        self._link.put(_KEEP, {
            "tenant": self._tenant, "person": person, "now": now, "registered_at": upkeep.registered_at,
            "confirmed_at": upkeep.confirmed_at, "skips": upkeep.skips, "again_at": upkeep.again_at,
            "recovered_at": upkeep.recovered_at, "preferred_method": upkeep.preferred_method,
        })  # fmt: skip

    def latch(self, person: str, now: Instant) -> None:
        """Nothing else of that is written, so that whoever does not hold the person undoes nothing."""
        self._link.put(_LATCH, {"tenant": self._tenant, "person": person, "now": now})

    def freeze(self, person: str, now: Instant) -> bool:
        """Close recovery; one conditional write."""
        return self._link.run(_FREEZE, {"tenant": self._tenant, "person": person, "now": now}) == 1

    def unfreeze(self, person: str) -> bool:
        """Open recovery again; one conditional write."""
        return self._link.run(_UNFREEZE, {"tenant": self._tenant, "person": person}) == 1

    def compromise(self, person: str, now: Instant) -> bool:
        """The present password is dead until another takes its place."""
        return self._link.run(_COMPROMISE, {"tenant": self._tenant, "person": person, "now": now}) == 1

    def holders(self, role: str, count: int) -> Sequence[str]:
        """Ids of enabled people who hold a role, directly or through groups."""
        rows = self._link.all(_ADMINISTRATORS, {"tenant": self._tenant, "role": role, "count": count})
        return [row[0] for row in rows]

    def _open(self, table: str, column: str, row: str, sealed: bytes) -> bytes:
        return self._sealer.open(bytes(sealed), table=table, column=column, row=row, tenant=self._tenant)
