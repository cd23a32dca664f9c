"""What a roster rests on and others must carry out: when shifts change, who stands in the first hours, who is new."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from guard_sites import guards, post, roster, small_site
from openpyxl import load_workbook

from stockward.answers.roster import RosterAnswer
from stockward.report.roster.page import write_roster_html
from stockward.report.roster.sentences import begins
from stockward.report.roster.sheets import write_roster_xlsx

ROUND_THE_CLOCK = [
    post("gate-early", start="06:30", end="14:30"),
    post("gate-late", start="14:30", end="22:30"),
    post("gate-night", start="22:30", end="06:30"),
]


def made(folder: Path) -> RosterAnswer:
    return roster(small_site(folder, guards(6), ROUND_THE_CLOCK))


def test_a_post_round_the_clock_that_changes_at_half_past_six(tmp_path: Path) -> None:
    """21 shifts without a gap from 06:30 on the first day; what is before it, the roster before must fill."""
    answer = made(tmp_path)
    spans = sorted((duty.start, duty.end) for duty in answer.duties)
    assert len(spans) == 21
    assert all(one[1] == following[0] for one, following in pairwise(spans))
    assert any(
        note.startswith("gate-night: until 06:30 on 2026-07-06 the guards of the day before") for note in answer.notes
    )
    assert begins(answer) == "Shifts begin at 06:30, 14:30, 22:30 (Europe/Berlin), as the table posts says."


def test_it_stands_on_the_page_and_in_the_workbook(tmp_path: Path) -> None:
    answer = made(tmp_path / "site")
    html = write_roster_html(answer)
    write_roster_xlsx(answer, tmp_path / "roster.xlsx")
    book = load_workbook(tmp_path / "roster.xlsx")
    about = " ".join(str(row[1].value) for row in book["about"].iter_rows())
    for words in ("until 06:30 on 2026-07-06", "time to hand over, ways and breaks are in no hours"):
        assert words in html
        assert words in about
    assert "<td>06:30</td>" in html
    assert "06:30" in [cell.value for cell in book["coverage"]["G"]]


def test_a_guard_more_has_hours_and_days(tmp_path: Path) -> None:
    answer = roster(small_site(tmp_path, guards(3), [post("gate")]), rounds=200)
    words = {way.what: way.words for way in answer.relaxations}
    assert "each for 40 hours a week and there on every day" in words["guards"]
