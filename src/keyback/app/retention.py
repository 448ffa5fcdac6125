"""How long each kind of row is kept, and why: the one table. What is older goes a little at a time (DOS-6)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final, Protocol

from keyback.app.house import House
from keyback.core.policy import Policy
from keyback.core.ports import Unit
from keyback.core.types import DAY, HOUR, Span

AT_ONCE: Final = 500
"""Rows to a transaction, so that nobody who writes waits long."""
RESTORABLE: Final = 30 * DAY
"""For so long a deleted person can be restored; then every row of them goes (PRV-3)."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One line of the table."""

    name: str
    tables: str
    """Where the rows are, by the names in the database."""
    what: str
    span: Span | None
    """How long after their end; None: as `why` says."""
    why: str
    setting: str = ""
    """Where the organisation may choose another number of days."""


TABLE: Final = (
    Kept("unproven_journeys", "journey challenge", "attempts that ended without any proof", 24 * HOUR,
         "anybody can begin them, so they go first; their story stays in the audit log"),
    Kept("journeys", "journey challenge evidence", "other attempts, with their challenges and proofs", 7 * DAY,
         "an old page still says how its attempt ended", "retention.journey_days"),
    Kept("throttles", "throttle", "counters of limits", 0 * DAY,
         "kept while they hold anything back, and not longer"),
    Kept("messages", "outbox", "messages that were sent or given up", 30 * DAY,
         "operators see what became of a message; what it said and to whom is wiped at once", "retention.message_days"),
    Kept("sessions", "session", "sessions that are over", 0 * DAY,
         "signing out removes them at once; the others go when their time is up"),
    Kept("session_challenges", "session_challenge", "questions put to signed-in browsers", 1 * DAY,
         "a code that a newer one replaced is told from a wrong one"),
    Kept("access_passes", "access_pass", "temporary access passes that are over", 90 * DAY,
         "who gave whom a pass, and whether it was used, is asked when an account was taken over"),
    Kept("wrong_passwords", "wrong_password", "keyed hashes of the last wrong passwords", 1 * DAY,
         "the same mistake again counts once, within a day"),
    Kept("setup_links", "setup_link", "one-time links", 7 * DAY,
         "the secret that such a link offered must not stay for ever"),
    Kept("objection_links", "objection_link", "links “this was not me” that nobody used", 0 * DAY,
         "they work for 7 days and are useless afterwards"),
    Kept("incidents", "incident objection_link", "closed incidents with the links that opened them", 730 * DAY,
         "an attack is often understood long afterwards", "retention.incident_days"),
    Kept("help_requests", "help_request", "closed requests for help", 730 * DAY,
         "who asked for whom is understood together with the incidents of that time", "retention.incident_days"),
    Kept("caller_cases", "caller_case", "caller checks that are over", 90 * DAY,
         "what an operator did for a caller is asked when an account was taken over"),
    Kept("approvals", "approval", "requests to a second person that are over", 90 * DAY,
         "who agreed to what is asked when an account was taken over"),
    Kept("uploads", "upload", "files between looking and confirming", 1 * HOUR,
         "what was not confirmed by then is uploaded again"),
    Kept("pulse", "pulse", "what happened, counted by five minutes", 35 * DAY,
         "the usual is what the last 28 days were"),
    Kept("audit", "audit", "lines of the audit log, oldest first", 400 * DAY,
         "a year and a month, so that years can be compared; a signed checkpoint says after which line the log begins",
         "retention.audit_days"),
    Kept("old_passwords", "old_password", "hashes of old passwords", None,
         "as many as the policy's history needs; what is beyond goes within days"),
    Kept("policies", "policy_document", "policy documents, all versions", None,
         "for ever: which rules were in force when something happened must stay known"),
    Kept("checkpoints", "checkpoint key_root", "checkpoints of the audit log and keys", None,
         "as long as there are lines and rows that need them"),
    Kept("people", "person person_word credential contact enrolment readiness membership role_assignment people_group", "people, "
         "their contacts, methods, groups and roles", None,
         "until an operator changes or removes them; secrets of removed methods are overwritten at once"),
    Kept("deleted_people", "person", "people who were deleted", None,
         "they can be restored for 30 days; then every row of them is erased, and the audit log keeps their ids only"),
    Kept("organisation", "tenant domain audit_head figure branding", "the organisation and its present numbers", None,
         "one row each, written over"),
)  # fmt: skip
"""In the order in which it is done: the audit log last, which the service's role may not be allowed to touch."""


class Removing(Protocol):
    """Removes rows, within one unit (`store.retention`)."""

    def remove(self, name: str, before: int, count: int) -> int:
        """At most so many rows of this line that ended at `before` or earlier, the oldest first; how many it were."""

    def trim_histories(self, after: str, keep: int, people: int) -> str:
        """Leave `keep` old passwords to each of the next people after this id; the last one's id, or empty."""


def spans(days: Mapping[str, int]) -> Mapping[str, Span | None]:
    """How long each kind of row is kept, by name; `days` are the organisation's own numbers by setting."""
    return {
        kept.name: (days[kept.setting] * DAY or None) if kept.setting in days else kept.span
        for kept in TABLE
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Broom:
    """What removing works with."""

    house: House
    removing: Callable[[Unit], Removing]
    days: Mapping[str, int]
    pause: Callable[[], bool]
    """Lets others write between two batches; true: stop, the rest can wait."""


def sweep(broom: Broom) -> int:
    """Remove everything whose time is over, batch after batch, each its own transaction; how many rows it were."""
    total = 0
    for name, span in spans(broom.days).items():
        gone = AT_ONCE
        while span is not None and gone == AT_ONCE:
            with broom.house.store.writing() as unit:
                gone = broom.removing(unit).remove(name, unit.now - span, AT_ONCE)
            total += gone
            if gone and broom.pause():
                return total
    return total


def trim_histories(broom: Broom, after: str) -> str:
    """Forget old passwords beyond the policy's history, of the next people after this id; where to go on.

    The present password counts as the first of the history.
    """
    with broom.house.store.writing() as unit:
        in_force = unit.policies.in_force()
        history = (in_force.policy if in_force else Policy()).passwords.history
        return broom.removing(unit).trim_histories(after, max(0, history - 1), AT_ONCE)
