"""Which table a file or sheet is by its name: as the format has it, in another spelling, or in another language."""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

from stockward.book.schema.dictionary import tables
from stockward.terms.spelling import folded, joined


class TableNames:
    """Every name under which a file or sheet may be a table."""

    def __contains__(self, name: object) -> bool:
        return isinstance(name, str) and (table_called(name) or _translated(name)) is not None


def table_called(name: str) -> str | None:
    """The table that a name means in any spelling, such as ``Normal Losses``; ``None`` for another name."""
    return _by_name().get(joined(name))


def table_begun(name: str) -> str | None:
    """The table whose name a longer one begins with, such as ``Movements 2026``; ``None`` for another name."""
    words = folded(name)
    return next((table for table in tables() if words.startswith(folded(table))), None)


def tables_named(names: Sequence[str], headed_as: Callable[[int, str], bool]) -> dict[int, str]:
    """The table of each file or sheet that is one, by its place among the names.

    A table has its own name before another spelling of it, and any spelling before its name in another language, which
    counts where the file is ``headed_as`` the table.
    """
    own = {place: name for place, name in enumerate(names) if name in tables()}
    spelt = {
        place: table
        for place, name in enumerate(names)
        if place not in own and (table := table_called(name)) is not None and table not in own.values()
    }
    known = {*own.values(), *spelt.values()}
    foreign = {
        place: table
        for place, name in enumerate(names)
        if (table := _translated(name)) is not None and table not in known and headed_as(place, table)
    }
    return {**own, **spelt, **foreign}


def _translated(name: str) -> str | None:
    return _by_translation().get(joined(name))


@cache
def _by_name() -> Mapping[str, str]:
    return {joined(name): name for name in tables()}


@cache
def _by_translation() -> Mapping[str, str]:
    text = files("stockward.book.sources.naming").joinpath("tables.csv").read_text(encoding="utf-8")
    return {joined(name): row["table"] for row in csv.DictReader(text.splitlines()) for name in row["names"].split(";")}
