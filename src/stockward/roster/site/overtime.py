"""The overtime of a roster: what guards work beyond their contracts, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from stockward.answers.roster import Duty, RosterOvertime
from stockward.roster.site.problem import GuardProblem


def overtime_of(problem: GuardProblem, duties: Sequence[Duty], currency: str | None) -> RosterOvertime | None:
    """Hours beyond the contract of each guard over the days of the roster, added up: Σ_g max(0, worked − contract).

    The cost is that by the price of an hour. ``None`` without a roster, and where the site allows no overtime.
    """
    if not duties or not problem.rules.max_overtime_hours_per_week:
        return None
    worked = Counter[str]()
    for duty in duties:
        worked[duty.person] += round(60 * duty.hours)
    beyond = [max(worked[guard.code] - guard.contract_minutes, 0) for guard in problem.guards]
    hours, price = sum(beyond) / 60, problem.rules.overtime_price_per_hour
    return RosterOvertime(
        hours=hours,
        guards=sum(minutes > 0 for minutes in beyond),
        price=price,
        cost=None if price is None else price * hours,
        currency=currency,
    )
