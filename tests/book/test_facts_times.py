"""Dates are ISO 8601; a time without an offset is in the site's zone, and one that does not exist is refused."""

# ruff: noqa: DTZ001 - cells of a table have no zone
from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import polars as pl
import pytest
from small_folders import SiteFolder

from stockward.book.cells.columns import read_column
from stockward.book.cells.reading import Locale, Reading
from stockward.book.schema.dictionary import tables
from stockward.terms.errors import UsageError
from stockward.terms.periods import end_of, first_moment

AT = tables()["movements"]["at"]
SINCE = tables()["people"]["since"]
SEOUL, BERLIN = Locale(".", "Asia/Seoul"), Locale(".", "Europe/Berlin")


def read(*text: str, locale: Locale = SEOUL) -> Reading:
    return read_column(pl.Series(list(text)), AT, locale)


def fault(text: str, locale: Locale = SEOUL) -> str:
    reading = read(text, locale=locale)
    assert reading.values[0] is None
    return str(reading.fault[0])


@pytest.mark.parametrize(
    ("text", "hour", "minute"),
    [
        ("2026-06-30", 15, 0),
        ("2026-06-30T09:30", 0, 30),
        ("2026-06-30 09:30", 0, 30),
        ("2026-06-30T09:30:00", 0, 30),
        ("2026-06-30T09:30:00.000", 0, 30),
    ],
)
def test_a_time_without_an_offset_is_in_the_zone_of_the_site(text: str, hour: int, minute: int) -> None:
    day = 29 if hour == 15 else 30
    assert read(text).values.to_list() == [datetime(2026, 6, day, hour, minute, tzinfo=UTC)]


@pytest.mark.parametrize(
    "text", ["2026-06-30T14:05Z", "2026-06-30T16:05+02:00", "2026-06-30T16:05 +0200", "2026-06-30T05:05:00-09:00"]
)
def test_an_offset_counts_before_the_zone_of_the_site(text: str) -> None:
    assert read(text).values.to_list() == [datetime(2026, 6, 30, 14, 5, tzinfo=UTC)]


def test_24_00_is_the_next_midnight() -> None:
    assert read("2026-12-31T24:00").values.to_list() == read("2027-01-01").values.to_list()
    assert "no such date or time" in fault("2026-12-31T24:01")


@pytest.mark.parametrize(
    ("day", "zone", "begins"),
    [
        ("2026-09-06", "America/Santiago", "2026-09-06T04:00"),
        ("2026-11-01", "America/Havana", "2026-11-01T04:00"),
        ("2026-04-24", "Africa/Cairo", "2026-04-23T22:00"),
        ("2026-10-25", "Europe/Berlin", "2026-10-24T22:00"),
    ],
)
def test_a_date_names_its_day_where_the_clocks_skip_or_double_midnight(day: str, zone: str, begins: str) -> None:
    locale, expected = Locale(".", zone), [datetime.fromisoformat(begins).replace(tzinfo=UTC)]
    written = date.fromisoformat(day)
    assert read(day, locale=locale).values.to_list() == expected
    before = (written - timedelta(days=1)).isoformat() + "T24:00"
    assert read(before, locale=locale).values.to_list() == expected
    for typed in (written, datetime.combine(written, time())):
        assert read_column(pl.Series([typed]), AT, locale).values.to_list() == expected


def test_a_midnight_that_is_written_out_must_exist() -> None:
    assert "twice or never" in fault("2026-09-06T00:00", Locale(".", "America/Santiago"))


def test_every_day_begins_once_and_ends_when_the_next_begins() -> None:
    for zone in sorted(available_timezones()):
        for step in range(365):
            day = date(2026, 1, 1) + timedelta(days=step)
            begins = first_moment(day, zone).astimezone(ZoneInfo(zone))
            before = (first_moment(day, zone) - timedelta(microseconds=1)).astimezone(ZoneInfo(zone))
            assert (begins.date(), before.date()) == (day, day - timedelta(days=1)), zone


