"""Sessions, the questions put to them, access passes and wrong passwords: what the rows themselves hold to."""

from dataclasses import replace

import pytest

from keyback.core.errors import Broken, Conflict
from keyback.core.ports import AccessPass, Session, SessionChallenge, SessionKind
from keyback.core.types import HOUR, MINUTE
from keyback.store.engine import Sql
from keyback.store.sessions import IDLE
from tests.living import Living


@pytest.fixture
def ada(living: Living) -> str:
    return living.person("ada")


def session(living: Living, person: str, name: str = "s1", **facts: object) -> Session:
    now = living.clock.now()
    made = Session(name, person, 1, SessionKind.FACTOR, "password", now, now, now + HOUR, "192.0.2.1", "browser")
    return replace(made, **facts)  # type: ignore[arg-type]


def challenge(living: Living, person: str, name: str = "q1", **facts: object) -> SessionChallenge:
    now = living.clock.now()
    made = SessionChallenge(
        name,
        "s1",
        person,
        "add",
        "email_code",
        "",
        "",
        b"to",
        b"state",
        b"new@mail.example",
        "KX",
        now,
        now + MINUTE,
        2,
    )
    return replace(made, **facts)  # type: ignore[arg-type]


def access_pass(living: Living, person: str, name: str = "p1", **facts: object) -> AccessPass:
    now = living.clock.now()
    made = AccessPass(name, person, b"m" * 32, 1, now, now + HOUR, True, False, 5, "host:test", now, "first day")
    return replace(made, **facts)  # type: ignore[arg-type]


def test_a_session_comes_back_as_it_was_written(living: Living, ada: str) -> None:
    whole = session(
        living, ada, kind=SessionKind.PORTAL, label="Work", password_at=5, proved_at=6, proved_with=3, access_pass="p"
    )
    with living.store.writing() as unit:
        unit.sessions.insert(b"key", whole)
        assert unit.sessions.of(b"key", unit.now) == whole
        assert unit.sessions.all_of(ada, unit.now) == [whole]
        assert unit.sessions.of(b"other", unit.now) is None


def test_a_moved_session_has_left_its_old_name(living: Living, ada: str) -> None:
    """SES-1: one conditional write; the second request of the same browser moves nothing."""
    before = session(living, ada)
    after = replace(before, kind=SessionKind.PORTAL, methods="password+totp")
    with living.store.writing() as unit:
        unit.sessions.insert(b"old", before)
        assert unit.sessions.move(b"old", b"new", after)
        assert not unit.sessions.move(b"old", b"third", after)
        assert unit.sessions.of(b"old", unit.now) is None
        assert unit.sessions.of(b"new", unit.now) == after


def test_a_session_lives_for_its_generation_its_time_and_while_it_is_used(living: Living, ada: str) -> None:
    """SES-3, SES-5: a raised generation, its end, and fifteen minutes without a request end it."""
    with living.store.writing() as unit:
        unit.sessions.insert(b"key", session(living, ada))
        now = unit.now
        assert unit.sessions.of(b"key", now + IDLE - 1) is not None
        assert unit.sessions.of(b"key", now + IDLE) is None
        unit.sessions.seen(b"key", now + IDLE - 1)
        assert unit.sessions.of(b"key", now + IDLE) is not None
        assert unit.sessions.of(b"key", now + HOUR) is None
        unit.people.raise_generation(ada, now)
        assert unit.sessions.of(b"key", now + IDLE) is None


def test_one_person_cannot_name_or_end_the_session_of_another(living: Living, ada: str) -> None:
    """SES-6: by its id, and only with its owner's."""
    eve = living.person("eve")
    with living.store.writing() as unit:
        unit.sessions.insert(b"a", session(living, ada, "s1"))
        unit.sessions.insert(b"b", session(living, ada, "s2"))
        unit.sessions.insert(b"c", session(living, eve, "s3"))
        assert not unit.sessions.end_one(eve, "s1")
        assert not unit.sessions.name(eve, "s1", "mine")
        assert unit.sessions.name(ada, "s1", "Work")
        assert unit.sessions.end_others(ada, "s1") == 1
        assert [(one.id, one.label) for one in unit.sessions.all_of(ada, unit.now)] == [("s1", "Work")]
        assert unit.sessions.end_one(ada, "s1")
        assert [one.id for one in unit.sessions.all_of(eve, unit.now)] == ["s3"]


def test_a_question_comes_back_and_its_value_lies_sealed(living: Living, ada: str) -> None:
    """REG-4, CRY-1: the value is bound to its row, and stands nowhere in the clear."""
    whole = challenge(living, ada)
    with living.store.writing() as unit:
        unit.session_challenges.insert(whole)
        assert unit.session_challenges.open("s1") == whole
        [row] = unit.link.all(Sql("SELECT payload FROM session_challenge"), {})
        assert b"new@mail.example" not in bytes(row[0])
        unit.session_challenges.supersede("s1")
        unit.session_challenges.insert(challenge(living, ada, "q2", payload=b"evil@mail.example"))
        unit.link.run(Sql("UPDATE session_challenge SET payload = :other WHERE id = 'q2'"), {"other": bytes(row[0])})
        with pytest.raises(Broken):
            unit.session_challenges.open("s1")


