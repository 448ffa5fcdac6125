"""Changing the key file: whole or not at all, on the disk before anything depends on it, one writer at a time."""

import fcntl
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from keyback.core.errors import Unavailable
from keyback.core.ports import Random
from keyback.core.types import Instant
from keyback.store.seal import load_keys, new_key_line

_MADE = re.compile(r"^# version (\d+) was made on (\d{4}-\d\d-\d\d)$", re.MULTILINE)


class KeyFile:
    """Implements `app.keys.ports.Ring`."""

    def __init__(self, path: Path, random: Random) -> None:
        self._path = path
        self._random = random

    @property
    def versions(self) -> tuple[int, ...]:
        """As the file is now. Raises `Invalid`."""
        return load_keys(self._path).versions

    @property
    def made(self) -> Mapping[int, str]:
        """Days on which versions were made, where the file says so."""
        return {int(version): day for version, day in _MADE.findall(self._path.read_text("utf-8"))}

    def add(self, now: Instant) -> int:
        """A new version, one above the highest. Raises `Unavailable` when the file cannot be written."""
        with self._alone():
            version = max(self.versions) + 1
            day = datetime.fromtimestamp(now / 1000, UTC).date().isoformat()
            text = self._path.read_text("utf-8").rstrip("\n")
            self._write(f"{text}\n# version {version} was made on {day}\n{new_key_line(self._random, version)}")
        return version

    def drop(self, version: int) -> None:
        """Take one version out."""
        with self._alone():
            lines = self._path.read_text("utf-8").splitlines(keepends=True)
            gone = (f"{version}:", f"# version {version} was made on ")
            self._write("".join(line for line in lines if not line.strip().startswith(gone)))

    @contextmanager
    def _alone(self) -> Iterator[None]:
        try:
            folder = os.open(self._path.parent, os.O_RDONLY | os.O_DIRECTORY)
            try:
                fcntl.flock(folder, fcntl.LOCK_EX)
                yield
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise Unavailable(f"the key file {self._path} cannot be written: {error.strerror}") from error

    def _write(self, text: str) -> None:
        draft = self._path.with_name(f".{self._path.name}.new")
        draft.unlink(missing_ok=True)
        owner = self._path.stat()
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            os.fchmod(handle, 0o600)
            if (owner.st_uid, owner.st_gid) != (os.geteuid(), os.getegid()):
                os.fchown(handle, owner.st_uid, owner.st_gid)
            out.write(text)
            out.flush()
            os.fsync(handle)
        draft.replace(self._path)
