"""The boundaries of every rule of one guard: a roster, the last value that it keeps, and the first that it breaks.

Shifts of eight hours begin at 0, 8 and 16 o'clock; day 0 is a Monday. Who adds a rule adds its cases here.
"""

from __future__ import annotations

from dataclasses import dataclass

Starts = tuple[tuple[int, int], ...]
"""Day and hour at which each shift begins."""


@dataclass(frozen=True)
class RuleCase:
    """A roster of one guard, and what is settled around it, at the boundary of a rule."""

    rule: str
    kept: float
    broken: float
    starts: Starts
    settled: Starts = ()
    """Worked before day 0, or locked after the last."""
    weeks: int = 1
    first: int = 0
    """The first day of the roster, from the Monday on."""
    weeks_averaged: int | None = None
    """The reference period of an average."""
    overtime: float | None = None
    """Hours of overtime a week that the site allows."""
    engine: bool = False
    """Whether the engine knows of it, who knows some rules, and nothing of what is settled."""


def days(*numbers: int, hour: int = 8) -> Starts:
    """A shift on each of these days."""
    return tuple((day, hour) for day in numbers)


RULE_CASES = (
    RuleCase("rest", 8, 8.005, ((0, 8), (1, 0)), engine=True),
    RuleCase("rest", 0, 0.005, ((0, 16), (1, 0)), engine=True),
    RuleCase("rest", 40, 40.005, days(2, 4)),
    RuleCase("rest", 8, 8.005, ((0, 0),), ((-1, 8),)),
    RuleCase("rest", 16, 16.005, days(6), days(7)),
    RuleCase("hours_a_week", 40, 39.99, days(0, 1, 2, 3, 4)),
    RuleCase("hours_a_week", 16, 15.99, days(5, 6, 7, 8), weeks=2),
    RuleCase("hours_a_week", 24, 23.99, days(0, 1), days(-1), first=3),
    RuleCase("hours_a_week", 24, 23.99, days(5, 6), days(7), first=3),
    RuleCase("contract_hours", 40, 39.99, days(0, 1, 2, 3, 4), engine=True),
    RuleCase("contract_hours", 16, 15.99, days(0, 1, 2, 3), weeks=2, engine=True),
    RuleCase("contract_hours", 16, 15.99, days(0, 1), days(-1, 7), engine=True),
    RuleCase("contract_hours", 32, 31.99, days(0, 1, 2, 3, 4), overtime=8, engine=True),
    RuleCase("contract_hours", 20, 19.99, days(0, 1, 2, 7, 8, 9), weeks=2, overtime=4, engine=True),
    RuleCase("longest_run", 4, 3, days(1, 2, 3, 4), engine=True),
    RuleCase("longest_run", 2, 1, days(0, 1, 3, 5, 6), engine=True),
    RuleCase("longest_run", 4, 3, days(0, 1), days(-2, -1)),
    RuleCase("longest_run", 3, 2, days(5, 6), days(7)),
    RuleCase("shortest_run", 2, 3, days(1, 2), engine=True),
    RuleCase("shortest_run", 1, 2, days(0, 1, 3, 5, 6), engine=True),
    RuleCase("shortest_run", 3, 4, days(0), days(-6, -2, -1)),
    RuleCase("days_off", 2, 3, days(1, 4), engine=True),
    RuleCase("days_off", 1, 2, days(0, 2, 5), engine=True),
    RuleCase("days_off", 2, 3, days(1), days(-2)),
    RuleCase("nights_in_a_row", 2, 1, ((1, 0), (2, 0), (3, 8))),
    RuleCase("nights_in_a_row", 3, 2, ((0, 0), (1, 0)), ((-1, 0),)),
    RuleCase("nights_in_a_row", 2, 1, ((6, 0),), ((7, 0),)),
    RuleCase("nights_a_week", 2, 1, ((1, 0), (3, 0), (5, 8))),
    RuleCase("nights_a_week", 1, 0, ((6, 0), (7, 0)), weeks=2),
    RuleCase("nights_a_week", 3, 2, ((0, 0), (2, 0), (4, 0)), ((-2, 0),), first=3),
    RuleCase("weekends", 1, 0, days(5, 6), engine=True),
    RuleCase("weekends", 3, 2, days(5, 12, 27), weeks=4, engine=True),
    RuleCase("weekends", 2, 1, days(5), days(-8)),
    RuleCase("weekends", 2, 1, days(6), days(12)),
    RuleCase("weekly_rest", 32, 32.005, days(0, 1, 2, 3, 4, 5)),
    RuleCase("weekly_rest", 32, 32.005, days(0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12), weeks=2),
    RuleCase("weekly_rest", 56, 56.005, ((0, 8), (3, 0), (5, 16), (6, 16))),
    RuleCase("weekly_rest", 16, 16.005, days(0, 1, 2, 3), days(-3, -2, -1)),
    RuleCase("weekly_rest", 16, 16.005, days(3, 4, 5, 6), days(7, 8, 9)),
    RuleCase("average_hours", 40, 39.98, days(0, 1, 2, 3, 4), days(7), weeks_averaged=1),
    RuleCase("average_hours", 32, 31.98, days(0, 1, 2, 3, 4, 5, 7, 8), weeks=2, weeks_averaged=2),
    RuleCase("average_hours", 48, 47.98, days(0, 1, 2, 3, 4, 5, 7, 8), weeks=2, weeks_averaged=1),
    RuleCase("average_hours", 16, 15.98, days(0, 1), days(-7, -6), weeks_averaged=2),
    RuleCase("average_hours", 21, 20.98, days(0, 1), days(-1), weeks_averaged=4),
    RuleCase("rest_on_change", 24, 24.005, ((0, 8), (1, 16), (2, 16))),
    RuleCase("rest_on_change", 8, 8.005, ((0, 8), (1, 0), (2, 0))),
    RuleCase("rest_on_change", 32, 32.005, ((0, 16), (2, 16), (4, 8), (5, 8))),
    RuleCase("rest_on_change", 8, 8.005, ((0, 8), (1, 8)), ((-1, 16),)),
    RuleCase("rest_on_change", 8, 8.005, ((6, 8),), ((7, 0),)),
    RuleCase("longest_night", 8, 7.98, ((0, 0), (1, 8), (2, 16))),
)  # fmt: skip
