"""The inventory of cryptography names every file that does any, and every stored value says which version it is of."""

import ast

import pytest
from argon2 import PasswordHasher

from keyback.core.crypto import USES
from keyback.store.keys import HASHED, SEALED
from keyback.store.seal import AesSealer, Keys
from keyback.wiring.world import SystemRandom
from scripts.generate_docs import crypto
from tests.conventions.source import PACKAGE, Source, sources

DOING = {"hashlib", "hmac", "ssl", "secrets", "argon2", "cryptography", "altcha", "Cryptodome"}


def does_cryptography(source: Source) -> bool:
    for node in ast.walk(source.tree):
        names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if DOING & {name.partition(".")[0] for name in names}:
            return True
    return False


def test_the_inventory_names_every_file_that_does_cryptography() -> None:
    """CRY-8."""
    doing = {source.name.removeprefix("src/keyback/") for source in sources(PACKAGE) if does_cryptography(source)}
    assert doing == {use.file for use in USES}


@pytest.mark.parametrize("name", [*(one.name for one in SEALED), *HASHED])
def test_the_page_names_every_column_and_every_keyed_hash(name: str) -> None:
    """CRY-8."""
    assert f"| `{name}` |" in crypto()


def test_every_stored_value_says_which_version_it_is_of() -> None:
    """CRY-8: ciphertexts, signatures and password hashes."""
    sealer = AesSealer(Keys({7: bytes(range(32))}), "t1", SystemRandom())
    sealed = sealer.seal(b"x", table="contact", column="value", row="r1", tenant="t1")
    assert (sealed[0], int.from_bytes(sealed[1:3], "big")) == (1, 7)
    assert sealer.sign(b"x")[0] == 1
    assert PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash("x").startswith("$argon2id$v=19$m=8,t=1,p=1$")
