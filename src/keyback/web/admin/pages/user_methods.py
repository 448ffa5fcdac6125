"""Authentication methods of one person: each thing masked, by whom it was confirmed, why it counts or does not; adding,
removing, and asking the person to register anew."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from keyback.app.people import contacts, demanding, enrolling
from keyback.app.people.demanding import MAY, Whom
from keyback.app.people.overview import Item, Overview, overview_of
from keyback.core.errors import Conflict, Invalid
from keyback.core.messages import Text, say
from keyback.core.rules.assurance import SPARE
from keyback.core.rules.roles import Permission
from keyback.core.types import ContactKind
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages import _user, _user_things
from keyback.web.admin.pages._user import Seen
from keyback.web.admin.pages.users import SEES
from keyback.web.admin.parts import (
    Column,
    Form,
    Go,
    Line,
    Option,
    Panel,
    Paragraph,
    Part,
    Press,
    Presses,
    Row,
    Select,
    Table,
)

MESSAGES: Mapping[str, str] = {
    "user_methods.list": "What is registered",
    "user_methods.what": "Method",
    "user_methods.confirmed": "Confirmed",
    "user_methods.reset": "For a reset",
    "user_methods.added": "Added",
    "user_methods.added_at": "{added_at}.",
    "user_methods.used_at": "Last used {used_at}.",
    "user_methods.none": "Nothing is registered. Add an address or number below, or ask the person to register.",
    "user_methods.remove": "Remove",
    "user_methods.remove_title": "Remove {thing}?",
    "user_methods.remove_means": "It stops working at once. Everything that is signed in or under way ends, and the person is "
    "told, there too.",
    "user_methods.keep": "Keep it",
    "user_methods.removed.done": "It is removed, and the person is told.",
    "user_methods.add": "Add an address or number",
    "user_methods.add_about": "It works for a reset at once if you say how you know that it is theirs. If not, it is a hint that "
    "the person must confirm first. The person is told.",
    "user_methods.kind": "Kind",
    "user_methods.no_kind": "Choose one of these.",
    "user_methods.value": "Address or number",
    "user_methods.value_hint": "Numbers with their country, such as +49 30 1234567. From now on it is shown in part only.",
    "user_methods.vouched": "How you know that it is theirs",
    "user_methods.vouched_hint": "Stands beside it and in the audit log. Leave it empty for a hint.",
    "user_methods.submit": "Add",
    "user_methods.added.done": "It is added, and the person is told.",
    "user_methods.demand": "Require re-registration",
    "user_methods.demand_about": "At the next sign-in the person must register anew. What is registered keeps working until then.",
    "user_methods.reason": "Reason",
    "user_methods.reason_hint": "Stands in the audit log.",
    "user_methods.demanded.done": "The person is asked to register anew at the next sign-in, and is told.",
    "user_methods.not_demanded.done": "Nothing was done: recovery is closed by a report, or this is no account of a person.",
    "user_methods.demanded_at": "Registering anew was required: {demanded_at}.",
    "user_methods.read_only": "After a recovery the person can change nothing of this until {until_at}.",
    "user_methods.pass": "Temporary access pass",
    "user_methods.pass_about": "With a pass somebody who has nothing else can sign in and register. It is made at the helpdesk.",
    "user_methods.pass_go": "Make one at the helpdesk",
    "user_methods.pass_live": "There is one that works until {until_at}.",
}
KINDS = (ContactKind.MOBILE, ContactKind.EMAIL, ContactKind.OFFICE)
REASON = "reason"


@dataclass(frozen=True, slots=True)
class Again:
    """What was typed, and what is wrong with it."""

    error: Text
    typed: Mapping[str, str] = field(default_factory=dict)
    where: str = ""
    """Name of the field that is wrong; empty: none of them."""

    def at(self, name: str) -> Text | None:
        """The mistake, if it is there."""
        return self.error if self.where == name else None


_FIRST = Again(say("user_methods.add"))


def show(ask: Ask) -> Reply:
    """All of it."""
    return _page(ask, _user.look(ask))


def add(ask: Ask) -> Reply:
    """Another address or number."""
    seen = _user.look(ask)
    kind, value, said = ask.field("kind"), ask.field("value"), ask.field("vouched_by")
    typed = {"kind": kind, "value": value, "vouched_by": said}
    if kind not in KINDS:
        return _page(ask, seen, Again(say("user_methods.no_kind"), typed, "kind"))
    try:
        contacts.add_contact(ask.work(), seen.person.canonical, ContactKind(kind), value, vouched_by=said)
    except (Invalid, Conflict) as error:
        where = "vouched_by" if error.text.id == "incidents.reason" else "value"
        return _page(ask, seen, Again(error.text, typed, where))
    return Reply(go_to=f"{seen.path}/methods", done="user_methods.added.done")


def remove_first(ask: Ask) -> Reply:
    """What it means."""
    seen = _user.look(ask)
    _user.must(ask, seen, Permission.CHANGE_METHODS)
    item = _item(ask, seen)
    back = Go(f"{seen.path}/methods", say("user_methods.keep"))
    values = (("kind", ask.query.get("kind", "")), ("item", ask.query.get("item", "")))
    press = Press(f"{seen.path}/methods/remove", say("user_methods.remove"), values, harsh=True)
    named = _user_things.name(item) if item else ""
    thing = named if isinstance(named, str) and named else item.name if item else ""
    parts = (Paragraph(say("user_methods.remove_means")), Presses((press, back)))
    title = say("user_methods.remove_title", thing=thing or ask.query.get("kind", ""))
    return Reply(_user.plain("user_method_remove", title, parts, Go(f"{seen.path}/methods", seen.person.display_name)))


def remove(ask: Ask) -> Reply:
    """For good. Only what is this person's is found, whatever id comes (ADM-9)."""
    seen, kind, item = _user.look(ask), ask.field("kind"), ask.field("item")
    if kind in _user_things.CONTACTS:
        contacts.remove_contact(ask.work(), seen.person.canonical, item)
    else:
        enrolling.remove(ask.work(), seen.person.canonical, kind, "" if kind in SPARE else item)
    return Reply(go_to=f"{seen.path}/methods", done="user_methods.removed.done")


