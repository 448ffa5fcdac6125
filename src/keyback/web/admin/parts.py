"""What an admin page is made of, as data. Pages say what there is; one template says how it looks, so that every page looks
alike, works with the keyboard, and is the same content as JSON.

Words are `Text`; a plain `str` is data of the organisation (names, user IDs), shown as it is and escaped.
"""

from dataclasses import dataclass, field
from typing import Literal

from keyback.core.messages import Text
from keyback.core.types import Instant
from keyback.web.page import Message

Tone = Literal["", "good", "warn", "bad", "info"]
Words = Text | str


@dataclass(frozen=True, slots=True)
class Go:
    """A link."""

    href: str
    label: Words


@dataclass(frozen=True, slots=True)
class Mark:
    """One word about a state."""

    label: Words
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Press:
    """A button that posts `values` to `href`, with the form's token. `harsh`: it takes something away."""

    href: str
    label: Text
    values: tuple[tuple[str, str], ...] = ()
    harsh: bool = False
    primary: bool = False


Cell = Words | Go | Mark | None


@dataclass(frozen=True, slots=True)
class Column:
    """`sort`: the value of `?sort=` that orders by it; empty: cannot be sorted by."""

    label: Text
    sort: str = ""
    number: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """`cells` in the order of the columns; a cell of several things is a tuple of them. The first cell names the row."""

    id: str
    cells: tuple[Cell | tuple[Cell, ...], ...]
    presses: tuple[Press, ...] = ()


