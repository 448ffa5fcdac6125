"""Who counts as an administrator, and what each role may do: a catalogue of data, and questions about it.

The word administrator is derived from permissions, never from a hand-kept list (decisions 3, GAT-7).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


class Permission(StrEnum):
    """One thing a role lets its holder do."""

    READ_REPORTS = "reports.read"
    READ_AUDIT = "audit.read"
    READ_PEOPLE = "people.read"
    READ_POLICY = "policy.read"
    HELP_PEOPLE = "people.help"
    """Help requests, clearing pauses, ending sessions."""
    RESET_PASSWORDS = "passwords.reset"
    CHANGE_PEOPLE = "people.change"
    CHANGE_GROUPS = "groups.change"
    CHANGE_METHODS = "methods.change"
    """Methods and contacts of whom the role reaches (`core.rules.reach`)."""
    CHANGE_ROLES = "roles.change"
    CHANGE_POLICY = "policy.change"
    CHANGE_AGENTS = "agents.change"
    CHANGE_AUDIT = "audit.change"
    """Retention and where audit lines are sent."""
    EXPORT_AUDIT = "audit.export"
    EXPORT_PEOPLE = "people.export"
    """Lists of people as files (ADM-6)."""


HARMLESS = frozenset(
    {
        Permission.READ_REPORTS,
        Permission.READ_AUDIT,
        Permission.READ_PEOPLE,
        Permission.READ_POLICY,
        Permission.EXPORT_AUDIT,
    }
)
"""Whoever may do only these is no administrator."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role. `name` is its permanent key in stores and on the command line, `title` what people read."""

    name: str
    title: str
    permissions: frozenset[Permission]


GLOBAL = "global_administrator"

_HELP = frozenset({Permission.READ_PEOPLE, Permission.HELP_PEOPLE, Permission.RESET_PASSWORDS})


def _catalogue(*roles: Role) -> Mapping[str, Role]:
    return MappingProxyType({role.name: role for role in roles})


ROLES: Mapping[str, Role] = _catalogue(
    Role(GLOBAL, "Global Administrator", frozenset(Permission)),
    Role(
        "privileged_authentication_administrator",
        "Privileged Authentication Administrator",
        _HELP | {Permission.CHANGE_METHODS},
    ),
    Role("authentication_administrator", "Authentication Administrator", _HELP | {Permission.CHANGE_METHODS}),
    Role(
        "authentication_policy_administrator",
        "Authentication Policy Administrator",
        frozenset({Permission.READ_POLICY, Permission.READ_REPORTS, Permission.READ_AUDIT, Permission.CHANGE_POLICY}),
    ),
    Role("helpdesk_administrator", "Helpdesk Administrator", _HELP),
    Role(
        "password_administrator",
        "Password Administrator",
        frozenset({Permission.READ_PEOPLE, Permission.RESET_PASSWORDS}),
    ),
    Role(
        "user_administrator",
        "User Administrator",
        _HELP | {Permission.CHANGE_PEOPLE, Permission.CHANGE_GROUPS, Permission.EXPORT_PEOPLE},
    ),
    Role("groups_administrator", "Groups Administrator", frozenset({Permission.READ_PEOPLE, Permission.CHANGE_GROUPS})),
    Role(
        "reports_reader",
        "Reports Reader",
        frozenset({Permission.READ_REPORTS, Permission.READ_AUDIT, Permission.EXPORT_AUDIT}),
    ),
    Role("global_reader", "Global Reader", HARMLESS),
)


def permissions_of(roles: Iterable[str]) -> frozenset[Permission]:
    """Everything these roles together allow. A role that is not in the catalogue allows nothing."""
    return frozenset(
        permission for name in roles if (role := ROLES.get(name)) is not None for permission in role.permissions
    )


def is_administrator(roles: Iterable[str]) -> bool:
    """Whether any role can change users, groups, methods, policy, agents or audit.

    A role that is not in the catalogue makes an administrator: nobody knows what it may do, so the holder gets
    the stricter rule (GAT-5).
    """
    return any(name not in ROLES or not ROLES[name].permissions <= HARMLESS for name in roles)


def is_global(roles: Iterable[str]) -> bool:
    """Whether the holder may do everything."""
    return GLOBAL in roles
