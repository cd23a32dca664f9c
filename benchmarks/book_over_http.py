"""The whole server killed by a signal that nobody hears, while rows are entered and approved over HTTP.

    python -m benchmarks.book_over_http [--moments 40] [--engine sqlite]

A clerk uploads a count, submits it, and an officer approves, each over a connection to the server, until it is killed
at a random moment; then it is started again on the same folder. What was answered must stand, whole, and the book must
verify. Sessions are made beforehand; everything else goes through the pages.
"""

from __future__ import annotations

import argparse
import http.client
import os
import random
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import urlencode

from benchmarks import figure
from benchmarks.books import new_databases
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book
from stockward.web.running.place import ServerPlace

FIRST_SITE = Path("docs/first_site")
AS_KEEPER, AS_SERVER = "--as-keeper", "--as-server"
CSRF = "a" * 32
LONGEST_RUN = 6.0
_BOUNDARY = "as-no-file-has-it"


def prepared(place: ServerPlace) -> None:
    """Two accounts with a session each, whose keys are said."""
    from stockward.web.running.starting import bring_up_to_date, set_up

    place.open_folder()
    set_up(place)
    bring_up_to_date(place)
    from allauth.mfa.totp.internal.auth import TOTP
    from django.test import Client

    from stockward.web.models import KnownSite, RoleHeld, UserAccount

    site = KnownSite.objects.create(key="north", title="North")
    for role in ("clerk", "officer"):
        account = UserAccount.objects.create(name=role)
        RoleHeld.objects.create(account=account, site=site, role=role)
        TOTP.activate(account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
        browser = Client()
        browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
        print(role, browser.cookies["session"].value, flush=True)


def serve(place: ServerPlace) -> None:
    """Answer requests, as ``stockward serve`` does."""
    from stockward.web.running.serving import answer_requests
    from stockward.web.running.starting import bring_up_to_date, set_up

    set_up(place)
    bring_up_to_date(place)
    answer_requests(place, lambda address: print("ready", address, flush=True))


class Browser:
    """One account, over one address."""

    def __init__(self, port: int, session: str) -> None:
        self.port = port
        self.cookies = f"session={session}; csrf={CSRF}"

    def post(self, path: str, fields: dict[str, str], files: dict[str, bytes] | None = None) -> str:
        """Send a form; returns where its answer leads."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body, kind = _form({"csrfmiddlewaretoken": CSRF, **fields}, files)
        connection.request("POST", path, body, {"Cookie": self.cookies, "Content-Type": kind})
        answer = connection.getresponse()
        answer.read()
        connection.close()
        if answer.status != 302:
            raise RuntimeError(f"{path}: {answer.status}")
        return answer.headers["Location"]


def _form(fields: dict[str, str], files: dict[str, bytes] | None) -> tuple[bytes, str]:
    if files is None:
        return urlencode(fields).encode(), "application/x-www-form-urlencoded"
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    parts += [f'name="files"; filename="{name}"\r\n\r\n'.encode() + content for name, content in files.items()]
    whole = b"".join(b"--%s\r\nContent-Disposition: form-data; %s\r\n" % (_BOUNDARY.encode(), part) for part in parts)
    return whole + f"--{_BOUNDARY}--\r\n".encode(), f"multipart/form-data; boundary={_BOUNDARY}"


def count_of(number: int) -> dict[str, bytes]:
    """A count of one's own, in ten rows."""
    lines = (FIRST_SITE / "counts.csv").read_text(encoding="utf-8").splitlines()
    header, first = lines[0], lines[1].split(",")
    place = header.split(",").index("inventory")
    rows = [",".join([*first[:place], f"N{number}-{row}", *first[place + 1 :]]) for row in range(10)]
    return {"counts.csv": "\n".join([header, *rows, ""]).encode()}


def enter(clerk: Browser, officer: Browser, begin: int, said: list[tuple[str, int]]) -> None:
    """Upload, submit and approve until the server is gone."""
    number = begin
    try:
        while True:
            files = count_of(number)
            if number == 0:
                files = {
                    file.name: file.read_bytes()
                    for file in FIRST_SITE.iterdir()
                    if file.suffix in (".csv", ".toml") and file.is_file()
                }
            draft = clerk.post("/sites/north/drafts/new/", {}, files)
            where = clerk.post(f"{draft}submit/", {"knowingly": "on"})
            submission = int(re.findall(r"/submissions/(\d+)/", where)[0])
            said.append(("submission", submission))
            if officer.post(f"/sites/north/submissions/{submission}/approve/", {"once": f"{number}"}):
                said.append(("approval", submission))
            number += 1
    except (OSError, http.client.HTTPException):
        return


def faults_of(url: str, said: list[tuple[str, int]]) -> tuple[int, int, list[str]]:
    """How much of what was said is lost, how many submissions are there by half, and faults of the book."""
    with Book.open(url) as book, book.database.reading() as connection:
        rows = connection.exec_driver_sql("SELECT number, kind, submission FROM book_entries").all()
        told = connection.exec_driver_sql("SELECT entry FROM book_entries WHERE kind = 'submission'").scalars().all()
    stands = {(kind, submission) for _, kind, submission in rows}
    promised = [sum(map(int, re.findall(r'"rows":(\d+)', one))) for one in told]
    entered = sum(kind == "row" for _, kind, _ in rows)
    return sum(one not in stands for one in said), abs(sum(promised) - entered), list(verify_database(url).faults)


def _run(kind: str, place: ServerPlace) -> subprocess.Popen[str]:
    words = [str(place.folder), place.database or "", str(place.port)]
    command = [sys.executable, "-m", "benchmarks.book_over_http", kind, *words]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)


