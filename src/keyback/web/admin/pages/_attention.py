"""What needs attention, in words, each with whom it touches and where it is put right."""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Final

from keyback.app.helpdesk.queue import Counts
from keyback.app.overview.counting import Measure
from keyback.app.overview.look import Found, Looked, Trouble, Weak
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask
from keyback.web.admin.parts import Cell, Column, Go, Mark, Row, Table, Tone, Words

MESSAGES = {
    "attention.title": "Needs attention",
    "attention.what": "What it is",
    "attention.people": "People",
    "attention.where": "Where to fix it",
    "attention.now": "Now",
    "attention.soon": "Look at it",
    "attention.weak": "Weaker",
    "attention.nothing": "Nothing needs attention.",
    "attention.no_policy": "No policy is in force, so nobody can reset a password. Begin with Properties.",
    "attention.off": "Self-service is switched off for everybody.",
    "attention.unable": "People in scope could not reset their password today.",
    "attention.administrators_unable": "Administrators are among them.",
    "attention.stranded": "People must register, and no method is open to them that would be enough.",
    "attention.requests": "Requests for help wait.",
    "attention.incidents": "Incidents are open: somebody said “This was not me”.",
    "attention.approvals": "Approvals wait for a second person.",
    "attention.brake": "The brake is on until {until_at}: no new resets begin, because unusually many were completed.",
    "attention.storm": "Far more answers than usual are wrong. It is watched until {until_at}; attempts cost more work meanwhile.",
    "attention.prefixes": "Messages to {count} {count:group|groups} of numbers pause, because hardly any code was answered.",
    "attention.undelivered": "{count} {count:message was|messages were} given up since yesterday. Those people were not told.",
    "attention.late": "{count} {count:message waits|messages wait} for more than ten minutes to be sent.",
    "attention.breached": "The list of breached passwords is missing, broken or too old.",
    "attention.clock": "Clocks of this server and the database are {count} {count:second|seconds} apart.",
    "attention.audit": "The audit log was found broken at {found_at}. Compare it with the checkpoints that are kept elsewhere.",
    "attention.place.properties": "Password reset: Properties",
    "attention.place.reset_methods": "Password reset: Authentication methods",
    "attention.place.registration": "Password reset: Registration",
    "attention.place.notifications": "Password reset: Notifications",
    "attention.place.administrators": "Password reset: Administrator policy",
    "attention.place.methods": "Authentication methods: Policies",
    "attention.place.passwords": "Authentication methods: Password protection",
    "attention.place.history": "Policy: History",
    "attention.place.list": "List of these people",
    "attention.place.helpdesk": "Helpdesk",
    "attention.place.brake": "Brake",
    "attention.place.audit": "Audit logs",
    "attention.place.doctor": "On the server: keyback doctor",
    "attention.place.outbox": "On the server: keyback outbox list",
    "attention.place.lists": "On the server: keyback passwords lists",
}

_PLACES: Final[Mapping[str, tuple[str, Permission]]] = MappingProxyType({
    "properties": ("/password-reset/properties", Permission.READ_POLICY),
    "reset_methods": ("/password-reset/authentication-methods", Permission.READ_POLICY),
    "registration": ("/password-reset/registration", Permission.READ_POLICY),
    "notifications": ("/password-reset/notifications", Permission.READ_POLICY),
    "administrators": ("/password-reset/administrator-policy", Permission.READ_POLICY),
    "methods": ("/authentication-methods/policies", Permission.READ_POLICY),
    "passwords": ("/authentication-methods/password-protection", Permission.READ_POLICY),
    "history": ("/policy/history", Permission.READ_POLICY),
    "audit": ("/audit-logs", Permission.READ_AUDIT),
    "brake": ("/overview/brake", Permission.READ_REPORTS),
})  # fmt: skip
_TROUBLES: Final[Mapping[Trouble, tuple[Tone, str]]] = MappingProxyType({
    Trouble.OFF: ("warn", "properties"), Trouble.BRAKE: ("bad", "brake"), Trouble.STORM: ("bad", "audit"),
    Trouble.PREFIXES: ("warn", "audit"), Trouble.UNDELIVERED: ("bad", "outbox"), Trouble.LATE: ("warn", "outbox"),
    Trouble.BREACHED: ("warn", "lists"), Trouble.CLOCK: ("bad", "doctor"), Trouble.AUDIT: ("bad", "audit"),
})  # fmt: skip
_SETTINGS: Final[Mapping[str, str]] = MappingProxyType({
    "self_service.methods_required": "reset_methods", "self_service": "properties", "methods": "methods",
    "numbers": "methods", "administrators": "administrators", "registration": "registration", "passes": "registration",
    "notifications": "notifications", "passwords": "passwords",
})  # fmt: skip
"""Where a setting is changed, by the beginning of its path; what no page has is in the document itself."""


