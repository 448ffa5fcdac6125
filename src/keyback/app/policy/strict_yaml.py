"""YAML read strictly: plain mappings, lists, text, whole numbers, true, false and null, and nothing else.

Words resolve as in YAML 1.2: `no`, `on`, `010`, `1:30` and dates are text. Tags, anchors, aliases, merge keys,
several documents and repeated keys are refused (CWE-776, CWE-502).
"""

import re
from typing import Any

import yaml

from keyback.core.messages import Text, say

MESSAGES = {
    "policy.file.size": "The file is too large. Allowed: {most} bytes.",
    "policy.file.encoding": "The file is not UTF-8 text.",
    "policy.file.yaml": "Line {line}: this is not YAML that can be read here: {problem}.",
    "policy.file.twice": "Line {line}: {name} stands twice. Allowed: once.",
    "policy.file.key": "Line {line}: this cannot be the name of a setting. Allowed: text.",
    "policy.file.plain_only": "Line {line}: tags, anchors, aliases and merge keys are not allowed.",
    "policy.file.deep": "Line {line}: too deep. Allowed: {most} levels.",
}

MOST_BYTES = 256 * 1024
MOST_LEVELS = 12
_PREFIX = "tag:yaml.org,2002:"


class _Refused(Exception):
    def __init__(self, text: Text) -> None:
        super().__init__(text.id)
        self.text = text


class _Loader(yaml.SafeLoader):
    """SafeLoader with fewer freedoms."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML's own way to give a loader its words

    def __init__(self, stream: str) -> None:
        super().__init__(stream)
        self._levels = 0
        self.found: list[Text] = []
        """Mistakes that need not stop the reading."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        event = self.peek_event()  # type: ignore[no-untyped-call]
        line = event.start_mark.line + 1
        if isinstance(event, yaml.AliasEvent) or event.anchor is not None or event.tag is not None:
            raise _Refused(say("policy.file.plain_only", line=line))
        self._levels += 1
        if self._levels > MOST_LEVELS:
            raise _Refused(say("policy.file.deep", line=line, most=MOST_LEVELS))
        node = super().compose_node(parent, index)
        self._levels -= 1
        return node

    def construct_mapping(self, node: Any, deep: bool = False) -> Any:  # noqa: FBT001, FBT002 - PyYAML's signature
        seen = set()
        for key, _ in node.value:
            line = key.start_mark.line + 1
            if key.value == "<<" and key.style is None:
                raise _Refused(say("policy.file.plain_only", line=line))
            if key.tag != f"{_PREFIX}str":
                self.found.append(say("policy.file.key", line=line))
            elif key.value in seen:
                self.found.append(say("policy.file.twice", line=line, name=key.value))
            seen.add(key.value if isinstance(key.value, str) else "")
        node.value = [pair for pair in node.value if pair[0].tag == f"{_PREFIX}str"]
        return super().construct_mapping(node, deep)


for _tag, _words, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("int", r"[-+]?(?:0|[1-9][0-9]{0,17})", "-+0123456789"),
):
    _Loader.add_implicit_resolver(f"{_PREFIX}{_tag}", re.compile(f"(?:{_words})$"), list(_first))


def load(data: bytes) -> tuple[Any, tuple[Text, ...]]:
    """The plain content (None if it cannot be read or is empty), and what is wrong."""
    if len(data) > MOST_BYTES:
        return None, (say("policy.file.size", most=MOST_BYTES),)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return None, (say("policy.file.encoding"),)
    try:
        loader = _Loader(text)
        content = loader.get_single_data()
        return content, tuple(sorted(loader.found, key=lambda text: text.values["line"]))
    except _Refused as refused:
        return None, (refused.text,)
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        return None, (say("policy.file.yaml", line=line, problem=str(error.reason)),)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return None, (say("policy.file.yaml", line=mark.line + 1 if mark else 1, problem=str(error.problem)),)
