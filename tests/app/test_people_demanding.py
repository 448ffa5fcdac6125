"""An administrator asks people to register anew."""

import pytest

from keyback.app.people.demanding import Whom, count, demand
from keyback.app.people.groups import add_group, change_member
from keyback.app.policy.standing import rebuild
from keyback.core.errors import Invalid, NotFound
from keyback.core.types import DAY, PersonKind, Upkeep
from tests.app.import_help import work_of
from tests.living import MAIL, Living

ADA = "ada@contoso.example"


def upkeep(living: Living, name: str = "ada") -> Upkeep:
    with living.store.reading() as unit:
        person = unit.people.by_id(f"id-{name}", unit.now)
        assert person
        return person.upkeep


def nobody(_: int) -> None:
    """Hears nothing."""


def test_one_person_is_asked_told_and_it_stands_in_the_log(living: Living) -> None:
    """Decisions 17, NOT-1, AUD-1: that it was registered once is remembered; what there is stays."""
    living.ada()
    with living.store.writing() as unit:
        unit.people.keep("id-ada", Upkeep(registered_at=5, confirmed_at=6, skips=2), unit.now)
    living.clock.move(DAY)
    assert demand(work_of(living), Whom(ADA), "phone stolen", nobody) == 1
    assert upkeep(living) == Upkeep(registered_at=5, confirmed_at=6, skips=0, again_at=living.clock.now())
    (mail,) = living.delivered()
    assert (mail["to"], mail["subject"]) == (MAIL, "Please set up again how you prove who you are")
    assert "/not-me/" in str(mail["text"])
    line = living.story()[-1]
    assert (line["activity"], line["actor"]) == ("Admin required re-registration of security info", "host:test")
    assert "phone stolen" in str(line["details"])
    with living.store.reading() as unit:
        standing = unit.readiness.of("id-ada")
        assert len(unit.people.enrolments("id-ada")) == 1
    assert standing
    assert standing.again


def test_a_group_is_asked_in_batches_and_counted_before(living: Living) -> None:
    """Nested groups too; service accounts and who reported a change are left out."""
    work = work_of(living)
    for group in ("Sales", "North"):
        add_group(work, group)
    change_member(work, "Sales", "North", adds=True)
    for number in range(60):
        living.person(f"p{number}")
        change_member(work, "North", f"p{number}@contoso.example", adds=True)
    living.person("svc", kind=PersonKind.SERVICE)
    living.person("cold")
    living.person("other")
    for name in ("svc", "cold"):
        change_member(work, "Sales", f"{name}@contoso.example", adds=True)
    with living.store.writing() as unit:
        unit.people.freeze("id-cold", unit.now)
    heard: list[int] = []
    assert count(work, Whom(group="sales")) == 62
    assert demand(work, Whom(group="sales"), "new numbers", heard.append) == 60
    assert heard == [50, 62]
    assert upkeep(living, "p59").again_at == living.clock.now()
    assert [upkeep(living, name).again_at for name in ("svc", "cold", "other")] == [None] * 3


def test_everybody_is_asked(quick: Living) -> None:
    for name in ("ada", "bo", "cy"):
        quick.person(name)
    rebuild(quick.house)
    assert count(work_of(quick), Whom()) == 3
    assert demand(work_of(quick), Whom(), "a breach", nobody) == 3
    assert [upkeep(quick, name).again_at for name in ("ada", "bo", "cy")] == [quick.clock.now()] * 3


def test_without_a_reason_or_a_person_nothing_is_asked(quick: Living) -> None:
    quick.ada()
    with pytest.raises(Invalid):
        demand(work_of(quick), Whom(ADA), " ", nobody)
    for whom in (Whom("nobody@contoso.example"), Whom(group="Nothing")):
        with pytest.raises(NotFound):
            demand(work_of(quick), whom, "why", nobody)
    assert upkeep(quick).again_at is None
