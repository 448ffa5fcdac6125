"""A page with every kind of part, filled as real pages are: for tests of how the frame looks and is used, and nothing else."""

from dataclasses import replace

from keyback.core.messages import Text, say
from keyback.core.types import MINUTE, Instant
from keyback.web.admin import parts
from keyback.web.admin.call import Ask, Reply
from keyback.web.admin.declare import ANY_ROLE, Route, routes
from keyback.web.admin.parts import Go, Mark, Option, Press, Row, Screen, Tone
from keyback.web.call import Site
from keyback.web.page import Message
from keyback.web.prompts import Catalog
from keyback.wiring import plugins

ENGLISH: dict[str, str] = {}
"""What the gallery says; it is no part of the product's sentences."""
CAME = "What came"
EVIL = '<script>alert("x")</script>'


def t(english: str) -> Text:
    """A sentence of the gallery."""
    id_ = f"gallery.{english[:40].lower().replace(' ', '_').replace('.', '')}"
    ENGLISH[id_] = english
    return say(id_)


PEOPLE: tuple[tuple[str, str, str, Tone, str], ...] = (
    ("Ada Byron", "ada@contoso.example", "Engineering", "good", "can reset"),
    ("Zoë Łukasiewicz-Papadopoulos", "zoe.lukasiewicz-papadopoulos@long-department-name.contoso.example", "Legal", "warn", "must register"),
    (EVIL, "evil@contoso.example", "<b>Sales</b>", "bad", "paused until 14:05"),
    ("محمد الأمين", "mohamed@contoso.example", "", "", "disabled"),
    ("Bo Single", "bo.single@contoso.example", "Donaudampfschifffahrtselektrizitätenhauptbetriebswerk", "bad", "no way"),
)  # fmt: skip
GROUPS = tuple(
    Option(f"g{number}", f"{name} {number}", about=t("In force already") if number == 3 else None)
    for number, name in enumerate(("Finance pilot", "Marketing", "Kundendienst Süd", "Engineering", "Legal") * 4)
)


def table(query: str = "") -> parts.Table:
    """People, with everything that a table can have."""
    rows = tuple(
        Row(
            f"p{number}", (Go(f"/users/p{number}", name), user_id, department or None, (Mark(t(said), tone),), str(number * 1217)),
            presses=(Press("/gallery", t("Unlock"), (("person", f"p{number}"),)),) if number % 2 else (),
        )
        for number, (name, user_id, department, tone, said) in enumerate(PEOPLE)
    )  # fmt: skip
    return parts.Table(
        t("People"),
        (
            parts.Column(t("Name"), sort="name"), parts.Column(t("User ID"), sort="user_id"), parts.Column(t("Department")),
            parts.Column(t("Self-service")), parts.Column(t("Attempts"), number=True),
        ),
        rows if query != "nobody" else (), t("Nobody is called that. Try fewer letters, or import people first."), path="/gallery",
        filters=(
            parts.Filter("q", "search", t("Search"), query),
            parts.Filter("show", "select", t("Who"), "", (("", t("Everybody")), ("disabled", t("Disabled only")))),
            parts.Filter("since", "date", t("Since")),
        ),
        sort="name", next="abc", first="/gallery", exports=(Go("/gallery?as=csv", "CSV"), Go("/gallery?as=json", "JSON")),
        count=t("1,930 people, 5 shown"),
    )  # fmt: skip


