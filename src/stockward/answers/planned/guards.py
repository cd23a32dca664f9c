"""Guards in the cheapest plan: how many join from where, what that costs, and which goals it serves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from stockward.terms.verdicts import Solved


class ForceGoalKind(StrEnum):
    """What must hold of the guards."""

    ORDER = "order"
    POSTS = "posts"
    QUALIFICATION = "qualification"
    WORK_RULES = "work_rules"
    BAND = "band"
    OUTPUT = "output"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedForceGoal:
    """One goal on the guards, by the record and with the plan.

    ``of`` is the order, the qualification, the affiliation of a band, or the line whose workers are bound; ``label``
    what people call it. On the day ``on`` the figure must lie from ``low`` to ``high`` (``None``: that side is open):
    guards of an order or for the posts, holders of a qualification, the share of an affiliation, workers taken from a
    line. ``figure_now`` is the one that the record gives for that day with nothing more done, ``figure`` that with the
    plan, ``None`` without one. A band holds on every day on which guards are counted, and shows the day that comes
    nearest to breaking it. ``late`` marks an order whose due date has passed: it is held as soon as anything can be.
    ``price`` is what the guards would cost less without this goal. ``reason`` says why it cannot be measured.
    """

    kind: ForceGoalKind
    of: str
    label: str
    on: date
    low: float | None
    high: float | None
    figure_now: float | None
    figure: float | None
    met_now: bool
    met: bool
    late: bool
    price: float | None
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedGuards:
    """Guards of one affiliation from one source: on record (``guard``), transferred (``worker``), recruited.

    ``now`` are those of today, ``then`` those on the day up to which the plan looks; of those who join all count, also
    who leaves before it. ``patrolling`` of the joining go on patrol. ``cost_now`` and ``cost`` are a year of them,
    ``training`` that of those who need it, once. ``serves`` names the goals that one fewer would miss.
    """

    affiliation: str
    source: str
    now: int
    then: int
    patrolling: int
    cost_now: float
    cost: float
    training: float
    serves: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TransferredLine:
    """Workers taken from one line: ``taken`` of ``staff``, the share of its output lost, and what that costs a year."""

    line: str
    staff: int
    taken: int
    share_lost: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceWayOut:
    """What would let every goal on the guards be met, were one goal of the conflict less.

    Of the goal ``kind`` and ``of`` it is the figure ``low``, ``short`` of what is asked for; the share from ``low`` to
    ``high``; the day ``on``; or the ``probability`` of filled posts that could be had. Those that are ``None`` stay as
    they are. ``cost`` is that of the cheapest guards then, a year. Of those marked ``jointly`` all must be taken.
    """

    kind: ForceGoalKind
    of: str
    label: str
    low: float | None = None
    high: float | None = None
    short: int | None = None
    on: date | None = None
    probability: float | None = None
    jointly: bool = False
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderAsGiven:
    """All that the orders say, and nothing else: as many guards, at the least cost, with everything else as today.

    ``cost`` is that of the guards a year, ``None`` where the orders cannot be met so. ``goals`` are the labels of the
    goals on guards that are met then. ``joining`` are those who come for it.
    """

    cost: float | None
    joining: int
    goals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ForcePart:
    """Guards in the plan of a site.

    ``day`` is that of the review, ``until`` the last day that the plan looks at. ``cost_now`` is what the guards of
    today cost a year, ``cost`` that of the plan (``None``: impossible), ``bound`` a cost that no plan falls below.
    ``detection_cost`` is what the goals of detection take beside it. ``in_the_way`` are the goals in conflict, by
    label, the fewest; ``ways_out`` come cheapest first, none where a budget alone stands in the way. ``measured``
    counts the goals that were measured in the roll with the plan in it; ``pool`` the workers and applicants who could
    be taken, of ``candidates``.
    """

    day: date
    until: date
    status: Solved
    cost_now: float
    cost: float | None
    bound: float | None
    detection_cost: float | None
    groups: tuple[PlannedGuards, ...]
    lines: tuple[TransferredLine, ...]
    goals: tuple[PlannedForceGoal, ...]
    in_the_way: tuple[str, ...]
    ways_out: tuple[ForceWayOut, ...]
    as_given: OrderAsGiven | None
    measured: int
    pool: int
    candidates: int
    notes: tuple[str, ...]

    @property
    def joining(self) -> int:
        """How many are transferred and recruited."""
        return sum(one.then for one in self.groups if one.source != "guard")
