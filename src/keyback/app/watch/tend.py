"""What the janitor does for the watch each minute: numbers worked out anew once an hour, and whether nearly all answers
are wrong."""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from keyback.app.house import House
from keyback.app.watch import brake, storm
from keyback.core.ports import Unit
from keyback.core.types import HOUR

WORKED_OUT: Mapping[str, Callable[[Unit], int]] = MappingProxyType(
    {"brake.budget": brake.work_out, "storm.budget": storm.work_out}
)


def tend(house: House) -> None:
    """One round. What counts everybody is read outside of the unit that writes."""
    with house.store.reading() as unit:
        known = unit.pulse.figures()
        due = [name for name in WORKED_OUT if name not in known or known[name][1] <= unit.now - HOUR]
        figures = {name: WORKED_OUT[name](unit) for name in due}
    with house.store.writing() as unit:
        for name, value in figures.items():
            unit.pulse.set_figure(name, value)
        storm.look_at_ratio(unit)
