"""People in from a file: look at all of it first, then write it in small transactions.

Interrupted, it is resumed by running it again: a person is written whole or not at all, and those who are as the
file says cost no write.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from keyback.app import new_password
from keyback.app.admin.rights import is_host, may_touch, require
from keyback.app.people.difference import IMPORTED, Plan, Terms, for_known, for_new
from keyback.app.people.import_writing import as_person, write
from keyback.app.people.ports import KnownPerson, Work
from keyback.app.people.reading import Reading, Source
from keyback.core.errors import Conflict
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.policy import Policy, resolve
from keyback.core.ports import Unit
from keyback.core.rules import assurance, offer
from keyback.core.rules.password import Context, prepare
from keyback.core.rules.people_file import Imported, Mistake
from keyback.core.rules.roles import Permission
from keyback.core.types import Contact, ContactKind, DirectoryKind, Instant

MESSAGES: Mapping[str, str] = {
    "import.file_changed": "The file was changed while it was read. Some people may be in already; run it again.",
    "import.other_account": (
        "The user ID {user_id} belonged to another account of the source before. Nothing was changed for it."
    ),
    "import.deleted": "The user ID {user_id} belongs to a deleted account. Nothing was changed for it.",
    "import.beyond": "Your roles do not reach {user_id}, so nothing was changed for this account.",
}

BATCH = 50
"""People in one transaction: so few that a reset need not wait long for its end."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to do it."""

    mapping: Mapping[str, str] = field(default_factory=dict)
    skip_bad: bool = False
    trust: bool = False
    dry_run: bool = False


@dataclass(slots=True)
class Report:
    """What the file holds, and what became of it. All before `written` is known after looking."""

    trusted: bool = False
    """Whether contacts count as confirmed: asked for, or by the tenant's policy."""
    people: int = 0
    bad: int = 0
    """Lines that cannot be taken."""
    warnings: int = 0
    shared: int = 0
    """Addresses and numbers that somebody before in the file has, too."""
    able: int = 0
    """People whose contacts in this file alone would let them reset under the policy in force, if trusted."""
    written: bool = False
    added: int = 0
    changed: int = 0
    unchanged: int = 0
    conflicts: int = 0
    """User IDs that now belong to another account of the source; left alone."""
    beyond: int = 0
    """People whom the operator may not change; left alone."""
    waiting: int = 0
    """Contacts that serve only after their wait."""


class Listener(Protocol):
    """Who follows the import. Everything is called between transactions, never within one."""

    def mistake(self, mistake: Mistake) -> None: ...
    def warning(self, warning: Mistake) -> None: ...
    def looked(self, people: int) -> None:
        """So many lines have been looked at."""

    def wrote(self, people: int, *, wrote: bool) -> None:
        """So many people are done; the place to rest a moment, so that others come to write (`wrote`)."""


def import_people(work: Work, source: Source, options: Options, listener: Listener) -> Report:
    """Both passes. `report.written` is false when a bad line stood in the way, or nothing was to be written.

    Raises `Invalid` when the header cannot be read, `Conflict` when the file changes meanwhile, `Forbidden`.
    """
    with work.house.store.reading() as unit:
        in_force = unit.policies.in_force()
    run = _Run(work, options, listener, in_force.policy if in_force else Policy())
    run.look(source)
    if run.report.bad == 0 or options.skip_bad:
        run.write(source)
    return run.report


