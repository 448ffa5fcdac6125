"""The demo: an organisation of made-up people on loopback, in a directory of its own, with a readable inbox.

What its people know (passwords, secrets) stands in the clear in its marker file, because it is a demo. That is why
it never listens anywhere but on loopback and never touches a directory that is not a demo's.
"""

import json
import os
import socket
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from keyback.channels.to_screen import Inbox
from keyback.core.errors import Refused, Unavailable
from keyback.core.events import Activity, Event
from keyback.core.messages import say
from keyback.core.ports import Tenant
from keyback.store import migrations
from keyback.store.engine import engine_for
from keyback.store.seal import AesSealer, load_keys, new_key_line
from keyback.store.unit import SqlStore
from keyback.web.admin.server import application as admin_application
from keyback.web.server import application
from keyback.wiring.breached import BreachedFile
from keyback.wiring.console import actor
from keyback.wiring.demo_inbox import inbox_site
from keyback.wiring.demo_people import DOMAIN, ORGANISATION, Known, settle
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.janitor import Janitor
from keyback.wiring.listening import Listener, bind, port_of, serve
from keyback.wiring.world import SystemClock, SystemRandom

MESSAGES: Mapping[str, str] = {
    "demo.not_a_demo": "{path} is not empty and no demo's. Name a new or empty directory. Nothing was changed.",
    "demo.newer": "{path} was made by another version of Keyback. Name another directory. Nothing was changed.",
    "demo.other_size": "The demo in {path} was made with {there} generated people. Name another directory for {asked}.",
}

MARKER: Final = "keyback-demo.json"
VERSION: Final = 2
HOST: Final = "127.0.0.1"
OWN_FILES: Final = ("keyback.db", "keyback.db-wal", "keyback.db-shm", "master.key", "keyback.toml", "inbox.jsonl")


@dataclass(frozen=True, slots=True)
class Demo:
    """A demo that is being served."""

    url: str
    inbox: str
    """Address of the messages as JSON."""
    inbox_page: str
    admin_url: str
    people: tuple[Known, ...]
    generated: int
    """How many people were generated beside them."""
    fresh: bool
    """Made just now; else people may have changed their passwords and used their codes since."""
    directory: Path


def run(directory: Path, port: int, generated: int, ready: Callable[[Demo], None]) -> None:
    """Make the demo where there is none, and serve it until a signal. Port 0 takes a free one.

    Raises `Refused` for a directory that is not a demo's, `Unavailable` when the port is taken.
    """
    there = _marked(directory, generated)
    try:
        door = bind(HOST, port)
    except OSError as error:
        raise Unavailable(f"port {port}: {error.strerror}") from error
    os.umask(0o077)
    inbox_door, admin_door = bind(HOST, 0), _admin_door(port)
    url, inbox_page = f"http://localhost:{port_of(door)}", f"http://localhost:{port_of(inbox_door)}/"
    admin_url = f"http://localhost:{port_of(admin_door)}"
    if there is None:
        found(directory)
    _write_private(directory / "keyback.toml", _settings(url, admin_url))
    inbox = Inbox(file=directory / "inbox.jsonl")
    running = _open(directory, url, admin_url, inbox)
    janitor = Janitor(running)
    try:
        people = _settled(directory, running, generated) if there is None else there
        demo = Demo(
            url, f"{inbox_page}messages.json", inbox_page, admin_url, people, generated, there is None, directory
        )
        running.courier.start()
        running.looks.start()
        janitor.start()
        sites = (
            Listener(application(running.site), door),
            Listener(admin_application(running.admin), admin_door),
            Listener(inbox_site(inbox, port_of(inbox_door)), inbox_door),
        )
        serve(sites, lambda: ready(demo))
    finally:
        janitor.stop()
        running.close()


def _admin_door(port: int) -> socket.socket:
    """Beside the portal's port where that is free, so that it can be remembered."""
    try:
        return bind(HOST, port + 1 if port else 0)
    except (OSError, OverflowError):
        return bind(HOST, 0)


def _marked(directory: Path, generated: int) -> tuple[Known, ...] | None:
    """The people of the demo that is there; None where one can be made."""
    if (directory.is_dir() and not any(directory.iterdir())) or not directory.exists():
        return None
    try:
        marker: Mapping[str, Any] = json.loads((directory / MARKER).read_text("utf-8"))
        version, people = marker["keyback-demo"], [Known.read(one) for one in marker["people"]]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Refused(say("demo.not_a_demo", path=str(directory))) from error
    if version != VERSION:
        raise Refused(say("demo.newer", path=str(directory)))
    if not people:  # it was interrupted while it was made
        for name in OWN_FILES:
            (directory / name).unlink(missing_ok=True)
        return None
    if generated not in {0, marker["generated"]}:
        raise Refused(say("demo.other_size", path=str(directory), there=marker["generated"], asked=generated))
    return tuple(people)


def found(directory: Path, database: str = "") -> None:
    """Marker first, so that whatever interrupts this, the directory is known as a demo's. `database`: another place
    than the directory."""
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    _mark(directory, (), 0)
    random = SystemRandom()
    _write_private(directory / "master.key", new_key_line(random))
    engine = engine_for(database or str(directory / "keyback.db"))
    migrations.upgrade(engine)
    tenant = Tenant(random.id(), ORGANISATION, "UTC", "en", had_administrator=False)
    sealer = AesSealer(load_keys(directory / "master.key"), tenant.id, random)
    store = SqlStore(engine, sealer, SystemClock(), tenant.id)
    with store.writing() as unit:
        unit.tenants.insert(tenant, unit.now)
        unit.tenants.add_domain(DOMAIN)
        unit.audit(Event(Activity.TENANT_CREATED, actor(), "", "success", "demo"))
    store.close()


def _open(directory: Path, url: str, admin_url: str, inbox: Inbox) -> Running:
    breached = BreachedFile(directory / "breached.list")
    world = World(SystemClock(), SystemRandom(), Argon2Hasher(), breached)
    store, tenant = open_store(str(directory / "keyback.db"), load_keys(directory / "master.key"), world)
    ports = [one.rpartition(":")[2] for one in (url, admin_url)]
    hosts, admin_hosts = (frozenset({f"{HOST}:{port}"}) for port in ports)
    place = Place(url, hosts=hosts, admin_url=admin_url, admin_hosts=admin_hosts)
    return build(store, tenant, world, place, (inbox.channel("email"), inbox.channel("sms")))


def _settled(directory: Path, running: Running, generated: int) -> tuple[Known, ...]:
    people = settle(running)
    if generated:
        from keyback.wiring.generate import generate

        generate(running, generated)
    _mark(directory, people, generated)
    return people


def _mark(directory: Path, people: tuple[Known, ...], generated: int) -> None:
    content = {"keyback-demo": VERSION, "generated": generated, "people": [one.plain() for one in people]}
    _write_private(directory / MARKER, json.dumps(content, indent=1, ensure_ascii=False))


def _settings(url: str, admin_url: str) -> str:
    """So that every other command works on the demo too: `keyback people show ... --config demo/keyback.toml`."""
    listen, admin = (f"{HOST}:{one.rpartition(':')[2]}" for one in (url, admin_url))
    return f'base_url = "{url}"\nlisten = "{listen}"\nadmin_listen = "{admin}"\nadmin_url = "{admin_url}"\n'


def _write_private(path: Path, text: str) -> None:
    """Readable by its owner only, and whole or not at all."""
    draft = path.with_name(f".{path.name}.new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(text)
    draft.replace(path)
