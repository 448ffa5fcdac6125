"""SQL stands in the store only, and one place commits (habit 12)."""

import ast
import re

import pytest

from tests.conventions.source import PACKAGE, Source, called, plain_strings, sources

STORE = PACKAGE / "store"
MAY_COMMIT = {
    STORE / "unit.py": "the unit of work",
    STORE / "engine.py": "the transaction that the unit of work leaves",
    STORE / "migrations" / "runner.py": "a migration is its own transaction",
}
SQL = re.compile(
    r"\b(SELECT\s.+\sFROM|INSERT\s+(OR\s+\w+\s+)?INTO|UPDATE\s+\w+\s+SET|DELETE\s+FROM|(CREATE|DROP|ALTER)\s+TABLE)\b",
    re.IGNORECASE | re.DOTALL,
)
OUTSIDE = tuple(source for source in sources(PACKAGE) if STORE not in source.path.parents)
NOT_COMMITTING = tuple(source for source in sources(PACKAGE) if source.path not in MAY_COMMIT)


@pytest.mark.parametrize("source", NOT_COMMITTING, ids=lambda source: source.name)
def test_only_the_unit_of_work_commits(source: Source) -> None:
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    assert [f"line {node.lineno}" for node in calls if called(node) == "commit"] == []


@pytest.mark.parametrize("source", OUTSIDE, ids=lambda source: source.name)
def test_no_sql_stands_outside_the_store(source: Source) -> None:
    found = (text for text in plain_strings(source.tree) if SQL.search(str(text.value)))
    assert [f"line {text.lineno}: {text.value!r}" for text in found] == []
