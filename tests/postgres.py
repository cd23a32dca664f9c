"""A PostgreSQL server for tests, where its programs are on this machine: on a socket of its own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

OWNER = "postgres"


def programs() -> Path | None:
    """The folder of the newest server's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return folders[-1] if folders else Path(found).parent if found else None


class PostgresServer:
    """A server in a folder that is made for it, on a socket of its own; it can be stopped and started."""

    def __init__(self, folder: Path) -> None:
        found = programs()
        assert found is not None
        self._bin, self._folder, self._data = found, folder, folder / "data"
        self._owner = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"] if os.geteuid() == 0 else []
        folder.mkdir(exist_ok=True)
        if self._owner:
            shutil.chown(folder, OWNER)

    @property
    def address(self) -> str:
        """Up to the name of a database."""
        return f"postgresql://{OWNER}@/{{name}}?host={self._folder}"

    def __enter__(self) -> Self:
        setup = ("-A", "trust", "-U", OWNER, "-E", "UTF8", "--no-sync", "--locale", "C.UTF-8")
        self._run("initdb", "-D", str(self._data), *setup)
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def start(self) -> None:
        """Until it answers."""
        options = f"-k {self._folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        self._run(
            "pg_ctl", "-D", str(self._data), "-w", "-t", "120", "-l", f"{self._folder}/log", "-o", options, "start"
        )

    def stop(self) -> None:
        """At once, as where its machine fails."""
        self._run("pg_ctl", "-D", str(self._data), "-m", "immediate", "stop")

    def start_again(self) -> None:
        """Where it has ended by itself; one that runs goes on."""
        status = [*self._owner, str(self._bin / "pg_ctl"), "-D", str(self._data), "status"]
        if subprocess.run(status, capture_output=True, check=False, cwd="/").returncode:
            self.start()

    def new_database(self, name: str) -> str:
        """The address of a new database."""
        self._run("createdb", "-h", str(self._folder), "-U", OWNER, name)
        return self.address.format(name=name)

    def _run(self, program: str, *words: str) -> None:
        command = [*self._owner, str(self._bin / program), *words]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


@contextmanager
def started_server() -> Iterator[str | None]:
    """The address of a server, up to the name of a database; ``None`` where there are no programs for one."""
    if programs() is None:
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="pg") as folder, PostgresServer(Path(folder)) as server:
        yield server.address
