"""Authenticator codes, against OATH Toolkit's oathtool."""

from dataclasses import replace
from urllib.parse import parse_qs, unquote, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyback.core.ports import Right, Verdict, Wrong
from keyback.core.types import SECOND, Enrolment
from keyback.methods.totp import METHOD, code_at, step_at
from tests.contracts.kit import Counting, oathtool
from tests.people import ADA, ADA_SECRET, enrolment

STEP = 30 * SECOND
BEGIN = 1_790_000_010_000 // STEP * STEP
"""The first millisecond of a step."""
KEY = "AAAQEAYEAUDAOCAJBIFQYDIOB4IBCEQT"
DEVICE = enrolment("totp", ADA_SECRET)
OTHER = enrolment("totp", ADA_SECRET[::-1], name="tablet")


def at(now: int, answer: str, *devices: Enrolment) -> Verdict:
    return METHOD.check(devices or (DEVICE,), b"", answer, Counting().tools(now))


@pytest.mark.parametrize("when", [0, 59, 1_111_111_109, 1_234_567_890, 2_000_000_000, 20_000_000_000])
def test_codes_are_those_of_rfc_6238(when: int) -> None:
    """RFC 6238 appendix B: the times of its test vectors, with the published secret."""
    secret = b"12345678901234567890"
    vectors = {59: "287082", 1_111_111_109: "081804", 1_234_567_890: "005924", 2_000_000_000: "279037"}
    vectors |= {20_000_000_000: "353130", 0: "755224"}
    assert code_at(secret, step_at(when * SECOND)) == vectors[when]


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 4_000_000_000))
def test_codes_are_those_of_oathtool(when: int) -> None:
    assert code_at(ADA_SECRET, step_at(when * SECOND)) == oathtool(KEY, when * SECOND)


@pytest.mark.parametrize("offset", [-3, -2, -1, 0, 1, 2, 3])
def test_the_current_and_the_previous_step_count_and_no_other(offset: int) -> None:
    """TOT-2, decisions 7"""
    verdict = at(BEGIN, oathtool(KEY, BEGIN + offset * STEP))
    if offset in {-1, 0}:
        assert verdict == Right(DEVICE, counter=BEGIN // STEP + offset)
    else:
        assert verdict == Wrong()


@pytest.mark.parametrize(
    ("now", "right"), [(BEGIN - 1, False), (BEGIN, True), (BEGIN + 2 * STEP - 1, True), (BEGIN + 2 * STEP, False)]
)
def test_a_code_lives_to_the_millisecond(now: int, *, right: bool) -> None:
    """COD-3, TOT-2: from the first millisecond of its step to the last of the next."""
    assert isinstance(at(now, oathtool(KEY, BEGIN)), Right) is right


@pytest.mark.parametrize("accepted", [-2, -1, 0, 1])
def test_only_steps_above_the_highest_accepted_one_count(accepted: int) -> None:
    """TOT-1"""
    used = replace(DEVICE, counter=BEGIN // STEP + accepted)
    assert isinstance(at(BEGIN, oathtool(KEY, BEGIN), used), Right) is (accepted < 0)
    assert isinstance(at(BEGIN, oathtool(KEY, BEGIN - STEP), used), Right) is (accepted < -1)


def test_each_device_answers_for_itself() -> None:
    assert at(BEGIN, code_at(OTHER.secret, BEGIN // STEP), DEVICE, OTHER) == Right(OTHER, counter=BEGIN // STEP)
    assert at(BEGIN, oathtool(KEY, BEGIN), DEVICE, OTHER) == Right(DEVICE, counter=BEGIN // STEP)
    assert METHOD.trust_roots(DEVICE) != METHOD.trust_roots(OTHER)


def test_a_used_device_does_not_stand_in_the_way_of_another_with_the_same_secret() -> None:
    used, fresh = replace(DEVICE, counter=BEGIN // STEP), replace(DEVICE, id="copy")
    assert at(BEGIN, oathtool(KEY, BEGIN), used, fresh) == Right(fresh, counter=BEGIN // STEP)


def test_a_new_secret_has_160_bits_and_reads_as_apps_expect_it() -> None:
    """TOT-3"""
    counting = Counting()
    made = METHOD.register_begin("ada@example.org", "Ex & Co", counting, counting)
    assert counting.calls == ["bytes 20"]
    address = urlsplit(made.show["uri"])
    assert (address.scheme, address.netloc) == ("otpauth", "totp")
    assert unquote(address.path) == "/Ex & Co:ada@example.org"
    wanted = {"secret": made.show["key"], "issuer": "Ex & Co", "algorithm": "SHA1", "digits": "6", "period": "30"}
    assert {name: values[0] for name, values in parse_qs(address.query).items()} == wanted
    assert code_at(made.secrets[0], BEGIN // STEP) == oathtool(made.show["key"], BEGIN)


def test_the_code_that_proved_the_registration_is_spent() -> None:
    """TOT-1, TOT-4"""
    counting = Counting()
    made = METHOD.register_begin(ADA.upn, "Example", counting, counting)
    code = oathtool(made.show["key"], BEGIN)
    counter = METHOD.register_check(made, code, counting.tools(BEGIN))
    assert counter == BEGIN // STEP
    assert METHOD.register_check(made, code, counting.tools(BEGIN - 1)) is None
    registered = replace(enrolment("totp", made.secrets[0]), counter=counter)
    assert at(BEGIN, code, registered) == Wrong()
    assert isinstance(at(BEGIN + STEP, oathtool(made.show["key"], BEGIN + STEP), registered), Right)
