"""Times, dates, months and times of day. ISO 8601 alone is read; a local time becomes UTC or is refused."""

from __future__ import annotations

from datetime import time

import polars as pl

from stockward.book.cells.other_dates import iso_meant
from stockward.book.cells.reading import MOST_SPELT_OUT, Locale, Reading, without
from stockward.book.schema.dictionary import Column
from stockward.terms.periods import first_moment

_DAY = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
_HOURS = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?"
_OFFSET = r"Z|[+-][0-9]{2}(?::?[0-9]{2})?"
_TIME = rf"^(?<day>{_DAY})(?:[T ](?<clock>{_HOURS})\s*(?<offset>{_OFFSET})?)?$"
_OTHER_OFFSET = rf"^{_DAY}[T ]{_HOURS}\s*[A-Za-z+-]"
_TO_THE_SECOND = rf"^{_DAY}[T ][0-9]{{2}}:[0-5][0-9]:[0-5][0-9](?:{_OFFSET})?$"
_SERIAL = r"^[0-9]{4,5}([.,][0-9]+)?$"
_UNMARKED = r"^(?<year>(?:19|20|21)[0-9]{2})(?<month>0[1-9]|1[0-2])(?<day>0[1-9]|[12][0-9]|3[01])$"
_END_OF_DAY = r"^24:00(:00(\.0+)?)?$"
NO_DATE = "no ISO 8601 date"
NO_SUCH = "there is no such date or time"
_FURTHEST_OFFSET_MINUTES = 18 * 60
_EARLIEST_YEAR, LATEST_YEAR = 1900, 2199


def day_of(column: Column, timezone: str) -> pl.Expr:
    """The days that a column of dates or times holds, in a time zone."""
    values = pl.col(column.name)
    return values.dt.convert_time_zone(timezone).dt.date() if column.type == "time" else values


def recorded(frame: pl.DataFrame) -> pl.Expr:
    """When a row entered the books: at its own moment where nothing else is said."""
    return pl.coalesce("recorded_at", "at") if "recorded_at" in frame.columns else pl.col("at")


def typed_time(cells: pl.Series, locale: Locale) -> Reading:
    """Times of a column that its file types as dates or times, with a zone or without."""
    moments = cells.cast(pl.Datetime("us")) if cells.dtype == pl.Date else cells.dt.cast_time_unit("us")
    zone = moments.dtype.time_zone if isinstance(moments.dtype, pl.Datetime) else None
    if zone is not None:
        return _plausible(Reading.of(moments.dt.convert_time_zone("UTC")))
    # A spreadsheet has one kind of cell for a day and for its midnight.
    day = moments.dt.time() == time()
    local = _in_utc(without(moments, day), locale)
    return _plausible(Reading(local.values.fill_null(_first_moments(without(moments, ~day), locale)), local.fault))


