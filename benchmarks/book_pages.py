"""The pages of the server over a large book: its entries, filtered, first and deep, and its submissions.

    python -m benchmarks.book_pages [--entries 1000000] [--asked 100] [--book ADDRESS --key FILE]

Each page is asked of the server's own code, with its doors, names and templates, in one process without a network;
on SQLite, and on PostgreSQL where its programs are on this machine. A book that was made before can be given: one of
the sites of ``benchmarks.books``.
"""

from __future__ import annotations

import argparse
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from benchmarks import figure
from benchmarks.books import SITES, filled_book, new_databases
from stockward.book.store import open_book, sqlite_file
from stockward.book.store.facts import site_from_book
from stockward.book.store.tree_heads import HeadSigner
from stockward.web.running.place import ServerPlace
from stockward.web.running.starting import bring_up_to_date, set_up

AS_PAGES = "--as-pages"
ROLES = {"officer": "officer", "clerk": "clerk"}
MOST_MS = 150


def asked_pages(size: int) -> Iterator[tuple[str, Callable[[random.Random], str]]]:
    """Kinds of pages by name, and the address of one of each kind."""
    for site in SITES:
        yield f"{site}: last entries", lambda _, site=site: f"/sites/{site}/entries/"
        yield (
            f"{site}: entries behind any",
            lambda drawn, site=site: f"/sites/{site}/entries/?after={drawn.randrange(size)}",
        )
        yield (
            f"{site}: entries before any",
            lambda drawn, site=site: f"/sites/{site}/entries/?before={drawn.randrange(size)}",
        )
        for table in ("movements", "counts", "goals"):
            address = f"/sites/{site}/entries/?table={table}"
            yield f"{site}: {table} behind any", lambda drawn, to=address: f"{to}&after={drawn.randrange(size)}"
            yield f"{site}: {table} before any", lambda drawn, to=address: f"{to}&before={drawn.randrange(size)}"
        yield f"{site}: submissions", lambda _, site=site: f"/sites/{site}/submissions/"
    yield "today", lambda _: "/"


def measure(url: str, key: str, folder: str, asked: int) -> None:
    """Ask every kind of page so often, as an officer and as a clerk."""
    place = place_of(url, key, Path(folder))
    set_up(place)
    bring_up_to_date(place)
    from django.conf import settings

    settings.ALLOWED_HOSTS = ["testserver"]
    engine, drawn, all_waits = url.partition(":")[0], random.Random(5), []
    with open_book(url) as book, book.database.reading() as connection:
        size = int(connection.exec_driver_sql("SELECT MAX(number) FROM book_entries").scalar_one()) + 1
    browsers = {name: _browser(name, role) for name, role in ROLES.items()}
    print(f"{engine}, {size} entries: wait p50, p95, most, and p95 of the processor's time, ms")
    for kind, address in asked_pages(size):
        for name, browser in browsers.items():
            waits, busy = zip(*(_asked(browser, address(drawn)) for _ in range(asked)), strict=True)
            all_waits += waits
            told = " ".join(f"{value:7.1f}" for value in (_part(waits, 0.5), _part(waits, 0.95), max(waits)))
            print(f"{kind:<28} {name:<8} {told} {_part(busy, 0.95):7.1f}", flush=True)
    figure(f"{engine}: pages of a book of {size} entries, p95 ms", _part(all_waits, 0.95), limit=MOST_MS)
    begun = time.process_time()
    with open_book(url) as book:
        site = site_from_book(book, "north")
    rows = sum(table.height for table in site.tables.values())
    print(f"{engine}: {rows} rows of a site read from it in {time.process_time() - begun:.1f} CPU s")


def _part(values: Any, share: float) -> float:
    return float(sorted(values)[int(share * (len(values) - 1))])


def _asked(browser: Any, address: str) -> tuple[float, float]:
    begun, busy = time.perf_counter(), time.process_time()
    answer = browser.get(address)
    assert answer.status_code == 200, (address, answer.status_code)
    return 1000 * (time.perf_counter() - begun), 1000 * (time.process_time() - busy)


def _browser(name: str, role: str) -> Any:
    from allauth.mfa.totp.internal.auth import TOTP
    from django.test import Client

    from stockward.web.models import KnownSite, RoleHeld, UserAccount

    account, new = UserAccount.objects.get_or_create(name=name)
    for key in SITES:
        site, _ = KnownSite.objects.get_or_create(key=key, defaults={"title": key.title()})
        RoleHeld.objects.get_or_create(account=account, site=site, role=role)
    if new:
        TOTP.activate(account, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    browser = Client()
    browser.force_login(account, backend="allauth.account.auth_backends.AuthenticationBackend")
    return browser


def place_of(url: str, key: str, folder: Path) -> ServerPlace:
    """A server over a book that is there."""
    folder.mkdir(mode=0o700, exist_ok=True)
    shutil.copy(key, folder / "book.key")
    file = sqlite_file(url)
    if file is None:
        return ServerPlace(folder, url)
    if not (folder / "book.sqlite").exists():
        (folder / "book.sqlite").symlink_to(file)
    return ServerPlace(folder)


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    asked.add_argument("--entries", type=int, default=1_000_000)
    asked.add_argument("--asked", type=int, default=100)
    asked.add_argument("--book")
    asked.add_argument("--key")
    asked.add_argument(AS_PAGES, nargs=4, help=argparse.SUPPRESS)
    options = asked.parse_args()
    if options.as_pages:
        url, key, folder, times = options.as_pages
        measure(url, key, folder, int(times))
        return
    with tempfile.TemporaryDirectory() as made:

        def pages_of(url: str, key: str, number: int) -> None:
            # A process serves one place and no other.
            words = (url, key, f"{made}/place{number}", str(options.asked))
            subprocess.run([sys.executable, "-m", "benchmarks.book_pages", AS_PAGES, *words], check=True)

        if options.book:
            pages_of(options.book, options.key, 0)
            return
        with new_databases(Path(made)) as databases:
            for number, new in enumerate(databases):
                signer, url, key = HeadSigner.made("pages"), new("pages"), Path(made) / f"{number}.key"
                signer.write(key)
                filled_book(url, signer, options.entries)
                pages_of(url, str(key), number)


if __name__ == "__main__":
    main()
