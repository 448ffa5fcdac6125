"""A made-up organisation of any size, for benchmarks and for looking at big tables. The same number gives the same
people every time.

Person `i` (from 0) has the user ID of `someone(i)`. Nine in ten are in a department that belongs to the pilot group.
Who has an authenticator has `totp_secret(i)`; everybody has the password `PASSWORD`, to be changed at the first
sign-in. All of that is public: it serves on loopback only.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from keyback.app.outbox.deliver import Courier, Route
from keyback.app.outbox.wording import Voice
from keyback.app.people.enrolling import method_on
from keyback.app.people.finding import canonical_name
from keyback.app.people.ports import Facts, Group, NewPassword, NewPerson
from keyback.app.perform import NOTICE_URGENCY
from keyback.core.events import Activity, Event, Step
from keyback.core.ports import Letter, Method, NewContact, NewEnrolment, Outgoing, Receipt
from keyback.core.rules.readiness import BITS, NO_ADMINISTRATOR, OWN_PASSWORD, Standing
from keyback.core.types import DAY, ContactKind, DirectoryKind, Instant, PersonKind
from keyback.store.group_changes import SqlGroupChanges
from keyback.store.people_changes import SqlPeopleChanges
from keyback.store.unit import SqlUnit
from keyback.wiring.console import actor, work_of
from keyback.wiring.demo_people import DOMAIN, PILOT
from keyback.wiring.house import Running

PASSWORD: Final = "generated-people-share-this-one"
GIVEN: Final = (
    "Amira", "Bela", "Chidi", "Dilnoza", "Elif", "Farid", "Gwen", "Haruto", "Ines", "Jonas", "Kofi", "Lucia", "Mateo",
    "Nadia", "Oskar", "Priya", "Quentin", "Rosa", "Sven", "Tala", "Umut", "Vera", "Wanda", "Xenia", "Yusuf", "Zofia",
)  # fmt: skip
SURNAMES: Final = (
    "Adeyemi", "Bauer", "Costa", "Dubois", "Eriksson", "Fischer", "Garcia", "Haddad", "Ivanova", "Jensen", "Kowalski",
    "Lopez", "Moreau", "Nguyen", "Okafor", "Petrov", "Quispe", "Rossi", "Santos", "Tanaka", "Usman", "Vogel", "Weber",
    "Xu", "Yilmaz", "Zhang",
)  # fmt: skip
DEPARTMENTS: Final = (
    "Sales", "Support", "Research", "Finance", "Legal", "Logistics", "Production", "Design", "Quality", "Facilities",
)  # fmt: skip
OUTSIDE: Final = "Contractors"
"""The one group that is not in the pilot."""
BATCH: Final = 5_000
"""People in one transaction."""
TOLD: Final = 1_000
"""At most so many notices in the outbox's history."""


@dataclass(frozen=True, slots=True)
class Generated:
    """One of them."""

    id: str
    user_id: str
    given_name: str
    surname: str
    department: str
    mail: str
    mobile: str
    authenticator: bool
    enabled: bool
    reset_once: bool
    """Whether the audit log tells of a reset."""


def someone(number: int) -> Generated:
    """Person `number`: a function of the number alone."""
    dice = hashlib.sha256(b"keyback-demo-person:%d" % number).digest()
    given, surname = GIVEN[dice[0] % len(GIVEN)], SURNAMES[dice[1] % len(SURNAMES)]
    name = f"{given}.{surname}.{number}".lower()
    return Generated(
        id=f"{number:08x}{dice[20:32].hex()}",  # rising, so that a million rows are appended and not scattered
        user_id=f"{name}@{DOMAIN}",
        given_name=given,
        surname=surname,
        department=OUTSIDE if dice[2] % 10 == 0 else DEPARTMENTS[dice[3] % len(DEPARTMENTS)],
        mail=f"{name}@mail.example" if dice[4] % 10 < 8 else "",  # noqa: PLR2004 - eight in ten
        mobile=f"+49171{number % 10_000_000:07d}" if dice[5] % 10 < 6 else "",  # noqa: PLR2004 - six in ten
        authenticator=dice[6] % 10 < 5,  # noqa: PLR2004 - half
        enabled=dice[7] % 50 != 0,
        reset_once=dice[8] % 20 == 0,
    )


@dataclass(frozen=True, slots=True)
class _Shelf:
    methods: Sequence[Method]
    app: str
    """Name of the one that hangs on an app."""


def totp_secret(number: int) -> bytes:
    """The authenticator secret of person `number`."""
    return hashlib.sha256(b"keyback-demo-totp:%d" % number).digest()[:20]


