"""Parquet files bring types of their own; a typed column reads as its text would, and hides nothing."""

# ruff: noqa: DTZ001 - cells of a table have no zone
from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import polars as pl
import pytest
from small_folders import CLEAN, SiteFolder

from stockward.book.cells.columns import read_column
from stockward.book.cells.reading import Locale
from stockward.book.schema.dictionary import tables
from stockward.book.sources.parquet import parquet_headed, read_parquet
from stockward.terms.errors import SiteError

LOCALE = Locale(".", "Asia/Seoul")
MOVEMENTS = pl.DataFrame(
    {
        "movement": [1, 2],
        "at": [datetime(2026, 1, 2, 8), datetime(2026, 1, 3, 8)],
        "kind": pl.Series(["receipt", "receipt"], dtype=pl.Categorical),
        "material": pl.Series(["TNT", "TNT"], dtype=pl.Enum(["TNT"])),
        "quantity": [500.0, 1.5],
        "to_area": ["S1", "S1"],
    }
)


def refusal(folder: SiteFolder) -> str:
    with pytest.raises(SiteError) as caught:
        folder.read()
    return str(caught.value)


def test_a_folder_of_text_parquet_reads_as_its_csv_files_do(folder: SiteFolder) -> None:
    from_files = folder.read()
    for table in CLEAN:
        folder.parquet(table, pl.read_csv(folder.path / f"{table}.csv", infer_schema=False))
    site = folder.read()
    assert site.problems == ()
    assert all(site[table].equals(from_files[table]) for table in CLEAN)


def test_typed_columns(folder: SiteFolder) -> None:
    site = folder.parquet("movements", MOVEMENTS).read()
    assert site.problems == ()
    assert site["movements"]["movement"].to_list() == ["1", "2"]
    assert site["movements"]["row"].to_list() == [2, 3]
    assert site["movements"]["at"][0] == datetime(2026, 1, 1, 23, tzinfo=UTC)
    assert site["movements"]["quantity"].to_list() == [500, 1.5]


@pytest.mark.parametrize("dtype", [pl.Int8, pl.UInt16, pl.Int64, pl.Float32, pl.Decimal(10, 2)])
def test_numbers_of_every_width(dtype: pl.DataType) -> None:
    reading = read_column(pl.Series([5, None]).cast(dtype), tables()["contents"]["random_rel"], LOCALE)
    assert reading.values.to_list() == [None, None]
    assert "outside" in reading.fault[0]
    assert reading.fault[1] is None
    quantity = read_column(pl.Series([5]).cast(dtype), tables()["counts"]["quantity"], LOCALE)
    assert quantity.values.to_list() == [5.0]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (pl.Series([12]), "12"),
        (pl.Series([12.0]), "12"),
        (pl.Series([12.5]), "12.5"),
        (pl.Series([Decimal("12.50")]), "12.50"),
        (pl.Series([True]), "true"),
        (pl.Series([" 0012 "]), "0012"),
        (pl.Series([["a", "b"]]), "a b"),
        (pl.Series([date(2026, 1, 2)]), "2026-01-02"),
        (pl.Series([b"0012"]), "0012"),
    ],
    ids=str,
)
def test_keys_of_every_type(cells: pl.Series, text: str) -> None:
    assert read_column(cells, tables()["areas"]["area"], LOCALE).values.to_list() == [text]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
@pytest.mark.parametrize("column", ["quantity", "movement", "material", "document"])
def test_a_number_that_is_not_finite_is_at_fault_in_every_column(folder: SiteFolder, value: float, column: str) -> None:
    frame = MOVEMENTS.with_columns(pl.Series(column, [value, 7.0]))
    site = folder.parquet("movements", frame).read()
    assert "finite" in next(
        problem.reason for problem in site.problems if problem.row == 2 and problem.column == column
    )


def test_bytes_that_are_no_text_are_at_fault(folder: SiteFolder) -> None:
    site = folder.parquet("movements", MOVEMENTS.with_columns(note=pl.Series([b"\xff", None]))).read()
    assert [(problem.row, problem.column) for problem in site.problems] == [(2, "note")]


def test_true_is_no_quantity(folder: SiteFolder) -> None:
    site = folder.parquet("movements", MOVEMENTS.with_columns(quantity=pl.Series([True, False]))).read()
    assert [problem.row for problem in site.problems] == [2, 3]


def test_times_with_a_zone_and_of_day(folder: SiteFolder) -> None:
    folder.parquet("movements", MOVEMENTS.with_columns(pl.col("at").dt.replace_time_zone("Europe/Berlin")))
    posts = {
        "post": ["G1"],
        "kind": ["gate"],
        "guards": [2],
        "start": [time(6)],
        "end": [time(18)],
        "days": [["mon", "tue"]],
    }
    site = folder.parquet("posts", pl.DataFrame(posts)).read()
    assert site.problems == ()
    assert site["movements"]["at"][0] == datetime(2026, 1, 2, 7, tzinfo=UTC)
    assert site["posts"]["start"].to_list() == [360]
    assert site["posts"]["days"].to_list() == [["mon", "tue"]]


def test_an_empty_list_is_a_blank_cell() -> None:
    cells = pl.Series([[], ["a"]], dtype=pl.List(pl.String))
    reading = read_column(cells, tables()["people"]["qualifications"], LOCALE)
    assert reading.values.to_list() == [None, ["a"]]
    assert reading.fault.to_list() == [None, None]


def test_a_column_without_any_value(folder: SiteFolder) -> None:
    site = folder.parquet("movements", MOVEMENTS.with_columns(note=pl.Series([None, None]))).read()
    assert site.problems == ()
    site = folder.parquet("movements", MOVEMENTS.with_columns(quantity=pl.Series([None, None]))).read()
    assert all("blank" in problem.reason for problem in site.problems)


