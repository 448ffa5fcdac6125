"""People changed by an administrator at the command line, on both engines."""

import pytest

from keyback.app.people import adding, contacts, enrolling, passwords, roles, showing, status
from keyback.app.people.adding import Newcomer
from keyback.core.errors import Conflict, Invalid, NotFound, Refused
from keyback.core.types import DAY, HOUR, ContactKind, DirectoryKind
from keyback.methods.totp import code_at, step_at
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, NEW_PASSWORD, OLD_PASSWORD, Living

ADA = "ada@contoso.example"


def generation(living: Living, user_id: str = ADA) -> int:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(user_id, unit.now)
        assert person
        return person.generation


def activities(living: Living) -> list[str]:
    return [str(line["activity"]) for line in living.story() if line["actor"] == "host:test"]


def told(living: Living) -> set[str]:
    return {str(message["to"]) for message in living.delivered()}


def test_a_person_is_added_once(living: Living) -> None:
    work = work_of(living)
    person = adding.add(work, Newcomer(ADA, "Ada Lovelace"), NEW_PASSWORD)
    credential = living.password_of(person)
    assert credential.must_change
    assert credential.not_after == living.clock.now() + 14 * DAY
    with pytest.raises(Conflict):
        adding.add(work, Newcomer("ADA@contoso.example"))
    assert activities(living) == ["Add user"]


def test_nobody_gets_the_address_of_somebody_else_as_user_id(living: Living) -> None:
    """IDN-4"""
    living.ada()
    with pytest.raises(Conflict) as refused:
        adding.add(work_of(living), Newcomer(MAIL))
    assert refused.value.text.id == "people.is_contact"


@pytest.mark.parametrize("user_id", ["", "ada", "a\u202eda@contoso.example", "ada@"])
def test_what_cannot_be_a_user_id_is_refused(quick: Living, user_id: str) -> None:
    with pytest.raises(Invalid):
        adding.add(work_of(quick), Newcomer(user_id))


def test_an_initial_password_is_judged(quick: Living) -> None:
    """PWD-8"""
    with pytest.raises(Invalid) as refused:
        adding.add(work_of(quick), Newcomer(ADA), "vp lmp dn")
    assert [text.id for text in refused.value.mistakes] == ["password.too_short"]


def test_disabling_ends_what_is_under_way_and_enabling_does_not(living: Living) -> None:
    """Decisions 20."""
    living.ada()
    assert status.set_enabled(work_of(living), ADA, enabled=False)
    assert generation(living) == 2
    assert not status.set_enabled(work_of(living), ADA, enabled=False)
    assert status.set_enabled(work_of(living), ADA, enabled=True)
    assert generation(living) == 2
    assert activities(living) == ["Disable account", "Enable account"]


def test_a_set_password_must_be_changed_and_is_told(living: Living) -> None:
    """PWD-12 (amended), decisions 15 and 20."""
    person = living.ada()
    passwords.set_password(work_of(living), ADA, NEW_PASSWORD, life=passwords.TEMPORARY_LIFE)
    credential = living.password_of(person)
    assert (credential.must_change, credential.not_after) == (True, living.clock.now() + 24 * HOUR)
    assert living.has_password(person, NEW_PASSWORD)
    assert generation(living) == 2
    assert told(living) == {MAIL}
    assert activities(living) == ["Reset password (by admin)"]


def test_the_present_password_and_a_bad_one_are_refused(living: Living) -> None:
    """PWD-8: history and rules hold for administrators too."""
    person = living.ada()
    for bad in (OLD_PASSWORD, "short", "Contoso"):
        with pytest.raises(Invalid):
            passwords.set_password(work_of(living), ADA, bad, life=None)
    assert living.has_password(person, OLD_PASSWORD)
    assert generation(living) == 1


def test_a_password_that_lives_elsewhere_is_not_set_here(quick: Living) -> None:
    quick.person("ada", directory=DirectoryKind.ACTIVE_DIRECTORY)
    with pytest.raises(Refused) as refused:
        passwords.set_password(work_of(quick), ADA, NEW_PASSWORD, life=None)
    assert refused.value.text.id == "people.password_elsewhere"


def test_temporary_passwords_differ_and_pass_the_rules(quick: Living) -> None:
    quick.ada()
    made = {passwords.temporary(work_of(quick)) for _ in range(20)}
    assert len(made) == 20
    passwords.set_password(work_of(quick), ADA, made.pop(), life=passwords.TEMPORARY_LIFE)


