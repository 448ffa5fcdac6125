"""A whole house on a real store with a clock that the test moves: people, policy, inbox, and a browser's requests."""

import base64
import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from starlette.applications import Starlette
from starlette.testclient import TestClient

from keyback.app.house import House
from keyback.app.people.ports import Facts, NewPerson
from keyback.channels.to_screen import Inbox
from keyback.core.policy import Document, MethodPolicy, Numbers, Policy, Scope, SelfService
from keyback.core.ports import Channel, Credential, Hasher, LogQuery, NewContact, NewEnrolment, Sealer, Tenant
from keyback.core.types import SECOND, ContactKind, DirectoryKind, PersonKind
from keyback.methods.totp import code_at, step_at
from keyback.store import migrations
from keyback.store.engine import Engine, PostgresqlEngine, SqliteEngine
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore
from keyback.web.admin.server import application as admin_application
from keyback.web.call import Site
from keyback.web.server import application
from keyback.wiring.hasher import Argon2Hasher, Cost
from keyback.wiring.house import Place, World, build
from keyback.wiring.world import FixedClock, SystemRandom

CHEAP = Cost(memory_kib=8, passes=1)
TENANT = Tenant("t1", "Contoso", "Europe/Berlin", "en", had_administrator=True)
BASE = "http://localhost:8443"
ADMIN_BASE = "http://localhost:8444"
HOME = "203.0.113.7"
SECRET = bytes(range(20))
OLD_PASSWORD = "the old password of somebody"
NEW_PASSWORD = "seven purple lamps dance"
MAIL = "private@mailbox.example"
MOBILE = "+4915112345609"
RESEND = 66 * SECOND
"""After so long another code may be asked for, whatever the jitter."""

ALL_METHODS = {name: MethodPolicy() for name in ("email_code", "sms_code", "totp", "recovery_code")}
GERMANY = Numbers(("DE",))
OPEN_POLICY = Policy(SelfService(enabled_for=Scope.ALL), ALL_METHODS, numbers=GERMANY)


def _nothing(port: Any) -> Any:
    return port


@dataclass(frozen=True, slots=True)
class Between:
    """What a test puts between the house and its ports, to count or to break: nothing, unless it says so."""

    engine: Callable[[Engine], Engine] = _nothing
    """Every statement, and the commit, pass here."""
    sealer: Callable[[Sealer], Sealer] = _nothing
    hasher: Callable[[Hasher], Hasher] = _nothing
    channel: Callable[[Channel], Channel] = _nothing
    store: type[SqlStore] = SqlStore
    """Another one may hand out other repositories."""
    house: Callable[[House], House] = _nothing
    """As the verbs get it: directories, and the couriers' bell."""


