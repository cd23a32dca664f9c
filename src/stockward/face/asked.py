"""Arguments as the doors take them: the command's own words, or what Python says in their place."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import date, datetime
from math import isfinite
from operator import index
from os import PathLike
from pathlib import Path
from typing import SupportsFloat, SupportsIndex

from stockward.report.counting.sheet import Paper
from stockward.report.kit.words import cut
from stockward.terms.errors import UsageError
from stockward.terms.periods import written_day
from stockward.terms.signs import printable

FilePlace = str | PathLike[str]
"""A file or folder."""
Words = str | Iterable[str] | Mapping[str, object]
"""What a command takes again and again as ``NAME=VALUE``: a mapping, one such text, or several."""
_SHOWN = 60
"""Signs that are shown of what cannot be taken."""


def asked_words(given: Words, name: str = "it") -> tuple[str, ...]:
    """The words that the command would be given; raises ``UsageError`` for what are none."""
    if isinstance(given, str):
        return (given,)
    if isinstance(given, Mapping):
        return tuple(f"{asked_text(one, name)}={value}" for one, value in given.items())
    if not isinstance(given, Iterable):
        raise refused(name, given, "a text, several of them, or a mapping")
    return tuple(asked_text(one, name) for one in given)


def asked_text(given: str, name: str) -> str:
    """A text; raises ``UsageError`` for anything else."""
    if isinstance(given, str):
        return given
    raise refused(name, given, "a text")


def number_of(given: float, name: str) -> float:
    """A finite number; raises ``UsageError`` for anything else."""
    if isinstance(given, SupportsFloat) and not isinstance(given, (str, bool)):
        with suppress(OverflowError, TypeError, ValueError):
            number = float(given)
            if isfinite(number):
                return number
    raise refused(name, given, "a number")


def asked_whole(name: str, value: object, low: int, high: int | None = None) -> int:
    """A whole number in its range; raises ``UsageError`` for anything else."""
    number = index(value) if isinstance(value, SupportsIndex) and not isinstance(value, bool) else None
    if number is None or number < low or (high is not None and number > high):
        raise refused(name, value, f"a whole number from {low} {'on' if high is None else f'to {high}'}")
    return number


def asked_day(name: str, given: str | date | None) -> date | None:
    """A day; raises ``UsageError`` for anything else."""
    if isinstance(given, datetime):
        return given.date()
    if given is None or isinstance(given, date):
        return given
    return written_day(asked_text(given, name).strip(), name)


def moment_of(given: str | date | None, name: str = "as_of") -> str | date | None:
    """A day or a moment, or a text that is to be one; raises ``UsageError`` for anything else."""
    return given if given is None or isinstance(given, date) else asked_text(given, name)


def path_of(given: FilePlace | None, name: str = "path") -> Path | None:
    """A path, where one is given."""
    return None if given is None else place_of(given, name)


def place_of(given: FilePlace, name: str = "path") -> Path:
    """A path; raises ``UsageError`` for anything else."""
    with suppress(TypeError):
        if given != "":
            return Path(given)
    raise refused(name, given, "the path of a file or folder")


def paper_of(given: str) -> Paper:
    """Paper to print on; raises ``UsageError`` for any other."""
    known: dict[str, Paper] = {"A4": "A4", "Letter": "Letter"}
    if isinstance(given, str) and given in known:
        return known[given]
    raise refused("paper", given, "A4 or Letter")


def refused(name: str, given: object, wanted: str) -> UsageError:
    """The error for what an argument cannot be."""
    try:
        shown = cut(printable(" ".join(repr(given).split())), _SHOWN)
    except Exception:  # what others have made shows itself in any way, or in none
        shown = f"of the kind {type(given).__name__}"
    return UsageError(f"{name} {shown}: it cannot be taken: write {wanted}")
