"""What every step of a journey shares: is the form still the present one, and writing down the next state."""

from collections.abc import Iterable
from enum import StrEnum

from keyback.app.helpdesk import deciding
from keyback.app.perform import perform
from keyback.app.reset.scene import Scene
from keyback.app.watch.brake import refuse_while_on
from keyback.core.effects import Effect
from keyback.core.journey import Changed, Choosing, Ended, Happened, Journey, Proving, TimedOut, Why, progress, step
from keyback.core.ports import Charge, Unit
from keyback.core.rules.limits import source_network, wide_network
from keyback.core.types import Code, Purpose


class Went(StrEnum):
    """How a posted step went. All but `WRONG` lead to the page of the present state."""

    ON = "on"
    """It did what it asked for."""
    STALE = "stale"
    """An older form, or a state in which this step does not exist: nothing changed (GAT-4)."""


def alive(scene: Scene, version: int) -> bool:
    """Whether a step may happen at all: a live journey, and the form is the one last shown (RAC-3)."""
    return scene.journey.version == version and isinstance(scene.journey.state, Proving | Choosing)


def proving(scene: Scene) -> bool:
    """Whether proofs are awaited: not before it is said what for."""
    return isinstance(scene.journey.state, Proving) and scene.journey.purpose is not Purpose.OPEN


def follow(unit: Unit, scene: Scene, journey: Journey, happened: Happened) -> bool:
    """Step the journey, store it on condition that nobody else did, and carry out the effects."""
    moved, effects = step(journey, happened, unit.now)
    return store(unit, scene, moved, effects)


def store(unit: Unit, scene: Scene, moved: Journey, effects: Iterable[Effect]) -> bool:
    """Write the moved journey on condition that nobody else moved it, and carry out the effects."""
    if moved.version == scene.journey.version or not unit.journeys.update(moved, scene.journey.version):
        return False
    if moved.purpose is Purpose.CALL:
        deciding.ended(unit, moved)
    perform(unit, effects, scene.policy.policy.notifications)
    return True


def end_if_over(unit: Unit, scene: Scene, stored: Journey | None = None) -> bool:
    """Latch a journey whose time is up or whose account changed (COD-6); True when it is over."""
    state = scene.journey.state
    if isinstance(state, Ended) and state.why is Why.EXPIRED:
        journey = stored or unit.journeys.by_id(scene.journey.id)
        if journey is not None and isinstance(journey.state, Proving | Choosing):
            follow(unit, scene, journey, TimedOut())
        return True
    if scene.changed and isinstance(state, Proving | Choosing):
        follow(unit, scene, scene.journey, Changed(_told(scene)))
        return True
    return not isinstance(state, Proving | Choosing)


def _told(scene: Scene) -> Code | None:
    """Who has passed a gate is told that a report has closed recovery; nobody else is (decisions 1, 16)."""
    frozen = scene.person is not None and scene.person.frozen_at is not None
    return Code.FROZEN if frozen and scene.journey.evidence else None


def refuse_unproven(scene: Scene) -> None:
    """Raises `TooMany` while the brake is on, for journeys before their first gate; the others may finish, and callers show
    who they are: no password changes hands by that."""
    if not scene.journey.evidence and scene.journey.purpose is not Purpose.CALL:
        refuse_while_on(scene.watch)


def failure_charges(scene: Scene, method: str, source: str) -> tuple[Charge, ...]:
    """The budgets that a wrong answer uses up (decisions 9)."""
    account, network, wide = scene.journey.account, source_network(source), wide_network(source)
    return (
        scene.charge("failures.source", network, source=source),
        *([scene.charge("failures.wide", wide, source=source)] if wide else []),
        scene.charge("failures.method", f"{account}/{method}"),
        scene.charge("failures.pair", f"{account}/{network}"),
        row_charge(scene, method),
        scene.charge("failures.account", account),
    )


def row_charge(scene: Scene, method: str) -> Charge:
    """Wrong answers in a row: caller checks of known clients count here with everything else (THR-4)."""
    return scene.charge("failures.row", f"{scene.journey.account.partition('/')[0]}/{method}")


def note(unit: Unit, journey: Journey, reason: str, *, failed: bool = False, **details: str | int) -> None:
    """One line of the attempt's story."""
    unit.audit(progress(journey, reason, failed=failed, **details).event)
