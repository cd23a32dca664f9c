"""Books as impatient keepers have them, each with the rows that it really says and what its keeper answers."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path

import openpyxl
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from tests.importing.messy import Movement, Truth

Rows = Sequence[Sequence[object]]
_LEDGER = ["Date", "Voucher", "Item", "Unit", "Store", "In", "Out", "Remarks"]


def workbook(path: Path, sheets: Mapping[str, Rows], touch: Callable[[Worksheet], None] | None = None) -> list[Path]:
    """A workbook with these rows; ``touch`` formats its first sheet."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    if touch is not None:
        touch(book.worksheets[0])
    book.save(path)
    return [path]


def strike(*rows: int) -> Callable[[Worksheet], None]:
    """Strike whole rows through."""

    def touch(sheet: Worksheet) -> None:
        for row in rows:
            for cell in sheet[row]:
                cell.font = Font(strike=True)

    return touch


def came(day: str, material: str, size: float, place: str) -> Movement:
    """What came in."""
    return day, "receipt", material, float(size), "", place


def went(day: str, material: str, size: float, place: str) -> Movement:
    """What went out."""
    return day, "issue", material, float(size), place, ""


def _of_sheet(name: str, place: str, material: str = "", **others: str) -> dict[tuple[str, ...], str]:
    found = {("source", name, "area"): place} | ({("source", name, "material"): material} if material else {})
    return found | {("source", name, key): value for key, value in others.items()}


def struck_rows(folder: Path) -> Truth:
    """An entry that was cancelled by striking it through; the balance goes on without it."""
    rows = [
        ["Date", "Voucher", "Item", "Unit", "Store", "In", "Out", "Balance"],
        [date(2026, 1, 5), "R1", "Fuze", "pcs", "A", 200, None, 200],
        [date(2026, 1, 6), "I1", "Fuze", "pcs", "A", None, 50, 150],
        [date(2026, 1, 7), "I2", "Fuze", "pcs", "A", None, 30, 120],
        [date(2026, 1, 7), "I2a", "Fuze", "pcs", "A", None, 20, 130],
    ]
    truth = {
        came("2026-01-05", "Fuze", 200, "A"),
        went("2026-01-06", "Fuze", 50, "A"),
        went("2026-01-07", "Fuze", 20, "A"),
    }
    files = workbook(folder / "struck.xlsx", {"L": rows}, strike(4))
    return Truth(files, truth, answers={("source", "L", "struck"): "they were: leave them out"})


def struck_in_part(folder: Path) -> Truth:
    """A figure struck through with the right one behind it, in one cell: the reader sees both as one number."""

    def touch(sheet: Worksheet) -> None:
        sheet["G3"] = CellRichText(TextBlock(InlineFont(strike=True), "50"), "45")

    rows = [
        _LEDGER,
        [date(2026, 1, 5), "1", "RDX", "kg", "A", 6000, None, None],
        [date(2026, 1, 6), "2", "RDX", "kg", "A", None, 2, None],
    ]
    answers = {("source", "L", "struck_in_part"): "leave these rows aside"}
    files = workbook(folder / "part.xlsx", {"L": rows}, touch)
    return Truth(files, {came("2026-01-05", "RDX", 6000, "A")}, answers=answers, aside=1)


def called_cancelled(folder: Path) -> Truth:
    """Entries whose remark says that they were cancelled."""
    rows = [
        _LEDGER,
        [date(2026, 1, 5), "1", "RDX", "kg", "A", 40, None, "urgent"],
        [date(2026, 1, 6), "2", "RDX", "kg", "A", None, 4, "CANCELLED"],
        [date(2026, 1, 7), "3", "RDX", "kg", "A", None, 5, "void, see 4"],
        [date(2026, 1, 7), "4", "RDX", "kg", "A", None, 6, None],
    ]
    truth = {came("2026-01-05", "RDX", 40, "A"), went("2026-01-07", "RDX", 6, "A")}
    answers = {("source", "L", "cancelled_rows"): "they did not: leave them out"}
    return Truth(workbook(folder / "void.xlsx", {"L": rows}), truth, answers=answers)


