"""Every class of account that a stranger might type, in one organisation that holds them all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from keyback.app.people.ports import Group
from keyback.core.errors import Unavailable
from keyback.core.policy import Administrators, AdminSelfService, Limits, Policy, StricterGroup
from keyback.core.ports import Preflight
from keyback.core.types import ContactKind, DirectoryKind, Person, PersonKind
from keyback.store.engine import PostgresqlEngine, Sql, SqliteEngine
from keyback.store.group_changes import SqlGroupChanges
from tests.counting import Counter
from tests.living import Living, with_self_service
from tests.private.steps import MOST_STARTS

POLICY: Policy = replace(
    with_self_service(
        allow_unlock=True, writeback=True, excluded_groups=("outside",), stricter=(StricterGroup("careful", 2),)
    ),
    administrators=Administrators(self_service=AdminSelfService.NOT_GLOBAL),
    limits=replace(Limits(), starts_per_source_10_minutes=MOST_STARTS),
)


class Away:
    """A directory that cannot be reached."""

    def __init__(self, kind: DirectoryKind) -> None:
        self.kind = kind

    def can_write(self, person: Person) -> Preflight:
        del person
        raise Unavailable("no domain controller answers")

    def verify(self, person: Person, password: str) -> bool:
        del person, password
        raise Unavailable("no domain controller answers")


def equipped(living: Living, name: str, **facts: Any) -> str:
    """A person with all that a person can register."""
    person = living.person(name, **facts)
    living.contact(person, ContactKind.EMAIL, f"{name}.private@mailbox.example")
    living.contact(person, ContactKind.MOBILE, f"+49151123456{name[-2:]}")
    living.authenticator(person)
    living.recovery_codes(person)
    return person


def nobody(living: Living, name: str) -> None:
    """An ID that no account has."""
    del living, name


def out_of_scope(living: Living, name: str) -> None:
    member(living, equipped(living, name), "outside")


def in_groups(living: Living, name: str) -> None:
    """In many groups, with more authenticators and contacts than most."""
    person = equipped(living, name)
    for group in ("careful", "one", "two", "three"):
        member(living, person, group)
    for number in range(1, 4):
        living.authenticator(person, bytes(range(number, number + 20)))
        living.contact(person, ContactKind.EMAIL, f"{name}.{number}@mailbox.example")


def no_methods(living: Living, name: str) -> None:
    living.contact(living.person(name), ContactKind.EMAIL, f"{name}.hint@mailbox.example", how="")


def one_method(living: Living, name: str) -> None:
    living.contact(living.person(name), ContactKind.EMAIL, f"{name}.only@mailbox.example")


def administrator(living: Living, name: str) -> None:
    living.grant(equipped(living, name), "authentication_administrator")


def administrator_excluded(living: Living, name: str) -> None:
    living.grant(equipped(living, name), "global_administrator")


def of_kind(**facts: Any) -> Callable[[Living, str], None]:
    """Equipped, and of some kind."""

    def make(living: Living, name: str) -> None:
        equipped(living, name, **facts)

    return make


def no_password(living: Living, name: str) -> None:
    person = equipped(living, name)
    with living.store.engine.transaction(write=True) as link:
        link.run(Sql("DELETE FROM credential WHERE tenant = :tenant AND person = :person"),
                 {"tenant": living.store.tenant, "person": person})  # fmt: skip


def frozen(living: Living, name: str) -> None:
    person = equipped(living, name)
    with living.store.writing() as unit:
        unit.people.freeze(person, unit.now)


@dataclass(frozen=True, slots=True)
class Class:
    """One class: how such an account comes about, and what strangers did to it before."""

    make: Callable[[Living, str], None]
    before: str = ""
    """A step of `steps.BEFORE` that comes first, for this ID and for the unknown one that it is compared with."""


CLASSES: Mapping[str, Class] = MappingProxyType({
    "unknown": Class(nobody),
    "existing": Class(of_kind()),
    "in many groups": Class(in_groups),
    "disabled": Class(of_kind(enabled=False)),
    "out of scope": Class(out_of_scope),
    "without methods": Class(no_methods),
    "with one method": Class(one_method),
    "administrator": Class(administrator),
    "administrator excluded": Class(administrator_excluded),
    "service account": Class(of_kind(kind=PersonKind.SERVICE)),
    "break-glass": Class(of_kind(kind=PersonKind.BREAK_GLASS)),
    "without password": Class(no_password),
    "frozen": Class(frozen),
    "directory unreachable": Class(of_kind(directory=DirectoryKind.ACTIVE_DIRECTORY)),
    "directory not set up": Class(of_kind(directory=DirectoryKind.LDAP)),
    "locked": Class(of_kind(), before="locked"),
    "paused": Class(of_kind(), before="paused"),
    "directory unreachable, locked": Class(of_kind(directory=DirectoryKind.ACTIVE_DIRECTORY), before="locked"),
    "disabled, paused": Class(of_kind(enabled=False), before="paused"),
})  # fmt: skip


def user_id(name: str) -> str:
    """Of a class; all of one length."""
    return f"person{list(CLASSES).index(name):02}@contoso.example"


def unknown(name: str) -> str:
    """An ID that nobody has, which is to be told from nobody of this class."""
    return f"nobody{list(CLASSES).index(name):02}@contoso.example"


def organisation(engine: SqliteEngine | PostgresqlEngine, policy: Policy = POLICY) -> tuple[Living, Counter]:
    """With somebody of every class, and a helpdesk."""
    counter = Counter(Away(DirectoryKind.ACTIVE_DIRECTORY))
    living = Living(engine, policy, counter.between)
    for group in ("outside", "careful", "one", "two", "three"):
        found_group(living, group)
    helper = living.person("helper")
    living.contact(helper, ContactKind.PRIMARY, "helper@contoso.example")
    living.grant(helper, "helpdesk_administrator")
    for name, one in CLASSES.items():
        one.make(living, user_id(name).partition("@")[0])
    return living, counter


def found_group(living: Living, group: str) -> None:
    with living.store.writing() as unit:
        SqlGroupChanges(unit).add(Group(group, group.title(), role_assignable=False, members=0), group)


def member(living: Living, person: str, group: str) -> None:
    with living.store.writing() as unit:
        SqlGroupChanges(unit).add_member(group, person, "person")
