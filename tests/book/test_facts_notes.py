"""A remark or a signature below a table is told as one fault, whose mend leaves none."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

MOVEMENTS = "(at, kind, material, quantity)"


@pytest.mark.parametrize("at_fault", ["Signed: A. B.,,,,,,,,,,", ",,,,,,,,,,Signed: A. B."])
def test_a_signature_is_one_fault_and_its_mend_leaves_none(folder: SiteFolder, at_fault: str) -> None:
    before = (folder.path / "movements.csv").read_text()
    problem = folder.add("movements", at_fault).only_problem()
    lacks = MOVEMENTS if at_fault.startswith("S") else "(movement, at, kind, material, quantity)"
    assert (problem.row, problem.column) == (6, "")
    assert problem.reason == (f"it holds only 'Signed: A. B.': delete the row if it is a note, or complete it {lacks}")
    assert folder.write("movements", before).read().problems == ()


def test_a_row_that_was_begun_may_be_completed(folder: SiteFolder) -> None:
    assert "complete it" in folder.add("movements", "0005,2026-01-06,,,,,,,,,").only_problem().reason
    assert (
        folder.replace("movements", "0005,2026-01-06,,,,,,,,,", "0005,2026-01-06,issue,SHELL,1,,P1,,,,").read().problems
        == ()
    )


def test_several_notes_and_a_total_stand_below(folder: SiteFolder) -> None:
    folder.add("counts", "Total,,,,325,,,", "counted by two,,,,,,,", "* seen,,,on paper,,,,")
    reasons = [problem.reason for problem in folder.problems("counts")]
    assert [reason.split(":")[0] for reason in reasons] == [
        "it looks like a total",
        "it holds only 'counted by two'",
        "it holds only '* seen' and 'on paper'",
    ]


def test_a_remark_below_a_table_of_two_columns_is_one_too(folder: SiteFolder) -> None:
    assert folder.add("areas", "Signed: A. B.,").only_problem().reason.startswith("it holds only 'Signed: A. B.'")
    folder.replace("areas", "Signed: A. B.,", "S3,")
    assert (folder.only_problem().column, folder.only_problem().reason) == ("kind", "it is blank and must be given")


@pytest.mark.parametrize(
    "rows",
    [
        ["0005,2026-01-06,issue,,1,each,P1,,,,"],
        ["0005,,,,,,,,,,", "0006,2026-01-06,issue,SHELL,1,each,P1,,,,"],
    ],
)
def test_other_rows_say_of_each_cell_what_it_lacks(folder: SiteFolder, rows: list[str]) -> None:
    problems = folder.add("movements", *rows).problems("movements")
    assert {problem.reason for problem in problems} == {"it is blank and must be given"}


def test_a_long_note_is_cut_short(folder: SiteFolder) -> None:
    assert f"it holds only '{'x' * 40}…'" in folder.add("movements", f"{'x' * 99},,,,,,,,,,").only_problem().reason


def test_a_note_below_a_private_table_is_not_shown(folder: SiteFolder) -> None:
    folder.write("people", "person,role,affiliation\nSecret name,,\n")
    (problem,) = folder.problems("people")
    assert (problem.value, problem.reason.split(":")[0]) == (None, "it holds hardly anything")


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("Signed: X", "only 'Signed: X'"),
        ('"Signed: X"', "only 'Signed: X'"),
        ("Printed on 3 May, 2026", "only 'Printed on 3 May' and '2026'"),
        (f"{'x' * 99}", f"only '{'x' * 40}…'"),
    ],
)
def test_a_line_of_a_note_is_told_as_one_and_its_mend_leaves_none(folder: SiteFolder, line: str, told: str) -> None:
    before = (folder.path / "movements.csv").read_text()
    mend = "delete the row if it is a note, or complete it, with as many cells as the header has"
    assert folder.add("movements", line).only_problem().reason == f"it holds {told}: {mend}"
    assert folder.write("movements", before).read().problems == ()


def test_a_line_of_a_note_below_a_private_table_is_not_shown(folder: SiteFolder) -> None:
    folder.write("people", "person,role,affiliation\nSecret name\n")
    assert folder.only_problem().reason.startswith("it holds hardly anything: delete the row")


def test_a_line_with_more_in_it_may_be_completed_or_be_a_note(folder: SiteFolder) -> None:
    reason = folder.add("movements", "Seen, counted, and signed, by two").only_problem().reason
    assert reason == "it has 4 cells and the header 11: complete the row, or delete it if it is a note"
