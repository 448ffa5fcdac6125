"""What `keyback init` does to the disk: master key, database, configuration; nothing that is there is touched."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from keyback.app.people.ports import Work
from keyback.app.setup import found as verb
from keyback.app.setup.issue import Issued
from keyback.core.errors import Conflict, Invalid, Refused
from keyback.core.messages import Text, say
from keyback.core.ports import Tenant
from keyback.settings import Settings
from keyback.store import migrations
from keyback.store.engine import engine_for
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import AesSealer, load_keys, new_key_line
from keyback.store.unit import SqlStore
from keyback.wiring.configuration import load
from keyback.wiring.console import actor
from keyback.wiring.first_settings import first_settings
from keyback.wiring.hasher import Argon2Hasher, Cost
from keyback.wiring.house import Place, World, build
from keyback.wiring.world import SystemClock, SystemRandom

MESSAGES: Mapping[str, str] = {
    "init.configured": "There is a configuration already: {path}. Nothing was changed.",
    "init.no_place": "{path} cannot be written: {why}. Nothing was changed.",
}

LATER: Final = frozenset({"settings.no_tls"})
"""What may still be missing after `init`: a certificate, or a proxy that has one."""


@dataclass(frozen=True, slots=True)
class Founded:
    """A new install."""

    issued: Issued
    config: Path
    settings: Settings
    missing: tuple[Text, ...]
    """What stands between it and being served."""


def found(folder: Path, wanted: verb.Founding, given: Mapping[str, str | tuple[str, ...]]) -> Founded:
    """Make it in `folder`. Raises `Conflict` over an existing one, `Invalid` with every mistake; then nothing is left."""
    config = folder / "keyback.toml"
    if config.exists():
        raise Conflict(say("init.configured", path=str(config)))
    wrong = verb.mistakes(wanted)
    with _undone_on_error(folder) as made:
        draft, key = folder / f".keyback.toml.{os.getpid()}", folder / str(given.get("key_file", "master.key"))
        if not key.exists():
            _write_private(key, new_key_line(SystemRandom()), made)
        _write_private(draft, first_settings(given), made)
        settings = _settings(draft, wrong)
        issued = _organisation(settings, wanted)
        made[:] = [draft]
        os.link(draft, config)
    return Founded(issued, config, settings, _missing(config))


def _settings(draft: Path, wrong: tuple[Text, ...]) -> Settings:
    try:
        settings = load(draft, os.environ, LATER)
    except Invalid as error:
        raise Invalid(say("init.unusable"), (*wrong, *error.mistakes)) from error
    if wrong:
        raise Invalid(say("init.unusable"), wrong)
    return settings


def _missing(config: Path) -> tuple[Text, ...]:
    try:
        load(config, os.environ)
    except Invalid as error:
        return error.mistakes
    return ()


def _organisation(settings: Settings, wanted: verb.Founding) -> Issued:
    world = World(SystemClock(), SystemRandom(), Argon2Hasher(Cost(settings.argon2_memory_kib, settings.argon2_passes)))
    tenant = Tenant(
        world.random.id(), wanted.organisation.strip(), wanted.zone, wanted.language, had_administrator=False
    )
    os.umask(0o077)
    engine = engine_for(settings.database)
    try:
        migrations.upgrade(engine)
        sealer = AesSealer(load_keys(Path(settings.key_file)), tenant.id, world.random)
        store = SqlStore(engine, sealer, world.clock, tenant.id)
        house = build(store, tenant, world, Place(settings.base_url, region=settings.region), ()).house
        work = Work(house, SqlPeopleChanges, SqlGroupChanges, actor())  # type: ignore[arg-type]  # units of this store only
        return verb.found(work, wanted)
    finally:
        engine.close()


@contextmanager
def _undone_on_error(folder: Path) -> Iterator[list[Path]]:
    """What was made is removed again when something goes wrong; the draft always."""
    made: list[Path] = []
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        yield made
    except OSError as error:
        _remove(made)
        raise Refused(say("init.no_place", path=str(error.filename or folder), why=str(error.strerror))) from error
    except BaseException:
        _remove(made)
        raise
    _remove([path for path in made if path.name.startswith(".keyback.toml.")])


def _remove(made: list[Path]) -> None:
    for path in made:
        with suppress(OSError):
            path.unlink()


def _write_private(path: Path, text: str, made: list[Path]) -> None:
    """A new file that only its owner can read, whatever the umask; on the disk before anything depends on it."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    made.append(path)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        os.fchmod(handle, 0o600)
        out.write(text)
        out.flush()
        os.fsync(handle)
