"""The admin centre among a million people, on both engines: finding somebody, lists, the Overview, a person's page, what a
change would do. Each time is that of the whole request or of the verb, beside the bare reading of as many rows."""

import os
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

import psycopg
from starlette.applications import Starlette

from benchmarks.measuring import Figure, median
from keyback.app.overview import counting
from keyback.app.people.ports import Facts, Group, NewPerson
from keyback.app.policy.effect import effect
from keyback.core.policy import Document, Mfa, Policy, Scope, SelfService, SignIn
from keyback.core.ports import NewContact, NewEnrolment, PeopleQuery
from keyback.core.rules.readiness import BITS, Standing
from keyback.core.rules.words import words
from keyback.core.types import DAY, ContactKind, DirectoryKind, Instant, PersonKind
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import load_keys
from keyback.web.admin.server import application
from keyback.wiring.demo import found
from keyback.wiring.demo_people import policy_for
from keyback.wiring.generate import DEPARTMENTS, OUTSIDE, Generated, someone
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.world import SystemClock, SystemRandom

PEOPLE: Final = int(os.environ.get("BENCH_PEOPLE", "1000000"))
BATCH: Final = 10_000
TURNS: Final = 5
"""The first of which is not counted."""
CHOSEN, EXCLUDED, FACTOR = "1" * 32, "2" * 32, "3" * 32
SHARES: Final = {CHOSEN: 5, EXCLUDED: 50, FACTOR: 11}
"""In each is every so-manieth."""
FEW: Final = "4" * 32
"""A group of a hundred."""
ROLES: Final = ("global_administrator", "helpdesk_administrator", "user_administrator")
TYPED: Final = (
    "a", "j", "z", "jo", "zo", "gar", "jo sm", "garcia m", "m b", "zofia a", "jonas garcia", "jonas garcia 12", "1", "12",
    "999", "jonas.garcia.12", "ab zo", "qq", "vogel quentin", "{user_id}",
)  # fmt: skip
"""What is typed at the helpdesk; the last one is a whole user ID."""
SHOWN: Final = ("all", "enabled", "disabled", "frozen", "deleted")
PAGE: Final = 51
SEARCH_MS, LIST_MS, OVERVIEW_MS, EFFECT_MS = 100.0, 200.0, 300.0, 2_000.0
_JOIN: Final = Sql(
    """INSERT INTO membership (tenant, group_id, member, member_kind, relation, eligible, starts_at, ends_at)
    VALUES (:tenant, :group, :member, 'person', 'member', 0, NULL, NULL)"""
)
_DELETED: Final = Sql("UPDATE person SET enabled = 0, deleted_at = :at WHERE tenant = :tenant AND id = :id")
_BARE: Final = Sql(
    "SELECT id, upn, display_name FROM person WHERE tenant = :tenant AND canonical > :after ORDER BY canonical LIMIT 51"
)
"""As many rows as a page holds, along an index."""
_SCAN: Final = Sql("SELECT COUNT(*), SUM(confirmed_at), SUM(class) FROM readiness WHERE tenant = :tenant")
"""Every row that counts, once."""


def measure() -> Sequence[Figure]:
    from tests.postgresql import Server  # the tests' own; it removes itself

    figures: list[Figure] = []
    with tempfile.TemporaryDirectory() as folder:
        with closing(filled(Path(folder) / "house", "", PEOPLE)) as running:
            figures += figures_of("SQLite", running)
        server = Server()
        try:
            with closing(filled(Path(folder) / "other", server.new_database(), PEOPLE)) as running:
                figures += figures_of("PostgreSQL", running)
        finally:
            server.stop()
    return figures