class Living:
    """One tenant that a test may fill, and its portal."""

    def __init__(
        self, engine: SqliteEngine | PostgresqlEngine, policy: Policy = OPEN_POLICY, between: Between | None = None
    ) -> None:
        between = between or Between()
        migrations.upgrade(engine)
        self.clock = FixedClock()
        self.random = SystemRandom()
        self.hasher = Argon2Hasher(CHEAP, at_once=8)
        sealer = between.sealer(AesSealer(Keys({1: bytes(range(32))}), TENANT.id, self.random))
        self.store = between.store(between.engine(engine), sealer, self.clock, TENANT.id)
        self.inbox = Inbox()
        with self.store.writing() as unit:
            unit.tenants.insert(TENANT, self.clock.now())
        world = World(self.clock, self.random, between.hasher(self.hasher))
        channels = tuple(between.channel(self.inbox.channel(name)) for name in ("email", "sms"))
        built = build(self.store, TENANT, world, Place(BASE, work_number=50, admin_url=ADMIN_BASE), channels)
        self.house = between.house(built.house)
        self.running = replace(built, house=self.house, site=replace(built.site, house=self.house))
        self.methods = self.house.methods
        self._versions = 0
        self.set_policy(policy)

    @cached_property
    def admin(self) -> Site:
        """The admin centre's site, made once."""
        return self.running.admin

    @cached_property
    def admin_centre(self) -> Starlette:
        """With all its pages."""
        return admin_application(self.admin)

    def set_policy(self, policy: Policy) -> None:
        """The next version of the policy."""
        self._versions += 1
        with self.store.writing() as unit:
            assert unit.policies.append(Document(self._versions, policy, "test", self.clock.now(), "test"))

    def person(self, name: str, **facts: Any) -> str:
        """`<name>@contoso.example` with the old password; returns the id. Facts: directory, enabled, kind."""
        person, now = f"id-{name}", self.clock.now()
        known = Facts(
            upn=f"{name}@contoso.example", display_name=f"{name.title()} Test", given_name=name.title(), surname="Test",
            directory=facts.get("directory", DirectoryKind.CLOUD), source_id="", enabled=facts.get("enabled", True),
            department="", language="",
        )  # fmt: skip
        with self.store.writing() as unit:
            changes = SqlPeopleChanges(unit)
            kind = facts.get("kind", PersonKind.PERSON)
            changes.add([NewPerson(person, f"{name}@contoso.example", kind, known)])
            new = Credential(self.hasher.hash(OLD_PASSWORD), (), now, must_change=False, not_after=None, version=0)
            unit.people.set_credential(person, new, now)
        return person

    def contact(self, person: str, kind: ContactKind, value: str, how: str = "code") -> str:
        """A contact, confirmed unless `how` is empty."""
        self.clock.move(1)
        contact = f"{person}-{kind}-{self.random.id()[:6]}"
        with self.store.writing() as unit:
            unit.info.add_contacts([NewContact(contact, person, kind, value, how, unit.now)])
        return contact

    def authenticator(self, person: str, secret: bytes = SECRET) -> None:
        """An authenticator app with this secret."""
        self._enrol(person, "totp", [secret])

    def recovery_codes(self, person: str) -> list[str]:
        """Ten codes."""
        made = self.methods["recovery_code"].register_begin(person, "Contoso", self.random, self.hasher)
        self._enrol(person, "recovery_code", list(made.secrets))
        return made.show["codes"].splitlines()

    def _enrol(self, person: str, method: str, secrets: list[bytes]) -> None:
        with self.store.writing() as unit:
            unit.info.add_enrolments(
                [
                    NewEnrolment(self.random.id(), person, method, secret, method, slot, 0, unit.now)
                    for slot, secret in enumerate(secrets)
                ]
            )

    def grant(self, person: str, role: str) -> None:
        """A role."""
        with self.store.writing() as unit:
            SqlGroupChanges(unit).grant(person, role)

    def operator(self, role: str, name: str = "") -> str:
        """Somebody with this role and an authenticator; the id."""
        person = self.person(name or role.replace("_", "-"))
        self.authenticator(person)
        self.grant(person, role)
        return person

    def ada(self) -> str:
        """Somebody with mailbox, mobile and authenticator."""
        person = self.person("ada")
        self.contact(person, ContactKind.EMAIL, MAIL)
        self.contact(person, ContactKind.MOBILE, MOBILE)
        self.authenticator(person)
        return person

    def code_of_app(self, secret: bytes = SECRET) -> str:
        """What the authenticator shows now."""
        return code_at(secret, step_at(self.clock.now()))

    def delivered(self) -> list[dict[str, Any]]:
        """Everything delivered so far, after delivering what is due."""
        for channel in ("email", "sms"):
            self.running.courier.run_once(channel)
        return list(self.inbox.messages())

    def newest_code(self, to: str) -> str:
        """The code in the newest message with one to an address or number."""
        texts = [str(message["text"]) for message in self.delivered() if message["to"] == to]
        codes = [found[1] for text in texts if (found := re.search(r"\b(\d{8}|\d{6})\b", text))]
        return codes[-1]

    def password_of(self, person: str) -> Credential:
        """The stored credential."""
        with self.store.reading() as unit:
            credential = unit.people.credential(person, 1)
        assert credential is not None
        return credential

    def has_password(self, person: str, password: str) -> bool:
        """Whether this password opens the account."""
        return self.hasher.verify(self.password_of(person).encoded, password)

    def story(self) -> list[dict[str, Any]]:
        """The whole audit log, oldest first."""
        with self.store.reading() as unit:
            return [dict(line) for line in reversed(unit.log.lines(LogQuery(count=10_000)))]

    def browser(self, source: str = HOME, **headers: str) -> "Browser":
        """A new browser at the portal, at this address."""
        return Browser(self, headers, source)

    def close(self) -> None:
        """Give everything back."""
        self.running.close()


