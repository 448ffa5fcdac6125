"""Master keys rotate while people reset: nothing is lost, and nothing depends on the old key afterwards (CRY-4)."""

import threading
from contextlib import suppress
from pathlib import Path

import pytest

from keyback.app.keys.rotate import SETTLING, add, retire, rotate
from keyback.core.errors import Broken, Contended, Refused
from keyback.core.types import ContactKind
from keyback.store.engine import Sql
from keyback.store.key_file import KeyFile
from keyback.store.keys import SEALED, SqlVault, adopt_keys
from keyback.store.seal import AesSealer, load_keys
from keyback.store.unit import SqlStore
from keyback.wiring.janitor import Janitor
from tests.living import MAIL, NEW_PASSWORD, TENANT, Living

LINE = "1:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
"""The key of `Living`."""


class Rotating:
    """A house whose store another process (the command line) rotates, each with its own copy of the keys."""

    def __init__(self, living: Living, folder: Path) -> None:
        self.living = living
        self.path = folder / "master.key"
        self.path.write_text(LINE)
        self.path.chmod(0o600)
        self.ring = KeyFile(self.path, living.random)
        self.serving = living.store.sealer
        assert isinstance(self.serving, AesSealer)
        self.serving.keys = load_keys(self.path)
        adopt_keys(living.store)
        self.vault = SqlVault(self.opened())

    def opened(self) -> SqlStore:
        """The store as a process sees it that starts now."""
        sealer = AesSealer(load_keys(self.path), TENANT.id, self.living.random)
        store = SqlStore(self.living.store.engine, sealer, self.living.clock, TENANT.id)
        adopt_keys(store)
        return store

    def rotate(self) -> int:
        """All of it, as on one server or on several; how many values moved."""
        ended = all(one.version == self.vault.active for one in self.vault.counts())
        if self.vault.shared and ended and max(self.ring.versions) == self.vault.active:
            add(self.ring, self.vault, "test")
        done = rotate(self.ring, self.vault, "test", distributed=True, told=lambda _purpose, _moved: None)
        return sum(done.moved.values())

    def retire(self, version: int) -> None:
        """After every server has noticed."""
        self.living.clock.move(SETTLING)
        retire(self.ring, self.vault, "test", version, distributed=True)

    def left(self, version: int) -> int:
        """Values under a version."""
        return sum(one.count for one in self.vault.counts() if one.version == version)


@pytest.fixture
def rotating(living: Living, tmp_path: Path) -> Rotating:
    return Rotating(living, tmp_path)


def test_after_retiring_nothing_depends_on_the_old_key(rotating: Rotating) -> None:
    """CRY-4: seals and keyed hashes: contacts are found, the audit chain goes on, Ada resets, with the new key alone."""
    living = rotating.living
    living.ada()
    before = living.house.sealer.mac("contact", "x")
    browser = living.browser()
    browser.first_gate()
    assert rotating.rotate() > 3
    assert rotating.left(1) == 0
    rotating.retire(1)
    assert load_keys(rotating.path).versions == (2,)
    fresh = rotating.opened()
    assert fresh.sealer.mac("contact", "x") == before
    with fresh.reading() as unit:
        assert {contact.value for contact in unit.people.contacts("id-ada")} >= {MAIL}
    browser.choose("totp")
    browser.post(answer=living.code_of_app())
    browser.set_password()
    assert living.has_password("id-ada", NEW_PASSWORD)
    assert rotating.left(1) == 0


def test_a_serving_process_takes_up_the_new_key_by_itself(rotating: Rotating) -> None:
    """CRY-4: it opens what is sealed under a version it has not seen yet, and seals under it from then on."""
    living = rotating.living
    ada = living.ada()
    rotating.rotate()
    assert isinstance(living.store.sealer, AesSealer)
    assert living.store.sealer.keys.versions == (1,)
    with living.store.reading() as unit:
        assert unit.people.contacts(ada)
    living.contact(ada, ContactKind.EMAIL, "second@mailbox.example")
    assert rotating.left(1) == 0
    assert rotating.left(2) > 0


