"""What is settled leaves the tests of loss, which go on after it; the rest goes on alarming, and a gain never comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from made_balances import YEAR, balances
from small_sites import Closed, write_site

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.answers.settled.spans import SettledLosses, SettledRow, SettledSpan
from stockward.balance.items import find_in_items
from stockward.balance.settled.placing import PlacedRow
from stockward.balance.settled.settling import settle_rows, with_settled
from stockward.balance.testing import calibrated_tests
from stockward.balance.testing import test_losses as verdicts_of
from stockward.stats.break_even import amounts_alone, least_amounts
from stockward.stats.scanning.hazard import Hazard
from stockward.stats.whitening import sum_of_run
from stockward.terms.verdicts import AlarmState, SettledState, Verdict

ALPHA = 0.05
NO_ROWS = (np.zeros((0, 24)), np.zeros(0))


def placed(amount: float, *places: int, surplus: bool = False, series: int = 0, sigma: float = 0.0) -> PlacedRow:
    """A row of ``settled`` at these periods."""
    row = SettledRow(
        settled="S1", row=2, basis="confirmed_loss", known_since=date(2026, 6, 1), from_inventory="A",
        to_inventory="B", amount=amount, sigma=sigma, reason="known", reference=None, approved_by=None,
        follows_from=None,
    )  # fmt: skip
    return PlacedRow(series=series, places=places, surplus=surplus, start=None, end=None, row=row)


def settled(made: Balances, *rows: PlacedRow) -> tuple[Balances, tuple[SettledSpan, ...], SeriesVerdict]:
    """The balances with what these rows settle, what came of them, and the verdict on the first series."""
    found, spans = settle_rows(rows, made, false_alarm=ALPHA, seed=1)
    return found, spans, verdicts_of(found, false_alarm=ALPHA, seed=1)[0]


def months(*losses: tuple[int, float], periods: int = 24, covariance: np.ndarray | None = None) -> Balances:
    """Two years of months with these losses, in σ, and no other differences."""
    difference = np.zeros(periods)
    for place, amount in losses:
        difference[place] += amount
    return balances({"difference": difference, "covariance": np.eye(periods) if covariance is None else covariance,
                     "days": YEAR / 12})  # fmt: skip


# --- what comes of an amount


def test_a_confirmed_loss_alarms_no_more_and_stands_where_it_stood() -> None:
    made = months((5, 8.0))
    before = verdicts_of(made, false_alarm=ALPHA, seed=1)[0]
    assert (before.verdict, before.alarm_inventory) == (Verdict.SHORTAGE, "I6")
    found, (span,), after = settled(made, placed(8.0, 5))
    assert (after.verdict, after.alarms) == (Verdict.BALANCED, ())
    assert span.state is SettledState.SETTLED
    assert [(one.inventory, one.raised_as_of) for one in span.alarms] == [("I6", before.alarms[0].raised_as_of)]
    assert (span.amount, span.taken, span.shown, span.shown_sigma) == pytest.approx((8, 8, 8, 1))
    # The books say what they said, and how much of it is settled stands beside it.
    assert found.periods["difference"].equals(made.periods["difference"])
    assert after.cumulative == before.cumulative == pytest.approx(8)
    assert found.periods["taken"].sum() == pytest.approx(8)


def test_the_sums_of_the_year_are_had_with_and_without_what_is_settled() -> None:
    _, _, verdict = settled(months((20, 8.0)), placed(7.5, 20))
    assert (verdict.year_sum, verdict.year_settled) == pytest.approx((8.0, 7.5))


def test_what_is_missing_beyond_the_amount_goes_on_alarming() -> None:
    _, (span,), verdict = settled(months((5, 16.0)), placed(6.0, 5))
    assert span.state is SettledState.IN_PART
    assert (verdict.verdict, verdict.alarm_inventory) == (Verdict.SHORTAGE, "I6")
    (loss,) = verdict.losses
    assert loss.low < 10 < loss.high
    assert loss.estimate == pytest.approx(10, abs=0.2)


def test_a_small_amount_over_many_periods_hides_no_loss() -> None:
    # Whoever confirms little over a year would else take the year out of the tests.
    _, (span,), verdict = settled(months((5, 12.0)), placed(0.5, *range(12)))
    assert span.state is SettledState.IN_PART
    assert verdict.verdict is Verdict.SHORTAGE


def test_an_amount_beyond_what_the_books_show_is_told_and_never_a_gain() -> None:
    made = months((5, 8.0), (7, 6.0))
    _, (span,), verdict = settled(made, placed(40.0, 5))
    assert span.state is SettledState.SETTLED
    assert span.more_than_shown
    assert span.taken == pytest.approx(8.0)
    # It hides no later loss: the verdict is that of any other amount that suffices.
    _, (right,), same = settled(made, placed(8.0, 5))
    assert not right.more_than_shown
    assert verdict.verdict is Verdict.SHORTAGE
    assert verdict.alarm_inventory == "I8"
    assert verdict == same


def test_the_doubt_in_an_amount_counts() -> None:
    _, (span,), _ = settled(months((5, 8.0)), placed(9.0, 5))
    assert not span.more_than_shown
    _, (sure,), _ = settled(months((5, 8.0)), placed(11.0, 5))
    _, (unsure,), _ = settled(months((5, 8.0)), placed(11.0, 5, sigma=2.0))
    assert sure.more_than_shown
    assert not unsure.more_than_shown


def test_where_nothing_alarms_no_more_is_taken_than_the_books_show() -> None:
    found, (span,), verdict = settled(months((5, 1.0)), placed(30.0, 4, 5, 6))
    assert span.state is SettledState.NO_ALARM
    assert span.taken == pytest.approx(1.0)
    assert not found.periods["settled"].any()
    assert verdict.verdict is Verdict.BALANCED
    _, (span,), verdict = settled(months((5, -2.0)), placed(30.0, 4, 5, 6))
    assert span.taken == 0
    assert verdict.verdict is Verdict.BALANCED


def test_a_surplus_that_is_explained_is_settled_likewise() -> None:
    made = months((5, -8.0))
    assert verdicts_of(made, false_alarm=ALPHA, seed=1)[0].verdict is Verdict.GAIN
    found, (span,), verdict = settled(made, placed(8.0, 5, surplus=True))
    assert (span.state, verdict.verdict) == (SettledState.SETTLED, Verdict.BALANCED)
    assert found.periods["taken"].sum() == pytest.approx(-8)


def test_rows_whose_periods_touch_are_settled_together() -> None:
    _, spans, verdict = settled(months((5, 6.0), (6, 6.0), (15, 9.0)), placed(6.0, 5), placed(6.0, 6), placed(9.0, 15))
    assert [len(one.rows) for one in spans] == [2, 1]
    assert spans[0].amount == pytest.approx(12)
    assert verdict.verdict is Verdict.BALANCED


# --- what goes on


def test_a_second_loss_is_new_and_its_own() -> None:
    _, _, verdict = settled(months((5, 8.0), (20, 8.0), (23, 0.0)), placed(8.0, 5))
    assert verdict.verdict is Verdict.SHORTAGE
    assert [(one.inventory, one.state) for one in verdict.alarms] == [("I21", AlarmState.STANDING)]
    (loss,) = verdict.losses
    assert loss.estimate == pytest.approx(8.0, abs=0.3)


def test_a_loss_that_goes_on_after_the_confirmed_one_is_found_as_new() -> None:
    lost = [(place, 3.0) for place in range(6, 16)]
    _, (span,), verdict = settled(months(*lost), placed(15.0, *range(6, 11)))
    assert span.state is SettledState.SETTLED
    assert verdict.verdict is Verdict.SHORTAGE
    assert int(str(verdict.alarm_inventory)[1:]) in range(12, 16)


def test_what_is_said_before_a_settled_span_stays_to_the_digit() -> None:
    rng = np.random.default_rng(3)
    covariance = np.eye(24) - 0.4 * (np.eye(24, k=1) + np.eye(24, k=-1)) + 0.3
    difference = np.linalg.cholesky(covariance) @ rng.standard_normal(24)
    difference[14] += 12
    made = balances({"difference": difference, "covariance": covariance, "days": YEAR / 12})
    before = verdicts_of(made, false_alarm=ALPHA, seed=1)[0]
    _, _, after = settled(made, placed(12.0, 13, 14))
    assert after.sitmuf[:13] == before.sitmuf[:13]
    # The record's second year begins with the thirteenth period: the first is closed by then.
    assert after.tests["default"].statistic[:13] == before.tests["default"].statistic[:13]
    assert after.sitmuf[13:15] == (None, None)


def test_a_series_keeps_its_share_where_all_of_it_is_settled() -> None:
    alone = {"difference": [9.0], "covariance": [[1.0]]}
    other = {"difference": np.zeros(4), "covariance": np.eye(4)}
    made = balances(alone, other)
    before = verdicts_of(made, false_alarm=ALPHA, seed=1)
    found, spans = settle_rows([placed(9.0, 0)], made, false_alarm=ALPHA, seed=1)
    after = verdicts_of(found, false_alarm=ALPHA, seed=1)
    assert spans[0].state is SettledState.SETTLED
    assert after[1] == before[1]
    assert after[0].verdict is Verdict.NOT_TESTED


def test_a_hazard_without_gaps_is_what_it_was_and_accrues_nothing_in_them() -> None:
    rate = Hazard(0.0, np.array([0.0, 50.0, 100.0]), np.array([0.0, 1.0, 1.5]))
    ends = np.array([20.0, 40.0, 60.0, 80.0, 100.0])
    assert rate.without(()) is rate
    # By hand: 0.02 a day until day 50, then 0.01; days 20 to 40 and 90 to 100 are out.
    left = rate.without([(20.0, 40.0), (90.0, 100.0)])
    assert left.over(ends) == pytest.approx([0.4, 0.0, 0.3, 0.2, 0.1])


@pytest.mark.parametrize("span", [(2, 3), (9, 15), (14, 14)])
@pytest.mark.parametrize("shared", [0.0, 0.5])
def test_false_alarms_of_the_year_after_stay_at_their_chance(span: tuple[int, int], shared: float) -> None:
    # 20,000 records without loss: the chance is met to 0.15 % of σ; ``benchmarks.settled`` has the whole range.
    periods, draws = 36, 20_000
    covariance = np.eye(periods) - 0.3 * (np.eye(periods, k=1) + np.eye(periods, k=-1)) + shared
    made = balances({"difference": np.zeros(periods), "covariance": covariance, "days": YEAR / 12})
    out = np.isin(np.arange(periods), np.arange(span[0], span[1] + 1))
    made = replace(made, periods=made.periods.with_columns(settled=pl.Series(out)))
    ((_, tests),) = calibrated_tests(made, false_alarm=ALPHA, seed=1)
    assert tests is not None
    factor = np.linalg.cholesky(covariance[np.ix_(~out, ~out)])
    drawn = np.random.default_rng(5).standard_normal((draws, len(factor))) @ factor.T
    kept = np.flatnonzero(~out)
    year = (kept > span[1]) & (kept <= span[1] + 12)
    alarmed = (tests.ratios_of(drawn)[:, year].max(axis=1) > 1).mean()
    assert alarmed == pytest.approx(ALPHA, abs=0.0065)


# --- the figures behind it


def test_the_least_amount_of_one_period_is_where_its_alarm_ends() -> None:
    # Computed otherwise: the bounds of one amount alone, which also mind gains and the windows of later periods.
    made = months((5, 9.0), periods=6)
    ((periods, tests),) = calibrated_tests(made, false_alarm=ALPHA, seed=1)
    assert tests is not None
    least = least_amounts(tests, periods.tested, slice(5, 6), (np.zeros((0, 6)), np.zeros(0)))
    assert least is not None
    assert least[5] == pytest.approx(amounts_alone(tests, periods.tested)[5, 0], rel=1e-6)


def test_the_least_amounts_end_every_alarm_of_their_run_and_a_little_less_does_not() -> None:
    rng = np.random.default_rng(11)
    for _ in range(6):
        covariance = np.eye(24) + 0.3 - 0.4 * (np.eye(24, k=1) + np.eye(24, k=-1))
        difference = np.linalg.cholesky(covariance) @ rng.standard_normal(24)
        difference[8:13] += rng.uniform(2, 6, 5)
        made = balances({"difference": difference, "covariance": covariance, "days": YEAR / 12})
        ((_, tests),) = calibrated_tests(made, false_alarm=ALPHA, seed=1)
        assert tests is not None
        least = least_amounts(tests, difference, slice(8, 13), NO_ROWS)
        assert least is not None
        assert least.sum() > 0
        assert not least[:8].any()
        assert not least[13:].any()
        assert np.max(tests.ratios(difference - least)[8:13]) <= 1 + 1e-6
        assert np.max(tests.ratios(difference - 0.999 * least)[8:13]) > 1


def test_least_amounts_mind_what_no_error_can_have_left() -> None:
    # The inventory between is all that is measured, so that both periods together are exact: what they lack must go.
    made = balances({"difference": [3.0, 2.0], "covariance": [[1.0, -1.0], [-1.0, 1.0]]})
    assert verdicts_of(made, false_alarm=ALPHA, seed=1)[0].verdict is not Verdict.BALANCED
    _, (span,), verdict = settled(made, placed(5.0, 0, 1))
    assert span.least == pytest.approx(5.0, abs=1e-5)
    assert verdict.verdict is Verdict.NOT_TESTED
    _, (span,), verdict = settled(made, placed(2.0, 0, 1))
    assert span.state is SettledState.IN_PART
    assert verdict.verdict in {Verdict.SHORTAGE, Verdict.DISCREPANCY}


def test_the_sum_of_a_run_is_the_best_linear_unbiased_estimate() -> None:
    # Computed otherwise: generalised least squares with one unknown loss a period of the run.
    rng = np.random.default_rng(2)
    root = rng.standard_normal((9, 12))
    covariance, differences = root @ root.T, rng.standard_normal(9)
    run = slice(4, 7)
    design = np.eye(7)[:, run]
    inverse = np.linalg.inv(covariance[:7, :7])
    found = np.linalg.solve(design.T @ inverse @ design, design.T @ inverse @ differences[:7])
    sigma = np.sqrt(np.linalg.inv(design.T @ inverse @ design).sum())
    assert sum_of_run(differences, covariance, run) == pytest.approx((found.sum(), sigma))
    assert sum_of_run(differences, covariance, slice(0, 2)) == pytest.approx(
        (differences[:2].sum(), np.sqrt(covariance[:2, :2].sum()))
    )


# --- sites

HEAD = "settled,basis,known_since,area,substance,material,from_inventory,to_inventory,amount,unit,direction,reason\n"
CONTENTS = "material,substance,amount,unit\nBOX,RDX,2,kg\n"
COUNTS = (
    "inventory,at,area,material,quantity\nI0,2026-01-01,A,BOX,100\nI0,2026-01-01,B,BOX,50\n"
    "I1,2026-02-01,A,BOX,90\nI1,2026-02-01,B,BOX,50\nI2,2026-03-01,A,BOX,90\nI2,2026-03-01,B,BOX,50\n"
)


def reviewed(folder: Path, rows: str, as_of: datetime | None = None) -> tuple[Closed, Balances, SettledLosses]:
    """A small site of items with these rows of ``settled``, closed and settled."""
    movements = "movement,at,kind,material,quantity,to_area\nM1,2026-01-02,receipt,BOX,0,A\n"
    site = write_site(folder, contents=CONTENTS, counts=COUNTS, movements=movements, settled=HEAD + rows)
    assert not site.problems, site.problems
    closed = Closed(site, as_of)
    found, spans = with_settled(closed.books, closed.balances, false_alarm=ALPHA, seed=1)
    return closed, found, spans


@pytest.mark.parametrize(("amount", "left"), [(10, []), (4, [6.0]), (25, [])])
def test_items_are_settled_by_number(tmp_path: Path, amount: int, left: list[float]) -> None:
    closed, found, of = reviewed(tmp_path, f"S1,confirmed_loss,2026-05-01,A,,BOX,I0,I1,{amount},,,stolen\n")
    differences = [
        one.difference for one in find_in_items(closed.books, found, seed=1).discrepancies if one.unit == "each"
    ]
    assert differences == left
    verdicts = dict(zip(closed.ids, verdicts_of(found, false_alarm=ALPHA, seed=1), strict=True))
    assert verdicts["A/BOX"].verdict is (Verdict.DISCREPANCY if left else Verdict.BALANCED)
    own = next(one for one in of.spans if one.rows[0].follows_from is None)
    assert (own.taken, own.more_than_shown) == (min(amount, 10), amount > 10)


def test_what_items_hold_and_the_whole_site_follow(tmp_path: Path) -> None:
    closed, found, of = reviewed(tmp_path, "S1,confirmed_loss,2026-05-01,A,,BOX,I0,I1,10,,,stolen\n")
    names = [(closed.ids[one.series], one.rows[0].follows_from, one.amount) for one in of.spans]
    assert sorted(names, key=str) == sorted(
        [("A/BOX", None, 10.0), ("A/RDX", "A/BOX", 20.0), ("*/RDX", "A/BOX", 20.0)], key=str
    )
    assert all(one.verdict is Verdict.BALANCED for one in verdicts_of(found, false_alarm=ALPHA, seed=1))


def test_a_row_for_a_series_stands_in_place_of_what_follows_for_it(tmp_path: Path) -> None:
    items = "S1,confirmed_loss,2026-05-01,A,,BOX,I0,I1,10,,,stolen\n"
    rows = items + "S2,confirmed_loss,2026-05-01,A,RDX,,I0,I1,20000,g,,same\n"
    closed, _, of = reviewed(tmp_path, rows)
    of_rdx = [one for one in of.spans if closed.ids[one.series] == "A/RDX"]
    assert [[row.settled for row in one.rows] for one in of_rdx] == [["S2"]]
    assert of_rdx[0].amount == pytest.approx(20)
    of_site = [one for one in of.spans if closed.ids[one.series] == "*/RDX"]
    assert [(one.amount, [row.settled for row in one.rows]) for one in of_site] == [(pytest.approx(20), ["S2"])]


def test_a_review_as_of_an_earlier_day_does_not_know_it(tmp_path: Path) -> None:
    row = "S1,confirmed_loss,2026-05-01,A,,BOX,I0,I1,10,,,stolen\n"
    _, found, of = reviewed(tmp_path / "before", row, datetime(2026, 4, 30, 23, tzinfo=UTC))
    assert not of.spans
    assert found.periods["taken"].sum() == 0
    _, _, of = reviewed(tmp_path / "after", row, datetime(2026, 5, 1, 1, tzinfo=UTC))
    assert len(of.spans) == 3


def test_a_row_between_inventories_that_close_nothing_is_told(tmp_path: Path) -> None:
    _, found, of = reviewed(tmp_path, "S1,confirmed_loss,2026-05-01,,RDX,,I7,I8,10,,,stolen\n")
    assert [(one.settled, one.row, one.series) for one in of.unplaced] == [("S1", 2, "*/RDX")]
    assert found.periods["taken"].sum() == 0
