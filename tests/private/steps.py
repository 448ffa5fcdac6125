"""Everything that a stranger can do before the first proof, and what there is to be seen of it."""

import html
import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import httpx2 as httpx
from starlette.testclient import TestClient

from keyback.core.types import DAY, HOUR, MINUTE, SECOND
from keyback.web.server import application
from tests.counting import Counter, Work
from tests.living import BASE, Living, solve

MOST_STARTS = 9
"""In ten minutes from one network, by the tenant's policy."""
METHODS = ("totp", "recovery_code", "email_code", "sms_code")
_HIDDEN = re.compile(r'<input type="hidden" name="(token|version)" value="([^"]*)">')
_WORK = re.compile(r'data-work="([^"]*)"')
_RANDOM = re.compile(r"[0-9a-f]{24,}|(?<=\?expires=)[0-9]+|\b[BCDFGHJKLMNPQRSTVWXZ]{2}\b")
_INSTANT = re.compile(r"\b1[78][0-9]{11}\b")


@dataclass(frozen=True, slots=True)
class Seen:
    """One answer. Chance is blanked at its length; times are told from the beginning of the walk."""

    step: str
    status: int
    headers: tuple[str, ...]
    cookies: tuple[str, ...]
    body: str
    size: int
    work: Work


class Visitor:
    """A stranger at the portal with one user ID. Every answer is kept in `seen`."""

    def __init__(self, living: Living, counter: Counter, typed: str, *, html: bool = False) -> None:
        """`html`: as a browser asks, else as a program does."""
        self.living = living
        self.typed = typed
        self.seen: list[Seen] = []
        self._counter = counter
        self._html = html
        self._began = living.clock.now()
        self._act = ""
        self.arrive()

    def arrive(self, act: str = "") -> None:
        """In a new browser."""
        self._act = act
        self._http = TestClient(
            application(self.living.running.site), base_url=BASE, follow_redirects=False,
            headers={"accept": "text/html" if self._html else "application/json"}, client=("203.0.113.7", 40_000),
        )  # fmt: skip
        self._form: dict[str, str] = {}
        self._puzzle: dict[str, Any] = {}

    def wait(self, span: int) -> None:
        """Time passes."""
        self.living.clock.move(span)

    def see(self, path: str) -> None:
        """Load a page."""
        self._keep(f"GET {path}", self._took(lambda: self._http.get(path)))

    def send(self, path: str, **fields: str) -> None:
        """Post a form with these fields, and those that the last page hid in it."""
        known = (
            {"token"}
            if path in {"/reset", "/call", "/contact", "/contact/none", "/sign-in", "/reset/from-sign-in"}
            else {"token", "version"}
        )
        filled = {name: value for name, value in self._form.items() if name in known} | fields
        if self._html:
            response = self._took(lambda: self._http.post(path, data=filled))
        else:
            response = self._took(lambda: self._http.post(path, json=filled))
        shown = " ".join(f"{name}={value[:20]}" for name, value in fields.items() if name not in {"work", "user_id"})
        self._keep(f"POST {path} {shown}".rstrip(), response)
        if response.status_code == 303:
            self.see(response.headers["location"])

    def solved(self) -> str:
        """The work that the last page asked for, done."""
        return solve(self._puzzle)

    def _took(self, ask: Callable[[], httpx.Response]) -> httpx.Response:
        self._counter.take()
        return ask()

    def _keep(self, step: str, response: httpx.Response) -> None:
        text = response.text
        if self._html:
            self._form |= dict(_HIDDEN.findall(text))
            work = _WORK.search(text)
            puzzle = json.loads(html.unescape(work[1])) if work else None
        else:
            page = json.loads(text)
            self._form |= {one["name"]: one["value"] for one in page.get("fields", ()) if one["kind"] == "hidden"}
            puzzle = page.get("work")
        self._puzzle = puzzle or self._puzzle
        lines = [(name.lower(), self.blanked(value)) for name, value in response.headers.multi_items()]
        self.seen.append(
            Seen(
                step=f"{len(self.seen)} {self._act}: {step}",
                status=response.status_code,
                headers=tuple(f"{name}: {value}" for name, value in lines if name != "set-cookie"),
                cookies=tuple(value for name, value in lines if name == "set-cookie"),
                body=self.blanked(text),
                size=len(response.content),
                work=self._counter.take(),
            )
        )

    def fetch(self, path: str) -> httpx.Response:
        """Load what need not be a page."""
        return self._http.get(path)

    def blanked(self, text: str) -> str:
        """Chance at its length, times from the beginning, and no user ID."""
        text = _RANDOM.sub(lambda found: "x" * len(found[0]), text.replace(self.typed, "I" * len(self.typed)))
        return _INSTANT.sub(lambda found: f"{int(found[0]) - self._began:+013}", text)


