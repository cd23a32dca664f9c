"""Errors that were estimated, from the table of methods to the limits: by hand, and beside the terms of each Σ."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import norm, t
from small_sites import Closed, write_site

from stockward.balance.sigma.freedom import degrees_of_freedom, estimated_of, within_periods
from stockward.unseen.error_terms import TermTables

KNOWN = "method,random_rel,systematic_rel\nbelt,0.01,0.004\nfloor,0.002,0.003\n"
ESTIMATED = (
    "method,random_rel,systematic_rel,basis,random_df,systematic_df,unsure\n"
    "belt,0.01,0.004,measured,9,4,\nfloor,0.002,0.003,assumed,,19,0.25\n"
)
MONTHS = range(1, 13)


def tables(counts_by: str = "floor") -> dict[str, str]:
    moved = [
        f"M{month}{kind},2026-{month:02d}-1{number},{kind},TNT,{quantity + 10 * month},{side},belt"
        for month in MONTHS
        for number, (kind, quantity, side) in enumerate((("receipt", 500, ",A"), ("issue", 450, "A,")))
    ]
    counted = [f"I{month:02d},2026-{month:02d}-01,A,TNT,{100 + 50 * month},{counts_by}" for month in MONTHS]
    return {
        "movements": "\n".join(["movement,at,kind,material,quantity,from_area,to_area,method", *moved]),
        "counts": "\n".join(["inventory,at,area,material,quantity,method", *counted]),
    }


def closed(folder: Path, methods: str) -> Closed:
    return Closed(write_site(folder, methods=methods, **tables()))


def test_the_degrees_of_freedom_of_each_error(tmp_path: Path) -> None:
    """GUM G.4.2: unsure by 25 % is 8 degrees of freedom; what is stated comes first."""
    books = closed(tmp_path, ESTIMATED).books
    assert degrees_of_freedom(books["methods"]) == {"belt": (9.0, 4.0), "floor": (8.0, 19.0)}
    assert degrees_of_freedom(closed(tmp_path / "known", KNOWN).books["methods"]) == {}


def test_parts_of_all_errors_make_all_of_the_covariance(tmp_path: Path) -> None:
    site = closed(tmp_path, ESTIMATED)
    parts = estimated_of(site.balances, 0)
    assert parts is not None
    assert parts.freedom.tolist() == [9.0, 4.0, 8.0, 19.0]
    np.testing.assert_allclose(parts.parts.sum(axis=0), site.covariance("A/TNT"), rtol=1e-12)
    # By hand: the receipts and issues of the first month, of 510 and 460 kg.
    first = parts.parts[:, 0, 0]
    assert first[0] == pytest.approx((0.01**2) * (510**2 + 460**2))
    assert first[1] == pytest.approx((0.004 * 50) ** 2)
    assert first[2] == pytest.approx(0.002**2 * (150**2 + 200**2))
    assert first[3] == pytest.approx((0.003 * 50) ** 2)


def test_parts_of_some_periods_are_those_of_their_covariance(tmp_path: Path) -> None:
    site = closed(tmp_path, ESTIMATED)
    kept = np.arange(len(site.covariance("A/TNT"))) % 3 != 1
    some = within_periods(site.balances.estimated[0], kept)
    assert some is not None
    np.testing.assert_allclose(some.parts.sum(axis=0), site.covariance("A/TNT")[np.ix_(kept, kept)], rtol=1e-12)
    assert within_periods(None, kept) is None


def test_the_terms_of_each_series_have_the_same_parts(tmp_path: Path) -> None:
    site = closed(tmp_path, ESTIMATED)
    for number in range(site.balances.series.height):
        by_account, by_terms = estimated_of(site.balances, number), TermTables(site.balances).of(number).estimated()
        assert by_account is not None
        assert by_terms is not None
        np.testing.assert_allclose(by_terms.parts, by_account.parts, rtol=1e-12, atol=1e-12)
        assert by_terms.freedom.tolist() == by_account.freedom.tolist()


def test_a_second_scale_shares_the_doubt_of_the_first(tmp_path: Path) -> None:
    terms = TermTables(closed(tmp_path, ESTIMATED).balances).of(0).check_weighed("belt", 0.5)
    parts = terms.estimated()
    assert parts is not None
    np.testing.assert_allclose(parts.parts.sum(axis=0), terms.covariance(), rtol=1e-12)


def test_limits_widen_and_known_ones_stay(tmp_path: Path) -> None:
    known, estimated = (closed(tmp_path / name, text) for name, text in (("k", KNOWN), ("e", ESTIMATED)))
    before, after = known.verdicts()["A/TNT"], estimated.verdicts()["A/TNT"]
    assert known.balances.estimated == ()
    assert before.estimated is None
    assert np.array_equal(known.covariance("A/TNT"), estimated.covariance("A/TNT"))
    assert np.all(np.array(after.default_limits) > np.array(before.default_limits))
    assert after.estimated is not None
    assert after.estimated.share == pytest.approx(1.0)
    assert [(one.method, one.kind, one.freedom) for one in after.estimated.errors] == [
        ("belt", "random", 9.0),
        ("belt", "systematic", 4.0),
        ("floor", "random", 8.0),
        ("floor", "systematic", 19.0),
    ]
    shares = np.array([one.share for one in after.estimated.errors])
    expected = 1 / np.sum(shares**2 / np.array([9, 4, 8, 19]))
    assert after.estimated.freedom == pytest.approx(expected)


def test_intervals_of_what_is_missing_carry_the_doubt(tmp_path: Path) -> None:
    """By Student's quantile at the degrees of freedom of the best estimate of an even loss in its periods."""
    books = tables()
    books["counts"] = books["counts"].replace("I07,2026-07-01,A,TNT,450", "I07,2026-07-01,A,TNT,390")
    books["counts"] = re.sub(
        r"(I0[89]|I1\d),(\S+),A,TNT,(\d+)", lambda row: f"{row[1]},{row[2]},A,TNT,{int(row[3]) - 60}", books["counts"]
    )
    sites = [Closed(write_site(tmp_path / name, methods=of, **books)) for name, of in (("k", KNOWN), ("e", ESTIMATED))]
    (known,), (doubted,) = (site.verdicts()["A/TNT"].losses for site in sites)
    days = np.zeros(len(MONTHS) - 1)
    run = slice(int(known.first_inventory[1:]) - 2, int(known.last_inventory[1:]) - 1)
    days[run] = np.diff([np.datetime64(f"2026-{month:02d}-01") for month in MONTHS]).astype(float)[run]
    parts = estimated_of(sites[1].balances, 0)
    assert parts is not None
    weights = np.linalg.solve(sites[1].covariance("A/TNT"), days)
    shares = np.array([weights @ part @ weights for part in parts.parts]) / (weights @ days)
    freedom = 1 / np.sum(shares**2 / parts.freedom)
    wider = t.ppf(0.975, freedom) / norm.ppf(0.975)
    assert 1.02 < wider < 1.4
    assert (doubted.estimate, doubted.not_before, doubted.not_after) == (
        pytest.approx(known.estimate),
        known.not_before,
        known.not_after,
    )
    assert doubted.high - doubted.estimate == pytest.approx(wider * (known.high - known.estimate))
    assert doubted.estimate - doubted.low == pytest.approx(wider * (known.estimate - known.low))
    assert known.low > 0


