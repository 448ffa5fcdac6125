"""Where Keyback is busy nothing is lost: one press sends what was typed again, and the journey ends well (DOS-1)."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from keyback.core.types import ContactKind
from keyback.wiring.hasher import Argon2Hasher
from tests.living import MAIL, NEW_PASSWORD, Living


@contextmanager
def full(hasher: Argon2Hasher) -> Iterator[None]:
    """All waiting places are taken."""
    taken = []
    for queue in (hasher._all._queue, hasher._for_strangers._queue):
        while queue.acquire(blocking=False):
            taken.append(queue)
    yield
    for queue in taken:
        queue.release()


def test_a_new_password_that_meets_a_full_house_costs_nothing(quick: Living) -> None:
    """DOS-1, GAT-6: the proofs stand, the password is asked for again and never sent back (COD-9)."""
    person = quick.ada()
    browser = quick.browser()
    browser.both_gates()
    with full(quick.hasher):
        page = browser.set_password()
    assert (browser.status, browser.headers["retry-after"]) == (503, "2")
    assert browser.told() == ["error.busy"]
    assert NEW_PASSWORD not in str(page)
    assert [field["name"] for field in page["fields"] if field["kind"] == "new_password"] == ["new", "again"]
    assert browser.set_password()["state"] == "done"
    assert quick.has_password(person, NEW_PASSWORD)


def test_a_recovery_code_that_meets_a_full_house_is_neither_spent_nor_counted(quick: Living) -> None:
    """DOS-1, THR-5: nothing was compared, so nothing is charged; one press sends the same code again."""
    person = quick.person("ada")
    quick.contact(person, ContactKind.EMAIL, MAIL)
    codes = quick.recovery_codes(person)
    browser = quick.browser()
    browser.start()
    browser.choose("recovery_code")
    for _ in range(7):  # more often than there are tries
        with full(quick.hasher):
            browser.post(answer=codes[0])
        assert browser.status == 503
    assert browser.page["action"] == "/reset/answer"
    assert browser.post()["state"] == "choose_method"
    browser.choose("email_code")
    assert browser.post(answer=quick.newest_code(MAIL))["state"] == "new_password"


@pytest.mark.parametrize("name", ["ada", "nobody"])
def test_a_sign_in_that_meets_a_full_house_is_not_counted(quick: Living, name: str) -> None:
    """DOS-1, ENU-1: neither for somebody nor for nobody."""
    quick.ada()
    browser = quick.browser()
    for _ in range(12):
        browser.get("/sign-in")
        with full(quick.hasher):
            browser.post(user_id=f"{name}@contoso.example", password="not this one")
        assert browser.status == 503
    browser.post(password="not this one")
    assert browser.told() == ["sign_in.wrong"]
