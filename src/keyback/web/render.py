"""A `Page` as HTML for people and as JSON for programs: the same content twice.

The JSON always has the same keys, in the order of `PageData`; what a page does not have is `""`, `[]` or `null`.
Sentences that a program may want to tell apart are `{"id", "text"}`; names of things (`label`, `about`) are plain
strings in the language of the page. Times are milliseconds since 1970-01-01 UTC.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path
from typing import Final

import msgspec
from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from keyback.core.messages import Text
from keyback.core.types import SECOND, Instant
from keyback.web.assets import StaticFile, load_static
from keyback.web.page import Act, Choice, Field, Group, Item, Link, Page
from keyback.web.prompts import Catalog, Words

__all__ = ["MESSAGES", "Chrome", "PageData", "Renderer", "StaticFile", "load_static"]

MESSAGES: Mapping[str, str] = {
    "chrome.skip": "Skip to the question",
    "chrome.title": "{title} - {tenant}",
    "chrome.title_error": "Error: {title} - {tenant}",
    "chrome.error": "Error:",
    "chrome.progress": "Progress",
    "chrome.step": "Step {step} of {steps}: {name}",
    "chrome.step_done": "{name}, done",
    "chrome.step_now": "{name}, now",
    "chrome.step_later": "{name}, later",
    "chrome.ways": "Other ways to go on",
    "chrome.languages": "Language",
    "chrome.show": "Show",
    "chrome.hide": "Hide",
    "chrome.rules": "Your new password needs",
    "chrome.rule_met": "done",
    "chrome.rule_open": "not yet",
    "chrome.rules_met": "{met} of {all} done",
    "chrome.strength": "Strength:",
    "chrome.strength_too_weak": "Too weak",
    "chrome.strength_fair": "Fair",
    "chrome.strength_good": "Good",
    "chrome.strength_strong": "Strong",
    "chrome.copy": "Copy",
    "chrome.copied": "Copied",
    "chrome.print": "Print",
    "chrome.qr": "QR code for your authenticator app. The key is also written below.",
    "chrome.new_tab": "(opens in a new tab)",
    "chrome.wait": "{label} ({seconds} s)",
    "chrome.checking": "Checking that you are not a robot. This takes a few seconds.",
    "chrome.for_admin": "For your administrator: {code}",
    "chrome.for_admin_reference": "For your administrator: {code}, reference {reference}",
    "chrome.reference": "Reference: {reference}",
}

_TEMPLATES: Final = Path(__file__).parent / "templates"
_LANGUAGE_NAMES: Final = (("en", "English"), ("de", "Deutsch"))
_AUTOCOMPLETE: Final = {
    "username": "username",
    "code": "one-time-code",
    "recovery_code": "off",
    "new_password": "new-password",
    "password": "current-password",
}


@dataclass(frozen=True, slots=True)
class Chrome:
    """What surrounds every page of a tenant. With an empty `path` no other language is offered."""

    tenant_name: str
    path: str
    """Where GET shows this page again, to offer it in another language."""
    now: Instant
    judge: str = ""
    """Where the script asks about rules with `check="server"`; it posts the page's hidden fields and the new
    password as JSON and is answered `{"rules": {rule id: true or false}, "strength": level, "why": sentence or null}`."""
    logo: str = ""
    """Path of the organisation's logo, which then stands for its name; empty: the name."""
    accent: str = ""
    """Path of the style sheet with its accent; empty: Keyback's own."""


class Said(msgspec.Struct, frozen=True):
    """A sentence and its permanent id."""

    id: str
    text: str


class MessageData(msgspec.Struct, frozen=True):
    """`tone` is `bad`, `good`, `warn` or `info`."""

    id: str
    text: str
    tone: str


class FieldData(msgspec.Struct, frozen=True):
    """One input; send it back under `name`. `hidden` ones are sent back with their `value`."""

    name: str
    kind: str
    label: str
    required: bool
    value: str
    hint: str
    error: Said | None
    length: int


class ChoiceData(msgspec.Struct, frozen=True):
    """One way to go on: send `name` with `value`."""

    name: str
    value: str
    label: str
    about: str


class LinkData(msgspec.Struct, frozen=True):
    """A way out; with `post` it is posted to, with the page's hidden fields (all fields if it
    `carries` them), not before `after`."""

    rel: str
    href: str
    label: str
    post: bool
    after: Instant | None
    carries: bool