class Browser:
    """Walks the portal as a program does: JSON pages, `action` by `action`."""

    def __init__(self, living: Living, headers: dict[str, str], source: str = HOME) -> None:
        self.living = living
        accept = {"accept": "application/json", **headers}
        self.http = TestClient(
            application(living.running.site), base_url=BASE, headers=accept, follow_redirects=False,
            raise_server_exceptions=True, client=(source, 40_000),
        )  # fmt: skip
        self.page: dict[str, Any] = {}
        self.status = 0

    def get(self, path: str) -> dict[str, Any]:
        """Load a page."""
        return self._took(self.http.get(path))

    def post(self, path: str = "", **fields: str) -> dict[str, Any]:
        """Send the present page's form, or another of its posts, with these fields filled in."""
        hidden = {field["name"]: field["value"] for field in self.page["fields"] if field["kind"] == "hidden"}
        known = {field["name"] for field in self.page["fields"]} if not path else {"token", "version"}
        sent = {name: value for name, value in hidden.items() if name in known} | fields
        return self._took(self.http.post(path or self.page["action"], json=sent))

    def start(self, user_id: str = "ada@contoso.example") -> dict[str, Any]:
        """From the first page, with its work done."""
        self.get("/reset")
        return self.post(user_id=user_id, work=solve(self.page["work"]))

    def choose(self, method: str) -> dict[str, Any]:
        """Pick a method by its name (the first of that name where there are several contacts)."""
        values = [choice["value"] for choice in self.page["choices"]]
        return self.post(method=next(value for value in values if value.partition(":")[0] == method))

    def first_gate(self) -> dict[str, Any]:
        """Ada's mailbox."""
        self.start()
        self.choose("email_code")
        return self.post(answer=self.living.newest_code(MAIL))

    def both_gates(self) -> dict[str, Any]:
        """Mailbox and authenticator."""
        self.first_gate()
        self.choose("totp")
        return self.post(answer=self.living.code_of_app())

    def set_password(self, new: str = NEW_PASSWORD) -> dict[str, Any]:
        """On the page that asks for it."""
        return self.post(new=new, again=new)

    def told(self) -> list[str]:
        """Ids of the messages on the page, those at fields included."""
        errors = [field["error"]["id"] for field in self.page["fields"] if field["error"]]
        return [message["id"] for message in self.page["messages"]] + errors

    def _took(self, response: Any) -> dict[str, Any]:
        self.status = response.status_code
        self.headers = response.headers
        self.page = response.json()
        return self.page


def solve(work: dict[str, Any]) -> str:
    """Do the proof of work."""
    for number in range(work.get("maxNumber", work.get("maxnumber", 0)) + 1):
        if hashlib.sha256(f"{work['salt']}{number}".encode()).hexdigest() == work["challenge"]:
            solved = {**{k: work[k] for k in ("algorithm", "challenge", "salt", "signature")}, "number": number}
            return base64.b64encode(json.dumps(solved).encode()).decode()
    raise AssertionError("no number fits")


def with_self_service(policy: Policy = OPEN_POLICY, **changes: Any) -> Policy:
    """The open policy with some of `self_service` changed."""
    return replace(policy, self_service=replace(policy.self_service, **changes))
