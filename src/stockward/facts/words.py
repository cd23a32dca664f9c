"""Keys, texts, choices, units, flags and lists."""

from __future__ import annotations

import polars as pl

from stockward.facts.dictionary import Column
from stockward.facts.reading import Locale, Reading
from stockward.terms.units import UNITS

_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_MEASURES = r"^(guards|patrolling_guards|production:\S.*)$"


def read_text(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Keys and texts stand as they are: lot 0012 stays 0012."""
    return Reading.of(text)


def read_choice(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """One of the dictionary's choices."""
    return Reading.of(text).refuse(~text.is_in(list(column.choices)), f"it must be one of: {', '.join(column.choices)}")


def read_unit(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """A unit that is known."""
    return Reading.of(text).refuse(~text.is_in(list(UNITS)), f"the unit is not known: write one of {', '.join(UNITS)}")


def read_flag(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Yes or no."""
    values = text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    return Reading.of(values).refuse(text.is_not_null() & values.is_null(), "write yes or no")


def read_list(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Words separated by spaces. One that holds another separator is several, or none that is known."""
    reason = "words of a list are separated by spaces alone: write a space for each comma or semicolon"
    return Reading.of(_split(text)).refuse(text.str.contains("[,;]"), reason)


def read_days(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Days of the week."""
    words = _split(text.str.replace("^daily$", " ".join(_WEEKDAYS)))
    unknown = words.list.eval(~pl.element().is_in(list(_WEEKDAYS))).list.any()
    return Reading.of(words).refuse(unknown, "write daily, or days such as: mon tue wed")


def read_measure(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """What an order measures."""
    reason = "it must be guards, patrolling_guards or production:MATERIAL"
    return Reading.of(text).refuse(~text.str.contains(_MEASURES), reason)


def _split(text: pl.Series) -> pl.Series:
    return text.str.replace_all(r"\s+", " ").str.split(" ")
