"""Keys, texts, choices, units, flags and lists."""

from __future__ import annotations

from collections.abc import Collection

import polars as pl

from stockward.book.cells.reading import Locale, Reading
from stockward.book.problems import did_you_mean
from stockward.book.schema.dictionary import Column
from stockward.terms.spelling import joined
from stockward.terms.units import UNITS, doubtful_unit, is_of_several, unit_written

_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MEASURES = r"^(guards|patrolling_guards|production:\S.*)$"


def read_words(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Keys and texts stand as they are: lot 0012 stays 0012."""
    return Reading.of(text)


def read_choice(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """One of the dictionary's choices, in any letter case: ``Write-off`` is ``write_off``."""
    if _are_all(text, column.choices):
        return Reading.of(text)
    reason = f"it must be one of: {', '.join(column.choices)}"
    others = text.filter(~text.is_in(list(column.choices)).fill_null(True)).unique().head(_MOST_GUESSED)
    spelt = {joined(choice): choice for choice in column.choices}
    meant = {other: spelt[joined(other)] for other in others if joined(other) in spelt}
    text = text.replace_strict(meant, default=text, return_dtype=pl.String)
    return _one_of(text, column.choices, reason, locale)


def _are_all(text: pl.Series, words: Collection[str]) -> bool:
    """Whether every cell that holds something is one of the words."""
    met = text.unique()
    return len(met) <= len(words) + 1 and {*met} <= {None, *words}


def read_unit(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """A unit, as people write it: ``pcs`` and ``Stk`` are each, ``KG`` is kg; what may be two is refused."""
    if _are_all(text, UNITS):
        return Reading.of(text)
    words = text.unique().drop_nulls()
    meant = {word: unit for word in words if (unit := unit_written(word)) is not None}
    values = text.replace_strict(meant, default=None, return_dtype=pl.String)
    unknown = text.is_not_null() & values.is_null()
    if not unknown.any():
        return Reading.of(values)
    others = [word for word in words.head(_MOST_GUESSED) if word not in meant]
    said = {word: f"the unit {_mend_of_unit(word, private=locale.private)}" for word in others}
    reasons = text.replace_strict(said, default=f"the unit {_NOT_KNOWN}", return_dtype=pl.String)
    return Reading.of(values).refuse(unknown, reasons)


_NOT_KNOWN = f"is not known: write one of {', '.join(UNITS)}"


def _mend_of_unit(word: str, *, private: bool) -> str:
    """What is wrong with a unit, and what to write."""
    if private:
        return _NOT_KNOWN
    if (doubtful := doubtful_unit(word)) is not None:
        return f"may be two things: write {doubtful}"
    if is_of_several(word):
        return (
            f"holds what only the site knows: write one of {', '.join(UNITS)}, and every quantity as the number of "
            "them times what one holds"
        )
    guess = did_you_mean(word, UNITS)
    return _NOT_KNOWN + (f"; did you mean {guess}?" if guess else "")


def _one_of(text: pl.Series, words: tuple[str, ...], reason: str, locale: Locale) -> Reading:
    """Refuse other words, and say which of these one looks like; none is read for another."""
    unknown = ~text.is_in(list(words))
    others = text.filter(unknown).unique().drop_nulls().head(_MOST_GUESSED)
    guesses = {} if locale.private else {other: did_you_mean(other, words) for other in others}
    said = {other: f"{reason}; did you mean {guess}?" for other, guess in guesses.items() if guess}
    return Reading.of(text).refuse(unknown, text.replace_strict(said, default=reason, return_dtype=pl.String))


_MOST_GUESSED = 1000


def read_flag(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Yes or no."""
    values = text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    return Reading.of(values).refuse(text.is_not_null() & values.is_null(), "write yes or no")


def read_list(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Words separated by spaces. One that holds another separator is several, or none that is known."""
    reason = "words of a list are separated by spaces alone: write a space for each comma or semicolon"
    return Reading.of(_split(text)).refuse(text.str.contains("[,;]"), reason)


def read_measure(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """What an order measures."""
    reason = "it must be guards, patrolling_guards or production:MATERIAL"
    return Reading.of(text).refuse(~text.str.contains(_MEASURES), reason)


def _split(text: pl.Series) -> pl.Series:
    return text.str.replace_all(r"\s+", " ").str.split(" ")
