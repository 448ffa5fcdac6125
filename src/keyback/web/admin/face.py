"""How an admin page looks: a `Screen` as HTML for people and as JSON for programs, the same content twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import msgspec
from jinja2 import Environment, StrictUndefined
from starlette.responses import Response

from keyback.app.admin.operator import Operator
from keyback.core.messages import Text, say
from keyback.web import responses
from keyback.web.admin import drawing
from keyback.web.admin.call import Reply
from keyback.web.admin.declare import Heading, Place, places
from keyback.web.admin.parts import Form, Panel, Screen, Words
from keyback.web.assets import load_static
from keyback.web.call import Call, Site, set_cookie
from keyback.web.page import Message

MESSAGES: Mapping[str, str] = {
    "nav.password_reset": "Protection: Password reset",
    "nav.methods": "Protection: Authentication methods",
    "nav.people": "People",
    "nav.logs": "Logs",
    "nav.organisation": "Organisation",
    "face.places": "Places",
    "face.skip": "Skip to the page",
    "face.menu": "Menu",
    "face.find": "Find a page, person or setting",
    "face.find_key": "Ctrl K",
    "face.find_none": "Nothing begins like that.",
    "face.find_some": "Found: {count}. Choose with the arrow keys, open with Enter.",
    "face.close": "Close",
    "face.sign_out": "Sign out",
    "face.title": "{title} - Keyback",
    "face.title_error": "Error: {title} - Keyback",
    "face.filter": "Show",
    "face.search": "Search",
    "face.clear": "Clear",
    "face.sort": "Sort by {label}",
    "face.sorted_up": "sorted upwards",
    "face.sorted_down": "sorted downwards",
    "face.next": "Next page",
    "face.first": "First page",
    "face.numbers": "The same as a table",
    "face.most": "Most in one day: {count}",
    "face.quiet_days": "Nothing happened in these {days} days.",
    "face.narrow": "Narrow the list",
    "face.copy": "Copy",
    "face.copied": "Copied",
    "face.error": "Error:",
    "face.day": "Day",
    "face.before": "Now",
    "face.after": "Afterwards",
    "face.setting": "Setting",
    "face.actions": "Actions",
    "face.languages": "Language",
    "face.reference": "Reference: {reference}",
    "face.chosen": "{count} chosen",
}

_TEMPLATES: Final = Path(__file__).parent.parent / "templates"
_LANGUAGES: Final = (("en", "English"), ("de", "Deutsch"))


@dataclass(frozen=True, slots=True)
class _Link:
    """One line of the navigation."""

    href: str
    label: Text
    here: bool


class Face:
    """Renders for one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        names = _static_names()
        environment = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True, undefined=StrictUndefined)
        environment.filters.update(
            static=names.__getitem__,
            static_script=lambda name: names[f"{name}.js"],
            kind=lambda part: type(part).__name__,
        )
        environment.globals.update(draw=drawing.lines, most=drawing.most, query=_query)
        self._page = environment.from_string((_TEMPLATES / "admin.html").read_text("utf-8"))
        self._places = places()

    def respond(
        self, call: Call, reply: Reply, who: Operator | None, cookies: Iterable[str], query: Mapping[str, str]
    ) -> Response:
        """With every header that all our answers carry."""
        response = self._body(call, reply, who, query)
        for line in cookies:
            response.headers.append("set-cookie", line)
        for name, value in reply.cookies.items():
            line = set_cookie(name, value, secure=self.site.secure, door=self.site.door)
            response.headers.append("set-cookie", line)
        if reply.retry_after:
            response.headers["retry-after"] = str(reply.retry_after)
        return responses.finished(self.site, response)

    def _body(self, call: Call, reply: Reply, who: Operator | None, query: Mapping[str, str]) -> Response:
        if reply.go_to:
            return Response(status_code=303, headers={"location": _with_done(reply.go_to, reply.done)})
        if reply.download is not None:
            named = f'attachment; filename="{reply.download.name}"'
            return Response(
                reply.download.body, media_type=reply.download.media_type, headers={"content-disposition": named}
            )
        if reply.data is not None or reply.screen is None:
            return Response(reply.data or b"", reply.status, media_type="application/json")
        if call.wants_json:
            return Response(self.json(call, reply.screen), reply.status, media_type="application/json")
        return Response(self.html(call, reply.screen, who, query), reply.status, media_type="text/html")

    def json(self, call: Call, screen: Screen) -> bytes:
        """The screen as data: texts as `{"id", "text"}`, every part with its `kind`."""
        plain = _plain(screen, call)
        return msgspec.json.encode({**plain, "token": call.token})

    def html(self, call: Call, screen: Screen, who: Operator | None, query: Mapping[str, str]) -> bytes:
        """The screen as a page."""

        def told(words: Words | None) -> str:
            if words is None:
                return ""
            return call.words.say(words, call.now) if isinstance(words, Text) else words

        def chrome(name: str, /, **values: str | int) -> str:
            return call.words.say(Text(f"face.{name}", values))

        return self._page.render(
            screen=screen, told=told, chrome=chrome, words=call.words, token=call.token, who=who,
            look=self.site.house.looks.current(), navigation=self._navigation(call, screen, who), path=call.path,
            done=self._done(call, query), time=lambda at: call.words.time(at, call.now),
            wrong=any(one.tone == "bad" for one in screen.messages) or _mistaken(screen.parts), languages=_languages(call, query),
        ).encode()  # fmt: skip

    def _done(self, call: Call, query: Mapping[str, str]) -> Message | None:
        """What the page before has done; an id that is no such message is not shown."""
        id_ = query.get("done", "")
        if not id_.endswith(".done") or id_ not in self.site.catalog.messages or call.method != "GET":
            return None
        return Message(say(id_), "good")

    def _navigation(
        self, call: Call, screen: Screen, who: Operator | None
    ) -> Sequence[tuple[Text | None, Sequence[_Link]]]:
        if who is None:
            return ()
        here = self._here(screen.place or call.path.partition("?")[0])
        shown = [one for one in self._places if visible(one, who)]
        found: list[tuple[Text | None, Sequence[_Link]]] = []
        for heading in Heading:
            links = [_Link(one.path, one.title, one.path == here) for one in shown if one.heading is heading]
            if links:
                found.append((None if heading is Heading.TOP else say(f"nav.{heading.value}"), links))
        return found

    def _here(self, path: str) -> str:
        """The place that this page belongs to: the longest that it begins with."""
        found = [one.path for one in self._places if path == one.path or path.startswith(f"{one.path.rstrip('/')}/")]
        return max((one for one in found if one != "/" or path == "/"), key=len, default="")


