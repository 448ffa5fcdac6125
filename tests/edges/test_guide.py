"""The guide for the first ten people, followed as written: each command is run, each answer compared.

Its fences say what a block is: `console` commands, `text` what they answer (`…` for what was left out), `toml` and
`yaml` what to write into a file, `sh` what needs root and a real machine; of those only the service is played.
"""

import base64
import os
import re
import shlex
import ssl
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx2
import pytest
import yaml

from keyback.methods.totp import code_at, step_at
from keyback.wiring.world import SystemClock
from tests.edges import mail_server as mail
from tests.edges.demo_program import solved
from tests.edges.serving import HOST, Authority, Served, free_port

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "first-ten-people.md"
PASSWORD: Final = "seven purple lamps dance"
PATIENCE: Final = 20.0
MAILBOX_ID: Final = r"\b([0-9a-f]{12})  email"
ATTEMPT_ID: Final = r"\b([0-9a-f]{32})\b"
_FENCE: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_VARIES: Final = re.compile(r"\b[0-9a-f]{12,32}\b|\b\d(?:-[0-9A-Z]{4}){4}\b")
"""Ids and recovery codes."""


def blocks() -> list[tuple[str, str]]:
    """Fences of the guide in order: what they are, and what they hold."""
    return [(str(kind), str(text)) for kind, text in _FENCE.findall(GUIDE.read_text())]


def step_now() -> int:
    return step_at(SystemClock().now())


def step_to_spend() -> int:
    """The step before, so that the present one is left; at the end of a step the present one, as the next is near."""
    within = SystemClock().now() % 30_000
    return step_now() - (1 if within < 20_000 else 0)


class Visitor:
    """A browser of one person, by the JSON that each page also is."""

    def __init__(self, base_url: str, tls: ssl.SSLContext) -> None:
        limits = httpx2.Limits(max_keepalive_connections=0)
        headers = {"accept": "application/json"}
        self.http = httpx2.Client(base_url=base_url, headers=headers, verify=tls, timeout=PATIENCE, limits=limits)
        self.page: dict[str, Any] = {}

    def open(self, path: str) -> None:
        self.page = self.http.get(path).json()

    def act(self, **typed: str) -> str:
        """Send the page's form; the state that follows."""
        fields = {field["name"]: field["value"] for field in self.page["fields"]} | typed
        if self.page["work"]:
            fields["work"] = solved(self.page["work"])
        self.page = self.http.post(self.page["action"], json=fields).json()
        return str(self.page["state"])


@dataclass
class Place:
    """What stands in for the guide's names on this machine."""

    folder: Path
    port: int
    mail_port: int
    mail_authority: Path
    tls: ssl.SSLContext

    @property
    def base_url(self) -> str:
        return f"https://{HOST}:{self.port}"

    def here(self, text: str) -> str:
        """The guide's text with the names of this machine."""
        names = {
            "https://reset.contoso.example": self.base_url,
            "0.0.0.0:443": f"127.0.0.1:{self.port}",
            "is for mail.contoso.example": f"is for {HOST}, 127.0.0.1",
            "mail.contoso.example": HOST,
            "port 587": f"port {self.mail_port}",
            "/var/lib/keyback": str(self.folder),
        }
        for theirs, ours in names.items():
            text = text.replace(theirs, ours)
        return text


