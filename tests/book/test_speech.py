"""What people write is read where it can mean one thing, told where it is another name, and else refused."""

from __future__ import annotations

import polars as pl
import pytest
from small_folders import CLEAN, SiteFolder, cells, write_workbook

from stockward.book import read_site
from stockward.book.cells.columns import read_column
from stockward.book.cells.date_forms import DateForm
from stockward.book.cells.reading import Locale
from stockward.book.schema.dictionary import tables
from stockward.book.sources.naming.headings import columns_meant
from stockward.terms.errors import SiteError
from stockward.terms.units import UNITS, doubtful_unit, unit_written

POSTS, MOVEMENTS = tables()["posts"], tables()["movements"]
PLAIN = Locale(".", "UTC")


def refusal(folder: SiteFolder) -> str:
    with pytest.raises(SiteError) as caught:
        folder.read()
    assert "\n" not in str(caught.value)
    return str(caught.value)


def same_facts(folder: SiteFolder, table: str, text: str) -> tuple[str, ...]:
    """The notices of the table as written, which must hold what the clean one holds."""
    clean = folder.read()[table]
    site = folder.write(table, text).read()
    assert site.problems == ()
    assert site[table].equals(clean)
    return site.notices


@pytest.mark.parametrize("style", [str.upper, str.title, lambda name: name.replace("_", " "), lambda name: f" {name}."])
@pytest.mark.parametrize("table", list(CLEAN))
def test_a_name_in_another_spelling_is_the_name_and_is_not_told(folder: SiteFolder, table: str, style) -> None:
    head, _, rows = CLEAN[table].partition("\n")
    text = ",".join(style(name) for name in head.split(",")) + "\n" + rows
    assert same_facts(folder, table, text) == ()


@pytest.mark.parametrize(
    "head",
    [
        "Inventory No.,Date,Location,Item,Qty,UoM,method,sheet",
        "Inventur,Datum,Lagerort,Artikel,Menge,Einheit,method,sheet",
        "Inventaire,Date,Emplacement,Article,Quantité comptée,Unité,method,sheet",
        "Inventario,Fecha,Almacén,Artículo,Cantidad,Unidad,method,sheet",
        "실사번호,일자,창고,품목,수량,단위,method,sheet",
        "Инвентаризация,Дата,Склад,Материал,Количество,Ед. изм.,method,sheet",
        "Sayım no,Tarih,Depo,Malzeme,Miktar,Birim,method,sheet",
    ],
)
def test_a_table_is_read_by_the_names_that_people_use_and_says_so_once(folder: SiteFolder, head: str) -> None:
    told = same_facts(folder, "counts", head + "\n" + CLEAN["counts"].partition("\n")[2])
    assert len(told) == 1
    assert told[0].startswith("counts.csv: ")
    for written, column in zip(head.split(",")[1:], ("at", "area", "material", "quantity", "unit"), strict=False):
        assert f"{written} as {column}" in told[0] or f"{written} is read as {column}" in told[0]


def test_an_own_name_comes_before_another_one(folder: SiteFolder) -> None:
    text = CLEAN["counts"].replace("sheet\n", "sheet,Qty\n").replace(",a\n", ",a,7\n")
    assert same_facts(folder, "counts", text) == ("counts.csv: left out what the format does not know: column Qty",)


@pytest.mark.parametrize(
    ("table", "old", "new", "told"),
    [
        ("counts", ",quantity,", ",Qty,", None),
        ("counts", "quantity,unit", "Qty,Counted", "the columns Qty and Counted may each be quantity: rename the one"),
        ("counts", "quantity,unit", "Quantity,Counted", "the columns Quantity and Counted may each be quantity"),
        ("counts", "quantity,unit", "Qty,Count", "the columns Qty and Count may each be quantity"),
        ("counts", "at,area", "Date,Posting date", "the columns Date and Posting date may each be at"),
        ("counts", "at,area,material,quantity,unit", "Date,area,material,quantity,Time",
         "the time of day of Date stands in a column Time of its own: write both into one column at"),
        ("movements", "from_area,to_area", "Location,x", "the column Location may be from_area or to_area: rename it"),
        ("movements", "quantity,unit", "In,Out",
         "quantity is missing: add it to the header row, or bring the file in as it is: stockward import"),
    ],
)  # fmt: skip
def test_what_may_be_two_columns_is_refused(
    folder: SiteFolder, table: str, old: str, new: str, told: str | None
) -> None:
    folder.replace(table, old, new)
    assert folder.read().problems == () if told is None else told in refusal(folder)


