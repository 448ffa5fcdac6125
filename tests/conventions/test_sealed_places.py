"""Every sealed column and every kind of keyed hash is declared, so that keys can rotate without forgetting one."""

import ast
from collections.abc import Iterator

from keyback.store.keys import HASHED, SEALED
from keyback.store.seal import SIGNING
from tests.conventions.source import PACKAGE, Source, called, sources

NOT_STORED = {("outbox", "id"): "a fresh seal of nothing, from which an id is made"}
SEALING = ("seal", "_seal", "open", "_open")
DECLARING = PACKAGE / "store" / "keys.py"


def text(node: ast.expr | None) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def places(source: Source) -> Iterator[tuple[str, str]]:
    """Table and column of every literal place: `{"table": ..., "column": ...}`, keywords, or `_seal("t", "c", ...)`."""
    for node in ast.walk(source.tree):
        pairs: dict[str | None, ast.expr] = {}
        if isinstance(node, ast.Dict):
            pairs = {text(key): value for key, value in zip(node.keys, node.values, strict=True) if key is not None}
        elif isinstance(node, ast.Call) and called(node) in SEALING:
            pairs = {keyword.arg: keyword.value for keyword in node.keywords}
            if len(node.args) > 1 and (table := text(node.args[0])) and (column := text(node.args[1])):
                yield table, column
        table, column = text(pairs.get("table")), text(pairs.get("column"))
        if table and column:
            yield table, column


def seals() -> set[tuple[str, str]]:
    found = (sources(PACKAGE / "store"), sources(PACKAGE / "app"), sources(PACKAGE / "wiring"))
    return {place for group in found for source in group if source.path != DECLARING for place in places(source)}


def test_every_sealed_column_is_declared() -> None:
    """CRY-4: what is sealed anywhere is what `keyback keys rotate` seals again."""
    declared = {(one.table, one.column) if not one.sealed_as[0] else one.sealed_as for one in SEALED}
    assert seals() - NOT_STORED.keys() == declared - {("key_root", "sealed")}


def test_only_the_store_seals() -> None:
    """CRY-4: and what the store seals has a literal place."""
    calls = (
        (source, node) for source in sources(PACKAGE) for node in ast.walk(source.tree) if isinstance(node, ast.Call)
    )
    outside = {s.name for s, node in calls if called(node) == "seal" and PACKAGE / "store" not in s.path.parents}
    assert outside == set()


def test_every_purpose_of_a_keyed_hash_is_declared() -> None:
    """CRY-4: each has its own key, kept under the version in use; a purpose is always a literal."""
    found: set[str] = set()
    unclear: list[str] = []
    for source in sources(PACKAGE):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("sealer.mac"):
                purpose = text(node.args[0]) if node.args else None
                (unclear.append(f"{source.name}:{node.lineno}") if purpose is None else found.add(purpose))
    assert unclear == []
    assert found | {SIGNING} == set(HASHED)
