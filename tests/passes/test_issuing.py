"""Temporary access passes: who makes them for whom, and when they end."""

from dataclasses import asdict, replace

import pytest

from keyback.app.passes import format as paper
from keyback.app.passes.issuing import Wish, issue, live_of, look, revoke
from keyback.app.people import contacts
from keyback.app.people.status import set_enabled
from keyback.core.errors import Invalid, NotFound, Refused, TooMany
from keyback.core.policy import Passes
from keyback.core.ports import AccessPass, SessionKind
from keyback.core.types import DAY, HOUR, MINUTE, ContactKind, PersonKind
from tests.app.import_help import work_of
from tests.living import MAIL, MOBILE, OPEN_POLICY, Living
from tests.signing import seated

ADA = "ada@contoso.example"
WISH = Wish("first day, seen in person")


def live(living: Living, person: str) -> AccessPass | None:
    with living.store.reading() as unit:
        somebody = unit.people.by_id(person, unit.now)
        assert somebody
        return live_of(unit, somebody)


def lines(living: Living) -> list[tuple[str, str, str]]:
    return [
        (str(line["activity"]), str(line["actor"]), str(line["details"]))
        for line in living.story()
        if "temporary access pass" in str(line["activity"])
    ]


def test_a_pass_is_valid_for_as_long_as_policy_says(living: Living) -> None:
    """Decisions 27: an hour from now, for one use, five tries, made by whom and why."""
    person = living.ada()
    issued = issue(work_of(living), ADA, WISH)
    now, found = living.clock.now(), live(living, person)
    assert found == look(work_of(living), ADA) == issued.access_pass
    assert (found.starts_at, found.expires_at, found.once, found.tries_left) == (now, now + HOUR, True, 5)
    assert (found.issued_by, found.why, found.checked, found.generation) == ("host:test", WISH.why, False, 1)
    assert found.mark == paper.mark(living.house, found.id, paper.read(issued.code))
    living.clock.move(HOUR)
    assert live(living, person) is None


def test_the_person_is_told_without_the_pass_and_the_log_has_it_nowhere(living: Living) -> None:
    """NOT-1, NOT-3, COD-9, AUD-1: who, when and why; never what stands on it."""
    person = living.ada()
    living.contact(person, ContactKind.PRIMARY, "ada@office.example")
    code = issue(work_of(living), ADA, WISH).code
    mails = living.delivered()
    assert {mail["to"] for mail in mails} == {MAIL, "ada@office.example"}
    assert {mail["subject"] for mail in mails} == {"An administrator has made an access pass for you"}
    assert all("/not-me/" in str(mail["text"]) for mail in mails)
    assert [line[:2] for line in lines(living)] == [("Admin created temporary access pass", "host:test")]
    assert WISH.why in lines(living)[0][2]
    assert not {code, paper.read(code)} & {word for mail in mails for word in str(mail["text"]).split()}
    assert code not in str(living.story()) + str(mails)
    assert paper.read(code) not in str(living.story()) + str(mails)


def test_a_new_pass_ends_the_one_before(living: Living) -> None:
    """REG-6, decisions 27: one live pass for each person."""
    person = living.ada()
    first = issue(work_of(living), ADA, WISH)
    second = issue(work_of(living), ADA, WISH)
    found = live(living, person)
    assert found
    assert found.id == second.access_pass.id != first.access_pass.id
    assert first.code != second.code
    assert [line[0] for line in lines(living)] == [
        "Admin created temporary access pass", "Admin deleted temporary access pass", "Admin created temporary access pass",
    ]  # fmt: skip


def test_a_revoked_pass_is_dead_and_so_is_what_it_opened(living: Living) -> None:
    person = living.ada()
    found = issue(work_of(living), ADA, WISH).access_pass
    seated(living, person, SessionKind.INTERRUPTED, access_pass=found.id)
    seated(living, person, SessionKind.PORTAL)
    revoke(work_of(living), ADA, "given to the wrong person")
    assert live(living, person) is None
    with living.store.reading() as unit:
        assert [one.access_pass for one in unit.sessions.all_of(person, unit.now)] == [""]
    assert "given to the wrong person" in lines(living)[-1][2]
    for again in (revoke, lambda work, who, _: look(work, who)):
        with pytest.raises(NotFound):
            again(work_of(living), ADA, "why")


