"""Every limit there is, one line each, and how a line becomes a charge (decisions 9).

Where strangers could use up what the owner needs, a budget exists twice: for known clients and for all others. One
never spends the other. A failure storm halves the budgets of all others.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network
from types import MappingProxyType

from keyback.core.policy import Limits
from keyback.core.ports.records import Charge
from keyback.core.types import DAY, HOUR, MINUTE, Span

FIRST_PAUSE, LONGEST_PAUSE = MINUTE, 5 * HOUR
"""Of a sign-in that is shut, after the free failures."""
TENFOLD = 10
"""How much more a source in a trusted network may do."""


@dataclass(frozen=True, slots=True)
class Limit:
    """One line."""

    name: str
    counts: str
    """What, per what, in words."""
    budget: str | int
    """A field of the policy's `limits`, or a number that nobody may change."""
    window: Span
    """Milliseconds; of limits whose wait grows, the first one."""
    pause: Span = 0
    """How long it stays shut once the budget is spent; 0: until the window ends."""
    apart: bool = False
    """Whether known clients and all others have a budget each."""
    tenfold: bool = False
    """Whether trusted networks have ten times as much."""


@dataclass(frozen=True, slots=True)
class Client:
    """Who is charged."""

    known: bool = False
    """The journey's or the browser's: a known client of this account, or a trusted network."""
    trusted: bool = False
    """Whether the address is in a trusted network."""
    storm: bool = False
    """Whether far more fails than usual."""


LIMITS: Mapping[str, Limit] = MappingProxyType({limit.name: limit for limit in (
    Limit("failures.method", "wrong answers per account and method", "failures_per_method_hour", HOUR, apart=True),
    Limit("failures.pair", "wrong answers per account and network", "failures_per_account_and_source_hour", HOUR,
          apart=True),
    Limit("failures.account", "wrong answers per account", "failures_per_account_day", DAY, pause=DAY, apart=True),
    Limit("failures.row", "wrong answers per account and method without a right one between them", 50, 30 * DAY,
          apart=True),
    Limit("failures.source", "wrong answers per network, whatever the account", "failures_per_source_10_minutes",
          10 * MINUTE, tenfold=True),
    Limit("failures.wide", "wrong answers per IPv6 /48", "failures_per_wide_source_hour", HOUR, tenfold=True),
    Limit("starts.source", "attempts per network", "starts_per_source_10_minutes", 10 * MINUTE, tenfold=True),
    Limit("starts.wide", "attempts per IPv6 /48", "starts_per_wide_source_hour", HOUR, tenfold=True),
    Limit("starts.no_work.source", "attempts without proof of work per network",
          "starts_without_work_per_source_10_minutes", 10 * MINUTE, tenfold=True),
    Limit("starts.no_work.tenant", "attempts without proof of work", "starts_without_work_per_minute", MINUTE),
    Limit("work", "uses of one proof of work", 1, 30 * MINUTE),
    Limit("answers.twice", "accepted answers sent again, per network", 20, 10 * MINUTE, tenfold=True),
    Limit("sends.gap", "codes per account and method until the wait is over, which doubles up to eight times as long",
          1, MINUTE, apart=True),
    Limit("sends.account.hour", "codes per account and method", "sends_per_hour", HOUR, apart=True),
    Limit("sends.account.day", "codes per account and method", "sends_per_day", DAY, apart=True),
    Limit("sends.destination.hour", "codes per address or number", "sends_per_hour", HOUR, apart=True),
    Limit("sends.destination.day", "codes per address or number", "sends_per_day", DAY, apart=True),
    Limit("sends.source", "codes asked for per network", "sends_per_source_hour", HOUR, tenfold=True),
    Limit("sends.prefix", "text messages per number without its last four digits", "sms_per_prefix_hour", HOUR),
    Limit("sends.unanswered", "text messages per such prefix, where each confirmed code gives 10 back", 50, DAY,
          pause=DAY),
    Limit("sends.country", "text messages per country", "sms_per_country_day", DAY),
    Limit("sends.tenant", "text messages", "sms_per_day", DAY),
    Limit("sends.money", "hundredths that text messages cost", "sms_budget_day", DAY),
    Limit("resets", "completed resets until resets pause for an hour, or more where that is usual", 30, 5 * MINUTE),
    Limit("storm", "wrong answers until more work is asked for, or fewer where that is unusual", 200, MINUTE),
    Limit("sign_in.free", "wrong passwords per account before each one more must wait, 60 seconds doubling to 5 hours",
          "sign_in_failures", DAY, apart=True),
    Limit("sign_in.gap", "wrong passwords per account until the wait is over", 1, MINUTE, apart=True),
    Limit("sign_in.failures", "wrong passwords per account, whatever the waits", 100, DAY, apart=True),
    Limit("sign_in.source", "wrong passwords per network", "sign_in_failures_per_source_10_minutes", 10 * MINUTE,
          tenfold=True),
    Limit("factor.hour", "wrong second proofs of who is signed in, or on the way there, per account", 10, HOUR, apart=True),
    Limit("factor.day", "wrong second proofs of who is signed in, or on the way there, per account", 20, DAY, apart=True),
    Limit("register.hour", "contacts and sets of codes that one person has tried to register", 20, HOUR),
    Limit("register.impossible", "reports that one person cannot register what policy demands", 1, DAY),
    Limit("passes.issued", "access passes per person", 10, HOUR),
    Limit("passwords.tried", "new passwords that one person has typed while signed in", 30, HOUR, apart=True),
    Limit("notices.failures", "warnings about wrong answers per account", 1, HOUR),
    Limit("notices.burst", "reports to administrators about many wrong answers at one account", 20, HOUR),
    Limit("notices.keys", "reports about one key or certificate near its end", 1, 7 * DAY),
    Limit("test.sends", "test messages that one administrator sends", 10, HOUR),
    Limit("setup.wrong", "wrong codes per one-time link", 10, DAY),
    Limit("incidents.opened", "reports “this was not me” that close recovery, per person", 5, 7 * DAY),
    Limit("contact.source", "requests for help per network", 5, 10 * MINUTE, tenfold=True),
    Limit("contact.no_work.source", "requests for help without proof of work per network", 1, 10 * MINUTE),
    Limit("contact.account.hour", "requests for help per account", 1, HOUR),
    Limit("contact.account.day", "requests for help per account", 3, DAY),
    Limit("contact.tenant.hour", "requests for help", 20, HOUR),
    Limit("cases.operator", "caller checks that one operator begins", 30, HOUR),
    Limit("cases.person", "caller checks for one person", 6, HOUR),
    Limit("approvals.operator", "requests for a second person's agreement by one operator", 40, DAY),
    Limit("in_person.operator", "deeds of one operator on a document that was seen, without a caller check", 30, HOUR),
    Limit("reports", "browsers' reports about our content policy that are logged", 20, HOUR),
    Limit("breached.alarm", "alarms about the list of breached passwords, per reason", 1, DAY),
)})  # fmt: skip
"""By name. Each is charged before the deed, durable, and kept until it no longer holds anything."""


