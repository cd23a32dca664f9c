"""Error terms and their what-ifs, smallest losses, goals and remedies."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from plants import METHODS, worked_plant
from random_sites import Draw
from small_sites import Closed, write_site

from sites import text_of
from stockward.answers.balances import Balances
from stockward.answers.detection import SeriesDetection
from stockward.balance.closing import close_balances
from stockward.balance.testing import hazards
from stockward.book import Site
from stockward.book.known import known_at
from stockward.stats.loss_tests import CalibratedTests
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS
from stockward.terms.verdicts import Verdict
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.error_terms import ErrorTerms
from stockward.unseen.goals import Goal, answer, goals_of
from stockward.unseen.patterns import even_shares
from stockward.unseen.series import SightRequest, sights, unseen_losses
from stockward.unseen.sight import Sight

NO_GOALS = pl.DataFrame(
    schema={"quantity": pl.Float64, "within_days": pl.Float64} | dict.fromkeys(("area", "substance", "unit"), pl.String)
)


def closed(site: Site) -> Balances:
    return close_balances(known_at(site, None))


def terms_of(site: Site, series: int = 0) -> ErrorTerms:
    return ErrorTerms.of(closed(site), series)


def looked(site: Site, detection: float = 0.95) -> list[SeriesDetection]:
    balances = closed(site)
    asked = SightRequest(goals=site["goals"], detection=detection, seed=1)
    again = BooksCalibrated(known_at(site, None), balances)
    return list(unseen_losses(balances, sights(balances, hazards(balances, 0.05), asked), asked, again=again))


def test_the_terms_rebuild_every_covariance_of_the_example(ridgeway_site: Site) -> None:
    balances = closed(ridgeway_site)
    rebuilt = 0
    for number, covariance in enumerate(balances.covariances):
        kept = np.diagonal(covariance) > 0
        if kept.any():
            rebuilt += 1
            expected = covariance[np.ix_(kept, kept)]
            found = ErrorTerms.of(balances, number).covariance()
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * expected.max())
    assert rebuilt == 18


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_the_terms_rebuild_every_covariance_of_random_sites(first: int, tmp_path: Path) -> None:
    for seed in range(first, first + 20):
        tables = {name: text_of(rows) for name, rows in Draw(seed).rows().items() if rows}
        balances = closed(write_site(tmp_path / str(seed), **tables))
        for number, covariance in enumerate(balances.covariances):
            kept = np.diagonal(covariance) > 0
            found = ErrorTerms.of(balances, number).covariance()
            expected = covariance[np.ix_(kept, kept)]
            np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12 * np.max(expected, initial=0))


MOVED = "movement,at,kind,material,quantity,from_area,to_area,method,measurement\n"
COUNTED = "inventory,at,area,material,quantity,method,measurement,sheet\n"


def drums(folder: Path, weeks: int = 6) -> Site:
    """A store of sealed drums, each listed at the weight at which it came until it leaves; and an open heap."""
    moved, counted, stock = [], [], [0, 1, 2]
    day = date(2026, 1, 5)
    for week in range(weeks + 1):
        at = day + timedelta(weeks=week)
        counted += [f"I{week},{at},S,TNT,{40 + number},scale,D{number},d{number}" for number in stock]
        counted.append(f"I{week},{at},S,TNT,{70 + week % 3},scale,,heap")
        came, left = max(stock) + 1, stock.pop(0)
        stock.append(came)
        moved.append(f"r{week},{at + timedelta(days=3)},receipt,TNT,{40 + came},,S,scale,D{came}")
        moved.append(f"i{week},{at + timedelta(days=4)},issue,TNT,{40 + left},S,,scale,D{left}")
    return write_site(
        folder,
        areas="area,kind\nS,store\n",
        methods="method,random_rel,systematic_rel,random_abs\nscale,0.004,0.002,0.3\n",
        movements=MOVED + "\n".join(moved),
        counts=COUNTED + "\n".join(counted),
    )


def test_what_is_read_once_stays_without_error_in_every_what_if(tmp_path: Path) -> None:
    """Only the heap has errors, however the method is bettered, calibrated, checked, or the store counted."""
    terms = terms_of(drums(tmp_path))
    heap = terms._chosen(np.flatnonzero(terms.reading < 0))
    what_ifs = (
        lambda one: one,
        lambda one: one.with_errors("scale", random=0.3, systematic=0.5),
        lambda one: one.check_weighed("scale", 0.4),
        lambda one: one.split(3),
        lambda one: one.counted_less(2),
        lambda one: one.counted_more(3),
    )
    for change in what_ifs:
        expected = change(heap).covariance()
        np.testing.assert_allclose(change(terms).covariance(), expected, atol=1e-12 * expected.max())


def test_fewer_counts_of_drums_in_the_terms_are_fewer_in_the_books(tmp_path: Path) -> None:
    site = drums(tmp_path)
    fewer = site.replace(counts=site["counts"].filter(pl.col("inventory").is_in(["I0", "I2", "I4", "I6"])))
    np.testing.assert_allclose(terms_of(site).counted_less(2).covariance(), terms_of(fewer).covariance(), atol=1e-12)


def test_smaller_errors_in_the_terms_are_smaller_errors_in_the_books(tmp_path: Path) -> None:
    better = METHODS.replace("in,0.005,0.003", "in,0.001,0.0015")
    by_books = terms_of(worked_plant(tmp_path / "two", weeks=9, methods=better)).covariance()
    by_terms = terms_of(worked_plant(tmp_path / "one", weeks=9)).with_errors("in", random=0.2, systematic=0.5)
    np.testing.assert_allclose(by_terms.covariance(), by_books, atol=1e-12)


def test_fewer_counts_in_the_terms_are_fewer_counts_in_the_books(tmp_path: Path) -> None:
    site = worked_plant(tmp_path, weeks=9)
    every_third = site["counts"].filter(site["counts"]["inventory"].is_in(["W00", "W03", "W06", "W09"]))
    by_books = terms_of(site.replace(counts=every_third)).covariance()
    terms = terms_of(site)
    fewer = terms.counted_less(3)
    np.testing.assert_allclose(fewer.covariance(), by_books, atol=1e-12)
    together = np.kron(np.eye(3), np.ones((1, 3)))
    np.testing.assert_allclose(fewer.covariance(), together @ terms.covariance() @ together.T, atol=1e-12)
    # A number that does not divide the periods leaves a shorter last one.
    assert [int(b - a) for a, b in pairwise([*terms.counted_less(4).start, terms.end[-1]])][-1] < 8e12


def test_more_counts_in_the_terms_are_more_counts_in_the_books(tmp_path: Path) -> None:
    # Weeks of a plant whose stock stands still, counted every second week; then every week again.
    whole = worked_plant(tmp_path, weeks=8)
    kept = [f"W{week:02d}" for week in range(0, 9, 2)]
    rare = terms_of(whole.replace(counts=whole["counts"].filter(whole["counts"]["inventory"].is_in(kept))))
    again = rare.counted_more(2)
    np.testing.assert_array_equal(again.end, terms_of(whole).end)
    # Each week has half of the random variance of two weeks' flows, which are two weighings: as the books have it.
    np.testing.assert_allclose(again.covariance(), terms_of(whole).covariance(), atol=1e-12)


def test_a_second_scale_halves_what_it_weighs_again(tmp_path: Path) -> None:
    terms = terms_of(worked_plant(tmp_path, weeks=4))
    found, base = terms.check_weighed("in", 1.0).covariance(), terms.covariance()
    assert found[0, 0] == pytest.approx(base[0, 0] - 0.25 / 2 - 0.09 / 2)
    assert found[0, 3] == pytest.approx(base[0, 3] - 0.09 / 2)
    assert terms.check_weighed("in", 1.0).methods[-1] == "in, second scale"


def test_a_part_of_an_area_has_its_share_of_the_measurements(tmp_path: Path) -> None:
    terms = terms_of(worked_plant(tmp_path, weeks=4))
    shared = 2 * 0.09
    np.testing.assert_allclose(terms.split(4).covariance(), (terms.covariance() - shared) / 4 + shared / 16, atol=1e-12)


def sight(terms: ErrorTerms) -> Sight:
    """One series alone, at 5 % a year."""
    days = (terms.end - terms.start) / MICROSECONDS_A_DAY
    return Sight(terms, hazard=-np.log(0.95) * days / YEAR_DAYS, detection=0.95, seed=1)


def test_an_even_loss_covers_the_last_year_and_the_time_that_nobody_tested_is_unseen(tmp_path: Path) -> None:
    terms = terms_of(worked_plant(tmp_path, weeks=8))
    one = sight(terms)
    np.testing.assert_allclose(one.even(), np.full(8, 1 / 8))
    np.testing.assert_allclose(one.even(21), [0, 0, 0, 0, 0, 1 / 3, 1 / 3, 1 / 3])
    start, end = np.delete(terms.start, 3), np.delete(terms.end, 3)
    assert even_shares(start, end, ()).sum() == pytest.approx(7 / 8)
    exact = (int(terms.start[3]), int(terms.end[3]))
    assert even_shares(start, end, (exact,)).sum() == pytest.approx(1)


def test_smallest_losses_stand_in_their_order(tmp_path: Path) -> None:
    (found,) = looked(worked_plant(tmp_path))
    known = found.detectable
    assert known is not None
    assert known.probability == 0.95
    assert known.limit_abrupt < known.abrupt < known.abrupt_last < known.limit_even_year < known.even_year
    assert known.limit_even_year <= known.limit_worst <= known.worst_pattern
    # One series, one calibration: the best test of an even loss is near the sum, (1.645 + 1.645) × 22.7.
    assert known.limit_worst == pytest.approx(2 * 1.6448536 * 22.68744145997957, rel=2e-3)
    assert found.error_points < 0.2
    assert found.remedies == ()


GOALS = "area,substance,quantity,unit,within_days\nA,TNT,{quantity},{unit},{days}\n"


def test_a_goal_that_is_met_says_from_which_loss(tmp_path: Path) -> None:
    (found,) = looked(worked_plant(tmp_path, goals=GOALS.format(quantity=0.1, unit="t", days=365)))
    assert found.goal.met
    assert found.goal.quantity == pytest.approx(100)
    assert found.goal.short_by == pytest.approx(found.goal.detectable - 100)
    assert found.goal.detectable == pytest.approx(found.detectable.even_year, rel=2e-3)
    assert found.goal.found_within_days == 7
    assert found.remedies == ()


def test_a_goal_that_is_not_met_has_remedies_and_the_least_that_reaches_it(tmp_path: Path) -> None:
    site = worked_plant(tmp_path, goals=GOALS.format(quantity=60, unit="kg", days=365))
    (found,) = looked(site)
    assert not found.goal.met
    assert found.goal.short_by > 0
    by_kind = {remedy.kind: remedy for remedy in found.remedies}
    assert set(by_kind) == {
        "calibrate", "systematic_error", "random_error", "check_weigh", "split", "count_more",
    }  # fmt: skip
    assert [remedy.ratio for remedy in found.remedies] == sorted(remedy.ratio for remedy in found.remedies)
    split = by_kind["split"]
    assert split.restores
    assert split.level == 2
    # What is promised is what a site with the measure shows.
    systematic = by_kind["systematic_error"]
    better = METHODS.replace(
        f"{systematic.method},0.005,0.003", f"{systematic.method},0.005,{0.003 / systematic.level}"
    )
    (measured,) = looked(worked_plant(tmp_path / "better", methods=better))
    assert measured.detectable.even_year == pytest.approx(systematic.detectable.even_year, rel=0.01)


def test_a_long_calibration_that_lets_the_error_be_estimated_is_said(tmp_path: Path) -> None:
    # Random errors are nothing beside the shared one, and the goal asks for a loss within a month.
    methods = "method,random_rel,systematic_rel,calibration_days\nin,0.0001,0.01,\nout,0.0001,0.01,\ntank,0.0001,0,\n"
    goals = GOALS.format(quantity=0.01, unit="kg", days=28)
    site = worked_plant(tmp_path / "one", methods=methods, goals=goals)
    weekly = worked_plant(tmp_path / "two", methods=methods.replace("in,0.0001,0.01,", "in,0.0001,0.01,7"))
    (found,) = looked(site)
    calibrate = next(remedy for remedy in found.remedies if remedy.kind == "calibrate")
    assert calibrate.ratio > 0.99
    one, often = (sight(terms_of(made)) for made in (site, weekly))
    assert often.limit(often.abrupt(40)) > 1.1 * one.limit(one.abrupt(40))
    assert calibrate.note == "does not help: a long common calibration lets the shared error be estimated"


def test_inventories_that_stand_further_apart_than_the_goal_allows(tmp_path: Path) -> None:
    (found,) = looked(worked_plant(tmp_path, goals=GOALS.format(quantity=60, unit="kg", days=3)))
    assert (found.goal.met, found.goal.detectable, found.goal.probability) == (False, None, 0)
    assert "further apart" in str(found.goal.reason)


def test_an_area_has_its_goals_and_that_of_a_site_which_it_is(tmp_path: Path) -> None:
    goals = "area,substance,quantity,unit,within_days\n,TNT,60,,\nA,TNT,9,g,30\n"
    table = worked_plant(tmp_path, weeks=2, goals=goals)["goals"].to_dicts()
    own, site = Goal(pytest.approx(0.009), 30), Goal(60, 365)
    assert goals_of(table, "A", "TNT", "kg") == [own]
    # A goal without an area is one of the whole site, or of the area that holds all of the substance.
    assert goals_of(table, None, "TNT", "kg") == [site]
    assert goals_of(table, "B", "TNT", "kg") == []
    assert goals_of(table, "B", "TNT", "kg", whole=True) == [site]
    assert goals_of(table, "A", "TNT", "kg", whole=True) == [site, own]
    assert goals_of(table[::-1], "A", "TNT", "kg", whole=True) == [own, site]
    assert goals_of([*table, *table], None, "TNT", "kg") == [site]
    assert goals_of(table, "B", "RDX", "kg") == []
    assert goals_of(table, "A", None, "each") == []


def test_two_goals_of_one_store_are_both_judged(tmp_path: Path) -> None:
    rows = [",TNT,60,kg,365", "A,TNT,900,kg,30"]
    for number, order in enumerate((rows, rows[::-1])):
        goals = "\n".join(["area,substance,quantity,unit,within_days", *order, ""])
        (found,) = looked(worked_plant(tmp_path / str(number), goals=goals))
        (other,) = found.further_goals
        # The one that is not met stands first, whichever is stated first, and the remedies are for it.
        assert (found.goal.quantity, found.goal.met) == (60, False)
        assert (other.quantity, other.within_days, other.met) == (900, 30, True)
        assert found.remedies


def test_an_even_loss_is_spread_over_the_days_of_a_short_record(tmp_path: Path) -> None:
    (found,) = looked(worked_plant(tmp_path, weeks=8))
    assert found.even_days == pytest.approx(56)


def test_a_goal_of_the_site_is_not_reached_by_splitting_the_area_that_holds_all(tmp_path: Path) -> None:
    goals = "area,substance,quantity,unit,within_days\n{},TNT,80,kg,365\n"
    by_area = {}
    for area in ("", "A"):
        (found,) = looked(worked_plant(tmp_path / (area or "site"), goals=goals.format(area)))
        by_area[area] = {one.kind for one in found.remedies}
    assert by_area[""] == by_area["A"] - {"split"}
    assert "split" in by_area["A"]
    # Stated both ways it is one goal, and one of the site.
    both = goals.format("A") + ",TNT,80,kg,365\n"
    (found,) = looked(worked_plant(tmp_path / "both", goals=both))
    assert not found.further_goals
    assert "split" not in {one.kind for one in found.remedies}


def two_stores(folder: Path, goal: float, **tables: str) -> Site:
    """One receipt and one issue a month of each of two stores, over a scale that shares all of its error."""
    months = [date(2025, 1, 1) + timedelta(days=28 * number) for number in range(14)]
    moved = [
        f"{kind}{area}{place},{at + timedelta(days=day)},{kind},TNT,5000,{route},bridge"
        for area in "AB"
        for place, at in enumerate(months[:-1])
        for kind, day, route in (("receipt", 9, f",{area}"), ("issue", 16, f"{area},"))
    ]
    counts = [f"I{place},{at},{area},TNT,300,tank" for area in "AB" for place, at in enumerate(months)]
    return write_site(
        folder,
        areas="area,kind\nA,store\nB,store\n",
        methods="method,random_rel,systematic_rel,calibration_days\nbridge,0.0005,0.003,{}\ntank,0.001,0,\n".format(
            tables.get("days", "")
        ),
        movements="movement,at,kind,material,quantity,from_area,to_area,method\n"
        + "\n".join(row.replace(",issue,TNT,5000", ",issue,TNT,1000") for row in moved),
        counts="inventory,at,area,material,quantity,method\n" + "\n".join(counts),
        goals=f"area,substance,quantity,unit,within_days\n,TNT,{goal},kg,365\n",
    )


@pytest.mark.parametrize("days", [182, 91, 30, 14, 7])
def test_what_calibrating_reaches_is_what_books_show_in_which_it_was_done(days: int, tmp_path: Path) -> None:
    site = two_stores(tmp_path / "now", 310)
    balances = closed(site)
    again = BooksCalibrated(known_at(site, None), balances)
    done = closed(two_stores(tmp_path / "then", 310, days=str(days)))
    for number in range(balances.series.height):
        found = again.calibrated(ErrorTerms.of(balances, number), number, "bridge", days).covariance()
        np.testing.assert_allclose(found, ErrorTerms.of(done, number).covariance(), rtol=1e-9, atol=1e-9)


def test_no_load_is_spread_over_two_calibrations(tmp_path: Path) -> None:
    found = looked(two_stores(tmp_path, 310))[-1]
    (calibrated,) = (one for one in found.remedies if one.kind == "calibrate")
    done = looked(two_stores(tmp_path / "done", 310, days=f"{calibrated.level:g}"))[-1]
    assert found.goal is not None
    assert done.goal is not None
    # The same loss is found once it is done, but for what the draws of the limits leave.
    assert calibrated.ratio * found.goal.detectable == pytest.approx(done.goal.detectable, rel=0.03)
    assert calibrated.restores == done.goal.met
    # To calibrate it more often than it is used changes nothing.
    often = looked(two_stores(tmp_path / "often", 310, days="7"))[-1]
    assert "calibrate" not in {one.kind for one in often.remedies}


def test_no_remedy_is_shown_that_changes_nothing(tmp_path: Path) -> None:
    methods = METHODS.replace("0.003", "0")
    site = worked_plant(tmp_path, weeks=12, methods=methods, goals=GOALS.format(quantity=1, unit="kg", days=84))
    (found,) = looked(site)
    assert {one.kind for one in found.remedies} & {"calibrate", "systematic_error"} == set()
    assert "random_error" in {one.kind for one in found.remedies}


def settled_weeks(balances: Balances, first: int, end: int) -> Balances:
    """The same, a loss being settled that takes these periods out of the tests."""
    inside = pl.int_range(pl.len()).is_between(first, end - 1)
    return replace(balances, periods=balances.periods.with_columns(settled=inside))


def not_tested_weeks(site: Site, first: int, end: int) -> Balances:
    """The same, nobody knowing how what passed in these periods was measured."""
    at = pl.col("at")
    starts = closed(site).periods["start"].to_list()
    bounds = [*starts, closed(site).periods["end"].to_list()[-1]]
    inside = (at > bounds[first]) & (at <= bounds[end])
    method = pl.when(inside).then(None).otherwise("method")
    return closed(
        site.replace(movements=site["movements"].with_columns(method=method.cast(site["movements"].schema["method"])))
    )


@pytest.mark.parametrize(("first", "end"), [(1, 10), (0, 10), (4, 12), (4, 5)])
def test_what_goes_in_settled_periods_goes_unseen_as_in_those_that_are_not_tested(
    first: int, end: int, tmp_path: Path
) -> None:
    site = worked_plant(tmp_path, weeks=12)
    asked = SightRequest(goals=site["goals"], detection=0.95, seed=1)
    found = []
    for balances in (settled_weeks(closed(site), first, end), not_tested_weeks(site, first, end)):
        (one,) = sights(balances, hazards(balances, 0.05), asked)
        assert one is not None
        assert len(one.end) == 12 - (end - first)
        found.append(one)
    for days in (84, 70, 30):
        shares = [one.even(days, one.terms.record) for one in found]
        assert shares[0] == pytest.approx(shares[1])
    # A loss spread over the twelve weeks leaves a twelfth in each that is tested, whichever these are.
    assert found[0].even(84, found[0].terms.record) == pytest.approx(1 / 12)


def test_what_is_promised_beside_settled_periods_is_found_so_often(tmp_path: Path) -> None:
    balances = settled_weeks(closed(worked_plant(tmp_path, weeks=12)), 1, 10)
    asked = SightRequest(goals=NO_GOALS, detection=0.95, seed=1)
    (one,) = sights(balances, hazards(balances, 0.05), asked)
    assert one is not None
    promised = one.curve(one.even(84, one.terms.record))[0].detectable(0.95)
    rng = np.random.default_rng(2)
    noise = rng.multivariate_normal(np.zeros(12), balances.covariances[0], 4000)
    tested = [0, 10, 11]
    test = CalibratedTests(
        balances.covariances[0][np.ix_(tested, tested)],
        start=one.start / MICROSECONDS_A_DAY, end=one.end / MICROSECONDS_A_DAY, hazard=one.hazard, seed=1,
    )  # fmt: skip
    found = np.mean([np.any(ratios > 1) for ratios in test.ratios_of((noise + promised / 12)[:, tested])])
    assert found == pytest.approx(0.95, abs=0.015)


def test_a_series_of_which_all_that_has_errors_is_settled_promises_nothing(tmp_path: Path) -> None:
    balances = settled_weeks(closed(worked_plant(tmp_path, weeks=8)), 0, 8)
    goals = pl.DataFrame({"area": [None], "substance": ["TNT"], "quantity": [5.0], "unit": ["kg"], "within_days": [9]})
    again = BooksCalibrated(known_at(worked_plant(tmp_path, weeks=8), None), balances)
    (found,) = unseen_losses(balances, [None], SightRequest(goals=goals, detection=0.95, seed=1), again=again)
    assert not found.exact
    assert found.goal is not None
    assert not found.goal.met


def test_what_stands_in_counted_items_is_told_from_what_is_weighed(tmp_path: Path) -> None:
    contents = "material,substance,amount,unit,random_rel,systematic_rel\nBOX,TNT,2,kg,0.01,0.005\n"
    moves = "movement,at,kind,material,quantity,from_area,to_area,method\n"
    counts = ["inventory,at,area,material,quantity,method"]
    months = [f"2025-{month:02d}-01T12:00" for month in range(1, 6)]
    counts += [f"N{number},{at},A,BOX,100," for number, at in enumerate(months)]
    site = write_site(tmp_path / "items", contents=contents, movements=moves, counts="\n".join(counts))
    found = dict(zip(closed(site).series["id"], looked(site), strict=True))
    assert found["A/TNT"].in_items
    assert not found["A/BOX"].in_items
    counts += [f"N{number},{at},A,TNT,50,scale" for number, at in enumerate(months)]
    site = write_site(tmp_path / "both", contents=contents, movements=moves, counts="\n".join(counts))
    found = dict(zip(closed(site).series["id"], looked(site), strict=True))
    assert not found["A/TNT"].in_items


def test_a_sigma_that_is_rounding_is_none(tmp_path: Path) -> None:
    balances = closed(worked_plant(tmp_path, weeks=8))
    faint = replace(balances, periods=balances.periods.with_columns(sigma=1e-16 * pl.col("throughput")))
    goals = pl.DataFrame({"area": [None], "substance": ["TNT"], "quantity": [5.0], "unit": ["kg"], "within_days": [9]})
    again = BooksCalibrated(known_at(worked_plant(tmp_path, weeks=8), None), faint)
    (found,) = unseen_losses(faint, [None], SightRequest(goals=goals, detection=0.95, seed=1), again=again)
    assert found.exact
    assert found.goal is not None
    assert found.goal.met


def test_a_goal_larger_than_any_stock_is_simply_met(tmp_path: Path) -> None:
    one = answer(sight(terms_of(worked_plant(tmp_path))), Goal(1e6, 365))
    assert (one.met, one.probability) == (True, 1)


ROUGH = "method,random_abs,unit\nscale,1,kg\ngauge,1e9,kg\n"


def counted_by(folder: Path, gauges: Sequence[str], lost: Mapping[int, float]) -> Site:
    """A heap of 60 t that nobody touches, counted each week by one of the gauges; what is lost in each week."""
    day, stock, counts = date(2026, 1, 5), 60_000.0, ["inventory,at,area,material,quantity,method"]
    for week, gauge in enumerate(gauges):
        stock -= lost.get(week, 0.0)
        counts.append(f"I{week},{day + timedelta(weeks=week)},A,TNT,{stock!r},{gauge}")
    moves = "movement,at,kind,material,quantity\n"
    return write_site(folder, methods=ROUGH, movements=moves, counts="\n".join(counts))


@pytest.mark.parametrize("rough", [2, 3])
def test_a_test_without_error_shows_a_loss_from_where_it_calls_a_discrepancy(tmp_path: Path, rough: int) -> None:
    """Two weeks round a very rough count: their sum is as sharp as the scale, but the rounding of Σ hides that."""
    gauges = ["gauge" if week == rough else "scale" for week in range(7)]
    one = sight(terms_of(counted_by(tmp_path / "none", gauges, {})))
    # In the differences m the combination is mᵢ + mᵢ₊₁ of which 2⁻²³ (σᵢ + σᵢ₊₁) are hidden; five of them must be left.
    shown = 5 * 2**-23 * 2e9
    for week in (rough, rough + 1):
        (curve,) = one.curve(one.abrupt(week - 1))
        loss = curve.detectable(0.95)
        assert loss == pytest.approx(shown, rel=1e-6)
        assert one.limit(one.abrupt(week - 1)) == loss
        assert curve.probability(np.array([0.5 * loss, loss]))[1] == 1
        assert curve.probability(0.5 * loss) < 0.1
        assert curve.standard_error(loss) == 0
        for factor, verdict in ((0.99, Verdict.BALANCED), (1.01, Verdict.DISCREPANCY)):
            found = Closed(counted_by(tmp_path / f"{week}{factor}", gauges, {week: factor * loss}))
            assert found.verdicts()["A/TNT"].verdict == verdict
    # By the end of the week of the rough count nothing is left in it yet.
    (early,) = one.curve(one.abrupt(rough - 1), until=rough - 1)
    assert early.detectable(0.95) > 1e8


@pytest.mark.parametrize("seed", range(3))
def test_no_error_of_the_scale_is_left_in_a_test_without_error(tmp_path: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    gauges = ["gauge" if week == 3 else "scale" for week in range(7)]
    for copy in range(20):
        errors = rng.standard_normal(7) * [1, 1, 1, 1e3, 1, 1, 1]
        site = counted_by(tmp_path / str(copy), gauges, dict(enumerate(np.diff(errors, prepend=0.0).tolist())))
        verdict = Closed(site).verdicts()["A/TNT"]
        assert verdict.left[2] is None
        assert verdict.left[3] == 0


@pytest.mark.parametrize(("errors", "heap"), [("0.001,0.001", False), ("0.001,0.001", True), ("0,0", False)])
def test_what_is_listed_at_an_earlier_reading_meets_no_goal(errors: str, heap: bool, tmp_path: Path) -> None:
    """40 drums of 25 kg that nobody weighs again: a missing drum shows, a kilogram taken out of one never does."""

    def looked_at(place: str, reading: str) -> SeriesDetection:
        days = range(3)
        counts = [
            f"I{day},2026-01-0{day + 1},A,TNT,25,scale,{reading.format(drum=drum)},{drum}"
            for day in days
            for drum in range(40)
        ]
        counts += [f"I{day},2026-01-0{day + 1},A,TNT,10,scale,,heap" for day in days if heap]
        (found,) = looked(
            write_site(
                tmp_path / place,
                methods=f"method,random_rel,systematic_rel\nscale,{errors}\n",
                movements=MOVED,
                goals="substance,area,quantity,unit,within_days\nTNT,A,1,kg,30\n",
                counts=COUNTED + "\n".join(counts),
            )
        )
        return found

    found = looked_at("resting", "W{drum}")
    assert found.resting == pytest.approx(1000)
    assert (found.goal.met, found.goal.detectable) == (False, None)
    assert found.goal.reason == "it may be taken out of what stands at earlier readings: weigh that at each inventory"
    # Followed literally.
    again = looked_at("again", "")
    assert (again.resting, again.goal.reason) == (0, None)
    assert again.goal.detectable is not None


def test_exact_items_show_any_piece_and_what_is_not_tested_shows_nothing(tmp_path: Path) -> None:
    counts = (
        "inventory,at,area,material,quantity,method\n"
        "I0,2026-01-01,A,BOX,10,\nI0,2026-01-01,A,TNT,5,\nI1,2026-01-31,A,BOX,10,\nI1,2026-01-31,A,TNT,5,\n"
    )
    box, tnt = looked(write_site(tmp_path, movements="movement,at,kind,material,quantity\n", counts=counts))
    assert box.exact
    assert (box.detectable.abrupt, box.detectable.probability) == (1, 1)
    assert (tnt.exact, tnt.detectable) == (False, None)


def test_same_site_same_answers(tmp_path: Path) -> None:
    site = worked_plant(tmp_path, weeks=10)
    assert looked(site) == looked(site)
