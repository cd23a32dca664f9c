"""Areas counted more often, or less: what a plan expects of its series is what books closed with it tell."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from tests.protection.sites_to_plan import drawn_site

from stockward.answers.plan import MeasureKind
from stockward.book import read_site
from stockward.book.known import known_at
from stockward.protection.closed.counted_books import CountedBooks, DrawnLosses
from stockward.protection.closed.planned_books import planned_site
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.planning import Planner
from stockward.unseen.series import SightRequest

RIDGEWAY = Path(__file__).parents[2] / "examples" / "ridgeway"
GOALS = pl.read_csv(RIDGEWAY.parent / "ridgeway_plan" / "goals.csv")


@pytest.fixture(scope="module")
def seen_and_planner() -> tuple[SeenBooks, Planner, SightRequest]:
    site = read_site(RIDGEWAY)
    asked = SightRequest(goals=GOALS.with_columns(area=None), detection=0.95, seed=1)
    seen = SeenBooks.of(known_at(site, None), asked)
    return seen, Planner(seen, asked.goals, 1, lambda _: {}), asked


@pytest.mark.parametrize(
    "counted",
    [
        {"propellant_mill": Fraction(2)},
        {"cartridge_hall": Fraction(1, 4), "burning_ground": Fraction(1, 2), "propellant_mill": Fraction(4)},
        {"pressing": Fraction(1, 2), "melt_pour": Fraction(2)},
        {"FS-1": Fraction(30), "WB-1": Fraction(7), "propellant_mill": Fraction(2)},
        "all, half as often",
        "all, twice as often",
    ],
)
def test_areas_counted_unlike_make_the_covariance_of_closed_books(
    seen_and_planner: tuple[SeenBooks, Planner, SightRequest], counted: dict[str, Fraction] | str
) -> None:
    seen, planner, asked = seen_and_planner
    if isinstance(counted, str):
        times = Fraction(2) if "twice" in counted else Fraction(1, 2)
        counted = {one.of: times for one in planner.decisions if one.kind is MeasureKind.INVENTORIES}
    choice = planner.today | {
        one: one.place_of(counted[one.of])
        for one in planner.decisions
        if one.kind in (MeasureKind.INVENTORIES, MeasureKind.CALIBRATIONS) and one.of in counted
    }
    closed = SeenBooks.of(known_at(planned_site(seen.books, choice, seen.balances.joined), None), asked)
    there = dict(zip(closed.balances.series["id"], closed.sights, strict=True))
    touched = 0
    for held in planner.case.held:
        sight, terms = there[held.id], held._terms(held.key(choice))
        assert sight is not None
        assert terms is not None
        np.testing.assert_allclose(terms.covariance(), sight.terms.covariance(), rtol=1e-6, atol=1e-6)
        touched += any(area in held.losing for area in counted)
    assert touched


def test_an_uneven_flow_leaves_more_of_the_variance() -> None:
    whole = DrawnLosses(np.array([0]), np.array([28]), np.array([100.0]))
    halves = DrawnLosses(np.array([0, 14]), np.array([14, 28]), np.array([64.0, 4.0]))
    within = np.array([0]), np.array([28])
    np.testing.assert_allclose(halves.within(*within), [68.0])
    np.testing.assert_allclose(whole.within(np.array([0, 7]), np.array([7, 28])), [25.0, 75.0])


def test_what_is_not_told_is_as_an_even_flow_has_it(
    seen_and_planner: tuple[SeenBooks, Planner, SightRequest],
) -> None:
    seen, planner, _ = seen_and_planner
    books, within = CountedBooks(seen, planner.decisions), (np.array([0, 28]), np.array([28, 56]))
    left = books.losses_left("nowhere", "TNT", Fraction(4), Fraction(1), *within)
    np.testing.assert_array_equal(left, [0.25, 0.25])
    np.testing.assert_array_equal(books.losses_left("nowhere", "TNT", None, Fraction(2), *within), [0.5, 0.5])


def test_calibrations_fall_where_they_fall_today_whatever_else_is_counted_less() -> None:
    """They are told from the first use of a scale, which may be an inventory that is left out."""
    site = drawn_site(5017)
    asked = SightRequest(goals=site["goals"], detection=0.95, seed=1)
    seen = SeenBooks.of(known_at(site, None), asked)
    planner = Planner(seen, asked.goals, 1, lambda _: {})
    for areas in ({"north"}, {"north", "south"}):
        choice = planner.today | {
            one: one.place_of(Fraction(1, 4))
            for one in planner.decisions
            if one.kind is MeasureKind.INVENTORIES and one.of in areas
        }
        closed = SeenBooks.of(known_at(planned_site(seen.books, choice, seen.balances.joined), None), asked)
        there = dict(zip(closed.balances.series["id"], closed.sights, strict=True))
        held = next(one for one in planner.case.held if one.area == "north")
        sight, terms = there[held.id], held.terms_with(choice)
        assert sight is not None
        assert terms is not None
        np.testing.assert_allclose(terms.covariance(), sight.terms.covariance(), rtol=1e-9)
