"""Every command runs where the system is not POSIX: a process is started without what Windows lacks, and so its own.

A module that Python imports by itself takes it all away, in the command and in each process that it starts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.roster.guard_sites import guards, post, small_site

TAKEN_AWAY = """\
import os, signal, sys

for name in ("fcntl", "grp", "pty", "pwd", "resource", "syslog", "termios", "tty"):
    sys.modules[name] = None
for name in (
    "SIGALRM", "SIGCHLD", "SIGCONT", "SIGHUP", "SIGKILL", "SIGPIPE", "SIGQUIT", "SIGSTOP", "SIGTSTP", "SIGUSR1",
    "SIGUSR2", "alarm", "getitimer", "pause", "pthread_kill", "pthread_sigmask", "setitimer", "siginterrupt",
    "sigpending", "sigtimedwait", "sigwait", "sigwaitinfo",
):
    vars(signal).pop(name, None)
for name in (
    "chown", "fchmod", "fchown", "fork", "forkpty", "getegid", "geteuid", "getgid", "getgroups", "getloadavg",
    "getpgid", "getpgrp", "getpriority", "getresuid", "getsid", "getuid", "killpg", "lchown", "mkfifo", "nice", "pread",
    "pwrite", "register_at_fork", "sched_getaffinity", "sched_setaffinity", "sendfile", "setpgid", "setsid", "setuid",
    "statvfs", "sysconf", "wait", "wait3", "wait4",
):
    vars(os).pop(name, None)
"""
COMMAND = "from stockward.cli import main; main()"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a synthetic site, one for a roster, and the module that takes away."""
    folder = tmp_path_factory.mktemp("without_posix")
    (folder / "sitecustomize.py").write_text(TAKEN_AWAY, encoding="utf-8")
    small_site(folder / "guarded", guards(9), [post("gate"), post("store")])
    made = run(folder, "simulate", "works", "--weeks", "8", "--lines", "1")
    assert made.returncode == 0, made.stderr
    return folder


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    paths = os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    environment = {**os.environ, "PYTHONPATH": paths, "PYTHONUTF8": "1"}
    return subprocess.run(
        [sys.executable, "-c", COMMAND, *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        encoding="utf-8", timeout=300, check=False,
    )  # fmt: skip


def test_it_is_taken_away(folder: Path) -> None:
    asks = "import os, signal; print(hasattr(os, 'fork'), hasattr(signal, 'pthread_sigmask')); import fcntl"
    environment = {**os.environ, "PYTHONPATH": str(folder)}
    said = subprocess.run([sys.executable, "-c", asks], env=environment, capture_output=True, text=True, check=False)
    assert said.stdout == "False False\n"
    assert "fcntl" in said.stderr


@pytest.mark.parametrize(
    ("arguments", "codes"),
    [
        ("check works", {0, 3}),
        ("review works --html review.html --json review.json --xlsx review.xlsx", {0, 1, 3}),
        ("drill works --copies 4 --jobs 2 --html drill.html", {0, 1}),
        ("orders works guarded", {0, 1, 3}),
        ("sample plan works --commit plan.json", {0, 3}),
        ("init blank", {0}),
        ("validate", {0}),
        (
            "roster guarded --start 2026-07-06 --weeks 1 --time 20 --html r.html --xlsx r.xlsx --csv r.csv --ics ics "
            "--json r.json",
            {0},
        ),
        ("roster guarded --start 2026-07-06 --weeks 1 --deterministic 300", {0}),
        ("roster guarded --start 2026-07-06 --weeks 1 --time 5 --number gate=5", {4}),
        ("roster --instance instance.txt --time 5 --workers 2", {0}),
    ],
)
def test_every_command_runs(folder: Path, arguments: str, codes: set[int]) -> None:
    (folder / "instance.txt").write_text(INSTANCE, encoding="utf-8")
    done = run(folder, *arguments.split())
    assert done.returncode in codes, done.stderr
    assert "Traceback" not in done.stderr


INSTANCE = """\
SECTION_HORIZON
7
SECTION_SHIFTS
D,480,
SECTION_STAFF
A,D=7,2400,960,5,2,2,1
B,D=7,2400,960,5,2,2,1
SECTION_DAYS_OFF
A,0
SECTION_SHIFT_ON_REQUESTS
B,2,D,2
SECTION_SHIFT_OFF_REQUESTS
SECTION_COVER
""" + "".join(f"{day},D,1,100,1\n" for day in range(7))
