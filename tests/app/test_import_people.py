"""People in from a file, on both engines."""

import io
import tracemalloc
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from keyback.app.people.importing import Options, import_people
from keyback.app.people.roles import grant
from keyback.app.people.status import set_enabled
from keyback.core.errors import Conflict
from keyback.core.ports import Store, Unit
from keyback.core.types import DAY, HOUR, ContactKind, DirectoryKind, PersonKind
from keyback.store.engine import SqliteEngine
from tests.app.import_help import HEADER, Heard, bring_in, everything, file, rows, table, work_of
from tests.living import NEW_PASSWORD, OPEN_POLICY, Living, with_self_service

ADA = ("ada@contoso.example", "Ada", "True", "+49 151 12345609", "ada@mailbox.example", "")
BO = ("bo@contoso.example", "Bo", "False", "", "bo@mailbox.example", "True")


def crowd(count: int) -> list[tuple[str, ...]]:
    return [
        (f"p{i}@contoso.example", f"P {i}", "True", f"+49 151 1{i:07}", f"p{i}@mailbox.example", "")
        for i in range(count)
    ]


def test_entras_user_export_is_read(living: Living) -> None:
    """Issue 4: the export of Entra's admin centre."""
    report = bring_in(living, file("entra-user-export.csv"))
    assert (report.people, report.added, report.bad) == (40, 40, 0)
    with living.store.reading() as unit:
        charles = unit.people.by_canonical("charles.dupont@contoso.example", unit.now)
        maurice = unit.people.by_canonical("maurice.dias@contoso.example", unit.now)
        assert charles
        assert maurice
        assert (charles.display_name, charles.directory) == ("Charles Dupont", DirectoryKind.CLOUD)
        assert maurice.directory is DirectoryKind.ACTIVE_DIRECTORY
        contacts = {contact.kind: contact for contact in unit.people.contacts(maurice.id)}
    assert contacts[ContactKind.EMAIL].value == "maurice.dias@example.org"
    assert contacts[ContactKind.MOBILE].value == "+33144559998"
    assert [contact.confirmed_at for contact in contacts.values()] == [None] * 3


def test_entras_bulk_create_file_brings_initial_passwords(living: Living) -> None:
    """PWD-12 (amended): they must be changed, and live 14 days."""
    report = bring_in(living, file("entra-bulk-create.csv"))
    assert (report.people, report.added, report.bad) == (29, 29, 0)
    with living.store.reading() as unit:
        person = unit.people.by_canonical("antonia.tirabassi@contoso.example", unit.now)
        assert person
        assert person.enabled
    credential = living.password_of(person.id)
    assert credential.must_change
    assert credential.not_after == living.clock.now() + 14 * DAY
    assert living.has_password(person.id, "First-Passw0rd-0286!")


def test_a_second_run_writes_nothing(living: Living) -> None:
    bring_in(living, file("entra-user-export.csv"))
    before = everything(living)
    living.clock.move(DAY)
    heard = Heard()
    report = bring_in(living, file("entra-user-export.csv"), heard)
    assert (report.added, report.changed, report.unchanged, report.written) == (0, 0, 40, False)
    assert heard.transactions == 0
    assert everything(living) == before


def test_an_interrupted_import_is_resumed_by_running_it_again(living: Living) -> None:
    people = table(crowd(250))
    with pytest.raises(KeyboardInterrupt):
        bring_in(living, people, Heard(stop_after=100))
    assert len(rows(living, "person")) == 100
    assert len(rows(living, "contact")) == 200
    report = bring_in(living, people)
    assert (report.added, report.unchanged) == (150, 100)
    assert len({row[3] for row in rows(living, "person")}) == 250


def test_one_bad_line_and_nothing_is_changed(living: Living) -> None:
    heard = Heard()
    bad = ("", "Nobody", "True", "", "", "")
    report = bring_in(living, table([ADA, bad, ("x@contoso.example", "X", "maybe", "123456", "", "")]), heard)
    assert heard.said() == [
        (3, "userPrincipalName", "people_file.empty"),
        (4, "accountEnabled", "people_file.yes_no"),
        (4, "mobile", "people_file.number"),
    ]
    assert (report.bad, report.written) == (2, False)
    assert rows(living, "person") == []