class RuleData(msgspec.Struct, frozen=True):
    """One rule for a new password."""

    id: str
    text: str
    check: str
    amount: int


class FactData(msgspec.Struct, frozen=True):
    """Something to keep: a recovery code, an authenticator key."""

    label: str
    value: str


class ActData(msgspec.Struct, frozen=True):
    """What can be done with an item: POST the page's hidden fields and `name` with `value` to `href`; without `post`
    it leads there."""

    rel: str
    href: str
    label: str
    name: str
    value: str
    post: bool
    harsh: bool


class ItemData(msgspec.Struct, frozen=True):
    """One thing in a list. `mark` is one word about its state, of the `tone` `good`, `warn` or none."""

    id: str
    label: str
    about: list[Said]
    mark: Said | None
    tone: str
    acts: list[ActData]


class GroupData(msgspec.Struct, frozen=True):
    """Things under a heading; `empty` says so where there are none."""

    title: str
    items: list[ItemData]
    empty: str
    acts: list[ActData]


class PageData(msgspec.Struct, frozen=True):
    """A whole page for a program. `work` is the proof-of-work challenge as an object, or null."""

    state: str
    title: Said
    lead: list[Said]
    action: str
    submit: Said | None
    fields: list[FieldData]
    choices: list[ChoiceData]
    messages: list[MessageData]
    links: list[LinkData]
    rules: list[RuleData]
    checklist: list[Said]
    facts: list[FactData]
    owner: str
    groups: list[GroupData]
    step: int
    steps: list[str]
    expires: Instant | None
    code: str
    reference: str
    work: msgspec.Raw | None


class Renderer:
    """Both renderings. The templates are compiled once for each language, with the words that never change in them, and a
    list of steps is written once; rendering reads no file."""

    def __init__(self, catalog: Catalog) -> None:
        """`catalog` must hold this module's `MESSAGES`; a missing one is a `KeyError` at start, not on a page."""
        for id_ in MESSAGES:
            catalog.messages[id_]
        self._catalog = catalog
        self._page, self._steps, self._lists = (
            (_TEMPLATES / f"{name}.html").read_text("utf-8") for name in ("page", "steps", "groups")
        )
        self._templates = {"en": self._compiled("en")}
        self._encoder = msgspec.json.Encoder()

    def _template(self, language: str) -> Template:
        if language not in self._templates:
            self._templates[language] = self._compiled(language)
        return self._templates[language]

    def _compiled(self, language: str) -> Template:
        """Jinja works out at once what depends on nothing but the language, and escapes it like all else."""
        words = self._catalog.words(language)

        def chrome(name: str, /, **values: str | int) -> str:
            return words.say(Text(f"chrome.{name}", values))

        names = {path.rpartition("/")[2].split(".")[0]: path for path in load_static()}
        others = [(tag, name) for tag, name in _LANGUAGE_NAMES if tag != language]
        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
        environment.filters.update(told=_told, chrome=chrome, static=names.__getitem__)
        steps, lists = environment.from_string(self._steps), environment.from_string(self._lists)

        @lru_cache(maxsize=64)
        def progress(names: tuple[str, ...], step: int) -> Markup:
            return Markup(steps.render(names=names, step=step))  # noqa: S704  escaped by the template

        def listed(page: Page, say: Callable[[Text], str], carried: Markup) -> Markup:
            return Markup(lists.render(page=page, say=say, carried=carried))  # noqa: S704  escaped by the template

        environment.globals.update(languages=others, autocomplete=_AUTOCOMPLETE, progress=progress, lists=listed)
        return environment.from_string(self._page)

    def html(self, page: Page, words: Words, chrome: Chrome) -> bytes:
        """The page in `words.lang`, UTF-8."""

        def say(text: Text) -> str:
            return words.say(text, chrome.now)

        def wait(link: Link) -> str:
            seconds = _wait(link, chrome.now)
            if not seconds:
                return ""
            label = say(Text("chrome.wait", {"label": say(link.label), "seconds": "{seconds}"}))
            return Markup(' data-after="{}" data-wait="{}"').format(seconds, label)

        beside = next((link for link in page.links if link.rel == "again" and link.post and page.submit), None)
        above = next((link for link in page.links if link.above and page.groups), None)
        template = self._template(words.lang)
        return template.render(
            page=page,
            words=words,
            chrome=chrome,
            say=say,
            steps=tuple(map(say, page.steps)),
            notes=[(tone, list(same)) for tone, same in groupby(page.messages, lambda message: message.tone)],
            wrong=_wrong(page),
            hidden=[field for field in page.fields if field.kind == "hidden"],
            shown=[field for field in page.fields if field.kind != "hidden"],
            ruled=next((field.name for field in page.fields if page.rules and field.kind == "new_password"), ""),
            beside=beside,
            above=above,
            beneath=[link for link in page.links if link is not beside and link is not above and not link.carries],
            wait=wait,
            qr=Markup(page.qr),  # noqa: S704  our own SVG, see Page.qr
        ).encode()

    def json(self, page: Page, words: Words, now: Instant | None = None) -> bytes:
        """The page as data, see `PageData`. Without `now` every time carries its date."""

        def told(text: Text) -> str:
            return words.say(text, now)

        def said(text: Text) -> Said:
            return Said(text.id, words.say(text, now))

        return self._encoder.encode(
            PageData(
                state=page.state,
                title=said(page.title),
                lead=[said(text) for text in page.lead],
                action=page.action,
                submit=said(page.submit) if page.submit else None,
                fields=[_field(field, told, said) for field in page.fields],
                choices=[_choice(choice, told) for choice in page.choices],
                messages=[MessageData(item.text.id, told(item.text), item.tone) for item in page.messages],
                links=[_link(link, told) for link in page.links],
                rules=[RuleData(rule.id, told(rule.text), rule.check, rule.amount) for rule in page.rules],
                checklist=[said(text) for text in page.checklist],
                facts=[FactData(told(label), value) for label, value in page.facts],
                owner=page.owner,
                groups=[_group(group, told, said) for group in page.groups],
                step=page.step,
                steps=[told(text) for text in page.steps],
                expires=page.expires,
                code=page.code,
                reference=page.reference,
                work=msgspec.Raw(page.work.encode()) if page.work else None,
            )
        )