def bin_cards(folder: Path) -> Truth:
    """Cards below each other, each with labels above it; whom it came from is no material, and a signature no kind."""
    rows: list[list[object]] = []
    truth: set[Movement] = set()
    for material, unit in (("Shell 105", "each"), ("TNT", "kg"), ("RDX", "kg")):
        rows += [
            [f"Item: {material}", None, None, f"Unit: {unit}"],
            ["Date", "From/To", "Received", "Issued", "Balance", "Sign"],
            [date(2026, 1, 5), "Plant", 100, None, 100, "KJ"],
            [date(2026, 1, 9), "Range", None, 20, 80, "KJ"],
            [],
        ]
        truth |= {came("2026-01-05", material, 100, "A"), went("2026-01-09", material, 20, "A")}
    answers = _of_sheet("A", "A", "the line above each part")
    return Truth(workbook(folder / "cards.xlsx", {"A": rows}), truth, answers=answers)


def brought_forward(folder: Path) -> Truth:
    """Balances brought forward without a day, lines of months between, and the balance again after each month."""
    rows: Rows = [
        ["Date", "Particulars", "Receipts", "Issues", "Balance"],
        [None, "Balance b/f", None, None, 120],
        ["January 2026"],
        [date(2026, 1, 5), "From plant", 30, None, 150],
        [date(2026, 1, 9), "To range", None, 20, 130],
        [None, "Balance c/f", None, None, 130],
        ["February 2026"],
        [None, "b/f", None, None, 130],
        [date(2026, 2, 3), "To range", None, 30, 100],
    ]
    truth = {came("2026-01-05", "HE", 30, "M1"), went("2026-01-09", "HE", 20, "M1"), went("2026-02-03", "HE", 30, "M1")}
    answers = _of_sheet("HE", "M1", "HE", unit="each", opening_day="the day before the row below")
    answers |= {("source", "HE", "kinds", "Balance b/f"): "count"}
    files = workbook(folder / "bf.xlsx", {"HE": rows})
    return Truth(files, truth, {("2026-01-04", "M1", "HE", 120.0)}, answers)


def account_with_two_sides(folder: Path) -> Truth:
    """What came in on the left and what went out on the right, each with days of its own."""
    rows: Rows = [
        ["Stock account: Shell 105, Magazine 2"],
        ["In", None, None, None, "Out"],
        ["Date", "From", "Qty", None, "Date", "To", "Qty"],
        [date(2026, 1, 5), "Plant", 100, None, date(2026, 1, 8), "Unit 3", 40],
        [date(2026, 1, 20), "Plant", 60, None, date(2026, 1, 22), "Unit 4", 25],
        [None, None, None, None, date(2026, 1, 30), "Unit 3", 5],
    ]
    truth = {came(day, "S", size, "M2") for day, size in (("2026-01-05", 100), ("2026-01-20", 60))}
    truth |= {went(day, "S", size, "M2") for day, size in (("2026-01-08", 40), ("2026-01-22", 25), ("2026-01-30", 5))}
    files = workbook(folder / "account.xlsx", {"Mag 2": rows})
    return Truth(files, truth, answers=_of_sheet("Mag 2", "M2", "S", unit="each"))


def account_of_weights(folder: Path) -> Truth:
    """Two sides without a column between, whose quantities stand below their unit."""
    rows: Rows = [
        ["RECEIVED", None, None, "ISSUED"],
        ["Date", "Doc", "kg", "Date", "Doc", "kg"],
        [date(2026, 2, 5), "R1", 100.5, date(2026, 2, 8), "I1", 40],
        [date(2026, 2, 20), "R2", 60, date(2026, 2, 22), "I2", 25.25],
    ]
    truth = {came("2026-02-05", "TNT", 100.5, "N"), came("2026-02-20", "TNT", 60, "N")}
    truth |= {went("2026-02-08", "TNT", 40, "N"), went("2026-02-22", "TNT", 25.25, "N")}
    return Truth(workbook(folder / "kg.xlsx", {"TNT": rows}), truth, answers=_of_sheet("TNT", "N", "TNT"))