def test_two_texts_that_no_row_needs_are_left_out(folder: SiteFolder) -> None:
    text = CLEAN["movements"].replace("reverses,note", "Remarks,Comments")
    site = folder.write("movements", text).read()
    assert site.problems == ()
    assert "left out what the format does not know: column Remarks, Comments" in site.notices[0]


def test_a_name_means_at_most_one_column_or_is_refused() -> None:
    """No name of the lists is silently taken for the first of two columns."""
    for table in tables().values():
        for name in table.names:
            assert columns_meant(table, name) == (name,)
    assert columns_meant(MOVEMENTS, "Location") == ("from_area", "to_area")
    assert columns_meant(tables()["orders"], "Date") == ("issued_on", "due_on")
    assert columns_meant(MOVEMENTS, "Net weight") == ()


def test_the_unit_of_a_header_is_that_of_each_row(folder: SiteFolder) -> None:
    rows = CLEAN["counts"].replace("quantity,unit", "Qty (g)").replace(",kg,", ",").replace(",each,", ",")
    text = "\n".join(row for row in rows.splitlines() if "SHELL" not in row) + "\n"
    site = folder.write("counts", text).read()
    assert site.problems == ()
    assert site["counts"]["quantity"].to_list() == [0.3, 0.3]
    assert site.notices == ("counts.csv: Qty (g) is read as quantity in g",)
    told = folder.write("counts", rows).only_problem()
    assert (told.column, told.reason) == ("unit", "it does not convert into each, the unit of the books: correct it")


def test_a_unit_in_the_header_beside_a_column_of_units_is_refused(folder: SiteFolder) -> None:
    told = refusal(folder.replace("counts", "quantity", "Qty (kg)"))
    assert "rename it quantity, and write kg in each row of a column unit" in told


def test_a_unit_of_one_header_is_not_taken_for_another_one(folder: SiteFolder) -> None:
    folder.write("methods", "method,random_abs (g),systematic_abs\nW1,5,1\nW2,5,1\n")
    assert "rename it random_abs, and write g in each row of a column unit" in refusal(folder)
    folder.write("methods", "method,random_abs (g),systematic_abs (g)\nW1,5,1\nW2,5,1\n")
    assert folder.read()["methods"]["unit"].to_list() == ["g", "g"]


def test_a_repeated_header_of_other_names_is_one_fault(folder: SiteFolder) -> None:
    head = "Inventory No.,Date,Location,Item,Qty,UoM,method,sheet"
    rows = CLEAN["counts"].partition("\n")[2]
    problem = folder.write("counts", f"{head}\n{rows}{head}\n").only_problem()
    assert problem.reason == "this repeats the header: delete the row"


@pytest.mark.parametrize("file", ["Methods.csv", "METHODS.CSV", "methods .csv", "Methoden.csv"])
def test_a_file_in_another_spelling_is_the_table(folder: SiteFolder, file: str) -> None:
    site = folder.remove("methods").write(file, CLEAN["methods"]).read()
    assert site["methods"].height == 2
    assert site.notices == ((f"{file}: read as the table methods",) if file == "Methoden.csv" else ())


def test_a_sheet_in_another_spelling_is_the_table(folder: SiteFolder) -> None:
    folder.remove("methods", "counts")
    write_workbook(
        folder.path / "site.xlsx", {"METHODS ": cells(CLEAN["methods"]), "Zählungen": cells(CLEAN["counts"])}
    )
    site = read_site(folder.path)
    assert (site["methods"].height, site["counts"].height) == (2, 3)
    assert site.notices == ("site.xlsx[Zählungen]: read as the table counts",)


