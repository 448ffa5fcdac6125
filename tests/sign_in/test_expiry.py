"""Passwords that get old, where policy lets them."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from keyback.app.sign_in import expiry
from keyback.core.rules.interrupts import expires_at
from keyback.core.types import DAY
from keyback.wiring.janitor import Janitor
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, OPEN_POLICY, Living
from tests.signing import seated

NINETY = replace(OPEN_POLICY, passwords=replace(OPEN_POLICY.passwords, expiry_days=90))


def warnings(living: Living) -> list[str]:
    """To whom warnings went so far."""
    return [str(message["to"]) for message in living.delivered() if "must be changed soon" in str(message["subject"])]


def test_nobody_is_warned_where_passwords_do_not_expire(living: Living) -> None:
    """PWD-8, decisions 11: off by default."""
    living.ada()
    living.clock.move(1_000 * DAY)
    assert expiry.warn(living.house) == 0
    assert warnings(living) == []


def test_one_mail_fourteen_days_before_and_never_two(living: Living) -> None:
    """NOT-1, NOT-5: once for each password."""
    person = living.ada()
    living.set_policy(NINETY)
    living.clock.move(living.password_of(person).set_at + 76 * DAY - 1 - living.clock.now())
    assert expiry.warn(living.house) == 0
    living.clock.move(1)
    janitor = Janitor(living.running)
    for _ in range(3):
        janitor.sweep()
    assert warnings(living) == [MAIL]
    browser = seated(living, person, proved="totp")
    browser.get("/password")
    browser.post(current=OLD_PASSWORD, new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert living.has_password(person, NEW_PASSWORD)
    assert expiry.warn(living.house) == 0
    living.clock.move(76 * DAY)
    assert expiry.warn(living.house) == 1
    assert warnings(living) == [MAIL, MAIL]


def test_two_that_warn_at_once_send_one_mail(living: Living) -> None:
    """RAC-1: one conditional write for each password."""
    living.ada()
    living.set_policy(NINETY)
    living.clock.move(80 * DAY)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: expiry.warn(living.house), range(2)))
    assert warnings(living) == [MAIL]


def test_who_is_disabled_or_past_it_gets_no_warning(living: Living) -> None:
    """NOT-1: a warning comes before the day, and to people who can act on it."""
    living.person("gone", enabled=False)
    living.ada()
    living.set_policy(NINETY)
    living.clock.move(90 * DAY)
    assert expiry.warn(living.house) == 0


def test_more_people_than_one_batch_are_all_told(quick: Living) -> None:
    """DOS-6: a little at a time, until all are told."""
    for number in range(expiry.AT_ONCE + 1):
        quick.person(f"p{number}")
    quick.set_policy(NINETY)
    quick.clock.move(80 * DAY)
    Janitor(quick.running).sweep()
    assert expiry.warn(quick.house) == 0
    with quick.store.reading() as unit:
        assert unit.people.expiring(0, 2**62, 1_000) == []


def test_when_it_works_until(quick: Living) -> None:
    """PWD-8: said on the page only in the last fourteen days."""
    before = quick.password_of(quick.ada())
    ends = before.set_at + 90 * DAY
    assert expiry.warning(NINETY.passwords, before, ends - 14 * DAY - 1) is None
    assert expiry.warning(NINETY.passwords, before, ends - 14 * DAY) == ends
    assert expiry.warning(NINETY.passwords, before, ends) is None
    assert expiry.warning(OPEN_POLICY.passwords, before, ends) is None
    assert expires_at(NINETY.passwords, None) is None


def test_the_signed_in_page_warns_and_leads_to_where_it_is_changed(living: Living) -> None:
    """PWD-8: with a link; nothing is said before it is time."""
    person = living.ada()
    living.set_policy(NINETY)
    page = seated(living, person, proved="totp").get("/signed-in")
    assert page["messages"] == []
    living.clock.move(80 * DAY)
    page = seated(living, person, proved="totp").get("/signed-in")
    assert [message["id"] for message in page["messages"]] == ["signed_in.expires"]
    assert {"/security-info", "/sessions", "/password", "/contact"} <= {link["href"] for link in page["links"]}


def test_the_signed_in_page_says_that_security_info_is_closed(quick: Living) -> None:
    """REG-1, decisions 26: and until when."""
    person = quick.ada()
    with quick.store.writing() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody is not None
        unit.people.keep(person, replace(somebody.upkeep, recovered_at=unit.now), unit.now)
    page = seated(quick, person, proved="totp").get("/signed-in")
    assert [message["id"] for message in page["messages"]] == ["signed_in.closed"]
