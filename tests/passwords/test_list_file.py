"""The file of breached passwords: what comes in, what is refused, and what stays in force meanwhile."""

import gzip
import hashlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyback.core.errors import Conflict, Invalid
from keyback.core.ports import Gap
from keyback.wiring.breached import HEADER_SIZE, WIDTH, BreachedFile, MappedList
from keyback.wiring.breached_import import Order, import_list
from tests.passwords.stolen import STOLEN, bring_in, lines, ntlm, sha1, spread, written

OTHER = "an ox that was wrong for long"


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "breached.list"


def quiet(_count: int) -> None:
    pass


def taken(target: Path, *sources: Path, kind: str = "", checksum: str = "") -> MappedList:
    return import_list(target, Order(sources, kind, checksum), 5, quiet)


def refused(target: Path, *sources: Path, **how: str) -> tuple[str, dict[str, object]]:
    with pytest.raises(Invalid) as error:
        taken(target, *sources, **how)
    mistake = error.value.mistakes[0]
    return mistake.id.removeprefix("breached."), dict(mistake.values)


def in_force(target: Path) -> MappedList:
    found = BreachedFile(target).current()
    assert isinstance(found, MappedList)
    return found


def test_the_published_hashes_of_a_password_are_its_hashes(target: Path) -> None:
    """PWD-4: as the Pwned Passwords files have them."""
    assert sha1("password") == "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8"
    assert ntlm("password") == "8846F7EAEE8FB117AD06BDD830B7586C"
    for kind in ("sha1", "ntlm"):
        found = bring_in(target, "password", "pässwörd", kind=kind)
        assert found.kind == kind
        assert found.count == 502
        assert "password" in found
        assert "pässwörd" in found
        assert "passwore" not in found


@pytest.mark.parametrize("end", ["\r\n", "\n"])
@pytest.mark.parametrize("packed", [False, True])
def test_lines_come_in_plain_or_packed_in_one_file_or_several(target: Path, end: str, *, packed: bool) -> None:
    """PWD-4"""
    every = lines(STOLEN)
    parts = [written(target.with_name(f"{i}.txt"), half, end) for i, half in enumerate((every[:300], every[300:]))]
    if packed:
        parts[0].write_bytes(gzip.compress(parts[0].read_bytes()))
    parts[1].write_bytes(parts[1].read_bytes().rstrip())  # the last line need not end
    found = taken(target, *parts)
    assert (found.count, found.imported_at) == (len(every), 5)
    assert found.source_at == max(part.stat().st_mtime_ns for part in parts) // 1_000_000
    assert STOLEN in found


def test_the_downloaders_folder_comes_in_and_must_be_whole(target: Path) -> None:
    """PWD-4: one file for each beginning of a hash, which its lines leave out."""
    folder = target.with_name("pwned")
    folder.mkdir()
    every = lines(STOLEN, kind="ntlm")
    for number in range(256):
        prefix = f"{number:02X}"
        written(folder / f"{prefix}.txt", (line[2:] for line in every if line.startswith(prefix)))
    found = taken(target, folder)
    assert (found.kind, found.count) == ("ntlm", len(every))
    assert STOLEN in found
    (folder / "7F.txt").unlink()
    assert refused(target, folder) == ("missing", {"file": "7F.txt", "first": "00.txt", "last": "FF.txt"})


@pytest.mark.parametrize(
    ("bad", "line", "why"),
    [
        (lambda every: every[:250], None, "cut"),
        (lambda every: every[-250:], None, "cut"),
        (lambda _every: [], None, "empty"),
        (lambda every: [*every[:-1], every[-1][:30]], 501, "line"),
        (lambda every: [*every[:7], "", *every[7:]], 8, "line"),
        (lambda every: [*every[:7], every[7].replace(":", ";"), *every[8:]], 8, "line"),
        (lambda every: [*every[:7], "G" + every[7][1:], *every[8:]], 8, "line"),
        (lambda every: [every[0], every[1].partition(":")[0], *every[2:]], 2, "line"),
        (lambda every: [*every[:99], every[100], every[99], *every[101:]], 101, "order"),
        (lambda every: [*every[100:], *every[:100]], 402, "order"),
        (lambda _every: ["nothing that is a hash"], None, "kind"),
        (lambda _every: ["x" * 9_000_000], None, "kind"),
    ],
)
def test_what_is_not_a_whole_list_is_refused_by_name_of_the_line(
    target: Path, bad: Callable[[list[str]], list[str]], line: int | None, why: str
) -> None:
    """F23: the old list stays in force."""
    bring_in(target, OTHER)
    source = written(target.with_name("bad.txt"), bad(lines(STOLEN)))
    told, values = refused(target, source)
    assert told == why
    assert values.get("line") == line
    assert OTHER in in_force(target)
    assert sorted(path.name for path in target.parent.iterdir()) == ["bad.txt", "breached.list", "breached.txt"]


