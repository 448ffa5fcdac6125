"""What core and app need from outside, in the domain's words. Each has one real, small implementation in
`src/` that tests use too: the in-memory SQLite store, the fixed clock, the screen channel.

Errors: every port raises `core.errors` only. A method never sees a request and never opens a connection.
"""

from keyback.core.ports.breached import Breached, BreachedList, Gap, NoList
from keyback.core.ports.channels import Channel, DeliveryFailed, Letter, Outgoing, Receipt
from keyback.core.ports.directories import Directory, Preflight
from keyback.core.ports.incidents import Incident, Incidents, Objection, Report
from keyback.core.ports.info import NewContact, NewEnrolment, SecurityInfo
from keyback.core.ports.methods import Ask, BoundMac, Method, Opening, Registration, Right, Tools, Verdict, Wrong
from keyback.core.ports.records import Beat, Challenge, Charge, Credential
from keyback.core.ports.sessions import (
    AccessPass,
    Guesses,
    Passes,
    Session,
    SessionChallenge,
    SessionChallenges,
    SessionKind,
    Sessions,
)
from keyback.core.ports.store import (
    Candidate,
    Journeys,
    Links,
    Outbox,
    People,
    Policies,
    Pulse,
    Readiness,
    SetupLink,
    Store,
    Tenant,
    Tenants,
    Throttles,
    Unit,
)
from keyback.core.ports.world import Clock, Hasher, Random, Sealer

__all__ = [
    "AccessPass",
    "Ask",
    "Beat",
    "BoundMac",
    "Breached",
    "BreachedList",
    "Candidate",
    "Challenge",
    "Channel",
    "Charge",
    "Clock",
    "Credential",
    "DeliveryFailed",
    "Directory",
    "Gap",
    "Guesses",
    "Hasher",
    "Incident",
    "Incidents",
    "Journeys",
    "Letter",
    "Links",
    "Method",
    "NewContact",
    "NewEnrolment",
    "NoList",
    "Objection",
    "Opening",
    "Outbox",
    "Outgoing",
    "Passes",
    "People",
    "Policies",
    "Preflight",
    "Pulse",
    "Random",
    "Readiness",
    "Receipt",
    "Registration",
    "Report",
    "Right",
    "Sealer",
    "SecurityInfo",
    "Session",
    "SessionChallenge",
    "SessionChallenges",
    "SessionKind",
    "Sessions",
    "SetupLink",
    "Store",
    "Tenant",
    "Tenants",
    "Throttles",
    "Tools",
    "Unit",
    "Verdict",
    "Wrong",
]
