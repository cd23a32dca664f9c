"""Workbooks and lists as people keep them, each with the rows that it really says.

A truth is a set of movements (day, kind, material, quantity, from, to) and of counts (day, place, material, quantity);
``answers`` are what the person who keeps the file knows and the file does not say, by the path of the question.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

import openpyxl

Movement = tuple[str, str, str, float, str, str]
Counted = tuple[str, str, str, float]


@dataclass
class Truth:
    """The files that were written, what they say, and what must be answered for it."""

    files: list[Path]
    movements: set[Movement]
    counts: set[Counted] = field(default_factory=set)
    answers: dict[tuple[str, ...], str] = field(default_factory=dict)
    aside: int = 0


def _text(path: Path, lines: list[str], encoding: str = "utf-8") -> list[Path]:
    path.write_bytes("\r\n".join([*lines, ""]).encode(encoding))
    return [path]


def _book(path: Path, sheets: dict[str, list[list[object]]], merged: dict[str, list[str]] | None = None) -> list[Path]:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
        for cells in (merged or {}).get(name, []):
            sheet.merge_cells(cells)
    book.save(path)
    return [path]


def titles_and_months(folder: Path) -> Truth:
    """Merged titles, a header in two rows, lines of months, a total, and one material in two spellings."""
    rows: list[list[object]] = [
        ["RIDGEWAY WORKS: STOCK LEDGER"],
        ["kept by the store"],
        [],
        ["Date", "Voucher", "Material", "Received", None, "Issued", None, "Balance"],
        [None, None, None, "Qty", "Unit", "Qty", "To", None],
        ["January"],
        [date(2025, 1, 2), "G1", "TNT", "1.250,5", "kg", None, None, "1.250,5"],
        [date(2025, 1, 15), "I1", "TNT", None, "kg", "100", "Melt", "1.150,5"],
        [date(2025, 1, 29), "I2", "tnt ", None, "kg", "50,25", "Melt", "1.100,25"],
        [None, None, "Total", "1.250,5", None, "150,25", None, None],
        ["February"],
        [date(2025, 2, 14), "I3", "TNT", None, "kg", "0,25", "Melt", "1.100"],
    ]
    files = _book(folder / "ledger.xlsx", {"Magazine 3": rows}, {"Magazine 3": ["A1:H1", "D4:E4", "F4:G4"]})
    place = "Magazine 3"
    movements = {
        ("2025-01-02", "receipt", "TNT", 1250.5, "", place),
        ("2025-01-15", "issue", "TNT", 100.0, place, ""),
        ("2025-01-29", "issue", "TNT", 50.25, place, ""),
        ("2025-02-14", "issue", "TNT", 0.25, place, ""),
    }
    answers = {("source", place, "area", place): place, ("materials", "tnt", "same_as"): "TNT"}
    return Truth(files, movements, answers=answers)


def a_sheet_a_magazine(folder: Path) -> Truth:
    """A stock card a magazine, with the counts as lines of a card."""
    header = ["Date", "Doc", "Item", "Unit", "In", "Out", "Balance", "Remarks"]
    one = [
        header,
        [date(2025, 1, 1), None, "Shell 105", "pcs", None, None, 40, "stock count"],
        [date(2025, 1, 3), "T1", "Shell 105", "pcs", None, 5, 35, "to M2"],
        [date(2025, 1, 20), "R1", "Shell 105", "pcs", 10, None, 45, None],
    ]
    two = [
        header,
        [date(2025, 1, 1), None, "Shell 105", "pcs", None, None, 10, "stock count"],
        [date(2025, 1, 3), "T1", "Shell 105", "pcs", 5, None, 15, "from M1"],
    ]
    files = _book(folder / "cards.xlsx", {"M1": one, "M2": two})
    movements = {
        ("2025-01-03", "transfer", "Shell 105", 5.0, "M1", "M2"),
        ("2025-01-20", "receipt", "Shell 105", 10.0, "", "M1"),
    }
    counts = {("2025-01-01", "M1", "Shell 105", 40.0), ("2025-01-01", "M2", "Shell 105", 10.0)}
    answers = {
        ("source", "M1", "kinds", "stock count"): "count", ("source", "M1", "area", "M1"): "M1",
        ("source", "M1", "kinds", "both sides in one document"): "transfer",
        ("source", "M1", "area", "M2"): "M2",
    }  # fmt: skip
    return Truth(files, movements, counts, answers)


def a_sheet_a_material(folder: Path) -> Truth:
    """A sheet a material, which the rows do not name."""
    header = ["Date", "Reference", "Store", "Receipts", "Issues"]
    files = _book(
        folder / "materials.xlsx",
        {
            "TNT": [["Material: TNT (kg)"], header, [date(2025, 3, 13), "a", "North", 12.5, None]],
            "RDX": [["Material: RDX (kg)"], header, [date(2025, 3, 14), "b", "North", None, 3.25]],
        },
    )
    movements = {
        ("2025-03-13", "receipt", "TNT", 12.5, "", "North"),
        ("2025-03-14", "issue", "RDX", 3.25, "North", ""),
    }
    answers = {
        ("source", "TNT", "material", "TNT"): "TNT", ("source", "TNT", "material", "RDX"): "RDX",
        ("source", "TNT", "unit"): "kg",
    }  # fmt: skip
    return Truth(files, movements, answers=answers)


def german_list(folder: Path) -> Truth:
    """A German list in an old encoding, with commas, and a sign behind the number."""
    lines = [
        "Lagerbewegungen Januar 2025",
        "",
        "Datum;Beleg;Artikel;Bezeichnung;Lager;Menge;ME;Bewegungsart",
        "13.01.2025;1;100;Zünder;Süd;1.234,5;KG;Wareneingang",
        "14.01.2025;2;100;Zünder;Süd;34,5-;KG;Warenausgang",
        "15.01.2025;3;200;Geschoß;Süd;7-;ST;Verschrottung",
        ";;;Summe;;1.193,0;;",
    ]
    files = _text(folder / "liste.csv", lines, "cp1252")
    movements = {
        ("2025-01-13", "receipt", "100", 1234.5, "", "Süd"),
        ("2025-01-14", "issue", "100", 34.5, "Süd", ""),
        ("2025-01-15", "discard", "200", 7.0, "Süd", ""),
    }
    return Truth(files, movements, answers={("files", "liste.csv", "encoding"): "cp1252"})


def a_letter_for_the_side(folder: Path) -> Truth:
    """Quantities without a sign, and a letter for their side that only the balance explains."""
    lines = [
        "Date,Doc,Item,Location,Qty,Unit,D/C,Balance",
        "2025-01-02,1,TNT,A,100,kg,C,100",
        "2025-01-03,2,TNT,A,30,kg,D,70",
        "2025-01-04,3,TNT,A,5,kg,D,65",
        "2025-01-05,4,TNT,A,10,kg,C,75",
    ]
    movements = {
        ("2025-01-02", "receipt", "TNT", 100.0, "", "A"),
        ("2025-01-03", "issue", "TNT", 30.0, "A", ""),
        ("2025-01-04", "issue", "TNT", 5.0, "A", ""),
        ("2025-01-05", "receipt", "TNT", 10.0, "", "A"),
    }
    answers = {("source", "sides", "kinds", "C"): "receipt", ("source", "sides", "kinds", "D"): "issue"}
    return Truth(_text(folder / "sides.csv", lines), movements, answers=answers)


def months_first(folder: Path) -> Truth:
    """American dates and thousands, both ends of a transfer in one row, and printed headers again."""
    header = "Date|Ref|Product|From|To|Quantity|UOM"
    lines = [
        "STOCK MOVEMENTS   PAGE 1", header, "01/02/2025|a|RDX||North|1,250.5|lb",
        "01/13/2025|b|RDX|North|South|10|lb", "STOCK MOVEMENTS   PAGE 2", header, "01/14/2025|c|RDX|South||2.5|lb",
    ]  # fmt: skip
    movements = {
        ("2025-01-02", "receipt", "RDX", 1250.5, "", "North"),
        ("2025-01-13", "transfer", "RDX", 10.0, "North", "South"),
        ("2025-01-14", "issue", "RDX", 2.5, "South", ""),
    }
    answers = {("places", "North"): "a place of the site", ("places", "South"): "a place of the site"}
    return Truth(_text(folder / "moves.txt", lines), movements, answers=answers)


def both_tables_on_a_sheet(folder: Path) -> Truth:
    """A count below a ledger, with a book column and a difference; one line was not counted."""
    rows: list[list[object]] = [
        ["Date", "Item", "Store", "Transaction", "Qty", "Unit"],
        [date(2025, 5, 13), "TNT", "A", "Receipt", 20, "kg"],
        [date(2025, 5, 14), "TNT", "A", "Issue", -4, "kg"],
        [],
        ["Physical count 31 May 2025"],
        ["Item", "Store", "Book quantity", "Counted", "Variance", "UOM", "Count date"],
        ["TNT", "A", 116, 115.5, -0.5, "kg", date(2025, 5, 31)],
        ["RDX", "A", 7, None, None, "kg", date(2025, 5, 31)],
        ["Total", None, 123, 115.5, -0.5, None, None],
    ]
    movements = {
        ("2025-05-13", "receipt", "TNT", 20.0, "", "A"),
        ("2025-05-14", "issue", "TNT", 4.0, "A", ""),
    }
    return Truth(_book(folder / "both.xlsx", {"May": rows}), movements, {("2025-05-31", "A", "TNT", 115.5)})


def units_in_cells(folder: Path) -> Truth:
    """Numbers with their unit in one cell, a cell that says n/a, serial days, and blank rows."""
    rows: list[list[object]] = [
        ["Day", "Voucher", "Commodity", "Warehouse", "Added", "Removed"],
        [45_670, "1", "RDX", "A", "12.5 kg", None],
        [],
        [45_671, "2", "RDX", "A", None, "500 g"],
        [45_672, "3", "RDX", "A", None, "n/a"],
    ]
    movements = {
        ("2025-01-13", "receipt", "RDX", 12.5, "", "A"),
        ("2025-01-14", "issue", "RDX", 500.0, "A", ""),
    }
    return Truth(_book(folder / "units.xlsx", {"RDX": rows}), movements, aside=1)


def codes_with_zeros(folder: Path) -> Truth:
    """Codes whose zeros must stay, packs of several pieces, and a code that nobody knows."""
    lines = [
        "Transaction ID;Transaction date;Item number;Warehouse;Qty;Unit;Type",
        "1;2025-02-13;0012;01;3;BOX;IN", "2;2025-02-14;0012;01;-10;EA;OUT", "3;2025-02-15;0012;01;-2;EA;ZX9",
    ]  # fmt: skip
    movements = {
        ("2025-02-13", "receipt", "0012", 72.0, "", "01"),
        ("2025-02-14", "issue", "0012", 10.0, "01", ""),
        ("2025-02-15", "discard", "0012", 2.0, "01", ""),
    }
    answers = {("units", "BOX"): "24 each", ("source", "zeros", "kinds", "ZX9"): "discard"}
    return Truth(_text(folder / "zeros.csv", lines), movements, answers=answers)


def a_filled_count(folder: Path) -> Truth:
    """A count list of one store without a date of its own, in which a zero was counted and a blank was not."""
    rows: list[list[object]] = [
        ["STOCKTAKE 30.06.2025"],
        ["Store North"],
        ["No.", "Product code", "Product name", "Lot number", "On hand", "Counted qty", "Unit", "Comment"],
        [1, "S1", "Shell", "L1", 10, 10, "Stk", None],
        [2, "S1", "Shell", "L2", 5, 0, "Stk", "empty"],
        [3, "S2", "Fuze", "L3", 7, None, "Stk", None],
    ]
    counts = {("2025-06-30", "North", "S1", 10.0), ("2025-06-30", "North", "S1", 0.0)}
    truth = Truth(_book(folder / "count.xlsx", {"List": rows}), set(), counts)
    truth.answers = {("source", "List", "area", "List"): "North", ("source", "List", "counted_at"): "2025-06-30"}
    return truth


def corrections(folder: Path) -> Truth:
    """A reversal of one row alone, and one that could undo two; late entries with a day and a time of entry."""
    lines = [
        "SourceEntry No,Date,Entered on,Item,Location,Quantity,UOM,Movement type",
        "1,2025-04-13,2025-04-13 09:00,TNT,A,-5,kg,use", "2,2025-04-14,2025-04-16 10:00,TNT,A,5,kg,use",
        "3,2025-04-15,2025-04-15 11:00,TNT,A,-2,kg,issue", "4,2025-04-15,2025-04-15 12:00,TNT,A,-2,kg,issue",
        "5,2025-04-16,2025-04-16 13:00,TNT,A,2,kg,issue",
    ]  # fmt: skip
    movements = {
        ("2025-04-13", "use", "TNT", 5.0, "A", ""),
        ("2025-04-14", "use", "TNT", 5.0, "A", ""),
        ("2025-04-15", "issue", "TNT", 2.0, "A", ""),
        ("2025-04-16", "receipt", "TNT", 2.0, "", "A"),
    }
    answers = {("source", "corrections", "negative"): "they go out"}
    return Truth(_text(folder / "corrections.csv", lines), movements, answers=answers)


def days_of_two_ways(folder: Path) -> Truth:
    """Dates that may be read in two ways, and a decimal mark that may be either."""
    lines = [
        "Date\tItem\tStore\tIn\tOut\tUnit", "03/04/2025\tRDX\tA\t1,250\t\tkg", "05/04/2025\tRDX\tA\t\t0,500\tkg",
    ]  # fmt: skip
    movements = {
        ("2025-04-03", "receipt", "RDX", 1.25, "", "A"),
        ("2025-04-05", "issue", "RDX", 0.5, "A", ""),
    }
    return Truth(
        _text(folder / "two.tsv", lines),
        movements,
        answers={("source", "two", "dates", "at"): "day-month-year", ("source", "two", "decimal"): ","},
    )


def side_by_side(folder: Path) -> Truth:
    """Receipts and issues beside each other, the unit in brackets behind a header, and a negative in brackets."""
    rows: list[list[object]] = [
        ["Receipts", None, None, None, None, "Issues"],
        ["Date", "Doc", "Item", "Qty (kg)", None, "Date", "Doc", "Item", "Qty (kg)"],
        [date(2025, 1, 13), "R1", "TNT", 10.5, None, date(2025, 1, 14), "I1", "TNT", 3],
        [date(2025, 1, 15), "R2", "TNT", 5, None, None, None, None, None],
    ]
    files = _book(folder / "sides.xlsx", {"Store 1": rows}, {"Store 1": ["A1:D1", "F1:I1"]})
    movements = {
        ("2025-01-13", "receipt", "TNT", 10.5, "", "Store 1"),
        ("2025-01-14", "issue", "TNT", 3.0, "Store 1", ""),
        ("2025-01-15", "receipt", "TNT", 5.0, "", "Store 1"),
    }
    return Truth(files, movements, answers={("source", "Store 1", "area", "Store 1"): "Store 1"})


def a_column_a_material(folder: Path) -> Truth:
    """What was issued day by day, with a column for each material, and none for what else a ledger says."""
    lines = ["Daily issues of magazine 3", "Date;TNT;RDX", "2025-01-13;12,5;3", "2025-01-14;10,25;"]
    movements = {
        ("2025-01-13", "issue", "TNT", 12.5, "M3", ""),
        ("2025-01-13", "issue", "RDX", 3.0, "M3", ""),
        ("2025-01-14", "issue", "TNT", 10.25, "M3", ""),
    }
    answers = {
        ("source", "daily", "table"): "movements", ("source", "daily", "columns_answered", "quantity"): "TNT + RDX",
        ("source", "daily", "area"): "M3", ("source", "daily", "kinds"): "issue", ("source", "daily", "unit"): "kg",
    }  # fmt: skip
    return Truth(_text(folder / "daily.csv", lines), movements, answers=answers)


def headers_nobody_knows(folder: Path) -> Truth:
    """A ledger whose keeper has a word of his own for every column."""
    rows: list[list[object]] = [
        ["Wann", "Ding", "Wo", "Was war", "Zahl", "Wie"],
        [date(2025, 1, 13), "Granate", "Nord", "rein", 20, "St"],
        [date(2025, 1, 14), "Granate", "Nord", "raus", 5, "St"],
        [date(2025, 1, 15), "Granate", "Nord", "rein", 7, "St"],
    ]
    movements = {
        ("2025-01-13", "receipt", "Granate", 20.0, "", "Nord"),
        ("2025-01-14", "issue", "Granate", 5.0, "Nord", ""),
        ("2025-01-15", "receipt", "Granate", 7.0, "", "Nord"),
    }
    source = ("source", "Buch")
    columns = {"material": "Ding", "area": "Wo", "kind": "Was war", "at": "Wann", "quantity": "Zahl"}
    answers = {(*source, "columns_answered", role): header for role, header in columns.items()}
    answers |= {
        (*source, "table"): "movements", (*source, "kinds", "rein"): "receipt", (*source, "kinds", "raus"): "issue"
    }  # fmt: skip
    return Truth(_book(folder / "buch.xlsx", {"Buch": rows}), movements, answers=answers)


MESSY: tuple[Callable[[Path], Truth], ...] = (
    titles_and_months,
    a_sheet_a_magazine,
    a_sheet_a_material,
    german_list,
    a_letter_for_the_side,
    months_first,
    both_tables_on_a_sheet,
    units_in_cells,
    codes_with_zeros,
    a_filled_count,
    corrections,
    days_of_two_ways,
    side_by_side,
    a_column_a_material,
    headers_nobody_knows,
)
