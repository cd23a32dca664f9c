"""Shows a site on the pages of a server, with one account a role; `make serve` does it with Ridgeway.

    python examples/server/show_site.py FOLDER [--site examples/ridgeway] [--port 8765] [--database URL]
    python examples/server/show_site.py FOLDER --codes

The folder is made once: the accounts, the site entered by the clerk and the guards' manager and approved by
the officer, a correction that waits, a review that is asked for. Later starts go on with what is there. Passwords are
drawn anew at every start and stand nowhere but at the terminal. All accounts of the demonstration have one second
factor, so that one code opens each; the server asks for it as for any other.
"""

from __future__ import annotations

import os
import secrets
import string
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import click

from stockward.terms.errors import StockwardError, UsageError
from stockward.web.running.place import ServerPlace
from stockward.web.running.starting import bring_up_to_date, set_up

RIDGEWAY = Path(__file__).parents[1] / "ridgeway"
ACCOUNTS = {
    "clerk": ("clerk", "enters stock: uploads, corrections"),
    "officer": ("officer", "reads all, approves, reviews, explains findings"),
    "second-officer": ("officer", "approves what the first officer proposed"),
    "guards-manager": ("guards_manager", "enters lines, people, posts, absences"),
    "guard": ("guard", "sees what a guard sees"),
    "inspector": ("inspector", "reads all, reviews as of any day"),
    "administrator": (None, "keeps accounts and roles; sees no site"),
}
"""Each account, its role at the site, and what it is for."""
ENTERED_BEFORE, CORRECTED_BEFORE = timedelta(days=35), timedelta(days=1)
"""How long before its making the book of the demonstration says that it was entered, and corrected: so an inspector
can look at it as of last month."""
STEP = 30
"""Seconds for which a code of an authenticator app holds."""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--site", type=click.Path(path_type=Path, exists=True, file_okay=False), default=RIDGEWAY)
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True)
@click.option("--database", metavar="URL", help="Keep all in an empty database of PostgreSQL.")
@click.option("--codes", is_flag=True, help="Print the code of now for a demonstration that runs already.")
def main(folder: Path, site: Path, port: int, database: str | None, codes: bool) -> None:
    """Make the demonstration in FOLDER, or go on with it, and serve it."""
    os.umask(0o077)
    try:
        place = ServerPlace.asked(folder, database, "127.0.0.1", port, None)
        if codes:
            print_code(place)
        else:
            show(place, site.resolve())
    except StockwardError as error:
        raise click.ClickException(str(error)) from None


def show(place: ServerPlace, site: Path) -> None:
    """Make what is lacking, print who may sign in and how, and answer until Ctrl-C."""
    made = (place.folder / "demonstration").exists()
    if not made and place.folder.exists() and any(place.folder.iterdir()):
        raise UsageError(f"{place.folder}: there is something else, or half a demonstration: name another folder")
    place.open_folder()
    set_up(place)
    if not made:
        make(place, site)
        (place.folder / "demonstration").touch()
    bring_up_to_date(place)
    from stockward.web.running.serving import answer_requests

    print_accounts(place)
    answer_requests(place, lambda address: click.echo(f"ready: {address} (Ctrl-C ends it)", err=True))


def make(place: ServerPlace, folder: Path) -> None:
    """The accounts, the book of the site, and a review that the server computes once it runs."""
    from django.utils import timezone

    from stockward.book.store.records import Book, Recorder
    from stockward.book.store.tree_heads import HeadSigner
    from stockward.web.models import KnownSite, ReviewRun
    from stockward.web.tasks import run_review

    click.echo(f"entering {folder.name} into {place.folder} …", err=True)
    now = timezone.now()
    signer = HeadSigner.made("stockward")
    signer.write(place.folder / "book.key")
    clock = ticking(now - ENTERED_BEFORE)
    with Book.create(place.book, Recorder(signer, clock)) as book:
        bring_up_to_date(place)
        site = KnownSite.objects.create(key=folder.name, title=folder.name.replace("_", " ").capitalize())
        accounts = make_accounts(site)
        enter(book, folder, accounts)
    with Book.open(place.book, Recorder(signer, ticking(now - CORRECTED_BEFORE))) as book:
        correct(book, site.key, accounts["clerk"].key)
    run = ReviewRun.objects.create(site=site, account=accounts["officer"])
    run_review.enqueue(run.key)


