"""A second server of the same organisation, or the first one after a restart: nothing in memory is shared."""

from collections.abc import Iterator
from contextlib import contextmanager

from keyback.wiring.house import Place, World, build
from tests.living import BASE, TENANT, Living


@contextmanager
def another_node(living: Living) -> Iterator[None]:
    """Browsers made within speak to the other one."""
    first = living.running
    world = World(living.clock, living.random, living.hasher)
    channels = (living.inbox.channel("email"), living.inbox.channel("sms"))
    living.running = build(living.store, TENANT, world, Place(BASE, work_number=50), channels)
    try:
        yield
    finally:
        living.running.courier.stop()
        living.running = first
