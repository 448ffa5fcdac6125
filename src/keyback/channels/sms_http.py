"""Text messages by any gateway that takes one HTTP request: method, address, headers and a body template.

The template is JSON or a form, taken apart once; `{to}`, `{text}` and `{id}` stand inside its values and are
put in as values, never pasted into the encoded text. The letter's id serves as idempotency key.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import parse_qsl, urlencode

from keyback.channels.outbound import E164, Answer, Gateway, by_status, request
from keyback.core.errors import Invalid
from keyback.core.messages import Text, say
from keyback.core.ports import DeliveryFailed, Letter, Receipt

MESSAGES: Mapping[str, str] = {
    "sms_http.settings": "The SMS gateway settings are not usable.",
    "sms_http.settings.url": "sms.url {why}.",
    "sms_http.settings.method": "sms.method: must be POST or PUT.",
    "sms_http.settings.encoding": "sms.encoding: must be json or form.",
    "sms_http.settings.headers": "sms.headers: names and values must be printable ASCII; {{id}} is the only placeholder.",
    "sms_http.settings.template": (
        "sms.template: must be JSON (or name=value&name=value for a form) and hold {{to}} and {{text}} inside values."
    ),
    "sms_http.settings.success": "sms.success: list status codes from 200 to 299.",
    "sms_http.settings.receipt": "sms.receipt: must be empty or a JSON pointer such as /messages/0/id.",
}

_SUCCESSES: Final = frozenset(range(200, 300))
_REDIRECTS: Final = range(300, 400)
_PLACEHOLDER: Final = re.compile(r"\{(to|text|id)\}")
_HEADER: Final = re.compile(r"[A-Za-z0-9-]{1,64}")
_POINTER: Final = re.compile(r"(/[^/]*)*")

Json = dict[str, "Json"] | list["Json"] | str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class SmsHttpSettings:
    """One gateway, as its manual describes the request."""

    url: str
    template: str
    method: Literal["POST", "PUT"] = "POST"
    encoding: Literal["json", "form"] = "json"
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Authorization and the like; a value may hold `{id}` for an idempotency header."""
    success: frozenset[int] = frozenset({200, 201, 202, 204})
    receipt: str = ""
    """JSON pointer (RFC 6901) to the gateway's own name of the message."""
    allow_private: bool = False
    ca_file: str = ""
    seconds: float = 5

    def gateway(self) -> Gateway:
        """Where requests go."""
        return Gateway(self.url, self.allow_private, self.ca_file, self.seconds)

    def mistakes(self) -> tuple[Text, ...]:
        """Everything that is wrong, by name."""
        checks = {
            "sms_http.settings.method": self.method in {"POST", "PUT"},
            "sms_http.settings.encoding": self.encoding in {"json", "form"},
            "sms_http.settings.headers": all(_is_header(*each) for each in self.headers.items()),
            "sms_http.settings.template": _is_template(self.template, self.encoding),
            "sms_http.settings.success": bool(self.success) and self.success <= _SUCCESSES,
            "sms_http.settings.receipt": bool(_POINTER.fullmatch(self.receipt)),
        }
        wrong = self.gateway().wrong()
        url = (say("sms_http.settings.url", why=wrong),) if wrong else ()
        return url + tuple(say(id_) for id_, right in checks.items() if not right)


class SmsHttp:
    """The channel."""

    name = "sms"

    def __init__(self, settings: SmsHttpSettings) -> None:
        """Raises `Invalid` with every mistake in the settings."""
        if mistakes := settings.mistakes():
            raise Invalid(say("sms_http.settings"), mistakes)
        self._settings = settings
        self._gateway = settings.gateway()
        self._template = _taken_apart(settings.template, settings.encoding)
        form = settings.encoding == "form"
        self._headers = {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}

    def send(self, letter: Letter) -> Receipt:
        """Make the request once; any status that is not listed as success is a failure."""
        if not E164.fullmatch(letter.to):
            raise DeliveryFailed("The number is not in international form.", for_ever=True)
        settings = self._settings
        filled = _filled(self._template, {"to": letter.to, "text": letter.text, "id": letter.id})
        body = _encoded(filled, settings.encoding)
        headers = {name: value.replace("{id}", letter.id) for name, value in settings.headers.items()}
        answer = request(self._gateway, settings.method, {**self._headers, **headers}, body.encode())
        if answer.status not in settings.success:
            redirect = ", a redirect, which is not followed" if answer.status in _REDIRECTS else ""
            raise by_status(answer.status, f"The gateway did not take the message (HTTP {answer.status}{redirect}).")
        return Receipt(_reference(answer, settings.receipt))

    def close(self) -> None:
        """Nothing is kept open."""


def _is_header(name: str, value: str) -> bool:
    rest = value.replace("{id}", "")
    return bool(_HEADER.fullmatch(name)) and rest.isascii() and rest.isprintable() and not _PLACEHOLDER.search(rest)


def _is_template(template: str, encoding: str) -> bool:
    """Whether `{to}` and `{text}` both arrive in what is made of it."""
    try:
        filled = json.dumps(_filled(_taken_apart(template, encoding), {"to": "\x01", "text": "\x02", "id": "\x03"}))
    except (ValueError, RecursionError):
        return False
    return "\\u0001" in filled and "\\u0002" in filled


def _taken_apart(template: str, encoding: str) -> Json:
    if encoding == "form":
        return [{name: value} for name, value in parse_qsl(template, keep_blank_values=True, strict_parsing=True)]
    parsed: Json = json.loads(template)
    return parsed


def _encoded(filled: Json, encoding: str) -> str:
    if encoding == "form" and isinstance(filled, list):
        return urlencode([pair for each in filled if isinstance(each, dict) for pair in each.items()])
    return json.dumps(filled)


def _filled(template: Json, values: Mapping[str, str]) -> Json:
    """The same shape with the placeholders inside its strings replaced; names of fields stay as they are."""
    if isinstance(template, str):
        put: Callable[[re.Match[str]], str] = lambda found: values[found[1]]  # noqa: E731
        return _PLACEHOLDER.sub(put, template)
    if isinstance(template, list):
        return [_filled(each, values) for each in template]
    if isinstance(template, dict):
        return {name: _filled(each, values) for name, each in template.items()}
    return template


def _reference(answer: Answer, pointer: str) -> str:
    """What the pointer finds, if it finds a string or number."""
    try:
        found: Json = json.loads(answer.body) if pointer else None
        for step in pointer.split("/")[1:]:
            key = step.replace("~1", "/").replace("~0", "~")
            found = found[int(key)] if isinstance(found, list) else found[key]  # type: ignore[index]
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""
    plain = isinstance(found, str | int) and not isinstance(found, bool)
    return "".join(c for c in str(found) if c.isprintable())[:200] if plain else ""