def charge(name: str, limits: Limits, key: str, who: Client, window: Span | None = None) -> Charge:
    """What to charge. `window`: another span than the line's, for waits that grow."""
    limit = LIMITS[name]
    key = f"{key}/{'known' if who.known else 'others'}" if limit.apart else key
    return Charge(name, key, budget(limit, limits, who), limit.window if window is None else window, limit.pause)


def budget(limit: Limit, limits: Limits, who: Client) -> int:
    """How much of it this client has."""
    number: int = getattr(limits, limit.budget) if isinstance(limit.budget, str) else limit.budget
    if limit.tenfold and who.trusted:
        return number * TENFOLD
    return -(-number // 2) if who.storm and not who.known else number


def pause_after(further: int) -> Span:
    """How long an account stays shut after so many failures beyond the free ones: 60 s, doubling to 5 hours."""
    return min(FIRST_PAUSE << min(max(0, further), 20), LONGEST_PAUSE)


def trusts(limits: Limits, source: str) -> bool:
    """Whether this address is in one of the tenant's trusted networks."""
    return within(source, limits.trusted_networks)


@lru_cache(4096)
def within(source: str, networks: tuple[str, ...]) -> bool:
    """Whether an address is in one of these networks; what is no address is in none."""
    try:
        address = ip_address(source)
    except ValueError:
        return False
    return any(address in ip_network(network) for network in networks)


@lru_cache(4096)
def source_network(source: str) -> str:
    """The /32 or /64 a client address counts under (THR-6); what is no address shares one counter."""
    try:
        address = ip_address(source)
    except ValueError:
        return "unknown"
    if isinstance(address, IPv6Address) and address.ipv4_mapped is None:
        return str(ip_network((address, 64), strict=False))
    return str(getattr(address, "ipv4_mapped", None) or address)


def wide_network(source: str) -> str:
    """The /48 that an IPv6 address counts under too; empty for others (THR-6)."""
    network = source_network(source)
    return str(ip_network(network).supernet(new_prefix=48)) if ":" in network else ""
