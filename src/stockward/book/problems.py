"""What is wrong with a row, where, and what to do about it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from operator import eq
from typing import overload

import polars as pl

HIDDEN = "(not shown)"
_LATIN = str.maketrans("АВЕЅІЈКМНОРСТУХаеѕіјорсухΑΒΕΖΗΙΚΜΝΟΡΤΥΧνο", "ABESIJKMHOPCTYXaesijopcyxABEZHIKMNOPTYXvo")
"""Cyrillic and Greek letters that look like Latin ones."""

_ALIKE, _VERY_ALIKE = 0.8, 0.85


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason for which a row was set aside: where it stands, the cell's value, and why, with the mend.

    ``row`` is counted as a spreadsheet shows it; ``column`` is empty where the row as a whole is at fault. ``source``
    is where an imported row stands in its own file.
    """

    table: str
    file: str
    row: int
    column: str
    value: str | None
    reason: str
    source: str = ""

    def __str__(self) -> str:
        cell = f"{self.column} = {self.value!r}" if self.value is not None else self.column
        origin = f" (from {self.source})" if self.source else ""
        return f"{self.file} row {self.row}{origin}" + (f", {cell}" if cell else "") + f": {self.reason}"


WAITS = "it uses {}, which is set aside ({} row {}): mend that row first"
"""Said of a row that is set aside since what it refers to is: the key, its file, and its row there."""

_WAITS = re.compile(re.escape(WAITS).replace(r"\{\}", "(.+)"))


def waits_for(reason: str) -> tuple[str, int] | None:
    """The file and the row that a row waits for by its reason; ``None`` for another reason.

    >>> waits_for("it uses W, which is set aside (methods.csv row 2): mend that row first")
    ('methods.csv', 2)
    """
    found = _WAITS.fullmatch(reason)
    return None if found is None else (found[2], int(found[3]))


class Problems(Sequence[Problem]):
    """Problems in their order, held as the rows of a table: one is made when it is asked for, as nobody reads most."""

    def __init__(self, rows: pl.DataFrame) -> None:
        self._rows = rows

    @overload
    def __getitem__(self, place: int) -> Problem: ...

    @overload
    def __getitem__(self, place: slice) -> tuple[Problem, ...]: ...

    def __getitem__(self, place: int | slice) -> Problem | tuple[Problem, ...]:
        if isinstance(place, slice):
            return tuple(Problem(*row) for row in self._rows[place].iter_rows())
        return Problem(*self._rows.row(place))

    def __len__(self) -> int:
        return self._rows.height

    def __iter__(self) -> Iterator[Problem]:
        return (Problem(*row) for row in self._rows.iter_rows())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and len(self) == len(other) and all(map(eq, self, other))

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return repr(tuple(self))


def more_like_it(others: int, one: str, several: str, it: str = "it") -> str:
    """The end of a notice that stands for several: how many others there are.

    >>> more_like_it(1, "row", "rows")
    ' (and 1 more row like it)'
    >>> more_like_it(0, "row", "rows")
    ''
    """
    return f" (and {others} more {one if others == 1 else several} like {it})" if others else ""


def did_you_mean(word: str, known: Sequence[str]) -> str | None:
    """The known word that ``word`` looks like a misspelling of; ``None`` where none does.

    Letters are left out, doubled and exchanged; the first one is seldom wrong, so a word that begins otherwise must
    be the more alike (costs are no posts).
    """
    folded = {_folded(name): name for name in known}
    written = _folded(word)
    if written in folded:
        return folded[written]
    for near in get_close_matches(written, list(folded), n=3, cutoff=_ALIKE):
        if near[:1] == written[:1] or SequenceMatcher(None, near, written).ratio() >= _VERY_ALIKE:
            return folded[near]
    return None


def looks_like(word: str, known: str) -> str:
    """Why a word that is not the known one may look the same on paper; empty where it does not."""
    alien = sorted({letter for letter in word if not letter.isascii()} - set(known))
    if alien and _plain(word) == _plain(known):
        names = ", ".join(f"{letter} is {unicodedata.name(letter, 'no letter').lower()}" for letter in alien)
        return f" ({names}: type it anew)"
    if word.lstrip("0") == known.lstrip("0"):
        return " (zeros at the begin count: format the column as text, and type it again)"
    return ""


def in_latin(name: str) -> str:
    """The name with Latin letters in place of Cyrillic and Greek ones that look like them."""
    return name.translate(_LATIN)


def bare(name: str) -> str:
    """The name without what the eye passes over: case, blanks, zeros at the begin, letters that look like others.

    Marks on letters stay: they tell words apart.
    """
    word = "".join(unicodedata.normalize("NFKC", in_latin(name)).split()).casefold()
    return word.lstrip("0") or word[:1]


def _folded(name: str) -> str:
    return _plain(name).strip().lower().replace(" ", "_").replace("-", "_").lstrip("0")


def _plain(name: str) -> str:
    """The word as it would stand in Latin letters and without marks: other letters look the same on paper."""
    letters = unicodedata.normalize("NFKD", in_latin(name))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
