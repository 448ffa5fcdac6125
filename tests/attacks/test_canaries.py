"""Secrets that can be recognised walk through everything; afterwards they stand nowhere (COD-8, COD-9, I9)."""

import base64
import logging
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from keyback.app.outbox.verbs import list_messages
from keyback.app.people.showing import show
from keyback.app.setup.issue import rescue
from keyback.core.types import MINUTE, SECOND
from keyback.store.engine import Sql
from tests.app.import_help import work_of
from tests.living import BASE, MAIL, MOBILE, OLD_PASSWORD, SECRET, Browser, Living
from tests.registration.walking import ADDRESS, ask_mail
from tests.sign_in.walking import CODE, give_pass

ADA = "ada@contoso.example"
NEW, NEWER = "canary one seven purple lamps", "canary two seven purple lamps"
WRONG, TYPED = "canary three was a wrong one", "canary-four-typed-as-a-user-id"
REFUSED, AGAIN = "canary5", "canary six was typed once more"
TABLES = {
    "sqlite": Sql("SELECT name FROM sqlite_master WHERE type = 'table'"),
    "postgresql": Sql("SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema()"),
}


class Recorded:
    """Browsers whose every answer is kept, and the secrets that they met."""

    def __init__(self, living: Living) -> None:
        self.living = living
        self.answers: list[str] = []
        self.secrets: set[str] = set()
        self.links: set[str] = set()

    def browser(self) -> Browser:
        browser = self.living.browser()
        browser.http.event_hooks = {"response": [self._keep]}
        return browser

    def _keep(self, response: Any) -> None:
        response.read()
        for name, value in response.headers.multi_items():
            cookie, _, rest = value.partition(";")
            if name != "set-cookie":
                self.answers.append(f"{name}: {value}")
            elif cookie.startswith(("keyback-journey=", "keyback-session=")) and not cookie.endswith("="):
                self.secrets.add(cookie.partition("=")[2])
                self.answers.append(rest)
        own = response.request.url.path.rpartition("/")[2]
        self.answers.append(response.text.replace(own, "") if own in self.links else response.text)


def reset(recorded: Recorded, ways: tuple[str, str], new: str) -> None:
    """With wrong and older answers on the way, and a password that is refused."""
    living, browser = recorded.living, recorded.browser()
    browser.start()
    for way in ways:
        browser.choose(way)
        browser.post(answer="11111111")
        if way == "totp":
            code = living.code_of_app()
        else:
            before = living.newest_code(MAIL if way == "email_code" else MOBILE)
            living.clock.move(2 * MINUTE)
            browser.post("/reset/again")
            code = living.newest_code(MAIL if way == "email_code" else MOBILE)
            recorded.secrets.add(before)
            browser.post(answer=before)
        recorded.secrets.add(code)
        browser.post(answer=code)
    browser.post("/reset/judge", new=new)
    browser.get("/reset/journey")
    browser.post(new=REFUSED, again=REFUSED)
    assert browser.post(new=new, again=new)["state"] == "done"
    browser.http.get("/reset/journey", headers={"accept": "text/html"})


def sign_in(recorded: Recorded, user_id: str, password: str) -> Browser:
    browser = recorded.browser()
    browser.get("/sign-in")
    browser.post(user_id=user_id, password=password)
    return browser


def proven(recorded: Recorded, browser: Browser) -> None:
    """What the authenticator shows, after something wrong."""
    browser.post(answer="111111")
    recorded.living.clock.move(30 * SECOND)
    code = recorded.living.code_of_app()
    recorded.secrets.add(code)
    browser.post(answer=code)


def registered(recorded: Recorded, browser: Browser) -> None:
    """Ten minutes later: all proofs again, then an address, an app, and the pages that show what there is."""
    living = recorded.living
    living.clock.move(11 * MINUTE)
    browser.get("/prove")
    browser.post(password=AGAIN)
    browser.post(password=OLD_PASSWORD)
    browser.choose("totp")
    proven(recorded, browser)
    ask_mail(browser)
    recorded.secrets.add(living.newest_code(ADDRESS))
    browser.post(answer="11111111")
    assert browser.post(answer=living.newest_code(ADDRESS))["state"] == "security_info"
    for path in ("/security-info", "/sessions", "/password", "/register/done"):
        browser.get(path)
    browser.post("/password/judge", new=REFUSED)
    browser.get("/password")
    browser.post(current=OLD_PASSWORD, new=REFUSED, again=REFUSED)


