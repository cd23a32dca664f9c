"""The goals of a site in one case: in its books as they are, or with what may come in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import polars as pl

from stockward.answers.detection import GoalAnswer
from stockward.answers.plan import GoalInTheWay, MeasureKind, PlannedGoal
from stockward.protection.closed.counted_books import CountedBooks
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.closed.weighed_twice import can_be_halved
from stockward.protection.decisions import DecidedLevels, Decision
from stockward.protection.goals_held import HeldGoal
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS
from stockward.terms.verdicts import Scope
from stockward.unseen.goals import Goal, goals_of, goals_of_series
from stockward.unseen.sight import Sight

GoalName = tuple[str, float, float]
"""A goal by its series, its quantity and its days."""
ClosedAgain = Callable[[DecidedLevels], Mapping[GoalName, GoalAnswer]]
"""Every goal of the site in books closed anew with a choice in them."""


@dataclass(frozen=True, slots=True)
class CaseGoals:
    """The goals of one case, held against its series, and how its books are closed with a plan in them.

    ``unmet`` are goals of series that are not tested and not exact: no measure of a plan meets them.
    """

    held: tuple[HeldGoal, ...]
    unmet: tuple[GoalInTheWay, ...]
    exact: int
    closed_again: ClosedAgain

    def met(self, choice: DecidedLevels) -> list[HeldGoal]:
        """The goals that a choice meets, as far as the terms of error tell."""
        return [one for one in self.held if one.is_met(one.key(choice))]

    def missed_when_closed(self, choice: DecidedLevels) -> list[tuple[HeldGoal, GoalAnswer | None]]:
        """The goals that books, closed with the choice, miss, with what was found there."""
        again = self.closed_again(choice)
        closed = [one for one in self.held if one.closed_with(choice)]
        found = [(one, again.get((one.id, one.goal.quantity, one.goal.within_days))) for one in closed]
        return [(one, there) for one, there in found if there is None or not there.met]


class WantedGoals:
    """The goals of each series of closed books, and the areas that it is made of."""

    def __init__(self, seen: SeenBooks, goals: pl.DataFrame) -> None:
        self._seen, self._rows, self._goals = seen, seen.balances.series.to_dicts(), goals.to_dicts()
        self._joined = {row["substance"] for row in self._rows if row["scope"] == Scope.SITE.value}
        self._of_series = goals_of_series(goals, seen.balances.series)
        self._members = dict(seen.balances.sites.select("series", "areas").rows())

    @property
    def tested(self) -> list[tuple[int, Sight]]:
        """The tested series that some goal is about."""
        return [(at, sight) for at, sight in enumerate(self._seen.sights) if sight is not None and self._of(at)]

    @property
    def areas(self) -> list[str]:
        """All areas of these series."""
        return sorted({area for number, _ in self.tested for area in self._areas(number)})

    @property
    def methods(self) -> list[str]:
        """All methods of these series."""
        return sorted({method for _, sight in self.tested for method in sight.terms.methods})

    def held(self, decisions: Sequence[Decision], closed_again: ClosedAgain, counted: CountedBooks) -> CaseGoals:
        """All goals, with the decisions that touch each, and the books with all areas counted more often, or less."""
        untested = [
            (number, held)
            for number, sight in enumerate(self._seen.sights)
            if sight is None
            for held in self._seen.found[number].answers
        ]
        return CaseGoals(
            held=tuple(held for number, sight in self.tested for held in self._held(number, sight, decisions, counted)),
            unmet=tuple(self._untested(number, held) for number, held in untested if not held.met),
            exact=sum(held.met for _, held in untested),
            closed_again=closed_again,
        )

    def _of(self, number: int) -> list[Goal]:
        """The goals of a series, as a review holds them against it."""
        return self._of_series[number]

    def _site_wide(self, number: int) -> list[Goal]:
        """The goals of a series that are not those of its area: a loss may then come from all of it."""
        row = self._rows[number]
        whole = row["substance"] not in self._joined
        return goals_of(self._goals, None, row["substance"], row["unit"]) if whole or row["area"] is None else []

    def _areas(self, number: int) -> list[str]:
        """The area of a series, or all areas that are added up in it."""
        area = self._rows[number]["area"]
        return [area] if area is not None else list(self._members.get(number, []))

    def _held(self, number: int, sight: Sight, decisions: Sequence[Decision], counted: CountedBooks) -> list[HeldGoal]:
        row, methods, areas = self._rows[number], sight.terms.methods, self._areas(number)
        doubled = [one.of for one in decisions if one.kind is MeasureKind.CHECK_WEIGH]
        unclosed = frozenset(one for one in doubled if not can_be_halved(self._seen.books, one))
        of_areas = [one for one in decisions if one.kind is MeasureKind.INVENTORIES and one.of in areas]
        own = 1.0 if len(of_areas) == 1 else _periods_a_year(sight)
        losing = {area: place for place, area in enumerate(areas) if place in sight.terms.losing}
        others = [
            one
            for one in decisions
            if one.kind is MeasureKind.SPLIT
            or (one.of in losing if one.kind is MeasureKind.INVENTORIES else one.of in methods and len(one.levels) > 1)
        ]
        return [
            HeldGoal(
                id=row["id"],
                label=_called(row),
                area=row["area"],
                substance=row["substance"],
                unit=row["unit"],
                goal=goal,
                sight=sight,
                resting=self._seen.found[number].resting,
                areas=tuple((one, 1.0 if len(of_areas) == 1 else _today(one) / own) for one in of_areas),
                others=tuple(others),
                losing=losing,
                counted=counted,
                tested=self._seen.tested,
                tested_in=self._seen.tested_in,
                of_area=goal not in self._site_wide(number),
                unclosed=unclosed,
            )
            for goal in self._of(number)
        ]

    def _untested(self, number: int, held: GoalAnswer) -> GoalInTheWay:
        row = self._rows[number]
        return GoalInTheWay(
            id=row["id"],
            label=_called(row),
            quantity=held.quantity,
            unit=row["unit"],
            reachable=None,
            cost_without=None,
            reason=held.reason or "the series is not tested",
        )


def _today(decision: Decision) -> float:
    return decision.levels[decision.today].a_year


def _periods_a_year(sight: Sight) -> float:
    days = float(sight.end[-1] - sight.start[0]) / MICROSECONDS_A_DAY
    return sight.periods * YEAR_DAYS / days


def _called(row: dict[str, Any]) -> str:
    """What people call a series: the substance and its area, the latter blank for the whole site."""
    holding, area = row["holding_name"] or row["substance"], row["area_name"] or row["area"]
    return f"{holding}, whole site" if area is None else f"{holding} in {area}"


def planned_goal(
    held: HeldGoal, today: DecidedLevels, choice: DecidedLevels | None, price: float | None
) -> PlannedGoal:
    """A goal as it is found with what is done today and with a choice, and what it costs."""
    now = held.held(held.key(today))
    then = None if choice is None else held.held(held.key(choice))
    return PlannedGoal(
        id=held.id,
        label=held.label,
        area=held.area,
        substance=held.substance,
        quantity=held.goal.quantity,
        unit=held.unit,
        within_days=held.goal.within_days,
        needed_now=with_resting(now.detectable, held.resting),
        needed=None if then is None else with_resting(then.detectable, held.resting),
        chance_now=now.probability,
        chance=None if then is None else then.probability,
        price=price,
    )


def with_resting(needed: float | None, resting: float) -> float | None:
    """A loss that is found, where so much may be taken unseen beside it."""
    return None if needed is None else needed + resting
