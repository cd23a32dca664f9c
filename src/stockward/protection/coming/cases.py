"""The books of a site if something comes, and the cases that a plan is held against."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction

from stockward.answers.plan import StoreInScenario
from stockward.protection.case_goals import CaseGoals
from stockward.protection.choosing import CheapestChoice
from stockward.protection.coming.asked import Scenario
from stockward.protection.guards.planning import ForcePlanner
from stockward.protection.guards.program import Joining
from stockward.protection.planning import Planner
from stockward.protection.together import worse_of
from stockward.terms.verdicts import Solved

RESPONSE_IN_TIME = "response in time"
"""What the goal is called that a thief is met."""


@dataclass(frozen=True, slots=True)
class CaseBooks:
    """The books of a site with something in them: the goals of detection, who plans for them, and who plans the guards.

    ``planner`` decides on the same as that of today, and draws from the stock of these books; ``force`` is ``None`` for
    a site that asks nothing of its guards.
    """

    goals: CaseGoals
    planner: Planner
    force: ForcePlanner | None


@dataclass(frozen=True, slots=True)
class ScenarioCase:
    """A scenario with its books, at the ``place`` between its begin and its end that is planned for.

    ``at`` gives the books at another place; ``full`` are the stores that get full.
    """

    scenario: Scenario
    place: float
    there: CaseBooks
    full: tuple[StoreInScenario, ...]
    at: Callable[[float], CaseBooks]


@dataclass(frozen=True, slots=True)
class PlanAlone:
    """The plan for one scenario alone: what is chosen, who joins (``None``: nothing is asked of the guards), and the
    cases that it was made for, with the price at which it must keep to a budget. ``level`` is how
    much of each range it was made for; ``None`` for what is not drawn.
    """

    own: CheapestChoice
    joining: Joining | None
    cases: tuple[CaseBooks, ...]
    prices: Fraction
    label: str
    level: float | None = None

    @property
    def is_possible(self) -> bool:
        """Whether there is one."""
        return self.own.choice is not None and (self.joining is None or self.joining.chosen is not None)

    @property
    def status(self) -> Solved:
        """The worse of what is said of detection and of the guards."""
        return self.own.status if self.joining is None else worse_of(self.own.status, self.joining.status)

    @property
    def planners(self) -> list[ForcePlanner]:
        """Who plans the guards in each case."""
        return [one.force for one in self.cases if one.force is not None]


def stocks_undrawn(today: Planner, there: Planner) -> Iterable[str]:
    """What is said of stocks of items that do not follow production, or of which nothing can be drawn there."""
    units, then = (
        {one.id: one.units for count in planner.lots.counts for one in count.strata} for planner in (today, there)
    )
    yield from (text for text in there.lots.left_out if text not in today.lots.left_out)
    same = [name for name, number in units.items() if then.get(name) == number]
    if same:
        yield f"By the movements of the record the stock of {', '.join(same)} is the same there: as much is drawn."
