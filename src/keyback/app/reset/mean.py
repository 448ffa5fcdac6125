"""Page B: what the attempt is for, where people may unlock without a new password (decisions 14)."""

from typing import Literal

from keyback.app.house import House
from keyback.app.reset.scene import load
from keyback.app.reset.stepping import Went, alive, end_if_over, follow, refuse_unproven
from keyback.core.journey import Meant
from keyback.core.types import Purpose


def mean(house: House, token: str, purpose: Literal[Purpose.RESET, Purpose.UNLOCK], version: int) -> Went:
    """Say it, once. Alike for everybody (ENU-1); raises `NotFound` without a journey, `TooMany` while the brake is on."""
    with house.store.writing() as unit:
        scene = load(house, unit, token)
        if end_if_over(unit, scene) or not alive(scene, version):
            return Went.STALE
        if purpose is Purpose.UNLOCK and not scene.policy.policy.self_service.allow_unlock:
            return Went.STALE
        refuse_unproven(scene)
        return Went.ON if follow(unit, scene, scene.journey, Meant(purpose)) else Went.STALE
