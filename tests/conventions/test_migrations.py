"""Migrations form one numbered line."""

import ast
import re

from tests.conventions.source import PACKAGE, sources

VERSIONS = PACKAGE / "store" / "migrations" / "versions"
FILES = tuple(source for source in sources(VERSIONS) if source.path.name != "__init__.py")


def constant(tree: ast.Module, name: str) -> object:
    for node in tree.body:
        targets = (
            node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        )
        if any(isinstance(target, ast.Name) and target.id == name for target in targets):
            assert isinstance(node, ast.Assign | ast.AnnAssign)
            assert node.value is not None
            return ast.literal_eval(node.value)
    msg = f"no {name}"
    raise AssertionError(msg)


def test_migrations_are_numbered_without_gaps() -> None:
    names = [source.path.stem for source in FILES]
    numbers = [int(match[1]) for name in names if (match := re.fullmatch(r"m(\d{4})_[a-z_]+", name))]
    assert numbers == list(range(1, len(names) + 1))


def test_each_migration_follows_the_one_before() -> None:
    revisions = [constant(source.tree, "revision") for source in FILES]
    before = [constant(source.tree, "down_revision") for source in FILES]
    assert before == [None, *revisions[:-1]]
