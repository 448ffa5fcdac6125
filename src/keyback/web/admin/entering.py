"""The way in: signing in at the admin centre, and what those see who may not enter. The second factor is asked for by the
portal's own pages."""

from dataclasses import replace

from keyback.app.sign_in import session
from keyback.core.messages import say
from keyback.core.ports import SessionKind
from keyback.web.call import Answer, Call
from keyback.web.page import Link, Message, Page
from keyback.web.portal import sign_in

MESSAGES = {
    "entering.title": "Sign in to the admin centre",
    "entering.lead": "With the user ID and password of your organisation, and one more proof.",
    "entering.away": "The admin centre is not open to you",
    "entering.why": "It opens to people who hold a role and sign in with an authenticator app or a recovery code as the second "
    "proof, when nothing else has to be done first, such as choosing a new password.",
    "entering.portal": "Look after your account at the portal",
    "entering.out": "Sign out",
}


def show(call: Call) -> Answer:
    """The form; or on to where this browser belongs."""
    kind, _ = session.stage(call.site.house, call.visit)
    return Answer(_page(sign_in.page(call))) if kind is None else Answer(go_to=_path(kind))


def post(call: Call) -> Answer:
    """Checks the password as the portal does."""
    said = sign_in.post(call)
    if said.page is not None:
        return replace(said, page=_page(said.page))
    return replace(said, go_to="/sign-in/factor" if said.go_to == "/sign-in/factor" else "/signed-in")


def arrived(call: Call) -> Answer:
    """Where a browser goes that gave all proofs: in, or told why not."""
    kind, _ = session.stage(call.site.house, call.visit)
    if kind in {None, SessionKind.FACTOR, SessionKind.ADMIN}:
        return Answer(go_to=_path(kind))
    return Answer(
        Page(
            "away",
            say("entering.away"),
            messages=(Message(say("entering.why"), "warn"),),
            fields=sign_in.page(call).fields[:1],
            links=(
                Link("portal", f"{call.site.house.base_url}/signed-in", say("entering.portal")),
                Link("out", "/sign-out", say("entering.out"), post=True),
            ),
        ),
        403,
    )


def _path(kind: SessionKind | None) -> str:
    if kind is None:
        return "/sign-in"
    return {SessionKind.FACTOR: "/sign-in/factor", SessionKind.ADMIN: "/"}.get(kind, "/signed-in")


def _page(page: Page) -> Page:
    """The portal's form, without its ways out: they are not on this address."""
    return replace(page, title=say("entering.title"), lead=(say("entering.lead"),), links=())
