"""What happened to one person, newest first, each attempt a link to its whole story."""

import json
from collections.abc import Mapping, Sequence

from keyback.app.admin.rights import is_host
from keyback.app.reset.scene import account_of
from keyback.core.messages import Text, say
from keyback.core.ports import Unit
from keyback.core.ports.listing import LogPage, LogQuery
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route
from keyback.web.admin.pages import _user
from keyback.web.admin.pages._user import Seen
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import Go, Moment, Part, Presses, Timeline, Words

MESSAGES: Mapping[str, str] = {
    "user_timeline.empty": "Nothing has happened yet.",
    "user_timeline.failed": "Did not succeed.",
    "user_timeline.self": "By the person.",
    "user_timeline.host": "By {who} at the command line.",
    "user_timeline.by": "By {who}.",
    "user_timeline.system": "By Keyback itself.",
    "user_timeline.from": "From {source}.",
    "user_timeline.older": "Older",
    "user_timeline.newest": "Newest first",
}
SHOWN = 30
SAID = ("why", "fields", "kind", "method", "vouched_by")
"""Of the details of a line, what operators need; the rest stands in the audit log."""


def show(ask: Ask) -> Reply:
    """A page of it."""
    seen = _user.look(ask)
    before = ask.query.get("before", "")
    page, names = _lines(ask, seen, int(before) if before.isdecimal() and len(before) < 16 else 0)  # noqa: PLR2004
    moments = tuple(_moment(ask, seen, line, names) for line in page.lines)
    parts: list[Part] = [Timeline(moments, say("user_timeline.empty"))]
    links = [Go(f"{seen.path}/timeline", say("user_timeline.newest"))] if before else []
    if page.before:
        links.append(Go(f"{seen.path}/timeline?before={page.before}", say("user_timeline.older")))
    if links:
        parts.append(Presses(tuple(links)))
    return _user.reply(ask, seen, "timeline", parts)


def _lines(ask: Ask, seen: Seen, before: int) -> tuple[LogPage, Mapping[str, str]]:
    """About the person, also what was tried under the user ID before anybody proved to be them."""
    also = (f"account:{account_of(ask.house, seen.person.canonical)}",)
    with ask.house.store.reading() as unit:
        page = unit.log.page(LogQuery(person=seen.person.id, also=also, about_only=True, before=before, count=SHOWN))
        actors = {str(line["actor"]) for line in page.lines} - {"", seen.person.id}
        names = unit.log.names([one for one in actors if not is_host(one)])
        return page, {one: name for one, name in names.items() if _may_be_named(ask, unit, one)}


def _may_be_named(ask: Ask, unit: Unit, actor: str) -> bool:
    """Whoever is out of the operator's sight stays an id (ADM-9)."""
    if not ask.operator.rights.scopes or actor == ask.actor:
        return True
    person = unit.people.by_id(actor, unit.now)
    return person is not None and ask.operator.rights.sees(person)


def _moment(ask: Ask, seen: Seen, line: Mapping[str, str | int], names: Mapping[str, str]) -> Moment:
    failed = line["result"] == "failure"
    about: list[Words] = [say("user_timeline.failed")] if failed else []
    about += _said(line)
    about.append(_by(seen, str(line["actor"]), names))
    if line["source"]:
        about.append(say("user_timeline.from", source=str(line["source"])))
    story = str(line["correlation"])
    go = Go(f"/audit-logs/story/{story}", str(line["activity"])) if story and ask.may(Permission.READ_AUDIT) else None
    return Moment(int(line["at"]), str(line["activity"]), tuple(about), "warn" if failed else "", go)


def _said(line: Mapping[str, str | int]) -> Sequence[str]:
    details = json.loads(str(line["details"]) or "{}")
    found = [str(line["reason"]), *(str(details[name]) for name in SAID if name in details)]
    return [one for one in dict.fromkeys(found) if one]


def _by(seen: Seen, actor: str, names: Mapping[str, str]) -> Text:
    if actor == seen.person.id:
        return say("user_timeline.self")
    if is_host(actor):
        return say("user_timeline.host", who=actor.partition(":")[2])
    return say("user_timeline.by", who=names.get(actor, actor)) if actor else say("user_timeline.system")


ROUTES = (Route("GET", "/users/{person}/timeline", show, SEES, query=("before",)),)
