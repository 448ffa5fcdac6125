"""A clock that is wrong."""

import time

from keyback.wiring.world import FixedClock


class Drifting(FixedClock):
    """This server's clock, so much behind the database's; it follows the database."""

    follows_database = True

    def __init__(self, behind: int) -> None:
        super().__init__()
        self.behind = behind

    def now(self) -> int:
        """Milliseconds."""
        return time.time_ns() // 1_000_000 - self.behind
