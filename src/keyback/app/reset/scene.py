"""What one step of a journey needs to know, loaded once."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from keyback.app.house import House
from keyback.app.sends import Asker
from keyback.app.watch.state import Watch, watch
from keyback.core.errors import NotFound
from keyback.core.journey import Choosing, Decoy, Ended, Journey, Proving, Somebody, Why
from keyback.core.messages import say
from keyback.core.policy import Demand, InForce, Policy
from keyback.core.ports import Challenge, Charge, Method, Unit
from keyback.core.rules import assurance, eligibility, offer
from keyback.core.types import NOBODY, Code, Disclosure, Enrolment, Instant, Person, Purpose, Span

MESSAGES = {
    "reset.no_journey": "This attempt is not open in this browser. It may have ended, or cookies are switched off.",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A journey, its subject as it is now, and the open challenge. `person` is None and `held` empty, after the same
    statements (ENU-2), for decoys, and before the first proof for an account that changed since the journey began:
    its codes are dead (COD-6), and nobody is told why."""

    journey: Journey
    policy: InForce
    person: Person | None
    held: tuple[Enrolment, ...]
    """What the subject may use now, strongest first; of one method only while the page may show nothing personal."""
    challenge: Challenge | None
    watch: Watch
    again_at: Instant | None = None
    """When another code may be asked for; only `look` fills it."""

    @property
    def now(self) -> Instant:
        """When it was loaded."""
        return self.watch.now

    @property
    def personal(self) -> bool:
        """Whether the page may show what this person registered: after gate one, or where the tenant guides."""
        return bool(self.journey.evidence) or self.journey.disclosure is Disclosure.GUIDED

    @property
    def gate(self) -> int:
        """Number of the gate that is missing, from 1."""
        return len(self.journey.evidence) + 1

    @property
    def changed(self) -> bool:
        """Whether the account is no longer the one this journey was begun for (COD-6, SES-4), where that may be told."""
        real = isinstance(self.journey.subject, Somebody)
        return self.personal and real and not _same(self.person, self.journey)

    def charge(self, limit: str, key: str, window: Span | None = None, source: str = "") -> Charge:
        """What this step uses up. `source`: whom to judge by address too."""
        return self.asker.charge(limit, key, window, source)

    @property
    def asker(self) -> Asker:
        """Whose budgets this step uses."""
        journey, rules = self.journey, self.policy.policy.limits
        return Asker(journey.account, journey.source, self.now, rules, journey.known, self.watch.stormy)


def browser_key(house: House, token: str) -> bytes:
    """How the store knows a browser: by keyed hash of what its cookie holds (COD-8)."""
    return house.sealer.mac("journey-cookie", token)


def load(house: House, unit: Unit, token: str, picked: str = "") -> Scene:
    """The scene of this browser's journey, with everything a step must look at. Raises `NotFound` when it has none.

    `picked`: the method that the step is about, if not that of the open challenge.
    """
    return _with_person(house, unit, glance(house, unit, token), picked)


def glance(house: House, unit: Unit, token: str) -> Scene:
    """The scene without its person: enough for every page that is the same for everybody."""
    journey = unit.journeys.by_browser(browser_key(house, token)) if token else None
    policy = unit.policies.in_force()
    if journey is not None and journey.purpose is Purpose.CALL:
        policy = policy or InForce(0, Policy())  # callers are helped where nobody may reset
    if journey is None or policy is None:
        raise NotFound(say("reset.no_journey"))
    challenge = unit.journeys.open_challenge(journey.id)
    return Scene(_as_of_now(journey, unit.now), policy, None, (), challenge, watch(unit))


def show(house: House, unit: Unit, token: str) -> Scene:
    """The scene as a page needs it: the person only where the page may show what is personal (ENU-6)."""
    scene = glance(house, unit, token)
    return _with_person(house, unit, scene) if scene.personal else scene


def _with_person(house: House, unit: Unit, scene: Scene, picked: str = "") -> Scene:
    subject = scene.journey.subject
    name = subject.person if isinstance(subject, Somebody) else subject.mark
    person = unit.people.by_id(name, unit.now)
    if scene.personal:
        return replace(scene, person=person, held=_usable(unit, scene.policy, person, house.methods.values()))
    picked = picked or (scene.challenge.method if scene.challenge else "")
    known = person if _same(person, scene.journey) else None
    method = house.methods.get(picked)
    return replace(scene, person=known, held=_usable(unit, scene.policy, known, (method,) if method else ()))


def _same(person: Person | None, journey: Journey) -> bool:
    return person is not None and person.enabled and person.generation == journey.generation


def _usable(unit: Unit, policy: InForce, person: Person | None, methods: Collection[Method]) -> tuple[Enrolment, ...]:
    """What the person may use now of these methods. The same work for nobody."""
    person = person or NOBODY
    own = [one.name for one in methods if one.contact_kind is None]
    held = offer.Holdings(
        unit.people.contacts(person.id) if len(own) < len(methods) else (),
        unit.people.enrolments(person.id, own[0] if len(own) == 1 else "") if own else (),
    )
    return tuple(one.enrolment for one in offer.usable(person, policy.policy, held, methods, unit.now))


def refusal_of(house: House, unit: Unit, policy: InForce, person: Person, demand: Demand) -> Code | None:
    """Why this person cannot reset, looked at when it is told: after the first proof, or at once where the tenant
    guides."""
    held = _usable(unit, policy, person, house.methods.values())
    proofs = [proof_of(house, one) for one in held]
    return eligibility.refusal(person, policy, proofs, demand)


def proof_of(house: House, one: Enrolment) -> assurance.Proof:
    """What it would prove; trust roots as keyed hashes, because they are kept with the evidence and may be addresses
    or numbers (CRY-1)."""
    roots = house.methods[one.method].trust_roots(one)
    return one.method, frozenset(house.sealer.mac("trust-root", root).hex() for root in roots)


def account_of(house: House, canonical: str) -> str:
    """The keyed hash under which an account counts; a decoy's mark is the same value."""
    return house.sealer.mac("account", canonical).hex()[:32]


def _as_of_now(journey: Journey, now: int) -> Journey:
    """A journey past its time is over, whether or not somebody has written it down yet (GAT-6)."""
    if isinstance(journey.state, Proving | Choosing) and now >= journey.expires_at:
        return replace(journey, state=Ended(Why.EXPIRED))
    return journey


def offered(house: House, scene: Scene) -> Sequence[str]:
    """Names of the methods that may be chosen for the gate that is missing, strongest first.

    Before the first gate of a private journey: the tenant's list, the same for everybody, never personal (ENU-6).
    After it: what this person has and what counts beside the gates already passed.
    """
    if not scene.personal or isinstance(scene.journey.subject, Decoy):
        return offer.tenant_methods(scene.policy.policy, house.methods.values())
    return tuple(dict.fromkeys(one.method for one in candidates(house, scene)))


def candidates(house: House, scene: Scene) -> Sequence[Enrolment]:
    """The person's enrolments that count as the missing gate."""
    passed = [(evidence.method, evidence.roots) for evidence in scene.journey.evidence]
    return [one for one in scene.held if assurance.acceptable_next(passed, proof_of(house, one), scene.journey.demand)]
