"""The cheapest plan of a site: its books closed as they are or with more production, then every decision on them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from types import MappingProxyType

from stockward.answers.balances import Balances
from stockward.answers.detection import GoalAnswer, SeriesDetection
from stockward.answers.plan import PlanAnswer
from stockward.balance.closing import close_balances
from stockward.balance.testing import hazards
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.protection.decisions import DecidedLevels
from stockward.protection.planned_books import planned_site
from stockward.protection.planning import Planner
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site
from stockward.terms.limits import DEFAULT_SEED
from stockward.terms.periods import end_of
from stockward.unseen.series import SightRequest, sights, unseen_losses
from stockward.unseen.sight import Sight
from stockward.version import VERSION


def make_protection_plan(
    site: Site,
    *,
    as_of: str | date | datetime | None = None,
    surge: Surge | None = None,
    budget: float | None = None,
    seed: int = DEFAULT_SEED,
    generated: datetime,
    progress: Callable[[str], None] = lambda step: None,
) -> PlanAnswer:
    """The cheapest plan by which every goal of detection is met.

    Parameters
    ----------
    site
        The facts, as read and checked. What was recorded up to ``as_of`` stands for a year as it will be.
    as_of
        Use only what was recorded by the end of this day.
    surge
        More production in the same books: the plan is made for that.
    budget
        What the plan may cost a year, in the currency of the site (or in hours where no money is stated); that of
        ``[plan]`` where ``None``.
    seed
        Of every simulation in it, and of the search: same facts, options and seed give the same plan.

    Raises ``UsageError`` where there is no goal, and for a cost that is not stated.
    """
    site.require_filled()
    moment = None if as_of is None else end_of(as_of, site.timezone)
    progress("reading the books as known")
    books = known_at(site, moment)
    if surge is not None:
        books = known_at(surged_site(books, surge), None)
    asked = SightRequest(goals=site["goals"], detection=site.settings.detection.detection, seed=seed)
    progress("closing the balances")
    seen = SeenBooks.of(books, asked, site.settings.detection.false_alarm)
    planner = Planner(books, seen.balances, seen.sights, seen.found, asked.goals, seed)
    most = site.settings.plan.budget if budget is None else budget
    progress("looking for the cheapest plan")

    def measured(choice: DecidedLevels) -> Mapping[tuple[str, float, float], GoalAnswer]:
        progress("closing the books again with the plan in them")
        planned = known_at(planned_site(books, choice, seen.balances.joined), None)
        return SeenBooks.of(planned, asked, site.settings.detection.false_alarm).goals()

    found = planner.plan(measured, None if most is None else Fraction(str(most)))
    return PlanAnswer(
        version=VERSION,
        at=generated,
        seed=seed,
        options=_options(as_of, seed, surge, budget),
        site=site.name,
        timezone=site.timezone,
        currency=site.settings.site.currency,
        production=None if surge is None else surge.text,
        assumptions=() if surge is None else tuple(surge.assumptions()),
        detection=asked.detection,
        false_alarm=site.settings.detection.false_alarm,
        status=found.status,
        cost_unit=planner.costs.unit,
        cost=None if found.cost is None else float(found.cost),
        bound=None if found.bound is None else float(found.bound),
        cost_now=float(found.cost_now),
        budget=most,
        needs=None if found.needs is None else float(found.needs),
        measures=found.measures,
        goals=found.goals,
        in_the_way=found.in_the_way,
        left_out=found.left_out,
        closed_again=found.closed_again,
        looked_at=found.looked_at,
        set_aside=len(site.problems),
    )


@dataclass(frozen=True, slots=True)
class SeenBooks:
    """What a review sees in closed books."""

    balances: Balances
    sights: list[Sight | None]
    found: tuple[SeriesDetection, ...]

    @classmethod
    def of(cls, books: KnownBooks, asked: SightRequest, false_alarm: float) -> SeenBooks:
        """Close the books, and look at every series."""
        balances = close_balances(books)
        seen = sights(balances, hazards(balances, false_alarm), asked)
        return cls(balances, seen, unseen_losses(balances, seen, asked))

    def goals(self) -> Mapping[tuple[str, float, float], GoalAnswer]:
        """Every goal by series, quantity and days."""
        return {
            (name, one.quantity, one.within_days): one
            for name, own in zip(self.balances.series["id"], self.found, strict=True)
            for one in [*([own.goal] if own.goal else []), *own.further_goals]
        }


def _options(
    as_of: str | date | datetime | None, seed: int, surge: Surge | None, budget: float | None
) -> Mapping[str, str | int | float | bool | None]:
    return MappingProxyType(
        {
            "as_of": None if as_of is None else str(as_of),
            "budget": budget,
            "seed": seed,
            **({} if surge is None else surge.options()),
        }
    )
