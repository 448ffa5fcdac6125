"""The present state of a browser's journey, for its page. Changes nothing but what time has already decided."""

from keyback.app.house import House
from keyback.app.reset.scene import Scene, load
from keyback.app.reset.stepping import end_if_over
from keyback.core.journey import Choosing, Ended, Proving, Why


def look(house: House, token: str) -> Scene:
    """The scene, after latching a journey that ran out or whose account changed. Raises `NotFound`."""
    with house.store.reading() as unit:
        scene = load(house, unit, token)
    expired = isinstance(scene.journey.state, Ended) and scene.journey.state.why is Why.EXPIRED
    if expired or (scene.changed and isinstance(scene.journey.state, Proving | Choosing)):
        with house.store.writing() as unit:
            end_if_over(unit, load(house, unit, token))
            return load(house, unit, token)
    return scene
