"""The verifier finds what somebody did to the log, in the database and in an export, and names the first wrong line."""

import io
import json
from collections.abc import Sequence
from pathlib import Path

import pytest

from keyback.app.audit.verify import alarm, checkpoint, verify, verify_newest
from keyback.core.audit_chain import Checkpoint, Fault, Mark, Wrong
from keyback.core.errors import Broken, Invalid
from keyback.core.events import Activity, Event
from keyback.core.types import MINUTE
from keyback.store import audit_file
from keyback.store.audit_file import FileLog
from keyback.store.checkpoints import SqlBook, begin_after
from keyback.store.engine import Sql
from keyback.store.keys import adopt_keys
from keyback.store.seal import Keys, signed
from keyback.wiring.world import SystemRandom
from tests.living import Living

KEYS = Keys({1: bytes(range(32))})
RANDOM = SystemRandom()
LINES = 8


def written(living: Living, count: int = LINES) -> SqlBook:
    """So many lines, each a little later, half of them signed."""
    for number in range(count):
        living.clock.move(MINUTE)
        with living.store.writing() as unit:
            unit.audit(Event(Activity.PERSON_CHANGED, "host:test", f"id-{number}", "success"))
    return SqlBook(living.store)


def change(living: Living, *statements: str) -> None:
    """As somebody does who can write to the database."""
    with living.store.writing() as unit:
        for statement in statements:
            unit.link.run(Sql(statement), {})


COPY = "INSERT INTO audit SELECT tenant, {seq}, at, activity, actor, target, result, reason, correlation, source, details, hash FROM audit WHERE seq = {of}"
FORGERIES = [
    ("edited", ["UPDATE audit SET target = 'id-x' WHERE seq = 3"], Fault(3, Wrong.EDITED)),
    ("re-stamped", ["UPDATE audit SET at = at + 1 WHERE seq = 3"], Fault(3, Wrong.EDITED)),
    ("hash changed", ["UPDATE audit SET hash = (SELECT hash FROM audit WHERE seq = 2) WHERE seq = 3"], Fault(3, Wrong.EDITED)),
    ("first removed", ["DELETE FROM audit WHERE seq = 1"], Fault(1, Wrong.REMOVED)),
    ("removed", ["DELETE FROM audit WHERE seq = 3"], Fault(3, Wrong.REMOVED)),
    ("several removed", ["DELETE FROM audit WHERE seq IN (3, 4, 5)"], Fault(3, Wrong.REMOVED)),
    ("removed and closed up", ["DELETE FROM audit WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 4"], Fault(3, Wrong.EDITED)),
    ("cut off", ["DELETE FROM audit WHERE seq >= 7"], Fault(7, Wrong.CUT_OFF)),
    ("all of it", ["DELETE FROM audit"], Fault(1, Wrong.CUT_OFF)),
    ("inserted at the end", [COPY.format(seq=9, of=8)], Fault(9, Wrong.INSERTED)),
    ("swapped", ["UPDATE audit SET seq = 103 WHERE seq = 3", "UPDATE audit SET seq = 3 WHERE seq = 5",
                 "UPDATE audit SET seq = 5 WHERE seq = 103"], Fault(3, Wrong.EDITED)),
    ("overwritten by another", ["DELETE FROM audit WHERE seq = 4", COPY.format(seq=4, of=2)], Fault(4, Wrong.EDITED)),
]  # fmt: skip


def test_a_log_that_nobody_touched_is_right(living: Living) -> None:
    """AUD-3."""
    verdict = verify(written(living))
    assert (verdict.fault, verdict.start, verdict.through) == (None, 0, LINES)


@pytest.mark.parametrize(("forgery", "fault"), [pytest.param(f, fault, id=name) for name, f, fault in FORGERIES])
def test_every_forgery_in_the_database_is_found(living: Living, forgery: Sequence[str], fault: Fault) -> None:
    """AUD-3, F27: where, and which kind."""
    book = written(living)
    change(living, *forgery)
    verdict = verify(book)
    assert verdict.fault == fault
    assert verdict.through == fault.seq - 1


REWOUND = (
    "DELETE FROM audit WHERE seq >= 6",
    "UPDATE audit_head SET seq = 5, hash = (SELECT hash FROM audit WHERE seq = 5)",
)


def test_a_tail_cut_off_together_with_the_head_shows_against_a_checkpoint(living: Living) -> None:
    """AUD-3: the chain alone cannot tell; a checkpoint can, also one that was kept elsewhere."""
    book = written(living)
    made = checkpoint(book)
    assert made is not None
    change(living, *REWOUND)
    assert verify(book).fault == Fault(6, Wrong.CUT_OFF)
    change(living, "DELETE FROM checkpoint")
    assert verify(book).fault is None
    assert verify(book, elsewhere=[made]).fault == Fault(6, Wrong.CUT_OFF)


