"""What the command line works with: the house of this install, opened from its configuration, and who is asking.

Nothing is delivered from here: what a command writes to the outbox is sent by `keyback serve`.
"""

import os
import pwd
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from keyback.app.people.ports import Work
from keyback.core.messages import Text
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import load_keys
from keyback.web.prompts import Catalog
from keyback.wiring.breached import BreachedFile
from keyback.wiring.configuration import CONFIG, load
from keyback.wiring.hasher import Argon2Hasher, Cost
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.plugins import all_messages
from keyback.wiring.world import SystemClock, SystemRandom

DEFAULT_CONFIG = Path("keyback.toml")


def config_path(given: Path | None) -> Path:
    """`--config`, else what `KEYBACK_CONFIG` names, else `keyback.toml` here."""
    return given or Path(os.environ.get(CONFIG, DEFAULT_CONFIG))


def key_file(given: Path | None) -> Path:
    """Where the settings say that the master keys are."""
    return Path(load(config_path(given), os.environ).key_file)


def breached_list(given: Path | None) -> Path:
    """Where the settings say that the breached passwords are."""
    return Path(load(config_path(given), os.environ).breached_list)


def open_console(config: Path | None = None) -> Running:
    """The house. Close it afterwards.

    Raises `Invalid` for settings or keys, `Refused` without an organisation, `Unavailable` without the database.
    """
    settings = load(config_path(config), os.environ)
    cost = Cost(settings.argon2_memory_kib, settings.argon2_passes, settings.argon2_lanes)
    breached = BreachedFile(Path(settings.breached_list))
    world = World(SystemClock(), SystemRandom(), Argon2Hasher(cost), breached)
    store, tenant = open_store(settings.database, load_keys(Path(settings.key_file)), world)
    return build(store, tenant, world, Place(settings.base_url, region=settings.region), ())


@contextmanager
def console(config: Path | None = None) -> Iterator[Running]:
    """`open_console` for a `with` statement."""
    running = open_console(config)
    try:
        yield running
    finally:
        running.close()


def actor() -> str:
    """Who is asking, as the audit log names the command line: `host:<operating system's user>`."""
    user = os.getuid()
    try:
        return f"host:{pwd.getpwuid(user).pw_name}"
    except KeyError:  # a container's user without a name
        return f"host:{user}"


def in_words(text: Text) -> str:
    """A sentence in English, whoever says it. The first call imports everything that speaks."""
    return _english().words("en", "UTC").say(text)


@cache
def _english() -> Catalog:
    return Catalog(all_messages())


def work_of(running: Running) -> Work:
    """For the verbs about people and groups."""
    return Work(running.house, SqlPeopleChanges, SqlGroupChanges, actor())  # type: ignore[arg-type]  # units of this store only