def months_across(folder: Path) -> Truth:
    """A group of columns for each month, and what was there before the first."""
    above: list[object] = ["Item", "Unit", "Opening"]
    below: list[object] = [None, None, None]
    lines: dict[str, list[object]] = {"Shell": ["Shell", "pcs", 100], "Primer": ["Primer", "pcs", 500]}
    balances, truth = {"Shell": 100, "Primer": 500}, set[Movement]()
    for month in range(1, 13):
        above += [f"{date(2025, month, 1):%b} 2025", None, None]
        below += ["In", "Out", "Balance"]
        last = f"2025-{month:02d}-{monthrange(2025, month)[1]}"
        for name, line in lines.items():
            received, issued = 10 * month % 7 + 1, 3 * month % 5
            balances[name] += received - issued
            line += [received, issued, balances[name]]
            truth |= {came(last, name, received, "S1")} | ({went(last, name, issued, "S1")} if issued else set())
    files = workbook(folder / "year.xlsx", {"S1": [above, below, *lines.values()]})
    answers = _of_sheet("S1", "S1", periods="the last day") | {("source", "S1", "kinds", "Opening balance"): "count"}
    counts = {("2024-12-31", "S1", name, size) for name, size in (("Shell", 100.0), ("Primer", 500.0))}
    return Truth(files, truth, counts, answers)


def weeks_across(folder: Path) -> Truth:
    """A group of columns for each of 52 weeks, whose year stands in the title alone."""
    above: list[object] = ["Item", "Unit"]
    below: list[object] = [None, None]
    line: list[object] = ["TNT", "kg"]
    truth: set[Movement] = set()
    for week in range(1, 53):
        above, below, line = [*above, f"W{week}", None], [*below, "In", "Out"], [*line, week, week % 3 or None]
        last = date.fromisocalendar(2025, week, 7).isoformat()
        truth |= {came(last, "TNT", week, "N")} | ({went(last, "TNT", week % 3, "N")} if week % 3 else set())
    files = workbook(folder / "weeks.xlsx", {"N": [["MOVEMENTS BY WEEK 2025"], above, below, line]})
    return Truth(files, truth, answers=_of_sheet("N", "N", periods="the last day"))


def statement_of_a_month(folder: Path) -> Truth:
    """What came and went in a month, that stands in the title."""
    rows: Rows = [
        ["STOCK STATEMENT FOR JANUARY 2026 - STORE A"],
        ["Sl", "Nomenclature", "A/U", "Opening balance", "Received", "Issued", "Closing balance"],
        [1, "Shell", "each", 100, 20, 30, 90],
        [2, "Fuze", "each", 50, 0, 10, 40],
    ]
    last = "2026-01-31"
    truth = {came(last, "Shell", 20, "A"), went(last, "Shell", 30, "A"), went(last, "Fuze", 10, "A")}
    answers = _of_sheet("Jan", "A", day="the last day")
    return Truth(workbook(folder / "statement.xlsx", {"Jan": rows}), truth, answers=answers)


