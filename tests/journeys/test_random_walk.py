"""Random sequences of requests, right, wrong and stale, from two browsers, while time passes and account and policy
change: after each one the server and a small model agree on the answer and on everything that was spent."""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from keyback.core.policy import Document, MethodPolicy
from keyback.core.ports import Letter, Receipt
from keyback.core.types import ContactKind
from keyback.store.engine import Sql, SqliteEngine
from keyback.web.call import JOURNEY
from tests.journeys.model import APP, EMAIL, HOUR, MINUTE, PAPER, Expected, Model
from tests.journeys.wire import Visitor
from tests.living import MAIL, NEW_PASSWORD, OLD_PASSWORD, Between, Living, with_self_service
from tests.snapshot import Snapshot

POLICY = replace(with_self_service(allow_unlock=True), methods={name: MethodPolicy() for name in (EMAIL, APP, PAPER)})
ENABLE = Sql("UPDATE person SET enabled = :enabled WHERE id = :person")
PROOFS = Sql("SELECT COUNT(*), COUNT(spent_at) FROM evidence")
PURPOSE = st.sampled_from(["reset", "reset", "unlock"])
WHO, STALE = st.sampled_from([0, 0, 0, 1]), st.sampled_from([False, False, False, False, True])
EVERYTHING = {
    Expected(200, "choose_method"), Expected(200, "answer"), Expected(200, "new_password"), Expected(200, "done"),
    Expected(200, "ended"), Expected(404, "ended"), Expected(400, "answer"), Expected(422, "answer"),
    Expected(422, "new_password"), Expected(429, "answer"), Expected(429, "choose_method"), Expected(200, "trouble"),
    Expected(400, "trouble"),
}  # fmt: skip
"""What a walk must have met, or it tested too little."""
NONE = "7-7777-7777-7777-7777"
"""An answer to nothing."""
TRIES = Sql(
    """SELECT c.tries_left FROM challenge c JOIN journey j ON j.id = c.journey
    WHERE j.browser = :browser AND c.superseded = 0 AND c.used_at IS NULL"""
)


class Mailbox:
    """A channel that keeps what it is given."""

    def __init__(self, name: str, letters: list[Letter]) -> None:
        self.name = name
        self._letters = letters

    def send(self, letter: Letter) -> Receipt:
        self._letters.append(letter)
        return Receipt("kept")

    def close(self) -> None:
        pass


class Ground:
    """One house, put back to where it was before each sequence."""

    def __init__(self) -> None:
        self.letters: list[Letter] = []
        self.seen: set[Expected] = set()
        """Every kind of answer so far."""
        self.living = Living(SqliteEngine(None), POLICY, Between(channel=lambda one: Mailbox(one.name, self.letters)))
        self.ada = self.living.person("ada")
        self.living.contact(self.ada, ContactKind.EMAIL, MAIL)
        self.living.authenticator(self.ada)
        self.papers = self.living.recovery_codes(self.ada)
        self.site = self.living.running.site
        self._before = Snapshot(self.living)

    def renew(self) -> None:
        self._before.restore()
        self._version = 1
        self.letters.clear()

    def policy(self, gates: int, names: tuple[str, ...]) -> None:
        """The next version."""
        self._version += 1
        own = replace(POLICY.self_service, methods_required=gates)
        policy = replace(POLICY, self_service=own, methods={name: MethodPolicy() for name in names})
        with self.living.store.writing() as unit:
            assert unit.policies.append(Document(self._version, policy, "test", unit.now, "test"))

    def close(self) -> None:
        self.living.close()


