"""Differences that scatter far less than the stated errors are told; honest ones never are."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import chi2
from small_sites import Closed, write_site

import sites
from stockward.answers.measuring.fit import ErrorsFit
from stockward.balance.errors_in_doubt.samples import scatter_samples
from stockward.balance.errors_in_doubt.scatter import FIT_SIZE, errors_fit, quieter_than_stated
from stockward.stats.scatter import chance_of_less_scatter
from stockward.terms.verdicts import Fit, FitPart


def told(folder: Path, readings: np.ndarray) -> list[str]:
    """What is said of a store that is counted every week, and of which nothing comes or goes."""
    days = [date(2026, 1, 5) + timedelta(days=7 * week) for week in range(len(readings))]
    counts = "".join(f"I{day},{day},A,TNT,{kg:.6f},scale\n" for day, kg in zip(days, readings, strict=True))
    site = write_site(
        folder,
        counts="inventory,at,area,material,quantity,method\n" + counts,
        movements="movement,at,kind,material,quantity,from_area,to_area,method\n",
    )
    closed = Closed(site)
    return list(quieter_than_stated(closed.balances, tuple(closed.verdicts().values())))


def test_counts_that_were_copied_from_the_book_are_told(tmp_path: Path) -> None:
    (said,) = told(tmp_path, np.full(27, 500.0))
    assert said.startswith("TNT in A: its 26 differences scatter by 0 of what the stated errors let expect")


@pytest.mark.parametrize(("share", "is_told"), [(1.0, False), (0.5, False), (0.1, True)])
def test_an_error_that_is_stated_too_large_is_told(tmp_path: Path, share: float, is_told: bool) -> None:
    readings = 500 * (1 + 0.01 * share * np.random.default_rng(7).standard_normal(53))
    assert bool(told(tmp_path, readings)) is is_told


def test_a_few_quiet_periods_are_chance(tmp_path: Path) -> None:
    assert told(tmp_path, 500 * (1 + 0.001 * np.random.default_rng(3).standard_normal(6))) == []


@pytest.mark.parametrize("size", [1, 5, 52])
def test_the_chance_is_that_of_chi_square(size: int) -> None:
    y = np.random.default_rng(size).standard_normal(size)
    assert chance_of_less_scatter(y) == pytest.approx(chi2.cdf(y @ y, size), rel=1e-12)
    assert chance_of_less_scatter(0.0 * y) == 0.0


WEEKS = 26


def plant(*, factor: float = 1.0, lost: float = 0.0, seed: int = 2, quiet: bool = False) -> Closed:
    """A store that feeds two halls for half a year by shared scales; errors ``factor`` times as stated."""
    rng = np.random.default_rng(seed)
    methods = {"WB": (0.004, 0.002), "SC": (0.003, 0.002)}
    scales = [(name, quarter, systematic) for name, (_, systematic) in methods.items() for quarter in range(3)]
    drift = {(name, quarter): factor * systematic * rng.standard_normal() for name, quarter, systematic in scales}

    def read(name: str, quantity: float, week: int) -> str:
        random = factor * methods[name][0] * rng.standard_normal()
        return f"{quantity * (1 + random + drift[name, week // 13]):.5f}"

    stock, counts, movements = {"STORE": 900.0, "H1": 300.0, "H2": 400.0}, [], []
    for week in range(WEEKS + 1):
        day = date(2026, 1, 5) + timedelta(days=7 * week)
        for area, quantity in stock.items():
            shown = f"{quantity:.5f}" if quiet and area == "STORE" else read("SC", quantity, week)
            counts.append(f"I{week},{day},{area},TNT,{shown},SC")
        came = 200.0 + rng.uniform(-20, 20)
        received = f"{came:.5f}" if quiet else read("WB", came, week)
        movements.append(f"R{week},{day + timedelta(days=1)},receipt,TNT,{received},,STORE,WB")
        for hall, part in (("H1", 0.4), ("H2", 0.6)):
            sent = f"{part * came:.5f}" if quiet else read("SC", part * came, week)
            movements.append(f"T{week}{hall},{day + timedelta(days=2)},transfer,TNT,{sent},STORE,{hall},SC")
            movements.append(
                f"U{week}{hall},{day + timedelta(days=3)},issue,TNT,{read('WB', part * came, week)},{hall},,WB"
            )
        stock["H1"] -= lost if week == 12 else 0.0
    quarters = [date(2026, 1, 5) + timedelta(days=91 * number) for number in range(3)]
    return Closed(
        sites.in_memory(
            {
                "areas": "area,kind\nSTORE,store\nH1,process\nH2,process\n",
                "materials": "material,kind,unit\nTNT,bulk,kg\n",
                "methods": "method,random_rel,systematic_rel\nWB,0.004,0.002\nSC,0.003,0.002\n",
                "calibrations": "method,at\n" + "".join(f"{name},{day}\n" for name in methods for day in quarters),
                "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n" + "\n".join(movements),
                "counts": "inventory,at,area,material,quantity,method\n" + "\n".join(counts),
            }
        )
    )


def fit_of(closed: Closed) -> ErrorsFit:
    return errors_fit(closed.balances, tuple(closed.verdicts().values()))


def test_what_series_share_is_what_the_whole_site_has_it_for() -> None:
    closed = plant()
    ids = ["H1/TNT", "H2/TNT", "STORE/TNT"]
    kept = {closed.ids.index(one): np.ones(WEEKS, bool) for one in ids}
    samples = scatter_samples(closed.balances, kept)
    together = sum(sample.covariance for sample in samples)
    for first, one in enumerate(samples):
        for other in samples[first + 1 :]:
            _, left, right = np.intersect1d(one.columns, other.columns, return_indices=True)
            shared = one.shared[:, left] @ other.shared[:, right].T
            together = together + shared + shared.T
    np.testing.assert_allclose(together, closed.covariance("*/TNT"), rtol=1e-9, atol=1e-9)
    for sample in samples:
        random = sample.covariance - sample.systematic @ sample.systematic.T
        np.testing.assert_allclose(np.triu(random, 2), 0.0, atol=1e-9)


def test_errors_as_stated_fit() -> None:
    right = fit_of(plant())
    assert (right.fit, right.part, right.hanging) == (Fit.AS_STATED, None, ())
    assert (right.series, right.periods) == (3, 3 * WEEKS)


def test_larger_errors_are_told_with_the_verdicts_that_would_turn() -> None:
    closed = plant(factor=1.5, lost=6.0)
    said = tuple(closed.verdicts().values())
    larger = errors_fit(closed.balances, said)
    assert larger.fit == Fit.MORE
    assert larger.part in (FitPart.ALL, FitPart.RANDOM)
    assert larger.whole is not None
    ratio = larger.whole.ratio
    assert ratio == pytest.approx(1.5, abs=0.25)
    turning = {number for number, one in enumerate(said) if one.break_even and 1 < one.break_even <= ratio}
    assert set(larger.hanging) == turning


def test_smaller_errors_are_told() -> None:
    smaller = fit_of(plant(factor=0.6))
    assert smaller.fit == Fit.LESS
    assert smaller.whole is not None
    assert smaller.whole.p_less < FIT_SIZE < smaller.whole.p_more


def test_a_loss_that_is_alarmed_leaves_the_fit_as_it_is() -> None:
    closed = plant(lost=60.0)
    said = closed.verdicts()
    assert said["H1/TNT"].verdict == "shortage"
    assert said["H1/TNT"].alarmed[12]
    found = errors_fit(closed.balances, tuple(said.values()))
    assert found.fit == Fit.AS_STATED
    assert found.periods == 3 * WEEKS - sum(sum(said[one].alarmed) for one in ("H1/TNT", "H2/TNT", "STORE/TNT"))


def test_what_a_notice_tells_is_not_told_again() -> None:
    closed = plant(quiet=True)
    said = tuple(closed.verdicts().values())
    (notice,) = quieter_than_stated(closed.balances, said)
    assert "TNT in STORE" in notice
    assert errors_fit(closed.balances, said).series == 2


def test_without_a_tested_series_nothing_is_said(tmp_path: Path) -> None:
    closed = Closed(write_site(tmp_path, counts="inventory,at,area,material,quantity\nI1,2026-01-01,A,BOX,5\n",
                    movements="movement,at,kind,material,quantity,from_area,to_area\n"))  # fmt: skip
    found = fit_of(closed)
    assert (found.fit, found.whole, found.clean, found.reached) == (Fit.NOT_TESTED, None, None, None)
