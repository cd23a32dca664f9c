"""How many units a plan may speak of: a file of one kilobyte can claim so many that no computer counts them."""

from __future__ import annotations

from collections.abc import Iterable

from stockward.answers.counting import CountingPlan
from stockward.terms.limits import LIMITS, PREFIX, grouped, limit


def too_many(units: int, measured: int, drawn: int = 0) -> tuple[str, str] | None:
    """What is more than a plan may speak of, and the mend; ``None`` where nothing is."""
    for name, found in (("UNITS", units), ("MEASURED", measured), ("DRAWN", drawn)):
        if found > limit(name):
            told = LIMITS[name][1].format(grouped(found))
            return (
                f"{told}, and at most {grouped(limit(name))} are taken",
                f"count boxes with --box, or fewer areas or losses, or raise {PREFIX}{name}",
            )
    return None


def too_many_in(plan: CountingPlan) -> tuple[str, str] | None:
    """The same of a plan that was made."""
    measured = sum(_units(part.units for part in goal.strata) for goal in plan.goals if goal.partial)
    looked_at = sum(_units(part.units for part in goal.strata) for goal in plan.goals)
    drawn = _units(number for one in plan.strata for number in (one.counted, one.measured))
    return too_many(_units(one.units for one in plan.strata) + looked_at, measured, drawn)


def _units(numbers: Iterable[int]) -> int:
    """A number below none, which no plan may hold, takes nothing away from the others."""
    return sum(max(number, 0) for number in numbers)