def visible(place: Place, who: Operator) -> bool:
    """Whether somebody may open it: what they may not is not in the navigation."""
    return not place.needs or any(who.rights.may(one) for one in place.needs)


def _static_names() -> Mapping[str, str]:
    """Paths by name; two of one name are told apart by their ending, as `admin.js`."""
    found: dict[str, str] = {}
    for path in load_static("admin"):
        name, *_, ending = path.rpartition("/")[2].split(".")
        found[f"{name}.{ending}"] = path
        if ending != "js":
            found[name] = path
    return found


def _with_done(path: str, done: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{urlencode({'done': done})}" if done else path


def _query(pairs: Iterable[tuple[str, str]], **more: str) -> str:
    kept = {name: value for name, value in pairs if value and name not in more}
    return urlencode({**kept, **{name: value for name, value in more.items() if value}})


def _mistaken(part: object) -> bool:
    """Whether a field somewhere in it says what is wrong with it."""
    if isinstance(part, tuple):
        return any(map(_mistaken, part))
    if isinstance(part, Panel | Form):
        return _mistaken(part.parts if isinstance(part, Panel) else part.controls)
    return getattr(part, "error", None) is not None


def _languages(call: Call, query: Mapping[str, str]) -> Sequence[tuple[str, str, str]]:
    """The same page in the other languages: tag, name and address; none where only a form leads."""
    if call.method == "POST":
        return ()
    path, kept = call.path.partition("?")[0], [one for one in query.items() if one[0] != "done"]
    return [(tag, name, f"{path}?{_query(kept, mkt=tag)}") for tag, name in _LANGUAGES if tag != call.words.lang]


def _plain(value: object, call: Call) -> Any:
    if isinstance(value, Text):
        return {"id": value.id, "text": call.words.say(value, call.now)}
    if is_dataclass(value) and not isinstance(value, type):
        inside = {one.name: _plain(getattr(value, one.name), call) for one in fields(value)}
        return {"kind_of_part": type(value).__name__, **inside}
    if isinstance(value, tuple | list):
        return [_plain(one, call) for one in value]
    return value
