"""What one account has used up, to forget it: after a completed recovery, or by an administrator (decisions 9)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from keyback.core.policy import Limits
from keyback.core.ports import Charge, Unit
from keyback.core.rules.limits import Client, charge, source_network

SIGN_IN = ("sign_in.failures", "sign_in.gap")
FACTOR = ("factor.hour", "factor.day")
ACCOUNT = ("failures.account", *SIGN_IN, *FACTOR)
METHOD = ("failures.method", "failures.row", "sends.gap", "sends.account.hour", "sends.account.day")
SOURCE = ("failures.pair",)
DESTINATION = ("sends.destination.hour", "sends.destination.day")


@dataclass(frozen=True, slots=True)
class Account:
    """What the counters of one account are kept under."""

    mark: str
    methods: Iterable[str]
    destinations: Iterable[str]
    sources: Iterable[str]


def counters(rules: Limits, account: Account, who: Client) -> Iterator[Charge]:
    """All of them, in the budget of `who`."""
    keys = (
        (ACCOUNT, [account.mark]),
        (METHOD, [f"{account.mark}/{method}" for method in account.methods]),
        (SOURCE, [f"{account.mark}/{source_network(source)}" for source in account.sources]),
        (DESTINATION, account.destinations),
    )
    return (charge(name, rules, key, who) for names, under in keys for key in under for name in names)


def clear(unit: Unit, charges: Iterable[Charge]) -> tuple[str, ...]:
    """Forget them, always in the same order; names of those that there were."""
    return tuple(dict.fromkeys(one.limit for one in _ordered(charges) if unit.throttles.clear(one)))


def forget(unit: Unit, charges: Iterable[Charge]) -> None:
    """The same, when nobody asks which there were."""
    for one in _ordered(charges):
        unit.throttles.forget(one)


def _ordered(charges: Iterable[Charge]) -> Iterable[Charge]:
    return sorted(charges, key=lambda one: (one.limit, one.key))


def clear_sign_in(unit: Unit, rules: Limits, mark: str, who: Client) -> None:
    """Wrong passwords are forgotten."""
    forget(unit, (charge(name, rules, mark, who) for name in SIGN_IN))


def unlock(unit: Unit, rules: Limits, mark: str) -> None:
    """Nothing keeps the account from signing in any more, whoever locked it: both budgets of passwords and factors."""
    forget(unit, (charge(name, rules, mark, Client(known)) for known in (False, True) for name in (*SIGN_IN, *FACTOR)))
