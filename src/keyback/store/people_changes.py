"""The writing side of people and their initial passwords, made for many rows at a time."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING

from keyback.app.people.ports import (
    Facts,
    KnownContact,
    KnownPerson,
    NewPassword,
    NewPerson,
)
from keyback.core.rules.words import folded
from keyback.core.types import ContactKind, DirectoryKind, Instant
from keyback.store import words
from keyback.store.engine import Row, Sql, Values
from keyback.store.readiness import likes

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit

BATCH = 100
"""How many people one statement looks up."""
_PLACES = tuple(f"k_{one}{two}" for one, two in product(ascii_lowercase, repeat=2))[:BATCH]
_IN = ", ".join(f":{place}" for place in _PLACES)

_KNOWN = Sql(
    f"""SELECT p.canonical, p.id, p.upn, p.display_name, p.given_name, p.surname, p.directory, p.source_id, p.enabled,
      p.department, p.language, coalesce(r.class, 0),
      CASE WHEN p.registered_at IS NULL AND p.again_at IS NULL THEN 0 ELSE 1 END,
      CASE WHEN p.deleted_at IS NULL THEN 0 ELSE 1 END
    FROM person p LEFT JOIN readiness r ON r.tenant = p.tenant AND r.person = p.id
    WHERE p.tenant = :tenant AND p.canonical IN ({_IN})"""
)
_KNOWN_CONTACTS = Sql(
    f"""SELECT person, id, kind, fingerprint, confirmed_how, usable_from FROM contact
    WHERE tenant = :tenant AND replaced_by IS NULL AND person IN ({_IN}) ORDER BY added_at, id"""
)
_LOCK = Sql(f"UPDATE person SET changed_at = changed_at WHERE tenant = :tenant AND canonical IN ({_IN})")
_ADD = Sql(
    """INSERT INTO person (tenant, id, upn, canonical, display_name, given_name, surname, kind, directory, source_id,
      enabled, generation, plan, language, department, sort_name, created_at, changed_at)
    VALUES (:tenant, :id, :upn, :canonical, :display_name, :given_name, :surname, :kind, :directory, :source_id,
      :enabled, 1, '', :language, :department, :sort_name, :now, :now)"""
)
_SET_FACTS = Sql(
    """UPDATE person SET upn = :upn, display_name = :display_name, given_name = :given_name, surname = :surname,
      directory = :directory, source_id = :source_id, enabled = :enabled, language = :language,
      department = :department, sort_name = :sort_name, changed_at = :now
    WHERE tenant = :tenant AND id = :id"""
)
_ADD_PASSWORD = Sql(
    """INSERT INTO credential (tenant, person, encoded, set_at, must_change, not_after, version)
    VALUES (:tenant, :person, :encoded, :now, 1, :not_after, 1)"""
)
_RENAME = Sql("UPDATE person SET canonical = :canonical, changed_at = :now WHERE tenant = :tenant AND id = :person")
_GIVING = """WITH RECURSIVE giving(id) AS (
      SELECT id FROM people_group WHERE tenant = :tenant AND role_assignable = 1
      UNION SELECT holder FROM role_assignment WHERE tenant = :tenant
      UNION SELECT m.member FROM membership m JOIN giving g ON m.group_id = g.id
      WHERE m.tenant = :tenant AND m.member_kind = 'group'
    )"""
"""Groups through which somebody holds a role or could."""
_STRIP = (
    Sql("DELETE FROM role_assignment WHERE tenant = :tenant AND holder = :person"),
    Sql(
        f"""DELETE FROM membership WHERE tenant = :tenant AND member = :person
          AND group_id IN ({_GIVING} SELECT id FROM giving)"""
    ),
)
_DELETE = Sql(
    """UPDATE person SET deleted_at = :now, enabled_before = enabled, enabled = 0, changed_at = :now
    WHERE tenant = :tenant AND id = :person AND deleted_at IS NULL"""
)
_RESTORE = Sql(
    """UPDATE person SET deleted_at = NULL, enabled = enabled_before, enabled_before = 0, changed_at = :now
    WHERE tenant = :tenant AND id = :person AND deleted_at IS NOT NULL"""
)
_DELETED = Sql(
    """SELECT id FROM person WHERE tenant = :tenant AND deleted_at <= :before ORDER BY deleted_at, id LIMIT :count"""
)
ERASED = (
    ("person_word", "person"), ("readiness", "person"), ("credential", "person"), ("old_password", "person"),
    ("contact", "person"), ("enrolment", "person"), ("membership", "member"), ("role_assignment", "holder"),
    ("journey", "person"), ("session", "person"), ("session_challenge", "person"), ("access_pass", "person"),
    ("setup_link", "person"), ("objection_link", "person"), ("incident", "person"), ("caller_case", "person"),
    ("help_request", "person"), ("approval", "person"), ("upload", "actor"), ("person", "id"),
)  # fmt: skip
"""Where a person's rows are, and by which column; what hangs on a journey goes with it, the person goes last."""
_ERASE = tuple(Sql(f"DELETE FROM {table} WHERE tenant = :tenant AND {column} = :person") for table, column in ERASED)


