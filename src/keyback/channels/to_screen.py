"""The demo's inbox: letters are shown instead of sent. For e-mail and text messages both."""

import json
import threading
from collections import deque
from dataclasses import asdict
from pathlib import Path
from typing import Final

from keyback.core.ports import Letter, Receipt

KEEP: Final = 1_000


class Inbox:
    """The last letters, newest last; safe for any number of threads."""

    def __init__(self, keep: int = KEEP, file: Path | None = None) -> None:
        """With `file`, letters are also appended to it as JSON lines (mode 0600) and read back from it."""
        self._lock = threading.Lock()
        self._letters: deque[dict[str, str | int]] = deque(maxlen=keep)
        self._file = file
        if file is not None and file.exists():
            self._letters.extend(json.loads(line) for line in file.read_text("utf-8").splitlines() if line)

    def channel(self, name: str) -> "ToScreen":
        """The channel called `email` or `sms` that ends here."""
        return ToScreen(name, self)

    def take(self, channel: str, letter: Letter) -> None:
        """Keep a letter; one that came before is not kept twice (F15)."""
        shown: dict[str, str | int] = {"channel": channel, **asdict(letter)}
        with self._lock:
            if any(each["id"] == letter.id for each in self._letters):
                return
            self._letters.append(shown)
            if self._file is not None:
                self._file.touch(mode=0o600)
                with self._file.open("a", encoding="utf-8") as out:
                    out.write(json.dumps(shown) + "\n")

    def messages(self, to: str | None = None) -> list[dict[str, str | int]]:
        """Copies, oldest first; with `to`, those for one address or number."""
        with self._lock:
            return [dict(each) for each in self._letters if to is None or each["to"] == to]


class ToScreen:
    """One channel into the inbox."""

    def __init__(self, name: str, inbox: Inbox) -> None:
        self.name = name
        self._inbox = inbox

    def send(self, letter: Letter) -> Receipt:
        """Always taken."""
        self._inbox.take(self.name, letter)
        return Receipt("screen")

    def close(self) -> None:
        """Nothing is kept open."""
