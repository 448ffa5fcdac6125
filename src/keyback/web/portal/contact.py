"""Contact your administrator: the tenant's own link where there is one, else a request by mail; and "I can use none of
these", which waits in the helpdesk's queue."""

from dataclasses import dataclass
from typing import Final

from keyback.app.branding.look import help_href
from keyback.app.reset import contact as verb
from keyback.app.reset.contact import Kind
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
    "contact.none_link": "I can use none of these",
    "contact.none_title": "None of the ways works for you",
    "contact.none_lead": "If you have lost your phone, your mailbox and everything else, only people can help. Send your request "
    "to the helpdesk of your organisation.",
    "contact.none_next": "What happens next: somebody from the helpdesk gets in touch with you, makes sure that it is you, and "
    "helps you to set up a new way. They never ask for your password or a code from a message.",
    "contact.none_submit": "Send to the helpdesk",
    "contact.none_sent": "If this user ID exists, your request waits for the helpdesk now. Somebody will get in touch with you "
    "and make sure that it is you. Nothing else was changed, and your present password still works.",
}


@dataclass(frozen=True, slots=True)
class _Way:
    """One of the two forms."""

    kind: Kind
    path: str
    title: Text
    lead: tuple[Text, ...]
    submit: Text
    sent: Text


_CONTACT: Final = _Way(
    Kind.CONTACT, "/contact", say("contact.title"), (say("contact.lead"),), say("contact.submit"), say("contact.sent")
)
_NONE: Final = _Way(
    Kind.NONE_USABLE,
    "/contact/none",
    say("contact.none_title"),
    (say("contact.none_lead"), say("contact.none_next")),
    say("contact.none_submit"),
    say("contact.none_sent"),
)


CALLING: Final = Link("call", "/call", say("contact.call"))


def show(call: Call) -> Answer:
    """The tenant's own way, or the form."""
    with call.site.house.store.reading() as unit:
        policy = unit.policies.in_force()
    link = help_href(policy.policy.customization.helpdesk_link if policy else "")
    return Answer(_custom(link) if link else _form(call, _CONTACT))


def show_none(call: Call) -> Answer:
    """The form for who can use none of the ways, wherever else help is."""
    return Answer(_form(call, _NONE))


def _custom(href: str) -> Page:
    mail = href.startswith("mailto:")
    address = href.removeprefix("mailto:").partition("?")[0]
    label = say("contact.mail", address=address) if mail else say("contact.open")
    return Page(
        "contact",
        say("contact.title"),
        lead=(say("contact.custom"),),
        links=(Link("help", href, label, abroad=not mail), CALLING, Link("restart", "/reset", say("contact.back"))),
    )


def _form(call: Call, way: _Way, *, typed: str = "", message: Text | None = None) -> Page:
    label = say("contact.user_id")
    return Page(
        "contact",
        way.title,
        lead=way.lead,
        action=way.path,
        submit=way.submit,
        fields=(
            Field("token", "hidden", label, value=call.token),
            Field("user_id", "username", label, value=typed, error=message),
        ),
        links=(CALLING, Link("restart", "/reset", say("contact.back"))),
        work=new_work(call),
    )


def post(call: Call) -> Answer:
    """The same page for everybody (ENU-1)."""
    return _post(call, _CONTACT)


def post_none(call: Call) -> Answer:
    """Likewise."""
    return _post(call, _NONE)


def _post(call: Call, way: _Way) -> Answer:
    typed = call.fields.get("user_id", "")
    solved = worked(call)
    if call.fields.get("work") and not solved:
        return Answer(_form(call, way, typed=typed, message=say("start.again_needed")), 422)
    try:
        verb.ask_for_help(call.site.house, typed, call.source, solved, way.kind)
    except Invalid as error:
        return Answer(_form(call, way, typed=typed, message=error.text), 422)
    links = (Link("restart", "/reset", say("contact.back")),)
    messages = (Message(way.sent, "good"),)
    return Answer(Page("contact", say("contact.sent_title"), messages=messages, links=links))
