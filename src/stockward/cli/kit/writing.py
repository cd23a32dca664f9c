"""Where a command may write, found before anything is read, and what goes to standard output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from stockward.cli.kit.options import FILE, OUTPUT, OUTPUT_FOLDER, OUTPUT_OR_STREAM, SITE, SITE_OR_BOOK, STREAM

if TYPE_CHECKING:
    from stockward.outputs import OutputTarget


def find_places(*, beside_read: Iterable[Path] = (), beside_written: Mapping[str, Path] | None = None) -> None:
    """Find where each output of the command goes, before anything is read.

    What is read and written is known by the kinds of the words; ``beside`` them stand files that no word names. Raises
    ``UsageError`` for an output that would fall on what is read, or has no place.
    """
    from stockward.places import places_of

    _require_one_on_standard_output()
    outputs = dict(_given(OUTPUT, OUTPUT_OR_STREAM))
    click.get_current_context().obj = places_of(
        {**outputs, **(beside_written or {})},
        folders=dict(_given(OUTPUT_FOLDER)),
        sites=[site for _, site in _given(SITE, SITE_OR_BOOK) if isinstance(site, Path)],
        files=[*(file for _, file in _given(FILE)), *beside_read, *_books_given()],
    )


def _books_given() -> Iterable[Path]:
    """The files of books that are read."""
    addresses = [str(one) for _, one in _given(SITE_OR_BOOK) if not isinstance(one, Path)]
    if addresses:
        from stockward.book.store import sqlite_file

        yield from filter(None, map(sqlite_file, addresses))


def _given(*kinds: click.ParamType[Any]) -> Iterable[tuple[str, Path]]:
    """The paths that were given of some kinds, each with its option."""
    context = click.get_current_context()
    params = {str(one.name): one for one in context.command.params}
    for name, value in context.params.items():
        if params[name].type in kinds:
            paths = value if isinstance(value, tuple) else (value,)
            yield from ((params[name].opts[0], path) for path in paths if path not in (None, STREAM))


def _require_one_on_standard_output() -> None:
    """Raise ``UsageError`` where two answers would run into one another."""
    from stockward.terms.errors import UsageError

    context = click.get_current_context()
    streams = [one for one in context.command.params if one.type is OUTPUT_OR_STREAM]
    options = [one.opts[0] for one in streams if context.params[str(one.name)] == STREAM]
    if len(options) > 1:
        raise UsageError(f"{options[0]} and {options[1]} both name -, standard output: give one of them a file")


def places_found() -> Mapping[Path, OutputTarget]:
    """Where each output goes, by the path that was named, as ``find_places`` has found."""
    places: Mapping[Path, OutputTarget] = click.get_current_context().obj
    return places


def place_found(named: Path) -> OutputTarget:
    """Where an output goes."""
    return places_found()[named]


def write_answer(text: str, file: Path | str) -> None:
    """Write a text whole into a file, or to standard output."""
    if isinstance(file, Path):
        from stockward.outputs import write_whole

        write_whole(place_found(file), text)
    else:
        # The bytes are those of the file, whatever encoding the stream has: JSON in another one is none.
        click.echo(text.encode("utf-8", "replace"), nl=not text.endswith("\n"))
