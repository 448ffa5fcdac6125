"""Entra's authentication methods policy, as Microsoft Graph gives it, becomes our rules for methods and passes.

Whatever cannot be taken over is named, with the reason; nobody gets more than the file gives: what is meant for groups
that nobody knows here stays off.

Source: Microsoft Graph v1.0, GET /policies/authenticationMethodsPolicy.
"""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.policy import MethodPolicy, Policy
from keyback.core.rules.policy_ranges import RANGES

MESSAGES = {
    "entra.invalid": "This is not an authentication methods policy that can be converted. Nothing was changed.",
    "entra.size": "The file is too large. Allowed: {most} bytes.",
    "entra.json": "The file is not JSON: {problem}.",
    "entra.repeated": "The file has the name {name} twice in one place.",
    "entra.shape": "{path}: must be {wanted}, as Microsoft Graph gives it.",
    "entra.twice": "{path}: the method {name} stands twice.",
    "entra.state": "{path}: the state {value} is unknown. Known: enabled, disabled.",
    "entra.left.unknown": "{path}: Keyback has no such setting.",
    "entra.left.method": "{path}: Keyback has no such method.",
    "entra.left.later": "{path}: Keyback does not have this method yet.",
    "entra.left.merged": "{path}: authenticator codes are taken from SoftwareOath, which is on as well.",
    "entra.left.push": "{path}: only the codes of the app are taken over; approving in the app does not exist here.",
    "entra.left.no_codes": "{path}: the app may not show codes there, and approving in the app does not exist here.",
    "entra.left.certificate": "{path}: Keyback does not take certificates.",
    "entra.left.pass_state": "{path}: access passes cannot be switched off here; who may issue them depends on roles.",
    "entra.left.pass_groups": "{path}: access passes are not limited to groups here.",
    "entra.left.range": "{path}: {value} is not possible here. Allowed: {low} to {high}.",
    "entra.left.user": "{path}: single people cannot be named here, only groups.",
    "entra.left.group": "{path}: no group here is {name}. Name it in the file of groups, or make the group first.",
    "entra.left.off": "{path}: stays off, because it would otherwise be open to more people than the file says.",
    "entra.left.nobody": "{path}: stays off, because the file opens it to nobody.",
    "entra.left.required": "{path}: people are asked for whatever policy still needs of them, not for one method.",
    "entra.left.sign_in": "{path}: means signing in without a password, which does not exist here.",
    "entra.left.mode": "{path}: how the app is used cannot be chosen for each group.",
    "entra.left.campaign": "{path}: a campaign moves people to one method; registration here asks for what is missing.",
    "entra.left.migration": "{path}: here one policy serves sign-in, registration and resets.",
}

MOST_BYTES = 1024 * 1024
EVERYBODY = "all_users"
METHODS: Mapping[str, str] = MappingProxyType(
    {
        "Fido2": "passkey",
        "SoftwareOath": "totp",
        "MicrosoftAuthenticator": "totp",
        "HardwareOath": "hardware_token",
        "Sms": "sms_code",
        "Voice": "voice_call",
        "Email": "email_code",
    }
)
"""Ours by Entra's; of two that become the same, the first that is on counts."""
APP, CODES, PASS, CERTIFICATE = "MicrosoftAuthenticator", "SoftwareOath", "TemporaryAccessPass", "X509Certificate"
_NAMING = frozenset({"id", "state", "includeTargets", "excludeTargets"})
_ABOUT = frozenset({"id", "displayName", "description", "lastModifiedDateTime", "policyVersion"})
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "registrationEnforcement": "campaign",
        "policyMigrationState": "migration",
        "isRegistrationRequired": "required",
        "isUsableForSignIn": "sign_in",
        "authenticationMode": "mode",
    }
)
_SILENT: Mapping[str, object] = MappingProxyType({"isRegistrationRequired": False, "authenticationMode": "any"})
"""What it means when it says nothing."""