def form(*, wrong: bool = False) -> parts.Form:
    """Every kind of control, with or without mistakes."""
    error = t("That is no whole number from 1 to 730. Nothing was changed.") if wrong else None
    return parts.Form(
        "/gallery", t("Review changes"),
        (
            parts.Hidden("version", "7"),
            parts.Pick("scope", t("Self service password reset enabled"),
                       (Option("none", t("None")), Option("selected", t("Selected")), Option("all", t("All"))), "selected",
                       hint=t("Whether people in your organisation may reset their password by themselves.")),
            parts.Pick("gates", t("Number of methods required to reset"), (
                Option("1", t("One"), about=t("Faster, and weaker: whoever holds the telephone holds the account.")),
                Option("2", t("Two"), about=t("Recommended. Two proofs never hang on the same thing.")),
                Option("3", t("Three"), about=t("Not offered."), disabled=True)), "2", error=error),
            parts.Checks("groups", t("Select group"), GROUPS, ("g0", "g3"), hint=t("Groups within them count.")),
            parts.Checks("none", t("Excluded groups"), (), empty=t("There are no groups yet. Create one under Groups.")),
            parts.Line("days", t("Number of days before users are asked to re-confirm"), "180" if not wrong else "lots", kind="text",
                       unit=t("days"), hint=t("0 means never. Default: 180."), error=error, required=True),
            parts.Line("link", t("Custom helpdesk email or URL"), "https://help.contoso.example", kind="url"),
            parts.Line("code", t("Code from the authenticator app"), kind="code", autocomplete="one-time-code"),
            parts.Line("accent", t("Accent colour"), "#1f5eff", kind="color"),
            parts.Line("kept", t("Cannot be changed here"), "cloud", disabled=True),
            parts.Area("terms", t("Custom banned password list"), "contoso\nbuilding 7", hint=t("One term a line, up to 1,000.")),
            parts.Select("language", t("Preferred language"), (Option("", t("Not known")), Option("de", "Deutsch")), "de"),
        ),
        others=(("then", "another", t("Save and add another")),), cancel=Go("/gallery", t("Cancel")),
    )  # fmt: skip


def figures() -> tuple[parts.Part, ...]:
    """Numbers, large and drawn."""
    days = tuple(f"{day} Nov" for day in range(1, 15))
    return (
        parts.Tiles((
            parts.Tile(t("Can reset today"), "1,716", t("of 1,930 in scope (89 %)"), href="/gallery"),
            parts.Tile(t("Resets, last 7 days"), "143", t("9 failed, 12 unlocks")),
            parts.Tile(t("Must register first"), "214", t("two of them administrators"), "/gallery", "warn"),
            parts.Tile(t("Open incidents"), "3", t("oldest: 2 days"), "/gallery", "bad"),
        )),
        parts.Panel(t("Resets per day"), (parts.Chart(t("Resets per day, last 14 days"), days, (
            parts.Series(t("Done"), (12, 18, 17, 22, 19, 4, 3, 21, 25, 24, 28, 22, 9, 8)),
            parts.Series(t("Failed"), (1, 2, 1, 2, 1, 0, 0, 1, 8, 2, 1, 1, 0, 0), "bad"),
            parts.Series(t("Unlocked"), (3, 2, 4, 2, 5, 1, 0, 3, 2, 4, 3, 2, 1, 1), "good"))),)),
    )  # fmt: skip


def changes() -> tuple[parts.Part, ...]:
    """Before saving."""
    return (
        parts.Panel(t("What changes"), (
            parts.Changes((
                parts.Change(t("Self service password reset enabled"), t("Selected"), t("All")),
                parts.Change(t("Custom helpdesk email or URL"), "-", "https://help.contoso.example/a/very/long/address"),
            ), t("Nothing.")),
            Message(t("214 people could no longer reset; 3 of them are administrators."), "warn"),
            parts.Form("/gallery", t("Save"), (
                parts.Checks("accept", t("You must accept"), (Option("one_gate", t("One proof is enough")),)),
                parts.Line("why", t("Why"), hint=t("Stands in the audit log."))), harsh=True),
        )),
    )  # fmt: skip


