"""Pages of the database that are not what was written: seen, or without harm, and never the wrong person's success (F27)."""

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from keyback.core.audit_chain import FIELDS, canonical
from keyback.core.errors import Trouble
from keyback.store import migrations
from keyback.store.engine import Sql, SqliteEngine
from keyback.store.seal import AesSealer, Keys
from keyback.store.unit import SqlStore, SqlUnit
from keyback.wiring.hasher import Argon2Hasher
from keyback.wiring.world import FixedClock, SystemRandom
from tests.faults.acting import Walk, somebody
from tests.living import CHEAP, NEW_PASSWORD, TENANT, Living

FLIPS, CUTS = 60, 40
_LINES = Sql(f"SELECT {', '.join(FIELDS)}, hash FROM audit ORDER BY seq")
_HEAD = Sql("SELECT seq, hash FROM audit_head")
_UNPROVEN = Sql(
    """SELECT count(*) FROM journey j WHERE state IN ('choosing', 'done') AND gates >
    (SELECT count(*) FROM evidence e WHERE e.tenant = j.tenant AND e.journey = j.id)"""
)


@dataclass(frozen=True, slots=True)
class Written:
    """A database file with its log, as they lay on the disk when somebody had just set a password."""

    file: bytes
    log: bytes
    person: str


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    folder = tmp_path_factory.mktemp("written")
    living = Living(SqliteEngine(folder / "keyback.db"))
    who = somebody(living, 1)
    walk = Walk(living, who).both()
    walk.browser.post(new=NEW_PASSWORD, again=NEW_PASSWORD)
    assert walk.browser.page["state"] == "done"
    shutil.copy(folder / "keyback.db", folder / "file")
    shutil.copy(folder / "keyback.db-wal", folder / "log")
    living.close()
    return Written((folder / "file").read_bytes(), (folder / "log").read_bytes(), who.id)


def opened(folder: Path, file: bytes, log: bytes) -> SqlStore:
    """The store on these bytes."""
    (folder / "keyback.db").write_bytes(file)
    (folder / "keyback.db-wal").write_bytes(log)
    sealer = AesSealer(Keys({1: bytes(range(32))}), TENANT.id, SystemRandom())
    return SqlStore(SqliteEngine(folder / "keyback.db"), sealer, FixedClock(), TENANT.id)


def chain_holds(unit: SqlUnit) -> bool:
    """Every line follows from the one before, to the head."""
    previous, seq = b"", 0
    for row in unit.link.all(_LINES, {}):
        line = dict(zip(FIELDS, row, strict=False))
        previous, seq = unit.sealer.mac("audit-chain", previous, TENANT.id, canonical(line)), seq + 1
        if line["seq"] != seq or previous != bytes(row[-1]):
            return False
    head = unit.link.one(_HEAD, {})
    return head is not None and (head[0], bytes(head[1])) == (seq, previous)


def story(unit: SqlUnit) -> Sequence[tuple[object, ...]]:
    return unit.link.all(_LINES, {})


@pytest.mark.parametrize("cut", range(CUTS))
def test_a_log_that_was_cut_off_is_an_earlier_moment_and_a_whole_one(
    written: Written, tmp_path: Path, cut: int
) -> None:
    """F27, F33, I7, I12: SQLite's own sums find the tear; what is before it stands, wholly."""
    store = opened(tmp_path, written.file, written.log[: len(written.log) * cut // CUTS])
    if migrations.present(store.engine) == migrations.HEAD:  # type: ignore[arg-type]  # it is SQLite's
        with store.reading() as unit:
            assert unit.tenants.the_one() is None or chain_holds(unit)
            unproven = unit.link.one(_UNPROVEN, {})
            assert unproven == (0,)
    store.close()


@pytest.mark.parametrize("flip", range(FLIPS))
def test_a_flipped_byte_is_seen_or_does_no_harm(written: Written, tmp_path: Path, flip: int) -> None:
    """F27, I7, I9: in the log SQLite sees it; in the file a sealed value does not open, a line of the audit log breaks
    the chain, and another password never opens an account."""
    whole = opened(tmp_path, written.file, written.log)
    with whole.reading() as unit:
        before = story(unit)
    checkpointed(whole)
    file = bytearray((tmp_path / "keyback.db").read_bytes())
    whole.close()
    at = len(file) * (2 * flip + 1) // (2 * FLIPS) + flip
    file[at] ^= 0x55
    store = opened(tmp_path, bytes(file), b"")
    hasher = Argon2Hasher(CHEAP, at_once=1)
    try:
        with store.reading() as unit:
            assert story(unit) == before or not chain_holds(unit)
            credential = unit.people.credential(written.person, 5)
            if credential is not None:
                assert hasher.verify(credential.encoded, NEW_PASSWORD)
                assert not hasher.verify(credential.encoded, "another password altogether")
            for enrolment in unit.people.enrolments(written.person):
                assert enrolment.secret == b"p1".ljust(20, b"-") or enrolment.method != "totp"
    except Trouble:
        return  # seen
    finally:
        store.close()


def checkpointed(store: SqlStore) -> None:
    """Everything in the file itself."""
    engine = store.engine
    assert isinstance(engine, SqliteEngine)
    connection = engine.connect()
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