def test_skip_bad_takes_the_other_lines(living: Living) -> None:
    report = bring_in(living, table([ADA, ("nobody", "", "", "", "", ""), BO]), skip_bad=True)
    assert (report.added, report.bad) == (2, 1)


def test_the_same_user_id_twice_in_a_file_is_a_mistake(living: Living) -> None:
    """IDN-2: in whatever spelling; never the last one wins."""
    heard = Heard()
    bring_in(living, table([ADA, ("ADA@Contoso.Example", "Impostor", "True", "", "", "")]), heard)
    assert heard.said() == [(3, "", "import.twice")]
    bring_in(living, table([ADA, ("ADA@Contoso.Example", "Impostor", "True", "", "", "")]), skip_bad=True)
    assert [row[4] for row in rows(living, "person")] == ["Ada"]


def test_a_dry_run_counts_and_changes_nothing(living: Living) -> None:
    report = bring_in(living, table([ADA, BO]), dry_run=True)
    assert (report.added, report.written) == (2, False)
    assert rows(living, "person") == []


def test_shared_numbers_are_counted_and_merge_nobody(quick: Living) -> None:
    """REG-7"""
    twin = ("eve@contoso.example", "Eve", "True", ADA[3], ADA[4], "")
    report = bring_in(quick, table([ADA, twin]))
    assert (report.added, report.shared) == (2, 2)
    marks = [row[5] for row in rows(quick, "contact")]
    assert len({bytes(mark) for mark in marks}) == 2
    assert len({row[2] for row in rows(quick, "contact")}) == 2


def test_imported_contacts_are_hints_that_reset_nothing(living: Living) -> None:
    """REG-5, decisions 18."""
    report = bring_in(living, table([ADA]))
    assert report.able == 1
    assert standing_of(living, "ada@contoso.example") == (0, 0)


def test_trusted_contacts_make_people_able_at_once_the_first_time(living: Living) -> None:
    """Decisions 17 and 18."""
    report = bring_in(living, table([ADA]), trust=True)
    assert (report.able, report.waiting) == (1, 0)
    assert standing_of(living, "ada@contoso.example") == (2, 0)


def test_hints_become_trusted_by_a_second_run_that_trusts(living: Living) -> None:
    bring_in(living, table([ADA]))
    report = bring_in(living, table([ADA]), trust=True)
    assert (report.changed, report.waiting) == (1, 0)
    assert standing_of(living, "ada@contoso.example") == (2, 0)


def test_a_tenant_that_trusts_imports_need_not_say_so_each_time(quick: Living) -> None:
    """Decisions 18: `trust_imported_contacts`."""
    quick.set_policy(with_self_service(trust_imported_contacts=True))
    assert bring_in(quick, table([ADA])).trusted
    assert standing_of(quick, "ada@contoso.example") == (2, 0)


def test_any_table_is_imported_or_refused_and_a_second_run_writes_nothing(quick: Living) -> None:
    """Never a crash; every line is a person or a bad line; idempotent, whatever the cells."""
    cells = st.one_of(st.text(max_size=40), st.sampled_from(["ada@contoso.example", "+49 151 12345609", "True", ""]))

    @settings(max_examples=60, deadline=None)
    @given(st.lists(st.tuples(*[cells] * len(HEADER)), max_size=6))
    def holds(people: list[tuple[str, ...]]) -> None:
        heard = Heard()
        report = bring_in(quick, table(people), heard, skip_bad=True)
        assert report.added + report.changed + report.unchanged + report.conflicts == report.people
        assert len({mistake.line for mistake in heard.mistakes}) <= report.bad
        before = everything(quick)
        assert not bring_in(quick, table(people), skip_bad=True).written
        assert everything(quick) == before

    holds()


class Meddled:
    """The store, but somebody else does a deed just before the import's first transaction."""

    def __init__(self, store: Store, deed: Callable[[], object]) -> None:
        self._store = store
        self._deeds = [deed]

    def reading(self) -> AbstractContextManager[Unit]:
        return self._store.reading()

    def writing(self) -> AbstractContextManager[Unit]:
        if self._deeds:
            self._deeds.pop()()
        return self._store.writing()


