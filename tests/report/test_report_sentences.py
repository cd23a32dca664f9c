"""The verdicts in plain words."""

from __future__ import annotations

from dataclasses import replace

import pytest

from stockward.answers.review import Review
from stockward.report import sentences
from stockward.report.views import SeriesView, gather
from stockward.terms.verdicts import TESTS, PeriodStatus, Verdict


@pytest.fixture(scope="module")
def series(full: Review) -> tuple[SeriesView, ...]:
    return gather(full)


def said(one: SeriesView, **changes: object) -> SeriesView:
    """The series with another verdict."""
    return replace(one, verdict=replace(one.verdict, **changes))  # type: ignore[arg-type]


def test_every_word_of_the_closed_lists_is_explained() -> None:
    assert list(sentences.VERDICT_WORD) == list(Verdict)
    assert list(sentences.VERDICT_MARK) == list(Verdict)
    assert list(sentences.STATUS_MEANING) == list(PeriodStatus)
    assert list(sentences.STATUS_WORD) == list(PeriodStatus)
    assert tuple(sentences.TEST_MEANING) == TESTS


@pytest.mark.parametrize(
    ("verdicts", "headline"),
    [
        ([Verdict.BALANCED, Verdict.SHORTAGE, Verdict.GAIN], "More is missing than measuring explains."),
        ([Verdict.GAIN, Verdict.DISCREPANCY], "An exact count does not agree with the books."),
        ([Verdict.GAIN, Verdict.BALANCED], "More is there than the books say, and more than measuring explains."),
        ([Verdict.NOT_TESTED, Verdict.BALANCED], "Nothing alarms, but 1 of 2 series could not be fully tested."),
        ([Verdict.NOT_TESTED], "Nothing could be fully tested."),
        ([Verdict.BALANCED], "Nothing is missing beyond what measuring explains."),
        ([], "There is no balance to close: the books hold no stock between two inventories."),
    ],
)
def test_the_headline_says_the_most_urgent(
    series: tuple[SeriesView, ...], verdicts: list[Verdict], headline: str
) -> None:
    assert sentences.headline([said(series[0], verdict=verdict) for verdict in verdicts]) == headline


def test_a_shortage_says_how_much_where_and_when(series: tuple[SeriesView, ...]) -> None:
    window = series[0].verdict.window
    assert window is not None
    one = said(series[0], window=replace(window, estimate=41.37, sigma=8.64))
    text = sentences.finding(one, ())
    assert text.startswith("41 ± 9 kg of TNT is missing from FILLING between ")
    assert text.endswith(" 2026: more than measuring explains.")


def test_a_window_that_goes_the_other_way_is_not_told(series: tuple[SeriesView, ...]) -> None:
    window = series[0].verdict.window
    assert window is not None
    one = said(series[0], window=replace(window, estimate=-41.37))
    assert sentences.window_sentence(one) is None
    assert sentences.claim(one, ()) == "TNT is missing from FILLING by 31 January 2026"
    gain = said(series[1], window=None, alarm_inventory=None)
    assert sentences.claim(gain, ()).startswith("More RDX stands in PRESSING than the books say")


def test_a_window_of_one_period_names_its_inventory(series: tuple[SeriesView, ...]) -> None:
    window = series[0].verdict.window
    assert window is not None
    text = sentences.window_sentence(said(series[0], window=replace(window, periods=1)))
    assert text is not None
    assert "1 period, closed by inventory" in text


def test_discrepancies_one_several_or_unlisted(full: Review, series: tuple[SeriesView, ...]) -> None:
    one, found = series[2], full.items.discrepancies
    assert sentences.finding(one, found) == (
        "3 items of SHELL-155 are missing from MAGAZINE-2 between 2 November and 2 December 2025: "
        "an exact count, not yet explained."
    )
    assert sentences.claim(one, ()) == sentences.claim(one, found)
    surplus = [replace(found[0], difference=-1.0)]
    assert sentences.claim(one, surplus).startswith("1 item of SHELL-155 is surplus in MAGAZINE-2 between")
    several = sentences.claim(one, [*found, *surplus])
    assert several.startswith(
        "SHELL-155 in MAGAZINE-2 has 2 exact differences (+3 items, −1 item; plus is missing) between"
    )
    unknown = said(one, alarm_inventory=None)
    assert sentences.claim(unknown, ()) == "SHELL-155 in MAGAZINE-2 does not agree with the books"
    assert sentences.amount(unknown, ()) == "–"


def test_write_offs_stand_beside_the_difference(series: tuple[SeriesView, ...]) -> None:
    text = sentences.totals(series[0])
    assert text is not None
    assert text.endswith("Beside the difference, never inside it: 3 kg written off in 1 period.")
    assert str(sentences.totals(series[1])).endswith("Nothing was written off or booked as found.")
    assert sentences.totals(series[7]) is None