def demand(ask: Ask) -> Reply:
    """Register anew at the next sign-in."""
    seen = _user.look(ask)
    try:
        asked = demanding.demand(ask.work(), Whom(seen.person.canonical), ask.field(REASON), lambda _: None)
    except Invalid as error:
        return _page(ask, seen, Again(error.text, {REASON: ask.field(REASON)}, REASON))
    done = "user_methods.demanded.done" if asked else "user_methods.not_demanded.done"
    return Reply(go_to=f"{seen.path}/methods", done=done)


def _page(ask: Ask, seen: Seen, again: Again | None = None) -> Reply:
    found = _overview(ask, seen)
    changes = _user.may(ask, seen, Permission.CHANGE_METHODS)
    parts: list[Part] = [Paragraph(one) for one in _state(found)]
    parts.append(Panel(say("user_methods.list"), (_table(seen, found, changes=changes),)))
    if changes:
        parts.append(_adding(seen, again or _FIRST))
    if any(_user.may(ask, seen, one) for one in MAY):
        parts.append(_demanding(seen, again or _FIRST))
    if any(_user.may(ask, seen, one) for one in (Permission.RESET_PASSWORDS, Permission.CHANGE_METHODS)):
        parts.append(_pass(seen, found))
    return _user.reply(ask, seen, "methods", parts, again.error if again else None)


def _overview(ask: Ask, seen: Seen) -> Overview:
    with ask.house.store.reading() as unit:
        return overview_of(ask.work(), unit, seen.person)


def _item(ask: Ask, seen: Seen) -> Item | None:
    asked = ask.query.get("item", "")
    return next((one for one in _overview(ask, seen).items if one.id == asked), None)


