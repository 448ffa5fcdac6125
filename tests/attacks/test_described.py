"""Schemathesis against everything that `/openapi.json` describes: all its checks, in each state of a journey."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest
import schemathesis
from schemathesis.engine import events, from_schema

from keyback.core.ports import SessionKind
from keyback.core.types import DAY, Upkeep
from keyback.web.guards import LARGEST_FIELD
from tests.living import BASE, MAIL, OLD_PASSWORD, Browser, Living
from tests.signing import seated, sign_in

pytestmark = pytest.mark.filterwarnings("ignore:Generating overly large repr")
"""The tool's own remark about a body that it made itself."""
CHECKS = {
    "positive_data_acceptance": {"expected-statuses": ["2xx", "3xx", "403", "404", "422", "429"]},
    "negative_data_rejection": {"expected-statuses": ["400", "403", "404", "413", "415", "422", "429"]},
}


PLACES = {"/sign-in", "/sign-in/factor", "/register", "/confirm", "/signed-in", "/prove", "/security-info"}
"""Where browsers are sent that do not belong where they are."""


def signed_in(browser: Browser) -> None:
    seated(browser.living, "id-ada", proved="totp", browser=browser)


def reviewing(browser: Browser) -> None:
    """On the way in, where she is asked whether all is right still."""
    with browser.living.store.writing() as unit:
        unit.people.keep("id-ada", Upkeep(registered_at=1, confirmed_at=1), unit.now)
    seated(browser.living, "id-ada", SessionKind.INTERRUPTED, proved="totp", browser=browser)


def at_something_new(browser: Browser) -> None:
    signed_in(browser)
    browser.get("/register/ways")
    browser.choose("totp")


def asked_for_a_code(browser: Browser) -> None:
    browser.start()
    browser.choose("totp")


def at_the_second_gate(browser: Browser) -> None:
    browser.start()
    browser.choose("email_code")
    browser.post(answer=browser.living.newest_code(MAIL))


JOURNEY = "/reset/journey"
STATES: Mapping[str, tuple[Callable[[Browser], object], str, str]] = {
    "nothing begun": (lambda browser: browser.get("/reset"), JOURNEY, "ended"),
    "a code is awaited": (asked_for_a_code, JOURNEY, "answer"),
    "one gate is passed": (at_the_second_gate, JOURNEY, "choose_method"),
    "a new password is awaited": (Browser.both_gates, JOURNEY, "new_password"),
    "a second proof is awaited": (sign_in, "/sign-in/factor", "answer"),
    "all is asked again": (reviewing, "/confirm", "confirm"),
    "something is being registered": (at_something_new, "/register", "register_device"),
    "signed in": (signed_in, "/signed-in", "signed_in"),
}
"""How it begins, where it is seen, and the state that is seen there."""


class OwnForm:
    """A browser that is always in one state: its cookies, and its form's token and version where any are sent."""

    def __init__(self, living: Living, state: str) -> None:
        self._living = living
        self._begin, self._path, self._expected = STATES[state]
        self.browser = living.browser()
        self.browser.get("/reset")

    def get(self, _: Any, __: Any) -> dict[str, str]:
        """Fields of the form that this page would send."""
        page = self.browser.get(self._path)
        if page["state"] != self._expected:
            self._living.clock.move(DAY)
            self._begin(self.browser)
            page = self.browser.get(self._path)
        hidden = {field["name"]: field["value"] for field in page["fields"] if field["kind"] == "hidden"}
        return {"token": self.browser.get("/reset")["fields"][0]["value"], **hidden}

    def set(self, case: Any, data: dict[str, str], _: Any) -> None:
        """What is not a valid value stays as it is."""
        case.cookies = {**dict(self.browser.http.cookies), **dict(case.cookies or {})}
        if isinstance(case.body, dict):
            sent = {name: value for name, value in case.body.items() if isinstance(value, str)}
            case.body.update(
                {name: data[name] for name in sent.keys() & data.keys() if len(sent[name]) <= LARGEST_FIELD}
            )


def attack(living: Living, state: str, examples: int) -> Counter[int]:
    """How often each status was answered; any failed check fails."""
    own = OwnForm(living, state)
    generation = {"deterministic": True, "max-examples": examples, "database": "none", "no-shrink": True}
    config = {"base-url": BASE, "workers": 1, "generation": generation, "checks": CHECKS, "max-redirects": 0}
    document = own.browser.http.get("/openapi.json").json()
    schema = schemathesis.openapi.from_dict(document, config=schemathesis.Config.from_dict(config))
    schema.app = own.browser.http.app
    provider = type(
        "Provider", (), {"get": lambda _, *asked: own.get(*asked), "set": lambda _, *asked: own.set(*asked)}
    )
    schema.auth()(provider)
    found: list[str] = []
    answered: Counter[int] = Counter()
    for event in from_schema(schema).execute():
        assert not isinstance(event, events.FatalError), event
        if isinstance(event, events.NonFatalError):
            found.append(f"{event.label}: {event.value!r}")
        elif isinstance(event, events.ScenarioFinished):
            answered += Counter(
                one.response.status_code for one in event.recorder.interactions.values() if one.response
            )
            found += failures(event.recorder)
    assert not found, found
    return answered


def failures(recorder: Any) -> Iterator[str]:
    """Each failed check with its request, cut to what can be read."""
    for name, checks in recorder.checks.items():
        case = recorder.cases[name].value
        for check in checks:
            if check.failure_info is not None and not (
                check.name == "negative_data_rejection" and sent_on(recorder, name)
            ):
                yield f"{case.method} {case.path}: {check.failure_info.failure}"[:500] + str(case.body)[:500]


def sent_on(recorder: Any, name: str) -> bool:
    """Whether nobody sits in this browser who could have sent it: it goes where it belongs, with the session it came
    with. What is taken from who is signed in always renames the session (SES-1)."""
    response = recorder.interactions[name].response
    places = set(response.headers.get("location", [])) & PLACES
    return response.status_code == 303 and bool(places) and "keyback-session" not in str(response.headers)


def check(living: Living, state: str, examples: int) -> None:
    """Nothing is found, what was meant to be accepted was accepted, and the house still stands."""
    ada = living.ada()
    answered = attack(living, state, examples)
    assert min(answered[200], answered[400], answered[405]) > 30, answered
    assert not any(status >= 500 for status in answered)
    assert living.has_password(ada, OLD_PASSWORD)
    browser = living.browser()
    living.clock.move(DAY)
    assert browser.both_gates()["state"] == "new_password"


@pytest.mark.parametrize("state", STATES)
def test_nothing_described_behaves_otherwise(quick: Living, state: str) -> None:
    """WEB-5, WEB-6, WEB-11, COD-12, SES-7: undocumented statuses, media types and fields, methods, negative data."""
    check(quick, state, 4)


@pytest.mark.soak
@pytest.mark.parametrize("state", STATES)
def test_nothing_described_behaves_otherwise_for_long(quick: Living, state: str) -> None:
    """WEB-5, WEB-6, WEB-11, COD-12, SES-7."""
    check(quick, state, 100)