def test_an_added_contact_is_a_hint_until_somebody_vouches_for_it(living: Living) -> None:
    """REG-3, decisions 17."""
    living.person("ada")
    work = work_of(living)
    contact = contacts.add_contact(work, ADA, ContactKind.MOBILE, "+49 151 12345609")
    assert [(one.value, one.state) for one in showing.show(work, ADA).contacts] == [("+49 ••• ••09", "hint")]
    contacts.confirm_contact(work, ADA, contact[:8], "called her")
    assert [one.state for one in showing.show(work, ADA).contacts] == ["usable"]
    assert generation(living) == 1
    with pytest.raises(Conflict):
        contacts.add_contact(work, ADA, ContactKind.MOBILE, "0049 151 12345609".replace("00", "+", 1))
    with pytest.raises(Conflict):
        contacts.confirm_contact(work, ADA, contact, "again")


def test_the_primary_address_never_proves_anything(quick: Living) -> None:
    quick.person("ada")
    with pytest.raises(Invalid):
        contacts.add_contact(work_of(quick), ADA, ContactKind.PRIMARY, ADA, vouched_by="the directory")


def test_a_removed_contact_is_told_and_ends_everything(living: Living) -> None:
    """NOT-1, decisions 20."""
    living.ada()
    mobile = next(one for one in showing.show(work_of(living), ADA).contacts if one.kind == "mobile")
    contacts.remove_contact(work_of(living), ADA, mobile.id)
    assert told(living) == {MAIL, MOBILE}
    assert generation(living) == 2
    assert [one.kind for one in showing.show(work_of(living), ADA).contacts] == ["email"]
    assert activities(living) == ["Admin deleted security info"]


@pytest.mark.parametrize("contact", ["", "id-", "nothing"])
def test_a_contact_must_be_named_clearly(quick: Living, contact: str) -> None:
    quick.ada()
    with pytest.raises(NotFound):
        contacts.remove_contact(work_of(quick), ADA, contact)


def test_an_authenticator_is_registered_by_a_code_that_then_is_spent(living: Living) -> None:
    """TOT-1, TOT-4"""
    person = living.person("ada")
    work = work_of(living)
    begun = enrolling.begin(work, ADA, "app")
    with pytest.raises(Invalid):
        enrolling.finish(work, begun, "not a code")
    step = step_at(living.clock.now())
    enrolling.finish(work, begun, code_at(begun.registration.secrets[0], step))
    with living.store.reading() as unit:
        kept = unit.people.enrolments(person)
    assert [(one.secret, one.counter) for one in kept] == [(begun.registration.secrets[0], step)]
    assert generation(living) == 1
    assert "•" not in begun.registration.show["uri"]


def test_there_are_at_most_five_authenticators(quick: Living) -> None:
    quick.person("ada")
    work = work_of(quick)
    for _ in range(5):
        enrolling.finish(work, enrolling.begin(work, ADA, "app"), None)
    with pytest.raises(Invalid):
        enrolling.begin(work, ADA, "app")


def test_new_recovery_codes_take_the_place_of_the_old_ones(living: Living) -> None:
    """Decisions 20: replaced, so the generation rises; the first set raises nothing."""
    person = living.person("ada")
    work = work_of(living)
    first = enrolling.begin(work, ADA, "paper")
    enrolling.finish(work, first, None)
    assert generation(living) == 1
    second = enrolling.begin(work, ADA, "paper")
    enrolling.finish(work, second, None)
    assert generation(living) == 2
    with living.store.reading() as unit:
        kept = [one.secret for one in unit.people.enrolments(person)]
    assert kept == list(second.registration.secrets)


def test_a_role_changes_rights_and_ends_everything(living: Living) -> None:
    """Decisions 20."""
    living.ada()
    work = work_of(living)
    assert roles.grant(work, ADA, "Helpdesk Administrator")
    assert not roles.grant(work, ADA, "helpdesk_administrator")
    assert showing.show(work, ADA).person.roles == ("helpdesk_administrator",)
    assert generation(living) == 2
    with living.store.reading() as unit:
        standing = unit.readiness.of("id-ada")
        assert standing
        assert standing.administrator == 1
    assert roles.revoke(work, ADA, "helpdesk_administrator")
    assert showing.show(work, ADA).person.roles == ()
    assert generation(living) == 3


def test_a_role_that_is_not_in_the_catalogue_is_refused(quick: Living) -> None:
    quick.ada()
    with pytest.raises(Invalid):
        roles.grant(work_of(quick), ADA, "king")


def test_show_says_whether_a_reset_would_work(living: Living) -> None:
    living.ada()
    living.person("bo")
    assert showing.show(work_of(living), ADA).overview.refusal == ""
    assert showing.show(work_of(living), "bo@contoso.example").overview.refusal == "SSPR_0014"
    with pytest.raises(NotFound):
        showing.show(work_of(living), "nobody@contoso.example")
