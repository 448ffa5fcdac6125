"""Wrong passwords, counted before anything is compared (THR-1, decisions 25). Unknown, disabled and wrong cost the same."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass

from keyback.app.house import House
from keyback.app.known import knows
from keyback.app.reset.scene import account_of
from keyback.app.sign_in import by_pass, log
from keyback.app.sign_in.by_pass import Tried
from keyback.app.watch import storm
from keyback.app.watch.state import Watch, watch
from keyback.core.errors import TooMany
from keyback.core.messages import say
from keyback.core.policy import Limits
from keyback.core.ports import Charge, Credential, Door, Unit
from keyback.core.rules import identifiers
from keyback.core.rules.limits import Client, charge, pause_after, source_network, trusts
from keyback.core.rules.password import prepare
from keyback.core.types import DAY, Instant, Person, Span

MESSAGES = {
    "sign_in.wait": "There were too many wrong passwords. Try again at {again_at}, or choose “Forgot password or locked out?”.",
}

REMEMBERED = 3
"""Wrong passwords that are not counted again."""
MEMORY: Span = DAY
MARK = 16
"""Bytes that are kept of a keyed hash."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What the form sends, and where it came from."""

    user_id: str
    password: str
    source: str
    client: str
    session: str
    """The cookie that this browser sent: never adopted, and ended (SES-1)."""
    known: str
    """The cookie that says whom this browser knows."""
    language: str = ""
    door: Door = Door.PORTAL


@dataclass(frozen=True, slots=True)
class Counts:
    """What a try at one account from one address is charged to."""

    watch: Watch
    rules: Limits
    who: Client
    account: str
    source: Charge

    def charge(self, name: str, window: Span | None = None) -> Charge:
        return charge(name, self.rules, self.account, self.who, window)


@dataclass(frozen=True, slots=True)
class Try:
    """Whom the user ID means, and what was charged; for nobody the same fields."""

    person: Person | None
    credential: Credential | None
    counts: Counts
    charged: tuple[Charge, ...]
    """The network's, then the account's."""
    access_pass: Tried

    @property
    def dead(self) -> bool:
        """Whether the password was reported, so that it is as good as a wrong one, everywhere."""
        return self.credential is not None and self.credential.compromised_at is not None

    @property
    def who(self) -> str:
        return self.person.id if self.person else f"decoy:{self.counts.account}"


def begin(house: House, asked: Asked) -> Try:
    """Charged before the password is looked at. Raises `TooMany`."""
    canonical = identifiers.canonical(asked.user_id)
    account = account_of(house, canonical or asked.user_id[: identifiers.MAX_BYTES])
    charged: list[Charge] = []
    access_pass = Tried("", None, charged=False)
    with house.store.writing() as unit:
        person = unit.people.by_canonical(canonical or "", unit.now)
        credential = unit.people.credential(person.id if person else "", 0)
        known = knows(house, asked.known, account, person.generation if person else 0)
        counts = _counts(unit, asked, account, known=known)
        again = unit.throttles.charge(counts.source, unit.now)
        if again is None:
            charged.append(counts.source)
            again = _charge_account(unit, counts, charged)
            if again is not None:
                log.failed(unit, f"account:{account}", log.LOCKED, asked.source, asked.client)
        if again is None:
            access_pass = by_pass.charge(unit, person, asked.password)
    if again is not None:
        raise TooMany(say("sign_in.wait", again_at=again), again)
    return Try(person, credential, counts, tuple(charged), access_pass)


def give_back(unit: Unit, charged: Iterable[Charge]) -> None:
    """No failure after all: only this try is taken off; what failed before stays counted."""
    for one in charged:
        unit.throttles.give_back(one)


def failed(house: House, tried: Try, asked: Asked, reason: str) -> None:
    """One of the last three wrong passwords again is no new guess; its network is charged all the same."""
    version = tried.credential.version if tried.credential else 0
    account = tried.counts.account
    mark = house.sealer.mac("wrong-password", account, str(version), prepare(asked.password))[:MARK]
    with house.store.writing() as unit:
        last = [one for one in unit.guesses.last(account) if one[0] + MEMORY > unit.now]
        if [hmac.compare_digest(mark, before) for _, before in last].count(True):
            give_back(unit, tried.charged[1:])
        else:
            unit.guesses.keep(account, [(unit.now, mark), *last][:REMEMBERED], unit.now)
        storm.failed(unit, tried.counts.watch, tried.counts.rules)
        log.failed(unit, tried.who, reason, asked.source, asked.client)


def _counts(unit: Unit, asked: Asked, account: str, *, known: bool) -> Counts:
    in_force = unit.policies.in_force()
    rules = in_force.policy.limits if in_force else Limits()
    trusted = trusts(rules, asked.source)
    seen = watch(unit)
    who = Client(known or trusted, trusted, seen.stormy)
    return Counts(seen, rules, who, account, charge("sign_in.source", rules, source_network(asked.source), who))


def _charge_account(unit: Unit, counts: Counts, charged: list[Charge]) -> Instant | None:
    failures = unit.throttles.used(counts.charge("sign_in.failures"), unit.now)
    further = failures - counts.charge("sign_in.free").budget
    gap = [counts.charge("sign_in.gap", pause_after(further))] if further >= -1 else []
    for one in (*gap, counts.charge("sign_in.failures")):
        again = unit.throttles.charge(one, unit.now)
        if again is not None:
            return again
        charged.append(one)
    return None