def test_a_pass_dies_with_its_tries_with_its_use_and_with_the_generation(living: Living) -> None:
    """REG-6, COD-6 (amended), decisions 20 and 27."""
    person, work = living.ada(), work_of(living)
    found = issue(work, ADA, WISH).access_pass
    with living.store.writing() as unit:
        assert [unit.passes.charge_try(found.id, unit.now) for _ in range(6)] == [True] * 5 + [False]
    assert live(living, person) is None
    found = issue(work, ADA, WISH).access_pass
    with living.store.writing() as unit:
        assert [unit.passes.use(found.id, unit.now) for _ in range(2)] == [True, False]
    assert live(living, person) is None
    issue(work, ADA, WISH)
    with living.store.reading() as unit:
        mobile = next(one.id for one in unit.people.contacts(person) if one.value == MOBILE)
    contacts.remove_contact(work, ADA, mobile)
    assert live(living, person) is None
    issue(work, ADA, WISH)
    set_enabled(work, ADA, enabled=False)
    set_enabled(work, ADA, enabled=True)
    assert live(living, person) is None


@pytest.mark.parametrize("wish", [
    {"minutes": 9}, {"minutes": 1_441}, {"starts_at": -HOUR}, {"starts_at": 30 * DAY + MINUTE}, {"why": " "},
])  # fmt: skip
def test_a_pass_out_of_bounds_is_refused(quick: Living, wish: dict[str, int | str]) -> None:
    """Decisions 27: 10 minutes to 24 hours, from a start at most 30 days ahead, with a reason."""
    person = quick.ada()
    given = {name: quick.clock.now() + int(value) if name == "starts_at" else value for name, value in wish.items()}
    with pytest.raises(Invalid):
        issue(work_of(quick), ADA, Wish(**{**asdict(WISH), **given}))
    assert live(quick, person) is None
    assert quick.delivered() == []


def test_policy_says_how_long_at_most_and_how_often(quick: Living) -> None:
    """Decisions 27: the `entra` preset allows 30 days."""
    person = quick.ada()
    quick.set_policy(replace(OPEN_POLICY, passes=Passes(20, 43_200, once=False)))
    assert not issue(work_of(quick), ADA, WISH).access_pass.once
    now = quick.clock.now()
    issue(work_of(quick), ADA, replace(WISH, minutes=43_200, starts_at=now + 30 * DAY, once=True, checked=True))
    found = live(quick, person)
    assert found
    assert (found.starts_at, found.expires_at, found.once, found.checked) == (
        now + 30 * DAY,
        now + 60 * DAY,
        True,
        True,
    )
    with quick.store.writing() as unit:
        assert not unit.passes.charge_try(found.id, unit.now)
        assert not unit.passes.use(found.id, unit.now)


@pytest.mark.parametrize("facts", [{"kind": PersonKind.SERVICE}, {"kind": PersonKind.BREAK_GLASS}, {"enabled": False}])
def test_nobody_who_may_not_help_themselves_gets_a_pass(quick: Living, facts: dict[str, object]) -> None:
    """REG-10, decisions 3 and 27."""
    person = quick.person("svc", **facts)
    with pytest.raises(Refused):
        issue(work_of(quick), "svc@contoso.example", WISH)
    assert live(quick, person) is None


def test_who_reported_a_change_gets_no_pass_before_the_incident_is_closed(quick: Living) -> None:
    """NOT-4, decisions 16."""
    person = quick.ada()
    with quick.store.writing() as unit:
        unit.people.freeze(person, unit.now)
    with pytest.raises(Refused) as refused:
        issue(work_of(quick), ADA, WISH)
    assert refused.value.text.id == "passes.frozen"


def test_only_so_many_passes_are_made_for_one_person(quick: Living) -> None:
    quick.ada()
    for _ in range(10):
        issue(work_of(quick), ADA, WISH)
    with pytest.raises(TooMany):
        issue(work_of(quick), ADA, WISH)


@pytest.mark.parametrize("method", ["email_code", "sms_code", "totp", "recovery_code"])
def test_a_pass_is_never_a_proof_for_a_reset(quick: Living, method: str) -> None:
    """REG-6, decisions 27: whatever is on the shelf, none of it takes a pass."""
    quick.ada()
    quick.recovery_codes("id-ada")
    assert method in quick.methods
    code = issue(work_of(quick), ADA, replace(WISH, once=False)).code
    browser = quick.browser()
    browser.start()
    browser.choose(method)
    browser.post(answer=code)
    assert browser.page["state"] == "answer"
    assert any("wrong" in told for told in browser.told()), browser.told()
    found = look(work_of(quick), ADA)
    assert (found.tries_left, found.used_at) == (5, None)


def test_every_method_on_the_shelf_was_tried_with_a_pass(quick: Living) -> None:
    assert set(quick.methods) == {"email_code", "sms_code", "totp", "recovery_code"}