def test_a_packed_file_that_is_cut_off_is_refused(target: Path) -> None:
    """F23"""
    source = target.with_name("list.gz")
    whole = gzip.compress("\n".join(lines(STOLEN)).encode())
    for cut in (len(whole) // 2, len(whole) - 4):
        source.write_bytes(whole[:cut])
        assert refused(target, source) == ("compressed", {"file": "list.gz"})
    assert not target.exists()


def test_a_hash_of_another_kind_than_was_said_is_refused(target: Path) -> None:
    source = written(target.with_name("list.txt"), lines(STOLEN))
    assert refused(target, source, kind="ntlm") == ("line", {"file": "list.txt", "line": 1, "digits": 32})


def test_a_checksum_must_be_that_of_the_file(target: Path) -> None:
    """F23"""
    source = written(target.with_name("list.txt"), lines(STOLEN))
    source.write_bytes(gzip.compress(source.read_bytes()) + bytes(7))
    right = f"sha256:{hashlib.sha256(source.read_bytes()).hexdigest()}"
    wrong = f"sha256:{'0' * 64}"
    assert refused(target, source, checksum=wrong) == ("checksum", {"found": right, "expected": wrong})
    assert refused(target, source, checksum="md5:1")[0] == "checksum_form"
    assert refused(target, source, source, checksum=right)[0] == "checksum_of_one"
    assert not target.exists()
    assert STOLEN in taken(target, source, checksum=f"sha256:{right[7:].upper()}")


def test_what_cannot_be_read_back_is_not_put_in_force(target: Path) -> None:
    """F23: a disk that loses what it was given."""
    bring_in(target, OTHER)
    source = written(target.with_name("list.txt"), spread(250_000))

    def spoil(count: int) -> None:
        if count == 250_000:
            handle = os.open(target.with_name(".breached.list.new"), os.O_WRONLY)
            os.pwrite(handle, b"?", HEADER_SIZE + WIDTH * 1_000)
            os.close(handle)

    with pytest.raises(Invalid) as error:
        import_list(target, Order((source,)), 5, spoil)
    assert error.value.mistakes[0].id == "breached.unverified"
    assert OTHER in in_force(target)


def test_one_import_at_a_time(target: Path) -> None:
    """F23"""
    source = written(target.with_name("list.txt"), lines(STOLEN))

    def another(_count: int) -> None:
        with pytest.raises(Conflict):
            bring_in(target, OTHER)

    import_list(target, Order((source,)), 5, another)
    assert STOLEN in in_force(target)


def test_a_new_list_is_in_force_at_once_and_the_old_one_serves_who_holds_it(target: Path) -> None:
    """F23"""
    there = BreachedFile(target)
    assert there.current() is Gap.MISSING
    bring_in(target, OTHER)
    old = there.current()
    assert isinstance(old, MappedList)
    assert there.current() is old
    bring_in(target, STOLEN)
    new = there.current()
    assert isinstance(new, MappedList)
    assert (OTHER in old, STOLEN in old) == (True, False)
    assert (OTHER in new, STOLEN in new) == (False, True)
    target.unlink()
    assert there.current() is Gap.MISSING


def damage(target: Path, kind: str) -> None:
    content = target.read_bytes()
    at = HEADER_SIZE + WIDTH * 123
    changed = {
        "empty": b"", "cut": content[: len(content) // 2], "no entries": content[:HEADER_SIZE], "longer": content + b"x",
        "header": content[:30] + b"\xff" + content[31:], "another file": b"PK" * 400,
        "order": content[:at] + bytes(WIDTH * 99) + content[at + WIDTH * 99 :],
    }[kind]  # fmt: skip
    target.write_bytes(changed)  # in its place, as a careless copy does


@pytest.mark.parametrize("kind", ["empty", "cut", "no entries", "longer", "header", "another file", "order"])
def test_damage_is_seen_before_the_next_look_up(target: Path, kind: str) -> None:
    """F23, PWD-5: also by whoever has the file open."""
    bring_in(target, STOLEN)
    there = BreachedFile(target)
    assert isinstance(there.current(), MappedList)
    damage(target, kind)
    assert there.current() is Gap.DAMAGED
    bring_in(target, STOLEN)
    assert isinstance(there.current(), MappedList)


def test_a_file_that_cannot_be_read_is_damaged_not_missing(target: Path) -> None:
    """PWD-5"""
    target.mkdir()
    assert BreachedFile(target).current() is Gap.DAMAGED
    below = written(target.with_name("file"), []) / "breached.list"
    assert BreachedFile(below).current() is Gap.DAMAGED


def test_what_only_the_checksum_shows_is_found_by_examining(target: Path) -> None:
    """F23, PWD-5: a bit that tipped over, in its place and without a trace in the file's date."""
    source = written(target.with_name("list.txt"), spread(300_000))
    taken(target, source)
    there = BreachedFile(target)
    assert there.examine(1 << 20) is False
    assert [there.examine(1 << 20), there.examine(1 << 20)] == [False, True]
    assert isinstance(there.current(), MappedList)
    before = target.stat()
    with target.open("r+b") as file:
        file.seek(HEADER_SIZE + WIDTH * 200_001)
        tipped = file.read(1)[0] ^ 1
        file.seek(-1, io.SEEK_CUR)
        file.write(bytes([tipped]))
    os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert isinstance(there.current(), MappedList)
    while not there.examine(1 << 20):
        assert isinstance(there.current(), MappedList)
    assert there.current() is Gap.DAMAGED
    fresh = BreachedFile(target)
    assert fresh.examine(1 << 40)
    assert fresh.current() is Gap.DAMAGED


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.sets(st.text(max_size=12), min_size=1, max_size=60), st.sets(st.text(max_size=12), max_size=60))
def test_exactly_the_members_are_found(target: Path, members: set[str], others: set[str]) -> None:
    """PWD-4"""
    found = bring_in(target, *members)
    assert {one for one in members | others if one in found} == members
