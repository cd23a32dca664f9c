"""What is said of the errors behind the verdicts, in words that hold."""

from __future__ import annotations

from dataclasses import replace

import pytest
from reviews_made_by_hand import cancelling_site

from stockward.answers.measuring.fit import ErrorsFit, ScatterFigures
from stockward.answers.review import ReviewAnswer
from stockward.report import write_html
from stockward.report.review import sentences
from stockward.report.review.grounds import errors
from stockward.report.review.views import SeriesView, gather
from stockward.report.review.workbook import review_sheets
from stockward.terms.verdicts import Basis, Fit, FitPart, Verdict


@pytest.fixture(scope="module")
def series(full: ReviewAnswer) -> tuple[SeriesView, ...]:
    return gather(full)


def said(series: SeriesView, verdict: Verdict, factor: float | None) -> SeriesView:
    return replace(series, basis=Basis.BULK, verdict=replace(series.verdict, verdict=verdict, break_even=factor))


@pytest.mark.parametrize(
    ("verdict", "factor", "sentence", "shown"),
    [
        (Verdict.SHORTAGE, 1.2531, "Errors of measuring 1.26 times as large as stated would explain it.", "1.26"),
        (Verdict.GAIN, 12.31, "Errors of measuring 12.4 times as large as stated would explain it.", "12.4"),
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
    assert errors.no_alarm([area, site]) == "Errors of measuring 2.00 times as large as stated would explain it."
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


@pytest.fixture(scope="module")
def cancelling() -> ReviewAnswer:
    return cancelling_site()


@pytest.fixture(scope="module")
def unstated(cancelling: ReviewAnswer) -> SeriesView:
    return next(one for one in gather(cancelling) if one.unstated is not None)


def needing(one: SeriesView, error: float | None) -> SeriesView:
    assert one.unstated is not None
    return replace(one, unstated=replace(one.unstated, error=error))


@pytest.mark.parametrize(
    ("error", "ending"),
    [
        (0.0185, "explained only if one in three weighings is off by more than 1.9\u202f%."),
        (0.0191, "explained only if one in three weighings is off by more than 2.0\u202f%."),
        (None, "no random error of weighing would explain its differences."),
        (0.0, "no error of weighing is needed to explain its differences."),
    ],
)
def test_the_error_it_would_take_is_told(unstated: SeriesView, error: float | None, ending: str) -> None:
    text = errors.needed_sentence(needing(unstated, error))
    assert text.endswith(ending)
    assert text.startswith(f"{unstated.label}: ")
    assert ("38.0 kg missing between" in text) is (error != 0.0)
    assert errors.break_even_sentence(needing(unstated, error)) == text


def test_the_largest_error_is_told_first_and_the_list_is_cut(unstated: SeriesView) -> None:
    several = [needing(unstated, error) for error in (0.01, None, 0.03, 0.02, 0.0, 0.04)]
    assert [one.unstated and one.unstated.error for one in errors.by_need(several)] == [
        None, 0.04, 0.03, 0.02, 0.01, 0.0,
    ]  # fmt: skip
    assert errors.needed_lines(several)[-1] == "1 more series so."
    assert len(errors.needed_lines(several)) == errors.NEEDED_MAX + 1


def test_a_review_without_any_stated_error_begins_with_that(full: ReviewAnswer, unstated: SeriesView) -> None:
    first = sentences.first_sentence(replace(full, facts=replace(full.facts, set_aside=(), waited_for=())), [unstated])
    assert first.startswith("Nothing was tested: the books do not say how well your scales weigh")
    other = replace(unstated, unstated=None)
    assert sentences.review_headline([unstated, other]).startswith("Nothing could be tested")


def test_page_and_workbook_show_the_places(cancelling: ReviewAnswer, unstated: SeriesView) -> None:
    review = cancelling
    page = write_html(review)
    assert "<td>38.0 kg missing, M1 to M1</td><td>38.0 kg missing at M1 (no. 1)</td>" in page
    assert "<td>30.0 kg missing (no. 1)</td><td>1.5\u202f% (no. 1)</td>" in page
    (sheet,) = (one for one in review_sheets(review) if one.name == "unstated")
    assert sheet.rows[0] == (unstated.id, "kg", "last year", None, 30.0, 2000.0, 0.015, 1, 1, 0.0185)
    assert [row[2:5] for row in sheet.rows[1:]] == [("period", "M1", 38.0), ("period", "M2", -8.0)]
    assert "unstated" not in [one.name for one in review_sheets(replace(review, unstated=()))]


def fitting(fit: Fit, part: FitPart | None, ratio: float, hanging: tuple[int, ...] = ()) -> ErrorsFit:
    whole = ScatterFigures(ratio=ratio, chi_square=1520.4, degrees_of_freedom=1037.6, p_more=2e-9, p_less=0.0021)
    return ErrorsFit(
        fit=fit, part=part, series=20, periods=1040, whole=whole, clean=None, reached=None, hanging=hanging
    )


def test_errors_that_do_not_fit_are_told_before_the_verdicts(
    full: ReviewAnswer, series: tuple[SeriesView, ...]
) -> None:
    review = replace(full, fit=fitting(Fit.MORE, FitPart.RANDOM, 1.2104, (0,)))
    text = errors.fit_sentence(review, series)
    assert text.startswith(
        "The differences scatter 1.21 times as much as the stated errors let expect (χ² = 1\u202f520, 1\u202f038 "
        "degrees of freedom, p < 0.0001; 1\u202f040 differences of 20 series, without what is alarmed). It is so where "
        "no systematic error reaches: random errors are stated too small; of others it does not tell. Alarms may come "
        f"of it alone: with all σ 1.21 times as large there is none for {series[0].label}. To mend it, weigh the same"
    )
    page = write_html(review)
    assert page.index("The stated errors do not fit:") < page.index('<ul class="findings">')
    assert ("stated errors", None, text) in review_sheets(review)[0].rows


@pytest.mark.parametrize(
    ("fit", "part", "said"),
    [
        (
            Fit.MORE,
            FitPart.SYSTEMATIC,
            "those are stated too small, or a loss stands there that is too small to",
        ),
        (Fit.MORE, FitPart.ALL, "the errors are stated too small throughout. What alarms below alarms with all σ 1.21"),
        (Fit.LESS, FitPart.SYSTEMATIC, "those are stated too large. Nothing more would alarm with all σ 1.21"),
        (Fit.LESS, FitPart.UNCLEAR, "see that counts are not copied from the book."),
    ],
)
def test_each_part_has_its_words(
    full: ReviewAnswer, series: tuple[SeriesView, ...], fit: Fit, part: FitPart, said: str
) -> None:
    assert said in errors.fit_sentence(replace(full, fit=fitting(fit, part, 1.2104)), series)


def test_nothing_is_said_at_the_head_where_they_fit(full: ReviewAnswer, series: tuple[SeriesView, ...]) -> None:
    review = replace(full, fit=fitting(Fit.AS_STATED, None, 0.97))
    assert errors.fit_sentence(review, series) == ""
    assert "scatter 0.97 times" in dict(review_sheets(review)[-1].rows)["do the stated errors fit"]
    assert errors.fit_sentence(replace(full, fit=None), series) == ""