def person(now: Instant) -> tuple[parts.Part, ...]:
    """What is known of somebody and what happened."""
    return (
        parts.Panel(t("Properties of a person"), (
            parts.Facts((
                (t("User ID"), "ada@contoso.example"),
                (t("Can reset today?"), (Mark(t("No"), "bad"), t("because only one of two methods is registered."))),
                (t("Groups"), (Go("/groups/1", "Finance pilot"), Go("/groups/2", "Engineering"))),
                (t("Department"), None),
            )),
            parts.Presses((Press("/gallery", t("End all sessions")), Press("/gallery", t("Disable account"), harsh=True),
                           Go("/gallery", t("Timeline")))),
        )),
        parts.Panel(t("Timeline of an attempt"), (parts.Timeline((
            parts.Moment(now - 2 * MINUTE, t("User submitted their user ID"), (t("From 203.0.113.7"),)),
            parts.Moment(now - MINUTE, t("User failed the mobile app code"), (t("Wrong code, 4 more tries"),), "bad", Go("/gallery", "")),
            parts.Moment(now, t("User completed the mobile app code"), (), "good"),
        ), t("Nothing happened yet.")), parts.Timeline((), t("Nothing happened yet.")))),
        parts.Panel(t("Temporary password"), (
            parts.Once(t("Read it out; it is shown this once"), "tulip-42-Harbor", spoken="tango uniform lima india papa"),
            parts.Verbatim(t("Text message as it is sent"), "Contoso: 12345678 is your code.\nNobody at Contoso asks you for it."),
            parts.Live("/gallery/live", "waiting", t("Waiting for the caller."), t("Look again"), 3600, now + 5 * MINUTE),
            parts.Paragraph(t("The caller opens the page for callers on any device.")),
        )),
    )  # fmt: skip


def screen(now: Instant, query: str = "", *, wrong: bool = False) -> Screen:
    """Everything at once."""
    inside: tuple[parts.Part, ...] = (
        *figures(),
        parts.Panel(t("Users"), (table(query),), id="users"),
        parts.Panel(
            t("Properties"), (form(wrong=wrong),), about=t("What stands here is in force for everybody in scope.")
        ),
        *changes(),
        *person(now),
    )
    return Screen(
        "gallery", t("Everything that a page is made of"), inside,
        lead=(t("One calm column. Every setting says what it does."),),
        messages=(Message(t("Look at what is marked below. Nothing was changed."), "bad"),) if wrong
        else (Message(t("Saved. 12 people can reset now who could not before."), "good"), Message(t("Resets pause."), "warn"),
              Message(t("A word to the wise."), "info")),
        tabs=(parts.Tab("/gallery", t("Properties"), here=True), parts.Tab("/gallery?show=groups", t("Groups")),
              parts.Tab("/gallery?show=methods", t("Authentication methods"))),
        above=(Go("/users", t("Users")),),
        actions=(Go("/gallery", t("New user")), Press("/gallery", t("Refresh"))),
        reference="0123456789abcdef",
    )  # fmt: skip


def show(ask: Ask) -> Reply:
    """GET."""
    wrong = ask.query.get("show") == "wrong"
    return Reply(screen(ask.now, ask.query.get("q", ""), wrong=wrong), 422 if wrong else 200)


def took(ask: Ask) -> Reply:
    """POST: what came."""
    came = (*ask.fields.items(), *((name, ",".join(values)) for name, values in ask.lists.items()))
    return Reply(Screen("took", t(CAME), tuple(parts.Paragraph(f"{name}={value}") for name, value in came)))


FIELDS = (
    "version", "scope", "gates", "days", "link", "code", "accent", "kept", "terms", "language", "then", "why", "person",
)  # fmt: skip
ROUTES = (
    Route("GET", "/gallery", show, ANY_ROLE, query=("q", "show", "since", "sort", "down", "after", "as")),
    Route("GET", "/gallery/live", show, ANY_ROLE),
    Route("POST", "/gallery", took, ANY_ROLE, FIELDS, ("groups", "none", "accept")),
)


def pages() -> tuple[Route, ...]:
    """Those of the product, and the gallery."""
    return (*routes(), *ROUTES)


def dressed(site: Site) -> Site:
    """With the gallery's sentences."""
    for wrong in (False, True):
        screen(0, wrong=wrong)
    t(CAME)
    catalog = Catalog({**plugins.admin_messages(), **ENGLISH})
    return replace(site, catalog=catalog)
