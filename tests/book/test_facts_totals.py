"""A row that sums up others is told as one fault, whose mend leaves none; a row that only says such a word is not."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

DELETE = "it looks like a total: delete the row"
WORDS = (
    "total", "TOTAL", "Subtotal", "sub-total", "Grand Total", "sum", "Summe", "Zwischensumme", "Total général", "итого",
    "合計", "합계", "المجموع", "Subtotal Jan", "Total: January", "S1 Total", "1月合計", "Carried forward",
    "Balance b/f", "Opening balance", "Übertrag", "Saldo 2025", "繰越",
)  # fmt: skip


@pytest.mark.parametrize("word", WORDS)
def test_every_word_for_a_total_is_known(folder: SiteFolder, word: str) -> None:
    assert folder.add("movements", f"{word},,,,700,,,,,,").only_problem().reason == DELETE


@pytest.mark.parametrize(
    ("table", "row"),
    [
        ("movements", "{},,,,700,,,,,,"),
        ("movements", ",,,,700,,,,,,{}"),
        ("movements", ",{},,,700,,,,,,"),
        ("movements", "0009,2026-01-05T08:00,issue,{},700,each,P1,,,,"),
        ("counts", "{},,,,325,,,"),
        ("counts", "FEB,2026-02-28,S1,{},325,,,"),
        ("areas", "{},"),
        ("materials", "{},,"),
        ("contents", "{},,7.6,"),
    ],
)
def test_a_total_is_one_fault_and_its_mend_leaves_none(folder: SiteFolder, table: str, row: str) -> None:
    before = (folder.path / f"{table}.csv").read_text()
    problem = folder.add(table, row.format("Subtotal Jan")).only_problem()
    assert (problem.column, problem.reason) == ("", DELETE)
    assert folder.write(table, before).read().problems == ()


def test_two_totals_of_one_name_are_two_faults_of_one_kind(folder: SiteFolder) -> None:
    problems = folder.add("movements", "Total,,,,700,,,,,,", "Total,,,,35,,,,,,").problems("movements")
    assert [(problem.row, problem.reason) for problem in problems] == [(6, DELETE), (7, DELETE)]


@pytest.mark.parametrize(
    "row",
    [
        "0009,12/01/2026,issue,SHELL,1,each,P1,,,,total of the day",
        "0009,2026-01-05,issue,SHELL,one,each,P1,,,,Summe",
        "0009,,,SHELL,1,each,P1,,,,summer stock",
    ],
)
def test_a_row_of_which_most_is_there_is_no_total(folder: SiteFolder, row: str) -> None:
    problems = folder.add("movements", row).problems("movements")
    assert problems
    assert DELETE not in {problem.reason for problem in problems}


def test_a_sound_row_may_be_called_a_total(folder: SiteFolder) -> None:
    folder.add("areas", "Total,store").add("movements", "0009,2026-01-05,issue,SHELL,1,each,P1,,,,total")
    assert folder.read().problems == ()


CALLS_ITSELF = "it calls itself a total of other rows: delete the row, or write another code here if it is none"


@pytest.mark.parametrize("code", [*WORDS, "Zwischensumme Jan", "TOTAL 01/2026", "Sum January", "Total_Jan"])
def test_a_full_row_of_stock_whose_code_is_a_total_is_set_aside(folder: SiteFolder, code: str) -> None:
    """Read as one more receipt, the sum of the month would hide as large a loss."""
    before = (folder.path / "movements.csv").read_text()
    problem = folder.add("movements", f"{code},2026-01-31,receipt,TNT,500,kg,,S1,W1,,").only_problem()
    assert (problem.row, problem.column, problem.value, problem.reason) == (6, "movement", code, CALLS_ITSELF)
    assert folder.replace("movements", f"{code},2026-01-31", "0005,2026-01-31").read().problems == ()
    assert folder.write("movements", before).read().problems == ()


@pytest.mark.parametrize(("row", "column"), [("JAN,{},Total", "sheet"), ("Total,{},a", "inventory")])
def test_a_full_count_that_calls_itself_a_total_is_set_aside(folder: SiteFolder, row: str, column: str) -> None:
    problem = folder.add("counts", row.format("2026-01-31,S1,TNT,300,kg,W1")).only_problem()
    assert (problem.row, problem.column, problem.reason) == (5, column, CALLS_ITSELF)


def test_a_document_may_be_a_total(folder: SiteFolder) -> None:
    folder.write(
        "movements", "movement,at,kind,material,quantity,to_area,document\n1,2026-01-31,make,SHELL,30,P1,Summe\n"
    )
    assert folder.only_problem().column == "document"


@pytest.mark.parametrize("code", ["SUM-0001", "SUM_17", "Summer 1", "Totality", "BALANCE-1", "0005 of the sum taken"])
def test_a_code_that_only_begins_like_a_total_is_none(folder: SiteFolder, code: str) -> None:
    assert folder.add("movements", f"{code},2026-01-05,issue,SHELL,1,each,P1,,,,").read().problems == ()


@pytest.mark.parametrize(
    "row", ["Total,,,1234", "Sum,,120", "Total", '"Grand Total",,,"1,234"', "Total" + "," * 15 + "700"]
)
@pytest.mark.parametrize("word", ["{}", "{} Jan"])
def test_a_total_of_fewer_or_more_cells_than_the_header_is_one(folder: SiteFolder, row: str, word: str) -> None:
    first = row.split(",")[0].strip('"')
    problem = folder.add("movements", row.replace(first, word.format(first), 1)).only_problem()
    assert (problem.row, problem.column, problem.reason) == (6, "", DELETE)


@pytest.mark.parametrize("row", ["0009,2026-01-05,issue,SHELL,1,each,P1,Total", "0009,,120", "Totally,,120"])
def test_a_row_that_lost_cells_is_no_total(folder: SiteFolder, row: str) -> None:
    assert "complete the row" in folder.add("movements", row).only_problem().reason
