"""The first page of both logs on 10,000,000 lines (`BENCH_LINES` makes it less), on both engines: every saved view, and
twenty mixtures of filters, as HTML, with everything that a request costs; beside it a bare read of 50 lines by their index.
"""

import os
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from starlette.testclient import TestClient

from benchmarks import log_lines
from benchmarks.measuring import Figure, median
from keyback.app.logs.views import AUDIT_VIEWS, SIGN_IN_VIEWS
from keyback.app.people.ports import Facts, NewPerson
from keyback.app.sign_in.seat import LIVES, session_key
from keyback.core.ports import Door, Session, SessionKind
from keyback.core.rules.assurance import strength
from keyback.core.types import DAY, DirectoryKind, PersonKind
from keyback.store.engine import Sql
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.seal import load_keys
from keyback.web.admin.server import application
from keyback.web.call import SESSION, cookie_name
from keyback.wiring.demo import found
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.house import Place, Running, World, build, open_store
from keyback.wiring.world import SystemClock, SystemRandom

LINES = int(os.environ.get("BENCH_LINES", "10000000"))
ROUNDS = 60
MOST_MS = 200.0
URL, ADMIN_URL = "http://localhost:8443", "http://localhost:8444"
SOMEBODY, BUSY = log_lines.person(4711), log_lines.operator(3)
_BARE = Sql("SELECT * FROM audit WHERE tenant = :tenant AND seq < :before ORDER BY seq DESC LIMIT 50")


def views() -> Sequence[str]:
    """Both logs as they open, and every other saved view."""
    audit = [f"/audit-logs?view={name}" for name in AUDIT_VIEWS]
    return [*audit, *(f"/sign-in-logs?view={name}" for name in SIGN_IN_VIEWS)]


def filters(now: int) -> Sequence[str]:
    """Common and rare, narrow and wide; what is nowhere, and what only the oldest lines have."""
    old = _days(now, 300, 290)
    everything = _days(now, 390, 1)
    return [
        "/audit-logs?view=all&result=failure", "/audit-logs?view=reset&result=failure", f"/audit-logs?view=reset&{old}",
        "/audit-logs?view=all&activity=Deny+request", "/audit-logs?view=all&activity=Hard+delete+user",
        "/audit-logs?view=all&activity=Add+master+key", f"/audit-logs?view=all&activity=Deny+request&{old}",
        f"/audit-logs?view=all&person={SOMEBODY}", f"/audit-logs?view=reset&person={SOMEBODY}&{everything}",
        f"/audit-logs?view=all&person={BUSY}", f"/audit-logs?view=all&person={BUSY}&activity=Hard+delete+user",
        "/audit-logs?view=all&address=198.51.18.211", "/audit-logs?view=all&address=192.0.2.1",
        f"/audit-logs?view=all&address=192.0.2.1&{everything}", "/audit-logs?view=reset&address=192.0.2.1",
        "/audit-logs?view=all&activity=Blocked+from+self-service+password+reset&address=192.0.2.1",
        f"/audit-logs?view=all&result=failure&{old}", "/sign-in-logs?number=50053", "/sign-in-logs?number=50057",
        f"/sign-in-logs?person={SOMEBODY}&result=failure&{everything}",
    ]  # fmt: skip


def _days(now: int, first: int, last: int) -> str:
    day = [datetime.fromtimestamp((now - ago * DAY) / 1000, UTC).date().isoformat() for ago in (first, last)]
    return f"since={day[0]}&until={day[1]}"


def measure() -> Sequence[Figure]:
    from tests.postgresql import Server  # the tests' own; it removes itself

    with tempfile.TemporaryDirectory() as folder:
        figures = _of("SQLite", Path(folder) / "sqlite", str(Path(folder) / "sqlite" / "keyback.db"))
    server = Server()
    try:
        with tempfile.TemporaryDirectory() as folder:
            return [*figures, *_of("PostgreSQL", Path(folder) / "postgresql", server.new_database())]
    finally:
        server.stop()