def _told(text: Text, say: Callable[[Text], str]) -> str:
    """A filter, because Jinja calls those directly: `text|told(say)`."""
    return say(text)


def _field(field: Field, told: Callable[[Text], str], said: Callable[[Text], Said]) -> FieldData:
    return FieldData(
        name=field.name,
        kind=field.kind,
        label=told(field.label),
        required=field.required,
        value=field.value,
        hint=told(field.hint) if field.hint else "",
        error=said(field.error) if field.error else None,
        length=field.length,
    )


def _choice(choice: Choice, told: Callable[[Text], str]) -> ChoiceData:
    return ChoiceData(choice.name, choice.value, told(choice.label), told(choice.about) if choice.about else "")


def _link(link: Link, told: Callable[[Text], str]) -> LinkData:
    return LinkData(link.rel, link.href, told(link.label), link.post, link.after, link.carries)


def _group(group: Group, told: Callable[[Text], str], said: Callable[[Text], Said]) -> GroupData:
    return GroupData(
        title=told(group.title),
        items=[_item(item, told, said) for item in group.items],
        empty=told(group.empty) if group.empty else "",
        acts=[_act(act, told) for act in group.acts],
    )


def _item(item: Item, told: Callable[[Text], str], said: Callable[[Text], Said]) -> ItemData:
    mark = said(item.mark) if item.mark else None
    about, acts = [said(text) for text in item.about], [_act(act, told) for act in item.acts]
    return ItemData(item.id, told(item.label), about, mark, item.tone, acts)


def _act(act: Act, told: Callable[[Text], str]) -> ActData:
    return ActData(act.rel, act.href, told(act.label), act.name, act.value, act.post, act.harsh)


def _wrong(page: Page) -> bool:
    """Whether the page reports a mistake: its title then begins with "Error", as screen readers read it first."""
    return any(message.tone == "bad" for message in page.messages) or any(field.error for field in page.fields)


def _wait(link: Link, now: Instant) -> int:
    """Whole seconds until the link may be used, by the server's clock: the browser's may be wrong."""
    return max(0, -(-(link.after - now) // SECOND)) if link.after else 0