class SqlPeopleChanges:
    """Implements `app.people.ports.PeopleChanges` on a unit."""

    __slots__ = ("_link", "_now", "_sealer", "_tenant")

    def __init__(self, unit: "SqlUnit") -> None:
        self._link = unit.link
        self._tenant = unit.tenant
        self._sealer = unit.sealer
        self._now = unit.now

    def known(self, canonicals: Sequence[str]) -> Mapping[str, KnownPerson]:
        """Two statements, however many people."""
        rows = self._link.all(_KNOWN, self._in(canonicals))
        contacts: dict[str, list[KnownContact]] = {row[1]: [] for row in rows}
        if rows:
            for person, *contact in self._link.all(_KNOWN_CONTACTS, self._in(list(contacts))):
                contacts[person].append(_known_contact(contact))
        return {row[0]: _known(row, contacts[row[1]]) for row in rows}

    def lock(self, canonicals: Sequence[str]) -> None:
        """So that what is read next is still true when it is written over (RAC-2)."""
        if canonicals:
            self._link.run(_LOCK, self._in(canonicals))

    def add(self, people: Sequence[NewPerson]) -> None:
        """New people."""
        self._many(_ADD, ({**_values(one.id, one.facts), "canonical": one.canonical, "kind": one.kind.value}
                          for one in people))  # fmt: skip
        self._many(words.ADD, (row for one in people for row in _words(one.id, one.facts)))

    def set_facts(self, facts: Mapping[str, Facts]) -> None:
        """By person id."""
        self._many(_SET_FACTS, (_values(person, new) for person, new in facts.items()))
        self._many(words.FORGET, ({"person": person} for person in facts))
        self._many(words.ADD, (row for person, new in facts.items() for row in _words(person, new)))

    def add_passwords(self, passwords: Sequence[NewPassword]) -> None:
        """Initial passwords of people who have none; they must be changed."""
        self._many(_ADD_PASSWORD, (
            {"person": one.person, "not_after": one.not_after,
             "encoded": self._seal("credential", "encoded", one.person, one.encoded.encode())}
            for one in passwords
        ))  # fmt: skip

    def rename(self, person: str, canonical: str) -> None:
        """Another user ID; the unique index judges it once more."""
        self._link.put(_RENAME, self._about(person=person, canonical=canonical))

    def strip(self, person: str) -> int:
        """No role, and no way to one through a group."""
        return sum(self._link.run(statement, self._about(person=person)) for statement in _STRIP)

    def delete(self, person: str) -> None:
        """The row stays, so that the user ID stays taken."""
        self._link.put(_DELETE, self._about(person=person))

    def restore(self, person: str) -> None:
        """Enabled if it was."""
        self._link.put(_RESTORE, self._about(person=person))

    def deleted_before(self, before: Instant, count: int) -> Sequence[str]:
        """The earliest first."""
        return [str(row[0]) for row in self._link.all(_DELETED, self._about(before=before, count=count))]

    def erase(self, person: str) -> None:
        """In an order that no reference stands in the way of."""
        for statement in _ERASE:
            self._link.put(statement, self._about(person=person))

    def _many(self, statement: Sql, rows: Iterable[Values]) -> None:
        whole: list[Values] = [{"tenant": self._tenant, "now": self._now, **row} for row in rows]
        if whole:
            self._link.many(statement, whole)

    def _about(self, **values: int | str | bytes | None) -> Values:
        return {"tenant": self._tenant, "now": self._now, **values}

    def _in(self, keys: Sequence[str]) -> Values:
        return {"tenant": self._tenant, **dict.fromkeys(_PLACES, ""), **dict(zip(_PLACES, keys, strict=False))}

    def _seal(self, table: str, column: str, row: str, plain: bytes) -> bytes:
        return self._sealer.seal(plain, table=table, column=column, row=row, tenant=self._tenant)


def _values(person: str, facts: Facts) -> Values:
    return {
        "id": person,
        "upn": facts.upn,
        "display_name": facts.display_name,
        "given_name": facts.given_name,
        "surname": facts.surname,
        "directory": facts.directory.value,
        "source_id": facts.source_id,
        "enabled": int(facts.enabled),
        "language": facts.language,
        "department": facts.department,
        "sort_name": folded(facts.display_name),
    }


def _words(person: str, facts: Facts) -> Iterable[Values]:
    return words.rows(person, facts.upn, facts.display_name, facts.given_name, facts.surname)


def _known(row: Row, contacts: Iterable[KnownContact]) -> KnownPerson:
    _, person, upn, name, given, surname, directory, source, enabled, department, language, *standing = row
    held, settled, deleted = likes(int(standing[0])), bool(standing[1]), bool(standing[2])
    facts = Facts(upn, name, given, surname, DirectoryKind(directory), source, bool(enabled), department, language)
    return KnownPerson(
        person, facts, bool(held.administrator), held.methods.bit_count(), settled, tuple(contacts), deleted
    )


def _known_contact(row: Sequence[Row]) -> KnownContact:
    contact, kind, fingerprint, how, usable_from = row
    return KnownContact(str(contact), ContactKind(str(kind)), bytes(fingerprint), str(how), int(str(usable_from)))