def boxes_and_loose(folder: Path) -> Truth:
    """Full boxes and loose pieces in two columns each, and how many a box holds in another."""
    rows: Rows = [
        ["Date", "Item", "Store", "Pack size", "Boxes in", "Loose in", "Boxes out", "Loose out"],
        [date(2026, 1, 5), "5.56 ball", "A", 1000, 10, 250, None, None],
        [date(2026, 1, 7), "5.56 ball", "A", 1000, None, None, 2, None],
        [date(2026, 1, 8), "5.56 ball", "A", 1000, None, None, None, 40],
    ]
    truth = {came("2026-01-05", "5.56 ball", size, "A") for size in (10_000, 250)}
    truth |= {went("2026-01-07", "5.56 ball", 2_000, "A"), went("2026-01-08", "5.56 ball", 40, "A")}
    answers = {("units", "box"): "as many each as the column of each row says"}
    return Truth(workbook(folder / "boxes.xlsx", {"L": rows}), truth, answers=answers)


def boxes_counted(folder: Path) -> Truth:
    """A list of counts in boxes and loose pieces, which says nowhere how many a box holds."""
    rows: Rows = [
        ["STOCKTAKE 31 January 2026"], ["Item", "Boxes", "Loose", "Remarks"],
        ["5.56 ball", 12, 340, None], ["7.62 ball", 4, 20, None],
    ]  # fmt: skip
    counts = {("2026-01-31", "M1", "5.56 ball", size) for size in (12_000.0, 340.0)}
    counts |= {("2026-01-31", "M1", "7.62 ball", size) for size in (2_000.0, 20.0)}
    answers = _of_sheet("Count", "M1", counted_at="2026-01-31") | {("units", "box"): "by material"}
    answers |= {("materials", "5.56 ball"): "1000 each", ("materials", "7.62 ball"): "500 each"}
    return Truth(workbook(folder / "count.xlsx", {"Count": rows}), set(), counts, answers)


def odd_figures(folder: Path) -> Truth:
    """Fractions, packs in a cell, units glued to figures, and a dozen."""
    sizes: Iterable[tuple[str, float]] = (
        ("½ kg", 0.5), ("1 1/2 kg", 1.5), ("12½ kg", 12.5), ("2kg", 2.0),
    )  # fmt: skip
    rows: list[Sequence[object]] = [["Date", "Item", "Store", "Received", "Issued"]]
    rows += [[date(2026, 1, day), "Powder", "A", None, text] for day, (text, _) in enumerate(sizes, 10)]
    truth = {went(f"2026-01-{day}", "Powder", size, "A") for day, (_, size) in enumerate(sizes, 10)}
    rows += [
        [date(2026, 1, 20), "Primer", "A", "2 boxes of 500", None],
        [date(2026, 1, 21), "Primer", "A", None, "3x50"],
        [date(2026, 1, 22), "Primer", "A", None, "2 dz"],
    ]
    truth |= {came("2026-01-20", "Primer", 1000, "A"), went("2026-01-21", "Primer", 150, "A")}
    truth |= {went("2026-01-22", "Primer", 24, "A")}
    answers = {("source", "L", "packs"): "it is", ("units", "dz"): "12 each", ("source", "L", "unit"): "each"}
    return Truth(workbook(folder / "odd.xlsx", {"L": rows}), truth, answers=answers)


def thousands(folder: Path) -> Truth:
    """Figures below a header that says that they are thousands."""
    rows: Rows = [
        ["Date", "Item", "Unit", "Store", "Received ('000)", "Issued ('000)"],
        [date(2026, 1, 5), "Primer", "pcs", "A", 120, None],
        [date(2026, 1, 6), "Primer", "pcs", "A", None, 5.5],
    ]
    truth = {came("2026-01-05", "Primer", 120_000, "A"), went("2026-01-06", "Primer", 5_500, "A")}
    answers = {("source", "L", "thousands"): "they are thousands"}
    return Truth(workbook(folder / "thousands.xlsx", {"L": rows}), truth, answers=answers)


KEPT: tuple[Callable[[Path], Truth], ...] = (
    struck_rows, struck_in_part, called_cancelled, bin_cards, brought_forward, account_with_two_sides,
    account_of_weights, months_across, weeks_across, statement_of_a_month, boxes_and_loose, boxes_counted, odd_figures,
    thousands,
)  # fmt: skip
