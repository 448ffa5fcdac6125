"""Caller checks, help requests and approvals: the conditional writes of the helpdesk."""

from collections.abc import Sequence

from keyback.core.ports.desk import Approval, Case, CaseState, HelpRequest
from keyback.core.types import Instant
from keyback.store.engine import Link, Row, Sql

_CASE = "id, number, person, operator, opened_at, expires_at, state, journey, method, decided_at"
_OPEN_CASE = Sql(
    f"""INSERT INTO caller_case (tenant, {_CASE})
    VALUES (:tenant, :id, :number, :person, :operator, :opened_at, :expires_at, 'open', '', '', NULL)
    ON CONFLICT DO NOTHING"""
)
_CASE_BY_ID = Sql(f"SELECT {_CASE} FROM caller_case WHERE tenant = :tenant AND id = :id")
_CASE_BY_NUMBER = Sql(
    f"SELECT {_CASE} FROM caller_case WHERE tenant = :tenant AND number = :number AND state = 'open' AND expires_at > :now"
)
_CASE_OF_PERSON = Sql(
    f"""SELECT {_CASE} FROM caller_case WHERE tenant = :tenant AND person = :person
    ORDER BY opened_at DESC, CASE state WHEN 'open' THEN 0 ELSE 1 END, id LIMIT 1"""
)
_CASE_OF_JOURNEY = Sql(
    f"SELECT {_CASE} FROM caller_case WHERE tenant = :tenant AND journey = :journey AND journey <> '' LIMIT 1"
)
_ATTACH = Sql(
    """UPDATE caller_case SET journey = :journey
    WHERE tenant = :tenant AND id = :id AND state = 'open' AND expires_at > :now"""
)
_DECIDE = Sql(
    """UPDATE caller_case SET state = :state, method = :method, decided_at = :now
    WHERE tenant = :tenant AND journey = :journey AND journey <> '' AND state = 'open' AND expires_at > :now"""
)
_CLOSE_CASE = Sql(
    """UPDATE caller_case SET state = 'closed', decided_at = :now
    WHERE tenant = :tenant AND person = :person AND state = 'open'"""
)
_DROP_OVER = Sql(
    """UPDATE caller_case SET state = 'closed', decided_at = :now
    WHERE tenant = :tenant AND state = 'open' AND expires_at <= :now"""
)

_REQUEST = "id, person, kind, source, opened_at, closed_at, closed_by, why"
_OPEN_REQUEST = Sql(
    f"""INSERT INTO help_request (tenant, {_REQUEST})
    SELECT :tenant, id, :person, :kind, :source, CAST(:opened_at AS BIGINT), NULL, '', ''
    FROM (SELECT CAST(:id AS TEXT) AS id) made WHERE EXISTS (SELECT 1 FROM person WHERE tenant = :tenant AND id = :person)
    ON CONFLICT DO NOTHING"""
)
_WORSE = Sql(
    """UPDATE help_request SET kind = 'none_usable'
    WHERE tenant = :tenant AND person = :person AND closed_at IS NULL AND :kind = 'none_usable'"""
)
_WAITING_REQUESTS = Sql(
    f"SELECT {_REQUEST} FROM help_request WHERE tenant = :tenant AND closed_at IS NULL ORDER BY opened_at, id LIMIT :count"
)
_COUNT_REQUESTS = Sql("SELECT count(*) FROM help_request WHERE tenant = :tenant AND closed_at IS NULL")
_REQUEST_BY_ID = Sql(f"SELECT {_REQUEST} FROM help_request WHERE tenant = :tenant AND id = :id")
_REQUEST_OF = Sql(
    f"SELECT {_REQUEST} FROM help_request WHERE tenant = :tenant AND person = :person AND closed_at IS NULL"
)
_CLOSE_REQUEST = Sql(
    """UPDATE help_request SET closed_at = :now, closed_by = :actor, why = :why
    WHERE tenant = :tenant AND id = :id AND closed_at IS NULL"""
)

_APPROVAL = "id, action, person, asked_by, why, asked_at, expires_at, decided_by, decided_at, granted, used_at"
_ASK = Sql(
    f"""INSERT INTO approval (tenant, {_APPROVAL})
    VALUES (:tenant, :id, :action, :person, :asked_by, :why, :asked_at, :expires_at, '', NULL, 0, NULL)"""
)
_APPROVAL_BY_ID = Sql(f"SELECT {_APPROVAL} FROM approval WHERE tenant = :tenant AND id = :id")
_WAITING_APPROVALS = Sql(
    f"""SELECT {_APPROVAL} FROM approval WHERE tenant = :tenant AND decided_at IS NULL AND expires_at > :now
    ORDER BY asked_at, id LIMIT :count"""
)
_APPROVALS_OF = Sql(
    f"""SELECT {_APPROVAL} FROM approval
    WHERE tenant = :tenant AND person = :person AND expires_at > :now AND used_at IS NULL ORDER BY asked_at DESC, id"""
)
_DECIDE_APPROVAL = Sql(
    """UPDATE approval SET decided_by = :by, decided_at = :now, granted = :granted
    WHERE tenant = :tenant AND id = :id AND decided_at IS NULL AND expires_at > :now"""
)
_USE = Sql(
    """UPDATE approval SET used_at = :now WHERE tenant = :tenant AND id = :id AND asked_by = :operator AND granted = 1
      AND used_at IS NULL AND expires_at > :now"""
)


