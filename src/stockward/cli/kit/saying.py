"""What a person is told: lines, notices, how far a command is, and answers as a terminal shows them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, TextIO

import click

from stockward.ending import hear_no_more
from stockward.terms.signs import printable
from stockward.terms.wrapping import WIDTH_MAX, wrapped

if TYPE_CHECKING:
    from pathlib import Path

    from rich.console import Console

_STANDARD_ERROR = 2


def say(line: str, *, err: bool = False) -> None:
    """One line, which a terminal gets broken between words; no name in it can speak in the terminal's own language.

    Where nobody takes what goes to standard error, it is lost, and the code says what it would have said.
    """
    width = _width_of(sys.stderr if err else sys.stdout)
    shown = printable(line)
    _put("\n".join(wrapped(shown, width)) if width else shown, err=err)


def say_whole(line: str) -> None:
    """One line on standard error in one piece, to be copied."""
    _put(printable(line), err=True)


def _put(shown: str, *, err: bool) -> None:
    try:
        click.echo(shown, err=err)
    except OSError:
        if not err:
            raise
        hear_no_more(_STANDARD_ERROR)


def _width_of(stream: TextIO) -> int | None:
    """How wide lines may be: as a terminal is; ``None`` for a pipe, whose reader wants one line whole."""
    if not stream.isatty():
        return None
    from shutil import get_terminal_size

    return min(get_terminal_size().columns, WIDTH_MAX)


def say_path(path: Path | str) -> None:
    """The path of what was written, in one piece, to be copied."""
    click.echo(printable(str(path)))


def tell(notices: Iterable[str]) -> None:
    """Say each notice on standard error."""
    for notice in notices:
        say(f"notice: {notice}", err=True)


def terminal() -> Console:
    """Where answers are printed."""
    from stockward.report.kit.console import console

    return console()


@contextmanager
def progress(quiet: bool) -> Iterator[Callable[[str], None]]:
    """Name each step on standard error while it runs, where a person is looking."""
    if quiet or not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:
        yield lambda step: status.update(step)