def rescued(recorded: Recorded) -> None:
    path = rescue(recorded.living.house, ADA, "host:root").link.removeprefix(BASE)
    token = path.rpartition("/")[2]
    recorded.links.add(token)
    recorded.secrets.add(token)
    browser = recorded.browser()
    key = browser.get(path)["facts"][0]["value"].replace(" ", "")
    code = recorded.living.code_of_app(base64.b32decode(key))
    recorded.secrets.add(code)
    assert browser.post(new=NEWER, again=NEWER, code=code)["state"] == "setup_done"


def database(living: Living, folder: Path) -> Iterator[str]:
    """Every value of every table, and on SQLite the bytes of the files."""
    with living.store.reading() as unit:
        names = [row[0] for row in unit.link.all(TABLES[living.store.engine.name], {})]
        assert len(names) > 15
        for name in names:
            for row in unit.link.all(Sql(f"SELECT * FROM {name}"), {}):
                for value in row:
                    yield bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)
    for file in folder.glob("keyback.db*"):
        yield file.read_bytes().decode("latin-1")


def stands(secret: str, text: str) -> bool:
    """Digits count only where they stand alone: hashes are full of them."""
    return secret in text and (
        not secret.isdigit() or re.search(rf"(?<![0-9A-Za-z]){secret}(?![0-9A-Za-z])", text) is not None
    )


def everywhere(recorded: Recorded, person: str, on_paper: str) -> None:
    """Through every page, in every role: signing in, registering, resetting, rescued."""
    living = recorded.living
    for user_id, password in ((ADA, WRONG), (TYPED, WRONG), (ADA, OLD_PASSWORD)):
        sign_in(recorded, user_id, password)
    browser = sign_in(recorded, ADA, OLD_PASSWORD)
    assert browser.page["state"] == "answer"
    proven(recorded, browser)
    assert browser.page["state"] == "signed_in"
    registered(recorded, browser)
    give_pass(living, person)
    assert sign_in(recorded, ADA, CODE).page["state"] != "sign_in"
    reset(recorded, ("email_code", "totp"), NEW)
    sign_in(recorded, ADA, NEW).get("/signed-in")
    paper = recorded.browser()
    paper.start()
    paper.choose("recovery_code")
    assert paper.post(answer=on_paper)["state"] == "choose_method"
    recorded.browser().start(TYPED)
    rescued(recorded)


def test_no_secret_stands_anywhere(living: Living, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """COD-8, COD-9, CRY-1, AUD-5, I9: answers, headers, log, database, audit log, lists of the outbox and of people."""
    caplog.set_level(logging.DEBUG)
    person = living.ada()
    papers = living.recovery_codes(person)
    recorded = Recorded(living)
    everywhere(recorded, person, papers[3])
    assert living.has_password(person, NEWER)
    secrets = recorded.secrets | set(papers) | {paper.replace("-", "") for paper in papers}
    secrets |= {
        NEW,
        NEWER,
        WRONG,
        TYPED,
        REFUSED,
        AGAIN,
        CODE,
        OLD_PASSWORD,
        base64.b32encode(SECRET).decode(),
        SECRET.hex(),
    }
    assert len(secrets) > 45
    places = {
        "answers": recorded.answers,
        "log": [
            record.getMessage() for record in caplog.records if not record.name.startswith("httpx")
        ],  # our own browser
        "database": list(database(living, tmp_path)),
        "audit log": [str(line) for line in living.story()],
        "outbox": [str(shown) for shown in list_messages(living.store)],
        "person": [str(show(work_of(living), ADA))],
    }
    found = {
        (where, secret)
        for where, texts in places.items()
        for text in texts
        for secret in secrets
        if stands(secret, text)
    }
    assert found == {("answers", TYPED)}, "a user ID stands in its own form again, and nowhere else"
    contacts = [(where, one) for where in ("answers", "log", "database") for text in places[where] for one in (MAIL, MOBILE)
                if one in text]  # fmt: skip
    assert contacts == []
    assert [where for where in places if not places[where]] in ([], ["log"])


def test_the_sweep_finds_what_stands_there(living: Living, tmp_path: Path) -> None:
    """COD-9: a canary that was left in the database is seen, in whatever column."""
    living.ada()
    with living.store.writing() as unit:
        unit.link.run(Sql("UPDATE person SET department = :left"), {"left": "12345678"})
        unit.link.run(Sql("UPDATE credential SET encoded = :left"), {"left": NEW.encode()})
    texts = list(database(living, tmp_path))
    assert any(stands("12345678", text) for text in texts)
    assert any(stands(NEW, text) for text in texts)
    assert not stands("345678", "12345678")