def _state(found: Overview) -> tuple[Text, ...]:
    upkeep = found.person.upkeep
    demanded = (say("user_methods.demanded_at", demanded_at=upkeep.again_at),) if upkeep.again_at else ()
    closed = (say("user_methods.read_only", until_at=found.closed_until),) if found.closed_until else ()
    return (*demanded, *closed)


def _table(seen: Seen, found: Overview, *, changes: bool) -> Table:
    columns = tuple(Column(say(f"user_methods.{name}")) for name in ("what", "reset", "confirmed", "added"))
    rows = tuple(_row(seen, one, changes=changes) for one in found.items)
    if changes:
        columns = (*columns, Column(say("user_methods.remove")))
    return Table(say("user_methods.list"), columns, rows, say("user_methods.none"))


def _row(seen: Seen, item: Item, *, changes: bool) -> Row:
    counts = (_user_things.counts(item), *((_user_things.why(item.reason),) if item.reason else ()))
    factor = (say("thing.second_factor"),) if item.signs_in else ()
    used = (say("user_methods.used_at", used_at=item.last_used_at),) if item.last_used_at else ()
    cells = (
        (_user_things.kind(item), _user_things.name(item)), (*counts, *factor), _user_things.confirmed(item),
        (say("user_methods.added_at", added_at=item.added_at), *used),
    )  # fmt: skip
    if not changes:
        return Row(item.id, cells)
    go = Go(f"{seen.path}/methods/remove?kind={item.kind}&item={item.id}", say("user_methods.remove"))
    return Row(item.id, (*cells, go))


def _adding(seen: Seen, again: Again) -> Panel:
    typed = again.typed
    options = tuple(Option(kind.value, say(f"thing.kind.{kind.value}")) for kind in KINDS)
    controls = (
        Select("kind", say("user_methods.kind"), options, typed.get("kind", KINDS[0].value), error=again.at("kind")),
        Line("value", say("user_methods.value"), typed.get("value", ""), hint=say("user_methods.value_hint"),
             error=again.at("value"), required=True),
        Line("vouched_by", say("user_methods.vouched"), typed.get("vouched_by", ""),
             hint=say("user_methods.vouched_hint"), error=again.at("vouched_by")),
    )  # fmt: skip
    form = Form(f"{seen.path}/methods", say("user_methods.submit"), controls)
    return Panel(say("user_methods.add"), (form,), id="add", about=say("user_methods.add_about"))


def _demanding(seen: Seen, again: Again) -> Panel:
    reason = Line(REASON, say("user_methods.reason"), again.typed.get(REASON, ""), hint=say("user_methods.reason_hint"),
                  error=again.at(REASON), required=True)  # fmt: skip
    form = Form(f"{seen.path}/methods/require", say("user_methods.demand"), (reason,))
    return Panel(say("user_methods.demand"), (form,), id="require", about=say("user_methods.demand_about"))


def _pass(seen: Seen, found: Overview) -> Panel:
    live = found.access_pass
    there = (Paragraph(say("user_methods.pass_live", until_at=live.expires_at)),) if live else ()
    go = Presses((Go(f"/helpdesk/{seen.person.id}", say("user_methods.pass_go")),))
    return Panel(say("user_methods.pass"), (*there, go), about=say("user_methods.pass_about"))


CHANGES = one_of(Permission.CHANGE_METHODS)
ROUTES = (
    Route("GET", "/users/{person}/methods", show, SEES),
    Route("POST", "/users/{person}/methods", add, CHANGES, ("kind", "value", "vouched_by"), dangerous=True),
    Route("GET", "/users/{person}/methods/remove", remove_first, CHANGES, query=("kind", "item")),
    Route("POST", "/users/{person}/methods/remove", remove, CHANGES, ("kind", "item"), dangerous=True),
    Route("POST", "/users/{person}/methods/require", demand, one_of(*MAY), (REASON,), dangerous=True),
)
