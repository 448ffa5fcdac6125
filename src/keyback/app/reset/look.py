"""The present state of a browser's journey, for its page. Changes nothing but what time has already decided."""

from dataclasses import replace

from keyback.app.house import House
from keyback.app.reset.scene import Scene, load, show
from keyback.app.reset.stepping import end_if_over
from keyback.app.sends import opens_at
from keyback.core.journey import Choosing, Ended, Proving, Why


def look(house: House, token: str) -> Scene:
    """The scene, after latching a journey that ran out or whose account changed. Raises `NotFound`."""
    with house.store.reading() as unit:
        scene = show(house, unit, token)
        challenge = scene.challenge
        if challenge is not None and challenge.destination:
            scene = replace(scene, again_at=opens_at(unit, scene.asker, challenge.method))
    expired = isinstance(scene.journey.state, Ended) and scene.journey.state.why is Why.EXPIRED
    if expired or (scene.changed and isinstance(scene.journey.state, Proving | Choosing)):
        with house.store.writing() as unit:
            end_if_over(unit, load(house, unit, token))
            return load(house, unit, token)
    return scene
