"""Journeys, challenges and evidence. Every write that decides is conditional, and its row count is looked at."""

from collections.abc import Sequence
from typing import assert_never

from keyback.core.journey import (
    Choosing,
    Decoy,
    Done,
    Ended,
    Evidence,
    Journey,
    Proving,
    Somebody,
    State,
    Why,
)
from keyback.core.policy import Demand
from keyback.core.ports import Challenge
from keyback.core.types import Code, Disclosure, Instant, Purpose
from keyback.store.engine import Link, Row, Sql

_COLUMNS = (
    "id, purpose, person, account, refusal, gates, administrator, decided_by, disclosure, policy_version, generation, "
    "started_at, expires_at, version, state, why, code, source, language, known"
)
_INSERT = Sql(
    """INSERT INTO journey (tenant, id, purpose, person, account, refusal, gates, administrator, decided_by, disclosure,
      policy_version, generation, started_at, expires_at, version, state, why, code, browser, source, language, known)
    VALUES (:tenant, :id, :purpose, :person, :account, :refusal, :gates, :administrator, :decided_by, :disclosure,
      :policy_version, :generation, :started_at, :expires_at, :version, :state, :why, :code, :browser, :source, :language,
      :known)"""
)
_BY_BROWSER = Sql(f"SELECT {_COLUMNS} FROM journey WHERE tenant = :tenant AND browser = :browser")
_BY_ID = Sql(f"SELECT {_COLUMNS} FROM journey WHERE tenant = :tenant AND id = :journey")
_UPDATE = Sql(
    """UPDATE journey SET purpose = :purpose, state = :state, why = :why, code = :code, version = :version
    WHERE tenant = :tenant AND id = :id AND version = :expected"""
)
_RENEW = Sql("UPDATE journey SET browser = :browser WHERE tenant = :tenant AND id = :journey")
_RUN_OUT = Sql(
    f"""SELECT {_COLUMNS} FROM journey
    WHERE tenant = :tenant AND state IN ('proving', 'choosing') AND expires_at <= :now ORDER BY expires_at LIMIT :count"""
)
_END_OTHERS = Sql(
    """UPDATE journey SET state = 'ended', why = 'changed', version = version + 1
    WHERE tenant = :tenant AND person = :person AND state IN ('proving', 'choosing') AND id <> :except_id
      AND (disclosure <> 'private' OR EXISTS
        (SELECT 1 FROM evidence WHERE evidence.tenant = journey.tenant AND evidence.journey = journey.id))"""
)
_PROVEN = Sql(
    f"""SELECT {_COLUMNS} FROM journey
    WHERE tenant = :tenant AND person = :person AND state IN ('proving', 'choosing') AND expires_at > :now
      AND EXISTS (SELECT 1 FROM evidence WHERE evidence.tenant = :tenant AND evidence.journey = journey.id)
    ORDER BY started_at, id"""
)
_SOURCES = Sql("SELECT DISTINCT source FROM journey WHERE tenant = :tenant AND account = :account")
_CHALLENGE_COLUMNS = "id, journey, gate, method, enrolment, destination, state, letters, begun_at, expires_at, tries_left, used_at, superseded"
_INSERT_CHALLENGE = Sql(
    f"""INSERT INTO challenge (tenant, {_CHALLENGE_COLUMNS})
    VALUES (:tenant, :id, :journey, :gate, :method, :enrolment, :destination, :state, :letters, :begun_at, :expires_at,
      :tries_left, NULL, 0)"""
)
_OPEN = Sql(
    f"""SELECT {_CHALLENGE_COLUMNS} FROM challenge
    WHERE tenant = :tenant AND journey = :journey AND superseded = 0 AND used_at IS NULL"""
)
_SUPERSEDED = Sql(
    f"""SELECT {_CHALLENGE_COLUMNS} FROM challenge
    WHERE tenant = :tenant AND journey = :journey AND method = :method AND superseded = 1 AND used_at IS NULL
      AND expires_at > :now ORDER BY begun_at DESC LIMIT 3"""
)
_SUPERSEDE = Sql(
    """UPDATE challenge SET superseded = 1
    WHERE tenant = :tenant AND journey = :journey AND superseded = 0 AND used_at IS NULL"""
)
_CHARGE_TRY = Sql(
    """UPDATE challenge SET tries_left = tries_left - 1
    WHERE tenant = :tenant AND id = :challenge AND tries_left > 0 AND used_at IS NULL AND superseded = 0
      AND expires_at > :now"""
)
_GIVE_BACK_TRY = Sql(
    """UPDATE challenge SET tries_left = tries_left + 1
    WHERE tenant = :tenant AND id = :challenge AND used_at IS NULL AND superseded = 0"""
)
_CONSUME = Sql(
    """UPDATE challenge SET used_at = :now
    WHERE tenant = :tenant AND id = :challenge AND used_at IS NULL AND superseded = 0 AND expires_at > :now"""
)
_EVIDENCE = Sql(
    """SELECT gate, method, enrolment, challenge, roots, at, spent_at FROM evidence
    WHERE tenant = :tenant AND journey = :journey ORDER BY gate"""
)
_ADD_EVIDENCE = Sql(
    """INSERT INTO evidence (tenant, challenge, journey, gate, method, enrolment, roots, at, spent_at)
    VALUES (:tenant, :challenge, :journey, :gate, :method, :enrolment, :roots, :at, NULL)"""
)
_SPEND_EVIDENCE = Sql(
    """UPDATE evidence SET spent_at = :now
    WHERE tenant = :tenant AND journey = :journey AND challenge = :challenge AND spent_at IS NULL AND at > :not_before"""
)


