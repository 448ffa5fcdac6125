"""On the telephone with the helpdesk: a case number and a user ID, and then a proof. The same for everybody (ENU-1)."""

from keyback.app.helpdesk import calling
from keyback.app.reset.start import Begin
from keyback.core.errors import Invalid, TooMany
from keyback.core.messages import Text, say
from keyback.core.rules.helpdesk import NUMBER_DIGITS
from keyback.core.types import SECOND
from keyback.web.call import JOURNEY, KNOWN, Answer, Call
from keyback.web.page import Field, Link, Message, Page
from keyback.web.portal.start import new_work, worked

MESSAGES = {
    "call.title": "On the phone with the helpdesk",
    "call.lead": "Show the person at the helpdesk that it is really you. They read out a case number: type it here, with your "
    "user ID, and then prove who you are.",
    "call.never_ask": "Nobody from the helpdesk will ever ask you for a code. Type codes on this page only, and tell them to "
    "nobody.",
    "call.number": "Case number",
    "call.number_hint": "Six digits. It works for a few minutes.",
    "call.submit": "Next",
    "call.back": "I am not on the phone with the helpdesk",
}


def show(call: Call) -> Answer:
    """The form, with fresh work."""
    return Answer(_page(call))


def _page(call: Call, *, wrong: Invalid | None = None, note: Text | None = None) -> Page:
    """Keeping what was typed."""
    number, typed = (call.fields.get(name, "") for name in ("case", "user_id"))
    about_number = wrong.text if wrong and wrong.text.id == "call.not_a_number" else None
    about_id = wrong.text if wrong and about_number is None else None
    return Page(
        "call",
        say("call.title"),
        lead=(say("call.lead"), say("call.never_ask")),
        action="/call",
        submit=say("call.submit"),
        fields=(
            Field("token", "hidden", say("call.number"), value=call.token),
            Field(
                "case", "code", say("call.number"), value=number, hint=say("call.number_hint"), error=about_number,
                length=NUMBER_DIGITS, autocomplete="off",
            ),
            Field(
                "user_id", "username", say("start.user_id"), value=typed, hint=say("start.user_id_hint"), error=about_id
            ),
        ),
        messages=(Message(note, "bad"),) if note else (),
        links=(Link("restart", "/reset", say("call.back")),),
        work=new_work(call),
    )  # fmt: skip


def post(call: Call) -> Answer:
    """Begin in this browser; what comes then is an attempt like every other."""
    solved = worked(call)
    if call.fields.get("work") and not solved:
        return Answer(_page(call, note=say("start.again_needed")), 422)
    begin = Begin(
        call.fields.get("user_id", ""), solved, call.source, call.words.lang, call.cookies.get(JOURNEY, ""),
        call.cookies.get(KNOWN, ""),
    )  # fmt: skip
    try:
        token = calling.start(call.site.house, calling.Caller(call.fields.get("case", ""), begin))
    except Invalid as error:
        return Answer(_page(call, wrong=error), 422)
    except TooMany as error:
        wait = max(1, (error.retry_at - call.now) // SECOND)
        return Answer(_page(call, note=error.text), 429, retry_after=wait)
    return Answer(go_to="/reset/journey", cookies={JOURNEY: token})