def test_a_log_that_went_on_another_way_shows_against_a_checkpoint(living: Living) -> None:
    """AUD-3: cut off, and new lines written by Keyback itself in place of the old ones."""
    book = written(living)
    made = checkpoint(book)
    change(living, *REWOUND, "DELETE FROM checkpoint")
    written(living, 5)
    assert verify(book).fault is None
    assert made is not None
    assert verify(book, elsewhere=[made]).fault == Fault(8, Wrong.REPLACED)


def test_a_checkpoint_that_keyback_did_not_sign_is_found(living: Living) -> None:
    """AUD-3, F27: one bit of its hash, its time or its signature."""
    book = written(living)
    made = checkpoint(book)
    assert made is not None
    assert signed(book.public_key, made.said, made.signature)
    assert not signed(book.public_key, made.said + b"x", made.signature)
    assert not signed(book.public_key, made.said, b"\x02" + made.signature[1:])
    assert not signed(book.public_key, made.said, made.signature[:-1])
    change(living, "UPDATE checkpoint SET at = at + 1")
    assert verify(book).fault == Fault(LINES, Wrong.UNSIGNED)
    forged = Checkpoint(made.tenant, Mark(3, made.mark.hash), made.at, False, made.signature)
    change(living, "UPDATE checkpoint SET at = at - 1")
    assert verify(book, elsewhere=[forged]).fault == Fault(3, Wrong.UNSIGNED)


def test_checkpoints_are_made_when_the_head_moved_and_not_too_often(living: Living) -> None:
    """AUD-3."""
    book = written(living, 2)
    assert checkpoint(book) is not None
    living.clock.move(60 * MINUTE)
    assert checkpoint(book) is None
    written(living, 1)
    assert checkpoint(book) is not None
    written(living, 1)
    assert checkpoint(book) is None
    written(living, 5)
    made = checkpoint(book)
    assert made is not None
    assert made.mark.seq == 9
    assert verify(book).checkpoints == 3


def test_nothing_is_signed_over_a_wrong_line(living: Living) -> None:
    """AUD-3, F27: the operation stops, and the log says so itself."""
    book = written(living)
    change(living, "UPDATE audit SET target = 'id-x' WHERE seq = 3")
    with pytest.raises(Broken, match="line 3") as broken:
        checkpoint(book)
    assert book.newest() is None
    alarm(book, broken.value)
    assert living.story()[-1]["activity"] == Activity.AUDIT_BROKEN


def test_only_what_came_after_the_newest_checkpoint_can_be_looked_at(living: Living) -> None:
    """AUD-3."""
    book = written(living)
    checkpoint(book)
    change(living, "UPDATE audit SET target = 'id-x' WHERE seq = 3")
    written(living, 3)
    assert verify_newest(book).fault is None
    assert verify_newest(book).start == LINES
    assert verify(book).fault == Fault(3, Wrong.EDITED)


def retained(living: Living, upto: int) -> None:
    """As retention removes the oldest lines."""
    with living.store.writing() as unit:
        row = unit.link.one(Sql("SELECT hash FROM audit WHERE seq = :seq"), {"seq": upto})
        assert row is not None
        unit.link.run(Sql("DELETE FROM audit WHERE seq <= :seq"), {"seq": upto})
        begin_after(unit, Mark(upto, bytes(row[0])))


def test_a_log_whose_oldest_lines_were_removed_by_retention_begins_after_them(living: Living) -> None:
    """AUD-3: and nobody else can make it begin later."""
    book = written(living)
    checkpoint(book)
    retained(living, 2)
    retained(living, 4)
    verdict = verify(book)
    assert (verdict.fault, verdict.start, verdict.through) == (None, 4, LINES)
    change(living, "DELETE FROM audit WHERE seq <= 6")
    assert verify(book).fault == Fault(5, Wrong.REMOVED)
    change(living, "UPDATE checkpoint SET base = 1 WHERE seq = 8", "DELETE FROM audit")
    assert verify(book).fault == Fault(8, Wrong.UNSIGNED)


def test_a_checkpoint_becomes_the_beginning_when_retention_reaches_it(living: Living) -> None:
    """AUD-3."""
    book = written(living)
    checkpoint(book)
    written(living, 2)
    retained(living, LINES)
    assert verify(book).fault is None
    assert verify(book).start == LINES


def exported(living: Living, path: Path) -> list[str]:
    """The lines of an export."""
    adopt_keys(living.store)
    out = io.StringIO()
    audit_file.export(SqlBook(living.store), out, lambda _: None)
    path.write_text(out.getvalue())
    return out.getvalue().splitlines()