def read_time(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Times as ISO 8601, or as the site declares: in its zone where no offset stands behind; a day is its begin."""
    text = _declared(text, locale)
    parts = _parts(text)
    shaped, naive, is_day, has_offset = parts.select(
        pl.when(text.is_not_null()).then(pl.col("day").is_not_null()).alias("shaped"),
        _naive(parts).alias("naive"),
        pl.col("clock").is_null() | (pl.col("clock").str.contains(_END_OF_DAY) & pl.col("offset").is_null()),
        pl.col("offset").is_not_null(),
    )
    reading = _in_utc(without(naive, has_offset | is_day), locale)
    if has_offset.any():
        reading = _at_offsets(reading, naive, _offset_minutes(parts["offset"]))
    if is_day.any():
        days = _first_moments(without(naive, ~is_day), locale)
        reading = Reading(reading.values.fill_null(days), reading.fault)
    reading = _refuse_other_ways(reading, text, shaped, locale, days_only=False)
    return _plausible(_no_such(reading, text, shaped, naive, "2026-06-30 or 2026-06-30T14:05", locale))


def read_date(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Dates; a midnight behind one, as spreadsheets write it, says nothing."""
    return _read_day(text, "2026-06-30", locale)


def _read_day(text: pl.Series, example: str, locale: Locale) -> Reading:
    text = _declared(text, locale)
    day = text.str.replace(r"[T ]00:00(:00(\.0+)?)?$", "")
    shaped = day.str.contains(rf"^{_DAY}$")
    values = without(day, ~shaped).str.to_date("%Y-%m-%d", strict=False)
    reading = _refuse_other_ways(Reading.of(values), text, shaped, locale, days_only=True)
    return _plausible(_no_such(reading, text, shaped, values, example, locale))


def read_month(text: pl.Series, column: Column, locale: Locale) -> Reading:
    """Months, as 2026-06 or any day of them."""
    reading = _read_day(text.str.replace(r"^([0-9]{4}-[0-9]{2})$", "${1}-01"), "2026-06", locale)
    return Reading(reading.values.dt.month_start(), reading.fault)


def _declared(text: pl.Series, locale: Locale) -> pl.Series:
    return text if locale.dates is None else locale.dates.as_iso(text)


def _is_none(locale: Locale) -> str:
    """What is said of a text that is no date."""
    declared = "" if locale.dates is None else f"no date of {locale.dates.text}, and "
    return f"this is {declared}{NO_DATE}: write it as "


def _parts(text: pl.Series) -> pl.DataFrame:
    """Day, time of day and offset; where all times are written to the second, each stands at its place in the text."""
    if not text.str.contains(_TO_THE_SECOND).all():
        return text.str.extract_groups(_TIME).struct.unnest()
    offset = text.str.slice(len("2026-06-30T14:05:00"))
    return pl.DataFrame(
        {
            "day": text.str.head(len("2026-06-30")),
            "clock": text.str.slice(len("2026-06-30T"), len("14:05:00")),
            "offset": without(offset, offset == ""),
        }
    )


def _naive(parts: pl.DataFrame) -> pl.Expr:
    """Day and time of day as one moment without a zone; 24:00 is the next day's 00:00."""
    midnight = pl.col("clock").str.contains(_END_OF_DAY).fill_null(False)
    clock = pl.when(midnight | pl.col("clock").is_null()).then(pl.lit("00:00")).otherwise("clock")
    seconds = pl.when(clock.str.len_chars() == len("00:00")).then(pl.lit(":00")).otherwise(pl.lit(""))
    # Fractions are read when they are there: to look for them in every time takes four times as long.
    fraction = "%.f" if parts["clock"].str.contains(".", literal=True).any() else ""
    moment = (pl.col("day") + " " + clock + seconds).str.to_datetime(
        f"%Y-%m-%d %H:%M:%S{fraction}", time_unit="us", strict=False
    )
    return moment + pl.duration(days=midnight.cast(pl.Int64))


def _at_offsets(reading: Reading, naive: pl.Series, offset: pl.Series) -> Reading:
    """The moments that state an offset, in minutes, beside those of the site's own time."""
    stated = pl.select((pl.lit(naive) - pl.duration(minutes=pl.lit(offset))).dt.replace_time_zone("UTC")).to_series()
    moments = Reading(reading.values.fill_null(stated), reading.fault)
    return moments.refuse(offset.abs() > _FURTHEST_OFFSET_MINUTES, "there is no such offset")


def _offset_minutes(offset: pl.Series) -> pl.Series:
    """Offsets such as +02:00 in minutes; Z is none. A site writes few of them, so each is read once."""
    few = offset.drop_nulls().unique()
    parts = few.str.extract_groups(r"^([+-])([0-9]{2}):?([0-9]{2})?$").struct.unnest()
    sign, hours, minutes = parts.iter_columns()
    ahead = hours.cast(pl.Int64) * 60 + minutes.cast(pl.Int64).fill_null(0)
    signed = pl.select(pl.when(sign == "-").then(-ahead).otherwise(ahead)).to_series()
    read = pl.select(pl.when(few == "Z").then(pl.lit(0, pl.Int64)).otherwise(signed)).to_series()
    return offset.replace_strict(few, read, default=None, return_dtype=pl.Int64)


def _in_utc(naive: pl.Series, locale: Locale) -> Reading:
    """Local times as UTC; those which the change of clocks makes ambiguous or skips are refused."""
    of_site = pl.lit(naive).dt.replace_time_zone(locale.timezone, ambiguous="null", non_existent="null")
    moments = pl.select(of_site.dt.convert_time_zone("UTC")).to_series()
    if moments.null_count() == naive.null_count():
        return Reading.of(moments)
    words = "the change of clocks makes this time happen twice or never: add the offset, such as +02:00"
    return Reading.of(moments).refuse(naive.is_not_null() & moments.is_null(), words)


def _first_moments(midnights: pl.Series, locale: Locale) -> pl.Series:
    """When days begin, UTC; a day is given by its midnight, whether or not the clocks show it."""
    few = midnights.filter(midnights.dt.year().is_between(_EARLIEST_YEAR, LATEST_YEAR)).unique()
    begins = pl.Series([first_moment(day, locale.timezone) for day in few.dt.date()], dtype=pl.Datetime("us", "UTC"))
    other = midnights.dt.replace_time_zone("UTC")
    return midnights.replace_strict(few, begins, default=other, return_dtype=begins.dtype)


def _refuse_other_ways(
    reading: Reading, text: pl.Series, shaped: pl.Series, locale: Locale, *, days_only: bool
) -> Reading:
    """Say of a day that is written in another way, and can be no other, how it is written; not of a private one."""
    if locale.private or shaped.all():
        return reading
    meant = iso_meant(without(text, shaped))
    if meant.len() - meant.null_count() > MOST_SPELT_OUT:
        return reading
    if days_only:
        meant = meant.str.head(len("2026-06-30"))
    return reading.refuse(meant.is_not_null(), pl.select(pl.lit(_is_none(locale)) + meant).to_series())


def _no_such(
    reading: Reading, text: pl.Series, shaped: pl.Series, found: pl.Series, example: str, locale: Locale
) -> Reading:
    """Say of what is no date or time why, and how to write one, such as the ``example``."""
    if found.null_count() == text.null_count():
        return reading
    shaped = shaped.fill_null(False)
    serial = text.str.contains(_SERIAL)
    unmarked = text.str.replace(_UNMARKED, _is_none(locale) + "${year}-${month}-${day}")
    declared = "" if locale.dates is None else f" in {locale.dates.text}"
    return (
        reading.refuse(serial, "this looks like a spreadsheet's serial date: type the date again, as 2026-06-30")
        .refuse(text.str.contains(_UNMARKED), unmarked)
        .refuse(
            ~shaped & text.str.contains(_OTHER_OFFSET), "the offset behind the time is not known: write it as +09:00"
        )
        .refuse(~shaped & text.is_not_null(), _is_none(locale) + example)
        .refuse(shaped & found.is_null(), f"{NO_SUCH}{declared}: correct it")
    )


def _plausible(reading: Reading) -> Reading:
    far = ~reading.values.dt.year().is_between(_EARLIEST_YEAR, LATEST_YEAR)
    return reading.refuse(far, f"the year lies outside {_EARLIEST_YEAR} to {LATEST_YEAR}: correct it")
