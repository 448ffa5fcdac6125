"""Who may act on whom: the matrix of Entra (who can reset whose password), and the questions put to it (ADM-1).

A column is a role of the one who acts, a row is what the other one holds; several rows at once: all must be allowed, so
that the strictest decides. Rows of Entra that have no role here (Directory Readers, Guest Inviter, Message Center Reader,
Usage Summary Reports Reader, UX Success Manager, Privileged Role Administrator, restricted management units) are left out.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from keyback.core.rules.roles import GLOBAL, Permission, permissions_of
from keyback.core.types import Person


class Holds(StrEnum):
    """What somebody holds on whom others act."""

    NO_ROLE = "no_role"
    PASSWORD = "password_administrator"
    REPORTS = "reports_reader"
    HELPDESK = "helpdesk_administrator"
    AUTHENTICATION = "authentication_administrator"
    GROUPS = "groups_administrator"
    USER = "user_administrator"
    PRIVILEGED = "privileged_authentication_administrator"
    GLOBAL = "global_administrator"
    ANOTHER_ROLE = "another_role"
    """Any other built-in or unknown role."""
    ROLE_ASSIGNABLE_GROUP = "role_assignable_group"
    """Member of a group that can be given roles."""


_COMMON = frozenset({Holds.NO_ROLE, Holds.PASSWORD})
_MAY_ACT_ON: Final[Mapping[str, frozenset[Holds]]] = MappingProxyType({
    "password_administrator": _COMMON,
    "helpdesk_administrator": _COMMON | {Holds.REPORTS, Holds.HELPDESK},
    "authentication_administrator": _COMMON | {Holds.REPORTS, Holds.AUTHENTICATION},
    "user_administrator": _COMMON | {Holds.REPORTS, Holds.HELPDESK, Holds.GROUPS, Holds.USER},
    "privileged_authentication_administrator": frozenset(Holds),
    GLOBAL: frozenset(Holds),
    "groups_administrator": frozenset({Holds.NO_ROLE, Holds.GROUPS}),
})  # fmt: skip
"""The last line is Keyback's own: whose memberships may be changed by who resets no passwords."""


@dataclass(frozen=True, slots=True)
class Held:
    """One role that somebody holds now: active, directly or through groups."""

    role: str
    scope: str = ""
    """Id of the group whose people it is for; empty: everybody."""
    through: str = ""
    """Id of the group through which it is held; empty: directly."""


@dataclass(frozen=True, slots=True)
class Rights:
    """What one administrator may do."""

    person: str
    held: tuple[Held, ...]

    def may(self, permission: Permission) -> bool:
        """To somebody at all: for pages and menus. What touches a person is asked with `over`."""
        return any(permission in _permissions(one) for one in self.held)

    def everywhere(self, permission: Permission) -> bool:
        """In the whole organisation, as what touches no single person needs it."""
        return any(permission in _permissions(one) for one in self.held if not one.scope)

    def over(self, permission: Permission, target: Person, *, role_assignable: bool) -> bool:
        """To this person. `role_assignable`: whether they are in a group that can be given roles. Oneself: never; nor by a
        role over the people of one group to whom holds a role over others too, which is more (ADM-1)."""
        if target.id == self.person:
            return False
        holds = holdings(target.roles, role_assignable=role_assignable)
        return any(
            permission in _permissions(one)
            and _reaches(one, target)
            and _as_wide(one, target)
            and holds <= may_act_on(one.role)
            for one in self.held
        )

    def sees(self, target: Person) -> bool:
        """Whether this person's page may be looked at (ADM-9)."""
        return any(Permission.READ_PEOPLE in _permissions(one) and _reaches(one, target) for one in self.held)

    def reads(self, permission: Permission, target: Person | None) -> bool:
        """Whether a log may be read or taken along (`permission`): all of it, or where a scope limits the right, what it
        says about one person in the scope (AUD-8)."""
        if self.everywhere(permission):
            return True
        return target is not None and any(
            permission in _permissions(one) and _reaches(one, target) for one in self.held
        )

    @property
    def scopes(self) -> frozenset[str]:
        """Groups to whose people the right to see people is limited; empty: not limited."""
        return self.scopes_of(Permission.READ_PEOPLE)

    def scopes_of(self, permission: Permission) -> frozenset[str]:
        """The same for another right; ask `may` first, for nothing is no limit."""
        scopes = [one.scope for one in self.held if permission in _permissions(one)]
        return frozenset() if "" in scopes else frozenset(scopes)


def may_act_on(role: str) -> frozenset[Holds]:
    """The column of a role; one without a column acts on nobody."""
    return _MAY_ACT_ON.get(role, frozenset())


def holdings(roles: Iterable[str], *, role_assignable: bool) -> frozenset[Holds]:
    """The rows of somebody, by all roles they hold or could hold."""
    rows = {_row(role) for role in roles}
    if role_assignable:
        rows.add(Holds.ROLE_ASSIGNABLE_GROUP)
    return frozenset(rows or {Holds.NO_ROLE})


def may_grant(rights: Rights, role: str, scope: str) -> bool:
    """Nobody grants what they do not hold, there or everywhere (ADM-2); who holds everything may grant every role."""
    holds = {
        one.role for one in rights.held if one.scope in {"", scope} and Permission.CHANGE_ROLES in _permissions(one)
    }
    return bool(holds) and (GLOBAL in holds or role in holds)


def widens_own(rights: Rights, groups: Iterable[str]) -> bool:
    """Whether somebody new in these groups would come into the reach of the operator's own roles (ADM-2)."""
    return not {one.scope for one in rights.held if one.scope}.isdisjoint(groups)


def _row(role: str) -> Holds:
    try:
        return Holds(role)
    except ValueError:
        return Holds.ANOTHER_ROLE


def _permissions(one: Held) -> frozenset[Permission]:
    return permissions_of((one.role,))


def _as_wide(one: Held, target: Person) -> bool:
    return not one.scope or target.role_scopes <= {one.scope}


def _reaches(one: Held, target: Person) -> bool:
    return not one.scope or one.scope in target.groups
