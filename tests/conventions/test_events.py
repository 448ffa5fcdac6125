"""The list of audit events is closed, and nothing on it is dead."""

import ast
import re
from enum import StrEnum

import pytest

from keyback.core.events import Activity, Step
from tests.conventions.source import PACKAGE, sources

EVENTS = PACKAGE / "core" / "events.py"


def used(kind: str) -> set[str]:
    """Members that the source outside the list mentions, as `Activity.RESET`."""
    return {
        node.attr
        for source in sources(PACKAGE)
        if source.path != EVENTS
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == kind
    }


@pytest.mark.parametrize("kind", [Activity, Step])
def test_every_event_is_written_by_something(kind: type[StrEnum]) -> None:
    assert sorted(set(kind.__members__) - used(kind.__name__)) == []


@pytest.mark.parametrize("kind", [Activity, Step])
def test_names_of_events_are_unique_and_permanent_text(kind: type[StrEnum]) -> None:
    names = [member.value for member in kind]
    assert len(set(names)) == len(kind.__members__)
    assert [name for name in names if not re.fullmatch(r"[A-Z][\w '{}(),-]+", name)] == []