def fault_of(path: Path, lines: Sequence[str], elsewhere: Sequence[Checkpoint] = ()) -> Fault | None:
    path.write_text("\n".join(lines) + "\n")
    return verify(FileLog(path, KEYS, RANDOM), elsewhere=elsewhere).fault


def edited(line: str, **changes: object) -> str:
    return json.dumps({**json.loads(line), **changes})


def test_every_forgery_in_an_export_is_found(quick: Living, tmp_path: Path) -> None:
    """AUD-3: offline, with the key file and nothing else; the first line is the header, so line n stands at n."""
    written(quick)
    path = tmp_path / "audit.jsonl"
    lines = exported(quick, path)
    assert len(lines) == 1 + LINES
    assert fault_of(path, lines) is None
    cases = {
        "edited": ([*lines[:3], edited(lines[3], actor="host:nobody"), *lines[4:]], Fault(3, Wrong.EDITED)),
        "removed": ([*lines[:3], *lines[4:]], Fault(3, Wrong.REMOVED)),
        "first removed": ([lines[0], *lines[2:]], Fault(1, Wrong.REMOVED)),
        "swapped": ([*lines[:3], lines[4], lines[3], *lines[5:]], Fault(3, Wrong.MOVED)),
        "repeated": ([*lines[:4], lines[3], *lines[4:]], Fault(3, Wrong.INSERTED)),
        "inserted": ([*lines[:4], edited(lines[3], seq=4), *lines[4:]], Fault(4, Wrong.INSERTED)),
        "cut off": (lines[:6], Fault(6, Wrong.CUT_OFF)),
        "longer": ([*lines, edited(lines[8], seq=9)], Fault(9, Wrong.INSERTED)),
        "cut off with its head": (
            [edited(lines[0], checkpoint={**json.loads(lines[0])["checkpoint"], "seq": 5, "hash": json.loads(lines[5])["hash"]}),
             *lines[:6][1:]],
            Fault(5, Wrong.UNSIGNED),
        ),
    }  # fmt: skip
    assert {name: fault_of(path, forged) for name, (forged, _) in cases.items()} == {
        name: fault for name, (_, fault) in cases.items()
    }


def test_an_older_export_in_place_of_a_newer_one_shows_against_a_checkpoint(quick: Living, tmp_path: Path) -> None:
    """AUD-3: a checkpoint that was made before says that there were more lines."""
    written(quick)
    path = tmp_path / "audit.jsonl"
    lines = exported(quick, path)
    written(quick, 4)
    made = checkpoint(SqlBook(quick.store), 0)
    assert made is not None
    assert fault_of(path, lines, [made]) == Fault(LINES + 1, Wrong.CUT_OFF)


def test_an_export_that_was_begun_by_retention_is_right(quick: Living, tmp_path: Path) -> None:
    """AUD-3."""
    written(quick)
    retained(quick, 3)
    path = tmp_path / "audit.jsonl"
    lines = exported(quick, path)
    assert fault_of(path, lines) is None
    assert fault_of(path, [edited(lines[0], base=None), *lines[1:]]) == Fault(1, Wrong.REMOVED)


@pytest.mark.parametrize("damage", ["", "{}", "nothing of the kind"])
def test_a_file_that_is_no_export_is_refused(tmp_path: Path, damage: str) -> None:
    """F27."""
    path = tmp_path / "audit.jsonl"
    path.write_text(damage)
    with pytest.raises(Invalid):
        FileLog(path, KEYS, RANDOM)


def test_a_torn_line_and_another_key_are_refused(quick: Living, tmp_path: Path) -> None:
    """F27, CRY-1: a line cut in the middle; a key file of somebody else."""
    written(quick)
    path = tmp_path / "audit.jsonl"
    lines = exported(quick, path)
    with pytest.raises(Invalid):
        fault_of(path, [*lines[:-1], lines[-1][:40]])
    with pytest.raises(Broken):
        FileLog(path, Keys({1: bytes(reversed(range(32)))}), RANDOM)


def test_more_lines_than_fit_into_one_batch(quick: Living) -> None:
    """AUD-3: read piece by piece."""
    for _ in range(5):
        with quick.store.writing() as unit:
            for _ in range(500):
                unit.audit(Event(Activity.PERSON_CHANGED, "host:test", "id-ada", "success"))
    book = SqlBook(quick.store)
    assert verify(book).through == 2_500
    change(quick, "UPDATE audit SET reason = 'x' WHERE seq = 2001")
    assert verify(book).fault == Fault(2_001, Wrong.EDITED)
