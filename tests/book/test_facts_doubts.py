"""What is used as it stands, and was most likely not meant, is told in a notice; what is plain is not."""

from __future__ import annotations

import polars as pl
import pytest
from small_folders import CLEAN, SiteFolder, cells

from stockward.terms.errors import SiteError


def notices(folder: SiteFolder, word: str) -> list[str]:
    site = folder.read()
    assert site.problems == ()
    return [notice for notice in site.notices if word in notice]


def test_a_clean_site_raises_no_doubt(folder: SiteFolder) -> None:
    assert folder.read().notices == ()


def test_a_grain_is_told_once_a_file(folder: SiteFolder) -> None:
    folder.replace("movements", "TNT,500,kg", "TNT,500,gr").replace("movements", "TNT,200,kg", "TNT,200,gr")
    assert notices(folder, "grain") == [
        "movements.csv row 2: unit gr is the grain of 0.0648 g: write g if grams are meant (and 1 more row like it)"
    ]


UNITS = CLEAN["movements"].replace("unit", "packed_in")
STOPS = "the column packed_in holds units, and would not be read: rename it to unit"


def test_units_under_another_name_stop_the_reading_of_a_csv(folder: SiteFolder) -> None:
    with pytest.raises(SiteError, match=STOPS):
        folder.write("movements", UNITS).read()
    assert folder.write("movements", UNITS.replace("packed_in", "unit")).read().problems == ()


def test_units_under_another_name_stop_the_reading_of_a_sheet(folder: SiteFolder) -> None:
    with pytest.raises(SiteError, match=STOPS):
        folder.workbook(movements=cells(UNITS.replace("kg", "KG"))).read()


def test_units_under_another_name_stop_the_reading_of_a_parquet_file(folder: SiteFolder) -> None:
    frame = pl.read_csv(UNITS.encode(), infer_schema=False).with_columns(size=pl.lit(1.5))
    with pytest.raises(SiteError, match=STOPS):
        folder.parquet("movements", frame).read()


@pytest.mark.parametrize(("old", "new"), [("500,kg", "500,drum"), ("500,kg", "500,5"), ("kg", ""), ("kg", "T")])
def test_other_columns_of_another_name_are_left_out(folder: SiteFolder, old: str, new: str) -> None:
    text = UNITS.replace(old, new).replace("each", "" if old == "kg" else "each")
    assert notices(folder.write("movements", text), "packed_in") == [
        "movements.csv: left out what the format does not know: column packed_in"
    ]


def test_a_table_with_its_unit_may_hold_other_units(folder: SiteFolder) -> None:
    text = CLEAN["movements"].replace("\n", ",kg\n").replace("note,kg", "note,weighed_in")
    assert len(notices(folder.write("movements", text), "weighed_in")) == 1


def test_an_error_that_may_be_a_percentage(folder: SiteFolder) -> None:
    folder.write("methods", "method,random_rel,systematic_rel\nW1,0.1,0.0005\nW2,0.049,0.05\n")
    assert folder.read().notices == (
        "methods.csv row 2: random_rel 0.1 is 10 %: write 0.001 for 0.1 %",
        "methods.csv row 3: systematic_rel 0.05 is 5 %: write 0.0005 for 0.05 %",
    )


def test_a_percentage_is_told_in_the_decimal_mark_of_the_site(comma_folder: SiteFolder) -> None:
    comma_folder.write("methods", "method;random_rel\nW1;0,25\nW2;0,1\n")
    told = "methods.csv row 2: random_rel 0,25 is 25 %: write 0,0025 for 0,25 % (and 1 more row like it)"
    assert comma_folder.read().notices == (told,)


def test_a_normal_loss_that_may_be_a_percentage(folder: SiteFolder) -> None:
    rates = "S1,TNT,0.5,per_received,\nP1,TNT,0.09,per_received,\n"
    folder.write("normal_losses", f"area,substance,rate,basis,unit\n{rates}")
    assert folder.read().notices == (
        "normal_losses.csv row 2: rate 0.5 is 50 % of what is received: write 0.005 for 0.5 %",
    )
    folder.write("normal_losses", "area,substance,rate,basis,unit\nS1,TNT,0.5,per_day,kg\n")
    assert folder.read().notices == ()


@pytest.mark.parametrize(
    ("amount", "mend"),
    [
        ("99.5,kg", "amount 99.5 kg is more than the 1 kg that holds it: write 0.995 for 99.5 %"),
        ("995,kg", "amount 995 kg is more than the 1 kg that holds it: correct the amount or its unit"),
        ("1500,g", "amount 1500 g is more than the 1 kg that holds it: correct the amount or its unit"),
        ("995,g", None),
        ("1000,g", None),
    ],
)
def test_a_content_of_more_than_its_mass(folder: SiteFolder, amount: str, mend: str | None) -> None:
    folder.replace("contents", "TNT,TNT,1,kg", f"TNT,TNT,{amount}")
    assert folder.read().notices == (() if mend is None else (f"contents.csv row 2: {mend}",))


