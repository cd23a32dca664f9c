"""A PostgreSQL server for tests, where its programs are on this machine: on a socket of its own, gone afterwards."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

OWNER = "postgres"


def programs() -> Path | None:
    """The folder of the newest server's programs."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: float(path.parent.name))
    found = shutil.which("initdb")
    return folders[-1] if folders else Path(found).parent if found else None


@contextmanager
def started_server() -> Iterator[str | None]:
    """The address of a server, up to the name of a database; ``None`` where there are no programs for one."""
    bin_folder = programs()
    if bin_folder is None:
        yield None
        return
    as_owner = ["setpriv", f"--reuid={OWNER}", f"--regid={OWNER}", "--clear-groups"] if os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="pg") as folder:
        if as_owner:
            shutil.chown(folder, OWNER)
        data = f"{folder}/data"

        def run(program: str, *words: str) -> None:
            subprocess.run([*as_owner, str(bin_folder / program), *words], check=True, capture_output=True, cwd="/")

        run("initdb", "-D", data, "-A", "trust", "-U", OWNER, "-E", "UTF8", "--no-sync", "--locale", "C.UTF-8")
        options = f"-k {folder} -c listen_addresses='' -c fsync=off -c max_connections=200"
        run("pg_ctl", "-D", data, "-w", "-t", "120", "-l", f"{folder}/log", "-o", options, "start")
        try:
            yield f"postgresql://{OWNER}@/{{name}}?host={folder}"
        finally:
            run("pg_ctl", "-D", data, "-m", "immediate", "stop")
