"""Many at once, released together."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from keyback.core.errors import Trouble
from tests.living import Living

MANY = 64


def released_together(living: Living, work: Callable[[int], object], many: int = MANY) -> list[object]:
    """Run `work` in many threads that all wait for the same moment, each with a connection that was used before;
    errors of ours are results."""
    gate = threading.Barrier(many)

    def run(number: int) -> object:
        with living.store.reading():
            gate.wait()
        try:
            return work(number)
        except Trouble as error:
            return error

    with ThreadPoolExecutor(many) as pool:
        return list(pool.map(run, range(many)))
