"""`make bench`: measure, print, and write `build/bench.json`. Names on the command line choose some of `ALL`."""

import json
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from benchmarks import (
    admin_logs,
    admin_people,
    breached,
    growth,
    guards,
    importing,
    journeys,
    registration,
    robots,
    sign_in,
    startup,
    throughput,
)
from benchmarks.measuring import Figure

ALL: Mapping[str, Callable[[], Sequence[Figure]]] = {
    "startup": startup.measure, "import": importing.measure, "journeys": journeys.measure,
    "sign-in": sign_in.measure, "robots": robots.measure, "throughput": throughput.measure, "growth": growth.measure,
    "registration": registration.measure, "guards": guards.measure, "breached": breached.measure, "admin-people": admin_people.measure, "admin-logs": admin_logs.measure,
}  # fmt: skip
RESULT = Path("build") / "bench.json"


def main() -> int:
    chosen = sys.argv[1:] or list(ALL)
    figures: list[Figure] = []
    for name in chosen:
        for figure in ALL[name]():
            figures.append(figure)
            print("\n".join(figure.lines()), flush=True)
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps([figure.plain() for figure in figures], indent=1) + "\n", "utf-8")
    return 0 if all(figure.passes for figure in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
