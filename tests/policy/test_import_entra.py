"""Entra's authentication methods policy becomes ours, and nothing of it is lost without a word; decisions 22."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from keyback.app.policy.entra import MOST_BYTES, Converted
from keyback.app.policy.import_entra import import_entra
from keyback.core.errors import Invalid
from keyback.core.policy import MethodPolicy
from tests.living import OPEN_POLICY, Living
from tests.store.filling import add_group

SAMPLE = Path(__file__).resolve().parents[1] / "data" / "entra-methods-policy.json"
BERLIN, OUT = "11111111-1111-4111-8111-111111111111", "22222222-2222-4222-8222-222222222222"
NAMES = f"{BERLIN},Berlin\n{OUT},Contractors\n".encode()
ALL = {"targetType": "group", "id": "all_users"}


@pytest.fixture
def office(quick: Living) -> Living:
    with quick.store.writing() as unit:
        add_group(unit, "g-1", "Berlin")
        add_group(unit, "g-2", "Contractors")
    return quick


def sample(**changes: Any) -> bytes:
    return json.dumps(json.loads(SAMPLE.read_bytes()) | changes).encode()


def one(**configuration: Any) -> bytes:
    return json.dumps({"authenticationMethodConfigurations": [configuration]}).encode()


def left(done: Converted) -> list[tuple[str, str | int]]:
    return [(text.id.removeprefix("entra.left."), text.values["path"]) for text in done.left]


def mistakes(office: Living, data: bytes, names: bytes = b"") -> list[str]:
    with pytest.raises(Invalid) as refused:
        import_entra(office.house, data, names)
    return [text.id for text in refused.value.mistakes] or [refused.value.text.id]


def test_methods_groups_passes_and_days_are_taken_over(office: Living) -> None:
    done = import_entra(office.house, SAMPLE.read_bytes(), NAMES)
    assert done.policy.methods["totp"] == MethodPolicy()
    assert done.policy.methods["sms_code"] == MethodPolicy(include=("Berlin",), exclude=("Contractors",))
    assert done.policy.methods["email_code"] == MethodPolicy()
    assert done.policy.methods["recovery_code"] == OPEN_POLICY.methods["recovery_code"]
    assert done.policy.registration.reconfirm_days == 90
    assert (done.policy.passes.default_minutes, done.policy.passes.longest_minutes) == (120, 480)
    assert not done.policy.passes.once


def test_everything_that_was_left_out_is_named_with_the_reason(office: Living) -> None:
    done = import_entra(office.house, SAMPLE.read_bytes(), NAMES)
    assert set(left(done)) == {
        ("migration", "policyMigrationState"), ("campaign", "registrationEnforcement"), ("later", "Fido2"),
        ("push", "MicrosoftAuthenticator"), ("unknown", "MicrosoftAuthenticator.featureSettings"),
        ("sign_in", "Sms.includeTargets[0].isUsableForSignIn"), ("unknown", "TemporaryAccessPass.defaultLength"),
        ("unknown", "TemporaryAccessPass.minimumLifetimeInMinutes"), ("later", "HardwareOath"), ("later", "Voice"),
        ("unknown", "Email.allowExternalIdToUseEmailOtp"), ("certificate", "X509Certificate"),
    }  # fmt: skip


def test_groups_may_be_called_by_their_name_here(office: Living) -> None:
    data = one(id="Email", state="enabled", includeTargets=[{"id": "berlin", "targetType": "group"}])
    assert import_entra(office.house, data).policy.methods["email_code"].include == ("Berlin",)


@pytest.mark.parametrize(
    ("sides", "reasons"),
    [
        ({"includeTargets": [{"id": "gone", "targetType": "group"}]}, {"group", "off"}),
        ({"includeTargets": [ALL], "excludeTargets": [{"id": "gone", "targetType": "group"}]}, {"group", "off"}),
        ({"includeTargets": [{"id": "x", "targetType": "user"}]}, {"user", "off"}),
        ({"includeTargets": []}, {"nobody"}),
        ({"includeTargets": [ALL], "excludeTargets": [ALL]}, set()),
    ],
)
def test_nobody_gets_more_than_the_file_gives(office: Living, sides: Mapping[str, object], reasons: set[str]) -> None:
    """Decisions 22: an unknown group never means everybody."""
    done = import_entra(office.house, one(id="Email", state="enabled", **sides))
    assert not done.policy.methods["email_code"].enabled
    assert {why for why, _ in left(done)} == reasons


def test_what_is_off_there_is_off_here(office: Living) -> None:
    done = import_entra(office.house, one(id="SoftwareOath", state="disabled", includeTargets=[ALL]))
    assert not done.policy.methods["totp"].enabled


@pytest.mark.parametrize(
    ("codes", "app", "why"),
    [("enabled", {"state": "enabled"}, "merged"), ("disabled", {"state": "enabled"}, "push"),
     ("disabled", {"state": "enabled", "isSoftwareOathEnabled": False}, "no_codes")],
)  # fmt: skip
def test_two_that_become_one_count_once(office: Living, codes: str, app: Mapping[str, object], why: str) -> None:
    both = [{"id": "MicrosoftAuthenticator", "includeTargets": [ALL], **app},
            {"id": "SoftwareOath", "state": codes, "includeTargets": [{"id": "berlin"}]}]  # fmt: skip
    done = import_entra(office.house, json.dumps({"authenticationMethodConfigurations": both}).encode())
    wanted = {"merged": (True, ("Berlin",)), "push": (True, ()), "no_codes": (False, ("Berlin",))}[why]
    rule = done.policy.methods["totp"]
    assert (rule.enabled, rule.include) == wanted
    assert (why, "MicrosoftAuthenticator") in left(done)


def test_numbers_that_are_not_possible_here_are_named(office: Living) -> None:
    done = import_entra(office.house, sample(reconfirmationInDays=9_999), NAMES)
    assert ("range", "reconfirmationInDays") in left(done)
    assert done.policy.registration == OPEN_POLICY.registration
    passes = {"id": "TemporaryAccessPass", "state": "disabled", "defaultLifetimeInMinutes": "60",
              "maximumLifetimeInMinutes": 1, "includeTargets": [{"id": "berlin"}]}  # fmt: skip
    assert [why for why, _ in left(import_entra(office.house, one(**passes)))] == [
        "range", "range", "pass_state", "pass_groups",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", "entra.json"),
        (b"self_service: {}", "entra.json"),
        (b"\xff\xfe\xff", "entra.json"),
        (b"[" * 100_000, "entra.json"),
        (b" " * (MOST_BYTES + 1), "entra.size"),
        (b"[]", "entra.shape"),
        (b"{}", "entra.shape"),
        (b'{"authenticationMethodConfigurations": {}}', "entra.shape"),
        (b'{"authenticationMethodConfigurations": [1]}', "entra.shape"),
        (b'{"authenticationMethodConfigurations": [], "authenticationMethodConfigurations": []}', "entra.repeated"),
        (one(id="Sms", state="on"), "entra.state"),
        (one(id="Sms"), "entra.state"),
        (one(id=["Sms"], state="enabled"), "entra.shape"),
        (one(id="Sms", state="enabled", includeTargets="all_users"), "entra.shape"),
        (one(id="Sms", state="enabled", includeTargets=[{"id": 1}]), "entra.shape"),
    ],
)
def test_what_is_not_such_a_policy_is_refused(office: Living, data: bytes, expected: str) -> None:
    assert mistakes(office, data) == [expected]


def test_a_method_that_stands_twice_is_refused_with_everything_else(office: Living) -> None:
    mail = {"id": "Email", "state": "enabled"}
    data = json.dumps({"authenticationMethodConfigurations": [mail, {**mail, "state": "maybe"}]}).encode()
    assert mistakes(office, data) == ["entra.state", "entra.twice"]


@pytest.mark.parametrize("names", [b"one column", b"a,b,c", b"\xff,b", b"a,b\na,c", b"a,b\n" * MOST_BYTES])
def test_a_file_of_groups_that_cannot_be_read_is_refused(office: Living, names: bytes) -> None:
    assert mistakes(office, SAMPLE.read_bytes(), names) == ["entra.groups"]
