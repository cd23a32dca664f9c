"""Numbers: plain decimal notation in the site's declared decimal mark, finite, and inside the dictionary's range."""

from __future__ import annotations

import polars as pl

from stockward.facts.dictionary import Column
from stockward.facts.reading import Locale, Reading, without

_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_DIGITS_AND_MARKS = r"^[+-]?[0-9.,\s\u00a0']+$"
_PER_CENT = r"^([0-9]*\.?[0-9]+)\s*%$"
_MARKS = {".": "point", ",": "comma"}


def typed_number(cells: pl.Series) -> Reading:
    """Numbers of a column that its file types as such. A NaN is no number, however it compares."""
    values = cells.cast(pl.Float64)
    return Reading.of(values).refuse(~values.is_finite(), "this is no finite number: correct or blank it")


def read_number(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Numbers written as text. What another decimal mark could mean is not guessed."""
    example = f"1234{locale.decimal}5"
    other = "," if locale.decimal == "." else "."
    foreign = text.str.contains(other, literal=True)
    plain = text if locale.decimal == "." else text.str.replace(",", ".", literal=True)
    readable = plain.str.contains(_PLAIN) & ~foreign
    values = without(plain, ~readable).cast(pl.Float64, strict=False)
    ambiguous = f"a {_MARKS[other]} is not this site's decimal mark and could mean two things: write it as {example}"
    return (
        _refuse_per_cent(Reading.of(values), plain, locale)
        .refuse(foreign & text.str.contains(_DIGITS_AND_MARKS), ambiguous)
        .refuse(~readable, f"this is no number: write one such as {example}, or correct the row")
        .refuse(values.is_infinite(), "the number is too large to be one: correct it")
    )


def _refuse_per_cent(numbers: Reading, plain: pl.Series, locale: Locale) -> Reading:
    """Say of a number with a per cent sign what it is as a share: the number alone would be a hundred times as much."""
    if not plain.str.contains("%", literal=True).any():
        return numbers
    share = plain.str.extract(_PER_CENT).cast(pl.Float64, strict=False) / 100
    # Two steps of rounding lie between 0.3 % and 0.003; ten digits are more than anybody writes.
    written = share.round_sig_figs(10).cast(pl.String).str.replace(".", locale.decimal, literal=True)
    words = pl.select(pl.format("a per cent sign is not read: write it as a share, {}", written)).to_series()
    return numbers.refuse(share.is_not_null(), words)


def read_integer(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Whole numbers."""
    return whole(read_number(text, column, locale))


def whole(numbers: Reading) -> Reading:
    """Refuse numbers with a fraction."""
    return numbers.refuse(numbers.values != numbers.values.round(0), "it must be a whole number")


def within(numbers: Reading, column: Column) -> Reading:
    """Refuse what lies outside the range of the dictionary; unreadable cells are null by now and do not come here."""
    allowed, values = column.range, numbers.values
    if allowed is None:
        return numbers
    low = values <= allowed.low if allowed.low_open else values < allowed.low
    high = values >= allowed.high if allowed.high_open else values > allowed.high
    if allowed.low == 0:
        numbers = numbers.refuse(values < 0, "it is never negative: the kind of the row gives the direction")
    return numbers.refuse(low | high, f"it lies outside {allowed.text}: correct it")
