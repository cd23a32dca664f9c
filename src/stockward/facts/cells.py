"""Reading cells: each column becomes values and, for every cell that cannot be read, the reason with its mend.

Nothing is guessed: what a cell could mean under another convention is said in the reason and left to the site.
All functions take one column and give two of the same length; a blank cell is null in both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from stockward.facts.dictionary import DTYPES, Column
from stockward.facts.workbook import UNCALCULATED
from stockward.terms.units import UNITS

_EXCEL_ERROR = r"^#(REF!|N/A|VALUE!|DIV/0!|NAME\?|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|BUSY!|FIELD!)$"
_PLAIN_NUMBER = r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$"
_TIME = r"^\d{4}-\d{2}-\d{2}([T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$"
_OFFSET = r"([+-])(\d{2}):?(\d{2})$"
_CLOCK = r"^\d{1,2}:\d{2}(:00)?$"
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_FLAGS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_EARLIEST_YEAR, _LATEST_YEAR = 1900, 2199


@dataclass(frozen=True, slots=True)
class Locale:
    """How this site writes: its decimal mark and its time zone."""

    decimal: str
    timezone: str


@dataclass(frozen=True, slots=True)
class ReadColumn:
    """Values of one column, null where blank or unreadable, and for each unreadable cell its text and the reason."""

    values: pl.Series
    fault: pl.Series
    text: pl.Series


def read_column(cells: pl.Series, column: Column, locale: Locale) -> ReadColumn:
    """Read the cells of one column as the dictionary describes it."""
    if column.type in {"number", "integer"} and cells.dtype.is_numeric():
        values, fault = _typed_number(cells)
        text = pl.Series(cells.name, [None], dtype=pl.String).new_from_index(0, len(cells))
        if fault.null_count() < len(fault):
            text = cells.cast(pl.String)
    elif cells.dtype in (pl.Datetime, pl.Date) and column.type == "time":
        values, fault = _typed_time(cells, locale)
        text = cells.cast(pl.String)
    else:
        text = _as_text(cells)
        shown = pl.select(
            pl.when(text.str.contains(_EXCEL_ERROR))
            .then(pl.lit("the spreadsheet shows an error here: correct its formula"))
            .when(text == UNCALCULATED)
            .then(pl.lit("the formula was never calculated: open the file in a spreadsheet program and save it"))
            .when(text.str.contains(r"[\x00-\x08\x0a-\x1f\x7f]") if column.type != "text" else pl.lit(False))
            .then(pl.lit("it holds a line break or a control character: remove it"))
            .otherwise(pl.lit(None, pl.String))
            .alias("fault")
        ).to_series()
        if shown.null_count() < len(shown):
            text_readable = pl.select(pl.when(shown.is_null()).then(text)).to_series()
        else:
            text_readable = text
        values, fault = _READERS[column.type](text_readable, column, locale)
        fault = shown.fill_null(fault) if shown.null_count() < len(shown) else fault
    if column.range is not None:
        values, fault = _within(values, fault, column)
    if column.required:
        blank = text.is_null() & values.is_null() & fault.is_null()
        fault = _say(fault, blank, "it is blank and must be given")
    return ReadColumn(values.alias(column.name), fault.alias(column.name), text.alias(column.name))


def blank_column(column: Column, height: int) -> ReadColumn:
    """A column that the table does not have: blank in every row."""
    values = pl.Series(column.name, [None], dtype=DTYPES[column.type]).new_from_index(0, height)
    nothing = pl.Series(column.name, [None], dtype=pl.String).new_from_index(0, height)
    return ReadColumn(values, nothing, nothing)


def _as_text(cells: pl.Series) -> pl.Series:
    """Cells as trimmed text, blank ones null; whole numbers of a typed column without a decimal mark."""
    if cells.dtype.is_float():
        whole = cells.is_finite() & (cells == cells.round(0)) & (cells.abs() < 1e15)
        plain = pl.when(whole.fill_null(False)).then(cells.cast(pl.Int64, strict=False).cast(pl.String))
        cells = pl.select(plain.otherwise(cells.cast(pl.String)).alias(cells.name)).to_series()
    text = cells.cast(pl.String, strict=False) if not isinstance(cells.dtype, (pl.List, pl.Struct)) else cells.cast(
        pl.List(pl.String)
    ).list.join(" ")
    text = text.str.strip_chars()
    return _blank(text, text == "")


def _blank(values: pl.Series, where: pl.Series) -> pl.Series:
    """The values without those cells."""
    return pl.select(pl.when(~where).then(values).alias(values.name)).to_series() if where.any() else values


def _say(fault: pl.Series, where: pl.Series, reason: str) -> pl.Series:
    """Give a reason to the cells that have none yet."""
    if not where.any():
        return fault
    return pl.select(pl.when(where & fault.is_null()).then(pl.lit(reason)).otherwise(fault).alias(fault.name)).to_series()


def _nothing(cells: pl.Series) -> pl.Series:
    return pl.Series(cells.name, [None], dtype=pl.String).new_from_index(0, len(cells))


def _typed_number(cells: pl.Series) -> tuple[pl.Series, pl.Series]:
    values = cells.cast(pl.Float64)
    fault = _say(_nothing(cells), ~values.is_finite().fill_null(True), "this is no finite number: correct or blank it")
    return _blank(values, ~values.is_finite().fill_null(True)), fault


def _typed_time(cells: pl.Series, locale: Locale) -> tuple[pl.Series, pl.Series]:
    naive = cells.cast(pl.Datetime("us")) if cells.dtype == pl.Date else cells.dt.cast_time_unit("us")
    if isinstance(naive.dtype, pl.Datetime) and naive.dtype.time_zone is not None:
        values, fault = naive.dt.convert_time_zone("UTC"), _nothing(cells)
    else:
        values, fault = _to_utc(naive, _nothing(cells), locale)
    return _plausible_year(values, fault)


def _read_text(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    return text, _nothing(text)


def _read_number(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    other = "," if locale.decimal == "." else "."
    foreign = text.str.contains(other, literal=True).fill_null(False)
    plain = text if locale.decimal == "." else text.str.replace(",", ".", literal=True)
    readable = plain.str.contains(_PLAIN_NUMBER).fill_null(False) & ~foreign
    values = _blank(plain, ~readable).cast(pl.Float64, strict=False)
    infinite = values.is_infinite().fill_null(False)
    marks = {".": "point", ",": "comma"}
    example = "1234.5" if locale.decimal == "." else "1234,5"
    has_digits = text.str.contains(r"^[+-]?[\d.,\s\u00a0']+$").fill_null(False)
    fault = _nothing(text)
    fault = _say(
        fault, foreign & has_digits & text.is_not_null(),
        f"a {marks[other]} is not this site's decimal mark and could mean two things: write it as {example}",
    )  # fmt: skip
    fault = _say(fault, infinite, "the number is too large to be one: correct it")
    fault = _say(fault, ~readable & text.is_not_null(), f"this is no number: write one such as {example}, or correct the row")
    return _blank(values, infinite), fault


def _read_integer(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    values, fault = _read_number(text, column, locale)
    broken = (values != values.round(0)).fill_null(False)
    return _blank(values, broken), _say(fault, broken, "it must be a whole number")


def _read_time(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    shaped = text.str.contains(_TIME).fill_null(False)
    clean = _blank(text, ~shaped)
    frame = pl.DataFrame({"text": clean}).with_columns(
        day=pl.col("text").str.slice(0, 10),
        clock=pl.col("text").str.slice(11).str.replace(r"\s*(Z|[+-]\d{2}:?\d{2})$", ""),
        zulu=pl.col("text").str.ends_with("Z"),
        offset=pl.when(pl.col("text").str.len_chars() > 16).then(pl.col("text").str.slice(16).str.extract_groups(_OFFSET)),
    )
    midnight = pl.col("clock").str.starts_with("24:00")
    clock = pl.when(midnight).then(pl.lit("00:00:00")).when(pl.col("clock").str.len_chars() == 5).then(
        pl.col("clock") + ":00"
    ).when(pl.col("clock") == "").then(pl.lit("00:00:00")).otherwise(pl.col("clock"))
    minutes = pl.col("offset").struct.field("2").cast(pl.Int64) * 60 + pl.col("offset").struct.field("3").cast(pl.Int64)
    signed = pl.when(pl.col("offset").struct.field("1") == "-").then(-minutes).otherwise(minutes)
    frame = frame.with_columns(
        naive=(pl.col("day") + " " + clock).str.to_datetime("%Y-%m-%d %H:%M:%S%.f", time_unit="us", strict=False)
        + pl.when(midnight.fill_null(False)).then(pl.duration(days=1)).otherwise(pl.duration(days=0)),
        shift=pl.when(pl.col("zulu")).then(pl.lit(0, pl.Int64)).otherwise(signed),
        wrong_midnight=midnight & ~pl.col("clock").str.contains(r"^24:00(:00(\.0+)?)?$"),
    )
    naive = _blank(frame["naive"], frame["wrong_midnight"].fill_null(False))
    fault = _time_faults(text, shaped, naive)
    local, fault = _to_utc(naive, fault, locale, where=frame["shift"].is_null())
    stated = frame.select((pl.lit(naive) - pl.duration(minutes=pl.col("shift"))).dt.replace_time_zone("UTC")).to_series()
    values = stated.fill_null(local)
    return _plausible_year(values, fault)


def _time_faults(text: pl.Series, shaped: pl.Series, naive: pl.Series) -> pl.Series:
    serial = text.str.contains(r"^\d{4,5}([.,]\d+)?$").fill_null(False)
    fault = _say(_nothing(text), serial, "this looks like a spreadsheet's serial date: format the cell as a date")
    fault = _say(fault, ~shaped & text.is_not_null(), "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05")
    return _say(fault, shaped & naive.is_null(), "there is no such date or time: correct it")


def _to_utc(
    naive: pl.Series, fault: pl.Series, locale: Locale, where: pl.Series | None = None
) -> tuple[pl.Series, pl.Series]:
    """Local times as UTC; those which the change of clocks makes ambiguous or skips are faults."""
    local = naive if where is None else _blank(naive, ~where)
    values = local.dt.replace_time_zone(locale.timezone, ambiguous="null", non_existent="null").dt.convert_time_zone("UTC")
    lost = local.is_not_null() & values.is_null()
    return values, _say(fault, lost, "the change of clocks makes this time happen twice or never: add the offset, such as +02:00")


def _plausible_year(values: pl.Series, fault: pl.Series) -> tuple[pl.Series, pl.Series]:
    far = ~values.dt.year().is_between(_EARLIEST_YEAR, _LATEST_YEAR).fill_null(True)
    return _blank(values, far), _say(fault, far, f"the year lies outside {_EARLIEST_YEAR} to {_LATEST_YEAR}: correct it")


def _read_date(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    day = text.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    shaped = day.str.contains(r"^\d{4}-\d{2}-\d{2}$").fill_null(False)
    values = _blank(day, ~shaped).str.to_date("%Y-%m-%d", strict=False)
    fault = _time_faults(text, shaped, values)
    return _plausible_year(values, fault)


def _read_month(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    day = text.str.replace(r"^(\d{4}-\d{2})$", "${1}-01")
    values, fault = _read_date(day, column, locale)
    return values.dt.month_start(), fault


def _read_clock(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    shaped = text.str.contains(_CLOCK).fill_null(False)
    parts = _blank(text, ~shaped).str.split(":")
    minutes = parts.list.get(0, null_on_oob=True).cast(pl.Int32) * 60 + parts.list.get(1, null_on_oob=True).cast(pl.Int32)
    late = (minutes > 24 * 60).fill_null(False) | (parts.list.get(1, null_on_oob=True).cast(pl.Int32) > 59).fill_null(False)
    fault = _say(_nothing(text), (~shaped & text.is_not_null()) | late, "this is no time of day: write it as 07:30")
    return _blank(minutes, late), fault


def _read_choice(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    known = text.is_in(list(column.choices)).fill_null(True)
    fault = _say(_nothing(text), ~known, f"it must be one of: {', '.join(column.choices)}")
    return _blank(text, ~known), fault


def _read_unit(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    known = text.is_in(list(UNITS)).fill_null(True)
    return _blank(text, ~known), _say(_nothing(text), ~known, f"the unit is not known: write one of {', '.join(UNITS)}")


def _read_flag(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    values = text.str.to_lowercase().replace_strict(_FLAGS, default=None, return_dtype=pl.Boolean)
    return values, _say(_nothing(text), text.is_not_null() & values.is_null(), "write yes or no")


def _read_list(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    return text.str.replace_all(r"\s+", " ").str.split(" "), _nothing(text)


def _read_days(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    words = text.str.replace(r"^daily$", " ".join(_WEEKDAYS)).str.replace_all(r"\s+", " ").str.split(" ")
    unknown = words.list.eval(~pl.element().is_in(list(_WEEKDAYS))).list.any().fill_null(False)
    return _blank(words, unknown), _say(_nothing(text), unknown, "write daily, or days such as: mon tue wed")


def _read_measure(text: pl.Series, column: Column, locale: Locale) -> tuple[pl.Series, pl.Series]:
    known = text.str.contains(r"^(guards|patrolling_guards|production:\S.*)$").fill_null(True)
    reason = "it must be guards, patrolling_guards or production:MATERIAL"
    return _blank(text, ~known), _say(_nothing(text), ~known, reason)


_READERS: dict[str, Callable[[pl.Series, Column, Locale], tuple[pl.Series, pl.Series]]] = {
    "key": _read_text,
    "text": _read_text,
    "number": _read_number,
    "integer": _read_integer,
    "time": _read_time,
    "date": _read_date,
    "month": _read_month,
    "clock": _read_clock,
    "unit": _read_unit,
    "choice": _read_choice,
    "flag": _read_flag,
    "list": _read_list,
    "days": _read_days,
    "measure": _read_measure,
}


def _within(values: pl.Series, fault: pl.Series, column: Column) -> tuple[pl.Series, pl.Series]:
    """Refuse what lies outside the range of the dictionary; null and NaN are no numbers and do not come here."""
    allowed = column.range
    if allowed is None:
        return values, fault
    low = values <= allowed.low if allowed.low_open else values < allowed.low
    high = values >= allowed.high if allowed.high_open else values > allowed.high
    outside = (low | high).fill_null(False)
    negative = (values < 0).fill_null(False) & outside if allowed.low == 0 else outside & False
    fault = _say(fault, negative, "it is never negative: the kind of the row gives the direction")
    fault = _say(fault, outside, f"it lies outside {allowed.text}: correct it")
    return _blank(values, outside), fault
