"""What operators see of limits, and how they open again what is shut."""

import json
from pathlib import Path
from typing import Any

import pytest

from keyback.app.people.pauses import clear_pause
from keyback.app.people.ports import Work
from keyback.app.people.showing import show
from keyback.cli._people_show import as_data
from keyback.core.errors import Invalid, NotFound
from keyback.core.policy import Limits
from keyback.core.rules.limits import LIMITS
from keyback.core.types import DAY
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from tests.app.test_people_commands import Install
from tests.limits.visiting import ADA, known, limited, sign_in, wrong_answers
from tests.living import Browser, Living


def work_of(living: Living) -> Work:
    return Work(living.house, SqlPeopleChanges, SqlGroupChanges, "host:root")  # type: ignore[arg-type]  # units of this store


def shut(browser: Browser) -> None:
    """Use up the budget that this browser spends: resets, messages, signing in."""
    for way in ("totp", "sms_code"):
        wrong_answers(browser, way)
    for number in range(10):
        sign_in(browser, f"not her password {number}")


def opens(living: Living, browser: Browser) -> list[int]:
    """Statuses of a right answer, a message, and signing in."""
    browser.start()
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    answered = browser.status
    sign_in(browser)
    return [answered, browser.status]


def test_clearing_a_pause_opens_everything_for_known_clients_and_for_others(quick: Living) -> None:
    """decisions 9: audited, with what was cleared."""
    quick.set_policy(limited(failures_per_account_and_source_hour=50))
    quick.ada()
    hers = known(quick)
    shut(hers)
    shut(quick.browser("203.0.113.1"))
    assert opens(quick, quick.browser("203.0.113.2")) == [429, 429]
    assert opens(quick, hers) == [429, 429]
    card = show(work_of(quick), ADA)
    assert card.paused_known is not None
    assert as_data(card)["paused_until"] == {"known_clients": card.paused_known, "all_others": card.paused_others}
    assert card.paused_others is not None
    assert quick.clock.now() < card.paused_others <= quick.clock.now() + DAY

    cleared = clear_pause(work_of(quick), ADA, "called back")
    assert {"failures.account", "failures.method", "failures.row", "sign_in.failures", "sign_in.gap"} <= set(cleared)
    assert "sends.account.hour" in cleared
    assert (show(work_of(quick), ADA).paused_known, show(work_of(quick), ADA).paused_others) == (None, None)
    quick.clock.move(30_000)  # to a number of the app that was not used yet
    assert opens(quick, quick.browser("203.0.113.3")) == [200, 200]
    quick.clock.move(60_000)
    assert opens(quick, hers) == [200, 200]
    told = next(line for line in quick.story() if line["activity"] == "Clear pause")
    assert (told["actor"], told["target"], told["result"]) == ("host:root", "id-ada", "success")
    assert json.loads(told["details"]) == {"cleared": ", ".join(cleared), "why": "called back"}
    assert clear_pause(work_of(quick), ADA, "again") != cleared


@pytest.mark.parametrize("reason", ["", "  ", "x" * 201, "bell\a"])
def test_a_reason_is_needed(quick: Living, reason: str) -> None:
    quick.ada()
    with pytest.raises(Invalid):
        clear_pause(work_of(quick), ADA, reason)


def test_nobody_has_no_pause(quick: Living) -> None:
    with pytest.raises(NotFound):
        clear_pause(work_of(quick), "nobody@contoso.example", "why not")


@pytest.fixture
def install(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Install:
    return Install(tmp_path, capsys)


def test_the_command_clears_and_says_so(install: Install) -> None:
    assert install.run("people", "add", ADA)[0] == 0
    code, out, _ = install.run("people", "clear-pause", ADA, "--reason", "called back")
    assert (code, out) == (0, f"{ADA} had used up nothing.\n")
    assert install.json("people", "clear-pause", ADA, "--reason", "x") == {"user_id": ADA, "cleared": []}
    assert install.run("people", "clear-pause", ADA)[0] == 2
    code, _, err = install.run("people", "clear-pause", ADA, "--reason", "")
    assert code == 1
    assert "Give a reason" in err
    assert "PAUSED" not in install.run("people", "show", ADA)[1]


def test_limits_are_shown_with_their_present_numbers(install: Install) -> None:
    """decisions 9: one line for each limit, in human units."""
    file = install.folder / "policy.yaml"
    file.write_text("limits: {failures_per_account_day: 7, trusted_networks: [198.51.100.0/24]}\n")
    assert install.run("policy", "apply", str(file))[0] == 0
    _, out, _ = install.run("policy", "limits")
    lines = out.splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("failures.account"))
    assert " 7 wrong answers per account, in 1 day  (limits.failures_per_account_day)" in lines[at]
    assert "closed for 1 day" in lines[at + 1]
    assert lines[-1] == "Trusted networks (limits.trusted_networks): 198.51.100.0/24."
    assert [line.split()[0] for line in lines if line[0] not in " T"] == list(LIMITS)
    shown: list[dict[str, Any]] = install.json("policy", "limits")["limits"]
    by_name = {one["name"]: one for one in shown}
    assert by_name["failures.account"]["budget"] == 7
    assert by_name["failures.method"]["budget"] == Limits().failures_per_method_hour
    assert by_name["starts.source"]["trusted_networks_tenfold"]


def test_a_trusted_network_must_be_one(install: Install) -> None:
    """decisions 9"""
    file = install.folder / "policy.yaml"
    file.write_text("limits: {trusted_networks: [198.51.100.0/24, everywhere]}\n")
    code, out, err = install.run("policy", "check", str(file))
    assert code == 1
    assert "limits.trusted_networks[1]: everywhere is not a network" in out + err


@pytest.mark.parametrize("everybody", ["0.0.0.0/0", "0.0.0.0/1", "::/0", "2000::/3"])
def test_nobody_can_trust_the_whole_world(install: Install, everybody: str) -> None:
    """decisions 9"""
    file = install.folder / "policy.yaml"
    file.write_text(f"limits: {{trusted_networks: [10.0.0.0/8, '{everybody}']}}\n")
    code, out, err = install.run("policy", "check", str(file))
    assert code == 1
    assert f"limits.trusted_networks[1]: {everybody} is too much to trust" in out + err
    assert "trusted_networks[0]" not in out + err
