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
from keyback.core.rules.words import folded, words_of
from keyback.core.types import ContactKind, DirectoryKind
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
      CASE WHEN p.registered_at IS NULL AND p.again_at IS NULL THEN 0 ELSE 1 END
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
_FORGET_WORDS = Sql("DELETE FROM person_word WHERE tenant = :tenant AND person = :person")
_ADD_WORD = Sql("INSERT INTO person_word (tenant, word, person) VALUES (:tenant, :word, :person)")
_ADD_PASSWORD = Sql(
    """INSERT INTO credential (tenant, person, encoded, set_at, must_change, not_after, version)
    VALUES (:tenant, :person, :encoded, :now, 1, :not_after, 1)"""
)


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
        self._many(_ADD_WORD, (word for one in people for word in _words(one.id, one.facts)))

    def set_facts(self, facts: Mapping[str, Facts]) -> None:
        """By person id."""
        self._many(_SET_FACTS, (_values(person, new) for person, new in facts.items()))
        self._many(_FORGET_WORDS, ({"person": person} for person in facts))
        self._many(_ADD_WORD, (word for person, new in facts.items() for word in _words(person, new)))

    def add_passwords(self, passwords: Sequence[NewPassword]) -> None:
        """Initial passwords of people who have none; they must be changed."""
        self._many(_ADD_PASSWORD, (
            {"person": one.person, "not_after": one.not_after,
             "encoded": self._seal("credential", "encoded", one.person, one.encoded.encode())}
            for one in passwords
        ))  # fmt: skip

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
    found = words_of(facts.upn, facts.display_name, facts.given_name, facts.surname)
    return ({"person": person, "word": word} for word in found)


def _known(row: Row, contacts: Iterable[KnownContact]) -> KnownPerson:
    _, person, upn, name, given, surname, directory, source, enabled, department, language, *standing = row
    held, settled = likes(int(standing[0])), bool(standing[1])
    facts = Facts(upn, name, given, surname, DirectoryKind(directory), source, bool(enabled), department, language)
    return KnownPerson(person, facts, bool(held.administrator), held.methods.bit_count(), settled, tuple(contacts))


def _known_contact(row: Sequence[Row]) -> KnownContact:
    contact, kind, fingerprint, how, usable_from = row
    return KnownContact(str(contact), ContactKind(str(kind)), bytes(fingerprint), str(how), int(str(usable_from)))
