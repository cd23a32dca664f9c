"""Numbers: plain decimal notation in the site's declared decimal mark, finite, and inside the dictionary's range."""

from __future__ import annotations

import math
import re

import polars as pl

from stockward.book.cells.reading import MOST_SPELT_OUT, Locale, Reading, without
from stockward.book.schema.dictionary import UNIT_COLUMNS, Column
from stockward.terms.units import UNITS, unit_written

_PLAIN = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"
_DIGITS_ANDMARKS = r"^[+-]?[0-9.,\s\u00a0']+$"
_PER_CENT = r"^([0-9]*\.?[0-9]+)\s*%$"
_GROUPED = r"^[+-]?[0-9]{1,3}(?:[\s'’]+[0-9]{3})+(?:\.[0-9]+)?$"
_BLANK_AT_MARK = r"^[+-]?\s*[0-9]+(?:\s+[0-9]{3})*(?:\s+\.\s*|\.\s+)[0-9]+$"
"""A number with a blank beside its decimal mark: it stands for nothing there."""
_BETWEEN_GROUPS = r"[\s'’]"
_WITH_UNIT = r"^([+-]?[0-9](?:[0-9.,\s'’]*[0-9])?)\s*[(\[]?(\p{L}+)\.?[)\]]?$"
_NEGATIVE = r"^(?:\(\s*([0-9.]+)\s*\)|([0-9.]+)\s*[-−–]|[-−–]\s*([0-9.]+))$"
"""Numbers in brackets, with the sign behind them, and with a sign that is no hyphen."""

MARKS = {".": "point", ",": "comma"}

NOT_THE_MARK = "is not this site's decimal mark"
NEVER_NEGATIVE = "it is never negative: correct it"

_FAINTEST = 1e-30
"""Nothing that is weighed or counted comes near it; of fainter numbers the squares and products vanish."""


def typed_number(cells: pl.Series) -> Reading:
    """Numbers of a column that its file types as such. A NaN is no number, however it compares."""
    values = cells.cast(pl.Float64)
    return Reading.of(values).refuse(~values.is_finite(), "this is no finite number: correct or blank it")