def test_what_somebody_else_changes_meanwhile_is_not_undone(living: Living) -> None:
    """RAC-2: a person who is disabled while the import runs stays disabled."""
    bring_in(living, table([ADA]))
    work = work_of(living)
    store = Meddled(living.house.store, lambda: set_enabled(work, "ada@contoso.example", enabled=False))
    meddled = replace(work, house=replace(living.house, store=store))
    renamed = table([("ada@contoso.example", "Countess")], ("upn", "displayName"))
    assert import_people(meddled, renamed, Options(), Heard()).changed == 1
    with living.store.reading() as unit:
        person = unit.people.by_canonical("ada@contoso.example", unit.now)
    assert person
    assert (person.display_name, person.enabled) == ("Countess", False)


def test_an_attackers_number_in_a_re_import_is_a_hint_and_the_owner_is_told(living: Living) -> None:
    """REG-5, decisions 18: the old one stays, and is warned."""
    bring_in(living, table([ADA]), trust=True)
    evil = (*ADA[:3], "+49 151 66666666", *ADA[4:])
    assert bring_in(living, table([evil])).changed == 1
    mobiles = [c for c in contacts_of(living, "ada@contoso.example") if c.kind is ContactKind.MOBILE]
    assert {(c.value, c.confirmed_how) for c in mobiles} == {("+4915112345609", "import"), ("+4915166666666", "")}
    told = {(message["to"], message["channel"]) for message in living.delivered()}
    assert told == {("ada@mailbox.example", "email"), ("+4915112345609", "sms")}


@pytest.mark.parametrize(("administrator", "wait"), [(False, 24 * HOUR), (True, 72 * HOUR)])
def test_a_trusted_re_import_with_another_number_waits(living: Living, wait: int, *, administrator: bool) -> None:
    """Decisions 17: 24 hours, 72 for administrators; the old one serves meanwhile."""
    bring_in(living, table([ADA]), trust=True)
    if administrator:
        grant(work_of(living), "ada@contoso.example", "helpdesk_administrator")
    other = (*ADA[:3], "+49 151 66666666", *ADA[4:])
    report = bring_in(living, table([other]), trust=True)
    assert report.waiting == 1
    mobiles = {c.value: c for c in contacts_of(living, "ada@contoso.example") if c.kind is ContactKind.MOBILE}
    assert mobiles["+4915166666666"].usable_from == living.clock.now() + wait
    assert mobiles["+4915112345609"].usable_from <= living.clock.now()


def test_after_its_wait_the_trusted_number_takes_the_place_of_the_imported_one(living: Living) -> None:
    bring_in(living, table([ADA]), trust=True)
    before = generation_of(living, "ada@contoso.example")
    other = table([(*ADA[:3], "+49 151 66666666", *ADA[4:])])
    bring_in(living, other, trust=True)
    assert generation_of(living, "ada@contoso.example") == before
    living.clock.move(25 * HOUR)
    bring_in(living, other, trust=True)
    mobiles = [c.value for c in contacts_of(living, "ada@contoso.example") if c.kind is ContactKind.MOBILE]
    assert mobiles == ["+4915166666666"]
    assert generation_of(living, "ada@contoso.example") == before + 1


def test_a_number_that_its_owner_confirmed_is_never_replaced_by_a_file(living: Living) -> None:
    person = living.person("ada")
    living.contact(person, ContactKind.MOBILE, "+4915112345609", how="code")
    other = table([(*ADA[:3], "+49 151 66666666", *ADA[4:])])
    bring_in(living, other, trust=True)
    living.clock.move(25 * HOUR)
    bring_in(living, other, trust=True)
    confirmed = [c.value for c in contacts_of(living, "ada@contoso.example") if c.confirmed_how == "code"]
    assert confirmed == ["+4915112345609"]


def test_an_empty_cell_removes_nothing(living: Living) -> None:
    bring_in(living, table([ADA]))
    bring_in(living, table([(*ADA[:3], "", "", "")]))
    assert len(contacts_of(living, "ada@contoso.example")) == 2


def test_blocking_in_a_re_import_ends_everything_that_is_under_way(living: Living) -> None:
    """Decisions 20."""
    bring_in(living, table([ADA]))
    before = generation_of(living, "ada@contoso.example")
    bring_in(living, table([(ADA[0], "Ada", "False", "", "", "")]))
    assert generation_of(living, "ada@contoso.example") == before + 1
    assert "Disable account" in [line["activity"] for line in living.story()]


