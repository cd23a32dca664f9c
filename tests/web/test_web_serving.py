"""The command: a folder that nobody else may read, a first account, one line for what is wrong, and a clean end."""

from __future__ import annotations

import os
import re
import signal
import socket
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

SERVE = [sys.executable, "-m", "stockward", "serve"]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def said(*words: str, folder: Path, **env: str) -> tuple[int, str]:
    """The code and the words of a command that ends by itself."""
    done = subprocess.run(
        [*SERVE, str(folder), *words], capture_output=True, text=True, timeout=300, check=False,
        stdin=subprocess.DEVNULL, env={**os.environ, **env},
    )  # fmt: skip
    return done.returncode, done.stderr


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[subprocess.Popen[str], Path, int, str]]:
    """A server that is ready, its folder, its port, and what it has said."""
    folder, port = tmp_path_factory.mktemp("server") / "kept", free_port()
    begun = subprocess.Popen(
        [*SERVE, str(folder), "--port", str(port), "--first-account", "keeper"], stderr=subprocess.PIPE, text=True
    )
    lines = ""
    assert begun.stderr is not None
    while "\nready: " not in lines:
        line = begun.stderr.readline()
        assert line, lines
        lines += line
    yield begun, folder, port, lines
    if begun.poll() is None:
        begun.kill()
        begun.wait()
    begun.stderr.close()


def fetched(port: int, path: str, **headers: str) -> tuple[int, str]:
    asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", headers=headers)
    try:
        with urllib.request.urlopen(asked, timeout=60) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as refused:
        return refused.code, ""


@pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")
def test_what_it_keeps_is_read_by_nobody_else(server: tuple[object, Path, int, str]) -> None:
    _, folder, _, _ = server
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    kept = [path for path in folder.iterdir() if path.is_file()]
    assert {"pages.secret", "book.key", "book.sqlite", "accounts.sqlite"} <= {path.name for path in kept}
    assert all(stat.S_IMODE(path.stat().st_mode) & 0o077 == 0 for path in kept)


def test_it_answers_with_its_style_and_to_its_own_name_alone(server: tuple[object, Path, int, str]) -> None:
    _, _, port, lines = server
    assert fetched(port, "/sign-in/")[0] == 200
    assert "prefers-color-scheme" in fetched(port, "/static/web/pages.css")[1]
    assert "Permission to use" in fetched(port, "/static/web/htmx.LICENSE.txt")[1]
    assert fetched(port, "/static/../settings.py")[0] == 404
    assert fetched(port, "/sign-in/", Host="elsewhere.example")[0] == 400
    link = re.search(r"http://127\.0\.0\.1:\d+(/welcome/\S+)", lines)
    assert link and fetched(port, link[1])[0] == 200


def test_a_port_that_is_taken_is_said(server: tuple[object, Path, int, str], tmp_path: Path) -> None:
    code, words = said("--port", str(server[2]), "--first-account", "keeper", folder=tmp_path / "other")
    assert code == 2 and "give another --port" in words and "Traceback" not in words


def test_it_ends_with_its_worker(server: tuple[subprocess.Popen[str], Path, int, str]) -> None:
    begun, folder, _, _ = server
    children = subprocess.run(
        ["ps", "--ppid", str(begun.pid), "-o", "pid="], capture_output=True, text=True, check=False
    )
    begun.send_signal(signal.SIGINT)
    assert begun.wait(60) in (0, 130)
    assert begun.stderr is not None and "Traceback" not in begun.stderr.read()
    time.sleep(0.5)
    assert children.stdout.split() and not any(Path(f"/proc/{pid}").exists() for pid in children.stdout.split())
    log = folder / "server.log"
    assert not log.exists() or " ERROR " not in log.read_text(encoding="utf-8"), "nothing of it was the server's fault"


@pytest.mark.parametrize(
    ("words", "mend"),
    [
        (["--host", "0.0.0.0"], "--behind-proxy"),
        (["--host", "0.0.0.0", "--behind-proxy", "http://name"], "https://name"),
        (["--behind-proxy", "https://name/path"], "https://name"),
        (["--database", "mysql://x/y"], "postgresql://"),
        (["--database", "postgresql://nobody@127.0.0.1:1/none", "--first-account", "a"], "check its address"),
        ([], "--first-account"),
        (["--first-account", "Keeper One"], "give another name"),
        (["--port", "0"], "range"),
    ],
)
def test_wrong_use_is_one_line_with_the_mend(words: list[str], mend: str, tmp_path: Path) -> None:
    code, told = said(*words, folder=tmp_path / "kept")
    assert code == 2 and mend in told and "Traceback" not in told and told.count("\n") <= 2


def test_a_secret_that_others_may_read_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "pages.secret").write_text("0" * 64)
    (folder / "pages.secret").chmod(0o644)
    code, told = said("--first-account", "keeper", folder=folder)
    assert code == 2 and "chmod 600" in told


def test_a_book_whose_key_is_lost_is_not_written_to(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    assert said(folder=folder)[0] == 2  # it has made the book, and no account
    (folder / "book.key").unlink()
    code, told = said(folder=folder)
    assert code == 2 and "key" in told and not (folder / "book.key").exists()


def test_without_django_the_extra_is_named(tmp_path: Path) -> None:
    blocker = tmp_path / "blocked"
    blocker.mkdir()
    (blocker / "sitecustomize.py").write_text(
        "import importlib.util\n_found = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *a: None if name == 'django' else _found(name, *a)\n"
    )
    path = os.pathsep.join([str(blocker), os.environ.get("PYTHONPATH", "")])
    code, told = said(folder=tmp_path / "kept", PYTHONPATH=path)
    assert code == 2 and 'pip install "stockward[web]"' in told


def test_an_address_of_postgresql_is_read_with_its_options() -> None:
    """The folder of a socket stands behind the name, as libpq has it; without it another server would be asked."""
    from stockward.web.running.place import postgresql_parts

    told = postgresql_parts("postgresql://keeper:a%40b@/book?host=/run/pg&sslmode=require")
    assert told["NAME"] == "book" and told["USER"] == "keeper" and told["PASSWORD"] == "a@b" and told["HOST"] == ""
    assert told["OPTIONS"] == {"host": "/run/pg", "sslmode": "require"}


@pytest.mark.parametrize("option", ["site=north", "host=/nowhere"])
def test_options_that_will_not_do_are_one_line(option: str, tmp_path: Path) -> None:
    code, told = said("--database", f"postgresql://a@/b?{option}", "--first-account", "a", folder=tmp_path / "kept")
    assert code == 2 and "check its address" in told and "Traceback" not in told