METHODS = "method,random_abs,division,unit\n"
UNIT_TAKEN = (
    "has no unit, is read in kg, and is {} % of the usual quantity that the method measures: write the unit if it is "
    "another"
)


@pytest.mark.parametrize(
    ("method", "told"),
    [
        ("W1,500,,", "random_abs 500 " + UNIT_TAKEN.format("166.7")),
        ("W1,,15,", "division 15 " + UNIT_TAKEN.format("5")),
        ("W1,14.9,,", None),
        ("W1,500,5,g", None),
        ("W1,100,,kg", None),
        (
            "W1,200,,kg",
            "random_abs 200 kg is 66.7 % of the usual quantity that the method measures: correct it, or the unit, if "
            "less was meant",
        ),
        ("W2,500,,", None),
    ],
)
def test_an_absolute_error_of_much_of_what_is_measured(folder: SiteFolder, method: str, told: str | None) -> None:
    folder.write("methods", f"{METHODS}{method}\n").remove("calibrations")
    if method.startswith("W2"):
        for name in ("movements", "counts"):
            folder.write(name, CLEAN[name].replace("W1", ""))
    told_of = [notice for notice in folder.read().notices if notice.startswith("methods.csv")]
    assert told_of == ([] if told is None else [f"methods.csv row 2: {told}"])


@pytest.mark.parametrize("key", ["s1", "S 1", "Ѕ1", "00S1", "Ｓ1"])
def test_two_keys_that_look_alike_are_told(folder: SiteFolder, key: str) -> None:
    assert notices(folder.add("areas", f"{key},store"), "areas.csv") == [
        f"areas.csv rows 2 and 4: 'S1' and {key!r} look alike: if they are one, write one key everywhere, or the books "
        "of both are wrong"
    ]


@pytest.mark.parametrize("key", ["S2", "Š1", "S10", "S-1"])
def test_other_keys_are_not(folder: SiteFolder, key: str) -> None:
    assert folder.add("areas", f"{key},store").read().notices == ()


def test_zeros_alone_look_alike(folder: SiteFolder) -> None:
    assert len(notices(folder.add("areas", "0,store", "00,store"), "look alike")) == 1


def test_two_names_that_look_alike_are_told(folder: SiteFolder) -> None:
    folder.write("materials", "material,kind,unit,name\nTNT,bulk,kg,Flakes\nSHELL,item,each,\nT2,bulk,kg, flakes\n")
    assert notices(folder, "called") == [
        "materials.csv rows 2 and 4: 'TNT' and 'T2' are both called Flakes: if they are one, write one key everywhere, "
        "or the books of both are wrong"
    ]


@pytest.mark.parametrize(
    ("year", "side", "next_to"),
    [("2020", "before", "2026-01-02"), ("2025", "before", "2026-01-02"), ("2062", "after", "2026-02-28")],
)
def test_a_year_far_from_all_others_is_told(folder: SiteFolder, year: str, side: str, next_to: str) -> None:
    folder.add("movements", f"0005,{year}-01-06,issue,SHELL,1,each,P1,,,,")
    assert notices(folder, "the year") == [
        f"movements.csv row 6: its day, {year}-01-06, lies far {side} all others ({next_to}): correct the year if "
        "it is wrong"
    ]


def test_few_rows_may_lie_far_apart(folder: SiteFolder) -> None:
    """Inventories may stand a year apart, and a record of few rows says nothing of when the others are."""
    assert notices(folder.replace("counts", "FEB,2026", "FEB,2036"), "the year") == []
    folder.replace("counts", "FEB,2036", "FEB,2027")
    assert notices(folder, "the year") == []


def test_a_year_within_two_of_the_others_is_none(folder: SiteFolder) -> None:
    folder.add("movements", "0005,2027-12-30,issue,SHELL,1,each,P1,,,,")
    assert notices(folder, "the year") == []


def test_a_part_of_an_item_is_told(folder: SiteFolder) -> None:
    folder.replace("movements", "SHELL,5,", "SHELL,5.5,").replace("counts", "SHELL,25,", "SHELL,24.5,")
    assert notices(folder, "quantity") == [
        "movements.csv row 5: quantity '5.5' is no whole number of items: correct it, or the material's kind",
        "counts.csv row 3: quantity '24.5' is no whole number of items: correct it, or the material's kind",
    ]


@pytest.mark.parametrize(("written", "read", "meant"), [("1.000", "1", "1000"), ("12.500", "12.5", "12500")])
def test_a_thousand_that_is_read_as_one_is_told(folder: SiteFolder, written: str, read: str, meant: str) -> None:
    folder.add("movements", f"0005,2026-01-06,make,SHELL,{written},each,,P1,,,")
    assert notices(folder, "thousand") == [
        f"movements.csv row 6: quantity '{written}' is read as {read}: write {meant} if a thousand was meant"
    ]
    assert len(folder.read().notices) == 1


def test_a_thousand_with_a_comma_where_that_is_the_decimal_mark(comma_folder: SiteFolder) -> None:
    comma_folder.add("movements", "0005;2026-01-06;make;SHELL;1,500;each;;P1;;;")
    told = "movements.csv row 6: quantity '1,500' is read as 1,5: write 1500 if a thousand was meant"
    assert notices(comma_folder, "thousand") == [told]


