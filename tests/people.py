"""Four people for tests: Ada, a user with everything; Bo, a helpdesk operator; Cy, a global administrator; Dee,
the protected account that nobody may reset."""

from keyback.core.types import (
    Contact,
    ContactKind,
    DirectoryKind,
    Enrolment,
    Instant,
    Person,
    PersonKind,
)

NOW: Instant = 1_790_000_000_000
TENANT = "t1"
ADA_SECRET = bytes(range(20))
ADA_MAIL = "ada@mail.example"
ADA_MOBILE = "+4915112345609"


def person(name: str, surname: str, *roles: str, kind: PersonKind = PersonKind.PERSON) -> Person:
    """Somebody of the own directory, `<name>@example.org`."""
    upn = f"{name}@example.org"
    return Person(
        id=f"person-{name.lower()}",
        tenant=TENANT,
        upn=upn,
        canonical=upn.lower(),
        display_name=f"{name} {surname}",
        given_name=name,
        surname=surname,
        kind=kind,
        directory=DirectoryKind.CLOUD,
        enabled=True,
        generation=1,
        language="",
        roles=roles,
        groups=frozenset(),
    )


ADA = person("Ada", "Lovelace")
BO = person("Bo", "Helpdesk", "helpdesk_administrator")
CY = person("Cy", "Keeper", "global_administrator")
DEE = person("Dee", "Glass", "global_administrator", kind=PersonKind.BREAK_GLASS)


def contact(owner: Person, kind: ContactKind, value: str) -> Contact:
    """A confirmed contact that may be used at once."""
    return Contact(f"{owner.id}-{kind}", owner.id, kind, value, NOW, "code", NOW, preferred=True)


def enrolment(method: str, secret: bytes, *, owner: Person = ADA, slot: int = 0, name: str = "") -> Enrolment:
    """One way in that may be used at once."""
    label = f"{owner.given_name}'s {method}"
    return Enrolment(name or f"{owner.id}-{method}-{slot}", method, owner.id, secret, label, slot, 0, NOW)


ADA_CONTACTS = (contact(ADA, ContactKind.EMAIL, ADA_MAIL), contact(ADA, ContactKind.MOBILE, ADA_MOBILE))
