"""What goes on in the whole organisation: is the brake on, does a storm of failures blow. One statement tells it all."""

from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.notices.channels import never_silent
from keyback.app.perform import perform
from keyback.core.effects import Audit, TellAdministrators
from keyback.core.events import Activity, Event
from keyback.core.ports import Unit
from keyback.core.rules.norms import UNKNOWN
from keyback.core.types import Instant


@dataclass(frozen=True, slots=True)
class Watch:
    """As it stands at `now`."""

    now: Instant
    brake_until: Instant = 0
    """Until when completed resets pause; in the past or 0: they do not."""
    brake_budget: int = UNKNOWN["brake.budget"]
    """Completed resets in five minutes."""
    storm_until: Instant = 0
    storm_budget: int = UNKNOWN["storm.budget"]
    """Wrong answers in a minute."""

    @property
    def braked(self) -> bool:
        """Whether nobody may begin a reset."""
        return self.brake_until > self.now

    @property
    def stormy(self) -> bool:
        """Whether far more fails than usual."""
        return self.storm_until > self.now


def watch(unit: Unit) -> Watch:
    """How it stands now."""
    figures = {name: value for name, (value, _) in unit.pulse.figures().items()}
    return Watch(
        unit.now,
        figures.get("brake.until", 0),
        figures.get("brake.budget", UNKNOWN["brake.budget"]),
        figures.get("storm.until", 0),
        figures.get("storm.budget", UNKNOWN["storm.budget"]),
    )


def look(house: House) -> Watch:
    """The same, for a page."""
    with house.store.reading() as unit:
        return watch(unit)


def alarm(unit: Unit, activity: Activity, notice: str, **values: str | int) -> None:
    """A line in the audit log, and a notice to the administrators that no policy silences (AUD-7)."""
    told = TellAdministrators(notice, {"when_at": unit.now, **values}, "")
    perform(unit, (Audit(Event(activity, "", "", "success", details=values)), told), never_silent(unit))
