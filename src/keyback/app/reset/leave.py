"""Cancel: the person gives up, or starts over."""

from keyback.app.house import House
from keyback.app.reset.scene import load
from keyback.app.reset.stepping import Went, alive, end_if_over, follow
from keyback.core.journey import Cancelled


def leave(house: House, token: str, version: int) -> Went:
    """End the journey of this browser. An older form changes nothing."""
    with house.store.writing() as unit:
        scene = load(house, unit, token)
        if end_if_over(unit, scene) or not alive(scene, version):
            return Went.STALE
        follow(unit, scene, scene.journey, Cancelled())
    return Went.ON