class Reader:
    """Somebody who does what the guide says, block by block."""

    def __init__(self, place: Place, mailbox: mail.Mailbox) -> None:
        self.place = place
        self.mailbox = mailbox
        self.answered = ""
        self.served: Served | None = None
        self.secret, self.spent = b"", 0
        self.environ = {name: value for name, value in os.environ.items() if not name.startswith("KEYBACK_")}
        self.environ["PATH"] = f"{Path(sys.executable).parent}:{self.environ['PATH']}"

    def follow(self, kind: str, text: str) -> None:
        getattr(self, f"on_{kind}")(self.place.here(text))

    def on_console(self, commands: str) -> None:
        if "audit list" in commands:
            self.ada_resets()
        if "enrol-totp" in commands:
            self.answered = self.enrol(commands)
            return
        self.answered = self.run(["bash", "-euc", self.with_ids(commands)])

    def with_ids(self, commands: str) -> str:
        """Commands that name something by its id take it from what was answered last."""
        if "verify-as" in commands:
            commands = re.sub(r" 60f2 ", f" {self.last(MAILBOX_ID)[:4]} ", commands)
        return re.sub(r"audit show [0-9a-f]{32}", lambda _: f"audit show {self.last(ATTEMPT_ID)}", commands)

    def last(self, id_: str) -> str:
        found = re.search(id_, self.answered)
        assert found is not None, self.answered
        return found[1]

    def on_text(self, expected: str) -> None:
        """Each line was answered, in this order; other lines may stand between them."""
        answers = iter([" ".join(line.split()) for line in self.answered.splitlines()])
        for line in expected.split("\n"):
            if line.strip() in {"", "…"}:
                continue
            pattern = like(line)
            assert any(re.fullmatch(pattern, answer) for answer in answers), f"{line!r} is not in:\n{self.answered}"

    def on_toml(self, lines: str) -> None:
        """As with an editor: takes the # from the line of each value."""
        changes = {**tomllib.loads(lines)["smtp"], "ca_file": str(self.place.mail_authority)}
        changes["port"] = self.place.mail_port
        config = self.place.folder / "keyback.toml"
        before, smtp, after = re.split(r"(?=^\[smtp\]|^\[sms\])", config.read_text(), flags=re.MULTILINE)
        for name, value in changes.items():
            shown = f'"{value}"' if isinstance(value, str) else str(value)
            smtp, count = re.subn(rf"^#{name} = .*$", f"{name} = {shown}", smtp, flags=re.MULTILINE)
            assert count == 1, f"keyback.toml has no line for {name}"
        config.write_text(before + smtp + after)

    def on_yaml(self, lines: str) -> None:
        policy = self.place.folder / "policy.yaml"
        policy.write_text(yaml.safe_dump(merged(yaml.safe_load(policy.read_text()), yaml.safe_load(lines))))

    def on_sh(self, commands: str) -> None:
        if "systemctl enable --now keyback" in commands:
            self.start()
            self.grace_opens_her_link()
        if "systemctl restart keyback" in commands:
            self.stop()
            self.start()

    def start(self) -> None:
        self.served = Served(self.place.folder, self.place.port, self.place.tls)

    def stop(self) -> None:
        if self.served is not None:
            assert self.served.stop() == 0
            self.served = None

    def grace_opens_her_link(self) -> None:
        link = re.search(r"https://\S+/setup/\S+", self.answered)
        assert link is not None
        grace = self.visitor()
        grace.open(link[0])
        key = grace.page["facts"][0]["value"].replace(" ", "")
        assert grace.act(new=PASSWORD, again=PASSWORD, code=code_at(decoded(key), step_now())) == "setup_done"

    def enrol(self, command: str) -> str:
        """The app that Ada holds reads the address and shows a code."""
        process = subprocess.Popen(
            shlex.split(command), cwd=self.place.folder, env=self.environ, text=True, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )  # fmt: skip
        assert process.stdout is not None
        first = process.stdout.readline()
        secret = re.search(r"secret=(\w+)", first)
        assert secret is not None
        self.secret, self.spent = decoded(secret[1]), step_to_spend()
        rest, _ = process.communicate(f"{code_at(self.secret, self.spent)}\n", timeout=PATIENCE)
        assert process.returncode == 0
        return first + rest

    def ada_resets(self) -> None:
        """By her mailbox and her app, whose code must be a newer one than that which registered it."""
        ada = self.visitor()
        ada.open("/reset")
        assert ada.act(user_id="ada@contoso.example") == "choose_method"
        assert ada.act(method="email_code") == "answer"
        assert ada.act(answer=self.mailed_code()) == "choose_method"
        assert ada.act(method="totp") == "answer"
        while step_now() <= self.spent:
            time.sleep(0.05)
        assert ada.act(answer=code_at(self.secret, step_now())) == "new_password"
        assert ada.act(new=PASSWORD, again=PASSWORD) == "done"

    def mailed_code(self) -> str:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            for message in self.mailbox.mails():
                body = message.get_body(("plain",))
                code = re.search(r"(\d{8}) is your code", body.get_content() if body else "")
                if code and message["To"] == "ada.byron@mail.example":
                    return code[1]
            time.sleep(0.05)
        pytest.fail("no code came")

    def visitor(self) -> Visitor:
        return Visitor(self.place.base_url, self.place.tls)

    def run(self, command: list[str]) -> str:
        done = subprocess.run(
            command, cwd=self.place.folder, env=self.environ, text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, timeout=60, check=False,
        )  # fmt: skip
        assert done.returncode == 0, f"{command[-1]}\n{done.stdout}"
        return done.stdout


def like(line: str) -> str:
    """A pattern for a line of the guide: ids and codes are anybody's, `…` is anything."""
    parts = re.split("(…)", " ".join(line.split()))
    return "".join(".*" if part == "…" else _anybodys(part) for part in parts)


def _anybodys(part: str) -> str:
    kept = [re.escape(one) for one in _VARIES.split(part)]
    return r"[\w-]+".join(kept)


def decoded(secret: str) -> bytes:
    return base64.b32decode(secret)


def merged(tree: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """`changes` over `tree`; each name must be there already."""
    for name, value in changes.items():
        assert name in tree, f"the policy has no {name}"
        tree[name] = merged(tree[name], value) if isinstance(value, dict) else value
    return tree


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[Reader]:
    """A machine with a certificate, beside a mail server that wants STARTTLS and a password."""
    folder = tmp_path / "keyback"
    folder.mkdir(mode=0o700)
    authority, postmaster = Authority(), mail.Authority(tmp_path)
    authority.issue(folder / "reset.pem", folder / "reset.key")
    mailbox = mail.Mailbox()
    with mail.mail_server(mailbox, **mail.signing_in(mailbox, postmaster.context())) as mail_port:
        reading = Reader(Place(folder, free_port(), mail_port, postmaster.file, authority.client()), mailbox)
        yield reading
        reading.stop()


def test_the_guide_works_as_written(reader: Reader) -> None:
    for kind, text in blocks():
        reader.follow(kind, text)
    subjects = {(mail["To"], mail["Subject"]) for mail in reader.mailbox.mails()}
    assert ("you@contoso.example", "Keyback can send mail") in subjects
    assert ("ada.byron@mail.example", "Your password was reset") in subjects
    assert set(reader.mailbox.encrypted) == {True}


def test_an_answer_that_is_not_given_is_noticed(reader: Reader) -> None:
    """The comparison itself: a line that is missing, and one out of order."""
    reader.answered = "Added Pilot.\n  contact    60f274e34297  email  a hint\n"
    reader.on_text("Added Pilot.\n…\n contact  0123456789ab  email … hint\n")
    for wrong in ("Added Pilots.", "contact 0123456789ab email a hint\nAdded Pilot."):
        with pytest.raises(AssertionError):
            reader.on_text(wrong)


def test_every_block_is_of_a_kind_that_is_followed() -> None:
    kinds = {kind for kind, _ in blocks()}
    assert kinds == {"sh", "console", "text", "toml", "yaml"}
