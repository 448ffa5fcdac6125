"""Tests run the real parts; only tests of an edge may put something in another's place."""

import ast
import re

import pytest

from tests.conventions.source import ROOT, Source, sources

TESTS = tuple(s for s in sources(ROOT / "tests") if ROOT / "tests" / "edges" not in s.path.parents)
SKIPS = re.compile(r"^(skip|skipif|importorskip|xfail)$")


def attributes(source: Source) -> list[ast.Attribute]:
    return [node for node in ast.walk(source.tree) if isinstance(node, ast.Attribute)]


@pytest.mark.parametrize("source", TESTS, ids=lambda source: source.name)
def test_nothing_is_mocked_outside_the_edges(source: Source) -> None:
    modules = {node.module for node in ast.walk(source.tree) if isinstance(node, ast.ImportFrom)}
    modules |= {alias.name for node in ast.walk(source.tree) if isinstance(node, ast.Import) for alias in node.names}
    assert modules & {"mock", "unittest.mock", "unittest"} == set()
    patches = [a.lineno for a in attributes(source) if a.attr == "setattr" and isinstance(a.value, ast.Name)]
    assert patches == []


@pytest.mark.parametrize("source", TESTS, ids=lambda source: source.name)
def test_no_test_is_skipped(source: Source) -> None:
    assert [f"line {a.lineno}: {a.attr}" for a in attributes(source) if SKIPS.match(a.attr)] == []