class SqlCases:
    """Implements `core.ports.Cases`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def open(self, case: Case) -> bool:
        """False: this number or person has an open one."""
        about = {"tenant": self._tenant, "id": case.id, "number": case.number, "person": case.person}
        times = {"operator": case.operator, "opened_at": case.opened_at, "expires_at": case.expires_at}
        self._link.put(_DROP_OVER, {"tenant": self._tenant, "now": case.opened_at})
        return self._link.run(_OPEN_CASE, {**about, **times}) == 1

    def by_id(self, case: str) -> Case | None:
        """Whatever its state."""
        return _case(self._link.one(_CASE_BY_ID, {"tenant": self._tenant, "id": case}))

    def by_number(self, number: str, now: Instant) -> Case | None:
        """The open one."""
        return _case(self._link.one(_CASE_BY_NUMBER, {"tenant": self._tenant, "number": number, "now": now}))

    def of_person(self, person: str, now: Instant) -> Case | None:  # noqa: ARG002 - the port's shape
        """The newest one."""
        return _case(self._link.one(_CASE_OF_PERSON, {"tenant": self._tenant, "person": person}))

    def of_journey(self, journey: str) -> Case | None:
        """The one that this attempt may decide."""
        return _case(self._link.one(_CASE_OF_JOURNEY, {"tenant": self._tenant, "journey": journey}))

    def attach(self, case: str, journey: str, now: Instant) -> bool:
        """Only while it is open."""
        return self._link.run(_ATTACH, {"tenant": self._tenant, "id": case, "journey": journey, "now": now}) == 1

    def decide(self, journey: str, state: CaseState, method: str, now: Instant) -> bool:
        """One conditional write (COD-4)."""
        about = {"tenant": self._tenant, "journey": journey, "state": state.value, "method": method, "now": now}
        return self._link.run(_DECIDE, about) == 1

    def close(self, person: str, now: Instant) -> None:
        """Undecided."""
        self._link.put(_CLOSE_CASE, {"tenant": self._tenant, "person": person, "now": now})


class SqlHelpRequests:
    """Implements `core.ports.HelpRequests`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def open(self, one: HelpRequest) -> bool:
        """False: there is an open one, which may have become a worse one, or nobody has this id. The same two statements
        either way (ENU-2)."""
        about = {"tenant": self._tenant, "person": one.person, "kind": one.kind}
        new = {**about, "id": one.id, "source": one.source, "opened_at": one.opened_at}
        self._link.put(_WORSE, about)
        return self._link.run(_OPEN_REQUEST, new) == 1

    def waiting(self, count: int) -> Sequence[HelpRequest]:
        """Oldest first."""
        return [
            HelpRequest(*row) for row in self._link.all(_WAITING_REQUESTS, {"tenant": self._tenant, "count": count})
        ]

    def count(self) -> int:
        """Open ones."""
        row = self._link.one(_COUNT_REQUESTS, {"tenant": self._tenant})
        return int(row[0]) if row else 0

    def by_id(self, request: str) -> HelpRequest | None:
        """Open or not."""
        row = self._link.one(_REQUEST_BY_ID, {"tenant": self._tenant, "id": request})
        return HelpRequest(*row) if row else None

    def open_of(self, person: str) -> HelpRequest | None:
        """The open one of this person."""
        row = self._link.one(_REQUEST_OF, {"tenant": self._tenant, "person": person})
        return HelpRequest(*row) if row else None

    def close(self, request: str, actor: str, why: str, now: Instant) -> bool:
        """`closed where open`."""
        about = {"tenant": self._tenant, "id": request, "actor": actor, "why": why, "now": now}
        return self._link.run(_CLOSE_REQUEST, about) == 1


class SqlApprovals:
    """Implements `core.ports.Approvals`."""

    __slots__ = ("_link", "_tenant")

    def __init__(self, link: Link, tenant: str) -> None:
        self._link = link
        self._tenant = tenant

    def ask(self, one: Approval) -> None:
        """A new request."""
        about = {"tenant": self._tenant, "id": one.id, "action": one.action, "person": one.person}
        more = {"asked_by": one.asked_by, "why": one.why, "asked_at": one.asked_at, "expires_at": one.expires_at}
        self._link.put(_ASK, {**about, **more})

    def by_id(self, approval: str) -> Approval | None:
        """Whatever became of it."""
        row = self._link.one(_APPROVAL_BY_ID, {"tenant": self._tenant, "id": approval})
        return _approval(row) if row else None

    def waiting(self, now: Instant, count: int) -> Sequence[Approval]:
        """Oldest first."""
        rows = self._link.all(_WAITING_APPROVALS, {"tenant": self._tenant, "now": now, "count": count})
        return [_approval(row) for row in rows]

    def of_person(self, person: str, now: Instant) -> Sequence[Approval]:
        """Newest first."""
        rows = self._link.all(_APPROVALS_OF, {"tenant": self._tenant, "person": person, "now": now})
        return [_approval(row) for row in rows]

    def decide(self, approval: str, by: str, now: Instant, *, granted: bool) -> bool:
        """One conditional write."""
        about = {"tenant": self._tenant, "id": approval, "by": by, "now": now, "granted": int(granted)}
        return self._link.run(_DECIDE_APPROVAL, about) == 1

    def use(self, approval: str, operator: str, now: Instant) -> bool:
        """One conditional write (COD-4)."""
        about = {"tenant": self._tenant, "id": approval, "operator": operator, "now": now}
        return self._link.run(_USE, about) == 1


def _case(row: Row | None) -> Case | None:
    if row is None:
        return None
    id_, number, person, operator, opened_at, expires_at, state, journey, method, decided_at = row
    return Case(id_, number, person, operator, opened_at, expires_at, CaseState(state), journey, method, decided_at)


def _approval(row: Row) -> Approval:
    id_, action, person, asked_by, why, asked_at, expires_at, decided_by, decided_at, granted, used_at = row
    return Approval(
        id_, action, person, asked_by, why, asked_at, expires_at, decided_by, decided_at, bool(granted), used_at
    )
