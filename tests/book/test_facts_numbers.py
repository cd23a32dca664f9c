"""Numbers are read in the declared decimal mark, and never guessed."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from small_folders import SiteFolder

from stockward.book.cells.columns import read_column
from stockward.book.cells.reading import Locale, Reading
from stockward.book.schema.dictionary import Column, tables

QUANTITY = tables()["movements"]["quantity"]
POINT, COMMA = Locale(".", "UTC"), Locale(",", "UTC")


def read(text: str | None, locale: Locale = POINT) -> Reading:
    return read_column(pl.Series([text], dtype=pl.String), QUANTITY, locale)


def fault(text: str | None, locale: Locale = POINT) -> str:
    reading = read(text, locale)
    assert reading.values[0] is None
    assert reading.fault[0] is not None
    return str(reading.fault[0])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("5.0", 5),
        ("1.5", 1.5),
        (".5", 0.5),
        ("5.", 5),
        ("+5", 5),
        ("1e3", 1000),
        ("1E-3", 0.001),
        (" 7 ", 7),
        ("0", 0),
        ("-0", 0),
    ],
)
def test_plain_numbers_under_the_point(text: str, value: float) -> None:
    assert read(text).values.to_list() == [value]
    assert read(text).fault.to_list() == [None]


@pytest.mark.parametrize(("text", "value"), [("1,5", 1.5), (",5", 0.5), ("1234,5", 1234.5), ("12", 12), ("1,5e2", 150)])
def test_plain_numbers_under_the_comma(text: str, value: float) -> None:
    assert read(text, COMMA).values.to_list() == [value]


@pytest.mark.parametrize("text", ["1,234.5", "1,234", "1.23,4"])
def test_a_comma_under_the_point_is_refused_with_the_reason(text: str) -> None:
    assert "a comma is not this site's decimal mark and could mean two things: write it as 1234.5" in fault(text)


@pytest.mark.parametrize("text", ["1.234,5", "1.234", "1,23.4"])
def test_a_point_under_the_comma_is_refused_with_the_reason(text: str) -> None:
    assert "a point is not this site's decimal mark and could mean two things: write it as 1234,5" in fault(text, COMMA)


@pytest.mark.parametrize(
    ("text", "meant"), [("312,5", "312.5"), ("1.234,5", "1234.5"), ("0,125", "0.125"), ("1.234.567,125", "1234567.125")]
)
def test_what_the_other_mark_alone_explains_is_said(text: str, meant: str) -> None:
    """The mend is what the site would write; it reads as the number that was meant."""
    assert fault(text) == f"a comma is not this site's decimal mark: write it as {meant}"
    assert read(meant).fault.to_list() == [None]
    turned, meant = text.translate(_TURN), meant.translate(_TURN)
    assert fault(turned, COMMA) == f"a point is not this site's decimal mark: write it as {meant}"


_TURN = str.maketrans(".,", ",.")


def test_a_number_of_a_private_table_is_not_said() -> None:
    assert "312" not in fault("312,5", Locale(".", "UTC", private=True))


@pytest.mark.parametrize("text", ["1,2,3", "1,234,5"])
def test_two_decimal_commas_are_no_number(text: str) -> None:
    assert "no number" in fault(text, COMMA)


@pytest.mark.parametrize(
    "text",
    [
        "n/a",
        "-",
        "ten",
        "NaN",
        "nan",
        "inf",
        "-inf",
        "Infinity",
        "0x10",
        "1_000",
        "١٢",
        "\uff15",
        "1e1000",
        "--5",
        "TRUE",
    ],
)
def test_what_is_no_number_is_refused_and_never_blank(text: str) -> None:
    assert "no number" in fault(text)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("11 t", "write 11 here, and t in the column unit"),
        ("11t", "write 11 here, and t in the column unit"),
        ("5 000 KG", "write 5000 here, and kg in the column unit"),
        ("5 (lb)", "write 5 here, and lb in the column unit"),
        ("1,5 t", "write the number alone here, as 1234.5, and t in the column unit"),
        ("3 pcs.", "write 3 here, and each in the column unit"),
        ("3 boxes", "write 3 here, and its unit (one of kg, g, t, lb, oz, gr, each) in the column unit"),
    ],
)
def test_a_unit_behind_a_number_is_not_lost(text: str, told: str) -> None:
    assert fault(text) == f"a number stands alone: {told}"


def test_a_unit_behind_a_number_under_the_comma() -> None:
    assert "write 1,5 here, and t in" in fault("1,5 t", COMMA)
    assert "write the number alone here, as 1234,5, and t in" in fault("1.5 t", COMMA)


@pytest.mark.parametrize("text", ["8 000", "11\xa0000", "2\u202f000", "1 234.5", "8  000"])
def test_a_blank_between_digits_is_to_be_taken_out(text: str) -> None:
    assert fault(text) == "a blank between the digits of a number is not read: take it out"
    assert read("".join(text.split())).fault[0] is None


def test_an_apostrophe_between_digits_is_to_be_taken_out() -> None:
    assert fault("1'234") == "an apostrophe between the digits of a number is not read: take it out"


@pytest.mark.parametrize("text", ["-200", "(200)", "200-", "\u2212200", "200 -"])
def test_a_negative_movement_is_one_the_other_way(folder: SiteFolder, text: str) -> None:
    folder.replace("movements", "transfer,TNT,200", f"transfer,TNT,{text}")
    told = "write 200, and if it went the other way, as a transfer from P1 to S1"
    assert folder.only_problem().reason == f"it is never negative, as the kind gives the direction: {told}"
    assert folder.replace("movements", f"TNT,{text},kg,S1,P1", "TNT,200,kg,P1,S1").read().problems == ()


@pytest.mark.parametrize("text", ["(5)", "5-", "\u22125"])
def test_a_negative_number_that_is_allowed(folder: SiteFolder, text: str) -> None:
    folder.write("areas", f"area,kind,x_m\nS1,store,{text}\nP1,process,-5\n")
    (problem,) = folder.problems("areas")
    assert problem.reason == "its sign is not read: write -5 if it is negative, and else 5"


def test_a_number_too_large_for_any_book_is_refused() -> None:
    assert "too large" in fault("1e999")
    assert "outside" in fault("1e16")


def test_a_negative_quantity_is_refused() -> None:
    assert "never negative" in fault("-5")


def test_a_share_may_reach_the_bound_and_not_pass_it() -> None:
    share = tables()["methods"]["random_rel"]
    cells = pl.Series(["0", "1", "1.01", "-0.1"])
    assert read_column(cells, share, POINT).values.to_list() == [0, 1, None, None]


def test_an_open_bound_is_left_out() -> None:
    days = tables()["goals"]["within_days"]
    reading = read_column(pl.Series(["0", "0.5"]), days, POINT)
    assert reading.values.to_list() == [None, 0.5]
    assert "(0, 36525]" in reading.fault[0]


@pytest.mark.parametrize("cells", [pl.Series(["2.5"]), pl.Series([2.5])], ids=["text", "typed"])
def test_a_whole_number_has_no_fraction(cells: pl.Series) -> None:
    reading = read_column(cells, tables()["posts"]["guards"], POINT)
    assert reading.values.to_list() == [None]
    assert "whole number" in reading.fault[0]


@pytest.mark.parametrize("text", [None, "", "   ", "\u00a0"])
def test_a_blank_required_number_is_at_fault_and_zero_is_not_blank(text: str | None) -> None:
    assert "blank" in fault(text)
    assert read("0").values.to_list() == [0]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_a_typed_number_that_is_not_finite_is_refused_though_it_compares(value: float) -> None:
    assert pl.Series([float("nan")]).ge(0).all(), "polars counts NaN as the largest number"
    reading = read_column(pl.Series([value, 1.0]), QUANTITY, POINT)
    assert reading.values.to_list() == [None, 1.0]
    assert "finite" in reading.fault[0]


ONE_OF_EACH_TYPE = {column.type: column for table in tables().values() for column in table.columns}


@pytest.mark.parametrize("column", ONE_OF_EACH_TYPE.values(), ids=ONE_OF_EACH_TYPE)
@settings(deadline=None, max_examples=20)
@given(st.lists(st.text(max_size=12) | st.from_regex("[-0-9:.TZ ]{1,16}"), min_size=1))
def test_no_cell_that_holds_something_is_read_as_blank(column: Column, texts: list[str]) -> None:
    cells = pl.Series(texts)
    reading = read_column(cells, column, POINT)
    filled = cells.str.strip_chars() != ""
    assert (reading.values.is_null() == reading.fault.is_not_null()).filter(filled).all()


@settings(deadline=None)
@given(st.just(0.0) | st.floats(min_value=1e-30, max_value=1e15), st.sampled_from([".", ","]))
def test_what_a_program_writes_is_read_to_the_last_digit(value: float, decimal: str) -> None:
    reading = read(repr(value).replace(".", decimal), Locale(decimal, "UTC"))
    assert reading.values.to_list() == [value]


@pytest.mark.parametrize("value", ["5e-324", "1e-320", "2.3e-308", "9.9e-31"])
def test_a_number_nearer_to_zero_than_anything_is_no_quantity(value: str) -> None:
    for reading in (read(value), read_column(pl.Series([float(value)]), QUANTITY, POINT)):
        assert reading.values.to_list() == [None]
        assert reading.fault[0] == "it is nearer to 0 than anything is: write 0 if there was none, or correct it"


def test_a_decimal_comma_site_with_semicolons(comma_folder: SiteFolder) -> None:
    comma_folder.replace("counts", "FEB;2026-02-28;S1;TNT;300;", "FEB;2026-02-28;S1;TNT;299,5;")
    site = comma_folder.read()
    assert site.problems == ()
    assert site["counts"]["quantity"].to_list() == [300, 25, 299.5]
    assert site["contents"]["amount"].to_list() == [1, 6.6]


def test_a_number_at_fault_names_file_row_column_and_value(folder: SiteFolder) -> None:
    folder.replace("movements", ",500,", ",n/a,")
    problem = folder.only_problem()
    assert (problem.table, problem.file, problem.row) == ("movements", "movements.csv", 2)
    assert (problem.column, problem.value) == ("quantity", "n/a")
    assert str(problem).startswith("movements.csv row 2, quantity = 'n/a': this is no number")


def test_quantities_are_brought_into_the_units_of_the_books(folder: SiteFolder) -> None:
    folder.replace("movements", "500,kg", "0.5,t").replace(
        "counts", "FEB,2026-02-28,S1,TNT,300,kg", "FEB,2026-02-28,S1,TNT,661.386787,lb"
    )
    site = folder.read()
    assert site["movements"]["quantity"][0] == pytest.approx(500, rel=1e-12)
    assert site["movements"]["unit"][0] == "t"
    assert site["counts"]["quantity"][2] == pytest.approx(300, rel=1e-8)


def test_no_unit_means_that_of_the_material(folder: SiteFolder) -> None:
    folder.replace("movements", "500,kg", "500,")
    assert folder.read()["movements"]["quantity"][0] == 500
