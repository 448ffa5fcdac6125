"""Requests share nothing that can change: what is remembered is remembered in the store, or in an object with a lock that
the wiring made (RAC-4)."""

import ast
from collections.abc import Iterator

import pytest

from tests.conventions.source import PACKAGE, Source, called, sources

ALL = sources(PACKAGE)
CHANGING = frozenset({
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "popitem", "popleft", "remove",
    "setdefault", "sort", "update",
})  # fmt: skip
STATEFUL = frozenset({
    "Condition", "ContextVar", "Event", "Lock", "Queue", "RLock", "Semaphore", "SimpleQueue", "bytearray", "count",
    "defaultdict", "deque", "local",
})  # fmt: skip
ALLOWED = frozenset({"yaml_implicit_resolvers"})
"""PyYAML's own way to give a loader its words; written once."""
FORBIDDEN_MODULES = frozenset({"jwt", "jose", "itsdangerous", "pickle", "shelve", "marshal"})


def at_top(source: Source) -> dict[str, ast.expr]:
    """What the module's own names stand for."""
    found = {}
    for node in source.tree.body:
        if isinstance(node, ast.Assign):
            found.update({target.id: node.value for target in node.targets if isinstance(target, ast.Name)})
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value is not None:
            found[node.target.id] = node.value
    return found


def changed(source: Source, names: frozenset[str]) -> Iterator[str]:
    """Where one of these names, or what it holds, is changed."""
    for node in ast.walk(source.tree):
        target = None
        if isinstance(node, ast.Global):
            yield f"{source.name}:{node.lineno} global"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in CHANGING:
            target = node.func.value
        elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
            target = node.value
        if isinstance(target, ast.Name) and target.id in names:
            yield f"{source.name}:{target.lineno} {target.id}"


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_nothing_at_the_top_of_a_module_ever_changes(source: Source) -> None:
    """RAC-4: a table there is written once, when the module is read; no request can leave anything in it."""
    top = at_top(source)
    tables = frozenset(name for name, value in top.items() if isinstance(value, ast.Dict | ast.List | ast.Set))
    assert list(changed(source, tables)) == []
    made = [name for name, value in top.items() if isinstance(value, ast.Call) and called(value) in STATEFUL]
    assert made == []


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_no_class_shares_a_table_between_its_instances(source: Source) -> None:
    """RAC-4: a list or table in the body of a class is everybody's."""
    found = [
        f"{source.name}:{node.lineno}"
        for body in (node.body for node in ast.walk(source.tree) if isinstance(node, ast.ClassDef))
        for node in body
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Dict | ast.List | ast.Set)
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id in ALLOWED)
    ]
    assert found == []


@pytest.mark.parametrize("source", ALL, ids=lambda source: source.name)
def test_no_state_travels_with_the_client(source: Source) -> None:
    """COD-13: what a journey is stands in the store; no self-contained token says it, and nothing is unpickled."""
    imported = {
        name.partition(".")[0]
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([alias.name for alias in node.names] if isinstance(node, ast.Import) else [node.module or ""])
    }
    assert imported.isdisjoint(FORBIDDEN_MODULES)


def test_a_table_that_changes_would_be_found() -> None:
    text = "SEEN = {}\n\ndef look(one):\n    SEEN[one] = 1\n    SEEN.pop(one)\n"
    source = Source(PACKAGE / "x.py", text, ast.parse(text))
    assert len(list(changed(source, frozenset({"SEEN"})))) == 2