def test_an_own_name_of_a_file_comes_before_another_spelling(folder: SiteFolder) -> None:
    told = refusal(folder.write("Movements.csv", CLEAN["movements"].rsplit("0004", 1)[0]))
    assert "Movements.csv: it looks like a part of movements, which is read from movements.csv alone" in told


def test_two_spellings_of_a_table_are_refused(folder: SiteFolder) -> None:
    text = CLEAN["movements"]
    told = refusal(folder.remove("movements").write("Movements.csv", text).write("MOVEMENTS.csv", text))
    assert "the table movements stands in MOVEMENTS.csv too: keep one of them" in told


def test_a_foreign_name_without_the_header_is_no_table(folder: SiteFolder) -> None:
    folder.remove("contents").write("Inhalte.csv", "Dose,Inhalt\nA,III\n")
    assert folder.read().notices[0] == "Inhalte.csv: not read, it is no table of the format"


def test_a_part_of_a_ledger_with_other_names_is_refused(folder: SiteFolder) -> None:
    head = "ID,Date,Type,Item,Qty,UoM,From,To,method,reverses,note"
    folder.write("Movements 2.csv", head + "\n" + CLEAN["movements"].partition("\n")[2])
    assert "Movements 2.csv: it looks like a part of movements" in refusal(folder)


@pytest.mark.parametrize(
    ("unit", "words"),
    [
        ("each", ["EA", "ea.", "pc", "pcs", "Pcs.", "St", "St.", "Stk", "Stück", "шт", "шт.", "개", "piece(s)"]),
        ("kg", ["KG", "Kg", "kgs", "Kilogram", "kilograms", "кг"]),
        ("g", ["gram", "grams", "GRAMS", "gm"]),
        ("t", ["tonne", "Tonnes", "MT"]),
        ("lb", ["LB", "lbs", "lbs.", "pound", "Pounds"]),
        ("oz", ["OZ", "ounces"]),
        ("gr", ["grain", "grains"]),
    ],
)
def test_a_unit_is_read_as_it_is_written(unit: str, words: list[str]) -> None:
    reading = read_column(pl.Series([unit, *(word for word in words if "(" not in word)]), MOVEMENTS["unit"], PLAIN)
    assert set(reading.values) == {unit}
    assert reading.fault.null_count() == len(reading.fault)


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("T", "the unit may be two things: write t for the tonne of 1000 kg"),
        ("ton", "the unit may be two things: write t for the tonne of 1000 kg; a short ton is 2000 lb"),
        ("GR", "the unit may be two things: write g for the gram, or gr, in small letters"),
        ("G", "the unit may be two things: write g for the gram, or gr for the grain"),
        ("M", "the unit may be two things: write the quantity in each: M may be a thousand or a million"),
        (
            "box",
            "the unit holds what only the site knows: write one of kg, g, t, lb, oz, gr, each, and every quantity",
        ),
        ("Paletten", "the unit holds what only the site knows: write one of"),
        ("pud", "the unit is not known: write one of kg, g, t, lb, oz, gr, each"),
    ],
)
def test_a_unit_that_may_be_two_is_refused_with_the_mend(folder: SiteFolder, written: str, told: str) -> None:
    assert folder.replace("movements", "500,kg", f"500,{written}").only_problem().reason.startswith(told)


def test_no_unit_of_the_format_is_doubtful() -> None:
    for unit in UNITS:
        assert unit_written(unit) == unit
        assert doubtful_unit(unit) is None


def test_units_as_written_give_the_same_balance(folder: SiteFolder) -> None:
    clean = folder.read()
    for table in ("materials", "contents", "movements", "counts"):
        text = CLEAN[table].replace(",kg", ",KGS").replace(",each", ",Stk")
        folder.write(table, text)
    site = folder.read()
    assert site.problems == ()
    for table in ("materials", "contents", "movements", "counts"):
        assert site[table].equals(clean[table])


