"""The cheapest plan that meets every goal: what to do, what it costs, and what each goal costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from stockward.answers.planned.coming import DrawnRobust, DrawnScenario, RobustGuards, ScenarioGuards
from stockward.answers.planned.draws import LotCount
from stockward.answers.planned.guards import ForcePart
from stockward.answers.response.interruption import PlannedInterruption
from stockward.terms.verdicts import Solved


class MeasureKind(StrEnum):
    """What a plan decides on."""

    INVENTORIES = "inventories"
    CALIBRATIONS = "calibrations"
    OPTION = "option"
    CHECK_WEIGH = "check_weigh"
    SPLIT = "split"
    DRAW = "draw"
    ELEMENT = "element"
    RESPONSE = "response"
    POST = "post"


class CostUnit(StrEnum):
    """What costs are added up in: money, or hours where the site states no money, or how often something is done."""

    MONEY = "money"
    HOURS = "hours"
    TIMES = "times"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedMeasure:
    """One decision: what is done, how often a year, and what it costs a year.

    ``of`` is the area, the method, the element or the post, ``name`` what people call it; ``now_a_year`` and
    ``a_year`` are how often it is done today and in the plan (of what is bought 0 or 1), ``cost_now`` and ``cost`` what
    that takes.
    ``every_days`` is how far apart the calibrations stand that are added to those of today; ``None`` where none is.
    ``cheapest`` is what the cheapest that could be bought here takes a year; ``None`` where nothing can be.
    """

    kind: MeasureKind
    of: str
    name: str
    now_a_year: float
    a_year: float
    every_days: float | None
    cost_now: float
    cost: float
    cheapest: float | None = None

    @property
    def changes(self) -> bool:
        """Whether it differs from today."""
        return self.a_year != self.now_a_year


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedDay:
    """An inventory or a calibration that is due on a day: of which area or method, and what people call it."""

    on: date
    kind: MeasureKind
    of: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGoal:
    """One goal of detection, today and in the plan; losses in ``unit``.

    ``id`` is the series that it is held against, ``label`` what people call it. ``needed_now`` and ``needed`` are the
    smallest losses that are found as it asks, with the chance ``detection``; ``None``: none is. ``chance_now`` and
    ``chance`` are those to find a loss of the goal quantity. ``price`` is what the plan would cost less without this
    goal; ``None`` without a plan.
    """

    id: str
    label: str
    area: str | None
    substance: str
    quantity: float
    unit: str
    within_days: float
    needed_now: float | None
    needed: float | None
    chance_now: float
    chance: float | None
    price: float | None

    @property
    def met_now(self) -> bool:
        """Whether it is met today."""
        return self.needed_now is not None and self.needed_now <= self.quantity

    @property
    def met(self) -> bool:
        """Whether the plan meets it."""
        return self.needed is not None and self.needed <= self.quantity


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalInTheWay:
    """A goal that no plan meets together with the others named.

    ``reachable`` is the smallest loss for which it could be met by any plan that was looked at; ``None``: for none.
    ``cost_without`` is what the cheapest plan costs without this goal; ``None`` where there is none either.
    ``reason`` says why it cannot be met, where that is not a matter of more measures.
    """

    id: str
    label: str
    quantity: float
    unit: str
    reachable: float | None
    cost_without: float | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreInScenario:
    """A store that gets full: what people call it, and the day by the rates of the record."""

    label: str
    full_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedScenario:
    """One thing that may come: what fails then, what the plan of today is worth there, and what would be cheapest.

    ``production`` says what grows, ``None`` where nothing does; ``factor`` is how much, of a range at the share of it
    that is planned for. ``goals`` are those of the site, of which ``met_today`` are met there as things are, and
    ``met`` by the plan that is cheapest as things are (``None`` without one); ``missed`` names what that misses.
    ``holds_to`` is the factor of production up to which that plan meets every goal, ``None`` where it does all the way
    or nowhere, and ``breaks_first`` what it misses just beyond. ``share_held`` is how much of a range it withstands.
    ``full`` are the stores that get full within a year.

    ``status`` and ``cost`` are those of the plan that is cheapest there, and ``in_the_way`` what hinders one where
    there is none. ``changes`` is what it does otherwise than the plan of today (than what is done today, without one),
    and ``regret`` what the plan of today costs there beyond it; ``None`` where it misses a goal, or there is no plan.

    ``workforce`` is the share of the workers that remains, ``absence`` the factor of the hours of absence; ``guards``
    is ``None`` for a site that asks nothing of its guards. ``goals``, ``missed`` and ``cost`` count theirs, too, and
    that a thief is met in time. ``left_out`` says what is not drawn from by lot there.

    Of what is ``drawn`` the plan meets a goal that it meets in the share of the draws that is planned for, and
    ``met_today`` are those met at the farthest that is planned for, which ``factor``, ``dispatch``, ``workforce`` and
    ``absence`` are. Costs are then at the prices of today.
    """

    key: str
    label: str
    production: str | None
    factor: float
    dispatch: float
    prices: float
    since: date | None
    chance: float | None
    goals: int
    met_today: int
    met: int | None
    missed: tuple[str, ...]
    holds_to: float | None
    breaks_first: tuple[str, ...]
    share_held: float | None
    full: tuple[StoreInScenario, ...]
    status: Solved
    cost: float | None
    in_the_way: tuple[GoalInTheWay, ...]
    changes: tuple[PlannedMeasure, ...]
    regret: float | None
    workforce: float = 1.0
    absence: float = 1.0
    guards: ScenarioGuards | None = None
    left_out: tuple[str, ...] = ()
    drawn: DrawnScenario | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RobustPlan:
    """The plan that is cheapest among those that meet every goal as things are and in all that may come.

    ``cost`` is at the prices of today, and ``more`` how much that is beyond the plan of today. ``share`` is how much of
    each range it was made for. ``at_once`` are the measures that are right whatever comes: every plan has them.
    ``impossible_in`` names the scenarios in which no plan meets every goal; without it there is none for all together.
    ``guards`` are its guards, whose costs are in those of the plan; ``drawn`` says in how many of the draws it holds.
    """

    status: Solved
    cost: float | None
    bound: float | None
    more: float | None
    share: float | None
    measures: tuple[PlannedMeasure, ...]
    at_once: tuple[PlannedMeasure, ...]
    impossible_in: tuple[str, ...]
    guards: RobustGuards | None = None
    drawn: tuple[DrawnRobust, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DrilledGoal:
    """The loss of a goal of the series ``id``, taken out of copies of the planned books, each tested by itself.

    ``pattern`` is how it is taken: ``goal_at_once`` or ``goal_evenly``. Of ``copies`` it was ``found`` in so many;
    ``chance`` is that by Σ of the planned books, as the plan has it, ``predicted`` that by Σ of books that the loss is
    out of, and ``error`` two standard errors of the found share. ``why`` says why the books cannot bear it.
    """

    id: str
    label: str
    quantity: float | None
    unit: str
    pattern: str
    copies: int
    found: int
    chance: float | None
    predicted: float | None
    error: float | None
    why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FrontPoint:
    """The cheapest plan that finds ``share`` times the loss of every goal, and what it does otherwise than the plan.

    ``cost`` is ``None`` where no plan finds them; ``bound`` is a cost that none falls below.
    """

    share: float
    status: Solved
    cost: float | None
    bound: float | None
    changes: tuple[PlannedMeasure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostHinge:
    """A cost at one ``end`` of its range (low or high), all others as likely, where another plan is cheaper by
    ``regret``: what that does otherwise are its ``changes``.

    ``what`` is that of the table ``costs``, or ``option``; ``of`` is which. Both are ``None`` for all costs at that end
    together, and so are the three figures then.
    """

    what: str | None
    of: str | None
    low: float | None
    likely: float | None
    high: float | None
    end: str
    regret: float
    changes: tuple[PlannedMeasure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CostRanges:
    """What the plan costs a year where ``costs`` of its costs are known within ranges.

    ``lowest`` and ``highest`` have all at one end. Between ``low`` and ``high`` lie 90 % of ``draws`` in which each is
    drawn by itself, from a triangle over its range with what is likely as its tip; ``more_low`` and ``more_high`` are
    those of what it costs beyond today at the same prices, and ``within_budget`` is the share that keeps to the budget,
    ``None`` without one. ``hinges`` are the costs at which another plan is cheaper,
    the one that matters most first.
    """

    costs: int
    lowest: float
    highest: float
    low: float
    high: float
    more_low: float
    more_high: float
    draws: int
    within_budget: float | None
    hinges: tuple[CostHinge, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanAnswer:
    """The cheapest plan of a site, by the books of the past year as they are or with more production.

    ``status`` is proven, impossible, or feasible where the search ended early; ``bound`` is a cost that no plan falls
    below. ``cost_now`` is what is spent today on what a plan decides, ``budget`` what may be; ``needs`` is the cost of
    the cheapest plan without that limit, where it stands in the way. ``in_the_way`` are the goals in conflict, a
    smallest set. ``interruption`` is ``None`` for a site without layers. ``calendar`` says what is due in the year
    after ``at``. ``scenarios`` are what may come, and ``robust`` the plan that holds in all of it; ``None`` without
    any. ``closed_again`` says how many goals were measured in books closed anew with the plan in them, ``looked_at``
    of how many plans a goal was measured. ``guards`` is their part, whose costs are in those of the plan; ``None`` for
    a site that asks nothing of its guards. ``counts`` are the counts by lot, whose costs are in those of the plan.
    ``front`` says what larger and smaller losses than those of the goals would cost to find. ``ranges``
    is ``None`` where every cost is a single figure. ``drilled`` says how often a drill of the planned books found the
    losses of the goals.
    """

    version: str
    at: datetime
    seed: int
    options: Mapping[str, str | int | float | bool | None]
    site: str
    timezone: str
    currency: str | None
    production: str | None
    assumptions: tuple[str, ...]
    detection: float
    false_alarm: float
    status: Solved
    cost_unit: CostUnit
    cost: float | None
    bound: float | None
    cost_now: float
    budget: float | None
    needs: float | None
    measures: tuple[PlannedMeasure, ...]
    goals: tuple[PlannedGoal, ...]
    in_the_way: tuple[GoalInTheWay, ...]
    calendar: tuple[PlannedDay, ...]
    scenarios: tuple[PlannedScenario, ...]
    robust: RobustPlan | None
    interruption: PlannedInterruption | None
    left_out: tuple[str, ...]
    closed_again: int
    looked_at: int
    set_aside: int
    guards: ForcePart | None = None
    counts: tuple[LotCount, ...] = ()
    front: tuple[FrontPoint, ...] = ()
    ranges: CostRanges | None = None
    drilled: tuple[DrilledGoal, ...] = ()
