"""Figures and how they are taken. Every figure stands beside the bare work of the same run."""

import os
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

SERVER_CORE, CLIENT_CORE = min(os.sched_getaffinity(0)), max(os.sched_getaffinity(0))


@dataclass(frozen=True, slots=True)
class Figure:
    """One result. `ratio` is the figure to its physical limit; `passes` whether it keeps what is promised."""

    name: str
    value: float
    unit: str
    limit_name: str
    limit: float
    target: str
    passes: bool
    details: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratio(self) -> float:
        return self.value / self.limit if self.limit else 0.0

    def plain(self) -> dict[str, object]:
        return {**asdict(self), "ratio": round(self.ratio, 3)}

    def lines(self) -> Iterable[str]:
        kept = "kept" if self.passes else "MISSED"
        yield f"{self.name}: {self.value:.4g} {self.unit}   target {self.target}: {kept}"
        yield f"    {self.ratio:.2f} x {self.limit_name} ({self.limit:.4g} {self.unit})"
        yield from (f"    {name:<34}{value:>10.2f}" for name, value in self.details.items())


def processor_seconds(pid: int) -> float:
    """Time on the processor of all threads of a process and of its children, by the scheduler's own count."""
    return sum(_of_one(one) for one in (pid, *_children(pid)))


def _of_one(pid: int) -> float:
    return sum(int((task / "schedstat").read_text().split()[0]) for task in _tasks(pid)) / 1e9


def _tasks(pid: int) -> Iterable[Path]:
    return Path(f"/proc/{pid}/task").iterdir()


def _children(pid: int) -> list[int]:
    found = (int(child) for task in _tasks(pid) for child in (task / "children").read_text().split())
    return [one for child in found for one in (child, *_children(child))]


def peak_kib(pid: int) -> int:
    """The most memory a process has held."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))


def median(values: Iterable[float]) -> float:
    return statistics.median(values)