def table(ask: Ask, looked: Looked, waits: Counts | None) -> Table:
    """Everything, what is worst first."""
    columns = (
        Column(say("attention.what")), Column(say("attention.people"), number=True), Column(say("attention.where")),
    )  # fmt: skip
    rows = (*_troubles(ask, looked), *_people(ask, looked), *_queues(waits), *_weak(ask, looked))
    return Table(say("attention.title"), columns, rows, say("attention.nothing"))


def number(count: int) -> str:
    """Grouped as every language can read it."""
    return f"{count:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def _row(id_: str, tone: Tone, what: Words, where: Cell, count: int | None = None) -> Row:
    label = {"bad": "attention.now", "warn": "attention.soon"}.get(tone, "attention.weak")
    people = number(count) if count is not None else ""
    return Row(id_, ((what, Mark(say(label), tone)), people, where))


def _place(ask: Ask, name: str) -> Cell:
    """A link for who may open it."""
    label = say(f"attention.place.{name}")
    if name in _PLACES:
        path, needed = _PLACES[name]
        return Go(path, label) if ask.may(needed) else label
    return label


def _troubles(ask: Ask, looked: Looked) -> Iterator[Row]:
    if looked.policy is None:
        yield _row("no_policy", "warn", say("attention.no_policy"), _place(ask, "properties"))
    yield from (_trouble(ask, found) for found in sorted(looked.troubles, key=lambda one: _TROUBLES[one.trouble][0]))


def _trouble(ask: Ask, found: Found) -> Row:
    tone, place = _TROUBLES[found.trouble]
    values: dict[str, str | int] = {}
    if found.count:
        values["count"] = found.count
    if found.at:
        values["found_at" if found.trouble is Trouble.AUDIT else "until_at"] = found.at
    return _row(found.trouble.value, tone, say(f"attention.{found.trouble}", **values), _place(ask, place))


def _people(ask: Ask, looked: Looked) -> Iterator[Row]:
    if looked.counted is None:
        return
    numbers = looked.counted
    may = ask.may(Permission.READ_PEOPLE)
    for id_, tone, count, query in (
        ("unable", "warn", numbers[Measure.IN_SCOPE] - numbers[Measure.ABLE], ""),
        ("administrators_unable", "bad", numbers[Measure.ADMINISTRATORS_UNABLE], "?who=administrators"),
        ("stranded", "bad", numbers[Measure.STRANDED], "?why=stranded"),
    ):
        if count:
            go = Go(f"/overview/cannot-reset{query}", say("attention.place.list")) if may else None
            yield _row(id_, "bad" if tone == "bad" else "warn", say(f"attention.{id_}"), go, count)


def _queues(waits: Counts | None) -> Iterator[Row]:
    if waits is None:
        return
    for name, tone, count in (
        ("incidents", "bad", waits.incidents), ("requests", "warn", waits.requests), ("approvals", "warn", waits.approvals),
    ):  # fmt: skip
        if count:
            go = Go(f"/helpdesk/{name}", say("attention.place.helpdesk"))
            yield _row(name, "bad" if tone == "bad" else "warn", say(f"attention.{name}"), go, count)


def _weak(ask: Ask, looked: Looked) -> Iterator[Row]:
    known = looked.counted is not None
    for one in looked.weak:
        yield _row(one.warned.name, "info", one.warned.text, _place(ask, _setting(one)), one.people if known else None)


def _setting(weak: Weak) -> str:
    path = weak.warned.path
    return _SETTINGS.get(path, _SETTINGS.get(path.partition(".")[0], "history"))
