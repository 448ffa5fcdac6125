"""One plug-in, one file: a shelf's name stands in no other source file (habit 8).

Data that speaks about particular methods on purpose is listed here, each with its reason.
"""

import ast
import re
from collections.abc import Iterator

import pytest

from tests.conventions.source import PACKAGE, Source, plain_strings, sources

SHELVES = ("methods", "channels")

MAY_NAME: dict[str, str] = {
    "core/crypto.py": "the inventory names the files that do cryptography",
    "core/rules/assurance.py": "which methods are strong is one table, a decision about all of them (decisions 3)",
    "core/rules/readiness.py": "stored rows count what people hold by a number per method, which is for ever",
    "core/rules/policy_check.py": "warns about particular methods (decisions 22)",
    "cli/channels.py": "its examples show what people type",
    "app/policy/entra.py": "which of our methods each of Entra's becomes",
    "app/setup/found.py": "the methods that a new organisation's first policy allows",
    "app/setup/issue.py": "what the first administrator sets up beside a password",
    "cli/serve.py": "says which tables of the configuration would set up a channel",
    "settings.py": "the tables of the configuration are called as people call what they set up",
    "web/render.py": "a kind of field, which happens to be called as its method",
}
"""Beside wiring, which knows everybody."""
WIRING = PACKAGE / "wiring"


def plugins() -> Iterator[tuple[str, str]]:
    """Every file of a shelf, except helpers: files that their neighbours import."""
    for shelf in SHELVES:
        files = [source for source in sources(PACKAGE / shelf) if source.path.stem != "__init__"]
        package = f"keyback.{shelf}"
        helpers = {line.removeprefix(f"{package}.") for source in files for line in imports(source, package)}
        yield from ((shelf, source.path.stem) for source in files if source.path.stem not in helpers)


def imports(source: Source, package: str) -> Iterator[str]:
    """Modules of the package that a file imports."""
    for node in ast.walk(source.tree):
        if isinstance(node, ast.ImportFrom) and node.module == package:
            yield from (f"{package}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith(f"{package}."):
            yield node.module or ""


def names_in(source: Source) -> Iterator[tuple[int, str]]:
    """Identifiers, imports and strings, without comments and docstrings."""
    for text in plain_strings(source.tree):
        yield text.lineno, str(text.value)
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Name):
            yield node.lineno, node.id
        elif isinstance(node, ast.Attribute):
            yield node.lineno, node.attr
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, f"{node.module} {' '.join(alias.name for alias in node.names)}"


def words(name: str) -> re.Pattern[str]:
    return re.compile(rf"(?<![\w.-]){re.escape(name)}(?![\w-])")


@pytest.mark.parametrize(("shelf", "name"), tuple(plugins()))
def test_a_plug_in_is_named_in_its_own_file_only(shelf: str, name: str) -> None:
    word = words(name)
    free = {PACKAGE / shelf / f"{name}.py"} | {PACKAGE / file for file in MAY_NAME}
    others = (s for s in sources(PACKAGE) if s.path not in free and WIRING not in s.path.parents)
    assert [f"{s.name}:{line}" for s in others for line, text in names_in(s) if word.search(text)] == []


def test_every_exception_is_still_needed() -> None:
    patterns = [words(name) for _, name in plugins()]
    excused = (source for source in sources(PACKAGE) if source.name.removeprefix("src/keyback/") in MAY_NAME)
    used = {
        s.name.removeprefix("src/keyback/")
        for s in excused
        for _, t in names_in(s)
        if any(p.search(t) for p in patterns)
    }
    assert set(MAY_NAME) - used == set()