@pytest.mark.parametrize(
    ("written", "days"),
    [
        ("daily", "mon tue wed thu fri sat sun"),
        ("every day", "mon tue wed thu fri sat sun"),
        ("Mon-Sun", "mon tue wed thu fri sat sun"),
        ("mon-fri", "mon tue wed thu fri"),
        ("Mon – Fri", "mon tue wed thu fri"),
        ("Mo.-Fr.", "mon tue wed thu fri"),
        ("Monday to Friday", "mon tue wed thu fri"),
        ("lun à ven", "mon tue wed thu fri"),
        ("пн-пт", "mon tue wed thu fri"),
        ("월~금", "mon tue wed thu fri"),
        ("fri-mon", "mon fri sat sun"),
        ("sat,sun", "sat sun"),
        ("Sa/So", "sat sun"),
        ("mon, wed, fri-sat", "mon wed fri sat"),
        ("Mo bis Do", "mon tue wed thu"),
        ("Mo, Mi und Fr", "mon wed fri"),
        ("MON TUE", "mon tue"),
    ],
)
def test_days_are_read_as_they_are_written(written: str, days: str) -> None:
    reading = read_column(pl.Series([written]), POSTS["days"], PLAIN)
    assert reading.values.to_list() == [days.split()]


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        ("6:00", 360), ("06:00", 360), ("06:00:00", 360), ("6am", 360), ("6 AM", 360), ("6:30 p.m.", 1110),
        ("0600", 360), ("1830", 1110), ("2400", 1440), ("24:00", 1440), ("6h30", 390), ("6 Uhr", 360), ("12:30 am", 30),
        ("12:30 pm", 750),
    ],
)  # fmt: skip
def test_a_time_of_day_is_read_as_it_is_written(written: str, minutes: int) -> None:
    assert read_column(pl.Series([written]), POSTS["start"], PLAIN).values.to_list() == [minutes]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("12am", "12 am and 12 pm are taken for either: write 12:00 for noon, 00:00 or 24:00 for midnight"),
        ("6", "a time of day is written with a colon: write 06:00 if that is meant"),
        ("6.30", "a time of day is written with a colon: write 06:30 if that is meant"),
        ("25:00", "this is no time of day: write it as 07:30"),
        ("13 pm", "this is no time of day: write it as 07:30"),
        ("2460", "this is no time of day: write it as 07:30"),
    ],
)
def test_a_time_of_day_that_may_be_two_is_refused(written: str, told: str) -> None:
    assert read_column(pl.Series([written]), POSTS["start"], PLAIN).fault.to_list() == [told]


@pytest.mark.parametrize(
    ("form", "written", "iso"),
    [
        ("DD.MM.YYYY", "30.06.2026", "2026-06-30T00:00"),
        ("DD.MM.YYYY", "3.4.2026 8:05", "2026-04-03T08:05"),
        ("dd/mm/yyyy", "03/04/2026", "2026-04-03T00:00"),
        ("MM/DD/YYYY", "3/4/2026 2:05 PM", "2026-03-04T14:05"),
        ("MM/DD/YYYY", "12/31/2026 12:00 AM", "2026-12-31T00:00"),
        ("DD/MM/YY", "30/06/26", "2026-06-30T00:00"),
        ("DD-MMM-YYYY", "8-Mrz-2026", "2026-03-08T00:00"),
        ("YYYY/MM/DD", "2026/06/30 14:05:30", "2026-06-30T14:05:30"),
        ("DD.MM.YYYY", "30.06.2026 14:05+02:00", "2026-06-30T12:05"),
        ("DD.MM.YYYY", "2026-06-30T14:05", "2026-06-30T14:05"),
    ],
)
def test_a_declared_date_is_read_beside_iso_8601(form: str, written: str, iso: str) -> None:
    locale = Locale(".", "UTC", dates=DateForm.parse(form))
    reading = read_column(pl.Series([written]), MOVEMENTS["at"], locale)
    assert [at.replace(tzinfo=None).isoformat() for at in reading.values] == [iso if len(iso) > 16 else f"{iso}:00"]


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("06/30/2026", "there is no such date or time in DD/MM/YYYY: correct it"),
        ("30.06.2026", "this is no date of DD/MM/YYYY, and no ISO 8601 date: write it as 2026-06-30"),
        ("30/06/26", "this is no date of DD/MM/YYYY, and no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05"),
        ("30/06/2026 14:05 pm", "there is no such date or time in DD/MM/YYYY: correct it"),
        ("31/06/2026", "there is no such date or time in DD/MM/YYYY: correct it"),
    ],
)
def test_a_date_that_contradicts_the_declared_form_is_refused(written: str, told: str) -> None:
    locale = Locale(".", "UTC", dates=DateForm.parse("DD/MM/YYYY"))
    assert read_column(pl.Series([written]), MOVEMENTS["at"], locale).fault.to_list() == [told]


