"""May this person reset at all? If not, the one reason that is told, in the order of Entra's own checks.

Tenant flag (SSPR_0009), policy defined (0011), scope (0013), writeback (0010), enough methods (0014).
A report "this was not me" closes recovery before all of a person's own reasons (decisions 16).
"""

from collections.abc import Sequence

from keyback.core.policy import AdminSelfService, Demand, InForce, Policy, Scope
from keyback.core.rules import assurance, roles
from keyback.core.types import Code, DirectoryKind, Person, PersonKind


def tenant_wide_refusal(policy: InForce | None) -> Code | None:
    """The reason that holds for everybody alike, administrators too, and is told on the first page (decisions 1).

    Scope `none` stops every reset; without a policy in force nothing is allowed.
    """
    if policy is None:
        return Code.NO_POLICY
    return Code.DISABLED_FOR_ALL if policy.policy.self_service.enabled_for is Scope.NONE else None


def refusal(person: Person, policy: InForce | None, proofs: Sequence[assurance.Proof], demand: Demand) -> Code | None:
    """Why this person cannot reset, or None. `proofs` are those the person could give now (`core.rules.offer`)."""
    if policy is None:
        return Code.NO_POLICY
    return (
        tenant_wide_refusal(policy)
        or (Code.FROZEN if person.frozen_at is not None else None)
        or _outside(person, policy.policy)
        or _no_writeback(person, policy.policy)
        or (None if assurance.reachable(proofs, demand) else Code.TOO_FEW_METHODS)
    )


def in_scope(person: Person, policy: Policy) -> bool:
    """Whether self-service is switched on for this person: user scope, or the administrators' own rule.

    Administrators are outside the user scope and its excluded groups, as in Entra: `administrators.self_service`
    alone decides for them (decisions 3). Disabled, service and break-glass accounts never help themselves.
    """
    if not person.enabled or person.kind is not PersonKind.PERSON:
        return False
    if roles.is_administrator(person.roles):
        return _administrator_may(person, policy.administrators.self_service)
    scope = policy.self_service
    if scope.enabled_for is Scope.NONE or person.groups.intersection(scope.excluded_groups):
        return False
    return scope.enabled_for is Scope.ALL or bool(person.groups.intersection(scope.groups))


def is_decoy(person: Person) -> bool:
    """Whether a journey for this account must be a decoy's, as for an ID that nobody has.

    Everybody else is a real subject with real messages, and learns after the first gate what is wrong.
    """
    return not person.enabled or person.kind is not PersonKind.PERSON


def _outside(person: Person, policy: Policy) -> Code | None:
    """SSPR_0013, "account not set up for reset", for excluded administrators too: the tenant's flag (0009) is on,
    and saying otherwise would send them to the wrong switch."""
    return None if in_scope(person, policy) else Code.OUT_OF_SCOPE


def _administrator_may(person: Person, rule: AdminSelfService) -> bool:
    match rule:
        case AdminSelfService.ALL:
            return True
        case AdminSelfService.NOT_GLOBAL:
            return not roles.is_global(person.roles)
        case AdminSelfService.NONE:
            return False


def _no_writeback(person: Person, policy: Policy) -> Code | None:
    if person.directory is DirectoryKind.CLOUD or policy.self_service.writeback:
        return None
    return Code.NO_WRITEBACK
