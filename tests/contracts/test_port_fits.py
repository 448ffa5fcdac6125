"""The port of methods holds what is to come: push and passkey are sketched against it and walk through it."""

# ruff: noqa: ARG002  -- the shape of the port holds though not every method needs all of it

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from keyback.core.errors import Broken
from keyback.core.messages import say
from keyback.core.ports import (
    Ask,
    Hasher,
    Method,
    Opening,
    Outgoing,
    Random,
    Registration,
    Right,
    Tools,
    Verdict,
    Wrong,
)
from keyback.core.rules import assurance
from keyback.core.types import ContactKind, Enrolment
from tests.contracts.kit import SHELF, Counting
from tests.people import ADA_SECRET, enrolment


class Push:
    """The portal shows six digits, the person types them into the app, the app answers by another door with a
    keyed hash over them (decisions 6). The door calls `check`; the page only waits."""

    name = "push"
    audit_name = "mobile app notification"
    rank = 20
    contact_kind: ContactKind | None = None
    slow = False
    timed = False
    messages: Mapping[str, str] = {}

    def ask(self, letters: str, state: bytes) -> Ask:
        public = {"number": state[:6].decode()}
        hint = say("method.push.hint", letters=letters)
        return Ask("waiting", say("method.push.ask"), hint, 0, waits=True, public=public)

    def begin(self, enrolled: Sequence[Enrolment], tools: Tools) -> Opening:
        number = tools.random.digits(6)
        to = enrolled[0].id if enrolled else ""
        message = Outgoing("push", "push.number", {"letters": tools.letters}, to)
        return Opening(number.encode() + tools.bound_mac(number.encode()), message)

    def check(self, enrolled: Sequence[Enrolment], state: bytes, answer: str, tools: Tools) -> Verdict:
        number, _, proof = answer.partition(".")
        key = enrolled[0].secret if enrolled else bytes(20)
        signed = hmac.compare_digest(hmac.digest(key, number.encode(), "sha256").hex().encode(), proof.encode())
        same = hmac.compare_digest(number.encode() + tools.bound_mac(number.encode()), state)
        return Right(enrolled[0]) if signed and same and enrolled else Wrong()

    def trust_roots(self, enrolment: Enrolment) -> frozenset[str]:
        return frozenset({f"app:{enrolment.label}"})

    def masked(self, enrolment: Enrolment) -> str:
        return enrolment.label

    def register_begin(self, account: str, issuer: str, random: Random, hasher: Hasher) -> Registration:
        secret = random.bytes(20)
        return Registration((secret,), account, {"uri": f"keyback://{issuer}/{secret.hex()}"})

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        return 0 if answer == registration.secrets[0].hex() else None


class Passkey:
    """WebAuthn in outline: a challenge shown to the browser, a signature and a counter that moves only up."""

    name = "passkey"
    audit_name = "passkey"
    rank = 10
    contact_kind: ContactKind | None = None
    slow = False
    timed = False
    messages: Mapping[str, str] = {}

    def ask(self, letters: str, state: bytes) -> Ask:
        hint = say("method.passkey.hint", letters=letters)
        return Ask("webauthn", say("method.passkey.ask"), hint, 0, public={"options": state[32:].decode()})

    def begin(self, enrolled: Sequence[Enrolment], tools: Tools) -> Opening:
        challenge = tools.random.bytes(32)
        options = json.dumps({"challenge": challenge.hex(), "allow": [e.id for e in enrolled]})
        return Opening(tools.bound_mac(challenge) + options.encode())

    def check(self, enrolled: Sequence[Enrolment], state: bytes, answer: str, tools: Tools) -> Verdict:
        try:
            said = json.loads(answer)
            challenge, counter, signature = bytes.fromhex(said["challenge"]), int(said["counter"]), said["signature"]
            key = next(e for e in enrolled if e.id == said["id"])
            public = Ed25519PublicKey.from_public_bytes(key.secret)
            public.verify(bytes.fromhex(signature), challenge + counter.to_bytes(4))
        except (ValueError, KeyError, TypeError, StopIteration, OverflowError, InvalidSignature):
            return Wrong()
        same = hmac.compare_digest(tools.bound_mac(challenge), state[:32])
        return Right(key, counter=counter) if same and counter > key.counter else Wrong()

    def trust_roots(self, enrolment: Enrolment) -> frozenset[str]:
        return frozenset({f"key:{enrolment.id}"})

    def masked(self, enrolment: Enrolment) -> str:
        return enrolment.label

    def register_begin(self, account: str, issuer: str, random: Random, hasher: Hasher) -> Registration:
        return Registration((random.bytes(32),), account, {"options": json.dumps({"rp": issuer})})

    def register_check(self, registration: Registration, answer: str, tools: Tools) -> int | None:
        raise Broken(self.name)


PUSH: Method = Push()
PASSKEY: Method = Passkey()


def test_push_waits_and_is_answered_by_the_app() -> None:
    phone, tools = enrolment("push", ADA_SECRET), Counting().tools()
    opening = PUSH.begin((phone,), tools)
    asked = PUSH.ask(tools.letters, opening.state)
    number = asked.public["number"]
    assert asked.waits
    assert asked == PUSH.ask(tools.letters, opening.state)  # the page can be shown again
    assert opening.deliver is not None
    assert number not in str(opening.deliver.values)
    proof = hmac.digest(ADA_SECRET, number.encode(), "sha256").hex()
    assert PUSH.check((phone,), opening.state, f"{number}.{proof}", tools) == Right(phone)
    assert PUSH.check((phone,), opening.state, number, tools) == Wrong()
    assert PUSH.check((), opening.state, f"{number}.{proof}", tools) == Wrong()


def test_push_and_codes_of_one_app_count_once() -> None:
    """GAT-2"""
    app = replace(enrolment("push", ADA_SECRET), label="phone")
    codes = replace(enrolment("totp", ADA_SECRET), id="phone")
    assert not assurance.independent(("push", PUSH.trust_roots(app)), ("totp", SHELF["totp"].trust_roots(codes)))


def test_a_passkey_signs_and_counts_upward() -> None:
    private = Ed25519PrivateKey.generate()
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    key, tools = enrolment("passkey", public), Counting().tools()
    opening = PASSKEY.begin((key,), tools)
    challenge = json.loads(PASSKEY.ask(tools.letters, opening.state).public["options"])["challenge"]
    signature = private.sign(bytes.fromhex(challenge) + (7).to_bytes(4)).hex()
    answer = json.dumps({"id": key.id, "challenge": challenge, "counter": 7, "signature": signature})
    assert PASSKEY.check((key,), opening.state, answer, tools) == Right(key, counter=7)
    assert PASSKEY.check((replace(key, counter=7),), opening.state, answer, tools) == Wrong()
    assert PASSKEY.check((), opening.state, answer, tools) == Wrong()
    assert PASSKEY.check((key,), opening.state, "{}", tools) == Wrong()
