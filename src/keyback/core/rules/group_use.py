"""Where a policy names a group."""

from collections.abc import Iterator

from keyback.core.policy import Policy


def places(policy: Policy, group: str) -> Iterator[str]:
    """Paths of the settings, such as `self_service.groups` or `methods.totp.exclude`."""
    scope = policy.self_service
    found = {
        "self_service.groups": scope.groups,
        "self_service.excluded_groups": scope.excluded_groups,
        "self_service.stricter": tuple(rule.group for rule in scope.stricter),
        "sign_in.mfa_groups": policy.sign_in.mfa_groups,
    }
    for name, method in policy.methods.items():
        found[f"methods.{name}.include"] = method.include
        found[f"methods.{name}.exclude"] = method.exclude
    return (path for path, groups in found.items() if group in groups)
