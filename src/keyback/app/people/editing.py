"""A person's names, user ID, department and language, changed by an administrator."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace

from keyback.app.people.ending import end_all
from keyback.app.people.finding import find_for
from keyback.app.people.ports import Facts, Work
from keyback.app.people.telling import USER_ID_CHANGED, tell
from keyback.app.policy.standing import refresh
from keyback.core.errors import Conflict, Invalid
from keyback.core.events import Activity, Event
from keyback.core.messages import Text, say
from keyback.core.ports import Unit
from keyback.core.rules import people_file
from keyback.core.rules.identifiers import canonical
from keyback.core.rules.roles import Permission
from keyback.core.types import Person

MESSAGES: Mapping[str, str] = {
    "people.not_so": "Some of this cannot be taken. Nothing was changed.",
    "people.changed_meanwhile": "Somebody else changed this person while you were typing. Look at both, and save again if "
    "yours should stand.",
}


@dataclass(frozen=True, slots=True)
class Details:
    """What can be edited."""

    user_id: str
    display_name: str
    given_name: str
    surname: str
    department: str
    language: str


class Changed(Conflict):
    """Somebody else was faster; `now` is how it stands."""

    def __init__(self, now: Details) -> None:
        super().__init__(say("people.changed_meanwhile"))
        self.now = now


class Misfit(Invalid):
    """`fields`: what is wrong, by name."""

    def __init__(self, fields: Mapping[str, Text]) -> None:
        super().__init__(say("people.not_so"), tuple(fields.values()))
        self.fields = fields


def wrong_with(new: Details) -> Mapping[str, Text]:
    """What cannot be taken, by name; empty: all can."""
    found = {name: text for name, value in asdict(new).items() if (text := people_file.misfit(value)) is not None}
    form = canonical(new.user_id)
    if form is None or "@" not in form:
        found.setdefault("user_id", say("people_file.user_id"))
    if not new.display_name:
        found.setdefault("display_name", say("people_file.empty"))
    if new.language and not people_file.is_language(new.language):
        found.setdefault("language", say("people_file.language"))
    return found


def edit(work: Work, user_id: str, new: Details, seen: Details | None = None) -> tuple[str, ...]:
    """Names of what changed; none: it was so already. `seen`: what whoever asks had before them. Another user ID ends
    everything that is signed in or under way, and the owner is told (decisions 20).

    Raises `NotFound`, `Forbidden`, `Misfit`, `Changed`, `Conflict` (user ID taken).
    """
    wrong = wrong_with(new)
    if wrong:
        raise Misfit(wrong)
    with work.house.store.writing() as unit:
        person = find_for(work, unit, user_id, Permission.CHANGE_PEOPLE)
        facts = work.people(unit).known([person.canonical])[person.canonical].facts
        before = details_of(facts)
        if seen is not None and seen != before:
            raise Changed(before)
        changed = tuple(name for name, value in asdict(new).items() if value != getattr(before, name))
        if not changed:
            return ()
        form = canonical(new.user_id) or ""
        if form != person.canonical:
            _rename(work, unit, person, form, new.user_id)
        work.people(unit).set_facts({person.id: _facts(facts, new)})
        refresh(unit, person.id, work.house.methods.values())
        details: Mapping[str, str | int] = {"fields": " ".join(changed)}
        unit.audit(Event(Activity.PERSON_CHANGED, work.actor, person.id, "success", details=details))
    work.house.kick("email")
    return changed


def details_of(facts: Facts) -> Details:
    """Of what is known, what can be edited."""
    return Details(facts.upn, facts.display_name, facts.given_name, facts.surname, facts.department, facts.language)


def _facts(facts: Facts, new: Details) -> Facts:
    return replace(
        facts, upn=new.user_id, display_name=new.display_name, given_name=new.given_name, surname=new.surname,
        department=new.department, language=new.language,
    )  # fmt: skip


def _rename(work: Work, unit: Unit, person: Person, form: str, shown: str) -> None:
    """IDN-4: neither a user ID nor the address of anybody else."""
    there = unit.people.by_canonical(form, unit.now)
    if there is not None:
        raise Conflict(say("people.exists" if there.deleted_at is None else "people.reserved", user_id=form))
    if any(owner != person.id for owner in unit.info.owners(form)):
        raise Conflict(say("people.is_contact", user_id=form))
    tell(unit, person, USER_ID_CHANGED, shown)
    end_all(unit, person)
    work.people(unit).rename(person.id, form)
