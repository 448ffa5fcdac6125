"""Keyback's own directory: passwords as Argon2id hashes, sealed, in the store."""

from keyback.core.ports import Hasher, Preflight, Store
from keyback.core.rules.password import prepare, too_long
from keyback.core.types import DirectoryKind, Person


class CloudDirectory:
    """Implements `core.ports.Directory`."""

    kind = DirectoryKind.CLOUD

    def __init__(self, store: Store, hasher: Hasher) -> None:
        self._store = store
        self._hasher = hasher

    def can_write(self, person: Person) -> Preflight:
        """The store is here, or nothing is."""
        return Preflight(possible=person.directory is self.kind)

    def verify(self, person: Person, password: str) -> bool:
        """One Argon2 operation, whether or not there is a password; outside any transaction."""
        if too_long(password):
            return False
        with self._store.reading() as unit:
            credential = unit.people.credential(person.id, 1)
        return self._hasher.verify(credential.encoded if credential else "", prepare(password), stranger=True)
