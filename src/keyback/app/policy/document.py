"""A policy as a YAML document, and back. Strict: what is not understood is refused, with everything wrong at once.

In a document groups stand by name; in stored policies by id. YAML is read as YAML 1.2 has it (`no` is a word,
not false), without tags, anchors and aliases, and every key may stand once.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import MISSING, Field, dataclass, fields, is_dataclass
from difflib import get_close_matches
from enum import Enum
from typing import Any, get_args, get_origin, get_type_hints

from keyback.app.policy import strict_yaml
from keyback.core.messages import Text, say
from keyback.core.policy import MethodPolicy, Policy

MESSAGES = {
    "policy.file.unknown": "{path}: there is no such setting. Allowed: {allowed}.",
    "policy.file.unknown_near": "{path}: there is no such setting. Did you mean {near}?",
    "policy.file.missing": "{path}: is missing.",
    "policy.file.section": "{path}: must be a section with settings of its own.",
    "policy.file.flag": "{path}: {value} is not possible. Allowed: true or false.",
    "policy.file.number": "{path}: {value} is not possible. Allowed: whole numbers.",
    "policy.file.text": "{path}: {value} is not possible. Allowed: text; put it in quotes.",
    "policy.file.unprintable": "{path}: contains characters that cannot be seen.",
    "policy.file.list": "{path}: must be a list.",
    "policy.file.choice": "{path}: {value} is not possible. Allowed: {allowed}.",
    "policy.file.choice_near": "{path}: {value} is not possible. Did you mean {near}? Allowed: {allowed}.",
}

LONGEST_SHOWN = 60
_NOTHING = object()


@dataclass(frozen=True, slots=True)
class Reading:
    """What a document says, and what is wrong with it; where something is wrong the default stands."""

    policy: Policy
    mistakes: tuple[Text, ...]


def read(data: bytes) -> Reading:
    """Read a document. Groups in the policy are names, as written."""
    content, trouble = strict_yaml.load(data)
    if content is None:
        return Reading(Policy(), trouble)
    reader = _Reader(trouble)
    policy = reader.section(Policy, content, "")
    return Reading(policy, tuple(reader.mistakes))


def read_flat(values: Mapping[str, Any]) -> Reading:
    """The policy whose fields stand by their paths, as `flat` gives them."""
    content: dict[str, Any] = {}
    for path, value in values.items():
        *above, name = path.split(".")
        at = content
        for one in above:
            at = at.setdefault(one, {})
        at[name] = value
    reader = _Reader(())
    policy = reader.section(Policy, content, "")
    return Reading(policy, tuple(reader.mistakes))


def plain(policy: Policy) -> dict[str, Any]:
    """The policy as mappings, lists, text, numbers and flags, every field present."""
    value = _plain(policy)
    assert isinstance(value, dict)  # noqa: S101 - a dataclass becomes a mapping
    return value


def flat(policy: Policy) -> dict[str, Any]:
    """Every field by its path; lists stay whole."""
    return dict(_flat("", plain(policy)))


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): _plain(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return str(value) if isinstance(value, Enum) else value


def _flat(path: str, value: object) -> list[tuple[str, object]]:
    if not isinstance(value, dict):
        return [(path, value)]
    return [found for name, one in value.items() for found in _flat(_below(path, name), one)]


def _below(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


def _shown(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= LONGEST_SHOWN else f"{text[:LONGEST_SHOWN]}..."


class _Reader:
    """Turns plain data into dataclasses by their own type hints, and gathers what does not fit."""

    def __init__(self, mistakes: Iterable[Text]) -> None:
        self.mistakes: list[Text] = list(mistakes)

    def section(self, kind: type[Any], raw: object, path: str) -> Any:
        """A dataclass of this kind; nothing written means its defaults."""
        if not isinstance(raw, dict):
            self._wrong("policy.file.section", path or ".")
            raw = {}
        known = {one.name: one for one in fields(kind)}
        for name in raw:
            if name not in known:
                self._unknown(_below(path, name), name, tuple(known))
        hints = get_type_hints(kind)
        given = {name: self._field(hints[name], one, raw.get(name, _NOTHING), path) for name, one in known.items()}
        return kind(**{name: value for name, value in given.items() if value is not _NOTHING})

    def _field(self, kind: Any, one: "Field[Any]", raw: object, path: str) -> Any:
        path = _below(path, one.name)
        required = one.default is MISSING and one.default_factory is MISSING
        if raw is _NOTHING or (raw is None and not required):
            if required:
                self._wrong("policy.file.missing", path)
            value: Any = _NOTHING
        else:
            value = self._value(kind, raw, path)
        if value is _NOTHING and required:
            return 0 if kind is int else ""
        return value

    def _value(self, kind: Any, raw: object, path: str) -> Any:
        """The value, or `_NOTHING` with the mistake noted."""
        origin = get_origin(kind)
        if is_dataclass(kind) and isinstance(kind, type):
            return self.section(kind, raw, path)
        if origin is tuple:
            return self._list(get_args(kind)[0], raw, path)
        if origin is not None:
            return self._methods(raw, path)
        if issubclass(kind, Enum):
            return self._choice(kind, raw, path)
        return self._scalar(kind, raw, path)

    def _scalar(self, kind: type[Any], raw: object, path: str) -> Any:
        if type(raw) is not kind:
            ids = {bool: "policy.file.flag", int: "policy.file.number", str: "policy.file.text"}
            return self._wrong(ids[kind], path, value=_shown(raw))
        if isinstance(raw, str) and not raw.isprintable():
            return self._wrong("policy.file.unprintable", path)
        return raw

    def _choice(self, kind: type[Enum], raw: object, path: str) -> Any:
        allowed = [str(one.value) for one in kind]
        if isinstance(raw, str) and raw in allowed:
            return kind(raw)
        values = {"value": _shown(raw), "allowed": ", ".join(allowed)}
        near = get_close_matches(raw.casefold(), allowed, 1) if isinstance(raw, str) else []
        if near:
            return self._wrong("policy.file.choice_near", path, near=near[0], **values)
        return self._wrong("policy.file.choice", path, **values)

    def _list(self, kind: Any, raw: object, path: str) -> Any:
        if not isinstance(raw, list):
            return self._wrong("policy.file.list", path)
        found = [self._value(kind, one, f"{path}[{place}]") for place, one in enumerate(raw)]
        return tuple(one for one in found if one is not _NOTHING)

    def _methods(self, raw: object, path: str) -> Any:
        if not isinstance(raw, dict):
            return self._wrong("policy.file.section", path)
        return {name: self._method(one, _below(path, name)) for name, one in raw.items()}

    def _method(self, raw: object, path: str) -> MethodPolicy:
        """`name:` alone, or with `{}`, switches a method on for everybody."""
        method: MethodPolicy = self.section(MethodPolicy, {} if raw is None else raw, path)
        return method

    def _unknown(self, path: str, name: str, known: tuple[str, ...]) -> None:
        near = get_close_matches(name.casefold(), known, 1)
        if near:
            self._wrong("policy.file.unknown_near", _shown(path), near=near[0])
        else:
            self._wrong("policy.file.unknown", _shown(path), allowed=", ".join(known))

    def _wrong(self, id_: str, path: str, **values: str) -> Any:
        self.mistakes.append(say(id_, path=path, **values))
        return _NOTHING
