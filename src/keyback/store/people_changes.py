"""The writing side of people, contacts, initial passwords and enrolments, made for many rows at a time."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import product
from string import ascii_lowercase
from typing import TYPE_CHECKING

from keyback.app.people.ports import (
    Facts,
    KnownContact,
    KnownPerson,
    NewContact,
    NewEnrolment,
    NewPassword,
    NewPerson,
)
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.types import ContactKind, DirectoryKind, Instant
from keyback.store.engine import Row, Sql, Values

if TYPE_CHECKING:
    from keyback.store.unit import SqlUnit

MESSAGES: Mapping[str, str] = {"people.no_contact": "There is no such contact."}

BATCH = 100
"""How many people one statement looks up."""
_PLACES = tuple(f"k_{one}{two}" for one, two in product(ascii_lowercase, repeat=2))[:BATCH]
_IN = ", ".join(f":{place}" for place in _PLACES)

_KNOWN = Sql(
    f"""SELECT p.canonical, p.id, p.upn, p.display_name, p.given_name, p.surname, p.directory, p.source_id, p.enabled,
      p.department, p.language, coalesce(r.administrator, 0), coalesce(r.methods, 0)
    FROM person p LEFT JOIN readiness r ON r.tenant = p.tenant AND r.person = p.id
    WHERE p.tenant = :tenant AND p.canonical IN ({_IN})"""
)
_KNOWN_CONTACTS = Sql(
    f"""SELECT person, id, kind, fingerprint, confirmed_how, usable_from FROM contact
    WHERE tenant = :tenant AND replaced_by IS NULL AND person IN ({_IN}) ORDER BY added_at, id"""
)
_LOCK = Sql(f"UPDATE person SET changed_at = changed_at WHERE tenant = :tenant AND canonical IN ({_IN})")
_OWNERS = Sql(
    "SELECT DISTINCT person FROM contact WHERE tenant = :tenant AND fingerprint = :fingerprint ORDER BY person"
)
_ADD = Sql(
    """INSERT INTO person (tenant, id, upn, canonical, display_name, given_name, surname, kind, directory, source_id,
      enabled, generation, plan, language, department, created_at, changed_at)
    VALUES (:tenant, :id, :upn, :canonical, :display_name, :given_name, :surname, :kind, :directory, :source_id,
      :enabled, 1, '', :language, :department, :now, :now)"""
)
_SET_FACTS = Sql(
    """UPDATE person SET upn = :upn, display_name = :display_name, given_name = :given_name, surname = :surname,
      directory = :directory, source_id = :source_id, enabled = :enabled, language = :language,
      department = :department, changed_at = :now
    WHERE tenant = :tenant AND id = :id"""
)
_ADD_PASSWORD = Sql(
    """INSERT INTO credential (tenant, person, encoded, set_at, must_change, not_after, version)
    VALUES (:tenant, :person, :encoded, :now, 1, :not_after, 1)"""
)
_ADD_CONTACT = Sql(
    """INSERT INTO contact (tenant, id, person, kind, value, fingerprint, confirmed_at, confirmed_how, usable_from,
      preferred, replaced_by, added_at)
    VALUES (:tenant, :id, :person, :kind, :value, :fingerprint, :confirmed_at, :confirmed_how, :usable_from, 0, NULL,
      :now)"""
)
_CONFIRM = Sql(
    """UPDATE contact SET confirmed_at = :now, confirmed_how = :how, usable_from = :usable_from
    WHERE tenant = :tenant AND id = :contact AND confirmed_at IS NULL"""
)
_REPLACE = Sql("UPDATE contact SET replaced_by = :new WHERE tenant = :tenant AND id = :old AND replaced_by IS NULL")
_REMOVE_CONTACT = Sql("DELETE FROM contact WHERE tenant = :tenant AND id = :contact")
_VALUE = Sql("SELECT value FROM contact WHERE tenant = :tenant AND id = :contact")
_ADD_ENROLMENT = Sql(
    """INSERT INTO enrolment (tenant, id, person, method, secret, label, slot, counter, state, added_at, last_used_at,
      usable_from)
    VALUES (:tenant, :id, :person, :method, :secret, :label, :slot, :counter, 'active', :now, NULL, :usable_from)"""
)
_REMOVE_ENROLMENTS = Sql(
    """UPDATE enrolment SET state = 'removed', secret = :nothing
    WHERE tenant = :tenant AND person = :person AND method = :method AND state = 'active'"""
)


class SqlPeopleChanges:
    """Implements `app.people.ports.PeopleChanges` on a unit."""

    __slots__ = ("_link", "_now", "_sealer", "_tenant")

    def __init__(self, unit: "SqlUnit") -> None:
        self._link = unit.link
        self._tenant = unit.tenant
        self._sealer = unit.sealer
        self._now = unit.now

    def fingerprint(self, value: str) -> bytes:
        """The same for everybody who has this address or number, so that shared ones can be counted (REG-7)."""
        return self._sealer.mac("contact", self._tenant, value)

    def owners(self, value: str) -> Sequence[str]:
        """Ids of all who have this address or number."""
        return [row[0] for row in self._link.all(_OWNERS, self._about(fingerprint=self.fingerprint(value)))]

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

    def set_facts(self, facts: Mapping[str, Facts]) -> None:
        """By person id."""
        self._many(_SET_FACTS, (_values(person, new) for person, new in facts.items()))

    def add_passwords(self, passwords: Sequence[NewPassword]) -> None:
        """Initial passwords of people who have none; they must be changed."""
        self._many(_ADD_PASSWORD, (
            {"person": one.person, "not_after": one.not_after,
             "encoded": self._seal("credential", "encoded", one.person, one.encoded.encode())}
            for one in passwords
        ))  # fmt: skip

    def add_contacts(self, contacts: Sequence[NewContact]) -> None:
        """Hints, and those that somebody vouches for."""
        self._many(_ADD_CONTACT, (
            {"id": one.id, "person": one.person, "kind": one.kind.value, "confirmed_how": one.confirmed_how,
             "confirmed_at": self._now if one.confirmed_how else None, "usable_from": one.usable_from,
             "value": self._seal("contact", "value", one.id, one.value.encode()),
             "fingerprint": self.fingerprint(one.value)}
            for one in contacts
        ))  # fmt: skip

    def confirm(self, contact: str, how: str, usable_from: Instant) -> None:
        """A hint becomes a contact that may be used from then on."""
        self._link.put(_CONFIRM, self._about(contact=contact, how=how, usable_from=usable_from))

    def replace(self, old: str, new: str) -> None:
        """Out of use, and kept so that it can be told which came when."""
        self._link.put(_REPLACE, self._about(old=old, new=new))

    def remove_contact(self, contact: str) -> None:
        """For good: the value is gone."""
        self._link.put(_REMOVE_CONTACT, self._about(contact=contact))

    def contact_value(self, contact: str) -> str:
        """Raises `NotFound`."""
        row = self._link.one(_VALUE, self._about(contact=contact))
        if row is None:
            raise NotFound(say("people.no_contact"))
        place = {"table": "contact", "column": "value", "row": contact, "tenant": self._tenant}
        return self._sealer.open(bytes(row[0]), **place).decode()

    def add_enrolments(self, enrolments: Sequence[NewEnrolment]) -> None:
        """Secrets are sealed to their rows."""
        self._many(_ADD_ENROLMENT, (
            {"id": one.id, "person": one.person, "method": one.method, "label": one.label, "slot": one.slot,
             "counter": one.counter, "usable_from": one.usable_from,
             "secret": self._seal("enrolment", "secret", one.id, one.secret)}
            for one in enrolments
        ))  # fmt: skip

    def remove_enrolments(self, person: str, method: str) -> int:
        """The secrets are overwritten; that they existed is remembered."""
        return self._link.run(_REMOVE_ENROLMENTS, self._about(person=person, method=method, nothing=b""))

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
    }


def _known(row: Row, contacts: Iterable[KnownContact]) -> KnownPerson:
    _, person, upn, name, given, surname, directory, source, enabled, department, language, administrator, methods = row
    facts = Facts(upn, name, given, surname, DirectoryKind(directory), source, bool(enabled), department, language)
    return KnownPerson(person, facts, bool(administrator), int(methods).bit_count(), tuple(contacts))


def _known_contact(row: Sequence[Row]) -> KnownContact:
    contact, kind, fingerprint, how, usable_from = row
    return KnownContact(str(contact), ContactKind(str(kind)), bytes(fingerprint), str(how), int(str(usable_from)))