class SqlJourneys:
    """Implements `core.ports.Journeys`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def insert(self, journey: Journey, browser: bytes) -> None:
        """A new journey for the browser that began it; `browser` is the keyed hash of its cookie."""
        subject = journey.subject
        state, why, code = _state_columns(journey.state)
        values = {
            "tenant": self._tenant,
            "id": journey.id,
            "purpose": str(journey.purpose),
            "person": subject.person if isinstance(subject, Somebody) else None,
            "account": journey.account,
            "refusal": str(subject.refusal) if isinstance(subject, Somebody) and subject.refusal else None,
            "gates": journey.demand.gates,
            "administrator": int(journey.demand.administrator),
            "decided_by": journey.demand.decided_by,
            "disclosure": str(journey.disclosure),
            "policy_version": journey.policy_version,
            "generation": journey.generation,
            "started_at": journey.started_at,
            "expires_at": journey.expires_at,
            "version": journey.version,
            "state": state,
            "why": why,
            "code": code,
            "browser": browser,
            "source": journey.source,
            "language": journey.language,
            "known": int(journey.known),
        }
        self._link.put(_INSERT, values)

    def by_browser(self, browser: bytes) -> Journey | None:
        """The journey this browser began."""
        return self._whole(self._link.one(_BY_BROWSER, {"tenant": self._tenant, "browser": browser}))

    def by_id(self, journey: str) -> Journey | None:
        """By id, which only administrators and tests know."""
        return self._whole(self._link.one(_BY_ID, {"tenant": self._tenant, "journey": journey}))

    def _whole(self, row: Row | None) -> Journey | None:
        if row is None:
            return None
        evidence = self._link.all(_EVIDENCE, {"tenant": self._tenant, "journey": row[0]})
        subject = Decoy(row[3]) if row[2] is None else Somebody(row[2], Code(row[4]) if row[4] else None)
        return Journey(
            row[0], self._tenant, Purpose(row[1]), subject, Demand(row[5], bool(row[6]), row[7]), Disclosure(row[8]),
            row[9], row[10], row[11], row[12], row[13], _state(row[14], row[15], row[16]),
            tuple(_evidence(e) for e in evidence), row[17], row[18], row[3], bool(row[19]),
        )  # fmt: skip

    def update(self, journey: Journey, expected_version: int) -> bool:
        """Store a stepped journey, if nobody stepped it meanwhile."""
        state, why, code = _state_columns(journey.state)
        values = {"tenant": self._tenant, "id": journey.id, "purpose": str(journey.purpose), "state": state, "why": why}
        more = {"code": code, "version": journey.version, "expected": expected_version}
        return self._link.run(_UPDATE, {**values, **more}) == 1

    def renew(self, journey: str, browser: bytes) -> None:
        """From now on only this cookie leads to it (SES-1)."""
        self._link.put(_RENEW, {"tenant": self._tenant, "journey": journey, "browser": browser})

    def run_out(self, now: Instant, count: int) -> Sequence[Journey]:
        """Some whose time is up and that nobody has ended yet, oldest first."""
        rows = self._link.all(_RUN_OUT, {"tenant": self._tenant, "now": now, "count": count})
        return [journey for row in rows if (journey := self._whole(row)) is not None]

    def end_others(self, person: str, but: str) -> None:
        """COD-6: all other journeys of this person are over. Those that proved nothing yet lead nowhere by their
        generation, and do not tell who typed the user ID that anything happened."""
        self._link.put(_END_OTHERS, {"tenant": self._tenant, "person": person, "except_id": but})

    def proven(self, person: str, now: Instant) -> Sequence[Journey]:
        """Live ones of this person that are past their first gate, oldest first."""
        rows = self._link.all(_PROVEN, {"tenant": self._tenant, "person": person, "now": now})
        return [journey for row in rows if (journey := self._whole(row)) is not None]

    def sources(self, account: str) -> Sequence[str]:
        """Addresses from which journeys at this account began, as far as they are kept."""
        return [row[0] for row in self._link.all(_SOURCES, {"tenant": self._tenant, "account": account})]

    def insert_challenge(self, challenge: Challenge) -> None:
        """The unique index lets at most one be open per journey."""
        values = {
            "tenant": self._tenant,
            "id": challenge.id,
            "journey": challenge.journey,
            "gate": challenge.gate,
            "method": challenge.method,
            "enrolment": challenge.enrolment,
            "destination": challenge.destination,
            "state": challenge.state,
            "letters": challenge.letters,
            "begun_at": challenge.begun_at,
            "expires_at": challenge.expires_at,
            "tries_left": challenge.tries_left,
        }
        self._link.put(_INSERT_CHALLENGE, values)

    def open_challenge(self, journey: str) -> Challenge | None:
        """The open one, expired or not."""
        row = self._link.one(_OPEN, {"tenant": self._tenant, "journey": journey})
        return _challenge(row) if row else None

    def superseded(self, journey: str, method: str, now: Instant) -> Sequence[Challenge]:
        """The newest three that a re-send replaced and that would still be alive otherwise."""
        values = {"tenant": self._tenant, "journey": journey, "method": method, "now": now}
        return [_challenge(row) for row in self._link.all(_SUPERSEDED, values)]

    def supersede(self, journey: str) -> None:
        """A new code replaces the old one (COD-7)."""
        self._link.put(_SUPERSEDE, {"tenant": self._tenant, "journey": journey})

    def charge_try(self, challenge: str, now: Instant) -> bool:
        """THR-5: before any comparison, in one conditional write."""
        return self._link.run(_CHARGE_TRY, {"tenant": self._tenant, "challenge": challenge, "now": now}) == 1

    def give_back_try(self, challenge: str) -> None:
        """One that was charged and then not judged."""
        self._link.put(_GIVE_BACK_TRY, {"tenant": self._tenant, "challenge": challenge})

    def consume(self, challenge: str, now: Instant) -> bool:
        """COD-4, COD-3: single use and expiry in one conditional write."""
        return self._link.run(_CONSUME, {"tenant": self._tenant, "challenge": challenge, "now": now}) == 1

    def add_evidence(self, journey: str, evidence: Evidence) -> None:
        """One row per gate; the unique index refuses a second."""
        values = {
            "tenant": self._tenant,
            "challenge": evidence.challenge,
            "journey": journey,
            "gate": evidence.gate,
            "method": evidence.method,
            "enrolment": evidence.enrolment,
            "roots": "\n".join(sorted(evidence.roots)),
            "at": evidence.at,
        }
        self._link.put(_ADD_EVIDENCE, values)

    def spend_evidence(self, journey: str, challenge: str, not_before: Instant, now: Instant) -> bool:
        """GAT-3, GAT-6: exists, of this journey, unspent and fresh, in one conditional write."""
        values = {"tenant": self._tenant, "journey": journey, "challenge": challenge, "now": now}
        return self._link.run(_SPEND_EVIDENCE, {**values, "not_before": not_before}) == 1


def _state_columns(state: State) -> tuple[str, str | None, str | None]:
    match state:
        case Proving():
            return "proving", None, None
        case Choosing():
            return "choosing", None, None
        case Done():
            return "done", None, None
        case Ended(why, code):
            return "ended", str(why), str(code) if code else None
    assert_never(state)


def _state(name: str, why: str | None, code: str | None) -> State:
    match name:
        case "proving":
            return Proving()
        case "choosing":
            return Choosing()
        case "done":
            return Done()
    return Ended(Why(why or Why.CHANGED), Code(code) if code else None)


def _evidence(row: Row) -> Evidence:
    roots = frozenset(row[4].split("\n")) if row[4] else frozenset()
    return Evidence(row[0], row[1], row[2], row[3], roots, row[5], spent=row[6] is not None)


def _challenge(row: Row) -> Challenge:
    destination, state, superseded = bytes(row[5]), bytes(row[6]), bool(row[12])
    return Challenge(
        row[0], row[1], row[2], row[3], row[4], destination, state, row[7], row[8], row[9], row[10], row[11], superseded
    )
