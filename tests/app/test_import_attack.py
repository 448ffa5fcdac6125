"""Somebody puts their own number or address into the file that is imported every night (REG-5, decisions 17 and 18)."""

from dataclasses import replace

import pytest

from keyback.app.policy.standing import refresh
from keyback.app.registration.first import known
from keyback.app.sign_in.seat import Visit, seat, with_info
from keyback.core.policy import Registration
from keyback.core.ports import SessionKind
from keyback.core.types import HOUR, Code, Contact, ContactKind, Upkeep
from tests.app.import_help import bring_in, table
from tests.incidents.reporting import LINK, frozen_at, press
from tests.living import HOME, OPEN_POLICY, Living
from tests.signing import seated, session_of

USER = "ada@contoso.example"
OWN, EVIL = "+4915112345609", "+4915166666666"
HER_MAIL = "ada@mailbox.example"
HERS = table([(USER, "Ada", "True", OWN, HER_MAIL, "")])
ATTACK = table([(USER, "Ada", "True", EVIL, HER_MAIL, "")])
ONE_GATE = replace(OPEN_POLICY, self_service=replace(OPEN_POLICY.self_service, methods_required=1))


def mobiles(living: Living) -> dict[str, Contact]:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(USER, unit.now)
        assert person
        return {one.value: one for one in unit.people.contacts(person.id) if one.kind is ContactKind.MOBILE}


def id_of(living: Living) -> str:
    with living.store.reading() as unit:
        person = unit.people.by_canonical(USER, unit.now)
        assert person
        return person.id


def asked_for_a_code(living: Living) -> list[str]:
    """Where text messages with codes went when somebody starts a reset."""
    before = len(living.delivered())
    browser = living.browser("198.51.100.66")
    browser.start(USER)
    browser.choose("sms_code")
    return [str(one["to"]) for one in living.delivered()[before:] if one["channel"] == "sms"]


@pytest.mark.parametrize("trust", [False, True])
def test_an_attackers_number_gets_no_code_before_its_owner_could_object(living: Living, *, trust: bool) -> None:
    """REG-5, SND-1, NOT-4: codes go to the old number, its owner is told there and by mail, objects, and all is closed."""
    living.set_policy(ONE_GATE)
    bring_in(living, HERS, trust=True)
    living.clock.move(48 * HOUR)
    bring_in(living, ATTACK, trust=trust)
    told = living.delivered()
    assert {str(one["to"]) for one in told} == {OWN, HER_MAIL}
    assert EVIL not in str(told)
    assert asked_for_a_code(living) == [OWN]
    living.clock.move(23 * HOUR)
    assert asked_for_a_code(living) == [OWN]
    link = next(found[1] for one in told if (found := LINK.search(str(one["text"]))))
    assert press(living, link).page["state"] == "not_me_done"
    assert frozen_at(living, id_of(living)) == living.clock.now()
    living.clock.move(25 * HOUR)
    assert asked_for_a_code(living) == [OWN]
    browser = living.browser("198.51.100.66")
    living.clock.move(HOUR)
    browser.start(USER)
    browser.choose("sms_code")
    browser.post(answer=living.newest_code(OWN))
    assert Code.FROZEN in str(browser.page)


def test_a_hint_from_a_file_never_gets_a_code(living: Living) -> None:
    """REG-3, REG-5: however long it waits, until its owner has confirmed it."""
    living.set_policy(ONE_GATE)
    bring_in(living, HERS, trust=True)
    bring_in(living, ATTACK)
    living.clock.move(400 * HOUR)
    assert asked_for_a_code(living) == [OWN]


@pytest.mark.parametrize(("administrator", "hours"), [(False, 5), (True, 7)])
def test_the_wait_is_what_policy_says(living: Living, hours: int, *, administrator: bool) -> None:
    """Decisions 17: `hold_hours`, and more for administrators."""
    living.set_policy(replace(OPEN_POLICY, registration=Registration(hold_hours=5, hold_hours_administrators=7)))
    bring_in(living, HERS, trust=True)
    if administrator:
        living.grant(id_of(living), "helpdesk_administrator")
        with living.store.writing() as unit:
            refresh(unit, id_of(living), living.methods.values())
    assert bring_in(living, ATTACK, trust=True).waiting == 1
    assert mobiles(living)[EVIL].usable_from == living.clock.now() + hours * HOUR


def test_in_the_place_of_a_hint_it_waits_too_and_the_hint_stays_meanwhile(living: Living) -> None:
    """REG-2, REG-5, decisions 19: otherwise who has a leaked first password would get the code of the first proof."""
    bring_in(living, HERS)
    bring_in(living, ATTACK)
    found, until = mobiles(living), living.clock.now() + 24 * HOUR
    assert (found[OWN].ends_at, found[EVIL].usable_from) == (until, until)
    assert {str(one["to"]) for one in living.delivered()} == {USER, OWN}
    bring_in(living, ATTACK, trust=True)
    assert mobiles(living)[EVIL].usable_from == until
    living.clock.move(24 * HOUR)
    assert set(mobiles(living)) == {EVIL}


@pytest.mark.parametrize("upkeep", [Upkeep(registered_at=1), Upkeep(again_at=1)], ids=["registered", "demanded"])
def test_nothing_is_the_first_for_who_was_complete_once(living: Living, upkeep: Upkeep) -> None:
    """Decisions 17: also after most of it was removed, or a re-registration was demanded."""
    bring_in(living, table([(USER, "Ada", "True", "", "", "")]))
    with living.store.writing() as unit:
        unit.people.keep(id_of(living), upkeep, unit.now)
    bring_in(living, ATTACK, trust=True)
    assert mobiles(living)[EVIL].usable_from == living.clock.now() + 24 * HOUR


def test_who_gets_one_more_way_by_a_trusted_file_is_told(living: Living) -> None:
    """NOT-1: at the address that was confirmed before; nobody is told who had nothing."""
    bring_in(living, table([(USER, "Ada", "True", "", HER_MAIL, "")]), trust=True)
    assert living.delivered() == []
    bring_in(living, ATTACK, trust=True)
    assert {(str(one["to"]), str(one["subject"])) for one in living.delivered()} == {
        (HER_MAIL, "The ways to prove who you are have changed")
    }


def test_what_its_owner_confirmed_serves_whatever_a_file_says(living: Living) -> None:
    """Decisions 18: both, after the wait; and the file never takes hers away."""
    living.set_policy(ONE_GATE)
    person = living.person("ada")
    living.contact(person, ContactKind.MOBILE, OWN, how="code")
    for _ in range(3):
        bring_in(living, ATTACK, trust=True)
        living.clock.move(25 * HOUR)
    assert mobiles(living)[OWN].ends_at is None
    assert set(mobiles(living)) == {OWN, EVIL}


def test_the_first_proof_goes_to_the_number_from_before(living: Living) -> None:
    """REG-2, REG-5, decisions 19: who has a leaked first password and writes into the file gets no code by it."""
    bring_in(living, HERS)
    bring_in(living, ATTACK)
    browser = seated(living, id_of(living), SessionKind.INTERRUPTED)
    visit = Visit(session_of(browser), "", HOME, "test")
    with living.store.reading() as unit:
        at = with_info(unit, seat(living.house, unit, visit, SessionKind.INTERRUPTED))
    assert {one.contact.value for one in known(living.house, at)} == {OWN, HER_MAIL}