def test_numbers_of_items_that_all_have_a_mark_are_as_they_are(folder: SiteFolder) -> None:
    folder.replace("movements", "SHELL,5,", "SHELL,5.000,").replace("movements", "SHELL,30,", "SHELL,30.000,")
    assert folder.read().notices == ()


def test_bulk_may_be_broken_and_have_a_mark(folder: SiteFolder) -> None:
    assert folder.replace("movements", "TNT,500,", "TNT,500.125,").read().notices == ()


@pytest.mark.parametrize(("written", "read", "meant"), [("2.000", "2", "2000"), ("1.250", "1.25", "1250")])
def test_a_thousand_of_bulk_that_is_read_as_one_is_told(
    folder: SiteFolder, written: str, read: str, meant: str
) -> None:
    folder.add("movements", f"0005,2026-01-06,issue,TNT,{written},kg,S1,,W1,,").replace(
        "movements", "T,500,", "T,50.5,"
    )
    folder.add("movements", "0006,2026-01-06,issue,TNT,500,kg,S1,,W1,,")
    assert notices(folder, "quantity") == [
        f"movements.csv row 6: quantity '{written}' is read as {read}: write {meant} if a thousand was meant"
    ]


def test_a_thousand_of_bulk_is_told_of_text_in_a_workbook(folder: SiteFolder) -> None:
    folder.workbook(counts=cells(CLEAN["counts"].replace("FEB,2026-02-28,S1,TNT,300", "FEB,2026-02-28,S1,TNT,1.300")))
    told = "site.xlsx[counts] row 4: quantity '1.300' is read as 1.3: write 1300 if a thousand was meant"
    assert notices(folder, "thousand") == [told]


@pytest.mark.parametrize(("first", "second"), [("500.000", "1.000"), ("500.1234", "1.000"), ("500", "50.125")])
def test_bulk_with_other_digits_or_of_another_size_is_as_it_is(folder: SiteFolder, first: str, second: str) -> None:
    folder.replace("movements", "TNT,500,", f"TNT,{first},")
    assert folder.add("movements", f"0005,2026-01-06,issue,TNT,{second},kg,S1,,W1,,").read().notices == ()


def test_a_typed_number_is_no_text(folder: SiteFolder) -> None:
    frame = pl.read_csv(CLEAN["movements"].encode(), infer_schema=False)
    folder.parquet("movements", frame.with_columns(quantity=pl.Series([500.0, 200.0, 30.0, 5.125])))
    (notice,) = folder.read().notices
    assert "'5.125' is no whole number of items" in notice


@pytest.mark.parametrize(("error", "told"), [("50,kg", True), ("50,g", False), ("0.05,kg", False), ("9,kg", False)])
def test_an_error_too_coarse_for_the_digits_beside_it(folder: SiteFolder, error: str, told: bool) -> None:
    """Who reads tenths of a kilogram has no scale that errs by 50 kg."""
    folder.write("methods", f"method,random_abs,unit\nW1,{error}\n").remove("calibrations")
    for table in ("movements", "counts"):
        for plain, tenths in (("500,kg", "500.3,kg"), ("200,kg", "200.1,kg"), ("300,kg", "300.2,kg")):
            folder.write(table, (folder.path / f"{table}.csv").read_text().replace(plain, tenths))
    assert any("random_abs 50 kg is 16.7 %" in notice for notice in folder.read().notices) == told


@pytest.mark.parametrize(
    ("goal", "told"),
    [
        ("TNT,1001,S1,kg", "its 1001 kg are more than ever stood of TNT in S1, at most 800 kg"),
        ("TNT,801000,S1,g", "its 801000 g are more than ever stood of TNT in S1, at most 800000 g"),
        ("TNT,800,S1,", None),
        ("TNT,565.1,P1,", "its 565.1 kg are more than ever stood of TNT in P1, at most 563 kg"),
        ("TNT,562.9,P1,", None),
        ("TNT,1163.1,,", "its 1163.1 kg are more than ever stood of TNT in the whole site, at most 1163 kg"),
        ("TNT,1162.9,,", None),
    ],
)
def test_a_goal_of_more_than_ever_stood_there_is_told(folder: SiteFolder, goal: str, told: str | None) -> None:
    """S1: counted 300, received 500. P1: counted 25 shells of 6.6; came 200, and 30 shells."""
    folder.write("goals", f"substance,quantity,area,unit\n{goal}\n")
    found = notices(folder, "ever stood")
    assert found == ([f"goals.csv row 2: {told}: correct the quantity, or its unit"] if told else [])


def test_a_goal_is_not_told_while_rows_of_stock_are_at_fault(folder: SiteFolder) -> None:
    folder.write("goals", "substance,quantity,area,unit\nTNT,5000,S1,kg\n")
    folder.add("movements", "0005,2026-01-06,receipt,TNT,many,kg,,S1,W1,,")
    assert [notice for notice in folder.read().notices if "ever stood" in notice] == []