def test_an_import_never_sets_the_password_of_somebody_who_is_there(living: Living) -> None:
    person = living.person("ada")
    bring_in(living, table([("ada@contoso.example", "initial seven purple lamps")], ("upn", "password")))
    assert not living.has_password(person, "initial seven purple lamps")


def test_initial_passwords_are_judged_like_all_others(quick: Living) -> None:
    """PWD-8"""
    heard = Heard()
    people = [("ada@contoso.example", "vp lmp dn"), ("bo@contoso.example", NEW_PASSWORD)]
    report = bring_in(quick, table(people, ("upn", "password")), heard)
    assert (report.bad, report.written) == (1, False)
    assert heard.said() == [(2, "password", "password.too_short")]


def test_a_user_id_that_was_given_to_somebody_else_is_left_alone(quick: Living) -> None:
    """IDN-7: accounts are told apart by the source's own id."""
    header = ("userPrincipalName", "displayName", "id")
    bring_in(quick, table([("ada@contoso.example", "Ada", "1")], header))
    heard = Heard()
    report = bring_in(quick, table([("ada@contoso.example", "Another Ada", "2")], header), heard)
    assert (report.conflicts, report.changed, report.unchanged) == (1, 0, 0)
    assert [warning.text.id for warning in heard.warnings] == ["import.other_account"]
    assert rows(quick, "person")[0][4] == "Ada"


def test_a_file_that_changes_between_the_passes_is_noticed(quick: Living) -> None:
    versions = iter([table([ADA]), table([("nobody", "", "", "", "", "")])])

    def source() -> AbstractContextManager[BinaryIO]:
        return next(versions)()

    with pytest.raises(Conflict):
        bring_in(quick, source)


def test_every_person_and_the_whole_are_in_the_audit_log(living: Living) -> None:
    """AUD-1, AUD-2: with who did it; joined by one correlation."""
    bring_in(living, table([ADA, BO]))
    lines = [line for line in living.story() if line["actor"] == "host:test"]
    assert [line["activity"] for line in lines] == ["Add user", "Add user", "Import users"]
    assert len({line["correlation"] for line in lines}) == 1
    assert "mailbox.example" not in str(lines)


def test_a_service_account_stays_one(living: Living) -> None:
    """REG-10"""
    living.person("ada", kind=PersonKind.SERVICE)
    bring_in(living, table([ADA]), trust=True)
    with living.store.reading() as unit:
        person = unit.people.by_canonical("ada@contoso.example", unit.now)
    assert person
    assert person.kind is PersonKind.SERVICE


def test_people_able_are_counted_under_the_policy_in_force(quick: Living) -> None:
    methods = {name: rule for name, rule in OPEN_POLICY.methods.items() if name != "sms_code"}
    quick.set_policy(replace(OPEN_POLICY, methods=methods))
    assert bring_in(quick, table([ADA]), dry_run=True).able == 0


def test_memory_does_not_grow_with_the_file() -> None:
    """Ten times the people, hardly more memory: 80 bytes a person are allowed for telling duplicates."""
    small, large = (peak(crowd_of, count) for crowd_of, count in ((crowd, 1_000), (crowd, 10_000)))
    assert large - small < 9_000 * 80


def peak(crowd_of: Callable[[int], Sequence[Sequence[str]]], count: int) -> int:
    living = Living(SqliteEngine(None))

    def people() -> Iterator[bytes]:
        yield (",".join(HEADER) + "\n").encode()
        for row in crowd_of(count):
            yield (",".join(row) + "\n").encode()

    raw = b"".join(people())
    try:
        tracemalloc.start()
        bring_in(living, source_of(raw), dry_run=True)
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        living.close()


def source_of(raw: bytes) -> Any:
    return lambda: io.BytesIO(raw)


def contacts_of(living: Living, user_id: str) -> list[Any]:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(user_id, unit.now)
        assert person
        return list(unit.people.contacts(person.id))


def generation_of(living: Living, user_id: str) -> int:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(user_id, unit.now)
        assert person
        return person.generation


def standing_of(living: Living, user_id: str) -> tuple[int, int]:
    """How many methods are ready, and until when something waits."""
    with living.store.reading() as unit:
        person = unit.people.by_canonical(user_id, unit.now)
        assert person
        standing = unit.readiness.of(person.id)
    assert standing
    return standing.methods.bit_count(), standing.waits_until
