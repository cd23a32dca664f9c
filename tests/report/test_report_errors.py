"""What is said of the errors behind the verdicts, in words that hold."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stockward.answers.review import ReviewAnswer
from stockward.report.review import errors
from stockward.report.review.views import SeriesView, gather
from stockward.terms.verdicts import Basis, Verdict


@pytest.fixture
def series(full: ReviewAnswer) -> tuple[SeriesView, ...]:
    return gather(full)


def said(series: SeriesView, verdict: Verdict, factor: float | None) -> SeriesView:
    return replace(series, basis=Basis.BULK, verdict=replace(series.verdict, verdict=verdict, break_even=factor))


@pytest.mark.parametrize(
    ("verdict", "factor", "sentence", "shown"),
    [
        (Verdict.SHORTAGE, 1.2531, "No alarm if σ were 1.26 times as stated.", "1.26"),
        (Verdict.GAIN, 12.31, "No alarm if σ were 12.4 times as stated.", "12.4"),
        (Verdict.BALANCED, 0.7359, "It would alarm if σ were less than 0.735 times as stated.", "0.735"),
        (Verdict.BALANCED_IN_PART, 0.0, "It would not alarm however small σ were.", "none"),
        (
            Verdict.DISCREPANCY,
            None,
            "What alarms stands where measuring has no error: no factor of σ turns the verdict.",
            "exact",
        ),
        (Verdict.NOT_TESTED, None, None, "–"),
    ],
)
def test_the_factor_is_rounded_so_that_what_is_said_holds(
    series: tuple[SeriesView, ...], verdict: Verdict, factor: float | None, sentence: str | None, shown: str
) -> None:
    one = said(series[0], verdict, factor)
    assert errors.break_even_sentence(one) == sentence
    assert errors.turning(one) == shown


def test_what_alarms_together_ceases_at_the_largest_factor_and_never_where_one_is_exact(
    series: tuple[SeriesView, ...],
) -> None:
    area, site = said(series[0], Verdict.SHORTAGE, 1.5), said(series[1], Verdict.SHORTAGE, 2.0)
    assert errors.no_alarm([area, site]) == "No alarm if σ were 2.00 times as stated."
    assert errors.no_alarm([area, said(series[1], Verdict.DISCREPANCY, None)]) == ""


def test_what_no_error_can_have_left_stays_beside_a_shortage(series: tuple[SeriesView, ...]) -> None:
    one = said(series[0], Verdict.SHORTAGE, 1.5)
    left = replace(one, verdict=replace(one.verdict, left=(None, 2.0)))
    assert str(errors.break_even_sentence(left)).endswith("What no error can have left would stay, as a discrepancy.")


def test_items_are_exact(series: tuple[SeriesView, ...]) -> None:
    one = replace(said(series[0], Verdict.BALANCED, None), basis=Basis.ITEM)
    assert errors.break_even_sentence(one) == "It is exact: no σ stands behind its verdict, and no factor turns it."


def test_the_nearest_to_an_alarm_is_told(series: tuple[SeriesView, ...]) -> None:
    far, near = said(series[0], Verdict.BALANCED, 0.3), said(series[1], Verdict.BALANCED, 0.91234)
    alarmed, calm = said(series[2], Verdict.SHORTAGE, 1.1), said(series[3], Verdict.BALANCED, 0.0)
    assert errors.nearest_to_alarm([far, near, alarmed, calm]) == (
        f"Nearest to an alarm: {near.label}, which would alarm if σ were less than 0.912 times as stated."
    )
    assert errors.nearest_to_alarm([alarmed, calm]) == ""
