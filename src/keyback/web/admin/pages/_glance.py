"""How things stand with one person, as somebody on the telephone needs to see it: addresses and numbers only in part (ADM-4)."""

from collections.abc import Iterator, Mapping

from keyback.app.helpdesk.looking import Attempt, Glance, Shut
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.core.types import Code, DirectoryKind
from keyback.web.admin.call import Ask
from keyback.web.admin.pages import _user
from keyback.web.admin.pages._desk import counts, thing
from keyback.web.admin.parts import Cell, Column, Facts, Go, Mark, Moment, Panel, Part, Row, Table, Timeline

MESSAGES: Mapping[str, str] = {
    "glance.profile": "All about this person",
    "glance.title": "How things stand",
    "glance.user_id": "User ID",
    "glance.account": "Account",
    "glance.reset": "Can reset today?",
    "glance.yes": "Yes",
    "glance.no": "No",
    "glance.why.SSPR_0009": "Password reset is switched off for everybody.",
    "glance.why.SSPR_0010": "The password lives in another directory, and writing back to it is not switched on.",
    "glance.why.SSPR_0011": "No policy is in force.",
    "glance.why.SSPR_0013": "Password reset is not switched on for this person.",
    "glance.why.SSPR_0014": "Too few of the registered ways count: {gates} {gates:is|are} needed.",
    "glance.why.KEYBACK_0001": "Somebody reported a change that was not theirs. Look at the incident.",
    "glance.sign_in": "Sign-in",
    "glance.paused": "Password reset",
    "glance.open": "Open",
    "glance.known": "Closed for known browsers until {until_at}",
    "glance.others": "Closed for unknown browsers until {until_at}",
    "glance.both": "Closed until {known_at} for known browsers, and until {until_at} for all others",
    "glance.password": "Password",
    "glance.password_in": "Lives in {directory}",
    "glance.password_since": "Lives in {directory}, set {set_at}",
    "glance.password_none": "There is none yet",
    "glance.must_change": "another must be chosen",
    "glance.dies": "works until {dies_at}",
    "glance.dead": "Reported: it signs in nowhere until a new one is set",
    "glance.hold": "Registered ways",
    "glance.hold_until": "cannot be changed until {until_at}, because the account was recovered",
    "glance.pass": "Temporary access pass",
    "glance.pass_until": "Works until {until_at}",
    "glance.sessions": "Signed in",
    "glance.nowhere": "nowhere",
    "glance.sessions_count": "in {count} {count:place|places}",
    "glance.waiting": "Waiting",
    "glance.request": "Asked for help {opened_at}",
    "glance.request_none": "Asked for help {opened_at}: can use none of the ways",
    "glance.incident": "Reported “This was not me” {opened_at}",
    "glance.methods": "Ways to prove who they are",
    "glance.way": "Way",
    "glance.name": "Address, number or name",
    "glance.counts": "Counts for a reset",
    "glance.used": "Last used",
    "glance.used_at": "{used_at}",
    "glance.none": "Nothing is registered. A caller check cannot be passed.",
    "glance.attempts": "Last attempts",
    "glance.no_attempts": "There were no attempts to reset, unlock or pass a caller check.",
    "glance.story": "The whole story",
}


def panels(ask: Ask, seen: Glance) -> list[Part]:
    """All of it."""
    return [
        Panel(say("glance.title"), (Facts(tuple(_facts(ask, seen))),), id="glance"),
        Panel(say("glance.methods"), (_methods(seen),), id="methods"),
        Panel(say("glance.attempts"), (_attempts(ask, seen),), id="attempts"),
    ]


def _facts(ask: Ask, seen: Glance) -> Iterator[tuple[Text, Cell | tuple[Cell, ...]]]:
    yield say("glance.user_id"), (seen.person.upn, Go(f"/users/{seen.person.id}", say("glance.profile")))
    yield say("glance.account"), _user.mark_of(seen.person)
    yield say("glance.reset"), _reset(seen)
    yield say("glance.paused"), _shut(seen.paused)
    yield say("glance.sign_in"), _shut(seen.locked)
    yield say("glance.password"), _password(ask, seen)
    if seen.overview.closed_until is not None:
        yield say("glance.hold"), say("glance.hold_until", until_at=seen.overview.closed_until)
    if seen.overview.access_pass is not None:
        yield say("glance.pass"), say("glance.pass_until", until_at=seen.overview.access_pass.expires_at)
    count = seen.overview.sessions
    yield say("glance.sessions"), say("glance.sessions_count", count=count) if count else say("glance.nowhere")
    waiting = tuple(_waiting(seen))
    if waiting:
        yield say("glance.waiting"), waiting


def _reset(seen: Glance) -> tuple[Cell, ...]:
    code = seen.overview.refusal
    if not code:
        return (Mark(say("glance.yes"), "good"),)
    values = {"gates": seen.overview.gates} if code == Code.TOO_FEW_METHODS else {}
    return (Mark(say("glance.no"), "bad"), say(f"glance.why.{code}", **values), code)


def _shut(until: Shut) -> Cell:
    if until.known and until.others:
        return Mark(say("glance.both", known_at=until.known, until_at=until.others), "warn")
    if until.known:
        return Mark(say("glance.known", until_at=until.known), "warn")
    return (
        Mark(say("glance.others", until_at=until.others), "warn") if until.others else Mark(say("glance.open"), "good")
    )


def _password(ask: Ask, seen: Glance) -> tuple[Cell, ...]:
    where = ask.call.words.say(_user.directory(seen.person.directory))
    found = seen.credential
    if found is None:
        cloud = seen.person.directory is DirectoryKind.CLOUD
        return (say("glance.password_none") if cloud else say("glance.password_in", directory=where),)
    cells: list[Cell] = [say("glance.password_since", directory=where, set_at=found.set_at)]
    if found.must_change:
        cells.append(Mark(say("glance.must_change"), "info"))
    if found.not_after is not None:
        cells.append(Mark(say("glance.dies", dies_at=found.not_after), "warn"))
    if found.compromised_at is not None:
        cells.append(Mark(say("glance.dead"), "bad"))
    return tuple(cells)


def _waiting(seen: Glance) -> Iterator[Cell]:
    request, incident = seen.request, seen.incident
    if request is not None:
        text = "glance.request_none" if request.kind == "none_usable" else "glance.request"
        yield Go("/helpdesk/requests", say(text, opened_at=request.opened_at))
    if incident is not None:
        yield Go(f"/helpdesk/incidents/{incident.id}", say("glance.incident", opened_at=incident.opened_at))


def _methods(seen: Glance) -> Table:
    columns = tuple(Column(say(f"glance.{name}")) for name in ("way", "name", "counts", "used"))
    rows = tuple(
        Row(
            one.id,
            (
                thing(one), one.name if one.name != one.kind else "",
                Mark(counts(one), "good" if one.reason is None else "warn"),
                say("glance.used_at", used_at=one.last_used_at) if one.last_used_at else None,
            ),
        )
        for one in seen.overview.items
    )  # fmt: skip
    return Table(say("glance.methods"), columns, rows, say("glance.none"))


def _attempts(ask: Ask, seen: Glance) -> Timeline:
    return Timeline(tuple(_moment(ask, one) for one in seen.attempts), say("glance.no_attempts"))


def _moment(ask: Ask, one: Attempt) -> Moment:
    """The last step says how it ended; all of them lie beneath."""
    go = Go(f"/audit-logs/story/{one.correlation}", say("glance.story")) if ask.may(Permission.READ_AUDIT) else None
    return Moment(one.at, one.steps[-1], one.steps, "bad" if one.failed else "", go)
