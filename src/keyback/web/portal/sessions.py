"""Where one is signed in."""

from keyback.app.sign_in import clients
from keyback.app.sign_in import sessions as verb
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import Session, SessionKind
from keyback.web.call import SESSION, Answer, Call
from keyback.web.page import Act, Field, Group, Item, Link, Message, Page
from keyback.web.portal import asking

MESSAGES = {
    "sessions.title": "Where you are signed in",
    "sessions.lead": "Is there one that you do not know? End it, then change your password.",
    "sessions.list": "Browsers",
    "sessions.here": "this browser",
    "sessions.on_its_way": "signing in",
    "sessions.client": "{browser} on {system}",
    "sessions.client_browser": "{browser}",
    "sessions.client_system": "A browser on {system}",
    "sessions.client_unknown": "A browser",
    "sessions.label": "{label}",
    "sessions.address": "Network address {source}",
    "sessions.since": "Since {began_at}",
    "sessions.seen": "Last seen {seen_at}",
    "sessions.password": "Proven by password",
    "sessions.factor": "Proven by password and a second proof",
    "sessions.pass": "Proven by an access pass",
    "sessions.name": "Name",
    "sessions.end": "Sign out there",
    "sessions.end_here": "Sign out here",
    "sessions.end_others": "Sign out everywhere else",
    "sessions.end_all": "Sign out everywhere, here too",
    "sessions.back": "Back",
    "sessions.name_title": "Name this browser",
    "sessions.name_lead": "A name of your own, such as “kitchen tablet”. Leave it empty to take the name away.",
    "sessions.name_label": "Name",
    "sessions.name_save": "Save",
}


def show(call: Call, *messages: Message) -> Answer:
    """The list."""
    found = verb.mine(call.site.house, call.visit)
    items = tuple(_item(one, found.at.session.id) for one in found.sessions)
    others = Act("end_others", "/sessions/end-others", say("sessions.end_others"), harsh=True)
    everywhere = Act("end_all", "/sessions/end-all", say("sessions.end_all"), harsh=True)
    page = Page(
        "sessions",
        say("sessions.title"),
        lead=(say("sessions.lead"),),
        fields=asking.hidden(call),
        messages=messages,
        groups=(Group(say("sessions.list"), items, acts=(others, everywhere) if len(items) > 1 else (everywhere,)),),
        links=(Link("cancel", "/signed-in", say("sessions.back")), Link("help", "/contact", say("link.help"))),
    )
    return Answer(page)


def rename(call: Call, message: Message | None = None) -> Answer:
    """The form for a name, with what was typed there."""
    session = call.fields.get("session", "") or call.last
    found = next((one for one in verb.mine(call.site.house, call.visit).sessions if one.id == session), None)
    if found is None:
        return Answer(go_to="/sessions")
    page = Page(
        "session_name",
        say("sessions.name_title"),
        lead=(_client(found), say("sessions.name_lead")),
        action="/sessions/name",
        submit=say("sessions.name_save"),
        fields=(
            *asking.hidden(call, session=session),
            Field(
                "label",
                "text",
                say("sessions.name_label"),
                required=False,
                value=call.fields.get("label", found.label)[:254],
            ),
        ),
        messages=(message,) if message else (),
        links=(Link("cancel", "/sessions", say("sessions.back")), Link("help", "/contact", say("link.help"))),
    )
    return Answer(page)


def name(call: Call) -> Answer:
    """Give it a name."""
    session = call.fields.get("session", "")
    try:
        verb.name(call.site.house, call.visit, session, call.fields.get("label", ""))
    except Invalid as error:
        return Answer(rename(call, Message(error.text, "bad")).page, 422)
    except verb.Gone as error:
        return Answer(show(call, Message(error.text, "warn")).page, 404)
    return Answer(go_to="/sessions")


def end(call: Call) -> Answer:
    """End one."""
    try:
        here = verb.end(call.site.house, call.visit, call.fields.get("session", ""))
    except verb.Gone as error:
        return Answer(show(call, Message(error.text, "warn")).page, 404)
    return _out() if here else Answer(go_to="/sessions")


def end_others(call: Call) -> Answer:
    """Everywhere but here."""
    verb.end_others(call.site.house, call.visit)
    return Answer(go_to="/sessions")


def end_all(call: Call) -> Answer:
    """Everywhere."""
    verb.end_all(call.site.house, call.visit)
    return _out()


def _out() -> Answer:
    return Answer(go_to="/sign-in", cookies={SESSION: ""}, forget=True)


def _item(one: Session, here: str) -> Item:
    mine = one.id == here
    proven = "pass" if one.access_pass else "factor" if one.proved_with else "password"
    about = (
        *((_client(one),) if one.label else ()), say("sessions.address", source=one.address), say("sessions.since", began_at=one.began_at),
        say("sessions.seen", seen_at=one.seen_at), say(f"sessions.{proven}"),
    )  # fmt: skip
    mark = say("sessions.here") if mine else None if one.kind is SessionKind.PORTAL else say("sessions.on_its_way")
    end_it = say("sessions.end_here") if mine else say("sessions.end")
    acts = (
        Act("name", f"/sessions/name/{one.id}", say("sessions.name"), post=False),
        Act("end", "/sessions/end", end_it, "session", one.id, harsh=True),
    )
    return Item(one.id, _label(one), about, mark, "good" if mine else "warn" if mark else "", acts)


def _label(one: Session) -> Text:
    return say("sessions.label", label=one.label) if one.label else _client(one)


def _client(one: Session) -> Text:
    browser, system = clients.named(one.client)
    if browser and system:
        return say("sessions.client", browser=browser, system=system)
    if browser:
        return say("sessions.client_browser", browser=browser)
    return say("sessions.client_system", system=system) if system else say("sessions.client_unknown")