def _of(engine: str, house: Path, database: str) -> Sequence[Figure]:
    with _running(house, database) as running:
        tenant, now = running.tenant.id, int(time.time() * 1000)
        seconds = log_lines.fill(running.store.engine, tenant, LINES, now)
        print(f"{LINES:,} lines on {engine} in {seconds:.0f} s", flush=True)
        desk = _signed_in(running)
        return [
            _figure(f"saved views, {engine}", running, desk, views()),
            _figure(f"mixtures of filters, {engine}", running, desk, filters(now)),
        ]


def _figure(name: str, running: Running, desk: TestClient, paths: Sequence[str]) -> Figure:
    spent: dict[str, list[float]] = {path: [] for path in paths}
    bare: list[float] = []
    processor: list[float] = []
    for turn in range(ROUNDS):
        for path, times in spent.items():
            bare.append(_bare(running, LINES - turn * 997))
            before = time.process_time()
            times.append(_page(desk, path))
            processor.append((time.process_time() - before) * 1000)
    worst = {path: _p95(times) for path, times in spent.items()}
    pooled = [one for times in spent.values() for one in times]
    details: Mapping[str, float] = {
        "all of them together, 95 of 100": _p95(pooled), "all of them together, median": median(pooled),
        "processor time of this process, 95 of 100": _p95(processor),
        "load of the machine": os.getloadavg()[0], **worst,
    }  # fmt: skip
    return Figure(
        f"first page of a log of {LINES:,} lines, {name}: the slowest of {len(paths)}, 95 of 100", max(worst.values()), "ms",
        "a bare read of 50 lines by their index", _p95(bare), f"under {MOST_MS:.0f} ms", max(worst.values()) < MOST_MS, details,
    )  # fmt: skip


def _page(desk: TestClient, path: str) -> float:
    began = time.perf_counter()
    answer = desk.get(path)
    took = (time.perf_counter() - began) * 1000
    assert answer.status_code == 200, (path, answer.status_code)
    return took


def _bare(running: Running, before: int) -> float:
    began = time.perf_counter()
    with running.store.engine.transaction(write=False) as link:
        link.all(_BARE, {"tenant": running.tenant.id, "before": before})
    return (time.perf_counter() - began) * 1000


def _p95(times: Sequence[float]) -> float:
    return sorted(times)[int(len(times) * 0.95)]


@contextmanager
def _running(house: Path, database: str) -> Iterator[Running]:
    found(house, database)
    world = World(SystemClock(), SystemRandom(), Argon2Hasher())
    store, tenant = open_store(database, load_keys(house / "master.key"), world)
    running = build(store, tenant, world, Place(URL, admin_url=ADMIN_URL), ())
    yield running
    running.close()


def _signed_in(running: Running) -> TestClient:
    """An administrator, and two of the people in the log."""
    random, token = running.house.random, running.house.random.bytes(32).hex()
    with running.store.writing() as unit:
        people = SqlPeopleChanges(unit)
        for number, person in enumerate((SOMEBODY, BUSY, "a" * 32)):
            user = f"reader.{number}@contoso.example"
            facts = Facts(user, f"Reader {number}", "Reader", str(number), DirectoryKind.CLOUD, "", True, "", "")
            people.add([NewPerson(person, user, PersonKind.PERSON, facts)])
        SqlGroupChanges(unit).grant("a" * 32, "global_administrator")
        now = unit.now
        session = Session(
            random.id(), "a" * 32, 1, SessionKind.ADMIN, "password+totp", now, now, now + LIVES[SessionKind.ADMIN],
            "127.0.0.1", "benchmark", password_at=now, proved_at=now, proved_with=strength("totp"),
        )  # fmt: skip
        unit.sessions.insert(session_key(running.house, token), session)
    desk = TestClient(application(running.admin), base_url=ADMIN_URL, headers={"accept": "text/html"})
    desk.cookies.set(cookie_name(SESSION, secure=False, door=Door.ADMIN), token, domain="localhost.local", path="/")
    return desk
