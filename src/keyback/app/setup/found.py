"""Set up an organisation: its name and domain, a safe first policy, and its first administrator (ADM-7)."""

from dataclasses import dataclass

from keyback.app.people.ports import Facts, NewPerson, Work
from keyback.app.policy import standing
from keyback.app.setup.issue import FIRST, Issued, issue
from keyback.core.errors import Broken, Conflict, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.policy import Document, MethodPolicy, Numbers, Policy
from keyback.core.ports import Tenant, Unit
from keyback.core.rules import identifiers, roles
from keyback.core.types import DirectoryKind, Person, PersonKind

MESSAGES = {
    "init.exists": "There is an organisation already ({name}). Nothing was changed. The way for the first administrator is "
    "closed for good; to let somebody in from this machine use `keyback rescue USERID`.",
    "init.unusable": "Nothing was set up yet. Please look at this:",
    "init.organisation": "organisation: give its name, at most 100 characters that can be seen.",
    "init.domain": "domain: {value} is not a domain, such as contoso.com.",
    "init.admin": "admin: {value} is not a user ID, such as ada@{domain}.",
    "init.admin_domain": "admin: the user ID must end in @{domain}.",
}

LONGEST_NAME = 100
FIRST_METHODS = ("totp", "recovery_code", "email_code", "sms_code")


@dataclass(frozen=True, slots=True)
class Founding:
    """What is asked for. `zone` and `language` are the organisation's."""

    organisation: str
    domain: str
    admin: str
    zone: str
    language: str


def first_policy(country: str) -> Policy:
    """Nobody may reset yet; all methods are on, so that switching self-service on is one decision. Text messages go
    to one country, or nowhere while it is empty."""
    numbers = Numbers((country,) if country else ())
    return Policy(methods={name: MethodPolicy() for name in FIRST_METHODS}, numbers=numbers)


def mistakes(wanted: Founding) -> tuple[Text, ...]:
    """Everything that is wrong, by name."""
    found = []
    name = wanted.organisation
    if not name.strip() or len(name) > LONGEST_NAME or not name.isprintable():
        found.append(say("init.organisation"))
    domain = canonical_domain(wanted.domain)
    if not domain:
        found.append(say("init.domain", value=wanted.domain))
    elif identifiers.canonical(admin_of(wanted)) is None:
        found.append(say("init.admin", value=wanted.admin, domain=domain))
    elif identifiers.suffix(identifiers.canonical(admin_of(wanted)) or "") != domain:
        found.append(say("init.admin_domain", domain=domain))
    return tuple(found)


def canonical_domain(domain: str) -> str:
    """As user IDs of it end, or nothing."""
    canonical = identifiers.canonical(f"somebody@{domain}") or ""
    found = identifiers.suffix(canonical)
    return found if "@" not in domain and "." in found else ""


def admin_of(wanted: Founding) -> str:
    """The administrator's user ID, whole."""
    return wanted.admin if "@" in wanted.admin else f"{wanted.admin}@{canonical_domain(wanted.domain)}"


def found(work: Work, wanted: Founding) -> Issued:
    """Do it, and issue the first administrator's link. Raises `Conflict` when there is an organisation already."""
    if wrong := mistakes(wanted):
        raise Invalid(say("init.unusable"), wrong)
    with work.house.store.writing() as unit:
        there = unit.tenants.the_one()
        if there is not None:
            raise Conflict(say("init.exists", name=there.name))
        unit.tenants.insert(
            Tenant(unit.tenant, wanted.organisation.strip(), wanted.zone, wanted.language, had_administrator=False),
            unit.now,
        )
        unit.tenants.add_domain(canonical_domain(wanted.domain))
        unit.audit(Event(Activity.TENANT_CREATED, work.actor, "", "success"))
        unit.policies.append(Document(1, first_policy(work.house.region), work.actor, unit.now, "first policy"))
        unit.audit(Event(Activity.POLICY_CHANGED, work.actor, "", "success", "first policy", details={"version": 1}))
        person = _administrator(work, unit, admin_of(wanted).strip())
        if not unit.tenants.claim_first_administrator():
            raise Broken("the first administrator exists in an organisation that did not")
        return issue(work.house, unit, person, FIRST, work.actor)


def _administrator(work: Work, unit: Unit, upn: str) -> Person:
    canonical = identifiers.canonical(upn) or ""
    identity = work.house.random.id()
    facts = Facts(
        upn=upn, display_name=upn.partition("@")[0], given_name="", surname="", directory=DirectoryKind.CLOUD,
        source_id="", enabled=True, department="", language="",
    )  # fmt: skip
    work.people(unit).add([NewPerson(identity, canonical, PersonKind.PERSON, facts)])
    work.groups(unit).grant(identity, roles.GLOBAL)
    unit.audit(Event(Activity.PERSON_ADDED, work.actor, identity, "success"))
    unit.audit(Event(Activity.ROLE_CHANGED, work.actor, identity, "success", details={"added": roles.GLOBAL}))
    standing.refresh(unit, identity, work.house.methods.values())
    person = unit.people.by_id(identity, unit.now)
    if person is None:
        raise Broken("a person that was just added is not there")
    return person
