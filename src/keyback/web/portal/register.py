"""Registering what policy needs, and anything more."""

from collections.abc import Callable

from keyback.app.registration import adding, skipping
from keyback.app.registration import first as first_verb
from keyback.app.registration.looking import View, look
from keyback.app.registration.opening import Closed, NeedsFirst
from keyback.app.sign_in.fresh import NotFresh, password_is_fresh
from keyback.app.sign_in.proving import For, Heard, Stale
from keyback.app.sign_in.seat import Unseated
from keyback.core.errors import Invalid, NotFound, Refused, TooMany
from keyback.core.ports import SessionKind
from keyback.core.types import SECOND
from keyback.web.call import SESSION, Answer, Call
from keyback.web.page import Message
from keyback.web.portal import register_pages as pages
from keyback.web.portal.places import place

HERE, FIRST, PROVE, DONE = "/register", "/register/first", "/prove", "/register/done"


def show(call: Call) -> Answer:
    """The open question, else what helps most."""
    return _present(call, look(call.site.house, call.visit))


def present(call: Call) -> Answer:
    """A post's own address, opened again."""
    return Answer(go_to=HERE)


def ways(call: Call) -> Answer:
    """Everything else that can be registered; an open question stays open."""
    view = look(call.site.house, call.visit)
    return _barred(view) or Answer(pages.ways(call, view))


def start(call: Call) -> Answer:
    """One of them: a device is asked about at once, an address or number is asked for."""
    name = call.fields.get("method", "")
    view = look(call.site.house, call.visit)
    method = call.site.house.methods.get(name)
    if method is None or name not in view.ways:
        return _present(call, view)
    if view.barred is not None:
        return _barred(view) or _present(call, view)
    if adding.is_set(method):
        return codes(call)
    if method.contact_kind is not None:
        return Answer(pages.contact(call, view, pages.Form(name)))
    return _then(call, lambda: adding.begin(call.site.house, adding.Wanted(call.visit, name)))


def contact(call: Call) -> Answer:
    """An address or number: its own code goes there."""
    fields = call.fields
    name, value, replaces = (fields.get(key, "") for key in ("method", "value", "replaces"))
    try:
        adding.begin(call.site.house, adding.Wanted(call.visit, name, value, replaces))
    except (Invalid, TooMany) as error:
        view = look(call.site.house, call.visit)
        if name not in call.site.house.methods:
            return _present(call, view)
        form = pages.contact(call, view, pages.Form(name, replaces, value[:254], error.text))
        return _with_status(Answer(form), call, error)
    except Refused as error:
        return _refused(call, error)
    return Answer(go_to=HERE)


def answered(call: Call) -> Answer:
    """The code of something new."""
    return _then(call, lambda: adding.answer(call.site.house, _heard(call)))


def first_answered(call: Call) -> Answer:
    """The code of the first proof."""
    return _then(call, lambda: first_verb.answer(call.site.house, _heard(call)))


def again(call: Call) -> Answer:
    """Another code to the same place."""
    return _then(call, lambda: adding.again(call.site.house, call.visit))


def skip(call: Call) -> Answer:
    """Not now."""
    return _then(call, lambda: skipping.skip(call.site.house, call.visit), "/signed-in")


def codes(call: Call) -> Answer:
    """Ten recovery codes, shown once."""
    view = look(call.site.house, call.visit)
    try:
        made = adding.codes(call.site.house, call.visit)
    except Refused as error:
        return _refused(call, error)
    page = pages.codes(view, made.codes, _after(call, made.token, stops=True))
    return Answer(page, cookies={SESSION: made.token})


def done(call: Call) -> Answer:
    """What is registered, and what will happen when the password is forgotten."""
    view = look(call.site.house, call.visit)
    return Answer(go_to=HERE) if view.duty.asked else Answer(pages.done(call, view))


def first(call: Call) -> Answer:
    """The first proof: where a code can be sent; or that none can, and whom to ask."""
    view = look(call.site.house, call.visit)
    if view.impossible and not isinstance(view.barred, Closed):
        first_verb.note(call.site.house, call.visit)
        return Answer(pages.impossible(call, view))
    if not isinstance(view.barred, NeedsFirst):
        return Answer(go_to=PROVE if isinstance(view.barred, NotFresh) and not password_is_fresh(view.at) else HERE)
    return Answer(pages.question(call, view) if view.question else pages.first(call, view))


def first_ways(call: Call) -> Answer:
    """The other contacts; an open question stays open."""
    view = look(call.site.house, call.visit)
    return Answer(pages.first(call, view)) if isinstance(view.barred, NeedsFirst) and view.known else first(call)


def first_pick(call: Call) -> Answer:
    """One of the contacts."""
    picked = call.fields.get("contact", "")
    return _then(call, lambda: first_verb.begin(call.site.house, call.visit, picked))


def _heard(call: Call) -> Heard:
    return Heard(call.visit, call.fields.get("challenge", ""), call.fields.get("answer", ""))


def _then(call: Call, act: Callable[[], str | None], there: str = "") -> Answer:
    stops = look(call.site.house, call.visit).at.session.kind is SessionKind.INTERRUPTED
    try:
        token = act()
    except Refused as error:
        return _refused(call, error)
    if token is None:
        return Answer(go_to=HERE)
    return Answer(go_to=there or _after(call, token, stops=stops), cookies={SESSION: token})


def _after(call: Call, token: str, *, stops: bool) -> str:
    where = place(call, token)
    return where if where != "/signed-in" else DONE if stops else "/security-info"


def _barred(view: View) -> Answer | None:
    """Sent to what must be done first; None: nothing, or it is closed, which the page says."""
    if view.impossible and not isinstance(view.barred, Closed) and view.asked:
        return Answer(go_to=FIRST)
    if isinstance(view.barred, NeedsFirst):
        return Answer(go_to=FIRST)
    return Answer(go_to=PROVE) if isinstance(view.barred, NotFresh) else None


def _present(call: Call, view: View, *messages: Message) -> Answer:
    if isinstance(view.barred, Closed):
        return Answer(pages.closed(call, view, view.barred.text))
    if view.question is not None and (view.barred is None) is (view.question.purpose == For.ADD):
        return Answer(pages.question(call, view, *messages))
    if isinstance(view.barred, NotFresh) and view.may_skip and not view.impossible:
        return Answer(pages.prove_first(call, view, view.barred.text))
    sent = _barred(view)
    if sent is not None:
        return sent
    if view.asked:
        return Answer(pages.suggested(call, view, *messages))
    if view.at.session.kind is SessionKind.INTERRUPTED:
        return Answer(go_to=place(call))
    return Answer(pages.ways(call, view, *messages))


def _refused(call: Call, error: Refused) -> Answer:
    if isinstance(error, Unseated):
        raise error
    if isinstance(error, NotFresh):
        return Answer(go_to=PROVE)
    if isinstance(error, NeedsFirst):
        return Answer(go_to=FIRST)
    view = look(call.site.house, call.visit)
    told = () if isinstance(error, Stale) else (Message(error.text, "bad"),)
    if isinstance(view.barred, NeedsFirst) and not view.impossible and view.question is None:
        return _with_status(Answer(pages.first(call, view, *told)), call, error)
    return _with_status(_present(call, view, *told), call, error)


def _with_status(shown: Answer, call: Call, error: Refused) -> Answer:
    if shown.page is None:
        return shown
    if isinstance(error, TooMany):
        return Answer(shown.page, 429, retry_after=max(1, -(-(error.retry_at - call.now) // SECOND)))
    return Answer(shown.page, 404 if isinstance(error, NotFound) else 422)
