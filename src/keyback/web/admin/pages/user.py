"""One person: what is known, edited here, enabled or disabled, deleted."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from keyback.app.people import deleting, editing, status
from keyback.app.people.deleting import may_erase, restorable_until
from keyback.app.people.editing import Changed, Details, Misfit
from keyback.core.errors import Conflict
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _user
from keyback.web.admin.pages._user import Seen
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import (
    Cell,
    Change,
    Changes,
    Control,
    Facts,
    Form,
    Go,
    Hidden,
    Line,
    Option,
    Panel,
    Paragraph,
    Part,
    Press,
    Presses,
    Select,
)

MESSAGES: Mapping[str, str] = {
    "user.known": "Details",
    "user.user_id": "User ID",
    "user.name": "Name",
    "user.given_name": "First name",
    "user.surname": "Last name",
    "user.department": "Department",
    "user.language": "Language of messages",
    "user.language.none": "The organisation's",
    "user.account": "Account",
    "user.kind": "Kind",
    "user.lives_in": "Password lives in",
    "user.id": "Object ID",
    "user.deleted_at": "Deleted",
    "user.deleted_at_at": "{deleted_at}; can be restored until {until_at}",
    "user.edit": "Edit",
    "user.user_id_hint": "Changing it signs the person out everywhere, and they are told.",
    "user.save": "Save",
    "user.saved.done": "Saved.",
    "user.same.done": "All of this was so already. Nothing was changed.",
    "user.now": "What somebody else saved meanwhile, and what you typed",
    "user.no_difference": "There is no difference.",
    "user.sign_in": "Account",
    "user.sign_in_enabled": "The person can sign in and, where policy allows it, reset the password.",
    "user.sign_in_disabled": "Nobody can sign in with this account or reset its password.",
    "user.disable": "Disable account",
    "user.enable": "Enable account",
    "user.disabled.done": "The account is disabled. Everything that was signed in or under way has ended, and the person is told.",
    "user.enabled.done": "The account is enabled again, and the person is told.",
    "user.delete": "Delete user",
    "user.delete_about": "For 30 days a deleted user can be restored, as before but without roles.",
    "user.delete_title": "Delete {user_id}?",
    "user.delete_means": "Everything that is signed in or under way ends at once, and all roles are taken away for good. To "
    "everybody else it looks as if the account were not there. For 30 days it can be restored; the user ID stays taken until then.",
    "user.delete_cancel": "Keep it",
    "user.delete_now": "Delete user",
    "user.deleted.done": "The user is deleted, and was told. For 30 days it can be restored here.",
}
FIELDS = ("user_id", "display_name", "given_name", "surname", "department", "language")
LANGUAGES = (("", ""), ("en", "English"), ("de", "Deutsch"))
LABELS: Mapping[str, str] = {**{name: f"user.{name}" for name in FIELDS}, "display_name": "user.name"}


@dataclass(frozen=True, slots=True)
class Again:
    """The form once more: what was typed, and what is wrong with it. `now`: what somebody else saved meanwhile."""

    typed: Details
    error: Text
    wrong: Mapping[str, Text] = field(default_factory=dict)
    now: Details | None = None


def show(ask: Ask) -> Reply:
    """Properties."""
    return _page(ask, _user.look(ask))


def save(ask: Ask) -> Reply:
    """What was typed; the form again where it cannot be."""
    seen = _user.look(ask)
    typed = details_typed(ask)
    try:
        changed = editing.edit(ask.work(), seen.person.canonical, typed, _before(ask.field("seen")))
    except Changed as error:
        return _page(ask, _user.look(ask), Again(typed, error.text, now=error.now))
    except Misfit as error:
        return _page(ask, seen, Again(typed, error.text, error.fields))
    except Conflict as error:
        return _page(ask, seen, Again(typed, error.text, {"user_id": error.text}))
    return Reply(go_to=seen.path, done="user.saved.done" if changed else "user.same.done")


def switch(ask: Ask) -> Reply:
    """Enable or disable."""
    seen, enabled = _user.look(ask), ask.field("enabled") == "yes"
    status.set_enabled(ask.work(), seen.person.canonical, enabled=enabled)
    return Reply(go_to=seen.path, done="user.enabled.done" if enabled else "user.disabled.done")


def delete_first(ask: Ask) -> Reply:
    """What it means, before it is done."""
    seen = _user.look(ask)
    _user.must(ask, seen, Permission.CHANGE_PEOPLE)
    parts = (
        Paragraph(say("user.delete_means")),
        Presses((Press(f"{seen.path}/delete", say("user.delete_now"), harsh=True), Go(seen.path, say("user.delete_cancel")))),
    )  # fmt: skip
    return Reply(
        _user.plain("user_delete", say("user.delete_title", user_id=seen.person.upn), parts, Go(seen.path, seen.person.display_name))
    )  # fmt: skip


def delete(ask: Ask) -> Reply:
    """For 30 days it can be restored."""
    deleting.delete(ask.work(), _user.look(ask).person.canonical)
    return Reply(go_to="/users/deleted", done="user.deleted.done")


def details_typed(ask: Ask) -> Details:
    """Of the fields of a form about a person."""
    return Details(*(" ".join(ask.field(name).split()) for name in FIELDS))


def details_controls(typed: Details, wrong: Mapping[str, Text], hint: Text | None = None) -> tuple[Control, ...]:
    """Inputs for them."""
    values = asdict(typed)
    lines = tuple(
        Line(name, say(LABELS[name]), values[name], error=wrong.get(name), required=name == "user_id",
             hint=hint if name == "user_id" else None)
        for name in FIELDS[:-1]
    )  # fmt: skip
    known = (
        LANGUAGES
        if any(tag == typed.language for tag, _ in LANGUAGES)
        else (*LANGUAGES, (typed.language, typed.language))
    )
    options = tuple(Option(tag, name or say("user.language.none")) for tag, name in known)
    language = Select("language", say("user.language"), options, typed.language, error=wrong.get("language"))
    return (*lines, language)


def _page(ask: Ask, seen: Seen, again: Again | None = None) -> Reply:
    parts: list[Part] = [_facts(seen)]
    if _user.may(ask, seen, Permission.CHANGE_PEOPLE):
        if again is not None and again.now is not None:
            parts.append(Panel(say("user.now"), (_difference(again.now, again.typed),)))
        parts += [_form(ask, seen, again), _switch(seen), _deletion(seen)]
    elif seen.person.deleted_at is not None:
        parts += _of_the_deleted(ask, seen)
    elif ask.may(Permission.CHANGE_PEOPLE):
        parts.append(Paragraph(say("user.out_of_reach")))
    return _user.reply(ask, seen, "properties", parts, again.error if again else None)


def _facts(seen: Seen) -> Panel:
    person = seen.person
    rows: list[tuple[Text, Cell]] = [
        (say("user.user_id"), person.upn), (say("user.account"), _user.mark_of(person)),
        (say("user.kind"), _user.kind(person.kind)), (say("user.lives_in"), _user.directory(person.directory)),
        (say("user.id"), person.id),
    ]  # fmt: skip
    if person.deleted_at is not None:
        until = restorable_until(person.deleted_at)
        rows.append((say("user.deleted_at"), say("user.deleted_at_at", deleted_at=person.deleted_at, until_at=until)))
    return Panel(say("user.known"), (Facts(tuple(rows)),))


def _form(ask: Ask, seen: Seen, again: Again | None) -> Panel:
    """What was on the page comes along, so that it is noticed when somebody else was faster."""
    before = again.now if again is not None and again.now is not None else _known(ask, seen)
    typed, wrong = (again.typed, again.wrong) if again is not None else (before, {})
    controls = details_controls(typed, wrong, say("user.user_id_hint"))
    form = Form(seen.path, say("user.save"), (*controls, Hidden("seen", json.dumps(asdict(before)))))
    return Panel(say("user.edit"), (form,), id="edit")


def _switch(seen: Seen) -> Panel:
    enabled = seen.person.enabled
    about = say("user.sign_in_enabled" if enabled else "user.sign_in_disabled")
    label = say("user.disable" if enabled else "user.enable")
    press = Press(f"{seen.path}/enabled", label, (("enabled", "no" if enabled else "yes"),), harsh=enabled)
    return Panel(say("user.sign_in"), (Presses((press,)),), about=about)


def _deletion(seen: Seen) -> Panel:
    go = Go(f"{seen.path}/delete", say("user.delete"))
    return Panel(say("user.delete"), (Presses((go,)),), about=say("user.delete_about"))


def _of_the_deleted(ask: Ask, seen: Seen) -> list[Part]:
    presses: list[Press | Go] = []
    if ask.may(Permission.CHANGE_PEOPLE) and ask.now < restorable_until(seen.person.deleted_at or 0):
        presses.append(Press(f"{seen.path}/restore", say("users.deleted.restore"), primary=True))
    if may_erase(ask.operator.rights):
        presses.append(Go(f"{seen.path}/erase", say("users.deleted.erase")))
    return [Presses(tuple(presses))] if presses else []


def _difference(now: Details, typed: Details) -> Changes:
    old, new = asdict(now), asdict(typed)
    changes = tuple(Change(say(LABELS[name]), old[name], new[name]) for name in FIELDS if old[name] != new[name])
    return Changes(changes, say("user.no_difference"))


def _known(ask: Ask, seen: Seen) -> Details:
    with ask.house.store.reading() as unit:
        known = ask.work().people(unit).known([seen.person.canonical])[seen.person.canonical]
        return editing.details_of(known.facts)


def _before(text: str) -> Details | None:
    """What the form showed, as it brought it along; None: nothing that could be compared."""
    try:
        found = json.loads(text)
        return Details(**{name: str(found[name]) for name in FIELDS})
    except (ValueError, KeyError, TypeError):
        return None


CHANGES = one_of(Permission.CHANGE_PEOPLE)
ROUTES = (
    Route("GET", "/users/{person}", show, SEES),
    Route("POST", "/users/{person}", save, CHANGES, (*FIELDS, "seen")),
    Route("POST", "/users/{person}/enabled", switch, CHANGES, ("enabled",), dangerous=True),
    Route("GET", "/users/{person}/delete", delete_first, CHANGES),
    Route("POST", "/users/{person}/delete", delete, CHANGES, dangerous=True),
)
