"""What administrators do to a person's contacts and methods, and what dies with it."""

import pytest

from keyback.app.people import contacts, enrolling
from keyback.core.errors import Invalid, NotFound
from keyback.core.ports import SessionKind
from keyback.core.types import HOUR, Contact, ContactKind
from tests.app.import_help import work_of
from tests.incidents.reporting import LINK, frozen_at, press
from tests.living import MAIL, MOBILE, SECRET, Living
from tests.signing import seated

ADA = "ada@contoso.example"
OTHER = "+4915112345610"


def held(living: Living) -> list[Contact]:
    with living.store.reading() as unit:
        return list(unit.people.contacts("id-ada"))


def last(living: Living) -> tuple[str, str]:
    line = [line for line in living.story() if line["actor"] == "host:test"][-1]
    return str(line["activity"]), str(line["details"])


def alive(living: Living) -> int:
    with living.store.reading() as unit:
        return len(unit.sessions.all_of("id-ada", unit.now))


def test_a_changed_number_takes_the_old_ones_place_at_once_and_its_owner_can_object(living: Living) -> None:
    """NOT-1, NOT-4, SES-3, COD-6, decisions 17 and 20: told at the old one, too; what is under way is over."""
    living.ada()
    old = next(one for one in held(living) if one.value == MOBILE)
    with living.store.writing() as unit:
        unit.info.prefer_contact("id-ada", old.id)
    browser = living.browser()
    browser.both_gates()
    seated(living, "id-ada", SessionKind.PORTAL)
    before = len(living.delivered())
    contacts.change_contact(work_of(living), ADA, old.id, "+49 151 12345610", "Bo of personnel, seen in person")
    told = living.delivered()[before:]
    assert {(one["channel"], one["to"]) for one in told} == {("email", MAIL), ("sms", MOBILE)}
    new = next(one for one in held(living) if one.kind is ContactKind.MOBILE)
    assert (new.value, new.confirmed_how, new.preferred) == (OTHER, "admin", True)
    assert (new.usable_from, new.vouched_by) == (living.clock.now(), "Bo of personnel, seen in person")
    assert alive(living) == 0
    browser.set_password()
    assert browser.page["state"] != "done"
    activity, details = last(living)
    assert activity == "Admin updated security info"
    assert "Bo of personnel" in details
    assert OTHER not in details
    assert MOBILE not in details
    link = next(found[1] for one in told if (found := LINK.search(str(one["text"]))))
    press(living, link)
    assert frozen_at(living, "id-ada") == living.clock.now()


def test_who_said_so_stands_beside_what_an_administrator_confirms(quick: Living) -> None:
    """REG-3, decisions 17, AUD-1"""
    quick.person("ada")
    hint = contacts.add_contact(work_of(quick), ADA, ContactKind.MOBILE, MOBILE)
    contacts.confirm_contact(work_of(quick), ADA, hint, "called her on it")
    sure = contacts.add_contact(work_of(quick), ADA, ContactKind.EMAIL, MAIL, vouched_by="the works council")
    assert {one.id: one.vouched_by for one in held(quick)} == {hint: "called her on it", sure: "the works council"}
    assert "the works council" in last(quick)[1]


@pytest.mark.parametrize("said", [" ", "x" * 201, "a\u202eb"])
def test_nobody_vouches_without_saying_how(quick: Living, said: str) -> None:
    quick.ada()
    contact = held(quick)[0].id
    for act in (
        contacts.confirm_contact,
        lambda work, who, one, why: contacts.change_contact(work, who, one, OTHER, why),
    ):
        with pytest.raises(Invalid):
            act(work_of(quick), ADA, contact, said)
    assert {one.value for one in held(quick)} == {MAIL, MOBILE}


def test_the_directorys_own_address_is_changed_and_still_proves_nothing(quick: Living) -> None:
    quick.ada()
    primary = quick.contact("id-ada", ContactKind.PRIMARY, "ada@office.example", how="")
    contacts.change_contact(work_of(quick), ADA, primary, "lovelace@office.example", "personnel")
    found = next(one for one in held(quick) if one.kind is ContactKind.PRIMARY)
    assert (found.value, found.confirmed_at) == ("lovelace@office.example", None)
    assert {str(one["to"]) for one in quick.delivered()} == {MAIL, "ada@office.example"}


def test_one_device_is_taken_away_and_the_other_stays(living: Living) -> None:
    """SES-3, NOT-1, decisions 20"""
    living.ada()
    living.clock.move(HOUR)
    living.authenticator("id-ada", bytes(reversed(SECRET)))
    seated(living, "id-ada", SessionKind.PORTAL)
    with living.store.reading() as unit:
        first, second = unit.people.enrolments("id-ada", "totp")
    assert enrolling.remove(work_of(living), ADA, "totp", first.id[:12]) == 1
    with living.store.reading() as unit:
        assert [one.id for one in unit.people.enrolments("id-ada", "totp")] == [second.id]
    assert alive(living) == 0
    assert {one["to"] for one in living.delivered()} == {MAIL}
    assert last(living)[0] == "Admin deleted security info"
    with pytest.raises(NotFound):
        enrolling.remove(work_of(living), ADA, "totp", first.id)


def test_a_whole_set_is_taken_away_and_what_is_not_there_is_refused(quick: Living) -> None:
    quick.ada()
    quick.recovery_codes("id-ada")
    assert enrolling.remove(work_of(quick), ADA, "recovery_code") == 10
    for method, one in (("recovery_code", ""), ("email_code", ""), ("pigeon", ""), ("totp", "zzz")):
        with pytest.raises(NotFound):
            enrolling.remove(work_of(quick), ADA, method, one)
    with quick.store.reading() as unit:
        assert [one.method for one in unit.people.enrolments("id-ada")] == ["totp"]
