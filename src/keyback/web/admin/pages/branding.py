"""Branding: the organisation's name, logo and accent, as people see them on every page and in every mail."""

from dataclasses import replace

from keyback.app.branding import change
from keyback.app.branding.change import By, Seen
from keyback.app.branding.logo import FITS, LARGEST
from keyback.core.errors import Conflict, Invalid
from keyback.core.messages import say
from keyback.core.rules.roles import Permission
from keyback.web.admin.call import Ask, Download, Reply
from keyback.web.admin.declare import Heading, Place, Route, one_of
from keyback.web.admin.parts import (
    Change,
    Changes,
    Form,
    Go,
    Hidden,
    Line,
    Panel,
    Paragraph,
    Part,
    Picture,
    Press,
    Presses,
    Screen,
    Upload,
)
from keyback.web.page import Message

MESSAGES = {
    "branding.title": "Branding",
    "branding.lead": "How your organisation looks on every page of the portal, here, and in mails. What you save shows at"
    " once, and within half a minute on every other server.",
    "branding.words": "Name and colour",
    "branding.name": "Organisation's name",
    "branding.name_hint": "Stands above every page, in mails as the sender, and in authenticator apps that are set up from"
    " now on.",
    "branding.accent": "Accent colour",
    "branding.accent_hint": "For buttons and links, such as #0b5cad. On dark pages Keyback lightens it so that it can be read."
    " Empty: Keyback's own.",
    "branding.save": "Save",
    "branding.logo": "Logo",
    "branding.logo_none": "There is no logo: the name stands above every page.",
    "branding.logo_alt": "The logo as it is shown now",
    "branding.logo_waits": "The new logo, as it would be shown. Nobody else sees it yet.",
    "branding.logo_new_alt": "The new logo",
    "branding.logo_use": "Use this logo",
    "branding.logo_remove": "Remove logo",
    "branding.logo_file": "Picture",
    "branding.logo_hint": "PNG, JPEG, WebP or GIF, up to 1 MB. It is made to fit {width} × {height} pixels and drawn anew, so"
    " nothing but the picture is kept; of a moving one the first picture.",
    "branding.logo_look": "Preview",
    "branding.logo_missing": "Choose a picture first.",
    "branding.difference": "What is different",
    "branding.difference_about": "Somebody else saved while you were looking. On the left what is in force now, on the right"
    " what you typed.",
    "branding.same": "Nothing is different.",
    "branding.own": "Keyback's own",
    "branding.saved.done": "Saved. It shows on every page now.",
    "branding.removed.done": "The logo is gone. The name stands above every page again.",
}
PATH = "/branding"
SEE, ACT = one_of(Permission.READ_POLICY), one_of(Permission.CHANGE_POLICY)


def show(ask: Ask) -> Reply:
    """As it is, and a new logo that waits."""
    seen = change.show(ask.house)
    waiting = ask.query.get("logo", "")
    if waiting:
        change.kept_logo(ask.house, waiting, ask.actor)
    return Reply(_screen(ask, seen, _words(ask, seen, seen.name, seen.branding.accent), waiting=waiting))


def save(ask: Ask) -> Reply:
    """Name and accent."""
    name, accent = ask.field("name"), ask.field("accent")
    wrong = change.words_wrong(name, accent)
    if wrong:
        seen = change.show(ask.house)
        errors = (wrong.get("name"), wrong.get("accent"))
        form = _words(ask, seen, name, accent)
        marked = replace(form, controls=tuple(
            replace(one, error=errors[("name", "accent").index(one.name)]) if isinstance(one, Line) else one
            for one in form.controls
        ))  # fmt: skip
        return Reply(_screen(ask, seen, marked), 422)
    try:
        change.set_words(ask.house, _by(ask), name, accent)
    except Conflict as error:
        return _second(ask, error, name, accent)
    return Reply(go_to=PATH, done="branding.saved.done")


def send(ask: Ask) -> Reply:
    """A new logo, to be looked at first."""
    file = ask.files.get("logo")
    if file is None or not file.body:
        return _logo_refused(ask, Invalid(say("branding.logo_missing")))
    try:
        waiting = change.keep_logo(ask.house, ask.actor, file.name, file.body)
    except Invalid as error:
        return _logo_refused(ask, error)
    return Reply(go_to=f"{PATH}?logo={waiting}")


def preview(ask: Ask) -> Reply:
    """The picture that waits, for whoever sent it."""
    return Reply(download=Download("logo.png", "image/png", change.kept_logo(ask.house, ask.args["upload"], ask.actor)))


def use(ask: Ask) -> Reply:
    """Put it in force."""
    change.use_logo(ask.house, _by(ask), ask.field("upload"))
    return Reply(go_to=PATH, done="branding.saved.done")


