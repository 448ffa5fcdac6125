"""A real PostgreSQL for tests: its own server in a temporary folder, reached over a Unix socket only."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

BINARIES = Path("/usr/lib/postgresql/15/bin")


class Server:
    """Started when made; `stop` ends it and removes its folder."""

    def __init__(self) -> None:
        self._folder = Path(tempfile.mkdtemp(prefix="keyback-pg-"))
        self._user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
        if os.geteuid() == 0:
            shutil.chown(self._folder, self._user, self._user)
        data = self._folder / "data"
        self._run("initdb", "-D", str(data), "-U", "keyback", "-A", "trust", "--no-sync", "-E", "UTF8", "--locale=C")
        self._made = 0
        self.start()

    def _run(self, program: str, *arguments: str) -> None:
        as_other = {"user": self._user, "group": self._user, "extra_groups": []} if os.geteuid() == 0 else {}
        done = subprocess.run(
            [BINARIES / program, *arguments],
            check=False,
            cwd=self._folder,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            stdout=subprocess.PIPE if program != "pg_ctl" else subprocess.DEVNULL,
            stderr=subprocess.STDOUT if program != "pg_ctl" else subprocess.DEVNULL,
            text=True,
            **as_other,  # type: ignore[call-overload]
        )
        assert done.returncode == 0, done.stdout

    def start(self) -> None:
        """Begin, or begin again after `crash`."""
        options = (
            f"-c listen_addresses='' -c unix_socket_directories={self._folder} -c fsync=off -c max_connections=150"
        )
        data, log = str(self._folder / "data"), str(self._folder / "log")
        self._run("pg_ctl", "-D", data, "-w", "-o", options, "-l", log, "start")

    def crash(self) -> None:
        """Every connection breaks, in the middle of whatever it does."""
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "-w", "stop")

    def url(self, database: str) -> str:
        """How Keyback reaches a database of this server."""
        return f"postgresql:///{database}?host={self._folder}&user=keyback"

    def new_database(self) -> str:
        """An empty database; returns its URL."""
        import psycopg

        self._made += 1
        name = f"test_{self._made}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url(name)

    def stop(self) -> None:
        """End it at once and forget everything."""
        self.crash()
        shutil.rmtree(self._folder, ignore_errors=True)