def ticking(begin: datetime) -> Callable[[], datetime]:
    """A clock that shows this moment now, and goes as fast as any other."""
    from time import monotonic

    started = monotonic()
    return lambda: begin.astimezone(UTC) + timedelta(seconds=monotonic() - started)


def make_accounts(site: Any) -> dict[str, Any]:
    """One account a role, all with one second factor; their passwords are set when the server starts."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    from stockward.web.models import RoleHeld, UserAccount

    made, secret = {}, generate_totp_secret()
    for name, (role, _) in ACCOUNTS.items():
        account = made[name] = UserAccount(name=name, is_administrator=role is None)
        account.set_unusable_password()
        account.save()
        if role is not None:
            RoleHeld.objects.create(account=account, site=site, role=role)
        TOTP.activate(account, secret)
    return made


def enter(book: Any, folder: Path, accounts: dict[str, Any]) -> None:
    """Hand in the tables of stock and those of the guards, each by who keeps them, and approve both."""
    from stockward.book.schema.dictionary import tables
    from stockward.book.store.handed_in import HandedIn

    whole = HandedIn.of_folder(folder, note="all that was kept so far")
    part = {name: table.part for name, table in tables().items()}
    for who, of in (("clerk", "stock"), ("guards-manager", "guards")):
        rows = {name: raw for name, raw in whole.tables.items() if part[name] == of}
        files = {raw.file: whole.files[raw.file] for raw in rows.values() if raw.file in whole.files}
        if not rows:
            continue
        changes = replace(whole, tables=rows, files=files, settings=whole.settings if of == "stock" else None)
        book.approve(book.submit(folder.name, accounts[who].key, changes), accounts["officer"].key)


def correct(book: Any, site: str, clerk: str) -> None:
    """Hand in a correction, which then waits for an officer."""
    from stockward.book.store.handed_in import Correction, HandedIn
    from stockward.book.store.standing import approved_in, standing_of

    with book.database.reading() as connection:
        rows = standing_of(approved_in(connection, site)).rows
    last = next(row for row in reversed(rows) if row.table == "movements")
    noted = {**last.cells, "note": "the paper stands in folder 7"}
    book.submit(site, clerk, HandedIn(corrections=(Correction(last.entry, last.table, noted, "it was forgotten"),)))


def print_accounts(place: ServerPlace) -> None:
    """Give every account a new password, which ends its sessions, and print them."""
    from stockward.web.models import UserAccount

    click.echo(f"\nA demonstration, kept in {place.folder}\n")
    click.echo(f"  {'account':<16}{'password':<22}what it is for")
    for name, (_, purpose) in ACCOUNTS.items():
        account = UserAccount.objects.get(name=name)
        password = "-".join("".join(secrets.choice(string.ascii_lowercase) for _ in range(4)) for _ in range(4))
        account.set_password(password)
        account.save(update_fields=["password"])
        click.echo(f"  {name:<16}{password:<22}{purpose}")
    click.echo(f"\n  secret of the second factor, for an authenticator app: {_secret()}")
    click.echo("\n".join(_code_now()) + "\n")


def print_code(place: ServerPlace) -> None:
    """The code of now."""
    if not (place.folder / "demonstration").exists():
        raise UsageError(f"{place.folder}: there is no demonstration: run make serve")
    set_up(place)
    click.echo("\n".join(_code_now()))


def _code_now() -> Iterator[str]:
    from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value

    now = time.time()
    yield f"  code of all accounts: {format_hotp_value(hotp_value(_secret(), int(now // STEP)))}"
    yield f"  for {STEP - int(now % STEP)} seconds more, once an account; later ones: make codes"


def _secret() -> str:
    from allauth.mfa.adapter import get_adapter
    from allauth.mfa.models import Authenticator

    one = Authenticator.objects.get(user__name="administrator", type="totp")
    return str(get_adapter().decrypt(one.data["secret"]))


if __name__ == "__main__":
    main()