def test_serial_dates_in_a_typed_column_are_refused(folder: SiteFolder) -> None:
    site = folder.parquet("movements", MOVEMENTS.with_columns(at=pl.Series([45720, 45721]))).read()
    assert all("serial date" in problem.reason for problem in site.problems)
    assert [problem.value for problem in site.problems] == ["45720", "45721"]


def test_cells_inside_cells_are_refused(folder: SiteFolder) -> None:
    folder.parquet("movements", MOVEMENTS.with_columns(note=pl.struct("movement", "quantity")))
    assert "movements.parquet: column note holds cells inside cells" in refusal(folder)


_FAR = [pl.Series([days, 0], dtype=pl.Int32).cast(pl.Date) for days in (-(2**31), -800_000, 100_000_000)]
_FAR += [
    pl.Series([ticks, 0]).cast(pl.Datetime(unit)).dt.replace_time_zone(zone)
    for unit, ticks in (("us", -(2**62)), ("ms", 2**62))
    for zone in (None, "UTC")
]


@pytest.mark.parametrize("column", ["movement", "at", "quantity", "note"])
@pytest.mark.parametrize("cells", _FAR, ids=range(len(_FAR)))
def test_dates_that_are_none(folder: SiteFolder, column: str, cells: pl.Series) -> None:
    for far in (cells, cells.implode().new_from_index(0, 2)):
        folder.parquet("movements", MOVEMENTS.with_columns(far.alias(column)))
        assert f"movements.parquet: column {column} holds dates outside the years 1 to 9999: correct" in refusal(folder)


def test_the_first_and_the_last_days_that_are_some(folder: SiteFolder) -> None:
    ends = pl.Series("at", [datetime(1, 1, 3), datetime(9999, 12, 29)]).dt.replace_time_zone("Asia/Seoul")
    site = folder.parquet("movements", MOVEMENTS.with_columns(ends)).read()
    assert all("the year lies outside" in problem.reason for problem in site.problems)
    assert len(site.problems) == 2


@pytest.mark.parametrize(
    ("cells", "words"),
    [
        (pl.Series([timedelta(hours=1), None]), "holds lengths of time: write it as text"),
        (pl.Series([[timedelta(hours=1)], []]), "holds lengths of time: write it as text"),
        (pl.Series([[b"\xff"], []]), "holds lists of bytes: write it as text"),
        (pl.Series([[1, 2], [3, 4]], dtype=pl.Array(pl.Int64, 2)), "holds cells inside cells: write one value a cell"),
    ],
    ids=["time", "times", "bytes", "array"],
)
def test_types_that_have_no_text(folder: SiteFolder, cells: pl.Series, words: str) -> None:
    folder.parquet("movements", MOVEMENTS.with_columns(cells.alias("note")))
    assert f"movements.parquet: column note {words}" in refusal(folder)


def test_a_column_without_a_name_may_hold_anything(folder: SiteFolder) -> None:
    nameless = pl.Series("", [timedelta(hours=1), None])
    site = folder.parquet("movements", MOVEMENTS.with_columns(nameless)).read()
    assert site.notices == ("movements.parquet: left out what has no name in the header: column G",)


@pytest.mark.parametrize("keep", [0, 4, 100, -8, -100])
def test_a_file_cut_short_is_refused(folder: SiteFolder, keep: int) -> None:
    path = folder.parquet("movements", MOVEMENTS).path / "movements.parquet"
    path.write_bytes(path.read_bytes()[:keep])
    assert "movements.parquet: this is no readable Parquet file" in refusal(folder)


def test_bytes_that_have_changed_end_in_one_error_and_no_other_words(
    folder: SiteFolder, capfd: pytest.CaptureFixture[str]
) -> None:
    path = folder.parquet("movements", pl.concat([MOVEMENTS] * 50)).path / "movements.parquet"
    whole, rng, refused = path.read_bytes(), random.Random(5), 0
    for _ in range(60):
        content = bytearray(whole)
        content[rng.randrange(len(content) - 1000, len(content))] ^= rng.randint(1, 255)
        path.write_bytes(content)
        try:
            folder.read()
        except SiteError:
            refused += 1
    assert refused > 30
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("kind", [1, 5, 8, 9, 12])
def test_a_footer_in_which_a_kind_has_changed_ends_in_one_error(kind: int, folder: SiteFolder) -> None:
    path = folder.parquet("areas", pl.DataFrame({"area": ["A"], "kind": ["store"]})).path / "areas.parquet"
    content = path.read_bytes()
    start = len(content) - 8 - int.from_bytes(content[-8:-4], "little")
    table, refused = tables()["areas"], 0
    for place in range(start, len(content) - 8):
        changed = bytearray(content)
        changed[place] = changed[place] & 0xF0 | kind
        parquet_headed(bytes(changed))
        try:
            read_parquet(path, bytes(changed), table)
        except SiteError as error:
            assert "\n" not in str(error)
            refused += 1
    assert refused > 100


def test_a_csv_under_the_name_of_parquet_is_refused(folder: SiteFolder) -> None:
    folder.remove("movements").write("movements.parquet", CLEAN["movements"])
    assert "movements.parquet: this is no readable Parquet file: write it again" in refusal(folder)


def test_a_misspelt_column_is_refused(folder: SiteFolder) -> None:
    folder.parquet("movements", MOVEMENTS.rename({"to_area": "to_aera"}))
    assert "did you mean to_area?" in refusal(folder)


def test_a_table_of_no_rows(folder: SiteFolder) -> None:
    assert folder.parquet("movements", MOVEMENTS.clear()).read()["movements"].height == 0