Groups = Callable[[str], str]
"""The name of our group for one of theirs; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Converted:
    """The policy, with group names, and what was left out and why."""

    policy: Policy
    left: tuple[Text, ...]


def convert(data: bytes, groups: Groups, present: Policy, shelf: Sequence[str]) -> Converted:
    """`present` (with group names) as the file would have it; what the file is silent about stays.

    Raises `Invalid` with everything that makes the file unusable.
    """
    content = _read(data)
    configurations = _checked(content)
    conversion = _Conversion(groups, present, shelf)
    for name, value in content.items():
        if name == "reconfirmationInDays" and value is not None:
            conversion.reconfirm(value)
        elif name not in _ABOUT and name != "authenticationMethodConfigurations":
            conversion.leave_setting(name, name, value)
    for name in sorted(configurations, key=lambda one: one != CODES):
        conversion.method(name, configurations[name])
    return Converted(conversion.policy, tuple(conversion.left))


def _read(data: bytes) -> dict[str, Any]:
    if len(data) > MOST_BYTES:
        raise _refused(say("entra.size", most=MOST_BYTES))
    try:
        content = json.loads(data, object_pairs_hook=_once)
    except RecursionError:
        raise _refused(say("entra.json", problem="it is too deep")) from None
    except UnicodeDecodeError:
        raise _refused(say("entra.json", problem="it is not text")) from None
    except ValueError as error:
        raise _refused(say("entra.json", problem=str(error)[:100])) from None
    if not isinstance(content, dict):
        raise _refused(say("entra.shape", path=".", wanted="an object"))
    return content


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        raise _refused(say("entra.repeated", name=next(one for one in names if names.count(one) > 1)[:60]))
    return found


def _refused(*mistakes: Text) -> Invalid:
    return Invalid(say("entra.invalid"), mistakes)


def _checked(content: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Configurations by the name of the method. Raises `Invalid` with everything that is wrong with them."""
    path = "authenticationMethodConfigurations"
    listed = content.get(path)
    if not isinstance(listed, list):
        raise _refused(say("entra.shape", path=path, wanted="a list"))
    found: dict[str, dict[str, Any]] = {}
    mistakes: list[Text] = []
    for place, one in enumerate(listed):
        here = f"{path}[{place}]"
        mistakes += _mistakes(one, here)
        name = str(one.get("id")) if isinstance(one, dict) else ""
        if name in found:
            mistakes.append(say("entra.twice", path=here, name=name[:60]))
        if isinstance(one, dict):
            found[name] = one
    if mistakes:
        raise _refused(*mistakes)
    return found


def _mistakes(one: Any, here: str) -> Iterator[Text]:
    if not isinstance(one, dict) or not isinstance(one.get("id"), str):
        yield say("entra.shape", path=here, wanted="an object with an id")
        return
    if one.get("state") not in ("enabled", "disabled"):
        yield say("entra.state", path=f"{here}.state", value=str(one.get("state"))[:60])
    for name in ("includeTargets", "excludeTargets"):
        targets = one.get(name) or []
        fitting = isinstance(targets, list) and all(
            isinstance(target, dict) and isinstance(target.get("id"), str) for target in targets
        )
        if not fitting:
            yield say("entra.shape", path=f"{here}.{name}", wanted="a list of objects with an id")