class _Run:
    def __init__(self, work: Work, options: Options, listener: Listener, policy: Policy) -> None:
        self.report = Report(trusted=options.trust or policy.self_service.trust_imported_contacts)
        self._work = work
        self._options = options
        self._listener = listener
        self._policy = policy
        self._id = work.house.random.id()
        self._made = 0

    def look(self, source: Source) -> None:
        """First pass: every mistake; nothing is kept but counts."""
        reading = Reading(source, self._options.mapping, self._judge, self._work.house.region)
        report = self.report
        for number, person in enumerate(reading.people(), 1):
            if isinstance(person, tuple):
                report.bad += 1
                for mistake in person:
                    self._listener.mistake(mistake)
            else:
                report.people += 1
                report.able += self._able(person)
                report.warnings += len(person.warnings)
                for warning in person.warnings:
                    self._listener.warning(warning)
            self._listener.looked(number)
        report.shared = reading.shared

    def write(self, source: Source) -> None:
        """Second pass, the same file again."""
        reading = Reading(source, self._options.mapping, self._judge, self._work.house.region)
        batch: list[Imported] = []
        done = 0
        for person in reading.people():
            if isinstance(person, tuple):
                if not self._options.skip_bad:
                    raise Conflict(say("import.file_changed"))
                continue
            batch.append(person)
            if len(batch) == BATCH:
                done += self._write_batch(batch, done)
                batch = []
        if batch:
            self._write_batch(batch, done)
        if self.report.written:
            self._close()

    def _write_batch(self, batch: Sequence[Imported], done: int) -> int:
        """Looks first, so that a batch without changes opens no transaction that writes, and others hold it for the
        shortest time."""
        with self._work.house.store.reading() as unit:
            known, now = self._known(unit, batch), unit.now
            plans = [self._within_reach(unit, plan) for plan in self._plans(unit, batch, known)]
        changing = [plan for plan in plans if not plan.empty]
        if changing and not self._options.dry_run:
            hashes = self._hashes(changing)
            with self._work.house.store.writing() as unit:
                if hashes:
                    new_password.still_judged(self._policy.passwords, unit.policies.in_force())
                self._may_write(unit)
                self._work.people(unit).lock(list(known))
                if (present := self._known(unit, batch)) != known:  # somebody else was here meanwhile
                    plans = self._plans(unit, batch, present)
                plans = [self._within_reach(unit, plan) for plan in plans]
                write(self._work, unit, [plan for plan in plans if not plan.empty], hashes, self._id)
            self.report.written = True
        self._count(plans, now)
        self._listener.wrote(done + len(batch), wrote=bool(changing))
        return len(batch)

    def _may_write(self, unit: Unit) -> None:
        """To say of contacts that they need no code is to vouch for a way in, which is more than to change people (ADM-1)."""
        require(unit, self._work.actor, Permission.CHANGE_PEOPLE)
        if self._options.trust and not self._policy.self_service.trust_imported_contacts:
            require(unit, self._work.actor, Permission.CHANGE_METHODS)

    def _known(self, unit: Unit, batch: Sequence[Imported]) -> Mapping[str, KnownPerson]:
        return self._work.people(unit).known([person.canonical for person in batch])

    def _plans(self, unit: Unit, batch: Sequence[Imported], known: Mapping[str, KnownPerson]) -> list[Plan]:
        fingerprint = unit.info.fingerprint
        terms = Terms(self.report.trusted, self._policy, unit.now)
        new_id = self._work.house.random.id
        return [
            for_known(person, known[person.canonical], fingerprint, new_id, terms)
            if person.canonical in known
            else for_new(person, self._next_person(), new_id, terms)
            for person in batch
        ]

    def _within_reach(self, unit: Unit, plan: Plan) -> Plan:
        """Nothing for who is known and holds more than the operator."""
        actor = self._work.actor
        if plan.known is None or plan.empty or is_host(actor):
            return plan
        person = unit.people.by_id(plan.person, unit.now)
        if person is not None and may_touch(unit, actor, (Permission.CHANGE_PEOPLE,), person):
            return plan
        return Plan(plan.person, plan.stated, plan.known, beyond=True)

    def _next_person(self) -> str:
        """128 bits, 96 of them random; rising within one import, so that rows of neighbours lie side by side on disk:
        with wholly random ids each person touches a dozen pages of its own."""
        self._made += 1
        return f"{self._id[:16]}{self._made:08x}{self._work.house.random.id()[:8]}"

    def _hashes(self, plans: Sequence[Plan]) -> Mapping[str, str]:
        """Hashes of initial passwords of people who are not there yet, by user ID; no transaction is open."""
        hasher = self._work.house.hasher
        return {
            plan.stated.canonical: hasher.hash(prepare(plan.stated.password))
            for plan in plans
            if plan.known is None and plan.stated.password is not None
        }

    def _count(self, plans: Sequence[Plan], now: Instant) -> None:
        for plan in plans:
            self.report.added += plan.known is None
            self.report.changed += plan.known is not None and not plan.empty
            self.report.unchanged += plan.known is not None and plan.empty and not (plan.conflict or plan.beyond)
            self.report.waiting += sum(
                contact.confirmed_how != "" and contact.usable_from > now for contact in plan.contacts
            )
            self.report.waiting += sum(usable_from > now for _, usable_from in plan.confirm)
            if plan.beyond:
                self.report.beyond += 1
                self._listener.warning(Mistake(plan.stated.line, "", say("import.beyond", user_id=plan.stated.upn)))
            if plan.conflict:
                self.report.conflicts += 1
                deleted = plan.known is not None and plan.known.deleted
                text = say("import.deleted" if deleted else "import.other_account", user_id=plan.stated.upn)
                self._listener.warning(Mistake(plan.stated.line, "", text))

    def _close(self) -> None:
        """One line in the audit log for the whole; its lines about single people carry the same correlation."""
        report = self.report
        with self._work.house.store.writing() as unit:
            summary = {"added": report.added, "changed": report.changed, "bad": report.bad}
            unit.audit(Event(Activity.PEOPLE_IMPORTED, self._work.actor, "", "success", "", self._id, details=summary))

    def _judge(self, person: Imported, password: str) -> tuple[Text, ...]:
        names = tuple(filter(None, (person.given_name, person.surname, person.display_name)))
        addresses = tuple(value for kind, value in person.contacts)
        whose = Context(person.canonical, names, words=addresses)
        return new_password.mistakes(self._work.house, self._policy.passwords, whose, password)

    def _able(self, person: Imported) -> bool:
        """As if the contacts were confirmed; groups and roles are not in a file, so the tenant's own number counts."""
        foreign = person.directory not in {None, DirectoryKind.CLOUD}
        if person.enabled is False or (foreign and not self._policy.self_service.writeback):
            return False
        somebody = as_person(person)
        contacts = [Contact("", "", kind, value, 0, IMPORTED, 0, preferred=False) for kind, value in person.contacts
                    if kind is not ContactKind.PRIMARY]  # fmt: skip
        methods = self._work.house.methods
        usable = offer.usable(somebody, self._policy, offer.Holdings(contacts), methods.values(), 0)
        proofs = [(one.enrolment.method, methods[one.enrolment.method].trust_roots(one.enrolment)) for one in usable]
        return assurance.reachable(proofs, resolve(self._policy, frozenset(), administrator=False))
