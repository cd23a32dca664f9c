"""What counts by lot draw in the cheapest plan, and how surely each loss taken as items would be seen."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnStratum:
    """One item material in one area: of its ``units`` by the books, ``drawn`` are looked at in each count.

    ``whole`` says that the area is counted whole in time, so that nothing is drawn. ``cost`` is that of a year.
    """

    stratum: str
    area: str
    area_name: str | None
    material: str
    material_name: str | None
    units: int
    drawn: int
    whole: bool
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class WorstTaken:
    """How many items of a stratum are in the mix that a count finds least likely."""

    stratum: str
    taken: int


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawnGoal:
    """A loss taken as items, spread over the strata in any way; in ``unit``.

    ``chance_now`` and ``chance`` are those with which the mix that is found least likely is seen within its days:
    today, when nothing is drawn, and in the plan (``None`` without one). ``worst`` is that mix, empty where none
    goes unseen. ``price`` is what the plan would cost less without this goal.
    """

    label: str
    area: str | None
    substance: str
    quantity: float
    unit: str
    within_days: float
    chance_now: float
    chance: float | None
    worst: tuple[WorstTaken, ...]
    price: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LotCount:
    """A count by lot that is taken every so many days, for the goals that ask for it, by strata.

    ``cost`` is that of a year, ``bound`` one below which no sample does with the areas that are counted whole in the
    plan; both ``None`` without a plan.
    """

    every_days: float
    cost: float | None
    bound: float | None
    strata: tuple[DrawnStratum, ...]
    goals: tuple[DrawnGoal, ...]
