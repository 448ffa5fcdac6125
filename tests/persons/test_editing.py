"""Names, user ID, department and language of a person, edited (issue 5 item 2, decisions 20), on both engines."""

import pytest

from keyback.app.people import deleting, editing
from keyback.app.people.editing import Changed, Details, Misfit
from keyback.core.errors import Conflict, Forbidden
from keyback.core.ports.listing import PeopleQuery
from keyback.core.types import Person
from tests.app.import_help import work_of
from tests.living import MAIL, Living
from tests.persons.asking import as_operator
from tests.signing import seated

ADA = "ada@contoso.example"
BEFORE = Details(ADA, "Ada Test", "Ada", "Test", "", "")


def person_of(living: Living) -> Person:
    with living.store.reading() as unit:
        person = unit.people.by_id("id-ada", unit.now)
    assert person is not None
    return person


def found(living: Living, *words: str) -> list[str]:
    with living.store.reading() as unit:
        return [one.id for one in unit.listing.people(PeopleQuery(words=words))]


def test_names_change_and_are_found_from_then_on(living: Living) -> None:
    """The words for search are made anew; nothing ends by that."""
    living.ada()
    before = person_of(living)
    new = Details(ADA, "Ada Byron", "Ada", "Byron", "Research", "de")
    changed = editing.edit(work_of(living), ADA, new, BEFORE)
    assert changed == ("display_name", "surname", "department", "language")
    after = person_of(living)
    assert (after.display_name, after.language, after.generation) == ("Ada Byron", "de", before.generation)
    assert found(living, "byr") == ["id-ada"]
    assert found(living, "test") == []
    assert editing.edit(work_of(living), ADA, new) == ()
    assert [line["activity"] for line in living.story()].count("Update user") == 1


def test_another_user_id_ends_what_is_under_way_and_is_told(living: Living) -> None:
    """decisions 20; the old one is free and unknown."""
    living.ada()
    seated(living, "id-ada")
    before = person_of(living)
    editing.edit(work_of(living), ADA, Details("Countess@contoso.example", "Ada Test", "Ada", "Test", "", ""))
    after = person_of(living)
    assert (after.canonical, after.upn) == ("countess@contoso.example", "Countess@contoso.example")
    assert after.generation > before.generation
    with living.store.reading() as unit:
        assert unit.sessions.all_of("id-ada", unit.now) == []
    told = [one for one in living.delivered() if one["to"] == MAIL]
    assert [one["subject"] for one in told] == ["Your user ID has changed"]
    assert "Countess@contoso.example" in told[0]["text"]
    assert found(living, "countess") == ["id-ada"]
    with living.store.reading() as unit:
        assert unit.people.by_canonical(ADA, unit.now) is None


def test_a_user_id_that_is_taken_is_refused(living: Living) -> None:
    """IDN-4: by a person, a deleted one, or as the address of another; one's own address is one's own."""
    living.ada()
    living.person("bo")
    living.person("gone")
    deleting.delete(work_of(living), "gone@contoso.example")
    bo = Details("bo@contoso.example", "Bo Test", "Bo", "Test", "", "")
    for user_id, why in (
        (ADA, "people.exists"),
        ("gone@contoso.example", "people.reserved"),
        (MAIL, "people.is_contact"),
    ):
        with pytest.raises(Conflict) as refused:
            editing.edit(work_of(living), bo.user_id, Details(user_id, "Bo Test", "Bo", "Test", "", ""))
        assert refused.value.text.id == why
    assert "user_id" in editing.edit(work_of(living), ADA, Details(MAIL, "Ada Test", "Ada", "Test", "", ""))


@pytest.mark.parametrize(
    ("new", "field"),
    [
        (Details("nobody", "Ada", "", "", "", ""), "user_id"),
        (Details(ADA, "", "", "", "", ""), "display_name"),
        (Details(ADA, "A" * 257, "", "", "", ""), "display_name"),
        (Details(ADA, "Ada", "\u202eadA", "", "", ""), "given_name"),
        (Details(ADA, "Ada", "", "", "a\nb", ""), "department"),
        (Details(ADA, "Ada", "", "", "", "Klingon!"), "language"),
    ],
)
def test_what_cannot_be_is_refused_by_name(quick: Living, new: Details, field: str) -> None:
    """Kind errors: which field, and why."""
    quick.ada()
    with pytest.raises(Misfit) as refused:
        editing.edit(work_of(quick), ADA, new)
    assert list(refused.value.fields) == [field]
    assert person_of(quick).display_name == "Ada Test"


def test_who_saves_second_is_told_what_the_first_saved(living: Living) -> None:
    """Issue 5, bad input: nothing is written over unseen."""
    living.ada()
    first = Details(ADA, "Ada Byron", "Ada", "Byron", "", "")
    editing.edit(work_of(living), ADA, first, BEFORE)
    with pytest.raises(Changed) as refused:
        editing.edit(work_of(living), ADA, Details(ADA, "Ada King", "Ada", "King", "", ""), BEFORE)
    assert refused.value.now == first
    assert person_of(living).display_name == "Ada Byron"


def test_nobody_edits_somebody_more_powerful_or_themselves(living: Living) -> None:
    """ADM-1, entra-sspr 10.2"""
    living.ada()
    living.grant("id-ada", "authentication_administrator")
    work = as_operator(living, "user_administrator", "uma")
    uma = Details("uma@contoso.example", "Queen", "", "", "", "")
    for user_id, new in ((ADA, Details(ADA, "Ada Byron", "", "", "", "")), (uma.user_id, uma)):
        with pytest.raises(Forbidden):
            editing.edit(work, user_id, new)
