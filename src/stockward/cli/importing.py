"""The command ``stockward import``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from stockward.cli.kit.asking import can_ask
from stockward.cli.kit.options import FILE, SITE, TextCommand, examples
from stockward.cli.kit.saying import say, say_path

if TYPE_CHECKING:
    from stockward.questions.importing import Imported, Request

_DONE, _ROWS_OPEN = 0, 3


_ASK = "Answer (a number, or words; blank leaves it open)"


@click.command(
    "import",
    cls=TextCommand,
    epilog=examples(
        "import examples/import/stock_ledger.csv --into mysite --timezone Asia/Seoul",
        "import examples/import/stock_ledger.csv examples/import/stocktake.csv --into mysite --accept",
    ),
)
@click.argument("files", type=FILE, nargs=-1, required=True)
@click.option("--into", "site", type=SITE, required=True, help="The site: a folder that is there, or a new one.")
@click.option("--timezone", default="", help="IANA time zone of a new site; UTC where none is given.")
@click.option("--name", default="", help="Name of a new site.")
@click.option("--accept", is_flag=True, help="Take what is proposed for every question, and list it.")
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
def importing_command(
    files: tuple[Path, ...], site: Path, timezone: str, name: str, accept: bool, dry_run: bool
) -> None:
    """Bring ledgers and count lists of other programs, as they are kept, into a site.

    What the files do not tell is asked, at a terminal one by one and else in SITE/import.toml; rows that wait for an
    answer are set aside. The same command with the next file brings in what is new.
    """
    from stockward.questions.importing import Request
    from stockward.report.importing import import_lines

    request = Request(files, site, name=name, timezone=timezone, accepts=accept)
    found = _begun(request, dry_run=dry_run)
    if found.questions and can_ask():
        found = _asked(request, found)
    if not dry_run:
        found = _written(request, found)
    for line in import_lines(found, str(site), written=not dry_run):
        say(line)
    if not dry_run:
        say_path(site)
    is_open = found.questions or found.waiting or found.set_aside or not found.taken
    sys.exit(_ROWS_OPEN if is_open else _DONE)


def _asked(request: Request, found: Imported) -> Imported:
    """Ask one question after the other, that on which most rows hang first; a blank answer leaves it open."""
    from stockward.ending import hear_while_waiting
    from stockward.questions.importing import import_files
    from stockward.report.importing import question_lines

    left: set[tuple[str, ...]] = set()
    while open_questions := [one for one in found.questions if one.about not in left]:
        one = open_questions[0]
        for line in question_lines(one):
            say(line, err=True)
        hear_while_waiting()
        answer = click.prompt(_ASK, default="", show_default=False, err=True)
        meant = one.meant(answer)
        if meant is None:
            left.add(one.about)
        else:
            request.answers[one.about] = meant
            found = import_files(request)
    return found


def _begun(request: Request, *, dry_run: bool) -> Imported:
    """Read the files, after what an import that was cut short had not put in place now is."""
    from stockward.outputs import resolved
    from stockward.questions.importing import import_files
    from stockward.terms.errors import UsageError
    from stockward.terms.files import UNFINISHED
    from stockward.unfinished import alone_in, finish_set

    site = request.site
    target = resolved(str(site), site)
    if dry_run and (site / UNFINISHED).exists():
        raise UsageError(f"{site}: the last import was cut short: run it without --dry-run, and it is finished")
    if dry_run or not target.is_dir():
        return import_files(request)
    with alone_in(target):
        if finish_set(target):
            say(f"{site}: the last import was cut short; what it had not put in place now is", err=True)
        return import_files(request)


def _written(request: Request, found: Imported) -> Imported:
    """Write every file of the site, all of them or none; what somebody else has written meanwhile is read before."""
    from stockward.outputs import OutputTarget, make_folder, resolved
    from stockward.questions.importing import import_files, state_of
    from stockward.unfinished import alone_in, finish_set, write_set

    target = resolved(str(request.site), request.site)
    make_folder(OutputTarget(target))
    make_folder(OutputTarget(target / "imported"))
    with alone_in(target):
        if finish_set(target) or state_of(request.site) != found.state:
            say(f"{request.site}: it was changed meanwhile, and is read again", err=True)
            found = import_files(request)
        write_set(target, found.contents)
    return found
