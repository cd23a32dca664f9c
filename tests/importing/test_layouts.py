"""One small plant, written in the layouts of several programs: with its keeper's answers, each says the same rows."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest
from tests.importing.rows import Rows, imported

EXPORTS = Path(os.environ.get("STOCKWARD_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "exports"
PLANT = EXPORTS / "MADE_HERE"
pytestmark = pytest.mark.skipif(not PLANT.is_dir(), reason="the exports are not here: set STOCKWARD_SHARED")

TNT = "000000000100000042"
CANCELLED = {("2025-01-04", "use", TNT, 100.0), ("2025-01-05", "use", TNT, 100.0)}
"""A use and what undoes it."""
CLAIMS = {("2025-02-01", "write_off", TNT, 4.625), ("2025-02-01", "write_off", "SHELL-105", 1.0)}
CLOSING = {
    ("2025-01-31", TNT, 1680.0), ("2025-01-31", "SHELL-105", 24.0), ("2025-01-31", "SHELL-105", 18.0),
    ("2025-01-31", "SHELL-105", 4.0),
}  # fmt: skip


def truth() -> set[tuple[str, str, str, float]]:
    """Day, kind, material and quantity of every movement of the plant."""
    with (PLANT / "expected" / "movements.csv").open(encoding="utf-8") as file:
        return {(row["at"][:10], row["kind"], row["material"], float(row["quantity"])) for row in csv.DictReader(file)}


def told(rows: Rows) -> set[tuple[str, str, str, float]]:
    return {row[:4] for row in rows.movements}


def counted(rows: Rows) -> set[tuple[str, str, float]]:
    return {(day, material, quantity) for day, _, material, quantity in rows.counts}


def ends(rows: Rows) -> set[tuple[str, str]]:
    """Where the five shells went."""
    return {(row[4], row[5]) for row in rows.movements if row[1] == "transfer"}


def sap(name: str) -> dict[tuple[str, ...], str]:
    kinds = ("source", "SAP material documents (MB51)", "kinds")
    receipts = {
        (*kinds, f"101, document 500000000{last}"): kind for last, kind in ((1, "receipt"), (6, "make"), (9, "receipt"))
    }
    return {
        (*kinds, "101"): "by document", **receipts, (*kinds, "551"): "discard", ("files", name, "encoding"): "cp1252",
        ("source", "SAP material documents (MB51)", "decimal"): ",",
    }  # fmt: skip


def test_sap_as_a_workbook_with_its_count(tmp_path: Path) -> None:
    files = [PLANT / "SAP" / "mb51_en_16_columns.xlsx", PLANT / "SAP" / "mi24_en_13_columns.xlsx"]
    rows = imported(files, tmp_path, sap(""))
    assert told(rows) == truth()
    assert counted(rows) == CLOSING
    assert ends(rows) == {("1001/0010", "1001/0020")}
    assert not rows.waiting


def test_sap_as_a_german_list(tmp_path: Path) -> None:
    file = PLANT / "SAP" / "mb51_de_list_unconverted.txt"
    rows = imported([file], tmp_path, sap(file.name))
    assert told(rows) == {
        (day, kind, material.replace(TNT, "100000042"), size) for day, kind, material, size in truth()
    }
    assert rows.found.sources[0].left_out.keys() == {"a total", "the header again"}


def test_the_ledger_entries_of_erpnext(tmp_path: Path) -> None:
    source = "ERPNext stock ledger entries"
    kinds = ("source", source, "kinds")
    documents = {"4900000005": "use", "4900000008": "discard"}
    answers = {
        (*kinds, "Stock Entry, both sides in one document"): "transfer", (*kinds, "Stock Entry, in"): "make",
        (*kinds, "Stock Entry, out"): "by document",
        **{(*kinds, f"Stock Entry, out, document {name}"): kind for name, kind in documents.items()},
    }  # fmt: skip
    names = "stock_ledger_entry_list_export.csv", "stock_reconciliation_items_list_export.csv"
    rows = imported([PLANT / "ERPNext" / name for name in names], tmp_path, answers)
    adjusted = {("2025-01-31", *claim[1:]) for claim in CLAIMS}
    assert told(rows) == (truth() - CANCELLED - CLAIMS) | adjusted
    assert counted(rows) == {("2025-01-31", TNT, 1680.0), ("2025-01-31", "SHELL-105", 4.0)}
    balance = rows.found.sources[0].balance
    assert balance is not None and balance.holds


def test_business_central_with_its_journal(tmp_path: Path) -> None:
    source = "Business Central item ledger entries"
    kinds = ("source", source, "kinds")
    answers = {
        ("source", source, "dates"): "month-day-year", (*kinds, "Negative Adjmt."): "by document",
        (*kinds, "Negative Adjmt., document 4900000008"): "discard",
        (*kinds, "Negative Adjmt., document 4900000010"): "write_off",
        ("source", "Business Central physical inventory journal", "prefilled"): "each line was counted",
    }  # fmt: skip
    folder = PLANT / "BusinessCentral"
    rows = imported(
        [folder / "item_ledger_entries_en_us.csv", folder / "phys_inventory_journal.csv"], tmp_path, answers
    )
    assert told(rows) == truth()
    assert counted(rows) == CLOSING
    assert ends(rows) == {("STORE-A", "STORE-B")}


def test_stock_cards(tmp_path: Path) -> None:
    kinds = ("source", "magazine_data_cards", "kinds")
    meant = {
        "Inventory 100%": "count", "Issue to melt line": "use", "From line": "make", "Issue to unit": "issue",
        "Moved from A": "transfer", "Moved to B": "transfer", "Turn-in (correction of 4900000003)": "use",
    }  # fmt: skip
    answers = {
        **{(*kinds, text): kind for text, kind in meant.items()},
        ("source", "magazine_data_cards", "unit"): "by material", ("materials", TNT, "unit"): "kg",
        ("materials", "SHELL-105", "unit"): "each",
    }  # fmt: skip
    rows = imported([PLANT / "Cards" / "magazine_data_cards.csv"], tmp_path, answers)
    assert told(rows) == truth() - CLAIMS
    assert counted(rows) >= CLOSING
    assert len(counted(rows)) == 7
    assert ends(rows) == {("A", "B")}


def test_the_tracking_of_inventree(tmp_path: Path) -> None:
    source = "InvenTree stock tracking"
    kinds = ("source", source, "kinds")
    documents = {
        "5000000001": "receipt", "4900000002": "transfer", "undo 4900000004": "use", "5000000006": "make",
        "4900000007": "issue", "4900000008": "discard", "5000000009": "receipt",
    }  # fmt: skip
    answers = {
        (*kinds, "11"): "by document", (*kinds, "12"): "by document", (*kinds, "1"): "count",
        **{(*kinds, f"{code}, document {name}"): kind for name, kind in documents.items() for code in ("11", "12")},
        ("source", source, "unit"): "by material", ("materials", TNT, "unit"): "kg",
        ("materials", "SHELL-105", "unit"): "each",
    }  # fmt: skip
    files = [PLANT / "InvenTree" / name for name in ("stock_tracking.csv", "stock_items.csv")]
    rows = imported(files, tmp_path, answers)
    assert told(rows) == truth() - CLAIMS
    assert counted(rows) >= CLOSING


def test_tracking_without_its_items_waits(tmp_path: Path) -> None:
    rows = imported([PLANT / "InvenTree" / "stock_tracking.csv"], tmp_path, accepts=True)
    assert not rows.movements
    assert any("Export the stock items too" in one.asks for one in rows.found.questions)


@pytest.mark.parametrize("name", ["bostonWarehouseInventory.csv", "mainWarehouseInventory.csv"])
def test_count_sheets_of_openboxes(tmp_path: Path, name: str) -> None:
    rows = imported([EXPORTS / "OpenBoxes" / name], tmp_path)
    assert not rows.counts
    answers = {
        ("source", "OpenBoxes count sheet", "counted_at"): "2025-01-31",
        ("source", "OpenBoxes count sheet", "unit"): "each",
    }
    rows = imported([EXPORTS / "OpenBoxes" / name], tmp_path, answers)
    assert len(rows.waiting) == 0
    assert ("2025-01-31", "RACK1-SHELF1" if "boston" in name else "RM1-RACK1-SHELF1", "CR388", 0.0) in rows.counts


def test_a_count_book_of_eleven_sheets(tmp_path: Path) -> None:
    rows = imported([EXPORTS / "OpenBoxes" / "inventory_fr.xls"], tmp_path, accepts=True)
    left_out = {rule for one in rows.found.sources for rule in one.left_out}
    assert "it names no material: a subtotal or a note" in left_out
    assert any(one.about[-2] == "counted_at" for one in rows.found.questions)
    assert not rows.counts


def test_an_undone_shipment_of_business_central(tmp_path: Path) -> None:
    file = EXPORTS / "BusinessCentral" / "item_ledger_entries_en.csv"
    answers = {("source", "Business Central item ledger entries", "unit"): "each"}
    rows = imported([file], tmp_path, answers)
    assert rows.movements == {("2018-01-28", "issue", "TEST", 1.0, "BLUE", "")}
    assert rows.found.sources[0].notes[0].startswith("1 reversals name the row")


def test_two_exports_of_one_ledger_are_asked_about(tmp_path: Path) -> None:
    names = "stock_ledger_entry_list_export.csv", "stock_ledger_report.csv"
    rows = imported([PLANT / "ERPNext" / name for name in names], tmp_path)
    asked = [one for one in rows.found.questions if "stand in ERPNext stock ledger entries too" in one.asks]
    assert [one.choices for one in asked] == [("leave it out", "they are others")]
    assert not [row for row in rows.movements if row[1] == "receipt"] or len(rows.movements) == 5
    alone = imported([PLANT / "ERPNext" / names[0]], tmp_path)
    assert rows.movements == alone.movements
