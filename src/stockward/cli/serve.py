"""The command ``stockward serve``."""

from __future__ import annotations

import os
from pathlib import Path

import click

from stockward.cli.kit.asking import can_ask
from stockward.cli.kit.options import NEW_SITE, TextCommand, examples
from stockward.cli.kit.saying import say, say_whole


@click.command(
    cls=TextCommand,
    epilog=examples(
        "serve server",
        "serve server --port 8800 --first-account keeper",
    ),
)
@click.argument("folder", type=NEW_SITE, default=Path("stockward-server"))
@click.option("--database", metavar="URL", envvar="STOCKWARD_DATABASE",
              help="Keep all in PostgreSQL: postgresql://user@host/name. Also read from STOCKWARD_DATABASE, "
              "where no other user of the machine sees the password.")  # fmt: skip
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", type=click.IntRange(1, 65535), default=8765, show_default=True, help="Port to listen on.")
@click.option("--behind-proxy", metavar="URL", help="The https address that people use, where a proxy stands before.")
@click.option(
    "--first-account", metavar="NAME", help="Make the first administrator, and print a link for the password."
)
def serve_command(
    folder: Path, database: str | None, host: str, port: int, behind_proxy: str | None, first_account: str | None
) -> None:
    """Let several people work on one book, on pages: all is kept in FOLDER, stockward-server without it."""
    os.umask(0o077)
    from stockward.web.running.place import ServerPlace
    from stockward.web.running.starting import bring_up_to_date, set_up

    place = ServerPlace.asked(folder, database, host, port, behind_proxy)
    place.open_folder()
    set_up(place)
    bring_up_to_date(place)
    from stockward.web.running.first_account import first_account_lacks, link_of_first_account
    from stockward.web.running.serving import answer_requests

    if first_account_lacks():
        if first_account is not None:
            say("open this link once the server is ready, within two days, and set the password:", err=True)
            say_whole(link_of_first_account(first_account, place))
        else:
            _ask_for_the_first_account()
    answer_requests(place, lambda address: say(f"ready: {address} (Ctrl-C ends it)", err=True))


def _ask_for_the_first_account() -> None:
    """Make the first administrator with what is typed, again until it will do."""
    from stockward.ending import hear_while_waiting
    from stockward.terms.errors import UsageError
    from stockward.web.running.first_account import make_first_account

    if not can_ask():
        raise UsageError("stockward serve: there is no administrator yet: give --first-account NAME, or use a terminal")
    say("The first account keeps the others: it makes them and gives them their roles, and sees no site.", err=True)
    hear_while_waiting()
    while True:
        name = click.prompt("Name (small letters)", default="administrator", err=True)
        password = click.prompt("Password (12 letters at least)", hide_input=True, confirmation_prompt=True, err=True)
        try:
            make_first_account(name, password)
            return
        except UsageError as error:
            say(str(error), err=True)
