"""Contacts and enrolments, the writing side: what people registered."""

from collections.abc import Iterable, Mapping, Sequence

from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.ports import NewContact, NewEnrolment, Sealer
from keyback.core.types import Instant
from keyback.store.engine import Link, Sql, Values

MESSAGES: Mapping[str, str] = {"people.no_contact": "There is no such contact."}

_OWNERS = Sql(
    "SELECT DISTINCT person FROM contact WHERE tenant = :tenant AND fingerprint = :fingerprint ORDER BY person"
)
_ADD_CONTACT = Sql(
    """INSERT INTO contact (tenant, id, person, kind, value, fingerprint, confirmed_at, confirmed_how, usable_from,
      preferred, replaced_by, added_at, vouched_by)
    VALUES (:tenant, :id, :person, :kind, :value, :fingerprint, :confirmed_at, :confirmed_how, :usable_from, 0, NULL,
      :now, :vouched_by)"""
)
_CONFIRM = Sql(
    """UPDATE contact SET confirmed_at = :now, confirmed_how = :how, usable_from = :usable_from,
      vouched_by = :vouched_by
    WHERE tenant = :tenant AND id = :contact AND confirmed_at IS NULL"""
)
_CONFIRM_AGAIN = Sql(
    "UPDATE contact SET confirmed_at = :now, confirmed_how = 'code' WHERE tenant = :tenant AND id = :contact"
)
_REPLACE = Sql(
    """UPDATE contact SET replaced_by = :new, ends_at = :ends_at
    WHERE tenant = :tenant AND id = :old AND replaced_by IS NULL"""
)
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
_REMOVE_ENROLMENT = Sql(
    """UPDATE enrolment SET state = 'removed', secret = :nothing
    WHERE tenant = :tenant AND person = :person AND id = :enrolment AND state = 'active'"""
)
_PREFER = Sql(
    """UPDATE contact SET preferred = CASE WHEN id = :contact THEN 1 ELSE 0 END
    WHERE tenant = :tenant AND person = :person
      AND kind = (SELECT kind FROM contact WHERE tenant = :tenant AND person = :person AND id = :contact)"""
)
_USED_CONTACT = Sql("UPDATE contact SET last_used_at = :now WHERE tenant = :tenant AND id = :contact")


class SqlSecurityInfo:
    """Implements `core.ports.SecurityInfo`."""

    __slots__ = ("_link", "_now", "_sealer", "_tenant")

    def __init__(self, link: Link, tenant: str, sealer: Sealer, now: Instant) -> None:
        self._link = link
        self._tenant = tenant
        self._sealer = sealer
        self._now = now

    def fingerprint(self, value: str) -> bytes:
        """The same for everybody who has this address or number, so that shared ones can be counted (REG-7)."""
        return self._sealer.mac("contact", self._tenant, value)

    def owners(self, value: str) -> Sequence[str]:
        """Ids of all who have this address or number."""
        return [row[0] for row in self._link.all(_OWNERS, self._about(fingerprint=self.fingerprint(value)))]

    def add_contacts(self, contacts: Sequence[NewContact]) -> None:
        """Hints, and those that somebody vouches for."""
        self._many(_ADD_CONTACT, (
            {"id": one.id, "person": one.person, "kind": one.kind.value, "confirmed_how": one.confirmed_how,
             "confirmed_at": self._now if one.confirmed_how else None, "usable_from": one.usable_from,
             "value": self._seal("contact", "value", one.id, one.value.encode()),
             "fingerprint": self.fingerprint(one.value), "vouched_by": one.vouched_by}
            for one in contacts
        ))  # fmt: skip

    def confirm(self, contact: str, how: str, usable_from: Instant, vouched_by: str = "") -> None:
        """A hint becomes a contact that may be used from then on."""
        self._link.put(_CONFIRM, self._about(contact=contact, how=how, usable_from=usable_from, vouched_by=vouched_by))

    def confirm_again(self, contact: str) -> None:
        """Its owner proved it once more."""
        self._link.put(_CONFIRM_AGAIN, self._about(contact=contact))

    def replace(self, old: str, new: str, ends_at: Instant | None = None) -> None:
        """Out of use at once or later, and kept so that it can be told which came when."""
        self._link.put(_REPLACE, self._about(old=old, new=new, ends_at=ends_at))

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

    def prefer_contact(self, person: str, contact: str) -> None:
        """One of each kind."""
        self._link.put(_PREFER, self._about(person=person, contact=contact))

    def used_contact(self, contact: str) -> None:
        """When it last proved its owner."""
        self._link.put(_USED_CONTACT, self._about(contact=contact))

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

    def remove_enrolment(self, person: str, enrolment: str) -> bool:
        """One of several devices; its secret is overwritten."""
        return self._link.run(_REMOVE_ENROLMENT, self._about(person=person, enrolment=enrolment, nothing=b"")) == 1

    def _many(self, statement: Sql, rows: Iterable[Values]) -> None:
        whole: list[Values] = [{"tenant": self._tenant, "now": self._now, **row} for row in rows]
        if whole:
            self._link.many(statement, whole)

    def _about(self, **values: int | str | bytes | None) -> Values:
        return {"tenant": self._tenant, "now": self._now, **values}

    def _seal(self, table: str, column: str, row: str, plain: bytes) -> bytes:
        return self._sealer.seal(plain, table=table, column=column, row=row, tenant=self._tenant)
