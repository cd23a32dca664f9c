"""Whether a site states the rules that a roster needs, and states none that no roster can keep."""

from __future__ import annotations

from stockward.answers.roster import StatedRule
from stockward.book.presets import WORK_PRESETS
from stockward.book.rotations import rotation_cells
from stockward.book.settings import NO_RULE, WorkRules
from stockward.roster.rules.patterns import pattern_contradictions
from stockward.roster.rules.spans import reference_periods
from stockward.roster.rules.table import (
    AVERAGE_HOURS,
    HOURS_A_WEEK,
    LONGEST_NIGHT,
    LONGEST_RUN,
    NIGHTS_IN_A_ROW,
    OF_A_SITE,
    OVERTIME,
    PAIRS,
    SHORTEST_RUN,
)
from stockward.roster.site.demand import WEEK_DAYS
from stockward.roster.site.problem import GuardProblem
from stockward.terms.errors import UsageError


def require_stated(rules: WorkRules) -> None:
    """Raise ``UsageError`` where a rule that must be said is not, if only to say that the site has none."""
    unsaid = [rule for rule in OF_A_SITE if rule.example is not None and rule.key not in rules.model_fields_set]
    if unsaid:
        raise UsageError(
            f"site.toml: [work_rules] does not state {' and '.join(rule.key for rule in unsaid)}: write "
            + " and ".join(f"{rule.key} = {rule.example}" for rule in unsaid)
            + f' or what else holds at the site, or "{NO_RULE}" where there is no such rule'
        )
    if AVERAGE_HOURS.value(rules) is not None and rules.average_weeks is None:
        _refuse_one(
            f"{AVERAGE_HOURS.key} does not say over how many weeks",
            "write average_weeks = 17, or what holds at the site",
        )
    if rules.overtime_price_per_hour is not None and OVERTIME.value(rules) is None:
        _refuse_one(
            "overtime_price_per_hour stands alone, and no overtime is allowed",
            f"write {OVERTIME.key} = 8, or what is allowed at the site, or leave the price out",
        )
    if rules.pattern is not None and rules.wished_pattern is not None:
        _refuse_one("pattern and wished_pattern both stand there", "state pattern to have it kept, or the other alone")
    least, most = SHORTEST_RUN.value(rules), LONGEST_RUN.value(rules)
    if least is not None and most is not None and least > most:
        raise UsageError(
            f"site.toml: {SHORTEST_RUN.key} = {least} and {LONGEST_RUN.key} = {most} exclude each other: "
            "correct one of the two"
        )


def require_possible(problem: GuardProblem) -> None:
    """Raise ``UsageError`` for a rule that no shift, or no post, can keep."""
    shortest = min(shift.minutes for shift in problem.shifts)
    hours, minutes = HOURS_A_WEEK.value(problem.rules), HOURS_A_WEEK.limit(problem)
    if minutes is not None and minutes < shortest:
        _refuse(f"{HOURS_A_WEEK.key} = {hours:g} is below the shortest shift, {shortest / 60:g} hours")
    _require_short_nights(problem)
    for said, mend in pattern_contradictions(problem):
        _refuse_one(said, mend)
    at_night = [group.posts[0].post for group in problem.groups if problem.shifts[group.shift].night]
    if NIGHTS_IN_A_ROW.limit(problem) == 0 and at_night:
        _refuse(f"{NIGHTS_IN_A_ROW.key} = 0, but {at_night[0]} has shifts at night")
    several = [group.posts[0].post for group in problem.groups if group.guards > 1]
    if PAIRS.limit(problem) == 0 and several:
        _refuse(f"{PAIRS.key} = 0, but several guards stand at once at {several[0]}")


def stated_rules(rules: WorkRules) -> tuple[StatedRule, ...]:
    """The rules that a site states, those of its preset included, in words."""
    stated = [
        StatedRule(key=rule.key, value=rule.value(rules), words=rule.held_at(rule.value(rules)))
        for rule in OF_A_SITE
        if rule.key in rules.model_fields_set
    ]
    if rules.average_weeks is not None:
        weeks = f"averages over {rules.average_weeks} week{'' if rules.average_weeks == 1 else 's'}"
        stated.append(StatedRule(key="average_weeks", value=rules.average_weeks, words=weeks))
    if rules.overtime_price_per_hour is not None:
        price = rules.overtime_price_per_hour
        words = f"an hour of overtime costs {price:g}"
        stated.append(StatedRule(key="overtime_price_per_hour", value=price, words=words))
    said_of = {"pattern": "each in the pattern", "wished_pattern": "where it can be, the pattern"}
    for key, said in said_of.items():
        pattern: str | None = getattr(rules, key)
        if pattern is not None:
            cells = rotation_cells(pattern)
            named = pattern if pattern == cells else f"{pattern} ({cells})"
            stated.append(StatedRule(key=key, value=pattern, words=f"{said} {named}"))
    return tuple(stated)


def told_of_rules(problem: GuardProblem) -> tuple[str, ...]:
    """What a preset states and the site states otherwise, and over how many days an average is held."""
    return (*_told_of_preset(problem.rules), *_told_of_average(problem))


def _told_of_preset(rules: WorkRules) -> list[str]:
    preset = WORK_PRESETS.get(rules.preset or "")
    if preset is None:
        return []
    kept, otherwise = [], []
    for rule in preset.rules:
        own: float | None = getattr(rules, rule.key)
        as_stated = NO_RULE if own is None else own
        if as_stated == rule.value:
            kept.append(f"{rule.key} = {_written(rule.value)} ({rule.source})")
        else:
            otherwise.append(
                f"the site states {rule.key} = {_written(as_stated)}, which holds in place of "
                f"{_written(rule.value)} by {preset.title} ({rule.source}): see that it may"
            )
    return [f"by the preset {rules.preset}, {preset.title}: {', '.join(kept)}"] * bool(kept) + otherwise


def _written(value: float | str) -> str:
    return value if isinstance(value, str) else f"{value:g}"


def _told_of_average(problem: GuardProblem) -> list[str]:
    weeks = problem.rules.average_weeks
    if AVERAGE_HOURS.value(problem.rules) is None or weeks is None:
        return []
    days = len(reference_periods(problem)[0])
    if days >= WEEK_DAYS * weeks:
        return []
    first = problem.horizon.date(problem.history_from)
    return [
        f"average hours are held over the {days} days from {first} on, and not over {weeks} weeks: enter what was "
        "worked before in assignments"
    ]


def _require_short_nights(problem: GuardProblem) -> None:
    """No night shift of a post may be longer than a night shift may be."""
    most = LONGEST_NIGHT.limit(problem)
    for group in problem.groups if most is not None else ():
        shift = problem.shifts[group.shift]
        if shift.night and shift.minutes > (most or 0) and not group.taken_in:
            post, hours = group.posts[0].post, LONGEST_NIGHT.value(problem.rules)
            _refuse_one(
                f"{LONGEST_NIGHT.key} = {hours:g}, but {post} has night shifts of {shift.minutes / 60:g} hours",
                f"write hours_per_shift = {hours:g} for {post} in posts, or {LONGEST_NIGHT.key} = "
                f"{shift.minutes / 60:g} where that is allowed",
            )


def _refuse_one(said: str, mend: str) -> None:
    raise UsageError(f"site.toml: {said}: {mend}")


def _refuse(said: str) -> None:
    raise UsageError(f"site.toml: {said}: correct one of the two")
