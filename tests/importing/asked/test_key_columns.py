"""Columns of keys, units and days under the headers that people write, and what is asked where one is not known."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.importing.keepers.books import workbook
from tests.importing.rows import imported, table

from stockward.book.sources.naming.aliases import role_of, unit_of_header

_LINES = [
    "03.01.2026;0012;Bunker 4;1200;;Stk",
    "07.01.2026;0012;Bunker 4;;100;Stk",
    "19.01.2026;0007;Bunker 4;400;;Stk",
]


def _ledger(folder: Path, header: str) -> list[Path]:
    path = folder / "book.csv"
    path.write_text("\n".join([f"Datum;{header};Lagerort;Zugang;Abgang;Einheit", *_LINES, ""]), encoding="utf-8")
    return [path]


@pytest.mark.parametrize(
    "header",
    [
        "Art.-Nr.", "Art. Nr.", "ArtNr", "Artikelnr", "Mat.-Nr.", "Materialnr.", "Material-Nr", "Sach-Nr.", "Ident-Nr.",
        "Stock no.", "STOCK NO", "Stock-No.", "Item No", "Item #", "Part No.", "Cat. no.", "Indeks", "Kod", "Symbol",
        "Kod towaru", "Nr artykułu", "Código", "Cod. articolo", "N° article", "Stok Kodu", "Код товара", "Ном. №",
    ],
)  # fmt: skip
def test_a_key_is_known_however_it_is_parted_and_shortened(tmp_path: Path, header: str) -> None:
    rows = imported(_ledger(tmp_path, header), tmp_path / "site")
    assert {row["material"] for row in table(rows.found, "movements")} == {"0012", "0007"}
    assert not rows.found.questions


def test_an_unknown_column_is_offered_and_nothing_is_made_one_without_a_word(tmp_path: Path) -> None:
    files = _ledger(tmp_path, "Pozycja wg RTT")
    for path in files:
        # Small numbers are quantities as well as codes.
        path.write_text(path.read_text(encoding="utf-8").replace(";00", ";"), encoding="utf-8")
    rows = imported(files, tmp_path / "site", accepts=True)
    (asked,) = rows.found.questions
    assert asked.about[:3] == ("source", "book", "material")
    assert asked.choices == ("the column Pozycja wg RTT",)
    answered = imported(files, tmp_path / "site", {asked.about: "the column Pozycja wg RTT"})
    assert [row["material"] for row in table(answered.found, "movements")] == ["12", "12", "07"]


@pytest.mark.parametrize(
    ("header", "role", "unit"),
    [
        ("Received kg", "in", "kg"), ("Issued, kg", "out", "kg"), ("Balance in kg", "balance", "kg"),
        ("Zugang Stk.", "in", "Stk"), ("Qty pcs", "quantity", "pcs"), ("Counted (kg)", "counted", "kg"),
        ("Lp.", "row_number", ""),
        ("Issued to", "", ""), ("Received no.", "", ""), ("Date kg", "", ""), ("Store t", "", ""),
    ],
)  # fmt: skip
def test_a_unit_may_stand_behind_the_name_of_a_quantity_alone(header: str, role: str, unit: str) -> None:
    assert role_of(header) == role
    assert unit_of_header(header) == unit


def test_a_ledger_in_kilograms_by_its_headers_is_read_whole(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["Date", "Material", "Store", "Received kg", "Issued kg", "Balance kg"],
        ["2026-01-05", "TNT", "A", 100, None, 100],
        ["2026-01-09", "TNT", "A", None, 10, 90],
    ]
    found = imported(workbook(tmp_path / "l.xlsx", {"L": rows}), tmp_path / "site").found
    assert not found.questions
    assert [row["unit"] for row in table(found, "movements")] == ["kg", "kg"]
    assert found.sources[0].balance is not None


_BOOK: list[list[object]] = [
    ["Lagerbuch Bunker 4 - 2026"],
    ["Datum", "Art.-Nr.", "Zugang", "Abgang", "Bestand", "ME"],
    ["Januar"],
    ["3.", "0012", 1200, None, 1200, "kg"],
    ["7.", "0012", None, 100, 1100, "kg"],
    ["19.", "0012", 10, None, 1110, "kg"],
    ["21.", "0012", None, 10, 1100, "kg"],
    ["Februar"],
    ["2.", "0012", None, 99, 1001, "kg"],
]


def test_a_book_with_days_below_its_months_is_no_list_to_leave_out(tmp_path: Path) -> None:
    files, site = workbook(tmp_path / "b.xlsx", {"Buch": _BOOK}), tmp_path / "site"
    first = imported(files, site)
    asked = [one.about[2] for one in first.found.questions]
    # Which day a row is of is asked once it is known whether the column holds days.
    assert "holds" in asked
    assert "day" not in asked
    for name, text in first.found.contents.items():
        (site / name).parent.mkdir(parents=True, exist_ok=True)
        (site / name).write_text(text, encoding="utf-8")
    accepted = imported(files, site, accepts=True)
    assert {(row["at"], row["from_area"] or row["to_area"]) for row in table(accepted.found, "movements")} == {
        ("2026-01-03", "Bunker 4"), ("2026-01-07", "Bunker 4"), ("2026-01-19", "Bunker 4"),
        ("2026-01-21", "Bunker 4"), ("2026-02-02", "Bunker 4"),
    }  # fmt: skip


def test_months_that_say_their_year_are_not_asked_about(tmp_path: Path) -> None:
    rows = [
        ["Dezember 2025" if row == ["Januar"] else "Januar 2026" if row == ["Februar"] else row[0], *row[1:]]
        for row in _BOOK[1:]
    ]
    files = workbook(tmp_path / "b.xlsx", {"Buch": rows})
    answers = {("source", "Buch", "holds"): "it is", ("source", "Buch", "area"): "A"}
    found = imported(files, tmp_path / "site", answers).found
    assert not found.questions
    assert [row["at"][:7] for row in table(found, "movements")] == [*["2025-12"] * 4, "2026-01"]


def test_a_title_is_not_cut_at_an_abbreviation(tmp_path: Path) -> None:
    rows: list[list[object]] = [
        ["EXPLOSIVES LEDGER - Magazine No. 3"], ["Date", "Material", "In", "Out", "Unit"],
        ["2026-01-05", "TNT", 100, None, "kg"],
    ]  # fmt: skip
    (asked,) = (
        one
        for one in imported(workbook(tmp_path / "l.xlsx", {"Sheet1": rows}), tmp_path / "site").found.questions
        if one.about[2:3] == ("area",)
    )
    assert asked.choices[0] == "Magazine No. 3"


_LED: list[list[object]] = [
    ["Date", "Material", "Zulu", "In", "Out"],
    ["2026-01-03", "Shell", "PZ 1", 300, None],
    ["2026-01-1?", "Shell", "WZ 1", None, 50],
    ["2026-01-20", "Shell", "WZ 2", None, 25],
    ["2026-01-21", "Shell", "WZ 3", None, 20],
    ["2026-01-22", "Shell", "WZ 4", None, 15],
]


def test_what_was_settled_is_not_asked_anew_when_a_cell_is_mended(tmp_path: Path) -> None:
    site, name = tmp_path / "site", tmp_path / "led.xlsx"
    answers = {("source", "Led", "area"): "Mag A", ("source", "Led", "unit"): "each"}
    first = imported(workbook(name, {"Led": _LED}), site, answers)
    assert not first.found.questions
    for file, text in first.found.contents.items():
        (site / file).parent.mkdir(parents=True, exist_ok=True)
        (site / file).write_text(text, encoding="utf-8")
    mended = [[cell if cell != "2026-01-1?" else "2026-01-14" for cell in row] for row in _LED]
    again = imported(workbook(name, {"Led": mended}), site)
    assert not [one for one in again.found.questions if one.about[2:3] == ("columns_answered",)]
    assert again.found.taken >= 4