@pytest.mark.parametrize(
    "text", ["2026-W27-2", "20260630", "2026-06-30T14", "30.06.2026", "2026-02-30", "", "2026-06-30T25:00"]
)
def test_a_day_of_an_option_is_written_in_one_way(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 2026-06-30"):
        end_of(text, "Asia/Seoul")


def test_the_end_of_a_day_is_told_in_the_zone_of_the_site() -> None:
    assert end_of("2026-09-05", "America/Santiago").isoformat() == "2026-09-05T23:59:59.999999-04:00"
    assert end_of(" 2026-06-30T14:05Z", "Asia/Seoul") == datetime(2026, 6, 30, 14, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "text", ["2026-06-30T24:00", "2026-06-30 24:00:00", "2026-07-01T00:00+09", "2026-06-30T15:00 Z"]
)
def test_a_moment_of_an_option_is_written_as_in_the_tables(text: str) -> None:
    assert end_of(text, "Asia/Seoul") == datetime(2026, 6, 30, 15, tzinfo=UTC)


def test_the_end_of_a_day_that_is_followed_by_no_midnight() -> None:
    assert end_of("2026-09-05T24:00", "America/Santiago") == first_moment(date(2026, 9, 6), "America/Santiago")


@pytest.mark.parametrize("text", ["9999-12-31T24:00", "2026-06-30T24:01", "2026-06-30T24:00:01"])
def test_no_moment_is_beyond_the_end_of_a_day(text: str) -> None:
    with pytest.raises(UsageError, match="write it as 2026-06-30"):
        end_of(text, "Asia/Seoul")


def test_a_time_that_the_change_of_clocks_doubles_needs_its_offset() -> None:
    assert "twice or never" in fault("2026-10-25T02:30", BERLIN)
    stated = read("2026-10-25T02:30+02:00", "2026-10-25T02:30+01:00", locale=BERLIN)
    assert stated.values.to_list() == [
        datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
    ]


def test_a_time_that_the_change_of_clocks_skips_is_refused() -> None:
    assert "twice or never" in fault("2026-03-29T02:30", BERLIN)
    assert read("2026-03-29T03:30", locale=BERLIN).values.to_list() == [datetime(2026, 3, 29, 1, 30, tzinfo=UTC)]


@pytest.mark.parametrize("text", ["45720", "45720.5", "45720,5", "4572"])
def test_a_date_typed_as_its_serial_number_is_refused_with_the_reason(text: str) -> None:
    assert "serial date" in fault(text)


@pytest.mark.parametrize(
    "text",
    [
        "03/04/2025",
        "3.4.2025",
        "2025-3-4",
        "20250304",
        "2025-W10",
        "04-Mar-25",
        "2025-03-04T9:30",
        "today",
        "2025-03-04T0930",
        "٢٠٢٥-٠٣-٠٤",
    ],
)
def test_what_is_not_iso_8601_is_refused(text: str) -> None:
    assert "no ISO 8601 date" in fault(text)


@pytest.mark.parametrize(
    "text", ["2025-02-29", "2026-13-01", "2026-06-31", "2026-06-30T25:00", "2026-06-30T10:60", "2026-00-10"]
)
def test_a_day_that_no_calendar_has_is_refused(text: str) -> None:
    assert "no such date or time" in fault(text)


@pytest.mark.parametrize("text", ["1899-12-31", "2200-01-02", "9999-12-31T24:00", "0000-01-01"])
def test_a_year_that_no_books_reach_is_refused(text: str) -> None:
    assert "outside 1900 to 2199" in fault(text) or "no such" in fault(text)


def test_an_offset_that_no_place_has_is_refused() -> None:
    assert "no such offset" in fault("2026-06-30T10:00+99:00")


def test_typed_times_with_and_without_a_zone() -> None:
    naive = pl.Series([datetime(2026, 6, 30, 9, 30)])
    zoned = naive.dt.replace_time_zone("Europe/Berlin")
    for unit in ("ms", "us", "ns"):
        assert read_column(naive.dt.cast_time_unit(unit), AT, SEOUL).values.to_list() == [
            datetime(2026, 6, 30, 0, 30, tzinfo=UTC)
        ]
        assert read_column(zoned.dt.cast_time_unit(unit), AT, SEOUL).values.to_list() == [
            datetime(2026, 6, 30, 7, 30, tzinfo=UTC)
        ]
    assert read_column(pl.Series([date(2026, 6, 30)]), AT, SEOUL).values.to_list() == [
        datetime(2026, 6, 29, 15, tzinfo=UTC)
    ]


def test_a_typed_time_in_the_doubled_hour_is_refused() -> None:
    reading = read_column(pl.Series([datetime(2026, 10, 25, 2, 30)]), AT, BERLIN)
    assert "twice or never" in reading.fault[0]


@pytest.mark.parametrize(
    "cell", ["2026-06-30", "2026-06-30 00:00:00", "2026-06-30T00:00", date(2026, 6, 30), datetime(2026, 6, 30)]
)
def test_a_date_with_the_midnight_that_spreadsheets_add(cell: object) -> None:
    assert read_column(pl.Series([cell]), SINCE, SEOUL).values.to_list() == [date(2026, 6, 30)]


@pytest.mark.parametrize("cell", ["2026-06-30T08:00", "45720", "30.06.2026", "2026-02-30"])
def test_a_date_is_a_whole_day_that_exists(cell: str) -> None:
    reading = read_column(pl.Series([cell]), SINCE, SEOUL)
    assert reading.values[0] is None
    assert reading.fault[0] is not None


def test_a_month_is_a_month_or_any_day_of_it() -> None:
    month = tables()["production"]["month"]
    reading = read_column(pl.Series(["2026-06", "2026-06-17", "2026-13", "06/2026"]), month, SEOUL)
    assert reading.values.to_list() == [date(2026, 6, 1), date(2026, 6, 1), None, None]


def test_times_of_day() -> None:
    start = tables()["posts"]["start"]
    reading = read_column(
        pl.Series(["00:00", "7:30", "24:00", "07:30:00", "24:01", "12:60", "25:00", "0.5"]), start, SEOUL
    )
    assert reading.values.to_list() == [0, 450, 1440, 450, None, None, None, None]
    assert reading.fault.is_not_null().to_list() == [False] * 4 + [True] * 4


@pytest.mark.parametrize(
    "text",
    [
        "2026-02-28T23:59:59Z", "2026-02-29T00:00:00", "2026-13-01 00:00:00+01:00", "2026-01-00T00:00:00Z",
        "2026-01-01T24:00:00Z", "2026-01-01T24:00:01", "2026-01-01T25:00:00Z", "2026-03-29T02:30:00",
        "2026-10-25T02:30:00", "2026-10-25T02:30:00+0200", "2026-10-25T02:30:00-18:00", "2026-10-25T02:30:00+18:01",
        "2026-10-25T02:30:00+05:75", "2026-01-01T00:00:60Z", "0000-01-01T00:00:00Z", "1899-12-31T23:59:59+00:00",
    ],
)  # fmt: skip
@pytest.mark.parametrize("other", ["2026-01-01T00:00:00.5", "2026-01-01", "30.06.2026"])
def test_a_time_to_the_second_means_the_same_whatever_stands_beside_it(text: str, other: str) -> None:
    alone, beside = read(text, locale=BERLIN), read(text, other, locale=BERLIN)
    assert (alone.values[0], alone.fault[0]) == (beside.values[0], beside.fault[0])


def test_an_ambiguous_time_sets_its_row_aside(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = SiteFolder(tmp_path_factory.mktemp("berlin"), timezone="Europe/Berlin")
    folder.replace("movements", "2026-01-03T08:00", "2026-03-29T02:30")
    site = folder.read()
    assert site.problems[0].column == "at"
    assert site.set_aside["movements"]["unreadable"].to_list() == [["at"]]
