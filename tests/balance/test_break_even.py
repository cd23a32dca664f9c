"""By how much σ would have to differ for a verdict to turn: the factor is that of whole reviews with scaled errors."""

from __future__ import annotations

from datetime import date, timedelta

import numpy as np
import polars as pl
import pytest
from made_balances import one
from turning import assert_turns, reviewed

import sites
from stockward.book import Site
from stockward.terms.verdicts import ALARMING, Verdict

ERRORS = ("random_rel", "systematic_rel", "random_abs", "systematic_abs")


def process(lost: float) -> Site:
    """A hall that receives TNT every week and fills it into shells, with errors of every kind; ``lost`` a week."""
    rng = np.random.default_rng(5)
    movements, counts, stock = [], [], 500.0
    for week in range(9):
        day = date(2026, 1, 5) + timedelta(days=7 * week)
        counts.append(f"I{week},{day},HALL,TNT,{stock + rng.normal(0, 1.5):.3f},SC")
        moved = 200.0 + 10 * week
        movements.append(f"R{week},{day + timedelta(days=2)},receipt,TNT,{moved + rng.normal(0, 1):.3f},,HALL,WB")
        movements.append(f"M{week},{day + timedelta(days=3)},make,SHELL,{100 + week},,HALL,")
        movements.append(f"S{week},{day + timedelta(days=3)},issue,SHELL,{100 + week},HALL,,")
        stock += moved * 0.99 - 1.8 * (100 + week) - (lost if week >= 4 else 0.0)
    return sites.in_memory(
        {
            "areas": "area,kind\nHALL,process\n",
            "materials": "material,kind,unit\nTNT,bulk,kg\nSHELL,item,each\n",
            "contents": "material,substance,amount,unit,random_rel,systematic_rel\nSHELL,TNT,1.8,kg,0.01,0.004\n",
            "methods": "method,random_rel,systematic_rel,random_abs,systematic_abs,unit\n"
            "SC,0.003,0.001,0.2,0.1,kg\nWB,0.004,0.002,,,\n",
            "normal_losses": "area,substance,rate,basis,random_rel,systematic_rel\n"
            "HALL,TNT,0.01,per_received,0.1,0.1\n",
            "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n" + "\n".join(movements) + "\n",
            "counts": "inventory,at,area,material,quantity,method\n" + "\n".join(counts) + "\n",
        }
    )


def scaled(site: Site, factor: float) -> Site:
    """The same books, every stated error of methods, contents and normal losses so many times as large."""
    tables = {
        name: site[name].with_columns(pl.col(set(ERRORS) & set(site[name].columns)) * factor)
        for name in ("methods", "contents", "normal_losses")
    }
    return site.replace(**tables)


@pytest.mark.parametrize(("lost", "verdict"), [(0.0, Verdict.BALANCED), (8.0, Verdict.SHORTAGE)])
def test_the_factor_is_that_of_whole_reviews_with_scaled_errors(lost: float, verdict: Verdict) -> None:
    site = process(lost)
    said = reviewed(site).verdicts[-1]
    assert said.verdict == verdict
    assert said.break_even is not None
    assert (said.break_even > 1) == (verdict == Verdict.SHORTAGE)

    def alarms(factor: float) -> bool:
        return reviewed(scaled(site, factor)).verdicts[-1].verdict in ALARMING

    assert_turns(alarms, said.break_even)


def test_where_errors_were_estimated_it_is_that_of_the_limits_in_force() -> None:
    """The degrees of freedom of each limit hang on shares of Σ alone, which do not move with all σ."""
    known = process(8.0)
    site = known.replace(methods=known["methods"].with_columns(random_df=pl.lit(4.0), systematic_df=pl.lit(3.0)))
    said = reviewed(site).verdicts[-1]
    assert said.estimated is not None
    assert said.break_even is not None
    assert 1 < said.break_even < 0.95 * (reviewed(known).verdicts[-1].break_even or 0.0)
    for factor, alarms in ((0.999, True), (1.001, False)):
        again = reviewed(scaled(site, factor * said.break_even)).verdicts[-1]
        assert again.default_limits == pytest.approx(said.default_limits, rel=1e-9)
        assert again.break_even == pytest.approx(1 / factor, rel=1e-9)
        assert (again.verdict in ALARMING) is alarms


@pytest.mark.parametrize("periods", [1, 7, 30])
def test_it_is_that_of_the_test_in_force_over_planned_years(periods: int) -> None:
    rng = np.random.default_rng(periods)
    covariance = np.eye(periods) - 0.3 * (np.eye(periods, k=1) + np.eye(periods, k=-1)) + 0.2
    differences = rng.multivariate_normal(np.zeros(periods), covariance)
    said = one(difference=differences, covariance=covariance, days=14.0)
    assert said.break_even is not None
    for factor, alarms in ((0.999, True), (1.001, False)):
        scale = factor * said.break_even
        again = one(difference=differences, covariance=scale**2 * covariance, days=14.0)
        assert (again.verdict in ALARMING) is alarms
        mirrored = one(difference=-differences, covariance=scale**2 * covariance, days=14.0)
        assert (mirrored.verdict in ALARMING) is alarms


def test_a_surplus_turns_like_a_loss() -> None:
    short, gain = (one(difference=[0.0, sign * 9.0, 0.0], covariance=np.eye(3)) for sign in (1, -1))
    assert (short.verdict, gain.verdict) == (Verdict.SHORTAGE, Verdict.GAIN)
    assert short.break_even == gain.break_even > 1  # type: ignore[operator]


def test_nothing_turns_where_nothing_differs_and_what_is_exact_has_no_factor() -> None:
    assert one(difference=[0.0, 0.0], covariance=np.eye(2)).break_even == 0
    assert one(difference=[0.0, 3.0], covariance=np.zeros((2, 2))).break_even is None
    assert one(difference=[0.0, 3.0], covariance=np.zeros((0, 0)), status=["not_tested"] * 2).break_even is None
    # Both differences share all of their error, so that the second must be the first.
    apart = one(difference=[0.5, 0.9], covariance=np.ones((2, 2)))
    assert (apart.verdict, apart.break_even) == (Verdict.DISCREPANCY, None)
