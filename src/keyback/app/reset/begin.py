"""Page C: choosing a method begins a challenge; where it sends something, a code goes out through the outbox."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from keyback.app.house import House
from keyback.app.perform import CODE_URGENCY
from keyback.app.reset.scene import Scene, candidates, glance, load, offered
from keyback.app.reset.stepping import Went, alive, end_if_over, note, proving, refuse_unproven
from keyback.app.sends import charge_asker, charge_target
from keyback.core.errors import TooMany
from keyback.core.events import Step
from keyback.core.journey import Decoy
from keyback.core.ports import Challenge, Method, Tools, Unit
from keyback.core.types import MINUTE, Enrolment, Purpose, Span

NOTHING_TO_SEND_LIFE = 15 * MINUTE
_ENDINGS: Mapping[Purpose, str] = MappingProxyType({Purpose.UNLOCK: ".unlock", Purpose.CALL: ".call"})
"""Of the templates that say what a code is for (SND-9)."""
LETTERS = "BCDFGHJKLMNPQRSTVWXZ"


@dataclass(frozen=True, slots=True)
class Pick:
    """What the page sends: a method, one of several contacts by id (or empty), and the form's version.

    A contact counts only among those that the page may show; before that, the method's default is used.
    """

    method: str
    enrolment: str
    version: int


def begin(house: House, token: str, pick: Pick) -> Went:
    """Open a challenge. Raises `NotFound` without a journey, `TooMany` when sends have run out.

    Anything that is not on the list shown changes nothing (GAT-4).
    """
    with house.store.writing() as unit:
        scene = load(house, unit, token, pick.method)
        if end_if_over(unit, scene) or not alive(scene, pick.version) or not proving(scene):
            return Went.STALE
        if pick.method not in offered(house, scene):
            return Went.STALE
        method = house.methods[pick.method]
        enrolled = _enrolled(house, scene, pick)
        if scene.personal and not enrolled and not isinstance(scene.journey.subject, Decoy):
            return Went.STALE
        refuse_unproven(scene)
        channel = _begin(house, unit, scene, method, enrolled)
    if isinstance(channel, TooMany):
        raise channel
    if channel:
        house.kick(channel)
    return Went.ON if channel is not None else Went.STALE


def _begin(house: House, unit: Unit, scene: Scene, method: Method, enrolled: list[Enrolment]) -> str | TooMany | None:
    """The channel that has something to send, or empty; None when another step came first."""
    refused = charge_asker(house, unit, scene.asker, method)
    if refused is not None:
        return refused
    held = charge_target(unit, scene.asker, method, enrolled)
    channel = _open(house, unit, scene, method, [] if held else enrolled)  # held back: goes nowhere (SND-5)
    if channel is not None:
        details: dict[str, Any] = {"held_back": held} if held else {}
        started = Step.STARTED.format(method=method.audit_name)
        note(unit, scene.journey, started, method=method.name, gate=scene.gate, **details)
        if channel:
            unit.pulse.beat("sends")
    return channel


def tools_for(house: House, scene: Scene, challenge: str, letters: str, life: Span) -> Tools:
    """What a verifier may use; its keyed hash is bound to this tenant, journey and challenge (COD-5)."""
    journey = scene.journey

    def bound_mac(value: bytes) -> bytes:
        return house.sealer.mac("code", journey.tenant, journey.id, challenge, journey.purpose, value)

    return Tools(scene.now, house.random, house.hasher, bound_mac, life, letters)


def _enrolled(house: House, scene: Scene, pick: Pick) -> list[Enrolment]:
    if scene.personal:
        found = [one for one in candidates(house, scene) if one.method == pick.method]
        return [one for one in found if one.id == pick.enrolment] if pick.enrolment else found
    return [one for one in scene.held if one.method == pick.method]


def again(house: House, token: str, version: int) -> Went:
    """Send a new code the same way; it replaces the one before (COD-7)."""
    with house.store.reading() as unit:
        challenge = glance(house, unit, token).challenge
    if challenge is None or not challenge.destination:
        return Went.STALE
    return begin(house, token, Pick(challenge.method, challenge.enrolment, version))


def _open(house: House, unit: Unit, scene: Scene, method: Method, enrolled: list[Enrolment]) -> str | None:
    """The channel that has something to send, or empty; None when another step came first."""
    journey = scene.journey
    identity = house.random.id()
    life = _life(scene, method)
    letters = "".join(LETTERS[byte % len(LETTERS)] for byte in house.random.bytes(2))
    opening = method.begin(enrolled, tools_for(house, scene, identity, letters, life))
    moved = replace(journey, version=journey.version + 1)
    if not unit.journeys.update(moved, journey.version):
        return None
    if scene.challenge is not None:
        unit.journeys.supersede(journey.id)
    unit.journeys.insert_challenge(
        Challenge(
            id=identity,
            journey=journey.id,
            gate=scene.gate,
            method=method.name,
            enrolment=enrolled[0].id if enrolled and method.contact_kind else "",
            destination=house.sealer.mac("destination", opening.deliver.to) if opening.deliver else b"",
            state=opening.state,
            letters=letters,
            begun_at=unit.now,
            expires_at=min(unit.now + life, journey.expires_at),
            tries_left=scene.policy.policy.limits.wrong_per_challenge,
            used_at=None,
            superseded=False,
        )
    )
    if opening.deliver is not None:
        template = f"{opening.deliver.template}{_ENDINGS.get(journey.purpose, '')}"
        language = (scene.person.language if scene.person else "") or journey.language
        message = replace(opening.deliver, template=template, language=language)
        unit.outbox.put(message, CODE_URGENCY, unit.now + life, unit.now)
    return opening.deliver.channel if opening.deliver else ""


def _life(scene: Scene, method: Method) -> Span:
    minutes = scene.policy.policy.lives.of(method.name)
    return minutes * MINUTE if minutes else NOTHING_TO_SEND_LIFE
