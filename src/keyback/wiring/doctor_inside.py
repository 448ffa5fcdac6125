"""What `keyback doctor` looks at in the house: keys, durability, clocks, lists, the audit log, rows that wait."""

import sys
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Final

from keyback.app import clock
from keyback.app.audit.verify import verify, verify_newest
from keyback.app.breached import standing
from keyback.app.policy.check import known
from keyback.app.policy.standing import rebuild, untrue
from keyback.core.policy import Policy
from keyback.core.rules import policy_check
from keyback.core.types import DAY, MINUTE, SECOND
from keyback.store import health
from keyback.store.checkpoints import SqlBook
from keyback.store.keys import SqlVault, sealer_of
from keyback.wiring.console import in_words
from keyback.wiring.findings import Finding, Wish, fault, good, warning
from keyback.wiring.house import Running, password_lists
from keyback.wiring.watch import LOOKED

SAMPLE: Final = 200
"""People whose readiness rows are looked at, unless everything is."""
PATIENCE: Final = 10 * MINUTE
"""After which a message, or the janitor, is late."""


def _keys(running: Running, _: Wish) -> Iterator[Finding]:
    counts, active = SqlVault(running.store).counts(), sealer_of(running.store).version
    present = sealer_of(running.store).keys.versions
    lost = [one for one in counts if one.version not in present]
    old = sum(one.count for one in counts if one.version != active)
    if lost:
        where = ", ".join(f"{one.purpose} (version {one.version}: {one.count:,})" for one in lost)
        yield fault("keys", f"Values lie under keys that the key file does not hold: {where}.",
                    "They cannot be opened by anybody.", "Put the lines of those versions back into the key file.")  # fmt: skip
    elif old:
        yield warning("keys", f"{old:,} values still lie under older keys than version {active}.",
                      "The old keys cannot be retired yet.", "Run `keyback keys rotate`.")  # fmt: skip
    else:
        yield good("keys", f"Everything lies under version {active}.")


def _durability(running: Running, _: Wish) -> Iterator[Finding]:
    wrong = health.forgetful(running.store)
    if wrong:
        yield fault("durability", f"The database is set to {', '.join(wrong)}.", "A power cut can bring back used codes and "
                    "old passwords, or break it.", "Switch these on in postgresql.conf.")  # fmt: skip
    else:
        yield good("durability", "What is acknowledged is on the disk.")


def _clocks(running: Running, _: Wish) -> Iterator[Finding]:
    with running.store.reading() as unit:
        apart = unit.apart
    what = f"This host's clock and the database's are {abs(apart) / SECOND:.1f} seconds apart."
    to_do = "Let both take their time from the same servers (chrony, systemd-timesyncd)."
    if abs(apart) > clock.STOPS:
        yield fault("clock", what, "Codes of authenticator apps are not accepted until this is over.", to_do)
    elif abs(apart) > clock.WARNS:
        yield warning("clock", what, "Above 30 seconds, codes of authenticator apps are no longer accepted.", to_do)
    else:
        yield good("clock", "Host and database agree about the time.")


def _lists(running: Running, wish: Wish) -> Iterator[Finding]:
    if wish.full:
        running.house.breached.examine(sys.maxsize)
    lists = password_lists()
    if not lists.common:
        yield fault("password lists", "The shipped list of common passwords is empty.", "Common passwords are accepted.",
                    "Install Keyback again.")  # fmt: skip
    with running.store.reading() as unit:
        in_force = unit.policies.in_force()
    rules = (in_force.policy if in_force else Policy()).passwords
    found, gap = standing(running.house, rules)
    if gap is not None:
        yield warning("password lists", f"The list of breached passwords is {gap}.",
                      f"The policy says what happens meanwhile: {rules.without_breached_list}.",
                      "Run `keyback passwords import-breached`.")  # fmt: skip
    elif found is not None:
        yield good(
            "password lists", f"{len(lists.common):,} common and {found.count:,} breached passwords are refused."
        )


