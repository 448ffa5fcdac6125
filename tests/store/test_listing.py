"""Lists of people: orders, pages, filters, scopes, and finding somebody by the first letters of any word."""

from collections.abc import Iterable
from typing import Any

import pytest

from keyback.app.people.ports import Facts, NewPerson
from keyback.core.ports import PeopleQuery
from keyback.core.rules.words import folded, words, words_of
from keyback.core.types import DirectoryKind, PersonKind
from keyback.store.engine import Sql
from keyback.store.listing import BOUNDS, Bounds, SqlListing
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.unit import SqlStore, SqlUnit
from tests.store.filling import add_group, add_member

_DELETE = Sql("UPDATE person SET enabled = 0, deleted_at = :now WHERE tenant = :tenant AND id = :id")
NAMES = {
    "ada": "Ada Lovelace", "bob": "bob Müller", "cyd": "Cyd Ørsted", "dan": "Łukasz Dan", "eve": "İpek Eve-Marie O'Neill",
    "fay": "Fay Mueller", "gus": "Gus Ångström", "hal": "Hal Muller", "ida": "Ida Straße",
}  # fmt: skip


def add(unit: SqlUnit, id_: str, name: str, user_id: str = "", *, enabled: bool = True) -> None:
    user_id = user_id or f"{id_}@contoso.example"
    given, _, surname = name.partition(" ")
    facts = Facts(user_id, name, given, surname, DirectoryKind.CLOUD, "", enabled, "", "")
    SqlPeopleChanges(unit).add([NewPerson(id_, user_id.casefold(), PersonKind.PERSON, facts)])


@pytest.fixture
def full(store: SqlStore) -> SqlStore:
    """Nine people; Gus is disabled, Hal deleted, Ida frozen."""
    with store.writing() as unit:
        for id_, name in NAMES.items():
            add(unit, id_, name, enabled=id_ != "gus")
        unit.link.run(_DELETE, {"tenant": unit.tenant, "id": "hal", "now": unit.now})
        unit.people.freeze("ida", unit.now)
    return store


def ids(store: SqlStore, typed: str = "", bounds: Bounds = BOUNDS, **asked: Any) -> str:
    """Of everybody on all pages, each of two."""
    found: list[str] = []
    query = PeopleQuery(words=tuple(words(typed)), count=2, **asked)
    while True:
        with store.reading() as unit:
            page = SqlListing(unit.link, unit.tenant, unit.now, bounds).people(query)
        found += [one.id for one in page]
        if len(page) < query.count:
            return " ".join(found)
        query = PeopleQuery(words=query.words, count=2, after=(page[-1].key, page[-1].id), **asked)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({}, "ada bob cyd dan eve fay gus ida"),
        ({"descending": True}, "ida gus fay eve dan cyd bob ada"),
        ({"sort": "name"}, "ada bob cyd fay gus ida eve dan"),
        ({"sort": "name", "descending": True}, "dan eve ida gus fay cyd bob ada"),
        ({"show": "enabled"}, "ada bob cyd dan eve fay ida"),
        ({"show": "disabled"}, "gus"),
        ({"show": "frozen", "sort": "name"}, "ida"),
        ({"show": "deleted"}, "hal"),
        ({"show": "enabled", "sort": "name", "descending": True}, "dan eve ida fay cyd bob ada"),
    ],
)
def test_every_order_and_filter_comes_in_pages(full: SqlStore, asked: dict[str, Any], expected: str) -> None:
    """WEB-13: from first to last, nobody twice; deleted people only where they are asked for."""
    assert ids(full, **asked) == expected


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("muller", "bob"), ("MÜLL", "bob"), ("mull", "bob"), ("mueller", "fay"), ("orst", "cyd"), ("Ørsted", "cyd"),
        ("lukasz", "dan"), ("ipek", "eve"), ("İPEK", "eve"), ("angstrom", "gus"), ("strasse", "ida"), ("oneill", "eve"),
        ("o’neill", "eve"), ("marie", "eve"), ("eve-marie", "eve"), ("da", "dan"), ("ada@contoso.example", "ada"),
        ("ada@con", "ada"), ("<ada@contoso.example>", "ada"), ("m", "bob eve fay"), ("mu bo", "bob"), ("bo mu", "bob"),
        ("bob fay", ""), ("love ad", "ada"), ("velace", ""), ("ada ada a", "ada"),
    ],
)  # fmt: skip
def test_the_first_letters_of_any_word_find(full: SqlStore, typed: str, expected: str) -> None:
    """Of name and user ID, whatever accents it has; every typed word must begin one."""
    assert ids(full, typed) == expected


@pytest.mark.parametrize("typed", ["%", "_", "a%", "'", '"', "' OR 1=1 --", "\\", "da%n", "a_a", "%da", "\x00", "😀"])
def test_signs_are_no_pattern(full: SqlStore, typed: str) -> None:
    """WEB-13: what is typed is looked for, never executed and never a pattern."""
    found = tuple(words(typed))
    assert ids(full, typed) == (ids(full) if not found else ids(full, " ".join(found)))
    with full.reading() as unit:
        for raw in ("%", "_", "a%", "' OR 1=1 --", '"'):
            assert list(unit.listing.people(PeopleQuery(words=(raw,)))) == []


def test_a_search_obeys_filter_and_order(full: SqlStore) -> None:
    assert ids(full, "mul", show="deleted") == "hal"
    assert ids(full, "gus", show="enabled") == ""
    assert ids(full, "ida", show="frozen") == "ida"
    assert ids(full, "bob", show="frozen") == ""
    assert ids(full, "m", sort="name", descending=True) == "eve fay bob"
    assert ids(full, "contoso") == ""
    assert ids(full, "angs", show="disabled") == "gus"


