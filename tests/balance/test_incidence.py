"""The differences row by row: the same figures as the balances, for the recorded values and for any others."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from random_sites import Draw
from small_sites import write_site

from sites import text_of
from stockward.answers.balances import Balances
from stockward.balance.assembly import Assembly
from stockward.balance.closing import assemble
from stockward.balance.sigma import adjusting
from stockward.balance.sigma.adjusting import adjust
from stockward.balance.sigma.copies import AGREEMENT, check_copy
from stockward.balance.sigma.incidence import Incidence, incidence_of
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.terms.errors import StockwardError

Opened = tuple[KnownBooks, Assembly, Balances, Incidence]


def opened(site: Site) -> Opened:
    books = known_at(site, None)
    assembly = assemble(books)
    balances = assembly.balances(*(books[name] for name in ("areas", "materials", "methods")))
    return books, assembly, balances, incidence_of(books, assembly, balances)


@cache
def opened_at_random(seed: int) -> Opened:
    """Of a random site; nothing that is asked of it here changes it."""
    tables = {name: text_of(table) for name, table in Draw(seed).rows().items() if table}
    with TemporaryDirectory() as folder:
        return opened(write_site(Path(folder), **tables))


@pytest.mark.parametrize("seed", range(25))
def test_rows_give_the_differences_and_covariances_of_the_balances(seed: int) -> None:
    _, _, balances, incidence = opened_at_random(seed)
    closed = balances.periods.filter(pl.col("status") != "incomplete")
    assert [series.number for series in incidence.series] == sorted(closed["series"].unique())
    for series in incidence.series:
        own = incidence.rows.quantity[series.rows][None]
        periods = balances.periods.filter((pl.col("series") == series.number) & (pl.col("status") != "incomplete"))
        scale = periods["throughput"].fill_null(0).to_numpy() + 1
        expected = periods["difference"].to_numpy()
        known = ~np.isnan(expected)
        np.testing.assert_allclose((series.differences(own)[0] / scale)[known], (expected / scale)[known], atol=1e-12)
        lost = series.lost.by_span(series.lost.quantities(own), len(known))[0]
        np.testing.assert_allclose(lost[known], periods["normal_loss"].to_numpy()[known], atol=1e-12)
        matrix = balances.covariances[series.number]
        size = np.max(np.diagonal(matrix), initial=0.0) or 1.0
        np.testing.assert_allclose(series.covariance(own)[0] / size, matrix / size, atol=1e-12)


@pytest.mark.parametrize("seed", range(25))
def test_a_copy_with_other_quantities_closes_to_the_same_figures(seed: int) -> None:
    books, assembly, _, incidence = opened_at_random(seed)
    rng = np.random.default_rng(seed)
    weighed = incidence.rows.weighed
    quantity = incidence.rows.quantity * np.where(weighed, rng.uniform(0.7, 1.3, len(incidence.rows)), 1.0)
    assert check_copy(books, assembly, incidence, quantity) <= AGREEMENT


def test_a_copy_that_departs_is_an_error(tmp_path: Path) -> None:
    books, assembly, _, incidence = opened(two_areas(tmp_path))
    incidence.series[0].incidence.data[0] *= 1.0 + 1e-8
    with pytest.raises(StockwardError, match=r"^A/BOX: a copy closed by the review departs"):
        check_copy(books, assembly, incidence, incidence.rows.quantity)


def two_areas(folder: Path) -> Site:
    return write_site(
        folder,
        methods="method,random_rel,systematic_rel,random_abs,systematic_abs,unit\n"
        "scale,0.01,0.02,,,\nbalance,,,500,200,g\nfine,0.001,,,,\n",
        movements="movement,at,kind,material,quantity,from_area,to_area,method\n"
        "m1,2026-01-05,receipt,TNT,60,,A,scale\nm2,2026-01-09,transfer,TNT,25,A,B,balance\n"
        "m3,2026-01-12,issue,TNT,8,B,,fine\nm4,2026-02-05,transfer,TNT,35,A,B,scale\n"
        "m5,2026-02-09,receipt,BOX,4,,A,\nm6,2026-02-10,issue,BOX,3,A,,\n",
        counts="inventory,at,area,material,quantity,method\n"
        "I0,2026-01-01,A,TNT,100,balance\nI1,2026-02-01,A,TNT,130,balance\nI2,2026-03-01,A,TNT,97,balance\n"
        "I0,2026-01-01,B,TNT,0,\nI1,2026-02-01,B,TNT,15,scale\nI2,2026-03-01,B,TNT,52,scale\n"
        "I0,2026-01-01,A,BOX,2,\nI1,2026-02-01,A,BOX,2,\nI2,2026-03-01,A,BOX,2,\n",
    )


def test_adjusted_rows_are_those_of_the_formula(tmp_path: Path) -> None:
    """x̂ = x − V Aᵀ (A V Aᵀ)⁺ A x, with V written out for the two areas by hand."""
    _, _, _, incidence = opened(two_areas(tmp_path))
    x = incidence.rows.quantity
    names = ["m1", "m2", "m3", "m4", "m5", "m6", "A0", "A1", "A2", "B0", "B1", "B2", "x0", "x1", "x2"]
    at = {name: number for number, name in enumerate(names)}
    a = np.zeros((4, len(names)))
    flows = [{"m1": 1, "m2": -1}, {"m4": -1}, {"m2": 1, "m3": -1}, {"m4": 1}]
    for row, (area, period, flow) in enumerate(zip("AABB", (1, 2, 1, 2), flows, strict=True)):
        for name, sign in {f"{area}{period - 1}": 1, f"{area}{period}": -1, **flow}.items():
            a[row, at[name]] = sign
    fresh, shared = np.zeros(len(names)), np.zeros((len(names), 2))
    for name in ("m1", "m4", "B1", "B2"):
        fresh[at[name]], shared[at[name], 0] = 0.01 * x[at[name]], 0.02 * x[at[name]]
    for name in ("m2", "A0", "A1", "A2"):
        fresh[at[name]], shared[at[name], 1] = 0.5, 0.2
    fresh[at["m3"]] = 0.001 * x[at["m3"]]
    v = np.diag(fresh**2) + shared @ shared.T
    expected = x - v @ a.T @ np.linalg.pinv(a @ v @ a.T) @ (a @ x)
    adjusted = adjust(incidence)
    np.testing.assert_allclose(adjusted.quantity, expected, rtol=1e-10)
    np.testing.assert_allclose(a @ adjusted.quantity, 0, atol=1e-10)
    # A missing box stays missing: nothing measured can take it up.
    standing = dict(zip([series.id for series in incidence.series], adjusted.standing, strict=True))
    assert standing["A/BOX"].tolist() == [0, 1]
    assert not standing["A/TNT"].any()


def test_many_periods_are_adjusted_to_the_same_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _, _, _, incidence = opened(two_areas(tmp_path))
    few = adjust(incidence).quantity
    monkeypatch.setattr(adjusting, "_FEW", 0)
    np.testing.assert_allclose(adjust(incidence).quantity, few, rtol=1e-8)


@pytest.mark.parametrize("seed", range(15))
def test_after_adjusting_every_difference_is_zero_or_exact(seed: int) -> None:
    _, _, _, incidence = opened_at_random(seed)
    adjusted = adjust(incidence)
    assert np.all(adjusted.quantity >= 0)
    np.testing.assert_array_equal(
        adjusted.quantity[~incidence.rows.weighed], incidence.rows.quantity[~incidence.rows.weighed]
    )
    for series, standing in zip(incidence.series, adjusted.standing, strict=True):
        own = adjusted.quantity[series.rows]
        left = series.differences(own[None])[0][series.kept] - standing[series.kept]
        size = (abs(series.incidence) @ own + np.abs(series.offset))[series.kept]
        assert np.all(np.abs(left) <= 1e-9 * size)
