"""What is said of patrols: no more than is proven, and nothing of shifts that were not walked, or are few."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.patrol.test_patrol_site import answered, written

from stockward.answers.patrols.answer import PatrolWay
from stockward.report.patrol.page import build_patrol_page
from stockward.report.patrol.sentences import basis_sentences, patrol_headline
from stockward.terms.verdicts import Solved

HEAD = "patrol,at,area,until\n"


def night(day: int) -> str:
    return f"1,2026-01-{day:02d} 22:20,A,2026-01-{day:02d} 22:30\n1,2026-01-{day:02d} 23:00,B,\n"


def test_that_nothing_is_gained_is_said_only_where_it_is_proven(tmp_path: Path) -> None:
    answer = answered(written(tmp_path))
    fixed = answer.outcome(PatrolWay.ROUND)
    assert fixed is not None
    before = fixed.best.gain
    early = replace(answer, value=before, bound=before / 2, status=Solved.FEASIBLE)
    assert patrol_headline(early).startswith("No walks were found that are much better: on the best fixed round")
    assert "The search ended early" in patrol_headline(early)
    close = replace(answer, value=before, bound=before * 0.9, status=Solved.PROVEN)
    assert patrol_headline(close).startswith("Walking as planned gains little here")
    proven = replace(answer, value=before, bound=before * 0.99, status=Solved.FEASIBLE)
    assert patrol_headline(proven).startswith("Walking at random gains nothing here")
    assert "no walks leave him much less" in patrol_headline(proven)


def test_a_few_shifts_are_shown_and_the_plan_is_not_held_against_them(tmp_path: Path) -> None:
    answer = answered(written(tmp_path, rounds=HEAD + night(5) + night(6)))
    walked = answer.outcome(PatrolWay.WALKED)
    assert walked is not None and walked.nights == 2
    assert "as walked so far" not in patrol_headline(answer)
    assert "as walked so far" not in [one.label for one in build_patrol_page(answer).figures]
    assert "2 shifts on record: too few to hold the plan against, which takes 3 at least." in basis_sentences(answer)
    more = answered(written(tmp_path, rounds=HEAD + night(5) + night(6) + night(7)))
    assert "as walked so far" in patrol_headline(more)
    assert not [text for text in basis_sentences(more) if "too few" in text]


def test_rows_of_days_to_come_were_not_walked(tmp_path: Path) -> None:
    ahead = "1,2027-01-05 22:20,A,\n1,2026-02-02 22:20,B,\n"
    answer = answered(written(tmp_path, rounds=HEAD + night(5) + ahead))
    walked = answer.outcome(PatrolWay.WALKED)
    assert walked is not None and walked.nights == 1
    assert answer.notes == (
        "2 rows of rounds lie after today, 2026-02-01, and tell of nothing that was walked: left out; correct the day.",
    )


def test_rows_of_rounds_at_fault_are_told(tmp_path: Path) -> None:
    answer = answered(written(tmp_path, rounds=HEAD + night(5) + "1,2026-01-06 22:20,X,\n"))
    (note,) = answer.notes
    assert note.startswith("1 row of rounds is at fault and left out: rounds.csv row 4, area = 'X': ")
    assert note in basis_sentences(answer)