def killed(place: ServerPlace, engine: str, moments: int) -> int:
    """Kill the server so often; returns what was found wrong."""
    keeper = _run(AS_KEEPER, place)
    sessions = dict(line.split() for line in keeper.communicate()[0].splitlines())
    drawn, said, lost, halves, faults, starts = random.Random(1), [], 0, 0, [], []
    for moment in range(moments):
        begun = time.perf_counter()
        server = _run(AS_SERVER, place)
        assert server.stdout is not None
        assert server.stdout.readline().startswith("ready")
        starts.append(time.perf_counter() - begun)
        browsers = [Browser(place.port, sessions[role]) for role in ("clerk", "officer")]
        # The first run is to the end of the first submission, without which nothing else can be entered.
        before = len(said)
        at_work = threading.Thread(target=enter, args=(*browsers, moment * 1000, said))
        at_work.start()
        while len(said) < before + (2 if moment == 0 else 1) and at_work.is_alive():
            time.sleep(0.01)
        time.sleep(drawn.uniform(0, LONGEST_RUN))
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        at_work.join()
        found = faults_of(place.book, said)
        lost, halves, faults = found[0], found[1], faults + found[2]
        print(f"{engine} {moment + 1}: {len(said)} answers, {lost} lost, {halves} rows by half, {len(faults)} faults, "
              f"started in {starts[-1]:.1f} s", flush=True)  # fmt: skip
    figure(f"{engine}: answers given over HTTP and lost over {moments} kills of the server", lost, limit=0)
    figure(f"{engine}: rows of submissions that are there by half", halves, limit=0)
    figure(f"{engine}: faults of the book, verified each time", len(faults), limit=0)
    return lost + halves + len(faults)


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def main() -> int:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--moments", type=int, default=40)
    asked.add_argument("--engine", choices=["sqlite", "postgresql"])
    asked.add_argument(AS_KEEPER, nargs=3, help=argparse.SUPPRESS)
    asked.add_argument(AS_SERVER, nargs=3, help=argparse.SUPPRESS)
    options = asked.parse_args()
    for words, work in ((options.as_keeper, prepared), (options.as_server, serve)):
        if words:
            work(ServerPlace(Path(words[0]), words[1] or None, port=int(words[2])))
            return 0
    wrong = 0
    with tempfile.TemporaryDirectory() as made, new_databases(Path(made)) as databases:
        for engine, new in zip(("sqlite", "postgresql"), databases, strict=False):
            if options.engine in (None, engine):
                database = new("server") if engine == "postgresql" else None
                wrong += killed(ServerPlace(Path(made) / engine, database, port=free_port()), engine, options.moments)
    return int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