def test_the_janitor_notices_which_version_is_in_use(rotating: Rotating) -> None:
    """CRY-4: within a minute, also where nothing is opened."""
    rotating.rotate()
    Janitor(rotating.living.running).look()
    assert isinstance(rotating.living.store.sealer, AesSealer)
    assert rotating.living.store.sealer.version == 2


def test_a_new_key_that_waits_seals_nothing(rotating: Rotating) -> None:
    """CRY-4: so that the file can be copied to every server first."""
    assert add(rotating.ring, rotating.vault, "test") == 2
    rotating.living.ada()
    adopt_keys(rotating.living.store)
    assert rotating.opened().sealer.mac("work", "x") == rotating.living.house.sealer.mac("work", "x")
    assert rotating.left(2) == 0
    with pytest.raises(Refused) as refused:
        add(rotating.ring, rotating.vault, "test")
    assert refused.value.text.id == "keys.waits"


def test_a_rotation_cut_short_is_ended_by_the_next(rotating: Rotating) -> None:
    """CRY-4: killed after the first column: no value is lost, and no third version is made."""
    rotating.living.ada()
    total = rotating.left(1)

    class Killed(Exception):
        pass

    def kill(purpose: str, _moved: int) -> None:
        if purpose == "contact.value":
            raise Killed

    if rotating.vault.shared:
        add(rotating.ring, rotating.vault, "test")
    with pytest.raises(Killed):
        rotate(rotating.ring, rotating.vault, "test", distributed=True, told=kill)
    assert rotating.left(1) > 0
    assert rotating.left(1) + rotating.left(2) == total
    rotating.rotate()
    assert rotating.left(1) == 0
    assert rotating.ring.versions == (1, 2)


