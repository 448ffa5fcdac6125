"""Bare Argon2 on the server's core, one operation for each line on standard input; answers with its processor seconds.

Asked between the journeys, so that figure and limit are taken in the same minutes of the same machine.
"""

import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measuring import SERVER_CORE
from keyback.wiring.hasher import Argon2Hasher

ROOT = Path(__file__).resolve().parents[1]


class Bare:
    """The process, and the seconds of each operation so far."""

    def __init__(self) -> None:
        command = ["taskset", "-c", str(SERVER_CORE), sys.executable, "-m", "benchmarks.bare"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT)
        self.seconds: list[float] = []

    def operate(self) -> None:
        """One verification, as cold as a server finds its caches after other work."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(file=self._process.stdin, flush=True)
        self.seconds.append(float(self._process.stdout.readline()))

    def close(self) -> None:
        self._process.communicate()


def main() -> None:
    hasher = Argon2Hasher()
    encoded = hasher.hash("a password")
    for _ in sys.stdin:
        began = time.process_time()
        hasher.verify(encoded, "another password")
        print(time.process_time() - began, flush=True)


if __name__ == "__main__":
    main()
