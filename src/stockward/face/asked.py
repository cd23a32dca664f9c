"""Arguments as the doors take them: the command's own words, or what Python says in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from operator import index
from os import PathLike
from pathlib import Path
from typing import SupportsIndex

from stockward.report.count_sheet import Paper
from stockward.terms.errors import UsageError
from stockward.terms.periods import written_day

Place = str | PathLike[str]
"""A file or folder."""
Words = str | Iterable[str] | Mapping[str, object]
"""What a command takes again and again as ``NAME=VALUE``: a mapping, one such text, or several."""


def words_of(given: Words) -> tuple[str, ...]:
    """The words that the command would be given."""
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Mapping):
        return tuple(f"{name}={value}" for name, value in given.items())
    return tuple(given)


def whole(name: str, value: object, low: int, high: int | None = None) -> int:
    """A whole number in its range; raises ``UsageError`` for anything else."""
    number = index(value) if isinstance(value, SupportsIndex) else None
    if number is None or number < low or (high is not None and number > high):
        upto = "on" if high is None else f"to {high}"
        raise UsageError(f"{name} {value!r}: it cannot be taken: write a whole number from {low} {upto}")
    return number


def day_of(name: str, given: str | date | None) -> date | None:
    """A day; raises ``UsageError`` for a text that is none."""
    if isinstance(given, datetime):
        return given.date()
    return written_day(given.strip(), name) if isinstance(given, str) else given


def path_of(given: Place | None) -> Path | None:
    """A path, where one is given."""
    return None if given is None else Path(given)


def paper_of(given: str) -> Paper:
    """Paper to print on; raises ``UsageError`` for any other."""
    known: dict[str, Paper] = {"A4": "A4", "Letter": "Letter"}
    if given in known:
        return known[given]
    raise UsageError(f"paper {given!r}: it is not known: write A4 or Letter")
