"""Without the store nothing is judged, sent or written."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from keyback.core.errors import Unavailable
from keyback.store.engine import Engine, Link, PostgresqlEngine, SqliteEngine
from tests.limits.visiting import ADA, sign_in
from tests.living import NEW_PASSWORD, OPEN_POLICY, Between, Browser, Living


class Leaving:
    """An engine that can be taken away."""

    def __init__(self, real: Engine) -> None:
        self.name = real.name
        self.has_own_clock = real.has_own_clock
        self.away = False
        self._real = real

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Link]:
        if self.away:
            raise Unavailable("the database is away")
        with self._real.transaction(write=write) as link:
            yield link

    def close(self) -> None:
        self._real.close()


def to_start(browser: Browser) -> dict[str, str]:
    browser.get("/reset")
    return {"user_id": ADA}


def to_send(browser: Browser) -> dict[str, str]:
    browser.start()
    return {"method": "email_code"}


def to_answer(browser: Browser) -> dict[str, str]:
    browser.start()
    browser.choose("totp")
    return {"answer": browser.living.code_of_app()}


def to_set_password(browser: Browser) -> dict[str, str]:
    browser.both_gates()
    return {"new": NEW_PASSWORD, "again": NEW_PASSWORD}


def to_sign_in(browser: Browser) -> dict[str, str]:
    browser.get("/sign-in")
    return {"user_id": ADA, "password": "not her password"}


STEPS: tuple[Callable[[Browser], dict[str, str]], ...] = (to_start, to_send, to_answer, to_set_password, to_sign_in)


@pytest.mark.parametrize("prepare", STEPS, ids=lambda one: str(one.__name__))
def test_without_the_store_nothing_happens(
    engine: SqliteEngine | PostgresqlEngine, prepare: Callable[[Browser], dict[str, str]]
) -> None:
    """THR-9, F22: 503, nobody is let in, and what was sent works once the store is back."""
    gone: list[Leaving] = []

    def leaving(real: Engine) -> Engine:
        gone.append(Leaving(real))
        return gone[0]

    living = Living(engine, OPEN_POLICY, Between(engine=leaving))
    ada = living.ada()
    browser = living.browser()
    fields = prepare(browser)
    form, story, sent = browser.page, living.story(), len(living.delivered())
    gone[0].away = True
    browser.post(**fields)
    assert browser.status == 503
    assert int(browser.headers["retry-after"]) > 0
    gone[0].away = False
    assert living.story() == story
    assert len(living.delivered()) == sent
    assert not living.has_password(ada, NEW_PASSWORD)
    browser.page = form
    browser.post(**fields)
    assert browser.status == (422 if prepare is to_sign_in else 200)
    assert sign_in(living.browser(), "x") == 422
    living.close()
