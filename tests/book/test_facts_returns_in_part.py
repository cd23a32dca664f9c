"""A return that was booked as a reversal in part: the mend, followed to the letter, balances the site."""

# ruff: noqa: E501 - a table of cases reads best with one case a line
from __future__ import annotations

from pathlib import Path

import pytest
from test_facts_mends import ALARMS, SITE, told, written

import stockward as sw

RECEIPT, ISSUE = "R1,2026-01-10 10:00,receipt,BOX,10,,M1,\n", "D1,2026-01-20 10:00,issue,BOX,4,M1,,\n"
CASES = {
    # the row that is reversed in part, that of the reversal, the mend, the row that follows it, what is then in M1
    "issue": (ISSUE, "X1,2026-01-25,issue,BOX,3,M1,,D1\n", "a receipt to M1", "X1,2026-01-25,receipt,BOX,3,,M1,\n", 109),
    "receipt": (RECEIPT, "X1,2026-01-25,receipt,BOX,3,,M1,R1\n", "an issue from M1", "X1,2026-01-25,issue,BOX,3,M1,,\n", 103),
    "transfer": (
        "T1,2026-01-20,transfer,BOX,5,M1,M2,\n",
        "X1,2026-01-25,transfer,BOX,3,M1,M2,T1\n",
        "a transfer from M2 to M1",
        "X1,2026-01-25,transfer,BOX,3,M2,M1,\n",
        104,
    ),
}  # fmt: skip


def folder_of(rows: str, found: int) -> dict[str, bytes]:
    counts = "inventory,at,area,material,quantity,sheet\n"
    counts += "".join(f"A,2026-01-01 08:00,{area},BOX,100,\nB,2026-02-01 08:00,{area},BOX,{now},\n"
                      for area, now in (("M1", found), ("M2", 206 - found if found == 104 else 100)))  # fmt: skip
    header = SITE["movements.csv"].splitlines(keepends=True)[0]
    texts = SITE | {"movements.csv": header + rows, "counts.csv": counts}
    return {file: text.encode() for file, text in texts.items()}


@pytest.mark.parametrize("kind", CASES)
def test_the_mend_of_a_return_in_part_balances_the_site(tmp_path: Path, kind: str) -> None:
    row, reversal, back, followed, found = CASES[kind]
    rows = "".join(dict.fromkeys([RECEIPT, ISSUE, row]))
    mend = f"where a part went back, blank reverses and book that part as {back}; else correct the quantity"
    assert mend in told(written(tmp_path / "broken", folder_of(rows + reversal, found)))
    site = sw.read_site(written(tmp_path / "followed", folder_of(rows + followed, found)))
    assert site.problems == ()
    assert set(sw.review(site, seed=1).series["verdict"]) == {"balanced"} - ALARMS


def test_two_returns_in_part_are_both_told_what_to_do(tmp_path: Path) -> None:
    back = "X1,2026-01-25,issue,BOX,1,M1,,D1\nX2,2026-01-26,issue,BOX,2,M1,,D1\n"
    site = sw.read_site(written(tmp_path / "site", folder_of(RECEIPT + ISSUE + back, 109)))
    assert ["a receipt to M1" in problem.reason for problem in site.problems] == [True, True]


def test_a_whole_reversal_stands_behind_one_that_contradicts(tmp_path: Path) -> None:
    back = "X1,2026-01-25,issue,BOX,1,M1,,D1\nX2,2026-01-26,issue,BOX,4,M1,,D1\n"
    site = sw.read_site(written(tmp_path / "site", folder_of(RECEIPT + ISSUE + back, 110)))
    assert [problem.row for problem in site.problems] == [4]


def test_more_than_what_it_reverses_is_no_part(tmp_path: Path) -> None:
    more = "X1,2026-01-25,issue,BOX,5,M1,,D1\n"
    (problem,) = sw.read_site(written(tmp_path / "site", folder_of(RECEIPT + ISSUE + more, 109))).problems
    assert "a part went back" not in problem.reason