def figures_of(engine: str, running: Running) -> Iterator[Figure]:
    """All of one engine."""
    counting.refresh(running.house, force=True)
    pages, change = _pages(running), {"three groups": lambda: _what_if(running)}
    first = {"the first page": pages.pop("Overview")}
    page, scan = ("reading a page of rows", _bare_page), ("reading every row once", _bare_scan)
    for name, target, (limit_name, bare), works in (
        ("helpdesk search", SEARCH_MS, page, _searches(running)),
        ("lists of people", LIST_MS, page, _lists(running)),
        ("first pages of the admin centre", LIST_MS, page, pages),
        ("Overview", OVERVIEW_MS, page, first),
        ("what a change would do", EFFECT_MS, scan, change),
    ):
        took = {what: _took(work) for what, work in works.items()}
        limit = median(_took(lambda: bare(running)))  # noqa: B023 - asked at once
        p95 = _p95([one for times in took.values() for one in times])
        details = {f"{what}, ms": max(times) for what, times in took.items()}
        yield Figure(
            f"{name}, {PEOPLE:,} people, {engine}, p95", p95, "ms", limit_name, limit, f"under {target:.0f} ms",
            p95 < target, details,
        )  # fmt: skip


def _took(work: Callable[[], object]) -> list[float]:
    """Milliseconds of each turn but the first."""
    times = []
    for _ in range(TURNS):
        began = time.perf_counter()
        work()
        times.append((time.perf_counter() - began) * 1000)
    return times[1:]


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[max(0, -(-len(values) * 95 // 100) - 1)]


def _bare_page(running: Running) -> None:
    with running.store.reading() as unit:
        assert unit.link.all(_BARE, {"tenant": unit.tenant, "after": "j"})


def _bare_scan(running: Running) -> None:
    with running.store.reading() as unit:
        assert unit.link.one(_SCAN, {"tenant": unit.tenant})


def _people(running: Running, query: PeopleQuery) -> None:
    with running.store.reading() as unit:
        unit.listing.people(query)


def _searches(running: Running) -> Mapping[str, Callable[[], object]]:
    whole = someone(PEOPLE * 7 // 9).user_id
    typed = [one.format(user_id=whole) for one in TYPED]
    queries = {one: PeopleQuery(tuple(words(one)), sort="name", count=PAGE) for one in typed}
    return {f"“{one}”": lambda query=query: _people(running, query) for one, query in queries.items()}  # type: ignore[misc]  # each its own


def _lists(running: Running) -> Mapping[str, Callable[[], object]]:
    queries = {
        f"{show} by {sort}{', down' if down else ''}": PeopleQuery(sort=sort, descending=down, show=show, count=PAGE)
        for show in SHOWN for sort in ("user_id", "name") for down in (False, True)
    }  # fmt: skip
    for name, group in {"a hundred": FEW, "a fiftieth": EXCLUDED, "a fifth": CHOSEN}.items():
        queries[f"within {name}"] = PeopleQuery(groups=frozenset({group}), count=PAGE)
    return {name: lambda query=query: _people(running, query) for name, query in queries.items()}  # type: ignore[misc]  # each its own


@dataclass(frozen=True, slots=True)
class _House:
    """What the tests' desk needs of a living house."""

    running: Running

    @property
    def store(self) -> object:
        return self.running.store

    @property
    def house(self) -> object:
        return self.running.house

    @property
    def random(self) -> object:
        return self.running.house.random

    @property
    def admin_centre(self) -> Starlette:
        return application(self.running.admin)


def _pages(running: Running) -> dict[str, Callable[[], object]]:
    """Whole requests of a Global Administrator."""
    from tests.admin.desk import Desk
    from tests.living import Living

    desk = Desk(cast("Living", _House(running)), someone(0).id)
    somebody = someone(PEOPLE // 2).id

    def opened(path: str) -> Callable[[], object]:
        def work() -> None:
            desk.html(path)

        desk.get(path)
        assert desk.status == 200, path
        return work

    paths = {
        "Overview": "/", "Cannot reset today": "/overview/cannot-reset", "Users": "/users", "Groups": "/groups",
        "Users by name, found": "/users?q=garcia+m&sort=name", "Helpdesk, found": "/helpdesk?q=jo+k",
        "Find": "/find?q=zo", "a person": f"/users/{somebody}", "a person at the helpdesk": f"/helpdesk/{somebody}",
    }  # fmt: skip
    return {name: opened(path) for name, path in paths.items()}


def _what_if(running: Running) -> None:
    with running.store.reading() as unit:
        before = unit.policies.in_force()
        assert before is not None
        service = replace(before.policy.self_service, excluded_groups=(), methods_required=1)
        after = replace(before.policy, self_service=service)
        assert effect(unit, before, after, running.house.methods.values()).people


def filled(house: Path, database: str, people: int) -> Running:
    """An organisation with people of ordinary names, in departments, in the groups of a policy, and a few with roles."""
    found(house, database)
    running = opened(house, database)
    departments = {name: f"{place:032x}" for place, name in enumerate((*DEPARTMENTS, OUTSIDE), 0xD0)}
    with running.store.writing() as unit:
        unit.policies.append(Document(1, _policy(running), "host:bench", unit.now, "benchmark"))
        for id_, name in {**{one: one for one in (*SHARES, FEW)}, **{v: k for k, v in departments.items()}}.items():
            SqlGroupChanges(unit).add(Group(id_, name, False, 0), name.lower())
    for first in range(0, people, BATCH):
        _add(running, [(number, someone(number)) for number in range(first, min(first + BATCH, people))], departments)
    with running.store.writing() as unit:
        for number, role in enumerate(ROLES):
            SqlGroupChanges(unit).grant(someone(number).id, role)
            unit.readiness.put([(someone(number).id, Standing(BITS["totp"] | BITS["email_code"], True, 2, 1, 0))])
    if database:
        with psycopg.connect(database, autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")  # as autovacuum does within minutes of such an import
    return running


def opened(house: Path, database: str) -> Running:
    """A house that is there."""
    world = World(SystemClock(), SystemRandom(), Argon2Hasher())
    store, tenant = open_store(database or str(house / "keyback.db"), load_keys(house / "master.key"), world)
    from tests.living import ADMIN_BASE

    place = Place("http://localhost:8443", work_number=50, admin_url=ADMIN_BASE)
    return build(store, tenant, world, place, ())


def _policy(running: Running) -> Policy:
    offered = policy_for(running.house)
    service = SelfService(Scope.SELECTED, (CHOSEN,), (EXCLUDED,))
    return Policy(service, offered.methods, numbers=offered.numbers, sign_in=SignIn(Mfa.GROUPS, (FACTOR,)))


def _add(running: Running, batch: Sequence[tuple[int, Generated]], departments: Mapping[str, str]) -> None:
    with running.store.writing() as unit:
        SqlPeopleChanges(unit).add([_person(one) for _, one in batch])
        unit.readiness.put([(one.id, _standing(number, one, unit.now)) for number, one in batch])
        members = [
            *((group, one.id) for group, share in SHARES.items() for number, one in batch if number % share == 0),
            *((FEW, one.id) for number, one in batch if number % 10_000 == 0),
            *((departments[one.department], one.id) for _, one in batch),
        ]
        unit.link.many(_JOIN, [{"tenant": unit.tenant, "group": group, "member": one} for group, one in members])
        gone = [{"tenant": unit.tenant, "id": one.id, "at": unit.now} for number, one in batch if number % 997 == 500]
        unit.link.many(_DELETED, gone)
        for _, one in batch[:10]:
            unit.info.add_contacts(
                [NewContact(f"{one.id[:-1]}m", one.id, ContactKind.EMAIL, one.mail or "a@b.example", "code", unit.now)]
            )
            unit.info.add_enrolments(
                [NewEnrolment(f"{one.id[:-1]}t", one.id, "totp", bytes(20), one.user_id, 0, 0, unit.now)]
            )


def _person(one: Generated) -> NewPerson:
    name = f"{one.given_name} {one.surname}"
    facts = Facts(
        one.user_id, name, one.given_name, one.surname, DirectoryKind.CLOUD, "", one.enabled, one.department, ""
    )
    return NewPerson(one.id, one.user_id, PersonKind.PERSON, facts)


def _standing(number: int, one: Generated, now: Instant) -> Standing:
    methods = (BITS["email_code"] if one.mail else 0) | (BITS["sms_code"] if one.mobile else 0)
    methods |= BITS["totp"] if one.authenticator else 0
    waiting = BITS["recovery_code"] if number % 97 == 0 else 0
    at = now - number % 401 * DAY if methods else 0
    return Standing(methods, one.enabled and number % 997 != 500, 0, 1, 0, waiting, number % 499 == 0, at)
