"""A long audit log, made by the database itself: plausible lines over 400 days, with a hash column that only looks like one
(nobody verifies it here). The same on both engines."""

import time
from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from keyback.core.types import DAY
from keyback.store.engine import Engine, Sql

PEOPLE: Final = 100_000
OPERATORS: Final = 20
SPAN: Final = 400 * DAY
BATCH: Final = 100_000

_PICK: Final = "(({of}) * 2654435761 % 4294967296 / 256)"
"""Looks like chance, and is the same every time."""
_HEX: Final = {"sqlite": "printf('%08x', {of})", "postgresql": "lpad(to_hex(CAST({of} AS BIGINT)), 8, '0')"}
_HASH: Final = {"sqlite": "randomblob(32)", "postgresql": "decode(md5(CAST(i AS TEXT)) || md5(CAST(d AS TEXT)), 'hex')"}
_NUMBERS: Final = {
    "sqlite": "WITH RECURSIVE n(i) AS (SELECT :first UNION ALL SELECT i + 1 FROM n WHERE i < :last) SELECT i FROM n",
    "postgresql": "SELECT i FROM generate_series(CAST(:first AS BIGINT), CAST(:last AS BIGINT)) AS g(i)",
}
_KINDS: Final = (
    (6000, "Self-service password reset flow activity progress", "success", "own"),
    (6300, "Self-service password reset flow activity progress", "failure", "own"),
    (7000, "Reset password (self-service)", "success", "own"),
    (8200, "User signed in", "success", "own"),
    (9000, "User could not sign in", "failure", "own"),
    (9500, "Sign-in was interrupted", "success", "own"),
    (9550, "Blocked from self-service password reset", "success", "own"),
    (9560, "Self-service password reset policy changes", "success", "operator"),
    (9700, "Reset password (by admin)", "success", "operator"),
    (9800, "Admin registered security info", "success", "operator"),
    (9900, "User registered security info", "success", "own"),
    (9990, "User contacted an administrator", "success", "own"),
    (10000, "Read audit log", "success", "operator"),
)
"""In ten thousand up to this number; and who does it."""
_RARE: Final = "CASE WHEN i % 1000003 = 7 THEN 'Add master key' WHEN i % 1009 = 5 AND i < :old THEN 'Deny request'"
"""A few in all the log, and many that all are in its oldest tenth."""


def person(number: int) -> str:
    """Id of somebody in the log."""
    return f"{number:08x}" + "0" * 24


def operator(number: int) -> str:
    """Id of somebody who does things to others."""
    return f"{number:08x}" + "f" * 24


def fill(engine: Engine, tenant: str, count: int, now: int) -> float:
    """Write `count` lines that end now; indexes are taken away meanwhile. Seconds."""
    began = time.perf_counter()
    with engine.transaction(write=True) as link:
        last = link.one(Sql("SELECT seq FROM audit_head WHERE tenant = :tenant"), {"tenant": tenant})
        start = int(last[0]) if last else 0
    made = _indexes(engine)
    _run(engine, [f"DROP INDEX {name}" for name, _ in made])
    statement = _statement(engine.name)
    for first in range(0, count, BATCH):
        values = {
            "tenant": tenant, "first": first + 1, "last": min(first + BATCH, count), "old": count // 10,
            "start": start, "begin": now - SPAN, "span": SPAN, "count": count,
        }  # fmt: skip
        with engine.transaction(write=True) as link:
            link.run(statement, values)
    _run(engine, [definition for _, definition in made])
    with engine.transaction(write=True) as link:
        link.run(
            Sql("UPDATE audit_head SET seq = :seq WHERE tenant = :tenant"), {"tenant": tenant, "seq": start + count}
        )
    return time.perf_counter() - began


def _statement(engine: str) -> Sql:
    def hexed(of: str) -> str:
        return _HEX[engine].format(of=of)

    names = "".join(f" WHEN d < {most} THEN '{name}'" for most, name, _, _ in _KINDS)
    results = "".join(f" WHEN d < {most} THEN '{result}'" for most, _, result, _ in _KINDS)
    theirs = " OR ".join(
        f"(d >= {before[0]} AND d < {kind[0]})" for before, kind in pairwise(_KINDS) if kind[3] == "operator"
    )
    own = f"{hexed('p')} || '000000000000000000000000'"
    return Sql(f"""
      INSERT INTO audit (tenant, seq, at, activity, actor, target, result, reason, correlation, source, details, hash)
      SELECT :tenant, :start + i, :begin + i * (:span / :count), {_RARE}{names} END,
        CASE WHEN {theirs} THEN {hexed(f"d % {OPERATORS}")} || 'ffffffffffffffffffffffff' ELSE {own} END,
        {own}, CASE {results} END,
        CASE WHEN d >= 8200 AND d < 9000 THEN CASE WHEN i % 50 = 0 THEN '50053' ELSE '50126' END
          WHEN d >= 9000 AND d < 9500 THEN '50074' WHEN d < 6300 THEN 'User submitted their user ID' ELSE '' END,
        {hexed("j")} || 'eeeeeeeeeeeeeeeeeeeeeeee',
        '198.51.' || (p / 250 % 250) || '.' || (p % 250), '{{"method":"email_code"}}', {_HASH[engine]}
      FROM (SELECT i, j, {_PICK.format(of="j + 17")} % {PEOPLE} AS p, {_PICK.format(of="i")} % 10000 AS d
        FROM (SELECT i, i / 12 AS j FROM ({_NUMBERS[engine]}) AS all_numbers) AS numbered) AS diced
    """)  # noqa: S608 - constants of this file


def _indexes(engine: Engine) -> Sequence[tuple[str, str]]:
    asked = {
        "sqlite": "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'audit' AND type = 'index' AND sql IS NOT NULL",
        "postgresql": "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'audit' AND indexname <> 'audit_pkey'",
    }[engine.name]
    with engine.transaction(write=False) as link:
        return [(str(row[0]), str(row[1])) for row in link.all(Sql(asked), {})]


def _run(engine: Engine, statements: Sequence[str]) -> None:
    """Each for as long as it takes."""
    for statement in statements:
        with engine.transaction(write=True) as link:
            if engine.name == "postgresql":
                link.run(Sql("SET LOCAL statement_timeout = 0"), {})
                link.run(Sql("SET LOCAL maintenance_work_mem = '1GB'"), {})
            link.run(Sql(statement), {})
