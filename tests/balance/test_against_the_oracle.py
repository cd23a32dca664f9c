"""Every balance of random small sites, against the brute force of the oracle."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import polars as pl
import pytest
from oracle import Books, Period, Rows, close, close_whole_site, covariance
from random_sites import Draw
from small_sites import Closed, write_site

from sites import text_of
from stockward.balance.sigma import terms
from stockward.book import Site

QUANTITIES = (
    "begin", "received", "sent", "end_quantity", "normal_loss", "difference", "written_off", "found", "throughput",
)  # fmt: skip


@cache
def drawn(seed: int) -> tuple[Rows, datetime | None, Site]:
    """A random site: its rows, the moment that is asked about, and the site as it is read."""
    draw = Draw(seed)
    rows, as_of = draw.rows(), draw.as_of()
    with TemporaryDirectory() as folder:
        return rows, as_of, write_site(Path(folder), **{name: text_of(table) for name, table in rows.items() if table})


def compare(seed: int) -> None:
    """The balances of the site are those of the oracle, to 1e-9 of what passed through."""
    rows, as_of, site = drawn(seed)
    assert site.problems == ()
    result = Closed(site, as_of)
    expected = close(rows, as_of)
    assert result.books.late_rows == Books(rows, as_of).late
    series = result.balances.series.filter(pl.col("scope") == "area")
    keys = [f"{row['id']}/{row['basis']}" for row in series.rows(named=True)]
    assert sorted(keys) == sorted(expected)
    for number, key in enumerate(keys):
        one, periods = expected[key]
        assert series["unit"][number] == one.unit
        shown = [row for row in result.balances.periods.rows(named=True) if row["series"] == number]
        assert [(row["inventory"], row["status"]) for row in shown] == [(p.inventory, p.status) for p in periods], key
        for row, period in zip(shown, periods, strict=True):
            compare_period(row, period)
        compare_covariance(result.balances.covariances[number], periods)
    compare_whole_site(result, rows, as_of)


def compare_whole_site(result: Closed, rows: dict[str, list[dict[str, str]]], as_of: datetime | None) -> None:
    """The series of the site stand after those of the areas, in order of the substance."""
    expected = close_whole_site(rows, as_of)
    balances = result.balances
    names = balances.series.filter(pl.col("scope") == "site")["id"].to_list()
    assert names == [f"*/{substance}" for substance in sorted(expected)] == result.ids[len(result.ids) - len(names) :]
    for place, substance in enumerate(sorted(expected)):
        number, whole = len(result.ids) - len(names) + place, expected[substance]
        row = balances.series.row(number, named=True)
        assert (row["area"], row["substance"], row["basis"], row["unit"]) == (None, substance, "bulk", whole.unit)
        said = balances.sites.row(place, named=True)
        assert (said["series"], said["outside"], said["reason"] is None) == (
            number, whole.outside, bool(whole.joined)
        )  # fmt: skip
        joined = balances.joined.filter(pl.col("series") == number)
        assert joined.select("area", "at", "area_inventory").rows() == [
            (area, *known.inventory) for one in whole.joined for area, known in one.items() if known.counted
        ]
        shown = [row for row in balances.periods.rows(named=True) if row["series"] == number]
        assert [(row["inventory"], row["status"]) for row in shown] == [(p.inventory, p.status) for p in whole.periods]
        for row, period in zip(shown, whole.periods, strict=True):
            compare_period(row, period)
        compare_covariance(balances.covariances[number], whole.periods)


def compare_period(row: dict[str, object], period: Period) -> None:
    assert (row["start"], row["end"]) == (period.start, period.end)
    scale = 1e-9 * max(period.throughput, 1e-3)
    if period.status == "incomplete":
        assert all(row[name] is None for name in (*QUANTITIES, "sigma", "sigma_random", "sigma_systematic"))
        return
    for name in QUANTITIES:
        assert row[name] == pytest.approx(getattr(period, name), rel=1e-9, abs=scale), name
    if period.status == "not_tested":
        assert row["sigma"] is None
        return
    random, systematic = period.sigma("random"), period.sigma("systematic")
    assert row["sigma_random"] == pytest.approx(random, rel=1e-9, abs=scale)
    assert row["sigma_systematic"] == pytest.approx(systematic, rel=1e-9, abs=scale)
    assert row["sigma"] == pytest.approx(period.sigma("random", "systematic"), rel=1e-9, abs=scale)


def compare_covariance(found: np.ndarray, periods: list[Period]) -> None:
    expected = np.array(covariance(periods)).reshape(found.shape)
    sigma = np.sqrt(np.diagonal(expected))
    through = np.array([period.throughput for period in periods if period.status == "closed"])
    np.testing.assert_array_less(
        np.abs(found - expected), 1e-9 * np.outer(sigma + 1e-6 * through, sigma + 1e-6 * through) + 1e-18
    )


@pytest.mark.parametrize("first", range(0, 150, 10))
def test_random_sites_close_as_the_oracle_does(first: int) -> None:
    for seed in range(first, first + 10):
        compare(seed)


def test_long_ledgers_of_many_areas_close_the_same_without_a_table_of_all_times(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(terms, "_DENSEST", 0)
    for seed in range(20):
        compare(seed)