class _Conversion:
    """Gathers the rules, and what was left out."""

    def __init__(self, groups: Groups, present: Policy, shelf: Sequence[str]) -> None:
        self.policy = present
        self.left: list[Text] = []
        self._groups = groups
        self._shelf = shelf
        self._codes = False

    def leave(self, why: str, path: str, **values: str | int) -> None:
        self.left.append(say(f"entra.left.{why}", path=path, **values))

    def leave_setting(self, name: str, path: str, value: object) -> None:
        """A setting that nothing here corresponds to; one that says nothing is not spoken of."""
        if "@" not in name and value is not None and value != _SILENT.get(name, ()):
            self.leave(_REASONS.get(name, "unknown"), path)

    def reconfirm(self, days: object) -> None:
        path = "registration.reconfirm_days"
        low, high = RANGES[path]
        if not isinstance(days, int) or isinstance(days, bool) or not low <= days <= high:
            self.leave("range", "reconfirmationInDays", value=str(days)[:60], low=low, high=high)
            return
        self.policy = replace(self.policy, registration=replace(self.policy.registration, reconfirm_days=days))

    def method(self, name: str, one: Mapping[str, Any]) -> None:
        ours = METHODS.get(name)
        if name == PASS:
            self._passes(one)
        elif ours is None:
            self.leave("certificate" if name == CERTIFICATE else "method", name[:60])
        elif ours not in self._shelf:
            self.leave("later", name)
        elif name != APP or self._takes_app(one):
            self._rule(name, ours, one)

    def _takes_app(self, one: Mapping[str, Any]) -> bool:
        """Whether the codes of that app are to be ours."""
        if self._codes:
            self.leave("merged", APP)
        elif one["state"] == "enabled" and one.get("isSoftwareOathEnabled") is False:
            self.leave("no_codes", APP)
        elif one["state"] == "enabled":
            self.leave("push", APP)
            return True
        return False

    def _rule(self, name: str, ours: str, one: Mapping[str, Any]) -> None:
        for setting, value in one.items():
            if setting not in _NAMING and setting != "isSoftwareOathEnabled":
                self.leave_setting(setting, f"{name}.{setting}", value)
        enabled = one["state"] == "enabled"
        include, known = self._targets(name, "includeTargets", one)
        exclude, all_known = self._targets(name, "excludeTargets", one)
        everybody = EVERYBODY in include
        if enabled and not (everybody or include) and known:
            self.leave("nobody", name)
        elif enabled and (not all_known or not (everybody or include)):
            self.leave("off", name)
        on = enabled and all_known and bool(include) and EVERYBODY not in exclude
        before = self.policy.methods.get(ours, MethodPolicy(enabled=False))
        rule = replace(before, enabled=on, include=() if everybody else include, exclude=_without_all(exclude))
        self.policy = replace(self.policy, methods={**self.policy.methods, ours: rule})
        self._codes = self._codes or (name == CODES and enabled)

    def _targets(self, name: str, side: str, one: Mapping[str, Any]) -> tuple[tuple[str, ...], bool]:
        """Our names of these groups, everybody by `EVERYBODY`, and whether none was lost."""
        found: dict[str, None] = {}
        whole = True
        for place, target in enumerate(one.get(side) or []):
            path = f"{name}.{side}[{place}]"
            for setting, value in target.items():
                if setting not in {"id", "targetType"}:
                    self.leave_setting(setting, f"{path}.{setting}", value)
            ours = EVERYBODY if target["id"] == EVERYBODY else self._groups(target["id"])
            if target.get("targetType") == "user":
                self.leave("user", path)
                whole = False
            elif not ours:
                self.leave("group", path, name=target["id"][:60])
                whole = False
            else:
                found[ours] = None
        return tuple(found), whole

    def _passes(self, one: Mapping[str, Any]) -> None:
        ours = {"defaultLifetimeInMinutes": "default_minutes", "maximumLifetimeInMinutes": "longest_minutes"}
        for setting, value in one.items():
            path = f"{PASS}.{setting}"
            if setting in ours and value is not None:
                self._minutes(path, ours[setting], value)
            elif setting == "isUsableOnce" and isinstance(value, bool):
                self.policy = replace(self.policy, passes=replace(self.policy.passes, once=value))
            elif setting not in _NAMING:
                self.leave_setting(setting, path, value)
        if one["state"] == "disabled":
            self.leave("pass_state", f"{PASS}.state")
        targets = [*(one.get("includeTargets") or []), *(one.get("excludeTargets") or [])]
        if any(target["id"] != EVERYBODY for target in targets):
            self.leave("pass_groups", f"{PASS}.includeTargets")

    def _minutes(self, path: str, name: str, value: object) -> None:
        low, high = RANGES[f"passes.{name}"]
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            self.leave("range", path, value=str(value)[:60], low=low, high=high)
        elif name == "default_minutes":
            self.policy = replace(self.policy, passes=replace(self.policy.passes, default_minutes=value))
        else:
            self.policy = replace(self.policy, passes=replace(self.policy.passes, longest_minutes=value))


def _without_all(groups: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(one for one in groups if one != EVERYBODY)