@dataclass(frozen=True, slots=True)
class Filter:
    """One input above a table, sent with GET. `kind`: `search`, `select`, `date`."""

    name: str
    kind: str
    label: Text
    value: str = ""
    options: tuple[tuple[str, Words], ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings. Links for sorting, pages and exports are made from `path` and `query`."""

    label: Text
    """Says what it lists, for screen readers (caption)."""
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    empty: Text
    """What to say, and to do first, where there is nothing."""
    path: str = ""
    query: tuple[tuple[str, str], ...] = ()
    """Present filters and order, to keep in every link."""
    filters: tuple[Filter, ...] = ()
    sort: str = ""
    descending: bool = False
    next: str = ""
    """Value of `?after=` of the next page; empty: this is the last one."""
    first: str = ""
    """Set where this is not the first page: link back to it."""
    exports: tuple[Go, ...] = ()
    count: Text | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Label and value pairs."""

    rows: tuple[tuple[Words, Cell | tuple[Cell, ...]], ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text. `kind`: `text`, `number`, `email`, `url`, `search`, `date`, `code` (digits, once), `recovery_code`,
    `color`."""

    name: str
    label: Text
    value: str = ""
    kind: str = "text"
    hint: Text | None = None
    error: Text | None = None
    required: bool = False
    unit: Text | None = None
    """Said after the box: "days"."""
    least: int | None = None
    most: int | None = None
    autocomplete: str = "off"
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Area:
    """Several lines of text."""

    name: str
    label: Text
    value: str = ""
    hint: Text | None = None
    error: Text | None = None
    rows: int = 6
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Option:
    """One of several."""

    value: str
    label: Words
    about: Text | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Pick:
    """One of a few, as radio buttons in a row or (with `about`) a column; `Yes`/`No` of the document is one of these."""

    name: str
    label: Text
    options: tuple[Option, ...]
    value: str
    hint: Text | None = None
    error: Text | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Select:
    """One of many, as a list that folds out."""

    name: str
    label: Text
    options: tuple[Option, ...]
    value: str = ""
    hint: Text | None = None
    error: Text | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Checks:
    """Any of several (groups with counts, channels, warnings to accept); sent as a list. Long ones get a box to narrow."""

    name: str
    label: Text
    options: tuple[Option, ...]
    values: tuple[str, ...] = ()
    hint: Text | None = None
    error: Text | None = None
    empty: Text | None = None
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Upload:
    """A file. The form is then `multipart/form-data`. `accept` as in HTML."""

    name: str
    label: Text
    accept: str
    hint: Text | None = None
    error: Text | None = None


@dataclass(frozen=True, slots=True)
class Hidden:
    """Carried along."""

    name: str
    value: str


Control = Line | Area | Pick | Select | Checks | Upload | Hidden


@dataclass(frozen=True, slots=True)
class Form:
    """What is posted. `others`: further buttons of the same form, as `name=value` and label."""

    action: str
    submit: Text
    controls: tuple[Control, ...]
    others: tuple[tuple[str, str, Text], ...] = ()
    harsh: bool = False
    cancel: Go | None = None
    readonly: bool = False
    """For who may look but not change: without buttons; its controls are disabled."""


@dataclass(frozen=True, slots=True)
class Presses:
    """Buttons side by side, and links among them."""

    presses: tuple[Press | Go, ...]


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure, large."""

    label: Text
    value: Words
    about: Words | None = None
    href: str = ""
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Tiles:
    """Figures side by side."""

    tiles: tuple[Tile, ...]


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart, a value for each label."""

    label: Text
    values: tuple[int, ...]
    tone: Tone = ""


@dataclass(frozen=True, slots=True)
class Chart:
    """Lines over days, drawn, with the same numbers as a table beneath."""

    label: Text
    labels: tuple[str, ...]
    series: tuple[Series, ...]


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened."""

    at: Instant
    title: Words
    about: tuple[Words, ...] = ()
    tone: Tone = ""
    go: Go | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """What happened, in order."""

    moments: tuple[Moment, ...]
    empty: Text


@dataclass(frozen=True, slots=True)
class Change:
    """One setting, before and after."""

    label: Words
    old: Words
    new: Words


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different."""

    changes: tuple[Change, ...]
    empty: Text
    label: Text | None = None
    """Says what they belong to, for screen readers, where a page has several."""
    before: Text | None = None
    after: Text | None = None
    """Other headings than "Now" and "Afterwards"."""


@dataclass(frozen=True, slots=True)
class Once:
    """A secret that is shown this once, large, with a button to copy it."""

    label: Text
    value: str
    spoken: str = ""
    """The same as it is read out, letter by letter."""


@dataclass(frozen=True, slots=True)
class Verbatim:
    """Text as it is sent, in a box."""

    label: Text
    text: str


@dataclass(frozen=True, slots=True)
class Picture:
    """An image of our own address."""

    src: str
    alt: Words


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A sentence or two."""

    text: Words


@dataclass(frozen=True, slots=True)
class Live:
    """Asked again and again while the page is open: when `state` there is another one, the page is loaded anew. The JSON of
    `href` is a page's; the link is there for who has no script."""

    href: str
    state: str
    label: Text
    again: Text
    every_seconds: int = 2
    ends_at: Instant | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """Parts under a heading."""

    title: Text
    parts: tuple["Part", ...]
    id: str = ""
    about: Words | None = None


Part = (
    Panel | Table | Facts | Form | Presses | Tiles | Chart | Timeline | Changes | Once | Verbatim | Picture | Paragraph | Live | Message
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Tab:
    """One of several views of the same thing."""

    href: str
    label: Text
    here: bool = False


@dataclass(frozen=True, slots=True)
class Screen:
    """A page of the admin centre."""

    state: str
    """Permanent, for programs: `properties`, `person`, `review` ..."""
    title: Words
    parts: tuple[Part, ...] = ()
    lead: tuple[Text, ...] = ()
    messages: tuple[Message, ...] = ()
    tabs: tuple[Tab, ...] = ()
    above: tuple[Go, ...] = ()
    """The way here, before the title: "Users"."""
    actions: tuple[Press | Go, ...] = ()
    """Beside the title; the first link is the primary one."""
    reference: str = ""
    place: str = ""
    """Path of the place in the navigation that is marked, where it is not the page's own."""
    fields: tuple[Hidden, ...] = field(default=())
    """For programs: what else a form must carry (`token`)."""
