"""Words of the command line: their kinds, and what commands are made of."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from stockward.terms.limits import MOST_PROCESSES
from stockward.terms.signs import is_text, printable

STREAM = "-"
"""Standard output, where a file could be named."""


class TextCommand(click.Command):
    """A command whose words can all be written down."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; raises ``UsageError`` for a word that is no UTF-8: only files have such names."""
        self._require_text(ctx)
        return super().invoke(ctx)

    def _require_text(self, ctx: click.Context) -> None:
        from stockward.terms.errors import UsageError

        for param in self.params:
            value = ctx.params.get(str(param.name))
            for word in value if isinstance(value, tuple) else (value,):
                if isinstance(word, str) and not is_text(word):
                    raise UsageError(f"{param.opts[0]} {printable(word)}: this is no UTF-8: write it in signs of UTF-8")


def examples(*lines: str) -> str:
    """The end of a command's help: examples that run in a copy of the project; the first sign keeps their lines."""
    return "\n".join(("\b", "Examples:", *(f"  stockward {line}" for line in lines)))


class PathType(click.Path):
    """A file or folder; an empty text, as a shell makes of what is not set, would name the folder one stands in."""

    name = "path"

    def __init__(self, *, of_a_file: bool = False, to_be_written: bool = False, or_a_stream: bool = False) -> None:
        super().__init__(path_type=Path)
        self.of_a_file = of_a_file
        self.to_be_written = to_be_written
        self.or_a_stream = or_a_stream

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or ``-`` for standard output where that can be meant."""
        if value == STREAM and self.or_a_stream:
            return value
        if value == "":
            where = "Name a file" if self.of_a_file else "Write . for the folder you are in"
            self.fail(f"an empty text names nothing. {where}", param, ctx)
        if value == STREAM and self.to_be_written:
            self.fail("- is standard output, and only JSON and CSV go there. Name a file", param, ctx)
        if self.of_a_file and not Path(value).name:
            self.fail("this is a folder. Name a file in it", param, ctx)
        return super().convert(value, param, ctx)


class SiteOrBookType(PathType):
    """The folder of a site, or the address of a book that holds one."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The path, or the address as it is."""
        from stockward.book.store import is_address

        return value if is_address(value) else super().convert(value, param, ctx)


SITE = PathType()
"""The folder of a site that is read."""
SITE_OR_BOOK = SiteOrBookType()
"""A site that is read, from its folder or from a book."""
NEW_SITE = PathType()
"""The folder of a site that is made."""
FILE = PathType(of_a_file=True)
"""A file that is read."""
OUTPUT = PathType(of_a_file=True, to_be_written=True)
"""A file that is written."""
OUTPUT_OR_STREAM = PathType(of_a_file=True, to_be_written=True, or_a_stream=True)
"""A file that is written, or ``-``, which is standard output."""
OUTPUT_FOLDER = PathType(to_be_written=True)
"""A folder that is written into."""

PROCESSES = click.IntRange(1, MOST_PROCESSES)
SEED = click.IntRange(min=0)
FALSE_ALARM = click.FloatRange(0, 0.5, min_open=True, max_open=True)
DETECTION = click.FloatRange(0, 1, min_open=True, max_open=True)
DAY = click.DateTime(["%Y-%m-%d"])
PURPOSES = ("stock", "guards", "both")
"""What a new site may be for."""
PAPER = click.Choice(["A4", "Letter"])


def surge_options(about: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """The options of more production; ``about`` says what a command does with it."""
    options = (
        click.option("--production", multiple=True, metavar="X", help=about),
        click.option("--dispatch", type=float, default=1.0, show_default=True,
                     help="Factor of what leaves the site then."),
        click.option("--weighings", type=click.Choice(["heavier", "more"]), default="heavier", show_default=True,
                     help="How the surge is weighed: as often, or as much at a time."),
        click.option("--since", type=DAY, metavar="DATE", help="First day of the surge in the record."),
        click.option("--until", type=DAY, metavar="DATE", help="Last day of the surge in the record."),
    )  # fmt: skip

    def with_them(command: Callable[..., Any]) -> Callable[..., Any]:
        for option in reversed(options):
            command = option(command)
        return command

    return with_them
