"""A real `keyback demo` as a process of its own, its people, and what they alone would know."""

import base64
import json
import os
import re
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote

from keyback.app.passes.issuing import Wish, issue
from keyback.app.people import adding, contacts, enrolling, groups
from keyback.app.setup.issue import rescue
from keyback.app.sign_in.seat import LIVES, session_key
from keyback.core.policy import Document, Policy
from keyback.core.ports import Credential, Session, SessionKind
from keyback.core.types import ContactKind
from keyback.methods.totp import code_at, step_at
from keyback.store.engine import Sql
from keyback.wiring.console import actor, console, work_of
from keyback.wiring.demo_people import DOMAIN, PILOT
from keyback.wiring.house import Running
from keyback.wiring.world import SystemClock

KEYBACK: Final = (sys.executable, "-m", "keyback")
OLD_PASSWORD: Final = "the old password of somebody"
PATIENCE: Final = 200
"""Looks into the inbox, a tenth of a second apart."""


@dataclass(frozen=True, slots=True)
class Someone:
    """One person. The secret is base 32, as authenticator apps take it."""

    user_id: str
    email: str
    mobile: str = ""
    password: str = ""
    access_pass: str = ""
    totp_secret: str = ""
    recovery_codes: tuple[str, ...] = ()

    def code_of_app(self) -> str:
        """What the authenticator shows now; it counts for at least 30 seconds (decisions 7)."""
        return code_at(base64.b32decode(self.totp_secret), step_at(SystemClock().now()))


class Demo:
    """The process, until it is stopped. Started again, it goes on in the same folder and at the same port."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = 0
        self.url = self.inbox = self.admin_url = ""
        self.people: dict[str, Someone] = {}
        self.start()

    def start(self) -> None:
        """Wait until it is ready."""
        command = [*KEYBACK, "demo", "--port", str(self.port), "--dir", str(self.folder), "--json"]
        environ = {name: value for name, value in os.environ.items() if not name.startswith("KEYBACK_")}
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ)
        assert self.process.stdout is not None
        said: dict[str, Any] = json.loads(self.process.stdout.readline())
        self.url, self.inbox, self.admin_url = said["url"], said["inbox"], said["admin_url"]
        self.port = int(self.url.rpartition(":")[2])
        self.people = {one["name"].partition(" ")[0]: _someone(one) for one in said["people"]}

    def stop(self, number: int = signal.SIGTERM) -> None:
        """By this signal; waits for its end."""
        self.process.send_signal(number)
        self.process.wait(30)
        assert self.process.stdout is not None
        self.process.stdout.close()

    def codes(self, to: str) -> list[str]:
        """Codes sent to an address or number, oldest first."""
        with urllib.request.urlopen(f"{self.inbox}?to={quote(to)}", timeout=10) as answer:
            letters = json.load(answer)
        found = [re.search(r"\b(\d{8}|\d{6})\b", letter["text"]) for letter in letters]
        return [code[1] for code in found if code]

    def code(self, to: str, count: int = 1) -> str:
        """The newest code, once so many have come."""
        codes: list[str] = []
        for _ in range(PATIENCE):
            codes = self.codes(to)
            if len(codes) >= count:
                return codes[-1]
            time.sleep(0.1)
        raise AssertionError(f"{len(codes)} codes came to {to}, not {count}")

    @contextmanager
    def opened(self) -> Iterator[Running]:
        """The same organisation, as the command line opens it."""
        with console(self.folder / "keyback.toml") as running:
            yield running

    def newcomer(self, name: str, user_id: str = "", email: str = "") -> Someone:
        """One more person for whom reset is switched on, with a password, a mailbox and an authenticator."""
        who = self.stranger(name, user_id, email)
        with self.opened() as running:
            work = work_of(running)
            contacts.add_contact(work, who.user_id, ContactKind.EMAIL, who.email, vouched_by="the demo")
            begun = enrolling.begin(work, who.user_id, "app")
            enrolling.finish(work, begun, None)
        return replace(who, totp_secret=begun.registration.show["key"])

    def stranger(self, name: str, user_id: str = "", email: str = "", *, password: bool = True) -> Someone:
        """One more person for whom reset is switched on, who has registered nothing; `password`: but has one."""
        user_id, email = user_id or f"{name}@{DOMAIN}", email or f"{name}@mailbox.example"
        with self.opened() as running:
            work = work_of(running)
            adding.add(work, adding.Newcomer(user_id, f"{name.title()} Test"))
            groups.change_member(work, PILOT, user_id, adds=True)
            encoded = running.house.hasher.hash(OLD_PASSWORD)
            with running.store.writing() as unit:
                person = unit.people.by_canonical(user_id, unit.now)
                assert person is not None
                credential = Credential(encoded, (), unit.now, must_change=False, not_after=None, version=0)
                if password:
                    unit.people.set_credential(person.id, credential, unit.now)
        return Someone(user_id, email, password=OLD_PASSWORD if password else "")

    def access_pass(self, who: Someone) -> str:
        """A temporary one, as somebody types it."""
        with self.opened() as running:
            return issue(work_of(running), who.user_id, Wish("a test")).code

    def hint(self, who: Someone) -> None:
        """The organisation knows this person's address; nobody has confirmed it."""
        with self.opened() as running:
            contacts.add_contact(work_of(running), who.user_id, ContactKind.EMAIL, who.email)

    def seat(self, who: Someone, kind: SessionKind, **facts: Any) -> str:
        """What the session cookie of a browser holds that has come so far; its password was right a moment ago. Facts:
        other fields of the session."""
        with self.opened() as running, running.store.writing() as unit:
            person = unit.people.by_canonical(who.user_id, unit.now)
            assert person is not None
            token, now = running.house.random.bytes(32).hex(), unit.now
            session = Session(
                running.house.random.id(), person.id, person.generation, kind, facts.pop("methods", "password"), now, now, now + LIVES[kind],
                "127.0.0.1", "a browser", **{"password_at": now, **facts},
            )  # fmt: skip
            unit.sessions.insert(session_key(running.house, token), session)
        return token

    def now(self) -> int:
        """What the clock says."""
        return SystemClock().now()

    def let_app_count(self) -> None:
        """As if each authenticator had gone on to its next code."""
        self.run_sql("UPDATE enrolment SET counter = 0 WHERE method = 'totp'")

    def set_policy(self, change: Callable[[Policy], Policy]) -> Policy:
        """A new version of the policy in force; returns the one before."""
        with self.opened() as running, running.store.writing() as unit:
            before = unit.policies.in_force()
            assert before is not None
            now = Document(before.version + 1, change(before.policy), "test", unit.now, "test")
            assert unit.policies.append(now)
        return before.policy

    def set_limits(self, **numbers: Any) -> Policy:
        """A new version of the policy with some of `limits` changed."""
        return self.set_policy(lambda policy: replace(policy, limits=replace(policy.limits, **numbers)))

    def run_sql(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """For what a test cannot wait for."""
        with self.opened() as running, running.store.writing() as unit:
            unit.link.run(Sql(statement), dict(values or {}))

    def rescue(self, user_id: str) -> str:
        """A one-time link."""
        with self.opened() as running:
            return rescue(running.house, user_id, actor()).link


def _someone(said: Mapping[str, Any]) -> Someone:
    names = ("user_id", "email", "mobile", "password", "access_pass", "totp_secret")
    return Someone(**{name: said[name] for name in names}, recovery_codes=tuple(said["recovery_codes"]))
