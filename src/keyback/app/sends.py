"""What a message with a code uses up: of who asks, which is told; and of where it goes, which nobody can see (SND-2)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from keyback.app.house import House
from keyback.app.watch.state import alarm
from keyback.core.errors import TooMany
from keyback.core.events import Activity
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Charge, Method, Unit
from keyback.core.rules import limits, numbers
from keyback.core.rules.limits import Client, source_network
from keyback.core.types import MINUTE, SECOND, ContactKind, Enrolment, Instant, Span

MESSAGES = {
    "begin.wait": "A code was sent a moment ago. You can ask for another at {again_at}.",
    "begin.too_many": "Too many codes were sent. You can ask for another at {again_at}, or choose another way now.",
}

LADDER_TOP = 8
"""The re-send wait doubles up to this many times the first one (60, 120, 240, 480 s)."""
JITTER = 10
"""A wait is longer by up to one part in so many: nobody knows it beforehand (SND-6), and all who ask in the same minute
get the same (ENU-1)."""
ANSWERED = 10
"""How many messages to a prefix one confirmed code makes good: with fewer than one in ten confirmed it is paused."""
NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Asker:
    """Who asks for messages, and by which rules it is counted."""

    account: str
    """What it counts under: keyed hash of the canonical user ID, existing or not."""
    source: str
    now: Instant
    rules: Limits
    known: bool
    """Whether a known client asks."""
    stormy: bool

    def charge(self, limit: str, key: str, window: Span | None = None, source: str = "") -> Charge:
        """What it uses up. `source`: whom to judge by address too."""
        client = Client(self.known, limits.trusts(self.rules, source), self.stormy)
        return limits.charge(limit, self.rules, key, client, window)


def charge_asker(house: House, unit: Unit, asker: Asker, method: Method) -> TooMany | None:
    """Budgets of the account, whether it exists or not, and of the network."""
    if method.contact_kind is None:
        return None
    hour, day = (_of_account(asker, f"sends.account.{span}", method.name) for span in ("hour", "day"))
    wait = _wait(house, asker, unit.throttles.used(hour, unit.now))
    source = asker.charge("sends.source", source_network(asker.source), source=asker.source)
    for charge in (replace(_gap(asker, method.name), pause=wait), hour, day, source):
        again = unit.throttles.charge(charge, unit.now)
        if again is not None:
            waits = "begin.wait" if charge.limit == "sends.gap" else "begin.too_many"
            return TooMany(say(waits, again_at=again), again)
    return None


def opens_at(unit: Unit, asker: Asker, method: str) -> Instant:
    """When another message by this method may be asked for: what `charge_asker` holds to."""
    return unit.throttles.paused_until(_gap(asker, method))


def charge_target(unit: Unit, asker: Asker, method: Method, enrolled: Sequence[Enrolment]) -> str:
    """Name of the limit that holds the message back, or empty. Without a target, and from the limit that refuses on,
    the same statements count for nobody (SND-5)."""
    target = enrolled[0].secret.decode() if enrolled and method.contact_kind else ""
    held = ""
    for charge in _of_target(asker, method, target):
        real = bool(target) and not held
        nobody = f"{NOWHERE}/{asker.account}/{method.name}" if charge.limit.startswith("sends.destination") else NOWHERE
        used = unit.throttles.take(charge if real else replace(charge, key=nobody), unit.now)
        if real and not used:
            held = charge.limit
        if real and charge.limit == "sends.unanswered" and used >= charge.budget:
            alarm(unit, Activity.PREFIX_PAUSED, "notice.prefix_paused", numbers=f"{charge.key}xxxx")
    return held


def confirmed(unit: Unit, asker: Asker, method: Method, enrolment: Enrolment) -> None:
    """A code came back from where it was sent (SND-4)."""
    if method.contact_kind is ContactKind.MOBILE:
        charge = asker.charge("sends.unanswered", numbers.prefix(enrolment.secret.decode()))
        unit.throttles.give_back(replace(charge, amount=ANSWERED))


def _of_account(asker: Asker, limit: str, method: str) -> Charge:
    return asker.charge(limit, f"{asker.account}/{method}")


def _gap(asker: Asker, method: str) -> Charge:
    """The wait is a pause, which is kept as the moment at which it ends; no window."""
    return asker.charge("sends.gap", f"{asker.account}/{method}", 0)


def _wait(house: House, asker: Asker, sent: int) -> Span:
    """How long to wait after the message that follows `sent` others of this hour (SND-6)."""
    ladder: Span = asker.rules.resend_seconds * SECOND * min(1 << sent, LADDER_TOP)
    chance = int.from_bytes(house.sealer.mac("resend-wait", str(asker.now // MINUTE)))
    return ladder + chance % (ladder // JITTER + 1)


def _of_target(asker: Asker, method: Method, target: str) -> Iterator[Charge]:
    """In the order in which they are charged: first what is narrow, last what everybody shares."""
    if method.contact_kind is None:
        return
    yield from (asker.charge(f"sends.destination.{span}", target) for span in ("hour", "day"))
    if method.contact_kind is not ContactKind.MOBILE:
        return
    prefix = numbers.prefix(target)
    yield from (asker.charge(limit, prefix) for limit in ("sends.prefix", "sends.unanswered"))
    yield asker.charge("sends.country", numbers.look_up(target).country if target else "")
    yield asker.charge("sends.tenant", "")
    yield replace(asker.charge("sends.money", ""), amount=asker.rules.sms_price)