def dated(folder: SiteFolder, *days: str) -> list[str]:
    """The reasons against movements of these days, the notices behind them."""
    rows = "".join(f"R{number},{day},receipt,SHELL,1,,P1\n" for number, day in enumerate(days))
    folder.write("movements", f"movement,at,kind,material,quantity,from_area,to_area\n{rows}")
    site = folder.read()
    return [*(problem.reason for problem in site.problems), *(one for one in site.notices if "site.toml" in one)]


def test_the_one_form_that_fits_all_dates_is_proposed_and_mends(folder: SiteFolder) -> None:
    days = ["03/04/2026", "05/06/2026", "31/01/2026", "07/02/2026", "09/01/2026", "2026-01-05"]
    told = dated(folder, *days)
    assert len(told) == 6
    assert all(one.endswith('how this site writes dates: dates = "DD/MM/YYYY" below [site]') for one in told[:5])
    assert told[5] == (
        "site.toml: 5 dates are no dates as this site writes them, and all may be DD/MM/YYYY: if they are meant so, "
        'write dates = "DD/MM/YYYY" below [site]'
    )
    settings = (folder.path / "site.toml").read_text()
    folder.write("site.toml", settings.replace("[site]", '[site]\ndates = "DD/MM/YYYY"'))
    assert dated(folder, *days) == []
    assert (
        str(folder.read()["movements"]["at"][0].date()) == "2026-04-02"
    )  # midnight of the site is the day before in UTC


def test_two_forms_that_fit_are_both_told(folder: SiteFolder) -> None:
    (told,) = dated(folder, "03/04/2026")
    assert "write it as 2026-06-30 or 2026-06-30T14:05, or declare" in told
    assert told.endswith('dates = "DD/MM/YYYY" or dates = "MM/DD/YYYY" below [site]')


def test_forms_that_differ_propose_none(folder: SiteFolder) -> None:
    assert not any("declare" in one for one in dated(folder, "31/01/2026", "01/31/2026", "today"))


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ("%d.%m.%Y", "write it with D, M and Y, such as DD.MM.YYYY"),
        ("TT.MM.JJJJ", "write it with D, M and Y, such as DD.MM.YYYY"),
        ("DD.MM", "write it with D, M and Y, such as DD.MM.YYYY or DD/MM/YYYY or MM/DD/YYYY"),
        ("DD/DD/YYYY", "write it with D, M and Y"),
        ("European", "write it with D, M and Y"),
    ],
)
def test_a_form_that_is_none_is_told_how_to_write(folder: SiteFolder, written: str, told: str) -> None:
    settings = (folder.path / "site.toml").read_text()
    folder.write("site.toml", settings.replace("[site]", f'[site]\ndates = "{written}"'))
    assert told in refusal(folder)


@pytest.mark.parametrize("written", ["Issue", "ISSUE"])
def test_a_choice_is_read_in_any_letter_case(folder: SiteFolder, written: str) -> None:
    assert same_facts(folder, "movements", CLEAN["movements"].replace(",issue,", f",{written},")) == ()
