"""Whether a site states the rules that a roster needs, and states none that no roster can keep."""

from __future__ import annotations

from stockward.book.settings import NO_RULE, WorkRules
from stockward.roster.rules.table import HOURS_A_WEEK, LONGEST_RUN, NIGHTS_IN_A_ROW, OF_A_SITE, PAIRS, SHORTEST_RUN
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
    at_night = [group.posts[0].post for group in problem.groups if problem.shifts[group.shift].night]
    if NIGHTS_IN_A_ROW.limit(problem) == 0 and at_night:
        _refuse(f"{NIGHTS_IN_A_ROW.key} = 0, but {at_night[0]} has shifts at night")
    several = [group.posts[0].post for group in problem.groups if group.guards > 1]
    if PAIRS.limit(problem) == 0 and several:
        _refuse(f"{PAIRS.key} = 0, but several guards stand at once at {several[0]}")


def _refuse(said: str) -> None:
    raise UsageError(f"site.toml: {said}: correct one of the two")
