"""Who can reset, and who must register or confirm, among a million people: one question, on both engines."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

import psycopg

from benchmarks.measuring import Figure, median
from keyback.app.people.ports import Facts, Group, NewPerson
from keyback.app.policy import registering
from keyback.core.policy import Document, Mfa, Policy, Scope, SelfService, SignIn
from keyback.core.rules.readiness import BITS, Must, Standing
from keyback.core.types import DAY, DirectoryKind, Instant, PersonKind
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import load_keys
from keyback.wiring.demo import found
from keyback.wiring.demo_people import policy_for
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.world import SystemClock, SystemRandom

PEOPLE: Final = int(os.environ.get("BENCH_PEOPLE", "1000000"))
BATCH: Final = 10_000
TURNS: Final = 7
CHOSEN, EXCLUDED, FACTOR = "1" * 32, "2" * 32, "3" * 32
GROUPS: Final = {CHOSEN: 5, EXCLUDED: 50, FACTOR: 11}
"""In each is every so-manieth of the people: 200,000, 20,000 and 90,909 of a million."""
LISTED: Final = 100
MOST_SECONDS: Final = 1.0
_BARE: Final = Sql("SELECT COUNT(*), SUM(confirmed_at), SUM(class) FROM readiness WHERE tenant = :tenant")
"""Reads every row once, and nothing else."""
_JOIN: Final = Sql(
    """INSERT INTO membership (tenant, group_id, member, member_kind, relation, eligible, starts_at, ends_at)
    VALUES (:tenant, :group, :member, 'person', 'member', 0, NULL, NULL)"""
)


def measure() -> Sequence[Figure]:
    from tests.postgresql import Server  # the tests' own; it removes itself

    with tempfile.TemporaryDirectory() as folder:
        figures = [_measured("SQLite", Path(folder) / "house", "")]
        server = Server()
        try:
            figures.append(_measured("PostgreSQL", Path(folder) / "other", server.new_database()))
        finally:
            server.stop()
    return figures


def _measured(engine: str, house: Path, database: str) -> Figure:
    with closing(_filled(house, database)) as running:
        counting = [_took(lambda: registering.count(running.house)) for _ in range(TURNS)]
        listing = [_took(lambda: registering.people(running.house, Must.RECONFIRM, LISTED)) for _ in range(TURNS)]
        bare = [_took(lambda: _bare(running)) for _ in range(TURNS)]
        counted = registering.count(running.house)
        _choose(running)
        chosen = [_took(lambda: registering.count(running.house)) for _ in range(TURNS)]
        some = registering.count(running.house)
    assert counted.people == some.people == PEOPLE
    value, limit = median(counting[1:]), median(bare[1:])
    details = {
        "must register, thousands": counted.must[Must.REGISTER] / 1000,
        "must confirm, thousands": counted.must[Must.RECONFIRM] / 1000,
        f"counted and {LISTED} of them listed, s": median(listing[1:]),
        "the first time, s": counting[0],
        "the same, by three groups, s": median(chosen[1:]),
        "of the chosen must register, thousands": some.must[Must.REGISTER] / 1000,
    }
    return Figure(
        f"who must register or confirm, {PEOPLE:,} people, {engine}", value, "s", "reading each of their rows once",
        limit, f"under {MOST_SECONDS:.0f} s", value < MOST_SECONDS, details,
    )  # fmt: skip


def _took(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _bare(running: Running) -> None:
    with running.store.reading() as unit:
        assert unit.link.one(_BARE, {"tenant": unit.tenant})


def _filled(house: Path, database: str) -> Running:
    """An organisation of which a tenth has nothing, a tenth too little, and the others confirmed in the last 400 days."""
    found(house, database)
    world = World(SystemClock(), SystemRandom(), Argon2Hasher())
    store, tenant = open_store(database or str(house / "keyback.db"), load_keys(house / "master.key"), world)
    running = build(store, tenant, world, Place("http://localhost:8080", work_number=50), ())
    offered = policy_for(running.house)
    policy = Policy(SelfService(enabled_for=Scope.ALL), offered.methods, numbers=offered.numbers)
    with store.writing() as unit:
        unit.policies.append(Document(1, policy, "host:bench", unit.now, "benchmark"))
        for group in GROUPS:
            SqlGroupChanges(unit).add(Group(group, group, False, 0), group)
    for first in range(0, PEOPLE, BATCH):
        numbers = range(first, min(first + BATCH, PEOPLE))
        with store.writing() as unit:
            SqlPeopleChanges(unit).add([_person(number) for number in numbers])
            unit.readiness.put(list(_rows(numbers, unit.now)))
            unit.link.many(_JOIN, [
                {"tenant": unit.tenant, "group": group, "member": f"{number:032x}"}
                for group, share in GROUPS.items() for number in numbers if number % share == 0
            ])  # fmt: skip
    if database:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")  # as autovacuum does within minutes of such an import
    return running


def _choose(running: Running) -> None:
    """From now on only one group may reset, without another, and a third needs a second factor."""
    with running.store.writing() as unit:
        before = unit.policies.in_force()
        assert before
        policy = replace(
            before.policy, sign_in=SignIn(Mfa.GROUPS, (FACTOR,)),
            self_service=SelfService(Scope.SELECTED, (CHOSEN,), (EXCLUDED,)),
        )  # fmt: skip
        unit.policies.append(Document(2, policy, "host:bench", unit.now, "benchmark"))


def _person(number: int) -> NewPerson:
    user = f"person.{number}@contoso.example"
    facts = Facts(user, f"Person {number}", "Person", str(number), DirectoryKind.CLOUD, "", True, "", "")
    return NewPerson(f"{number:032x}", user, PersonKind.PERSON, facts)


def _rows(numbers: range, now: Instant) -> Iterator[tuple[str, Standing]]:
    held = [0, BITS["email_code"]] + 4 * [BITS["email_code"] + BITS["totp"], sum(list(BITS.values())[:4])]
    for number in numbers:
        methods = held[number % len(held)]
        waiting = BITS["recovery_code"] if number % 97 == 0 and not methods & BITS["recovery_code"] else 0
        at = now - number % 401 * DAY if number % len(held) > 1 else 0
        yield f"{number:032x}", Standing(methods, True, 0, 1, 0, waiting, number % 499 == 0, at)
