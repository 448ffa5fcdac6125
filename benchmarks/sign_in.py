"""Signing in with password and authenticator over HTTP: what the server costs above the one hash, and how many statements
it makes of somebody who is registered, where registration is required and where it is not.

Server on one core, client on the other, as the journeys do it; the median counts. From opening the sign-in page to the
page of somebody who is signed in, in a browser in which they did so before. The first time there, with the page's files
and the mail that tells of a new browser, stands among the details.
"""

import collections
import json
import os
import time
from collections.abc import Sequence
from dataclasses import replace

from benchmarks import people
from benchmarks.bare import Bare
from benchmarks.browser import Browser
from benchmarks.journeys import Run, server
from benchmarks.measuring import CLIENT_CORE, Figure, median, processor_seconds
from benchmarks.server import PASSWORD
from benchmarks.sink import Sink
from keyback.core.policy import Registration
from keyback.store.engine import SqliteEngine
from tests.counting import Counter
from tests.living import OLD_PASSWORD, OPEN_POLICY, Living
from tests.signing import sign_in

WARM, COUNTED = 5, 60
STEP_SECONDS, ENOUGH_SECONDS = 30, 4
MOST_ABOVE_MS = 8.0
USER = "ada@contoso.example"


def measure() -> Sequence[Figure]:
    os.sched_setaffinity(0, {CLIENT_CORE})
    return [_cost(), _statements()]


def _cost() -> Figure:
    run, first = _run()
    table = _run("--table")[0].told["table"]
    whole, hashed = median(run.spent) * 1000, median(run.bare) * 1000
    details = {"whole sign-in": whole, "least sign-in": min(run.spent) * 1000, "wall clock": median(run.walls) * 1000,
               "first in a new browser": median(first) * 1000, "load of the machine": os.getloadavg()[0]}  # fmt: skip
    sections = sorted(table.items(), key=lambda row: -row[1])
    details |= {f"- {name}, both": seconds * 1000 / (WARM + COUNTED) for name, seconds in sections}
    return Figure(
        "sign-in with password and authenticator: processor time above the hash", whole - hashed, "ms",
        "the Argon2 operation", hashed, f"at most {MOST_ABOVE_MS:.0f} ms", whole - hashed <= MOST_ABOVE_MS, details,
    )  # fmt: skip


def _run(*more: str) -> tuple[Run, list[float]]:
    """The second sign-ins of each person's browser, and what the first ones cost."""
    spent, walls, first, bare = [], [], [], Bare()
    with Sink() as sink, server(sink, ["--people", str(WARM + COUNTED), *more]) as (process, port):
        for number in range(WARM + COUNTED):
            browser, now = Browser(port), _early_in_a_step()
            at = [processor_seconds(process.pid)]
            browser.get("/sign-in")
            browser.files()
            enter(browser, number, now - STEP_SECONDS)
            at.append(processor_seconds(process.pid))
            assert browser.post("/sign-out", {}) == "sign_in"
            at.append(processor_seconds(process.pid))
            began = time.perf_counter()
            browser.get("/sign-in")
            enter(browser, number, now)
            took = time.perf_counter() - began
            at.append(processor_seconds(process.pid))
            browser.close()
            if number >= WARM:
                walls.append(took)
                first.append(at[1] - at[0])
                spent.append(at[3] - at[2])
                bare.operate()
        bare.close()
        process.terminate()
        assert process.stdout is not None
        return Run(spent, walls, bare.seconds, json.loads(process.stdout.read())), first


def enter(browser: Browser, number: int, now: float) -> None:
    """Person `number` signs in, with what the authenticator showed then: each of its codes serves once."""
    state = browser.post("/sign-in", {"user_id": people.user_id(number), "password": PASSWORD})
    assert state == "answer", state
    state = browser.post("/sign-in/answer", {"answer": people.totp(number, now)})
    assert state == "signed_in", state


def _early_in_a_step() -> float:
    """So early in a step of the authenticator that it lasts for both sign-ins."""
    left = STEP_SECONDS - time.time() % STEP_SECONDS
    if left < ENOUGH_SECONDS:
        time.sleep(left)
    return time.time()


def _statements() -> Figure:
    required, free = (_counted(required=required) for required in (True, False))
    return Figure(
        "statements of a sign-in of somebody who is registered, registration required", len(required), "",
        "the same, not required", len(free), "no more", len(required) <= len(free),
        {f"+ {text}": count for text, count in (collections.Counter(required) - collections.Counter(free)).items()},
    )  # fmt: skip


def _counted(*, required: bool) -> list[str]:
    """From the password to the last redirect, in the order in which they are made."""
    counter = Counter()
    policy = replace(OPEN_POLICY, registration=Registration(required_at_sign_in=required))
    living = Living(SqliteEngine(None), policy, counter.between)
    living.ada()
    browser = living.browser()
    browser.get("/sign-in")
    counter.take()
    sign_in(browser, USER, OLD_PASSWORD)
    browser.post(answer=living.code_of_app())
    assert browser.page["state"] == "signed_in", browser.page
    done = counter.take().statements
    living.close()
    return done


if __name__ == "__main__":
    print("\n".join(line for figure in measure() for line in figure.lines()))
