"""What every completed recovery looks at and uses up, whether it ends in a new password or in an unlocked account."""

from keyback.app.counters import Account, counters, forget
from keyback.app.house import House
from keyback.app.reset.scene import Scene, proof_of
from keyback.core.journey import Changed, TimedOut
from keyback.core.policy import resolve, stricter_of
from keyback.core.ports import Unit
from keyback.core.rules import assurance, eligibility, roles
from keyback.core.rules.limits import Client
from keyback.core.types import MINUTE, Code, Person


def hindrance(house: House, unit: Unit, scene: Scene, person: Person) -> Changed | TimedOut | None:
    """Spends the proofs; what the journey ends with where it may not be completed now. The person must be held, and
    the scene loaded since."""
    changed = _no_longer(house, scene, person)
    if changed is not None:
        return changed
    return None if _spend(unit, scene) else TimedOut()


def _no_longer(house: House, scene: Scene, person: Person) -> Changed | None:
    """Policy, roles and scope as they are now; the stricter of then and now counts (GAT-1, decisions 2)."""
    now = resolve(scene.policy.policy, person.groups, administrator=roles.is_administrator(person.roles))
    demand = stricter_of(scene.journey.demand, now)
    passed = [(evidence.method, evidence.roots) for evidence in scene.journey.evidence]
    proofs = [proof_of(house, one) for one in scene.held]
    refusal = eligibility.refusal(person, scene.policy, proofs, demand)
    if refusal is not None and refusal is not Code.TOO_FEW_METHODS:  # what was just spent may be missing now
        return Changed(refusal)
    return None if assurance.enough(passed, demand) else Changed()


def _spend(unit: Unit, scene: Scene) -> bool:
    """GAT-3, GAT-6: every proof exists, belongs here, is unspent and fresh; each is spent by one conditional write."""
    oldest = unit.now - scene.policy.policy.lives.evidence_minutes * MINUTE
    evidence = scene.journey.evidence
    spent = [unit.journeys.spend_evidence(scene.journey.id, one.challenge, oldest, unit.now) for one in evidence]
    return bool(spent) and all(spent)


def forget_counters(house: House, unit: Unit, scene: Scene, source: str) -> None:
    """Failures and sends of this person, in the budget that was used, and the last wrong passwords (decisions 9)."""
    destinations = [one.secret.decode() for one in scene.held if house.methods[one.method].contact_kind is not None]
    account = Account(scene.journey.account, house.methods, destinations, [source])
    forget(unit, counters(scene.policy.policy.limits, account, Client(scene.journey.known)))
    unit.guesses.forget(scene.journey.account)
