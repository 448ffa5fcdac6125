"""Wrong passwords: which are counted, when they are forgotten, and that strangers learn nothing from it (decisions 25)."""

from dataclasses import replace

from keyback.core.types import DAY, MINUTE
from keyback.store.engine import Sql, SqliteEngine
from keyback.wiring.hasher import Argon2Hasher, Cost
from tests.counting import Counter
from tests.living import OLD_PASSWORD, Living
from tests.sign_in.walking import ADA, STEP, enter, give_pass, log, place, quiet
from tests.signing import sign_in, with_app


def failures(living: Living) -> int:
    """How many wrong passwords are counted against Ada's account."""
    with living.store.reading() as unit:
        rows = unit.link.all(Sql("SELECT used FROM throttle WHERE limit_name = 'sign_in.failures'"), {})
    return sum(int(row[0]) for row in rows)


def test_the_last_three_wrong_passwords_are_not_counted_again(living: Living) -> None:
    """decisions 25: for one day, whoever is meant; the network is charged all the same."""
    living.ada()
    for user_id in (ADA, "nobody@contoso.example"):
        before = failures(living)
        for password in ("one", "two", "three", "one", "two", "three", "three"):
            assert enter(living, password, user_id).status == 422
        assert failures(living) == before + 3
        enter(living, "four", user_id)
        enter(living, "one", user_id)
        assert failures(living) == before + 5
    living.clock.move(DAY)
    enter(living, "one")
    with living.store.reading() as unit:
        rows = unit.link.all(Sql("SELECT sealed FROM wrong_password"), {})
    assert len(rows) == 2
    assert not any(b"three" in bytes(row[0]) for row in rows)


def test_the_same_wrong_password_all_day_shuts_nobody_out(quick: Living) -> None:
    """decisions 25: a phone that goes on sending the old password."""
    quick.ada()
    assert {enter(quick, "the password of last year").status for _ in range(40)} == {422}
    browser = enter(quick, OLD_PASSWORD)
    assert browser.page["state"] == "answer"


def test_a_right_password_alone_forgets_no_failures(quick: Living) -> None:
    """decisions 25: only its own try is given back, until all factors are there."""
    quick.ada()
    for number in range(9):
        enter(quick, f"wrong {number}")
    browser = enter(quick, OLD_PASSWORD)
    assert failures(quick) == 9
    browser.post(answer="000000")
    assert failures(quick) == 9
    with_app(browser)
    assert browser.page["state"] == "signed_in"
    assert failures(quick) == 0


def test_a_guess_before_the_password_was_changed_is_a_new_one_after_it(quick: Living) -> None:
    """decisions 25: forgotten when the password changes."""
    person = quick.ada()
    enter(quick, "my guess")
    with quick.store.writing() as unit:
        present = unit.people.credential(person, 0)
        assert present is not None
        assert unit.people.set_credential(person, present, unit.now)
    before = failures(quick)
    enter(quick, "my guess")
    assert failures(quick) == before + 1


def test_what_strangers_type_costs_the_same_whoever_is_meant() -> None:
    """ENU-1, ENU-2: statements and hashes, also for what looks like a pass, with a live pass or without."""
    counter = Counter()
    living = Living(SqliteEngine(None), between=counter.between)
    living.ada()
    bo = living.person("bo")
    give_pass(living, bo)
    living.person("gone", enabled=False)
    seen = []
    for user_id in (ADA, "bo@contoso.example", "gone@contoso.example", "nobody@contoso.example"):
        browser = living.browser()
        browser.get("/sign-in")
        works = []
        for password in ("wrong", "wrong", "ABCD-EFGH-JKMN", "ABCD-EFGH-JKMN", "other"):
            counter.take()
            browser.post(user_id=user_id, password=password)
            work = counter.take()
            works.append((browser.status, work.statements, work.hashes))
        seen.append(works)
    living.close()
    assert seen[0] == seen[1] == seen[2] == seen[3]


def test_enforced_registration_adds_no_statement_to_the_sign_in_of_who_registered() -> None:
    """decisions 24: what is looked at anyway tells whether something is missing."""
    seen = []
    for required in (True, False):
        counter = Counter()
        living = Living(SqliteEngine(None), quiet(required_at_sign_in=required), counter.between)
        living.ada()
        browser = living.browser()
        sign_in(browser)
        browser.post(answer=living.code_of_app())
        browser.post()
        living.clock.move(STEP)
        browser.get("/sign-in")
        counter.take()
        browser.post(user_id=ADA, password=OLD_PASSWORD)
        browser.post(answer=living.code_of_app())
        assert browser.page["state"] == "signed_in"
        seen.append(counter.take().statements)
        living.close()
    assert seen[0] == seen[1]


def test_a_hash_of_old_parameters_is_renewed_by_its_sign_in(living: Living) -> None:
    """PWD-7: the same password, no new generation, the same version; a wrong password renews nothing."""
    person = living.ada()
    old = Argon2Hasher(Cost(memory_kib=16, passes=2)).hash(OLD_PASSWORD)
    with living.store.writing() as unit:
        before = unit.people.credential(person, 0)
        assert before is not None
        assert unit.people.set_credential(person, replace(before, encoded=old), unit.now)
    assert living.house.hasher.outdated(old)
    enter(living, "wrong")
    assert living.password_of(person).encoded == old
    browser = enter(living, OLD_PASSWORD)
    after = living.password_of(person)
    assert not living.house.hasher.outdated(after.encoded)
    assert (after.version, living.has_password(person, OLD_PASSWORD)) == (2, True)
    assert place(browser) == "/sign-in/factor"
    enter(living, OLD_PASSWORD)
    assert living.password_of(person).encoded == after.encoded


def test_a_new_browser_is_told_of_and_a_known_one_not(living: Living) -> None:
    """NOT-1: when all factors are there; with the link “this was not me”."""
    living.ada()
    enter(living, OLD_PASSWORD)
    assert living.delivered() == []
    browser = enter(living, OLD_PASSWORD)
    with_app(browser)
    [mail] = living.delivered()
    assert (mail["to"], mail["subject"]) == (
        "private@mailbox.example", "Somebody signed in with your account on a new device",
    )  # fmt: skip
    assert "/not-me/" in mail["text"]
    browser.post()
    sign_in(browser)
    with_app(browser)
    assert len(living.delivered()) == 1


def test_somebody_who_registered_nothing_is_not_told(quick: Living) -> None:
    """NOT-1: every browser is new at the first sign-in."""
    quick.person("ada")
    enter(quick, OLD_PASSWORD)
    assert quick.delivered() == []


def test_every_attempt_is_in_the_log_with_its_number(quick: Living) -> None:
    """AUD-1: 50034, 50126, 50057, 50053, 50074, 500121, success."""
    quick.ada()
    quick.person("gone", enabled=False)
    enter(quick, OLD_PASSWORD, "nobody@contoso.example")
    enter(quick, OLD_PASSWORD, "gone@contoso.example")
    for number in range(11):
        enter(quick, f"wrong {number}")
    quick.clock.move(2 * MINUTE)
    browser = enter(quick, OLD_PASSWORD)
    browser.post(answer="000000")
    with_app(browser)
    assert [reason for _, reason in log(quick)] == [
        "50034", "50057", *["50126"] * 10, "50053", "50074", "500121", "",
    ]  # fmt: skip
    assert OLD_PASSWORD not in str(quick.story())
