"""Deleted users: who they were, until when they can be restored, and erasing them before."""

from collections.abc import Mapping

from keyback.app.people import deleting, listing
from keyback.app.people.deleting import restorable_until
from keyback.core.errors import NotFound
from keyback.core.messages import say
from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _user
from keyback.web.admin.pages.users import PAGE, SEES
from keyback.web.admin.parts import Column, Go, Paragraph, Press, Presses, Row, Screen, Table

MESSAGES: Mapping[str, str] = {
    "users.deleted.title": "Deleted users",
    "users.deleted.lead": "A deleted user can be restored for 30 days, as before but without roles. Then everything of them is "
    "erased; the audit log keeps their ids only.",
    "users.deleted.until": "Can be restored until",
    "users.deleted.until_at": "{until_at}",
    "users.deleted.at": "Deleted",
    "users.deleted.at_at": "{deleted_at}",
    "users.deleted.none": "Nobody is deleted at this moment.",
    "users.deleted.restore": "Restore",
    "users.deleted.erase": "Erase for good",
    "users.deleted.sure_title": "Erase {user_id} for good?",
    "users.deleted.sure": "Names, addresses, numbers, methods, passwords and attempts are removed from the database now. "
    "Nobody can bring them back. The user ID is free again.",
    "users.deleted.cancel": "Keep it",
    "users.restored.done": "The user is restored. Roles are not: give them again where they are needed.",
    "users.erased.done": "The user is erased.",
}


def show(ask: Ask) -> Reply:
    """The list, by user ID."""
    after = ask.query.get("after", "").partition("~")
    query = PeopleQuery(
        show="deleted",
        count=PAGE + 1,
        groups=ask.operator.rights.scopes,
        after=(after[2], after[0]) if after[1] else None,
    )
    with ask.house.store.reading() as unit:
        found = unit.listing.people(query)
    page = found[:PAGE]
    last = "~".join(reversed(listing.cursor(page[-1]))) if len(found) > PAGE else ""
    columns = ("users.column.name", "users.column.user_id", "users.deleted.at", "users.deleted.until")
    table = Table(
        say("users.deleted.title"), tuple(Column(say(one)) for one in columns), tuple(_row(ask, one) for one in page),
        say("users.deleted.none"), path="/users/deleted", next=last, first="/users/deleted" if query.after else "",
    )  # fmt: skip
    screen = Screen(
        "users_deleted", say("users.deleted.title"), (table,), lead=(say("users.deleted.lead"),),
        above=(Go("/users", say("user.above")),), place="/users",
    )  # fmt: skip
    return Reply(screen)


def restore(ask: Ask) -> Reply:
    """As before, without roles."""
    person = _user.look(ask).person
    deleting.restore(ask.work(), person.canonical)
    return Reply(go_to=f"/users/{person.id}", done="users.restored.done")


def erase_first(ask: Ask) -> Reply:
    """What it means."""
    person = _user.look(ask).person
    if person.deleted_at is None:
        raise NotFound(say("people.not_deleted", user_id=person.upn))
    parts = (
        Paragraph(say("users.deleted.sure")),
        Presses((
            Press(f"/users/{person.id}/erase", say("users.deleted.erase"), harsh=True),
            Go("/users/deleted", say("users.deleted.cancel")),
        )),
    )  # fmt: skip
    title = say("users.deleted.sure_title", user_id=person.upn)
    return Reply(_user.plain("user_erase", title, parts, Go("/users/deleted", say("users.deleted.title"))))


def erase(ask: Ask) -> Reply:
    """For good."""
    deleting.erase(ask.work(), _user.look(ask).person.canonical)
    return Reply(go_to="/users/deleted", done="users.erased.done")


def _row(ask: Ask, one: Listed) -> Row:
    at = one.deleted_at or 0
    until = restorable_until(at)
    cells = (
        Go(f"/users/{one.id}", one.display_name), one.upn, say("users.deleted.at_at", deleted_at=at),
        say("users.deleted.until_at", until_at=until),
    )  # fmt: skip
    restore = Press(f"/users/{one.id}/restore", say("users.deleted.restore"))
    return Row(one.id, cells, (restore,) if ask.may(Permission.CHANGE_PEOPLE) and ask.now < until else ())


ROUTES = (
    Route("GET", "/users/deleted", show, SEES, query=("after",)),
    Route("POST", "/users/{person}/restore", restore, one_of(Permission.CHANGE_PEOPLE)),
    Route("GET", "/users/{person}/erase", erase_first, one_of(Permission.CHANGE_ROLES)),
    Route("POST", "/users/{person}/erase", erase, one_of(Permission.CHANGE_ROLES), dangerous=True),
)