def test_a_plate_is_known(tmp_path: Path) -> None:
    plate = "method,class,max,division,unit,basis\nbelt,III,3000,1,kg,plate\nfloor,III,3000,1,kg,plate\n"
    assert closed(tmp_path, plate).balances.estimated == ()


def test_what_was_assumed_and_taken_as_known_is_told(tmp_path: Path) -> None:
    methods = (
        "method,random_rel,systematic_rel,basis,random_df,unsure\n"
        "belt,0.01,0.004,assumed,,\nfloor,0.002,0.003,measured,,\ngate,0.01,0.01,assumed,,0.3\n"
        "dock,0.01,0.01,measured,9,\nbay,0.01,0.01,certificate,,\n"
    )
    told = [notice for notice in closed(tmp_path, methods).site.notices if "taken as known" in notice]
    assert told == [
        "methods.csv row 2: its errors were assumed, and are taken as known: write how unsure they are, as a share of "
        "them: unsure 0.25 is 25 %",
        "methods.csv row 3: its errors were measured, and are taken as known: write with how many degrees of freedom: "
        "random_df and systematic_df, or unsure as a share",
        "methods.csv row 5: its systematic error is taken as known, and the other is not: write systematic_df, or "
        "unsure as a share",
    ]


@pytest.mark.parametrize(("column", "value"), [("unsure", "25"), ("random_df", "0"), ("basis", "guess")])
def test_a_doubt_that_cannot_be_is_set_aside(tmp_path: Path, column: str, value: str) -> None:
    site = write_site(tmp_path, methods=f"method,random_rel,{column}\nbelt,0.01,{value}\nfloor,0.01,\n", **tables())
    first = site.problems[0]
    assert (first.file, first.row, first.column) == ("methods.csv", 2, column)
