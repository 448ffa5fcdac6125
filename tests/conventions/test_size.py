"""Everything has a size that one head can hold."""

import ast

import pytest

from tests.conventions.source import PACKAGE, ROOT, Source, sources

LONGEST_FILE = 400
LONGEST_FUNCTION = 50
ALL = sources(PACKAGE) + sources(ROOT / "tests")


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_a_file_is_short(source: Source) -> None:
    assert len(source.text.splitlines()) <= LONGEST_FILE


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_a_function_is_short(source: Source) -> None:
    functions = (n for n in ast.walk(source.tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))
    lengths = {f.name: (f.end_lineno or f.lineno) - f.lineno + 1 for f in functions}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FUNCTION} == {}
