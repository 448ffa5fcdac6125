"""Lists of breached passwords as they are handed out, and houses that have imported one."""

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from Cryptodome.Hash import MD4

from keyback.app.house import House
from keyback.core.policy import Passwords
from keyback.core.types import Instant
from keyback.store.engine import PostgresqlEngine, SqliteEngine
from keyback.wiring.breached import BreachedFile, MappedList
from keyback.wiring.breached_import import Order, import_list
from tests.living import OPEN_POLICY, Between, Living

STOLEN = "a horse that was correct once"
"""Acceptable, were it not for the list."""


def sha1(password: str) -> str:
    return hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper()


def ntlm(password: str) -> str:
    return MD4.new(password.encode("utf-16-le")).hexdigest().upper()  # noqa: S303 - what NTLM is


def lines(*passwords: str, kind: str = "sha1", others: int = 500) -> list[str]:
    """Sorted, among passwords of nobody."""
    digest = {"sha1": sha1, "ntlm": ntlm}[kind]
    every = {digest(password) for password in (*passwords, *(f"nobody's {i}" for i in range(others)))}
    return [f"{one}:{number % 90 + 1}" for number, one in enumerate(sorted(every))]


def spread(count: int) -> Iterable[str]:
    """Many, evenly spread, made quickly."""
    step = (1 << 64) // count
    return (f"{number * step + number % 7:016X}{number:024X}:{number % 90}" for number in range(count))


def written(path: Path, content: Iterable[str], end: str = "\r\n") -> Path:
    path.write_text("".join(f"{line}{end}" for line in content))
    return path


def bring_in(target: Path, *passwords: str, now: Instant = 0, kind: str = "sha1") -> MappedList:
    """Import these and some others."""
    source = written(target.with_suffix(".txt"), lines(*passwords, kind=kind))
    return import_list(target, Order((source,)), now, lambda _count: None)


def with_list(target: Path, engine: SqliteEngine | PostgresqlEngine | None = None, **rules: object) -> Living:
    """A house that reads its breached passwords there; `rules` of `passwords`."""

    def house(made: House) -> House:
        return replace(made, breached=BreachedFile(target))

    policy = replace(OPEN_POLICY, passwords=replace(Passwords(), **rules))  # type: ignore[arg-type]
    return Living(engine or SqliteEngine(None), policy, Between(house=house))
