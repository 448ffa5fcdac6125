"""Core decides and does nothing else: no file, no clock, no chance, no network (decision 0005)."""

import ast
from collections.abc import Iterator

import pytest

from tests.conventions.source import PACKAGE, Source, called, sources

CORE = sources(PACKAGE / "core")

PURE = frozenset({
    "base64", "binascii", "bisect", "collections", "contextlib", "dataclasses", "enum", "fractions", "functools",
    "hashlib", "hmac", "ipaddress", "itertools", "json", "math", "operator", "re", "string", "struct", "types",
    "typing", "unicodedata", "urllib.parse",
    "datetime",  # its types; ruff bans now(), utcnow() and today()
    "idna", "phonenumbers", "keyback.core",
})  # fmt: skip
FORBIDDEN_CALLS = frozenset({"__import__", "breakpoint", "compile", "eval", "exec", "input", "open", "print"})


def imported(source: Source) -> Iterator[str]:
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def is_pure(module: str) -> bool:
    return any(module == allowed or module.startswith(f"{allowed}.") for allowed in PURE)


@pytest.mark.parametrize("source", CORE, ids=lambda source: source.name)
def test_core_imports_only_what_is_pure(source: Source) -> None:
    assert [module for module in imported(source) if not is_pure(module)] == []


@pytest.mark.parametrize("source", CORE, ids=lambda source: source.name)
def test_core_opens_prints_and_evaluates_nothing(source: Source) -> None:
    calls = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    assert [f"line {node.lineno}: {called(node)}" for node in calls if called(node) in FORBIDDEN_CALLS] == []
