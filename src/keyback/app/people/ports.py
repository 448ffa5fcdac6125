"""What the verbs about people need beyond `core.ports.Unit`: writing people, contacts, methods, groups, roles.

`store.people_changes` and `store.group_changes` implement it on a unit; nothing here commits.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from keyback.app.house import House
from keyback.core.ports import Unit
from keyback.core.types import ContactKind, DirectoryKind, Instant, PersonKind


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known about a person besides how to reach and how to recognise them."""

    upn: str
    display_name: str
    given_name: str
    surname: str
    directory: DirectoryKind
    source_id: str
    """Immutable id in the directory that the person comes from; empty if unknown."""
    enabled: bool
    department: str
    language: str


@dataclass(frozen=True, slots=True)
class NewPerson:
    """A person to add."""

    id: str
    canonical: str
    kind: PersonKind
    facts: Facts


@dataclass(frozen=True, slots=True)
class NewPassword:
    """An initial password's hash, to be changed at the first sign-in."""

    person: str
    encoded: str
    not_after: Instant


@dataclass(frozen=True, slots=True)
class KnownContact:
    """A contact without its value, which stays sealed: the keyed fingerprint tells whether it is the same."""

    id: str
    kind: ContactKind
    fingerprint: bytes
    confirmed_how: str
    usable_from: Instant


@dataclass(frozen=True, slots=True)
class KnownPerson:
    """A person as the store has it, for comparing with what a file says."""

    id: str
    facts: Facts
    administrator: bool
    methods: int
    """How many methods could be used now, if policy allows them."""
    settled: bool
    """There was all that policy demands before, or it was demanded anew: nothing is the first any more (decisions 17)."""
    contacts: tuple[KnownContact, ...]
    deleted: bool = False
    """The user ID stays theirs until the account is erased."""


class PeopleChanges(Protocol):
    """Writes about people, within one unit."""

    def known(self, canonicals: Sequence[str]) -> Mapping[str, KnownPerson]:
        """Those of at most `BATCH` user IDs that exist, by canonical user ID."""

    def lock(self, canonicals: Sequence[str]) -> None:
        """Nobody else changes these people (at most `BATCH`) until the unit ends."""

    def add(self, people: Sequence[NewPerson]) -> None: ...
    def add_passwords(self, passwords: Sequence[NewPassword]) -> None: ...
    def set_facts(self, facts: Mapping[str, Facts]) -> None:
        """By person id."""

    def rename(self, person: str, canonical: str) -> None:
        """Another user ID, in the form used for look-up; `set_facts` says how it is shown."""

    def strip(self, person: str) -> int:
        """Take away all roles, and memberships in groups that have or could have some; how many these were."""

    def delete(self, person: str) -> None:
        """Disabled from now on; what it was is remembered."""

    def restore(self, person: str) -> None:
        """As it was before it was deleted."""

    def deleted_before(self, before: Instant, count: int) -> Sequence[str]:
        """Ids of people who were deleted at that time or earlier, the earliest first."""

    def erase(self, person: str) -> None:
        """Every row of this person, for good; the audit log keeps the id."""


MOST_COUNTED = 10_000
"""Direct members of a group are counted so far."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of people and of other groups."""

    id: str
    name: str
    role_assignable: bool
    members: int
    """Direct ones; one more than `MOST_COUNTED`: more than that."""


@dataclass(frozen=True, slots=True)
class GroupsQuery:
    """A page of groups, by name. `part`: what stands anywhere in the name, in canonical form."""

    part: str = ""
    only_assignable: bool = False
    """Only those that can hold roles."""
    descending: bool = False
    after: str = ""
    """Canonical name of the last one of the page before."""
    count: int = 50


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A person who is directly in a group. `key` is for the next page."""

    id: str
    upn: str
    display_name: str
    department: str
    enabled: bool
    key: str


class GroupLists(Protocol):
    """Reads groups a page at a time, however many people are in them."""

    def page(self, query: GroupsQuery) -> Sequence[tuple[Group, str]]:
        """Each with its canonical name, for the next page."""

    def people(self, group: Group, after: str, count: int) -> Sequence[ListedMember]:
        """Those directly in it, in the order of their user IDs, after this one."""

    def inside(self, group: str, count: int) -> Sequence[Group]:
        """Groups directly in it, by name."""

    def among(self, group: str, ids: Sequence[str]) -> frozenset[str]:
        """Which of these people and groups are directly in it."""


class GroupChanges(Protocol):
    """Writes about groups and roles, within one unit."""

    @property
    def lists(self) -> GroupLists: ...
    def by_name(self, canonical: str) -> Group | None: ...
    def by_id(self, group: str) -> Group | None: ...
    def all(self) -> Sequence[Group]: ...
    def add(self, group: Group, canonical: str) -> None: ...
    def lock(self) -> None:
        """Nobody else changes what is within what until the unit ends."""

    def members(self, group: str) -> Sequence[tuple[str, str]]:
        """Kind (`person` or `group`) and id of each direct member."""

    def add_member(self, group: str, member: str, kind: str) -> bool:
        """False: a member already."""

    def remove_member(self, group: str, member: str) -> bool: ...
    def inside(self, group: str) -> frozenset[str]:
        """Ids of all groups within this one, itself included."""

    def people_inside(self, group: str) -> Sequence[str]:
        """Ids of all people in this group or a group within it."""

    def containing(self, group: str) -> frozenset[str]:
        """Ids of all groups that this one is within, itself included."""

    def around(self, group: str) -> Sequence[Group]:
        """Groups that this one is directly in, by name."""

    def carried(self, group: str) -> Sequence[tuple[str, str]]:
        """Role and scope of everything that members hold through this group."""

    def assignable(self, group: str) -> bool:
        """Whether this group, or one that it is within, can be given roles."""

    def powerful_inside(self, group: str) -> Sequence[str]:
        """Ids of the people in it or a group within it who hold a role or are in a group that can be given roles."""

    def rename(self, group: str, name: str, canonical: str) -> None: ...
    def delete(self, group: str) -> None:
        """With what is directly in it; nothing may refer to it."""

    def grant(self, holder: str, role: str, scope: str = "") -> bool:
        """False: held already."""

    def revoke(self, holder: str, role: str, scope: str = "") -> bool: ...
    def roles_of(self, holder: str) -> Sequence[str]:
        """Those granted directly."""


@dataclass(frozen=True, slots=True)
class Work:
    """What the verbs about people work with. `actor` is who asks: `host:<user>` or a person's id."""

    house: House
    people: Callable[[Unit], PeopleChanges]
    groups: Callable[[Unit], GroupChanges]
    actor: str
