"""One unit of work: one transaction of one tenant. The only place that commits.

Nothing slow happens inside: no hashing of passwords, no network, no rendering.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from keyback.core.events import Event
from keyback.core.ports import Clock, Sealer
from keyback.core.types import Instant, Span
from keyback.store.audit import append
from keyback.store.branding import SqlBrandings, SqlUploads
from keyback.store.desk import SqlApprovals, SqlCases, SqlHelpRequests
from keyback.store.engine import Engine, Link, Sql
from keyback.store.guesses import SqlGuesses
from keyback.store.held_roles import SqlHeldRoles
from keyback.store.incidents import SqlIncidents
from keyback.store.info import SqlSecurityInfo
from keyback.store.journeys import SqlJourneys
from keyback.store.links import SqlLinks
from keyback.store.listing import SqlListing
from keyback.store.log import SqlLogLines
from keyback.store.outbox import SqlOutbox
from keyback.store.passes import SqlPasses
from keyback.store.people import SqlPeople
from keyback.store.policies import SqlPolicies
from keyback.store.pulse import SqlPulse
from keyback.store.readiness import SqlReadiness
from keyback.store.session_challenges import SqlSessionChallenges
from keyback.store.sessions import SqlSessions
from keyback.store.tenants import SqlTenants
from keyback.store.throttles import SqlThrottles

_DATABASE_TIME = Sql("SELECT CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)")


class SqlUnit:
    """Implements `core.ports.Unit`. `link` is for the store's own files."""

    __slots__ = (
        "_events", "apart", "approvals", "branding", "cases", "guesses", "held_roles", "help_requests", "incidents", "info",
        "journeys", "link", "links", "listing", "log", "now", "outbox", "passes", "people", "policies", "pulse",
        "readiness", "sealer", "session_challenges", "sessions", "tenant", "tenants", "throttles", "uploads",
    )  # fmt: skip

    def __init__(self, link: Link, tenant: str, sealer: Sealer, now: Instant) -> None:
        self.link = link
        self.tenant = tenant
        self.now = now
        self.apart: Span = 0
        self.sealer = sealer
        self.people = SqlPeople(link, tenant, sealer, now)
        self.journeys = SqlJourneys(link, tenant)
        self.throttles = SqlThrottles(link, tenant, sealer)
        self.outbox = SqlOutbox(link, tenant, sealer)
        self.policies = SqlPolicies(link, tenant)
        self.pulse = SqlPulse(link, tenant, now)
        self.readiness = SqlReadiness(link, tenant)
        self.sessions = SqlSessions(link, tenant)
        self.session_challenges = SqlSessionChallenges(link, tenant, sealer)
        self.passes = SqlPasses(link, tenant)
        self.guesses = SqlGuesses(link, tenant, sealer)
        self.info = SqlSecurityInfo(link, tenant, sealer, now)
        self.links = SqlLinks(link, tenant, sealer)
        self.incidents = SqlIncidents(link, tenant, sealer)
        self._of_the_admin_centre(link)
        self.tenants = SqlTenants(link, tenant)
        self._events: list[Event] = []

    def _of_the_admin_centre(self, link: Link) -> None:
        tenant = self.tenant
        self.cases = SqlCases(link, tenant)
        self.help_requests = SqlHelpRequests(link, tenant)
        self.approvals = SqlApprovals(link, tenant)
        self.listing = SqlListing(link, tenant, self.now)
        self.held_roles = SqlHeldRoles(link, tenant)
        self.log = SqlLogLines(link, tenant)
        self.branding = SqlBrandings(link, tenant)
        self.uploads = SqlUploads(link, tenant, self.sealer)

    def audit(self, event: Event) -> None:
        """Append to the audit chain when the unit ends."""
        self._events.append(event)

    def finish(self) -> None:
        """Write the beats and the audit rows; the chain's head row is taken last, so that it is held for the shortest
        time."""
        self.pulse.finish()
        if self._events:
            append(self.link, self.tenant, self.sealer, self.now, self._events)


class SqlStore:
    """Implements `core.ports.Store` on either engine, for one tenant."""

    def __init__(self, engine: Engine, sealer: Sealer, clock: Clock, tenant: str = "") -> None:
        self.engine = engine
        self.tenant = tenant
        self.sealer = sealer
        self._clock = clock

    @contextmanager
    def reading(self) -> Iterator[SqlUnit]:
        """A unit that looks."""
        with self.engine.transaction(write=False) as link:
            yield self._unit(link)

    @contextmanager
    def writing(self) -> Iterator[SqlUnit]:
        """A unit that changes; commits when left without an error."""
        with self.engine.transaction(write=True) as link:
            unit = self._unit(link)
            yield unit
            unit.finish()

    def _unit(self, link: Link) -> SqlUnit:
        """At the database's time where there is one; how long it took to ask is not taken for a difference."""
        before = self._clock.now()
        row = link.one(_DATABASE_TIME, {}) if self.engine.has_own_clock and self._clock.follows_database else None
        if row is None:
            return SqlUnit(link, self.tenant, self.sealer, before)
        now = int(row[0])
        unit = SqlUnit(link, self.tenant, self.sealer, now)
        unit.apart = now - min(max(now, before), self._clock.now())
        return unit

    def close(self) -> None:
        """Give back all connections."""
        self.engine.close()