def test_many_that_are_found_come_once_each(full: SqlStore) -> None:
    """Beyond a few, in the order of the words by which they are found; pages go on where the one before ended."""
    many = Bounds(found=2)
    assert ids(full, "m", many) == "eve fay bob"  # marie, mueller, muller
    assert ids(full, "m", many, descending=True) == "bob fay eve"
    with full.writing() as unit:
        add(unit, "jon", "Mona Marla", "mina.mike@contoso.example")
    assert ids(full, "m", many).split() == ["eve", "jon", "fay", "bob"]  # marla before mike, mina and mona
    assert ids(full, "m mo", many) == "jon"


def in_scopes(store: SqlStore) -> None:
    with store.writing() as unit:
        for group in ("outer", "inner", "other", "empty"):
            add_group(unit, group)
        add_member(unit, "outer", "inner", "group")
        add_member(unit, "inner", "outer", "group")
        for group, members in {"outer": ("ada", "hal"), "inner": ("bob", "ada"), "other": ("eve", "fay")}.items():
            for member in members:
                add_member(unit, group, member)
        add_member(unit, "other", "cyd", terms={"ends_at": unit.now})
        add_member(unit, "other", "dan", terms={"eligible": 1})


SCOPES: Iterable[tuple[str, str, dict[str, Any]]] = (
    ("outer", "ada bob", {}), ("inner", "ada bob", {}), ("other", "eve fay", {}), ("empty", "", {}), ("unknown", "", {}),
    ("other outer", "ada bob eve fay", {}), ("other outer", "ada bob fay eve", {"sort": "name"}),
    ("outer", "bob ada", {"descending": True}), ("outer", "hal", {"show": "deleted"}), ("outer", "", {"show": "frozen"}),
    ("other outer empty", "bob eve fay", {"typed": "m"}), ("other", "fay", {"typed": "mu"}),
)  # fmt: skip


@pytest.mark.parametrize("members", [4_000, 0])
def test_a_scope_hides_everybody_else(full: SqlStore, members: int) -> None:
    """ADM-9: members now, nested, of any of the groups; small scopes and large ones."""
    in_scopes(full)
    for groups, expected, asked in SCOPES:
        found = ids(full, bounds=Bounds(members=members), groups=frozenset(groups.split()), **asked)
        if "typed" in asked:  # many that are found come in the order of the words
            found = " ".join(sorted(found.split()))
        assert found == expected, (groups, asked)


def test_people_who_come_and_go_meanwhile_move_nobody(full: SqlStore) -> None:
    """A page begins after the last of the one before, not at a number of rows."""
    with full.reading() as unit:
        first = unit.listing.people(PeopleQuery(count=3))
    with full.writing() as unit:
        add(unit, "aaa", "Early Bird")
        add(unit, "ddd", "Late Bird")
        unit.link.run(_DELETE, {"tenant": unit.tenant, "id": "cyd", "now": unit.now})
    with full.reading() as unit:
        second = unit.listing.people(PeopleQuery(count=3, after=(first[-1].key, first[-1].id)))
    assert [one.id for one in (*first, *second)] == ["ada", "bob", "cyd", "dan", "ddd", "eve"]


def test_people_of_the_same_name_are_all_there(store: SqlStore) -> None:
    """The id decides where the name does not."""
    with store.writing() as unit:
        for number in range(7):
            add(unit, f"id-{number}", "Sam Smith", f"sam{number}@contoso.example")
    everybody = [f"id-{number}" for number in range(7)]
    assert ids(store, sort="name").split() == everybody
    assert ids(store, "sam smith", sort="name", descending=True).split() == everybody[::-1]


def test_a_changed_name_is_found_by_the_new_words_only(full: SqlStore) -> None:
    facts = Facts("ada@contoso.example", "Augusta King", "Augusta", "King", DirectoryKind.CLOUD, "", True, "", "")
    with full.writing() as unit:
        SqlPeopleChanges(unit).set_facts({"ada": facts})
    assert (ids(full, "king"), ids(full, "lovelace"), ids(full, "ada")) == ("ada", "", "ada")
    assert ids(full, sort="name").split()[0] == "ada"


def of_many(unit: SqlUnit) -> SqlListing:
    return SqlListing(unit.link, unit.tenant, unit.now, Bounds(counted=3))


def test_how_many_there_are(full: SqlStore) -> None:
    """Counted where they are few; of many a figure is told."""
    expected = {"all": 8, "enabled": 7, "disabled": 1, "deleted": 1, "frozen": 1}
    with full.reading() as unit:
        assert unit.listing.totals() == expected
        assert of_many(unit).totals() == expected
    with full.writing() as unit:
        for name, value in unit.listing.counted().items():
            unit.pulse.set_figure(f"people.{name}", value + 10)
    with full.reading() as unit:
        assert of_many(unit).totals()["enabled"] == 17
        assert unit.listing.totals() == expected


def test_words_are_what_people_would_type() -> None:
    assert folded("  ÅSA   Ørsted-Łuk ") == "asa orsted-luk"
    assert words("Dr. Anna-Maria D'Angelo (Ext.)") == ["dr", "anna", "maria", "dangelo", "ext"]
    assert words_of("anna-maria.o'b+x@Contoso.example", "Anna") == [
        "anna-maria.ob+x@contoso.example", "anna", "maria", "ob", "x",
    ]  # fmt: skip
    assert words("anna-maria.ob+x@conto") == ["anna-maria.ob+x@conto"]
    assert words("김 हिन्दी") == list(dict.fromkeys(words("김 हिन्दी")))
    assert len(words(" ".join(f"w{number}" for number in range(50)))) == 12
    assert words_of("x" * 100 + "@y.z")[0] == "x" * 48