class Walk(RuleBasedStateMachine):
    """What may happen, and after each what must be true."""

    ground: Ground

    def __init__(self) -> None:
        super().__init__()
        ground = self.ground
        ground.renew()
        self.living = ground.living
        self.visitors = [Visitor(ground.site, f"203.0.113.{7 + who}") for who in range(2)]
        self.model = Model(self.living.clock.now(), generation=1, password=OLD_PASSWORD, chance=self.chance)
        self.codes: dict[int, str] = {}
        self.passwords = 0

    @initialize(begun=st.sampled_from([(0,), (0,), (0, 1), ()]))
    def begin(self, begun: tuple[int, ...]) -> None:
        for who in begun:
            self.start(who, ada=True)

    # Requests

    @rule(who=WHO, times=st.integers(1, 7), method=st.sampled_from([EMAIL, APP, PAPER]), purpose=PURPOSE)
    def go_on(self, who: int, times: int, method: str, purpose: str) -> None:
        """As somebody does who wants a new password, or to unlock."""
        for _ in range(times):
            walk = self.model.browsers[who]
            if walk is None or not walk.live:
                self.start(who, ada=True)
            elif walk.purpose == "open":
                self.mean(who, purpose, stale=False)
            elif walk.state == "new_password":
                self.choose(who, stale=False, good=False)
                self.choose(who, stale=False, good=True)
            elif walk.open is None:
                used = {proof.method for proof in walk.proofs}
                self.pick(who, next(name for name in (method, EMAIL, PAPER) if name not in used), stale=False)
            else:
                self.right(who, stale=False)

    @rule(who=WHO, times=st.integers(1, 6), method=st.sampled_from([EMAIL, APP, PAPER]))
    def guess(self, who: int, times: int, method: str) -> None:
        """As somebody does who has no code."""
        self.start(who, ada=True)
        self.mean(who, "reset", stale=False)
        self.pick(who, method, stale=False)
        for _ in range(times):
            self.wrong(who, "wrong", stale=False)

    @rule(who=WHO, ada=st.sampled_from([True, True, True, False]))
    def start(self, who: int, *, ada: bool) -> None:
        self.visitors[who].start("ada@contoso.example" if ada else "nobody@contoso.example")
        self.agree(who, self.model.start(who, ada=ada))

    @rule(who=WHO, ways=st.booleans())
    def look(self, who: int, *, ways: bool) -> None:
        self.visitors[who].get("/reset/ways" if ways else "/reset/journey")
        self.agree(who, self.model.look(who, ways=ways))

    @rule(who=WHO, purpose=st.sampled_from(["reset", "unlock", "open", ""]), stale=STALE)
    def mean(self, who: int, purpose: str, *, stale: bool) -> None:
        version = self.send(who, "trouble", stale=stale, trouble=purpose)
        self.agree(who, self.model.mean(who, purpose, version))

    @rule(who=WHO, method=st.sampled_from([EMAIL, APP, PAPER, "sms_code", ""]), stale=STALE)
    def pick(self, who: int, method: str, *, stale: bool) -> None:
        version = self.send(who, "method", stale=stale, method=method)
        self.agree(who, self.model.pick(who, method, version))

    @rule(who=WHO, stale=STALE)
    def again(self, who: int, *, stale: bool) -> None:
        version = self.send(who, "again", stale=stale)
        self.agree(who, self.model.again(who, version))

    @rule(who=WHO, stale=STALE)
    def right(self, who: int, *, stale: bool) -> None:
        """What the open challenge of this browser asks for."""
        self.answer(who, self.right_answer(who), right=True, stale=stale)

    @rule(who=WHO, stale=STALE, what=st.sampled_from(["wrong", "empty", "older", "of the other browser"]))
    def wrong(self, who: int, what: str, *, stale: bool) -> None:
        own, sent = self.right_answer(who), {"wrong": "00000000", "empty": ""}.get(what)
        if sent is None and what == "older":
            sent = next((code for code in reversed(self.codes.values()) if code != own), "1-AAAA-AAAA-AAAA-AAAA")
        if sent is None:
            sent = self.right_answer(1 - who)
        self.answer(who, sent, right=sent == own, stale=stale)

    @rule(who=WHO, stale=STALE, good=st.sampled_from([True, True, False]))
    def choose(self, who: int, *, stale: bool, good: bool) -> None:
        self.passwords += 1
        new = f"{NEW_PASSWORD} {self.passwords}" if good else "short"
        version = self.send(who, "password", stale=stale, new=new, again=new)
        self.agree(who, self.model.choose(who, version, new, good=good))

    @rule(who=WHO, stale=STALE)
    def cancel(self, who: int, *, stale: bool) -> None:
        version = self.send(who, "cancel", stale=stale)
        self.agree(who, self.model.cancel(who, version))

    # What happens beside them

    def chance(self, now: int) -> int:
        """What the house makes waits longer by; the model knows how, not how much."""
        return int.from_bytes(self.living.house.sealer.mac("resend-wait", str(now // MINUTE)))

    @rule(span=st.sampled_from([1_000, 30_000, MINUTE, 5 * MINUTE, 10 * MINUTE - 1, 61 * MINUTE, 25 * HOUR]))
    def wait(self, span: int) -> None:
        self.living.clock.move(span)
        self.model.now += span

    @rule(enabled=st.booleans())
    def change_status(self, *, enabled: bool) -> None:
        with self.living.store.writing() as unit:
            unit.link.run(ENABLE, {"enabled": int(enabled), "person": self.ground.ada})
            if self.model.enabled and not enabled:
                unit.people.raise_generation(self.ground.ada, unit.now)
        if enabled:
            self.model.enabled = True
        else:
            self.model.disable()

    @rule(gates=st.sampled_from([1, 2]), app=st.booleans())
    def change_policy(self, gates: int, *, app: bool) -> None:
        names = (APP, PAPER, EMAIL) if app else (PAPER, EMAIL)
        self.ground.policy(gates, names)
        self.model.gates, self.model.methods = gates, names

    # How they are sent, and what is compared

    def send(self, who: int, path: str, *, stale: bool, **fields: str) -> int:
        """With the version that this browser's form has now, or an older one."""
        walk = self.model.browsers[who]
        version = (walk.version if walk else 1) - stale
        self.visitors[who].post(f"/reset/{path}", version=str(version), **fields)
        return version

    def answer(self, who: int, sent: str, *, right: bool, stale: bool) -> None:
        version = self.send(who, "answer", stale=stale, answer=sent)
        self.agree(who, self.model.answer(who, version, right=right and sent != NONE, empty=not sent))

    def right_answer(self, who: int) -> str:
        walk = self.model.browsers[who]
        challenge = walk.open if walk else None
        if challenge is None:
            return NONE
        if challenge.method == APP:
            return self.living.code_of_app()
        return self.codes.get(challenge.number, NONE) if challenge.method == EMAIL else self.next_paper()

    def next_paper(self) -> str:
        return self.ground.papers[self.model.used_paper] if self.model.used_paper < len(self.ground.papers) else NONE

    def agree(self, who: int, expected: Expected) -> None:
        """The answer, and the version of the form in it."""
        visitor, walk = self.visitors[who], self.model.browsers[who]
        answered = Expected(visitor.status, visitor.page["state"])
        assert answered == expected, self.model
        self.ground.seen.add(answered)
        shown = [field["value"] for field in visitor.page["fields"] if field["name"] == "version"]
        assert shown in ([], [str(walk.version)] if walk else [])
        self.take_mail()

    def take_mail(self) -> None:
        """Codes that went out, as many as the model says, by challenge."""
        self.living.running.courier.run_once("email")
        found = [code for letter in self.ground.letters for code in re.findall(r"\b\d{8}\b", letter.text)]
        assert len(found) == self.model.mails
        if len(self.codes) < len(found):
            self.codes[self.model.begun] = found[-1]

    @invariant()
    def the_same_is_spent(self) -> None:
        """Proofs, tries, the account's generation, and the password that is in force."""
        model, living = self.model, self.living
        with living.store.reading() as unit:
            proofs = unit.link.one(PROOFS, {})
            person = unit.people.by_id(self.ground.ada, unit.now)
            for visitor, walk in zip(self.visitors, model.browsers, strict=True):
                key = living.house.sealer.mac("journey-cookie", visitor.cookies.get(JOURNEY, ""))
                tries = unit.link.one(TRIES, {"browser": key})
                assert tries == ((walk.open.tries,) if walk and walk.open else None)
        assert proofs == (len(model.all_proofs), sum(proof.spent for proof in model.all_proofs))
        assert person is not None
        assert person.generation == model.generation
        assert living.has_password(self.ground.ada, model.password)


@pytest.fixture
def ground() -> Iterator[Ground]:
    made = Ground()
    yield made
    made.close()


def walk_about(ground: Ground, sequences: int) -> None:
    """The same sequences each time."""
    machine = type("Walking", (Walk,), {"ground": ground})
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
    chosen = settings(
        max_examples=sequences,
        stateful_step_count=10,
        suppress_health_check=slow,
        derandomize=True,
        database=None,
    )
    run_state_machine_as_test(machine, settings=chosen)
    assert ground.seen >= EVERYTHING


def test_server_and_model_agree_after_every_request(ground: Ground) -> None:
    """GAT-3, GAT-4, GAT-6, COD-3, COD-5, COD-6, COD-7, THR-1, RAC-3, I5, I10, I12: 2,000 sequences."""
    walk_about(ground, 2_000)


@pytest.mark.soak
def test_server_and_model_agree_for_long(ground: Ground) -> None:
    """GAT-3, GAT-4, GAT-6, I12: 50,000 sequences."""
    walk_about(ground, 50_000)
