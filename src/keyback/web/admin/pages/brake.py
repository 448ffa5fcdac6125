"""The brake: whether resets pause, from which number on they do, and letting them begin again."""

from keyback.app.watch import brake
from keyback.app.watch.brake import Brake
from keyback.core.errors import Forbidden, Refused
from keyback.core.messages import Text, say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import Route, one_of
from keyback.web.admin.pages._attention import number
from keyback.web.admin.parts import Facts, Form, Go, Line, Mark, Panel, Part, Screen

MESSAGES = {
    "brake.title": "Brake",
    "brake.lead": "When far more resets are completed than ever before, no new ones begin for an hour.",
    "brake.overview": "Overview",
    "brake.state": "State",
    "brake.state_on": "On until {until_at}",
    "brake.state_off": "Off",
    "brake.budget": "Completed resets in five minutes that put it on",
    "brake.resets": "Completed in the present five minutes",
    "brake.busiest": "Most in five minutes of the last 28 days",
    "brake.release": "Let resets begin again",
    "brake.reason": "Why it may be released",
    "brake.reason_about": "Stands in the audit log.",
    "brake.released.done": "Resets can begin again.",
}
PATH = "/overview/brake"


def show(ask: Ask) -> Reply:
    """How it stands."""
    return _page(ask)


def release(ask: Ask) -> Reply:
    """With a reason."""
    try:
        brake.release(ask.house, ask.actor, ask.field("why"))
    except Forbidden:
        raise
    except Refused as error:
        return _page(ask, ask.field("why"), error.text)
    return Reply(go_to=PATH, done="brake.released.done")


def _page(ask: Ask, why: str = "", error: Text | None = None) -> Reply:
    now = brake.show(ask.house)
    state = (
        Mark(say("brake.state_on", until_at=now.until), "bad") if now.until else Mark(say("brake.state_off"), "good")
    )
    facts = Facts((
        (say("brake.state"), state), (say("brake.budget"), number(now.budget)),
        (say("brake.resets"), number(now.resets)), (say("brake.busiest"), number(now.busiest)),
    ))  # fmt: skip
    parts: tuple[Part, ...] = (facts, *_form(ask, now, why, error))
    above = (Go("/", say("brake.overview")),)
    screen = Screen("brake", say("brake.title"), parts, lead=(say("brake.lead"),), above=above, place="/")
    return Reply(screen, 422 if error else 200)


def _form(ask: Ask, now: Brake, why: str, error: Text | None) -> tuple[Panel, ...]:
    if not (now.until or error) or not ask.operator.rights.everywhere(Permission.CHANGE_POLICY):
        return ()
    line = Line("why", say("brake.reason"), why, hint=say("brake.reason_about"), error=error, required=True)
    return (Panel(say("brake.release"), (Form(f"{PATH}/release", say("brake.release"), (line,), harsh=True),)),)


ROUTES = (
    Route("GET", PATH, show, one_of(Permission.READ_REPORTS)),
    Route("POST", f"{PATH}/release", release, one_of(Permission.CHANGE_POLICY), ("why",), dangerous=True),
)
