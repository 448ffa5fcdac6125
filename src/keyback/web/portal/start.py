"""Page A: who are you? The same for everybody."""

import json

from keyback.app.reset import start as verb
from keyback.app.watch.state import Watch, look
from keyback.app.watch.storm import HARDER
from keyback.core.errors import Invalid, TooMany
from keyback.core.messages import Text, say
from keyback.core.types import SECOND
from keyback.web import work
from keyback.web.call import JOURNEY, KNOWN, Answer, Call
from keyback.web.page import Field, Link, Message, Page

MESSAGES = {
    "start.title": "Get back into your account",
    "start.lead": "Forgot your password, or locked out? Tell us who you are, prove it, and choose a new password.",
    "start.user_id": "User ID",
    "start.user_id_hint": "The name you sign in with at work, such as name@organisation.com.",
    "start.submit": "Next",
    "start.again_needed": "That took too long or was sent before. Please try once more.",
    "step.who": "Who you are",
    "step.proof": "Proof",
    "step.password": "New password",
    "step.done": "Done",
    "link.sign_in": "Sign in instead",
    "link.help": "Contact your administrator",
    "link.restart": "Start over",
    "refused.title": "You cannot reset your password here yet",
    "refused.what_next": "Nothing was changed. Your administrator can set a new password for you.",
}

STEPS = (say("step.who"), say("step.proof"), say("step.proof"), say("step.password"), say("step.done"))
ONE_GATE_STEPS = (STEPS[0], *STEPS[2:])


def show(call: Call) -> Answer:
    """The form, with fresh work; or the reason that holds for everybody."""
    try:
        now = verb.outside(call.site.house)
    except verb.RefusedForAll as refusal:
        return refused_for_all(refusal)
    return Answer(page(call, now=now))


def page(call: Call, *, typed: str = "", wrong: Text | None = None, note: Text | None = None,
         now: Watch | None = None) -> Page:  # fmt: skip
    """The first page, keeping what was typed. `wrong` is about the user ID, `note` is not."""
    return Page(
        "start",
        say("start.title"),
        lead=(say("start.lead"),),
        step=1,
        steps=STEPS,
        action="/reset",
        submit=say("start.submit"),
        fields=(
            Field("token", "hidden", say("start.user_id"), value=call.token),
            Field(
                "user_id", "username", say("start.user_id"), value=typed, hint=say("start.user_id_hint"), error=wrong
            ),
        ),
        messages=(Message(note, "bad"),) if note else (),
        links=(Link("sign_in", "/sign-in", say("link.sign_in")), Link("help", "/contact", say("link.help"))),
        work=new_work(call, now),
    )


def new_work(call: Call, now: Watch | None = None) -> str:
    """A proof-of-work challenge for the form, as JSON; harder in a storm of failures."""
    house = call.site.house
    stormy = (now or look(house)).stormy
    difficulty = work.Difficulty(max_number=call.site.work_number, harder=HARDER if stormy else 1)
    challenge = work.make(call.now, house.random, work_key(call), difficulty)
    return json.dumps(challenge, separators=(",", ":"))


def work_key(call: Call) -> bytes:
    """The key that signs challenges."""
    return call.site.house.sealer.mac("work", "key")


def worked(call: Call) -> str:
    """Id of the solved challenge that came with the form; empty: none, or not solved."""
    sent = call.fields.get("work", "")
    return (work.check(sent, work_key(call), call.now) or "") if sent else ""


def post(call: Call) -> Answer:
    """Begin a journey in this browser."""
    typed = call.fields.get("user_id", "")
    solved = worked(call)
    if call.fields.get("work") and not solved:
        return Answer(page(call, typed=typed, note=say("start.again_needed")), 422)
    begin = verb.Begin(
        typed, solved, call.source, call.words.lang, call.cookies.get(JOURNEY, ""), call.cookies.get(KNOWN, "")
    )
    try:
        token = verb.start(call.site.house, begin)
    except verb.RefusedForAll as refusal:
        return refused_for_all(refusal)
    except Invalid as error:
        return Answer(page(call, typed=typed, wrong=error.text), 422)
    except TooMany as error:
        wait = max(1, (error.retry_at - call.now) // SECOND)
        return Answer(page(call, typed=typed, note=error.text), 429, retry_after=wait)
    return Answer(go_to="/reset/journey", cookies={JOURNEY: token})


def carry(call: Call) -> Answer:
    """From the sign-in page, with what was typed there, and never in the URL."""
    try:
        now = verb.outside(call.site.house)
    except verb.RefusedForAll as refusal:
        return refused_for_all(refusal)
    return Answer(page(call, typed=call.fields.get("user_id", "")[:254], now=now))


def anew(call: Call) -> Answer:
    """The address of `carry`, opened again: without what was typed there."""
    return Answer(go_to="/reset")


def refused_for_all(refusal: verb.RefusedForAll) -> Answer:
    """SSPR_0009, SSPR_0011."""
    return Answer(
        Page(
            "refused",
            say("refused.title"),
            lead=(refusal.text, say("refused.what_next")),
            links=(Link("help", "/contact", say("link.help")), Link("sign_in", "/sign-in", say("link.sign_in"))),
            code=str(refusal.code),
        )
    )
