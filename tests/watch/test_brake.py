"""The brake on a flood of completed resets (decisions 9)."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from keyback.app.policy.standing import rebuild
from keyback.app.watch import brake
from keyback.app.watch.tend import tend
from keyback.core.errors import Refused
from keyback.core.ports import Beat
from keyback.core.rules.norms import resets_allowed
from keyback.core.types import DAY, HOUR, MINUTE
from tests.living import MAIL, NEW_PASSWORD, Living
from tests.nodes import another_node
from tests.watch.weather import CROWD, administrator, complete, lines, now, told


@pytest.mark.parametrize(
    ("people", "busiest", "budget"),
    [(0, 0, 30), (6_000, 0, 30), (6_200, 0, 31), (100_000, 0, 500), (100, 11, 33), (100_000, 200, 600), (10, 10, 30)],
)
def test_the_formula(people: int, busiest: int, budget: int) -> None:
    """Decisions 9: max(30, 0.5 % of enabled people, three times the busiest five minutes)."""
    assert resets_allowed(people, Beat(busiest, busiest, 1)) == budget


def test_thirty_resets_in_five_minutes_put_it_on_and_who_proved_something_finishes(living: Living) -> None:
    """Decisions 9, AUD-7: everybody is told alike when to try again, and nothing is charged or spent."""
    living.set_policy(CROWD)
    living.ada()
    boss = administrator(living)
    proven, unproven, unknown = living.browser(), living.browser(), living.browser()
    proven.first_gate()
    unproven.start()
    unproven.choose("totp")
    unknown.start("nobody@contoso.example")
    complete(living, 29)
    assert not now(living).braked
    complete(living, 1)
    assert now(living).brake_until == living.clock.now() + HOUR
    before = living.story()
    seen = []
    for browser in (unproven, unknown):
        browser.post(**({"answer": living.code_of_app()} if browser is unproven else {"method": "email_code"}))
        seen.append((browser.status, browser.told(), browser.headers["retry-after"]))
    fresh = living.browser()
    fresh.get("/reset")
    seen.append((fresh.status, fresh.told(), fresh.headers["retry-after"]))
    assert seen == [(429, ["brake.on"], "3600")] * 3
    assert living.story() == before
    proven.choose("totp")
    proven.post(answer=living.code_of_app())
    proven.set_password()
    assert proven.page["state"] == "done"
    assert living.has_password("id-ada", NEW_PASSWORD)
    assert [line["result"] for line in lines(living, "Pause password resets")] == ["success"]
    assert told(living, boss).count("Password resets pause for an hour") == 1


def test_a_form_sent_while_it_is_on_is_answered_alike_for_every_id(living: Living) -> None:
    """Decisions 9, ENU-1."""
    living.set_policy(CROWD)
    living.ada()
    pages = []
    forms = [living.browser(), living.browser()]
    for browser in forms:
        browser.get("/reset")
    complete(living, 30)
    for browser, name in zip(forms, ("ada", "nobody"), strict=True):
        browser.post(user_id=f"{name}@contoso.example", work="")
        pages.append((browser.status, browser.told()))
    assert pages == [(429, ["brake.on"])] * 2


def test_it_ends_by_itself_after_an_hour(quick: Living) -> None:
    """Decisions 9; resets that complete meanwhile do not make it longer."""
    quick.set_policy(CROWD)
    quick.ada()
    complete(quick, 30)
    until = now(quick).brake_until
    quick.clock.move(20 * MINUTE)
    complete(quick, 40)
    assert now(quick).brake_until == until
    quick.clock.move(40 * MINUTE)
    browser = quick.browser()
    assert browser.first_gate()["state"] == "choose_method"
    complete(quick, 30)
    assert now(quick).braked
    assert len(lines(quick, "Pause password resets")) == 2


def test_slow_resets_never_put_it_on(quick: Living) -> None:
    """Decisions 9: thirty in five minutes, not in a day."""
    for _ in range(10):
        complete(quick, 29)
        quick.clock.move(5 * MINUTE)
    assert not now(quick).braked


def test_many_at_once_put_it_on_once(living: Living) -> None:
    """RAC-1: one line, one mail, and no reset goes uncounted."""
    boss = administrator(living)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: complete(living, 5), range(8)))
    assert now(living).braked
    assert len(lines(living, "Pause password resets")) == 1
    assert told(living, boss) == ["Password resets pause for an hour"]
    with living.store.reading() as unit:
        assert unit.pulse.within("resets", 0, living.clock.now() + 1).total == 40


def test_it_holds_on_every_node_and_after_a_restart(living: Living) -> None:
    """THR-8: it is a row."""
    living.set_policy(CROWD)
    living.ada()
    complete(living, 30)
    with another_node(living):
        other = living.browser()
        other.get("/reset")
        assert (other.status, other.told()) == (429, ["brake.on"])


def test_an_administrator_releases_it_with_a_reason(living: Living) -> None:
    """Decisions 9: audited; and the count begins anew."""
    living.set_policy(CROWD)
    living.ada()
    with pytest.raises(Refused, match=r"brake\.off"):
        brake.release(living.house, "host:root", "why not")
    complete(living, 30)
    with pytest.raises(Refused, match=r"brake\.why"):
        brake.release(living.house, "host:root", " ")
    assert brake.show(living.house).until == living.clock.now() + HOUR
    brake.release(living.house, "host:root", "all of Berlin changes passwords")
    found = lines(living, "Let password resets begin again")
    assert [(line["actor"], line["reason"]) for line in found] == [("host:root", "all of Berlin changes passwords")]
    assert living.browser().first_gate()["state"] == "choose_method"
    complete(living, 29)
    assert not now(living).braked
    complete(living, 1)
    assert now(living).braked


def test_what_was_well_before_is_well_again(living: Living) -> None:
    """Decisions 9: the janitor works the number out from people and from the last 28 days, at most once an hour."""
    living.ada()
    rebuild(living.house)
    tend(living.house)
    assert now(living).brake_budget == 30
    complete(living, 25)
    living.clock.move(10 * MINUTE)
    tend(living.house)
    assert now(living).brake_budget == 30
    living.clock.move(HOUR)
    tend(living.house)
    shown = brake.show(living.house)
    assert (shown.budget, shown.busiest, shown.people, shown.resets) == (75, 25, 1, 0)
    complete(living, 74)
    assert not now(living).braked
    complete(living, 1)
    assert now(living).braked
    living.clock.move(29 * DAY)
    tend(living.house)
    assert now(living).brake_budget == 30


def test_a_real_reset_counts(quick: Living) -> None:
    """Decisions 9: page by page, in the transaction that writes the password."""
    quick.ada()
    browser = quick.browser()
    browser.both_gates()
    browser.set_password()
    assert brake.show(quick.house).resets == 1
    with quick.store.reading() as unit:
        counted = {name: unit.pulse.within(name, 0, quick.clock.now() + 1).total for name in NAMES}
    assert counted == {"resets": 1, "starts": 1, "sends": 1, "right": 2, "failures": 0}
    assert MAIL in str(quick.delivered())


NAMES = ("resets", "starts", "sends", "right", "failures")


def test_the_command_shows_the_formula_and_releases(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Decisions 9."""
    from keyback.__main__ import main
    from keyback.store.engine import SqliteEngine

    living = Living(SqliteEngine(tmp_path / "keyback.db"))
    complete(living, 30)
    with living.store.writing() as unit:
        unit.pulse.set_figure("brake.until", 2**42)
    living.close()
    key = tmp_path / "master.key"
    key.write_text("1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n")
    key.chmod(0o600)
    (tmp_path / "keyback.toml").write_text('base_url = "http://localhost:8443"\n')
    monkeypatch.setenv("KEYBACK_CONFIG", str(tmp_path / "keyback.toml"))
    monkeypatch.chdir(tmp_path)
    assert main(["policy", "brake"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The brake is on until 2109-")
    assert "three times the busiest five minutes of the last 28 days" in said
    assert main(["policy", "brake", "--release"]) == 1
    capsys.readouterr()
    assert main(["policy", "brake", "--release", "--reason", "Monday", "--json"]) == 0
    assert '"on": false' in capsys.readouterr().out
    assert main(["policy", "brake", "--release", "--reason", "again"]) == 1