def start(visitor: Visitor, *, work: bool = True, trouble: str = "reset") -> None:
    """The first page, filled in, and the one that asks what for."""
    visitor.see("/reset")
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved() if work else "")
    visitor.send("/reset/trouble", trouble=trouble)


def choose(visitor: Visitor, method: str) -> None:
    visitor.see("/reset/ways")
    visitor.send("/reset/method", method=method)


def guess(visitor: Visitor, method: str, *answers: str) -> None:
    """One method, wrong answers, and what is shown after them."""
    start(visitor)
    choose(visitor, method)
    for answer in answers:
        visitor.send("/reset/answer", answer=answer)
    visitor.see("/reset/journey")
    visitor.see("/reset/ways")


def every_method(visitor: Visitor) -> None:
    start(visitor)
    for method in METHODS:
        choose(visitor, method)
        visitor.see("/reset/journey")
        visitor.send("/reset/answer", answer="00000000")


def guess_to_unlock(visitor: Visitor) -> None:
    """With the password unforgotten: the same ways, and no other end."""
    start(visitor, trouble="unlock")
    for method in METHODS:
        choose(visitor, method)
        visitor.see("/reset/journey")
        visitor.send("/reset/answer", answer="00000000")
    visitor.send("/reset/again")
    visitor.send("/reset/trouble", trouble="reset")
    visitor.send("/reset/password", new="seven purple lamps dance", again="seven purple lamps dance", user_id="")
    visitor.send("/reset/cancel")
    visitor.see("/reset/trouble")


def not_say_what_for(visitor: Visitor) -> None:
    start(visitor, trouble="neither")
    for path in ("/reset/trouble", "/reset/ways", "/reset/journey"):
        visitor.see(path)
    visitor.send("/reset/trouble", trouble="unlock", version="99")
    visitor.send("/reset/method", method="totp")
    visitor.send("/reset/answer", answer="000000")
    visitor.wait(15 * MINUTE)
    visitor.send("/reset/trouble", trouble="unlock")
    visitor.see("/reset/journey")


def guess_mailed_codes(visitor: Visitor) -> None:
    guess(visitor, "email_code", "00000000", "1", "", "ziffern", "0" * 40, "00000000")
    guess(visitor, "email_code", "00000000")


def guess_texted_codes(visitor: Visitor) -> None:
    guess(visitor, "sms_code", "000000", "000 000", "٠٠٠٠٠٠", "-1", "000000", "000000")


def guess_app_codes(visitor: Visitor) -> None:
    guess(visitor, "totp", "000000", "1", "", "000 000", "0" * 40, "000000")
    guess(visitor, "totp", "000000")


def guess_recovery_codes(visitor: Visitor) -> None:
    guess(visitor, "recovery_code", "3K7QM2XNB9RTD4WHE", "x", "", "9" * 17, "3K7QM2XNB9RTD4WHE", "3K7QM2XNB9RTD4WHE")
    guess(visitor, "recovery_code", "3K7QM2XNB9RTD4WHE")


def guess_all_day(visitor: Visitor) -> None:
    """Until the account is paused, and after it."""
    for method in (*METHODS, "totp"):
        guess(visitor, method, *["000000"] * 3)
        visitor.wait(HOUR + MINUTE)


def ask_again_and_again(visitor: Visitor) -> None:
    start(visitor)
    choose(visitor, "sms_code")
    visitor.send("/reset/again")
    for seconds in (59, 1, 60, 61, 240, 300):
        visitor.wait(seconds * SECOND)
        visitor.send("/reset/again")
        visitor.send("/reset/answer", answer="000000")


def ask_until_none_are_left(visitor: Visitor) -> None:
    for method in ("email_code",) * 6:
        start(visitor)
        visitor.send("/reset/method", method=method)
        visitor.see("/reset/journey")
        visitor.wait(9 * MINUTE)


def be_too_late(visitor: Visitor) -> None:
    start(visitor)
    choose(visitor, "sms_code")
    visitor.wait(5 * MINUTE)
    visitor.see("/reset/journey")
    visitor.send("/reset/answer", answer="000000")
    visitor.wait(10 * MINUTE)
    visitor.send("/reset/answer", answer="000000")
    visitor.see("/reset/journey")
    visitor.see("/reset/ways")
    start(visitor)
    visitor.wait(15 * MINUTE)
    visitor.see("/reset/journey")


