"""The journey: every state with everything that can happen to it, and random sequences of it all."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyback.core.effects import Audit, Effect, EndSessions, TellAdministrators, TellPerson
from keyback.core.events import Activity, Step
from keyback.core.journey import (
    Cancelled,
    Changed,
    Choosing,
    Decoy,
    Done,
    Ended,
    Evidence,
    Happened,
    Journey,
    Meant,
    PasswordSet,
    Proved,
    Proving,
    Replaced,
    Somebody,
    State,
    Subject,
    TimedOut,
    TriesUsedUp,
    Unlocked,
    Why,
    audit_target,
    refusal_step,
    step,
)
from keyback.core.policy import Demand
from keyback.core.rules import assurance
from keyback.core.types import MINUTE, Code, Disclosure, Purpose

START = 1_790_000_000_000
END = START + 15 * MINUTE
SOON = START + MINUTE
TWO = Demand(2, administrator=False, decided_by="tenant")
ONE = Demand(1, administrator=False, decided_by="tenant")
ADMIN = Demand(2, administrator=True, decided_by="administrators")
ADA = Somebody("ada", None)
STATES: tuple[State, ...] = (Proving(), Choosing(), Done(), *(Ended(why) for why in Why))


def evidence(gate: int, method: str, root: str) -> Evidence:
    return Evidence(gate, method, f"e-{method}", f"c-{gate}", frozenset({root}), SOON)


MAIL = Proved(evidence(1, "email_code", "mailbox:ada@mail.example"), "email")
APP = Proved(evidence(2, "totp", "app:1"), "mobile app code")
TEXT = Proved(evidence(2, "sms_code", "phone:+49151"), "mobile SMS")
CALL = Proved(evidence(2, "voice_call", "phone:+49151"), "mobile phone call")
HAPPENINGS: tuple[Happened, ...] = (
    MAIL, APP, TEXT, CALL, PasswordSet(), Cancelled(), TimedOut(), Changed(), Changed(Code.OUT_OF_SCOPE), Replaced(),
    Meant(Purpose.RESET), Meant(Purpose.UNLOCK), Unlocked(), TriesUsedUp(),
)  # fmt: skip


def begun(
    subject: Subject = ADA, demand: Demand = TWO, state: State | None = None, purpose: Purpose = Purpose.RESET
) -> Journey:
    return Journey(
        id="j",
        tenant="t",
        purpose=purpose,
        subject=subject,
        demand=demand,
        disclosure=Disclosure.PRIVATE,
        policy_version=1,
        generation=1,
        started_at=START,
        expires_at=END,
        version=1,
        state=state or Proving(),
        source="192.0.2.1",
    )


def after(journey: Journey, *happened: Happened, now: int = SOON) -> Journey:
    for one in happened:
        journey, _ = step(journey, one, now)
    return journey


def reasons(effects: tuple[Effect, ...]) -> list[str]:
    return [effect.event.reason for effect in effects if isinstance(effect, Audit)]


@dataclass(frozen=True)
class Row:
    state: State
    happened: Happened
    then: State


TABLE = (
    Row(Proving(), MAIL, Proving()),
    Row(Proving(), PasswordSet(), Proving()),
    Row(Proving(), Cancelled(), Ended(Why.CANCELLED)),
    Row(Proving(), TimedOut(), Ended(Why.EXPIRED)),
    Row(Proving(), Changed(), Ended(Why.CHANGED)),
    Row(Proving(), Changed(Code.OUT_OF_SCOPE), Ended(Why.CHANGED, Code.OUT_OF_SCOPE)),
    Row(Proving(), Replaced(), Ended(Why.REPLACED)),
    Row(Choosing(), MAIL, Choosing()),
    Row(Choosing(), PasswordSet(), Done()),
    Row(Choosing(), Cancelled(), Ended(Why.CANCELLED)),
    Row(Choosing(), TimedOut(), Ended(Why.EXPIRED)),
    Row(Choosing(), Changed(), Ended(Why.CHANGED)),
    Row(Choosing(), Changed(Code.OUT_OF_SCOPE), Ended(Why.CHANGED, Code.OUT_OF_SCOPE)),
    Row(Choosing(), Replaced(), Ended(Why.REPLACED)),
)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.state}-{row.happened.__class__.__name__}")
def test_each_listed_pair_leads_where_the_table_says(row: Row) -> None:
    """GAT-4"""
    journey = begun(state=row.state)
    if isinstance(row.state, Choosing):
        journey = after(begun(), MAIL, APP)
    assert after(journey, row.happened).state == row.then


@pytest.mark.parametrize("happened", HAPPENINGS, ids=str)
@pytest.mark.parametrize("state", [s for s in STATES if isinstance(s, Done | Ended)], ids=str)
def test_what_is_over_stays_as_it_is_whatever_happens(state: State, happened: Happened) -> None:
    """GAT-4: one-way"""
    journey = begun(state=state)
    assert step(journey, happened, SOON) == (journey, ())


@pytest.mark.parametrize("happened", [PasswordSet()], ids=str)
def test_a_password_before_the_gates_changes_nothing_at_all(happened: Happened) -> None:
    """GAT-3"""
    for journey in (begun(), after(begun(), MAIL)):
        assert step(journey, happened, SOON) == (journey, ())


def test_two_independent_proofs_lead_to_a_new_password() -> None:
    one = after(begun(), MAIL)
    assert one.state == Proving()
    assert one.evidence == (MAIL.evidence,)
    two, effects = step(one, APP, SOON)
    assert two.state == Choosing()
    assert two.evidence == (MAIL.evidence, APP.evidence)
    assert reasons(effects) == [Step.COMPLETED.format(method="mobile app code")]


@pytest.mark.parametrize(
    "second", [MAIL, replace(MAIL, evidence=replace(MAIL.evidence, gate=2))], ids=["same", "again"]
)
def test_the_same_method_twice_is_one_gate(second: Proved) -> None:
    """GAT-2"""
    assert after(begun(), MAIL, second).state == Proving()


def test_text_and_call_to_one_number_are_one_gate() -> None:
    """GAT-2"""
    assert after(begun(), TEXT, CALL).state == Proving()


def test_one_gate_is_enough_where_one_is_demanded() -> None:
    assert after(begun(demand=ONE), TEXT).state == Choosing()


def test_an_administrator_with_two_weak_proofs_stays_before_the_door() -> None:
    """decisions 3"""
    assert after(begun(demand=ADMIN), MAIL, TEXT).state == Proving()
    assert after(begun(demand=ADMIN), MAIL, APP).state == Choosing()


@pytest.mark.parametrize("code", list(Code))
def test_a_refusal_is_told_after_gate_one_and_ends_the_journey(code: Code) -> None:
    """decisions 1: the true reason, after the first gate and not before."""
    journey = begun(Somebody("ada", code))
    assert after(journey, PasswordSet()).state == Proving()
    ended, effects = step(journey, MAIL, SOON)
    assert ended.state == Ended(Why.REFUSED, code)
    assert reasons(effects) == [Step.COMPLETED.format(method="email"), refusal_step(code)]
    assert after(ended, APP, PasswordSet()).state == ended.state


@pytest.mark.parametrize("late", [END, END + 1])
def test_a_right_answer_after_the_end_ends_it(late: int) -> None:
    """GAT-6"""
    ended, effects = step(begun(), MAIL, late)
    assert (ended.state, ended.evidence) == (Ended(Why.EXPIRED), ())
    assert reasons(effects) == [Step.ABANDONED]


def test_a_right_answer_a_millisecond_before_the_end_counts() -> None:
    """GAT-6"""
    assert after(begun(), MAIL, now=END - 1).evidence == (MAIL.evidence,)


def test_a_decoy_that_proved_something_is_refused_and_leads_nowhere() -> None:
    """ENU-2, GAT-5"""
    ended, effects = step(begun(Decoy("mark")), MAIL, SOON)
    assert (ended.state, ended.evidence) == (Ended(Why.REFUSED), ())
    assert [e.event.target for e in effects if isinstance(e, Audit)] == ["decoy:mark"]


def test_a_decoy_that_stands_where_it_cannot_be_gets_no_password() -> None:
    """GAT-5"""
    ended, effects = step(begun(Decoy("mark"), state=Choosing()), PasswordSet(), SOON)
    assert ended.state == Ended(Why.CHANGED)
    assert not any(isinstance(e, EndSessions | TellPerson) for e in effects)


def test_a_new_password_spends_the_evidence_ends_sessions_and_tells_the_person() -> None:
    """SES-3, NOT-1, GAT-7"""
    done, effects = step(after(begun(), MAIL, APP), PasswordSet(), SOON)
    assert done.state == Done()
    assert [e.spent for e in done.evidence] == [True, True]
    assert EndSessions("ada", "password", done.id) in effects
    told = TellPerson("ada", "notice.password_reset", {"when_at": SOON, "source": "192.0.2.1"}, done.id)
    assert told in effects
    assert not any(isinstance(e, TellAdministrators) for e in effects)
    assert reasons(effects) == [Step.NEW_PASSWORD, "Successfully completed reset.", Step.SUCCEEDED]
    assert [e.event.activity for e in effects if isinstance(e, Audit)].count(Activity.RESET) == 1


def test_administrators_hear_of_an_administrators_reset() -> None:
    """NOT-5"""
    _, effects = step(after(begun(demand=ADMIN), MAIL, APP), PasswordSet(), SOON)
    assert TellAdministrators("notice.admin_reset", {"when_at": SOON}, about="ada") in effects


def test_giving_up_is_told_apart_by_how_far_it_went() -> None:
    assert reasons(step(begun(), Cancelled(), SOON)[1]) == [Step.CANCELLED]
    assert reasons(step(after(begun(), MAIL, APP), Cancelled(), SOON)[1]) == [Step.CANCELLED_LATE]


def test_every_refusal_code_has_words_for_the_audit_log() -> None:
    assert len({refusal_step(code) for code in Code}) == len(Code)


OPEN, UNLOCK = begun(purpose=Purpose.OPEN), begun(purpose=Purpose.UNLOCK)


@pytest.mark.parametrize("purpose", [Purpose.RESET, Purpose.UNLOCK])
def test_what_it_is_for_is_said_once(purpose: Literal[Purpose.RESET, Purpose.UNLOCK]) -> None:
    """GAT-4"""
    meant, effects = step(OPEN, Meant(purpose), SOON)
    assert (meant.purpose, meant.state, meant.version) == (purpose, Proving(), OPEN.version + 1)
    assert reasons(effects)[1] == Step.OPTIONS_SHOWN
    for again in (Meant(Purpose.RESET), Meant(Purpose.UNLOCK)):
        assert step(meant, again, SOON) == (meant, ())
        proven = after(meant, MAIL)
        assert step(proven, again, SOON) == (proven, ())


@pytest.mark.parametrize("happened", [MAIL, APP, PasswordSet(), Unlocked()], ids=str)
def test_before_it_is_said_nothing_is_proved_or_done(happened: Happened) -> None:
    """GAT-4"""
    assert step(OPEN, happened, SOON) == (OPEN, ())


@pytest.mark.parametrize(("happened", "why"), [(Cancelled(), Why.CANCELLED), (TimedOut(), Why.EXPIRED)])
def test_before_it_is_said_it_can_be_given_up(happened: Happened, why: Why) -> None:
    assert after(OPEN, happened).state == Ended(why)


def test_unlocking_spends_the_evidence_tells_the_person_and_leaves_sessions_alone() -> None:
    """GAT-9, NOT-1"""
    done, effects = step(after(UNLOCK, MAIL, APP), Unlocked(), SOON)
    assert done.state == Done()
    assert [e.spent for e in done.evidence] == [True, True]
    assert [e for e in effects if not isinstance(e, Audit)] == [
        TellPerson("ada", "notice.unlocked", {"when_at": SOON, "source": "192.0.2.1"}, done.id)
    ]
    assert reasons(effects) == ["Success", Step.UNLOCKED]
    assert [e.event.activity for e in effects if isinstance(e, Audit)].count(Activity.UNLOCKED) == 1


def test_administrators_hear_of_an_administrator_who_unlocks() -> None:
    """NOT-5"""
    proven = after(begun(demand=ADMIN, purpose=Purpose.UNLOCK), MAIL, APP)
    _, effects = step(proven, Unlocked(), SOON)
    assert TellAdministrators("notice.admin_unlocked", {"when_at": SOON}, about="ada") in effects


def test_unlocking_sets_no_password_and_a_reset_unlocks_by_its_password_only() -> None:
    """GAT-9"""
    unlocking, resetting = after(UNLOCK, MAIL, APP), after(begun(), MAIL, APP)
    assert step(unlocking, PasswordSet(), SOON) == (unlocking, ())
    assert step(resetting, Unlocked(), SOON) == (resetting, ())


def test_a_decoy_that_stands_where_it_cannot_be_is_not_unlocked() -> None:
    """GAT-5"""
    ended, effects = step(begun(Decoy("mark"), state=Choosing(), purpose=Purpose.UNLOCK), Unlocked(), SOON)
    assert ended.state == Ended(Why.CHANGED)
    assert all(isinstance(effect, Audit) for effect in effects)


def test_a_caller_check_ends_with_enough_proofs_and_opens_nothing() -> None:
    """Decisions 21: who calls is known, and there is no state in which anything could be changed."""
    done, effects = step(begun(demand=ONE, purpose=Purpose.CALL), MAIL, SOON)
    assert done.state == Done()
    assert [one.spent for one in done.evidence] == [True]
    assert reasons(effects) == [Step.COMPLETED.format(method="email"), Step.CALL_PASSED]
    assert all(isinstance(effect, Audit) for effect in effects)


def test_the_last_wrong_try_ends_a_caller_check_and_nothing_else() -> None:
    """Decisions 21"""
    assert after(begun(purpose=Purpose.CALL), TriesUsedUp()).state == Ended(Why.REFUSED)
    assert after(begun(Decoy("mark"), purpose=Purpose.CALL), TriesUsedUp()).state == Ended(Why.REFUSED)
    for purpose in (Purpose.RESET, Purpose.UNLOCK, Purpose.OPEN):
        assert step(begun(purpose=purpose), TriesUsedUp(), SOON) == (begun(purpose=purpose), ())


ENDS: Mapping[Purpose, type[Happened]] = {Purpose.RESET: PasswordSet, Purpose.UNLOCK: Unlocked, Purpose.CALL: Proved}
SUBJECTS = st.sampled_from([ADA, Somebody("bo", Code.NO_WRITEBACK), Decoy("mark")])
EVENTS = st.lists(st.tuples(st.sampled_from(HAPPENINGS), st.integers(START, END + MINUTE)), max_size=12)


@given(SUBJECTS, st.sampled_from([ONE, TWO, ADMIN]), st.sampled_from(Purpose), EVENTS)
def test_whatever_happens_in_whatever_order(
    subject: Subject, demand: Demand, purpose: Purpose, events: list[tuple[Happened, int]]
) -> None:
    """GAT-1, GAT-3, GAT-4, GAT-9, ENU-2: no sequence skips a gate, opens what is over, changes what it is for, or serves a
    decoy."""
    journey = begun(subject, demand, purpose=purpose)
    for happened, now in events:
        before = journey
        journey, effects = step(before, happened, now)
        proofs = [(e.method, e.roots) for e in journey.evidence]
        if isinstance(before.state, Done | Ended):
            assert (journey, effects) == (before, ())
        assert purpose is not Purpose.CALL or not isinstance(journey.state, Choosing)
        if isinstance(journey.state, Choosing | Done):
            assert subject == ADA
            assert assurance.enough(proofs, demand)
        if isinstance(journey.state, Done) and journey != before:
            assert before.state == (Proving() if purpose is Purpose.CALL else Choosing())
            assert isinstance(happened, ENDS[journey.purpose])
        assert journey.purpose is before.purpose or (before.purpose is Purpose.OPEN and before.evidence == ())
        assert journey.purpose is not Purpose.OPEN or journey.evidence == ()
        assert journey.evidence[: len(before.evidence)] == before.evidence or isinstance(journey.state, Done)
        assert (journey.version > before.version) is (journey != before)
        assert (effects == ()) is (journey == before)
        for effect in effects:
            assert not isinstance(effect, Audit) or effect.event.target == audit_target(subject)
    assert (journey.subject, journey.demand, journey.expires_at) == (subject, demand, END)
