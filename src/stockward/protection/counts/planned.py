"""The counts by lot of a chosen plan, as an answer: what each draws, and how surely each loss is seen."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

from stockward.answers.plan import MeasureKind, PlannedMeasure
from stockward.answers.planned.draws import DrawnGoal, DrawnStratum, LotCount, WorstTaken
from stockward.protection.counts.drawing import CountByLot, CountedGoal, CountedStratum, DrawnSample
from stockward.terms.periods import YEAR_DAYS

_NOTHING: Mapping[str, int] = {}


def planned_count(
    count: CountByLot,
    sample: DrawnSample | None,
    whole_now: Collection[str],
    whole: Collection[str],
    price: Callable[[CountedGoal], float | None],
) -> LotCount:
    """One count, with the areas that are counted whole in time today and in the plan; ``sample`` is ``None`` without
    a plan."""
    drawn = _NOTHING if sample is None else sample.drawn
    return LotCount(
        every_days=count.days,
        cost=None if sample is None else float(sample.cost),
        bound=None if sample is None else sample.bound,
        strata=tuple(_stratum(one, drawn, sample is not None and one.area in whole) for one in count.strata),
        goals=tuple(
            _goal(count, one, drawn, whole_now, None if sample is None else whole, price) for one in count.goals
        ),
    )


def draw_measures(counts: Sequence[LotCount]) -> list[PlannedMeasure]:
    """What is drawn as measures of the plan: how many items of each stratum are looked at in a year."""
    return [
        PlannedMeasure(
            kind=MeasureKind.DRAW,
            of=one.stratum,
            name=f"{one.material_name or one.material} in {one.area_name or one.area}",
            now_a_year=0.0,
            a_year=one.drawn * YEAR_DAYS / count.every_days,
            every_days=count.every_days,
            cost_now=0.0,
            cost=one.cost,
        )
        for count in counts
        for one in count.strata
        if one.drawn
    ]


def _stratum(one: CountedStratum, drawn: Mapping[str, int], whole: bool) -> DrawnStratum:
    return DrawnStratum(
        stratum=one.id,
        area=one.area,
        area_name=one.area_name,
        material=one.material,
        material_name=one.material_name,
        units=one.units,
        drawn=drawn.get(one.id, 0),
        whole=whole,
        cost=float(one.cost * drawn.get(one.id, 0)),
    )


def _goal(
    count: CountByLot,
    goal: CountedGoal,
    drawn: Mapping[str, int],
    whole_now: Collection[str],
    whole: Collection[str] | None,
    price: Callable[[CountedGoal], float | None],
) -> DrawnGoal:
    chance, worst = (None, {}) if whole is None else count.worst(goal, whole, drawn)
    return DrawnGoal(
        label=goal.label,
        area=goal.area,
        substance=goal.substance,
        quantity=goal.quantity,
        unit=goal.unit,
        within_days=goal.within_days,
        chance_now=count.worst(goal, whole_now, _NOTHING)[0],
        chance=chance,
        worst=tuple(WorstTaken(stratum=name, taken=number) for name, number in worst.items()),
        price=price(goal),
    )
