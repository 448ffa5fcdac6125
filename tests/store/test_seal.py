"""What is sealed opens only where it was made, and a key file is used only when it is safe (CRY-1 to
CRY-5, decisions 32)."""

from pathlib import Path

import pytest

from keyback.core.errors import Broken, Invalid
from keyback.store.engine import Sql
from keyback.store.seal import AesSealer, Keys, load_keys, new_key_line
from keyback.wiring.world import SystemRandom
from tests.living import MAIL, Living

RANDOM = SystemRandom()
KEYS = Keys({1: bytes(range(32))})
LINE = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
PLACE = {"table": "contact", "column": "value", "row": "r1", "tenant": "t1"}


def test_a_sealed_value_opens_in_its_own_place() -> None:
    sealer = AesSealer(KEYS, "t1", RANDOM)
    assert sealer.open(sealer.seal(b"ada", **PLACE), **PLACE) == b"ada"


@pytest.mark.parametrize("moved", [{"table": "enrolment"}, {"column": "other"}, {"row": "r2"}, {"tenant": "t2"}])
def test_a_sealed_value_cannot_be_moved(moved: dict[str, str]) -> None:
    """CRY-2: another table, column, row or tenant."""
    sealer = AesSealer(KEYS, "t1", RANDOM)
    sealed = sealer.seal(b"ada", **PLACE)
    with pytest.raises(Broken):
        sealer.open(sealed, **{**PLACE, **moved})


@pytest.mark.parametrize("at", range(0, 34, 3))
def test_a_flipped_bit_is_seen(at: int) -> None:
    """F27, CRY-7."""
    sealer = AesSealer(KEYS, "t1", RANDOM)
    sealed = bytearray(sealer.seal(b"ada", **PLACE))
    sealed[at % len(sealed)] ^= 1
    with pytest.raises(Broken):
        sealer.open(bytes(sealed), **PLACE)


@pytest.mark.parametrize("cut", [b"", b"\x01", b"\x01\x00\x01" + bytes(20)])
def test_a_cut_off_value_is_seen(cut: bytes) -> None:
    """F27."""
    with pytest.raises(Broken):
        AesSealer(KEYS, "t1", RANDOM).open(cut, **PLACE)


def test_old_keys_open_and_the_newest_seals() -> None:
    """CRY-4: versioned keys; keyed hashes stay the same."""
    old = AesSealer(KEYS, "t1", RANDOM)
    new = AesSealer(Keys({1: bytes(range(32)), 2: RANDOM.bytes(32)}), "t1", RANDOM)
    assert new.open(old.seal(b"ada", **PLACE), **PLACE) == b"ada"
    assert new.mac("contact", "ada") == old.mac("contact", "ada")
    with pytest.raises(Broken):
        old.open(new.seal(b"ada", **PLACE), **PLACE)


def test_keyed_hashes_differ_by_purpose_and_by_parts() -> None:
    """CRY-4: no key for two purposes; parts do not run into each other."""
    sealer = AesSealer(KEYS, "t1", RANDOM)
    assert (
        len({sealer.mac("a", "xy"), sealer.mac("b", "xy"), sealer.mac("a", "x", "y"), sealer.mac("a", "xy", "")}) == 4
    )


def test_rows_swapped_in_the_database_do_not_open(living: Living) -> None:
    """CRY-2: somebody with the database but not the keys gives one person's contact to another."""
    ada, bo = living.ada(), living.person("bo")
    swap = Sql("UPDATE contact SET person = :bo WHERE person = :ada AND kind = 'email'")
    copy = Sql(
        """INSERT INTO contact (tenant, id, person, kind, value, fingerprint, confirmed_at, confirmed_how, usable_from,
          preferred, replaced_by, added_at) SELECT tenant, 'forged', person, kind, value, fingerprint, confirmed_at,
          confirmed_how, usable_from, preferred, NULL, added_at FROM contact WHERE person = :bo"""
    )
    with living.store.writing() as unit:
        unit.link.run(swap, {"ada": ada, "bo": bo})
        unit.link.run(copy, {"bo": bo})
    with living.store.reading() as unit, pytest.raises(Broken):
        unit.people.contacts(bo)


def test_the_database_alone_tells_no_address(living: Living) -> None:
    """CRY-1, CRY-3: contacts are sealed and found by keyed fingerprint only."""
    living.ada()
    with living.store.reading() as unit:
        rows = unit.link.all(Sql("SELECT value, fingerprint FROM contact"), {})
    assert len(rows) == 2
    assert all(MAIL.encode() not in bytes(row[0]) + bytes(row[1]) for row in rows)


def written(path: Path, text: str, mode: int = 0o600) -> Path:
    """A key file."""
    path.write_text(text)
    path.chmod(mode)
    return path


def test_a_new_key_file_is_usable(tmp_path: Path) -> None:
    assert load_keys(written(tmp_path / "key", new_key_line(RANDOM))).newest == 1


@pytest.mark.parametrize(
    ("text", "mode", "why"),
    [
        (None, 0o600, "keys.missing"),
        (LINE, 0o640, "keys.readable"),
        (LINE, 0o604, "keys.readable"),
        ("", 0o600, "keys.empty"),
        ("# nothing\n", 0o600, "keys.empty"),
        ("1:c2hvcnQ=\n", 0o600, "keys.line"),
        ("change me\n", 0o600, "keys.line"),
        ("1:" + "A" * 43 + "=\n", 0o600, "keys.weak"),
        (LINE + LINE, 0o600, "keys.twice"),
    ],
)
def test_an_unsafe_key_file_is_refused(tmp_path: Path, text: str | None, mode: int, why: str) -> None:
    """CRY-5: missing, readable by others, short, default or guessable."""
    path = tmp_path / "key" if text is None else written(tmp_path / "key", text, mode)
    with pytest.raises(Invalid) as refused:
        load_keys(path)
    assert [mistake.id for mistake in refused.value.mistakes] == [why]
