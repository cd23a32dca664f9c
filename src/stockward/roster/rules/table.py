"""The one table of the rules of a roster.

A row says how a rule is named and worded, what sets its limit, and by which form it is counted: model, search and
engine are compiled from that. Who adds a rule of a site adds its key to ``book.settings.WorkRules``, its row here, and
its check to ``roster.checker``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from stockward.book.settings import WorkRules
from stockward.roster.rules.drafting import Reason, RosterDraft
from stockward.roster.rules.forms import (
    MINUTES,
    NIGHTS,
    ROSTER,
    WEEK,
    WORK,
    Form,
    Integers,
    Months,
    at_least_in_a_row,
    at_most_in,
    at_most_in_a_row,
    one_a_day,
    rest_between,
    weekends_of_four,
)
from stockward.roster.rules.patterns import cells_of, follows_rotation
from stockward.roster.rules.spans import (
    average_in_weeks,
    longest_night,
    rest_before_another_kind,
    rest_in_seven_days,
)

if TYPE_CHECKING:
    from stockward.roster.site.problem import GuardProblem

_HAIR = 1e-6


def _whole_minutes(hours: float) -> int:
    return int(60 * hours + _HAIR)


def _minutes_begun(hours: float) -> int:
    return math.ceil(60 * hours - _HAIR)


@dataclass(frozen=True, kw_only=True)
class WorkRule:
    """A rule of every roster: its name, what it is about in a few words, and what is said where it binds.

    ``form`` counts it for one guard, up to the limit of each, ``own``; without a form it is a rule of posts.
    """

    name: str
    about: str
    binds: str = ""
    form: Form | None = None
    own: Callable[[GuardProblem, int], int | None] = lambda problem, guard: None

    def limit(self, problem: GuardProblem, guard: int = 0) -> int | None:
        """The limit of a guard in what the form counts; ``None`` where there is none."""
        return self.own(problem, guard)

    def write(self, draft: RosterDraft, guard: int) -> None:
        """Write the rule for one guard into a model."""
        limit = self.limit(draft.problem, guard)
        if self.form is not None and limit is not None:
            self.form.write(draft, guard, limit, Reason(self.name, draft.code(guard)))

    def counter(self, problem: GuardProblem) -> Callable[[Months], Integers] | None:
        """What counts its breaches in arrays; ``None`` where there is no limit, or no array can break it."""
        limits = [self.limit(problem, guard) for guard in range(len(problem.guards))]
        if self.form is None or self.form.counter is None or None in limits:
            return None
        breaches, most = self.form.counter(problem), np.array(limits, np.int64)
        return lambda months: breaches(months, most[months.guards])

    def in_engine(self, problem: GuardProblem, guard: int) -> tuple[str, int] | None:
        """The limit of a guard as the engine names and knows it; ``None`` where the engine does not know the rule."""
        limit = self.limit(problem, guard)
        if self.form is None or self.form.engine is None or limit is None:
            return None
        return self.form.engine, self.form.in_engine(problem.horizon, limit)

    def reach(self, problem: GuardProblem) -> int:
        """So many days before and after a roster can matter to it, but for sums."""
        limit = self.limit(problem)
        return 0 if self.form is None or limit is None else self.form.reach(limit)

    def stated(self, problem: GuardProblem) -> str:
        """What it is about, and what the site states for it, in a few words."""
        return _begun(self.about)

    def told(self, problem: GuardProblem) -> str:
        """The rule in a sentence, where it binds."""
        return self.binds

    def without(self, problem: GuardProblem) -> GuardProblem | None:
        """The problem without the rule; ``None`` where that cannot be, or the site does not state it."""
        return None


@dataclass(frozen=True, kw_only=True)
class ContractRule(WorkRule):
    """The rule of the hours of each contract."""

    def without(self, problem: GuardProblem) -> GuardProblem:
        """The problem with contracts that allow everything."""
        everything = sum(shift.minutes for shift in problem.shifts)
        return replace(problem, guards=tuple(replace(guard, contract_minutes=everything) for guard in problem.guards))

    def stated(self, problem: GuardProblem) -> str:
        """With the overtime that the site allows."""
        overtime = OVERTIME.value(problem.rules)
        return _begun(self.about) if not overtime else f"{_begun(self.about)}, and {OVERTIME.held_at(overtime)}"

    def told(self, problem: GuardProblem) -> str:
        """With the overtime that the site allows."""
        return f"{self.stated(problem)}." if OVERTIME.value(problem.rules) else self.binds


@dataclass(frozen=True, kw_only=True)
class PatternRule(WorkRule):
    """The rule of the pattern that a site states: it has letters in place of a value."""

    def stated(self, problem: GuardProblem) -> str:
        """With the pattern."""
        return f"{_begun(self.about)}, {problem.rules.pattern}"

    def told(self, problem: GuardProblem) -> str:
        """With the pattern."""
        return f"{self.stated(problem)}."

    def without(self, problem: GuardProblem) -> GuardProblem | None:
        """The problem of a site that has no pattern."""
        if problem.rules.pattern is None:
            return None
        return replace(problem, rules=problem.rules.model_copy(update={"pattern": None}))


@dataclass(frozen=True, kw_only=True)
class SiteRule(WorkRule):
    """A rule that a site states under ``key`` of ``[work_rules]``; its texts have a place for the value, and a plural.

    ``limits`` is the value behind what the rule is about, ``held`` the rule of a roster that keeps it, ``subject`` what
    there is no rule on, where that is said otherwise than ``about``. ``unit`` leads from what is stated to what the
    form counts; ``unstated`` is the limit where nothing is. A rule with an ``example`` must be stated, or ``none``.
    """

    key: str
    limits: str = ""
    held: str
    subject: str = ""
    unit: Callable[[float], int] = int
    unstated: int | None = None
    example: float | None = None

    def value(self, rules: WorkRules) -> float | None:
        """What a site states; ``None`` where it has no such rule."""
        found: float | None = getattr(rules, self.key)
        return found

    def limit(self, problem: GuardProblem, guard: int = 0) -> int | None:
        """The same for every guard."""
        value = self.value(problem.rules)
        return self.unstated if value is None else self.unit(value)

    def held_at(self, value: float | None) -> str:
        """The rule with its value, or, where the site has none, what there is no rule on."""
        return self.subject or self.about if value is None else _with(self.held, value)

    def stated(self, problem: GuardProblem) -> str:
        """With the value."""
        value = self.value(problem.rules)
        return _begun(self.about) if value is None else f"{_begun(self.about)}, {_with(self.limits, value)}"

    def told(self, problem: GuardProblem) -> str:
        """With the value."""
        return _with(self.binds or f"{_begun(self.about)}: {self.limits}.", self.value(problem.rules) or 0)

    def without(self, problem: GuardProblem) -> GuardProblem | None:
        """The problem of a site that has no such rule."""
        if self.value(problem.rules) is None:
            return None
        return replace(problem, rules=problem.rules.model_copy(update={self.key: None}))


def _with(text: str, value: float) -> str:
    """The text with a value, and the s of its plural."""
    return text.format(value, "" if value == 1 else "s")


def _begun(text: str) -> str:
    """The text as a sentence begins."""
    return f"{text[0].upper()}{text[1:]}"


ONE_SHIFT_A_DAY = WorkRule(
    name="one_shift_a_day", about="one shift a day", form=one_a_day(), own=lambda problem, guard: 1
)
REST = SiteRule(
    name="rest", key="min_rest_hours", example=11, form=rest_between(), unit=_minutes_begun, unstated=0,
    about="rest between shifts", limits="at least {:g} hour{}", held="at least {:g} hour{} of rest between shifts",
)  # fmt: skip
HOURS_A_WEEK = SiteRule(
    name="hours_a_week", key="max_hours_per_week", example=48, form=at_most_in(MINUTES, WEEK), unit=_whole_minutes,
    about="hours in a week", limits="at most {:g}", held="at most {:g} hour{} a week", subject="hours a week",
)  # fmt: skip
CONTRACT_HOURS = ContractRule(
    name="contract_hours", form=at_most_in(MINUTES, ROSTER, engine="max_minutes"),
    own=lambda problem, guard: problem.guards[guard].most_minutes,
    about="hours of the contract", binds="No more hours over the roster than the contract gives.",
)  # fmt: skip
LONGEST_RUN = SiteRule(
    name="longest_run", key="max_consecutive_shifts", form=at_most_in_a_row(WORK, engine="max_run"),
    about="longest run of work", limits="at most {:g} day{}", binds="Days of work in a row: at most {:g}.",
    held="at most {:g} day{} of work in a row", subject="the longest run of work",
)  # fmt: skip
SHORTEST_RUN = SiteRule(
    name="shortest_run", key="min_consecutive_shifts", form=at_least_in_a_row(of_work=True, engine="min_run"),
    about="shortest run of work", limits="at least {:g} day{}", binds="Days of work in a row: at least {:g}.",
    held="at least {:g} day{} of work in a row", subject="the shortest run of work",
)  # fmt: skip
DAYS_OFF = SiteRule(
    name="days_off", key="min_consecutive_days_off", form=at_least_in_a_row(of_work=False, engine="min_off_run"),
    about="days off in a row", limits="at least {:g}", held="at least {:g} day{} off in a row",
)  # fmt: skip
NIGHTS_IN_A_ROW = SiteRule(
    name="nights_in_a_row", key="max_consecutive_nights", form=at_most_in_a_row(NIGHTS),
    about="nights in a row", limits="at most {:g}", held="at most {:g} night{} in a row",
)  # fmt: skip
NIGHTS_A_WEEK = SiteRule(
    name="nights_a_week", key="max_nights_per_week", form=at_most_in(NIGHTS, WEEK),
    about="nights in a week", limits="at most {:g}", held="at most {:g} night{} a week", subject="nights a week",
)  # fmt: skip
WEEKENDS = SiteRule(
    name="weekends", key="max_weekends", form=weekends_of_four(),
    about="weekends with work", limits="at most {:g} of any four in a row", subject="weekends",
    binds="Weekends with work, of any four in a row: at most {:g}.", held="at most {:g} weekend{} with work in 28 days",
)  # fmt: skip
PAIRS = SiteRule(
    name="pairs", key="max_same_pair",
    about="pairs", held="at most {:g} time{} the same pair at one post in 28 days",
)  # fmt: skip
WEEKLY_REST = SiteRule(
    name="weekly_rest", key="min_weekly_rest_hours", form=rest_in_seven_days(), unit=_minutes_begun,
    about="rest in any seven days", limits="at least {:g} hour{} without a break",
    held="at least {:g} hour{} of rest without a break in any seven days",
)  # fmt: skip
AVERAGE_HOURS = SiteRule(
    name="average_hours", key="max_average_hours_per_week", form=average_in_weeks(), unit=_whole_minutes,
    about="average hours in a week", limits="at most {:g}", subject="average hours a week",
    held="at most {:g} hour{} a week on average",
)  # fmt: skip
REST_ON_CHANGE = SiteRule(
    name="rest_on_change", key="min_rest_hours_on_change", form=rest_before_another_kind(), unit=_minutes_begun,
    about="rest before a shift of another kind", limits="at least {:g} hour{}",
    held="at least {:g} hour{} of rest before a shift of another kind",
)  # fmt: skip
LONGEST_NIGHT = SiteRule(
    name="longest_night", key="max_night_shift_hours", form=longest_night(), unit=_whole_minutes,
    about="hours of a night shift", limits="at most {:g}", held="at most {:g} hour{} a night shift",
)  # fmt: skip
OVERTIME = SiteRule(
    name="overtime", key="max_overtime_hours_per_week",
    about="overtime", held="at most {:g} hour{} of overtime a week on average beyond the contract",
)  # fmt: skip
"""No limit by itself: it widens that of the contract."""
PATTERN = PatternRule(
    name="pattern", form=follows_rotation(), own=lambda problem, guard: 0 if cells_of(problem.rules) else None,
    about="pattern of rotation",
)  # fmt: skip
MIXED = WorkRule(name="mixed", about="more than one affiliation")
LOCKED = WorkRule(name="locked", about="locked assignments")
STAFFING = WorkRule(name="staffing", about="every place filled")

RULES: tuple[WorkRule, ...] = (
    ONE_SHIFT_A_DAY, REST, HOURS_A_WEEK, CONTRACT_HOURS, LONGEST_RUN, SHORTEST_RUN, DAYS_OFF, NIGHTS_IN_A_ROW,
    NIGHTS_A_WEEK, WEEKENDS, WEEKLY_REST, AVERAGE_HOURS, REST_ON_CHANGE, LONGEST_NIGHT, PATTERN, PAIRS, MIXED,
    LOCKED, STAFFING,
)  # fmt: skip
"""Every rule of a roster, but for who could stand at a post at all."""
OF_A_GUARD = tuple(rule for rule in RULES if rule.form is not None)
AT_MOST = tuple(rule for rule in OF_A_GUARD if rule.form is not None and rule.form.at_most)
"""Those of a guard that say at most: what breaks them in some days of the roster breaks them in all."""
_BY_KEY = {rule.key: rule for rule in (*RULES, OVERTIME) if isinstance(rule, SiteRule)}
OF_A_SITE = tuple(_BY_KEY[key] for key in WorkRules.model_fields if key in _BY_KEY)
"""Those that a site states, in the order of its settings."""