def test_run_twice_at_once_nothing_is_lost(rotating: Rotating) -> None:
    """CRY-4: two operators, one wish."""
    living = rotating.living
    ada = living.ada()
    add(rotating.ring, rotating.vault, "test")
    others = [SqlVault(rotating.opened()) for _ in range(2)]

    def run(vault: SqlVault) -> None:
        with suppress(Contended, Refused):  # who comes second is told that somebody else rotates, or has
            rotate(rotating.ring, vault, "test", distributed=True, told=lambda _purpose, _moved: None)

    threads = [threading.Thread(target=run, args=(vault,)) for vault in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    adopt_keys(living.store)
    rotating.rotate()
    assert rotating.left(1) == 0
    with living.store.reading() as unit:
        assert len(unit.people.contacts(ada)) == 2


def test_a_version_that_is_needed_is_not_retired(rotating: Rotating) -> None:
    """CRY-4: counted again at that moment."""
    living = rotating.living
    rotating.rotate()
    assert isinstance(living.store.sealer, AesSealer)
    living.ada()  # this process has not noticed yet, so it seals under version 1
    assert rotating.left(1) > 0
    living.clock.move(SETTLING)
    with pytest.raises(Refused) as refused:
        retire(rotating.ring, rotating.vault, "test", 1, distributed=True)
    assert refused.value.text.id == "keys.still_needed"
    assert 1 in rotating.ring.versions
    rotating.rotate()
    rotating.retire(1)
    assert rotating.ring.versions == (2,)


def test_not_before_every_server_has_noticed(rotating: Rotating) -> None:
    """CRY-4."""
    rotating.rotate()
    with pytest.raises(Refused) as refused:
        retire(rotating.ring, rotating.vault, "test", 1, distributed=True)
    assert refused.value.text.id == "keys.too_early"
    for version, why in ((2, "keys.in_use"), (7, "keys.unknown")):
        with pytest.raises(Refused) as refused:
            retire(rotating.ring, rotating.vault, "test", version, distributed=True)
        assert refused.value.text.id == why


def test_a_seal_that_does_not_hold_is_told_and_left(rotating: Rotating) -> None:
    """F27: nothing is thrown away, the rest moves, and the old version stays."""
    living = rotating.living
    living.ada()
    with living.store.writing() as unit:
        row = unit.link.one(Sql("SELECT id, value FROM contact WHERE kind = 'email'"), {})
        assert row is not None
        damaged = bytes(row[1])[:-1] + bytes([bytes(row[1])[-1] ^ 1])
        unit.link.run(Sql("UPDATE contact SET value = :value WHERE id = :id"), {"value": damaged, "id": row[0]})
    if rotating.vault.shared:
        add(rotating.ring, rotating.vault, "test")
    done = rotate(rotating.ring, rotating.vault, "test", distributed=True, told=lambda _purpose, _moved: None)
    assert done.unreadable == (f"contact.value {row[0]}",)
    assert done.left == 1
    with pytest.raises(Refused):
        rotating.retire(1)


def test_another_key_file_is_seen_at_the_start(rotating: Rotating) -> None:
    """F24, F27: a file with another key, or one that lost the version in use, serves nobody."""
    rotating.rotate()
    whole = rotating.path.read_text()
    rotating.path.write_text(LINE)
    with pytest.raises(Broken, match="key version 2 is not in the key file"):
        rotating.opened()
    rotating.path.write_text(whole.replace("1:AAEC", "3:AAEC").replace("\n2:", "\n4:").replace("3:", "2:"))
    with pytest.raises(Broken, match="the seal does not hold"):
        rotating.opened()


def test_what_happened_to_keys_is_in_the_audit_log(rotating: Rotating) -> None:
    """AUD-1, CRY-4: added, taken into use, retired, by whom; never a key."""
    rotating.rotate()
    rotating.retire(1)
    told = [(line["activity"], line["actor"]) for line in rotating.living.story()]
    assert told == [
        ("Add master key", "test"), ("Rotate master keys", "test"), ("Rotate master keys", "test"),
        ("Retire master key", "test"),
    ]  # fmt: skip
    secret = rotating.path.read_text().split("2:")[1].strip()
    assert secret not in str(rotating.living.story())


def test_journeys_go_on_while_keys_rotate(rotating: Rotating) -> None:
    """CRY-4: the drill: people reset while three rotations run; everybody gets the new password, nothing stays behind."""
    living = rotating.living
    names = ("ada", "bo", "cy")
    for name in names:
        person = living.person(name)
        living.contact(person, ContactKind.EMAIL, f"{name}@mailbox.example")
        living.authenticator(person)
    ended = threading.Event()
    rounds: list[int] = []

    def keep_rotating() -> None:
        while not ended.is_set() or len(rounds) < 2:
            rounds.append(rotating.rotate())

    thread = threading.Thread(target=keep_rotating)
    thread.start()
    try:
        for name in names:
            browser = living.browser()
            browser.start(f"{name}@contoso.example")
            browser.choose("email_code")
            browser.post(answer=living.newest_code(f"{name}@mailbox.example"))
            browser.choose("totp")
            browser.post(answer=living.code_of_app())
            browser.set_password(f"{NEW_PASSWORD} {name}")
    finally:
        ended.set()
        thread.join()
    assert len(rounds) >= 2
    adopt_keys(living.store)
    rotating.rotate()
    for name in names:
        assert living.has_password(f"id-{name}", f"{NEW_PASSWORD} {name}")
    newest = rotating.vault.active
    rotating.living.clock.move(SETTLING)
    for version in range(1, newest):
        if rotating.left(version) == 0:
            retire(rotating.ring, rotating.vault, "test", version, distributed=True)
    assert rotating.ring.versions == (newest,)


def test_every_column_is_walked_by_its_whole_key(rotating: Rotating) -> None:
    """CRY-4: the columns that find a row are the table's primary key, in its order, after the tenant."""
    for one in SEALED:
        with rotating.living.store.reading() as unit:
            if rotating.living.store.engine.name == "sqlite":
                rows = unit.link.all(
                    Sql(f"SELECT name FROM pragma_table_info('{one.table}') WHERE pk > 0 ORDER BY pk"), {}
                )
            else:
                rows = unit.link.all(Sql(
                    f"""SELECT a.attname FROM pg_index i JOIN pg_attribute a ON a.attrelid = i.indrelid
                    AND a.attnum = ANY(i.indkey) WHERE i.indrelid = '{one.table}'::regclass AND i.indisprimary
                    ORDER BY array_position(i.indkey, a.attnum)"""
                ), {})  # fmt: skip
        assert tuple(row[0] for row in rows) == ("tenant", *one.keys)