def remove(ask: Ask) -> Reply:
    """Without a logo."""
    change.remove_logo(ask.house, _by(ask))
    return Reply(go_to=PATH, done="branding.removed.done")


def _by(ask: Ask) -> By:
    version = ask.field("version")
    known = version.isascii() and version.isdigit() and len(version) < 10  # noqa: PLR2004 - digits
    return By(ask.actor, int(version) if known else -1, ask.call.source)


def _second(ask: Ask, error: Conflict, name: str, accent: str) -> Reply:
    """What the other one did, beside what was typed; saving again means to."""
    seen = change.show(ask.house)
    both = (
        (say("branding.name"), seen.name, name),
        (say("branding.accent"), seen.branding.accent, accent.lower()),
    )
    own = say("branding.own")
    found = tuple(Change(label, old or own, new or own) for label, old, new in both if old != new)
    parts = (Changes(found, say("branding.same")),)
    difference = Panel(say("branding.difference"), parts, about=say("branding.difference_about"))
    screen = _screen(ask, seen, _words(ask, seen, name, accent))
    return Reply(
        replace(screen, parts=(difference, *screen.parts), messages=(Message(error.text, "warn"),)), 409
    )  # fmt: skip


def _logo_refused(ask: Ask, error: Invalid) -> Reply:
    seen = change.show(ask.house)
    screen = _screen(ask, seen, _words(ask, seen, seen.name, seen.branding.accent), wrong=error)
    return Reply(screen, 422)


def _screen(ask: Ask, seen: Seen, words: Form, *, waiting: str = "", wrong: Invalid | None = None) -> Screen:
    parts = (Panel(say("branding.words"), (words,)), Panel(say("branding.logo"), _logo(ask, seen, waiting, wrong)))
    return Screen("branding", say("branding.title"), parts, lead=(say("branding.lead"),))


def _words(ask: Ask, seen: Seen, name: str, accent: str) -> Form:
    fixed = not ask.may(Permission.CHANGE_POLICY)
    return Form(
        PATH,
        say("branding.save"),
        (
            _version(seen),
            Line("name", say("branding.name"), name, hint=say("branding.name_hint"), required=True, disabled=fixed),
            Line("accent", say("branding.accent"), accent, hint=say("branding.accent_hint"), disabled=fixed),
        ),
        readonly=fixed,
    )


def _logo(ask: Ask, seen: Seen, waiting: str, wrong: Invalid | None) -> tuple[Part, ...]:
    may = ask.may(Permission.CHANGE_POLICY)
    version = ("version", str(seen.branding.version))
    logo = ask.house.looks.current().logo
    parts: list[Part] = []
    if waiting and may:
        use_it = Press(f"{PATH}/logo/use", say("branding.logo_use"), (("upload", waiting), version), primary=True)
        parts += [
            Paragraph(say("branding.logo_waits")),
            Picture(f"{PATH}/logo/{waiting}", say("branding.logo_new_alt")),
            Presses((use_it, Go(PATH, say("proof.cancel")))),
        ]
    if seen.branding.logo and logo is not None:
        parts.append(Picture(logo.path, say("branding.logo_alt")))
        if may:
            gone = Press(f"{PATH}/logo/remove", say("branding.logo_remove"), (version,), harsh=True)
            parts.append(Presses((gone,)))
    elif not waiting:
        parts.append(Paragraph(say("branding.logo_none")))
    if may:
        hint = say("branding.logo_hint", width=FITS[0], height=FITS[1])
        file = Upload("logo", say("branding.logo_file"), "image/png,image/jpeg,image/webp,image/gif", hint,
                      wrong.text if wrong else None)  # fmt: skip
        parts.append(Form(f"{PATH}/logo", say("branding.logo_look"), (file,)))
    return tuple(parts)


def _version(seen: Seen) -> Hidden:
    return Hidden("version", str(seen.branding.version))


ROUTES = (
    Route("GET", PATH, show, SEE, query=("logo",)),
    Route("POST", PATH, save, ACT, ("name", "accent", "version"), dangerous=True),
    Route("POST", f"{PATH}/logo", send, ACT, files=("logo",), largest=2 * LARGEST),
    Route("GET", f"{PATH}/logo/{{upload}}", preview, ACT),
    Route("POST", f"{PATH}/logo/use", use, ACT, ("upload", "version"), dangerous=True),
    Route("POST", f"{PATH}/logo/remove", remove, ACT, ("version",), dangerous=True),
)
PLACES = (
    Place(PATH, say("branding.title"), Heading.ORGANISATION, 10, SEE,
          (say("branding.name"), say("branding.accent"), say("branding.logo"))),
)  # fmt: skip