def _policy(running: Running, _: Wish) -> Iterator[Finding]:
    with running.store.reading() as unit:
        in_force = unit.policies.in_force()
        verdict = policy_check.check(in_force.policy, known(running.house, unit)) if in_force else None
    if verdict is None:
        yield fault("policy", "No policy is in force.", "Nobody can reset.", "Run `keyback policy apply`.")
        return
    for mistake in verdict.mistakes:
        yield fault("policy", in_words(mistake), "The policy in force would not be accepted today.",
                    "Run `keyback policy show`, put it right, and apply it.")  # fmt: skip
    for one in verdict.warnings:
        yield warning(
            "policy", in_words(one.text), "Somebody accepted this weakness.", "Decide whether it still has to be."
        )
    if not verdict.mistakes and not verdict.warnings:
        yield good("policy", "It has no known weakness.")


def _audit(running: Running, wish: Wish) -> Iterator[Finding]:
    book = SqlBook(running.store)
    verdict = verify(book) if wish.full else verify_newest(book)
    where = f"lines {verdict.start + 1:,} to {verdict.through:,}"
    if verdict.fault is not None:
        yield fault("audit log", f"Line {verdict.fault.seq:,} is wrong ({verdict.fault.kind}).",
                    "Somebody or something changed the database behind Keyback's back.",
                    "Keep a copy of the database as it is, and compare it with a backup and the checkpoints kept "
                    "elsewhere; `keyback audit verify` tells more.")  # fmt: skip
    else:
        yield good("audit log", f"It is what was written ({where}).")


def _readiness(running: Running, wish: Wish) -> Iterator[Finding]:
    missing = health.people_without_row(running.store)
    if wish.repair:
        yield good("readiness", f"The rows of {rebuild(running.house):,} people were made anew.")
    elif missing:
        yield warning("readiness", f"{missing:,} people are missing in the rows that readiness is counted from.",
                      "Previews of policy changes count too few.", "Run `keyback doctor --repair`.")  # fmt: skip
    elif wrong := untrue(running.house, sys.maxsize if wish.full else SAMPLE):
        yield warning("readiness", f"{wrong:,} of the rows looked at are not what those people have registered.",
                      "Counts of who can reset and who must register are wrong.", "Run `keyback doctor --repair`.")  # fmt: skip
    else:
        yield good("readiness", "Everybody has a row, and the rows looked at are true.")


def _words(running: Running, wish: Wish) -> Iterator[Finding]:
    wrong = health.untrue_words(running.store, sys.maxsize if wish.full or wish.repair else SAMPLE, repair=wish.repair)
    if wrong and not wish.repair:
        yield warning("words", f"Of the people looked at, {wrong:,} are not found by their names or user IDs.",
                      "The helpdesk may not find them, or not in their place.", "Run `keyback doctor --repair`.")  # fmt: skip
    else:
        done = f"The words of {wrong:,} people were made anew." if wish.repair else "People are found by their names."
        yield good("words", done)


def _outbox(running: Running, _: Wish) -> Iterator[Finding]:
    with running.store.reading() as unit:
        now = unit.now
    late, lost = health.waiting(running.store, now - PATIENCE), health.failed(running.store, now - DAY)
    if late.count:
        yield warning("messages", f"{late.count:,} messages have waited for more than ten minutes.",
                      "Nobody delivers, or a server refuses.", "Run `keyback outbox list --state waiting`: it says why.")  # fmt: skip
    if lost:
        yield warning("messages", f"{lost:,} messages were given up since yesterday.", "Those people were not told.",
                      "Run `keyback outbox list --state failed`: it says why.")  # fmt: skip
    if not late.count and not lost:
        yield good("messages", "Nothing waits.")


def _janitor(running: Running, _: Wish) -> Iterator[Finding]:
    with running.store.reading() as unit:
        seen, now = unit.pulse.figures().get(LOOKED, (0, 0))[1], unit.now
    if now - seen > PATIENCE:
        yield warning("serving", "Nobody has looked after keys, clocks and old rows in the last ten minutes.",
                      "`keyback serve` is not running, or hangs.", "Start it, or look into its log.")  # fmt: skip
    else:
        yield good("serving", "`keyback serve` is at work.")


CHECKS: Final[Mapping[str, Callable[[Running, Wish], Iterator[Finding]]]] = MappingProxyType({
    "keys": _keys, "durability": _durability, "clock": _clocks, "password lists": _lists, "policy": _policy,
    "audit log": _audit, "readiness": _readiness, "words": _words, "messages": _outbox, "serving": _janitor,
})  # fmt: skip
"""By the name under which trouble with one is told."""
