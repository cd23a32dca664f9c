"""What a count by lot must draw, whichever areas are counted whole in time anyway."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from stockward.protection.decisions import Level
from stockward.stats.sampling import SAMPLE_ROUNDING
from stockward.stats.splitting import Diversion, Stratum, cheapest_for_all, worst_mix
from stockward.terms.periods import YEAR_DAYS

_NEARLY = 1.05
"""Inventories that are meant to be a month apart, or a year, are not so to the day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CountedStratum:
    """An item material in an area by the books, and what it costs a year to look at one item in each count."""

    id: str
    area: str
    area_name: str | None
    material: str
    material_name: str | None
    units: int
    cost: Fraction


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CountedGoal:
    """A loss that a count by lot must find within its days: ``contents`` is what one item of each stratum holds."""

    id: str
    label: str
    area: str | None
    substance: str
    quantity: float
    unit: str
    within_days: float
    contents: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class DrawnSample:
    """How many items of each stratum are drawn, by stratum; cost a year, and a cost that no sample falls below."""

    drawn: Mapping[str, int]
    cost: Fraction
    bound: float


@dataclass(frozen=True, slots=True)
class CountByLot:
    """A count by lot every so many days, for the goals that have just these days.

    A thief takes each loss from the strata in any way. An area that is counted whole at least as often leaves nothing
    to be found in it by lot; a sample must find what can be taken elsewhere, with the chance ``detection``.
    """

    days: float
    strata: tuple[CountedStratum, ...]
    goals: tuple[CountedGoal, ...]
    detection: float
    _samples: dict[tuple[frozenset[str], frozenset[int]], DrawnSample] = field(default_factory=dict)

    @property
    def areas(self) -> list[str]:
        """The areas that it may draw from, in order."""
        return sorted({one.area for one in self.strata})

    def is_in_time(self, level: Level) -> bool:
        """Whether an area that is counted so often is counted whole in time."""
        return level.a_year * self.days * _NEARLY >= YEAR_DAYS

    def most(self) -> Fraction:
        """What it costs a year to look at every item."""
        return sum((one.cost * one.units for one in self.strata), Fraction(0))

    def cost_of(self, drawn: Mapping[str, int]) -> Fraction:
        """What it costs a year to look at so many items of each stratum."""
        return sum((one.cost * drawn.get(one.id, 0) for one in self.strata), Fraction(0))

    def sample(self, whole: Collection[str], goals: Sequence[CountedGoal]) -> DrawnSample:
        """The cheapest sample for some of its goals, where these areas are counted whole in time."""
        own = [one for one in self.goals if one in goals]
        key = frozenset(whole) & frozenset(self.areas), frozenset(map(id, own))
        if key not in self._samples:
            self._samples[key] = self._cheapest(key[0], own)
        return self._samples[key]

    def worst(
        self, goal: CountedGoal, whole: Collection[str], drawn: Mapping[str, int]
    ) -> tuple[float, dict[str, int]]:
        """The chance to see the mix of a goal that is least likely to be, and that mix; 1 where none goes unseen."""
        open_to_it = self._left(goal, whole)
        if not _holds(open_to_it, goal):
            return 1.0, {}
        strata = [Stratum(one.units, goal.contents[one.id]) for one in open_to_it]
        mix = worst_mix(strata, [drawn.get(one.id, 0) for one in open_to_it], goal.quantity)
        if math.isinf(mix.evidence):
            return 1.0, {}
        taken = {one.id: number for one, number in zip(open_to_it, mix.defects, strict=True) if number}
        return -math.expm1(-mix.evidence), taken

    def _cheapest(self, whole: Collection[str], goals: Sequence[CountedGoal]) -> DrawnSample:
        losses = [one for one in goals if _holds(self._left(one, whole), one)]
        strata = [one for one in self.strata if any(one in self._left(loss, whole) for loss in losses)]
        if not losses:
            return DrawnSample({}, Fraction(0), 0.0)
        weights = _weights(strata)
        found = cheapest_for_all(
            [Stratum(one.units, 1.0, weight) for one, weight in zip(strata, weights, strict=True)],
            [Diversion(tuple(self._content(one, loss, whole) for one in strata), loss.quantity) for loss in losses],
            detection=self.detection,
        )
        drawn = dict(zip((one.id for one in strata), found.n, strict=True))
        cost = self.cost_of(drawn)
        # Weights in which nothing is free are no costs: what they bound is not known then.
        share = 1.0 if found.proved else found.bound / found.cost if all(one.cost for one in strata) else 0.0
        return DrawnSample(drawn, cost, float(cost) * share)

    def _left(self, goal: CountedGoal, whole: Collection[str]) -> list[CountedStratum]:
        """The strata from which the loss can be taken without being met by a whole count."""
        return [one for one in self.strata if one.area not in whole and goal.contents.get(one.id)]

    def _content(self, stratum: CountedStratum, goal: CountedGoal, whole: Collection[str]) -> float:
        return 0.0 if stratum.area in whole else goal.contents.get(stratum.id, 0.0)


def _holds(strata: Sequence[CountedStratum], goal: CountedGoal) -> bool:
    """Whether these strata hold the loss."""
    stock = math.fsum(one.units * goal.contents[one.id] for one in strata)
    return stock >= goal.quantity * (1 - SAMPLE_ROUNDING)


def _weights(strata: Sequence[CountedStratum]) -> list[float]:
    """The costs of one item each; where some cost nothing, the fewest items of all that cost as little."""
    if all(one.cost for one in strata):
        return [float(one.cost) for one in strata]
    more_than_all = sum(one.units for one in strata) + 1
    least = min((one.cost for one in strata if one.cost), default=Fraction(1))
    return [float(one.cost / least * more_than_all) + 1.0 for one in strata]