def do_it_out_of_order(visitor: Visitor) -> None:
    start(visitor)
    visitor.send("/reset/answer", answer="000000")
    visitor.send("/reset/again")
    visitor.send("/reset/method", method="nothing")
    visitor.send("/reset/method", method="email_code:id-person01")
    visitor.send("/reset/password", new="seven purple lamps dance", again="seven purple lamps dance", user_id="")
    visitor.send("/reset/judge", new="seven purple lamps dance", user_id="")
    visitor.send("/reset/method", method="totp", version="1")
    visitor.send("/reset/answer", answer="000000", version="1")
    visitor.send("/reset/answer", answer="000000", version="99")


def cancel_and_come_back(visitor: Visitor) -> None:
    start(visitor)
    choose(visitor, "email_code")
    visitor.send("/reset/cancel", version="1")
    visitor.send("/reset/cancel")
    visitor.send("/reset/cancel")
    visitor.send("/reset/answer", answer="00000000")
    visitor.see("/reset/ways")
    start(visitor)
    start(visitor)
    visitor.see("/reset/journey")
    visitor.arrive("in another browser")
    visitor.see("/reset/journey")
    visitor.see("/reset/ways")


def ask_for_help(visitor: Visitor) -> None:
    for work in (True, True, False, False):
        visitor.see("/contact")
        visitor.send("/contact", user_id=visitor.typed, work=visitor.solved() if work else "")
    visitor.send("/contact", user_id=visitor.typed, work="bm90aGluZw==")
    for _ in range(4):
        visitor.wait(HOUR)
        visitor.see("/contact")
        visitor.send("/contact", user_id=visitor.typed, work=visitor.solved())
    for _ in range(2):
        visitor.wait(DAY)
        visitor.see("/contact/none")
        visitor.send("/contact/none", user_id=visitor.typed, work=visitor.solved())


def guess_the_password(visitor: Visitor) -> None:
    visitor.see("/sign-in")
    visitor.send("/sign-in", user_id=visitor.typed, password="")
    visitor.send("/sign-in", user_id=visitor.typed, password="x" * 2_000)
    for number in range(11):
        visitor.send("/sign-in", user_id=visitor.typed, password=f"guess {number}")
    for seconds in (60, 1, 119, 1):
        visitor.wait(seconds * SECOND)
        visitor.send("/sign-in", user_id=visitor.typed, password="another guess")
    visitor.send("/reset/from-sign-in", user_id=visitor.typed, password="another guess")
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved())


def be_a_robot(visitor: Visitor) -> None:
    for _ in range(4):
        start(visitor, work=False)
    visitor.see("/reset")
    visitor.send("/reset", user_id=visitor.typed, work="bm90aGluZw==")
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved())
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved())
    visitor.see("/reset")
    visitor.wait(11 * MINUTE)
    visitor.send("/reset", user_id=visitor.typed, work=visitor.solved())


def start_without_end(visitor: Visitor) -> None:
    for _ in range(MOST_STARTS + 1):
        start(visitor)
    start(visitor, work=False)


ACTS: tuple[Callable[[Visitor], None], ...] = (
    every_method, guess_to_unlock, not_say_what_for, guess_mailed_codes, guess_texted_codes, guess_app_codes, guess_recovery_codes, guess_all_day,
    ask_again_and_again, ask_until_none_are_left, be_too_late, do_it_out_of_order, cancel_and_come_back, ask_for_help,
    guess_the_password, be_a_robot, start_without_end,
)  # fmt: skip
"""Each on a day of its own, in a browser of its own."""
SHORT = (
    every_method,
    guess_to_unlock,
    not_say_what_for,
    guess_mailed_codes,
    be_too_late,
    do_it_out_of_order,
    ask_for_help,
    guess_the_password,
)
"""Enough of them where all have been seen elsewhere."""


def lock(visitor: Visitor) -> None:
    """So many wrong passwords that signing in waits."""
    visitor.see("/sign-in")
    for _ in range(12):
        visitor.send("/sign-in", user_id=visitor.typed, password="no")


def pause(visitor: Visitor) -> None:
    """So many wrong answers that recovery pauses."""
    for method in ("totp", "recovery_code", "totp"):
        guess(visitor, method, *["000000"] * 5)
        visitor.wait(HOUR + MINUTE)


BEFORE: Mapping[str, Callable[[Visitor], None]] = MappingProxyType({"locked": lock, "paused": pause})


def walk(visitor: Visitor, before: str = "", acts: Iterable[Callable[[Visitor], None]] = ACTS) -> list[Seen]:
    """These acts, each after what came before it."""
    for act in acts:
        if before:
            visitor.arrive(before)
            BEFORE[before](visitor)
        visitor.arrive(act.__name__)
        act(visitor)
        visitor.wait(2 * DAY)
    return visitor.seen