def test_at_most_one_question_is_open_per_session(living: Living, ada: str) -> None:
    """COD-7: held by the database itself."""

    def both() -> None:
        with living.store.writing() as unit:
            unit.session_challenges.insert(challenge(living, ada))
            unit.session_challenges.insert(challenge(living, ada, "q2"))

    with pytest.raises(Conflict):
        both()
    with living.store.writing() as unit:
        unit.session_challenges.insert(challenge(living, ada))
        unit.session_challenges.supersede("s1")
        unit.session_challenges.insert(challenge(living, ada, "q2"))
        opened = unit.session_challenges.open("s1")
        assert opened is not None
        assert opened.id == "q2"
        older = unit.session_challenges.superseded("s1", "add", "email_code", unit.now)
        assert [one.id for one in older] == ["q1"]


def test_tries_and_use_of_a_question_are_conditional(living: Living, ada: str) -> None:
    """THR-5, COD-4: as many tries as it has, one use, none after its end or its replacement."""
    with living.store.writing() as unit:
        unit.session_challenges.insert(challenge(living, ada))
        assert [unit.session_challenges.charge_try("q1", unit.now) for _ in range(3)] == [True, True, False]
        unit.session_challenges.give_back_try("q1")
        assert not unit.session_challenges.charge_try("q1", unit.now + MINUTE)
        assert not unit.session_challenges.consume("q1", unit.now + MINUTE)
        assert [unit.session_challenges.consume("q1", unit.now) for _ in range(2)] == [True, False]
        assert unit.session_challenges.open("s1") is None
        unit.session_challenges.insert(challenge(living, ada, "q2"))
        unit.session_challenges.end_all(ada)
        assert not unit.session_challenges.charge_try("q2", unit.now)
        assert not unit.session_challenges.consume("q2", unit.now)


def test_a_new_pass_ends_the_one_before(living: Living, ada: str) -> None:
    """Decisions 27: one live pass per person."""
    with living.store.writing() as unit:
        unit.passes.issue(access_pass(living, ada), unit.now)
        unit.passes.issue(access_pass(living, ada, "p2"), unit.now)
        live = unit.passes.live(ada, unit.now)
        assert live == access_pass(living, ada, "p2")
        assert not unit.passes.use("p1", unit.now)
        assert unit.passes.end(ada, unit.now)
        assert not unit.passes.end(ada, unit.now)
        assert unit.passes.live(ada, unit.now) is None


def test_a_pass_works_within_its_time_and_once(living: Living, ada: str) -> None:
    """REG-6, COD-4: not before its start, not at its end, and once if it is good for one use."""
    with living.store.writing() as unit:
        begins, ends = unit.now + MINUTE, unit.now + HOUR
        unit.passes.issue(access_pass(living, ada, starts_at=begins), unit.now)
        assert unit.passes.live(ada, unit.now) is not None
        assert not unit.passes.charge_try("p1", begins - 1)
        assert not unit.passes.use("p1", begins - 1)
        assert not unit.passes.use("p1", ends)
        assert [unit.passes.use("p1", begins) for _ in range(2)] == [True, False]
        unit.passes.issue(access_pass(living, ada, "p2", once=False), unit.now)
        assert [unit.passes.use("p2", unit.now) for _ in range(2)] == [True, True]


def test_five_wrong_tries_end_a_pass(living: Living, ada: str) -> None:
    """Decisions 27, THR-1."""
    with living.store.writing() as unit:
        unit.passes.issue(access_pass(living, ada), unit.now)
        assert [unit.passes.charge_try("p1", unit.now) for _ in range(6)] == [True] * 5 + [False]
        assert unit.passes.live(ada, unit.now) is None


def test_wrong_passwords_are_kept_sealed_and_bound_to_their_account(living: Living) -> None:
    """Decisions 25, CRY-1: another account's row opens nothing."""
    kept = [(5, b"a" * 16), (4, b"b" * 16)]
    with living.store.writing() as unit:
        assert unit.guesses.last("mark") == []
        unit.guesses.keep("mark", kept, unit.now)
        assert unit.guesses.last("mark") == kept
        [row] = unit.link.all(Sql("SELECT sealed FROM wrong_password"), {})
        assert b"a" * 16 not in bytes(row[0])
        unit.guesses.keep("mark", kept[:1], unit.now)
        assert unit.guesses.last("mark") == kept[:1]
        unit.link.run(Sql("UPDATE wrong_password SET account = 'other'"), {})
        with pytest.raises(Broken):
            unit.guesses.last("other")
        unit.guesses.forget("other")
        assert unit.guesses.last("other") == []