def generate(running: Running, count: int) -> None:
    """Write `count` people with their methods, groups and history."""
    groups = _groups(running)
    encoded = running.house.hasher.hash(PASSWORD)
    methods = tuple(running.house.methods.values())
    shelf = _Shelf(methods, method_on(work_of(running), "app").name)
    for first in range(0, count, BATCH):
        batch = [(number, someone(number)) for number in range(first, min(first + BATCH, count))]
        with running.store.writing() as unit:
            _write(unit, batch, encoded, shelf)
            members = SqlGroupChanges(unit)
            for _, one in batch:
                members.add_member(groups[one.department], one.id, "person")
            for event in _history(one for _, one in batch):
                unit.audit(event)
    _tell(running, count)


def _groups(running: Running) -> dict[str, str]:
    """Ids of the departments by name."""
    with running.store.writing() as unit:
        changes = SqlGroupChanges(unit)
        pilot = changes.by_name(canonical_name(PILOT))
        made = {name: running.house.random.id() for name in (*DEPARTMENTS, OUTSIDE)}
        for name, id_ in made.items():
            changes.add(Group(id_, name, role_assignable=False, members=0), canonical_name(name))
            if pilot and name != OUTSIDE:
                changes.add_member(pilot.id, id_, "group")
            unit.audit(Event(Activity.GROUP_ADDED, actor(), id_, "success", details={"name": name}))
    return made


def _write(unit: SqlUnit, batch: Sequence[tuple[int, Generated]], encoded: str, shelf: _Shelf) -> None:
    changes, now = SqlPeopleChanges(unit), unit.now
    changes.add([NewPerson(one.id, one.user_id, PersonKind.PERSON, _facts(one)) for _, one in batch])
    changes.add_passwords([NewPassword(one.id, encoded, now + 14 * DAY) for _, one in batch])
    unit.info.add_contacts([contact for _, one in batch for contact in _contacts(one, now)])
    unit.info.add_enrolments(
        [
            NewEnrolment(f"{one.id[:-1]}t", one.id, shelf.app, totp_secret(number), one.user_id, 0, 0, now)
            for number, one in batch
            if one.authenticator
        ]
    )
    unit.readiness.put([(one.id, _standing(one, shelf)) for _, one in batch])


def _facts(one: Generated) -> Facts:
    name = f"{one.given_name} {one.surname}"
    return Facts(
        one.user_id, name, one.given_name, one.surname, DirectoryKind.CLOUD, "", one.enabled, one.department, ""
    )


def _contacts(one: Generated, now: Instant) -> Iterator[NewContact]:
    if one.mail:
        yield NewContact(f"{one.id[:-1]}m", one.id, ContactKind.EMAIL, one.mail, "import", now)
    if one.mobile:
        yield NewContact(f"{one.id[:-1]}p", one.id, ContactKind.MOBILE, one.mobile, "import", now)


def _standing(one: Generated, shelf: _Shelf) -> Standing:
    has = {ContactKind.EMAIL: bool(one.mail), ContactKind.MOBILE: bool(one.mobile)}
    held = sum(
        BITS.get(method.name, 0)
        for method in shelf.methods
        if (has.get(method.contact_kind) if method.contact_kind else one.authenticator and method.name == shelf.app)
    )
    return Standing(held, one.enabled, NO_ADMINISTRATOR, OWN_PASSWORD, 0)


def _history(people: Iterable[Generated]) -> Iterator[Event]:
    """One person in twenty reset a password once."""
    for one in people:
        if one.reset_once:
            for step in (Step.SUBMITTED_ID, Step.OPTIONS_SHOWN, Step.NEW_PASSWORD, Step.SUCCEEDED):
                yield Event(Activity.FLOW_PROGRESS, one.id, one.id, "success", step, f"{one.id[:-1]}j", "127.0.0.1")
            yield Event(Activity.RESET, one.id, one.id, "success", "", f"{one.id[:-1]}j", "127.0.0.1")


class _Nobody:
    """A channel that takes everything."""

    name = "email"

    def send(self, letter: Letter) -> Receipt:
        return Receipt(f"generated-{letter.id[:8]}")

    def close(self) -> None:
        pass


def _tell(running: Running, count: int) -> None:
    """Messages that were sent once, through the courier itself."""
    with running.store.writing() as unit:
        for number in range(min(TOLD, count // 20)):
            one = someone(number)
            values: Mapping[str, str | int] = {"user_id": one.user_id, "when_at": unit.now, "source": "127.0.0.1"}
            unit.outbox.put(
                Outgoing("email", "notice.password_reset", values, one.mail), NOTICE_URGENCY, unit.now + DAY, unit.now
            )
    voice = Voice(running.site.catalog.words("en", running.tenant.zone), running.tenant.name, "")
    Courier(running.store, Route((_Nobody(),), lambda _: voice), running.house.clock).run_once("email")