def read_number(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Numbers written as text. What another decimal mark could mean is not guessed."""
    example = f"1234{locale.decimal}5"
    other = "," if locale.decimal == "." else "."
    plain = text if locale.decimal == "." else text.str.replace(",", ".", literal=True)
    foreign, shaped = pl.select(
        foreign=pl.lit(text).str.contains(other, literal=True), shaped=pl.lit(plain).str.contains(_PLAIN)
    )
    readable = shaped & ~foreign
    values = without(plain, ~readable).cast(pl.Float64, strict=False)
    ambiguous = f"a {MARKS[other]} {NOT_THE_MARK} and could mean two things: write it as {example}"
    of_other = f"a {MARKS[other]} {NOT_THE_MARK}: write it as "
    infinite = (values == math.inf) | (values == -math.inf)
    read = Reading.of(values).refuse(infinite, "the number is too large to be one: correct it")
    if readable.all():
        return read
    own = without(plain, foreign | readable)
    read = _refuse_per_cent(read, plain, locale)
    read = _refuse_unit(read, text, own, column, locale)
    read = _refuse_groups(read, own)
    read = _refuse_sign(read, own, column, locale)
    if not locale.private and foreign.any():
        meant = _meant_under(other, text, locale)
        if meant.len() - meant.null_count() <= MOST_SPELT_OUT:
            read = read.refuse(meant.is_not_null(), pl.select(pl.lit(of_other) + meant).to_series())
    return read.refuse(foreign & text.str.contains(_DIGITS_ANDMARKS), ambiguous).refuse(
        ~readable, f"this is no number: write one such as {example}, or correct the row"
    )


def _meant_under(other: str, text: pl.Series, locale: Locale) -> pl.Series:
    """Numbers that the other decimal mark alone explains, as the site writes them; three digits may be a thousand."""
    own, mark = re.escape(locale.decimal), re.escape(other)
    decimals = rf"{mark}(?:[0-9]{{1,2}}|[0-9]{{4,}})"
    plain, grouped = rf"[0-9]+{decimals}|0{mark}[0-9]+", rf"[0-9]{{1,3}}(?:{own}[0-9]{{3}})+{mark}[0-9]+"
    sure = text.str.contains(rf"^(?:{plain}|{grouped})$").fill_null(False)
    written = text.str.replace_all(locale.decimal, "", literal=True).str.replace(other, locale.decimal, literal=True)
    return without(written, ~sure)


def _refuse_per_cent(numbers: Reading, plain: pl.Series, locale: Locale) -> Reading:
    """Say of a number with a per cent sign what it is as a share: the number alone would be a hundred times as much."""
    if not plain.str.contains("%", literal=True).any():
        return numbers
    share = plain.str.extract(_PER_CENT).cast(pl.Float64, strict=False) / 100
    # Two steps of rounding lie between 0.3 % and 0.003; ten digits are more than anybody writes.
    written = share.round_sig_figs(10).cast(pl.String).str.replace(".", locale.decimal, literal=True)
    words = pl.select(pl.format("a per cent sign is not read: write it as a share, {}", written)).to_series()
    return numbers.refuse(share.is_not_null(), words)


def _refuse_unit(numbers: Reading, text: pl.Series, plain: pl.Series, column: Column, locale: Locale) -> Reading:
    """Say of a number with a unit where each of the two belongs: the number alone would be of another unit."""
    if column.unit not in UNIT_COLUMNS or not text.str.contains(_WITH_UNIT).any():
        return numbers
    number = plain.str.extract(_WITH_UNIT, 1).str.replace_all(_BETWEEN_GROUPS, "")
    sure = number.str.contains(_PLAIN)
    shown = _shown(number, locale)
    example = f"the number alone here, as 1234{locale.decimal}5"
    here = pl.select(pl.when(sure).then(shown + " here").otherwise(pl.lit(example))).to_series()
    written = text.str.extract(_WITH_UNIT, 2)
    known = {word: of for word in written.drop_nulls().unique() if (of := unit_written(word)) is not None}
    unit = written.replace_strict(known, default=f"its unit (one of {', '.join(UNITS)})", return_dtype=pl.String)
    words = pl.format("a number stands alone: write {}, and {} in the column {}", here, unit, pl.lit(column.unit))
    return numbers.refuse(written.is_not_null(), pl.select(words).to_series())


def _refuse_groups(numbers: Reading, plain: pl.Series) -> Reading:
    """Say of a number whose thousands stand apart how they are put together; not the number, which may be private."""
    apart = plain.str.contains(_GROUPED)
    mark = pl.when(plain.str.contains(r"\s")).then(pl.lit("a blank")).otherwise(pl.lit("an apostrophe"))
    words = pl.format("{} between the digits of a number is not read: take it out", mark)
    beside = "a blank beside the decimal mark of a number is not read: take it out"
    return numbers.refuse(plain.str.contains(_BLANK_AT_MARK), beside).refuse(apart, pl.select(words).to_series())


def _refuse_sign(numbers: Reading, plain: pl.Series, column: Column, locale: Locale) -> Reading:
    """Say of a number that is negative by brackets, or by a sign that is not read, how it is written, if it may be."""
    found = pl.concat(
        [plain.str.extract(_NEGATIVE, group).to_frame(str(group)) for group in (1, 2, 3)], how="horizontal"
    )
    number = found.select(pl.coalesce(pl.all())).to_series()
    if column.range is not None and column.range.low == 0:
        return numbers.refuse(number.is_not_null(), NEVER_NEGATIVE)
    words = pl.format("its sign is not read: write -{} if it is negative, and else {}", *[_shown(number, locale)] * 2)
    return numbers.refuse(number.is_not_null(), pl.select(words).to_series())


def _shown(plain: pl.Series, locale: Locale) -> pl.Series:
    return plain.str.replace(".", locale.decimal, literal=True)


def without_sign(text: pl.Series) -> pl.Series:
    """Numbers as they are written, without a sign or brackets."""
    return text.str.strip_chars("()+-−– \u00a0")


def read_integer(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Whole numbers."""
    return whole_number(read_number(text, column, locale))


def whole_number(numbers: Reading) -> Reading:
    """Refuse numbers with a fraction."""
    return numbers.refuse(numbers.values != numbers.values.round(0), "it must be a whole number")


def within(numbers: Reading, column: Column) -> Reading:
    """Refuse what lies outside the range of the dictionary; unreadable cells are null by now and do not come here."""
    allowed, values = column.range, numbers.values
    if allowed is None:
        return numbers
    faint = (values != 0) & (values > -_FAINTEST) & (values < _FAINTEST)
    numbers = numbers.refuse(faint, "it is nearer to 0 than anything is: write 0 if there was none, or correct it")
    low = values <= allowed.low if allowed.low_open else values < allowed.low
    high = values >= allowed.high if allowed.high_open else values > allowed.high
    if allowed.low == 0:
        numbers = numbers.refuse(values < 0, NEVER_NEGATIVE)
    return numbers.refuse(low | high, f"it lies outside {allowed.text}: correct it")
