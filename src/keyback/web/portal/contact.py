"""Contact your administrator: the tenant's own link where there is one, else a request by mail."""

from keyback.app.reset import contact as verb
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.web.call import Answer, Call
from keyback.web.page import Field, Link, Message, Page
from keyback.web.portal.start import new_work, worked

MESSAGES = {
    "contact.title": "Contact your administrator",
    "contact.lead": "We tell the people who look after accounts in your organisation that you need help. They will get in "
    "touch with you, and they will make sure that it is you.",
    "contact.user_id": "Your user ID",
    "contact.submit": "Ask for help",
    "contact.custom": "Your organisation offers help here:",
    "contact.open": "Open the help page",
    "contact.mail": "Write to {address}",
    "contact.sent_title": "Your request was taken",
    "contact.sent": "If this user ID exists, its administrators have been told. Nothing else was changed.",
    "contact.back": "Back to the start",
    "contact.call": "On the phone with the helpdesk? Enter your case number",
}


CALLING = Link("call", "/call", say("contact.call"))


def show(call: Call) -> Answer:
    """The tenant's own way, or the form."""
    with call.site.house.store.reading() as unit:
        policy = unit.policies.in_force()
    link = policy.policy.customization.helpdesk_link if policy else ""
    return Answer(_custom(link) if link else _form(call))


def _custom(link: str) -> Page:
    mail = not link.startswith(("https://", "http://"))
    address = link.removeprefix("mailto:")
    href = f"mailto:{address}" if mail else link
    label = say("contact.mail", address=address) if mail else say("contact.open")
    return Page(
        "contact",
        say("contact.title"),
        lead=(say("contact.custom"),),
        links=(Link("help", href, label), CALLING, Link("restart", "/reset", say("contact.back"))),
    )


def _form(call: Call, *, typed: str = "", message: Text | None = None) -> Page:
    label = say("contact.user_id")
    return Page(
        "contact",
        say("contact.title"),
        lead=(say("contact.lead"),),
        action="/contact",
        submit=say("contact.submit"),
        fields=(
            Field("token", "hidden", label, value=call.token),
            Field("user_id", "username", label, value=typed, error=message),
        ),
        links=(CALLING, Link("restart", "/reset", say("contact.back"))),
        work=new_work(call),
    )


def post(call: Call) -> Answer:
    """The same page for everybody (ENU-1)."""
    typed = call.fields.get("user_id", "")
    solved = worked(call)
    if call.fields.get("work") and not solved:
        return Answer(_form(call, typed=typed, message=say("start.again_needed")), 422)
    try:
        verb.ask_for_help(call.site.house, typed, call.source, solved)
    except Invalid as error:
        return Answer(_form(call, typed=typed, message=error.text), 422)
    links = (Link("restart", "/reset", say("contact.back")),)
    messages = (Message(say("contact.sent"), "good"),)
    return Answer(Page("contact", say("contact.sent_title"), messages=messages, links=links))
