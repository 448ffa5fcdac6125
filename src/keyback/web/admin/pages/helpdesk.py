"""Helpdesk: find the person who calls, and see what waits."""

from collections.abc import Mapping

from keyback.app.helpdesk import queue
from keyback.core.messages import say
from keyback.core.ports.listing import Listed, PeopleQuery
from keyback.core.rules.words import words
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Heading, Place, Route
from keyback.web.admin.pages import _user
from keyback.web.admin.pages._desk import HELPS
from keyback.web.admin.parts import Column, Filter, Go, Row, Screen, Table, Tile, Tiles

MESSAGES: Mapping[str, str] = {
    "helpdesk.title": "Helpdesk",
    "helpdesk.lead": "Find who calls by the first letters of any word of the name or user ID.",
    "helpdesk.search": "Name or user ID",
    "helpdesk.found": "People found",
    "helpdesk.name": "Name",
    "helpdesk.user_id": "User ID",
    "helpdesk.department": "Department",
    "helpdesk.account": "Account",
    "helpdesk.search_first": "Type the first letters of a name or user ID: “ma kel” finds Marta Keller.",
    "helpdesk.nobody_found": "Nobody is found. Fewer letters find more people.",
    "helpdesk.more": "There are more. Type more letters.",
    "helpdesk.requests": "Requests for help",
    "helpdesk.incidents": "Incidents",
    "helpdesk.approvals": "Waiting for a second person",
}
MOST = 20


def show(ask: Ask) -> Reply:
    """The search, and the queues."""
    typed = ask.query.get("q", "").strip()
    wanted = tuple(words(typed))
    found: list[Listed] = []
    if wanted:
        with ask.house.store.reading() as unit:
            query = PeopleQuery(words=wanted, sort="name", count=MOST + 1, groups=ask.operator.rights.scopes)
            found = [one for one in unit.listing.people(query) if one.deleted_at is None]
    table = Table(
        say("helpdesk.found"),
        (
            Column(say("helpdesk.name")), Column(say("helpdesk.user_id")), Column(say("helpdesk.department")),
            Column(say("helpdesk.account")),
        ),
        tuple(_row(one) for one in found[:MOST]),
        say("helpdesk.nobody_found" if wanted else "helpdesk.search_first"),
        path="/helpdesk",
        filters=(Filter("q", "search", say("helpdesk.search"), typed),),
        count=say("helpdesk.more") if len(found) > MOST else None,
    )  # fmt: skip
    return Reply(Screen("helpdesk", say("helpdesk.title"), (table, _queues(ask)), lead=(say("helpdesk.lead"),)))


def _row(one: Listed) -> Row:
    state = _user.state_mark(enabled=one.enabled, frozen=one.frozen_at is not None, deleted=False)
    return Row(one.id, (Go(f"/helpdesk/{one.id}", one.display_name), one.upn, one.department, state))


def _queues(ask: Ask) -> Tiles:
    waits = queue.counts(ask.work())
    shown = (("requests", waits.requests), ("incidents", waits.incidents), ("approvals", waits.approvals))
    return Tiles(
        tuple(
            Tile(say(f"helpdesk.{name}"), str(count), href=f"/helpdesk/{name}", tone="warn" if count else "")
            for name, count in shown
        )
    )


ROUTES = (Route("GET", "/helpdesk", show, HELPS, query=("q",)),)
PLACES = (
    Place("/helpdesk", say("helpdesk.title"), Heading.PEOPLE, 4, HELPS,
          (say("helpdesk.requests"), say("helpdesk.incidents"), say("helpdesk.approvals"))),
)  # fmt: skip
