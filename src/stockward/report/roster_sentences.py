"""What is said of a roster, in whole sentences."""

from __future__ import annotations

from datetime import timedelta

from stockward.answers.roster import Conflict, RosterAnswer
from stockward.report import words
from stockward.terms.verdicts import SOLVED_MEANING, Solved

RULE_WORD = {
    "max_hours_per_week": "At most so many hours in a week, Monday to Sunday",
    "min_rest_hours": "At least so many hours of rest between two shifts",
    "max_consecutive_shifts": "At most so many days of work in a row",
    "min_consecutive_shifts": "At least so many days of work in a row",
    "min_consecutive_days_off": "At least so many days off in a row",
    "max_consecutive_nights": "At most so many nights in a row",
    "max_weekends": "At most so many weekends with work in 28 days",
    "max_same_pair": "Two guards at one post together at most so often in 28 days",
}
"""The rules of a site, in words."""

HELD = {
    "max_hours_per_week": "at most {:g} hours a week",
    "min_rest_hours": "at least {:g} hours of rest between shifts",
    "max_consecutive_shifts": "at most {:g} days of work in a row",
    "min_consecutive_shifts": "at least {:g} days of work in a row",
    "min_consecutive_days_off": "at least {:g} days off in a row",
    "max_consecutive_nights": "at most {:g} nights in a row",
    "max_weekends": "at most {:g} weekends with work in 28 days",
    "max_same_pair": "at most {:g} times the same pair at one post in 28 days",
}
"""The rules of a site with their values, in a few words."""

NOT_HELD = {
    "max_hours_per_week": "hours a week",
    "min_rest_hours": "rest between shifts",
    "max_consecutive_shifts": "the longest run of work",
    "min_consecutive_shifts": "the shortest run of work",
    "min_consecutive_days_off": "days off in a row",
    "max_consecutive_nights": "nights in a row",
    "max_weekends": "weekends",
    "max_same_pair": "pairs",
}
"""What a rule is about, where a site says that it has none."""

ALWAYS = (
    "Whoever stands at a post holds the qualification that it asks for, and may guard its area.",
    "Nobody has a shift that takes place on a day of absence, nor two that begin on one day.",
    "Nobody works more than the contract gives over the roster; a day of absence takes off its share.",
    "Locked assignments are kept.",
)
"""Rules that hold at every site."""

COST_WORD = {
    "changes": "shifts changed against the earlier roster, 1000 each",
    "wishes": "wishes not met, 10 times their weight",
    "nights": "nights away from the fair share, 20, 40, 60 and 80 for each further one",
    "weekends": "weekend shifts away from the fair share, likewise",
    "hours": "hours away from the fair share by more than a shift, 2 each",
}


def period(answer: RosterAnswer) -> str:
    """First and last day."""
    last = answer.start + timedelta(days=7 * answer.weeks - 1)
    return f"{words.day(answer.start)} to {words.day(last)}, {words.count(answer.weeks, 'week')}"


def headline(answer: RosterAnswer) -> str:
    """The answer in one sentence."""
    if answer.duties:
        guards = sum(1 for one in answer.guards if one.shifts)
        return (
            f"Every post of every shift is filled: {words.count(len(answer.duties), 'place')} by "
            f"{words.count(guards, 'guard')}. {held(answer)}"
        )
    if answer.status is Solved.IMPOSSIBLE:
        return "No roster keeps every rule."
    return "No roster was found in the time given; none is ruled out."


def held(answer: RosterAnswer) -> str:
    """Which rules of the site were held, and which it says it does not have."""
    stated = [HELD[name].format(value) for name, value in answer.rules if value is not None]
    none = [NOT_HELD[name] for name, value in answer.rules if value is None]
    said = [f"Rules held: {', '.join(stated)}."] if stated else []
    if none:
        said.append(f"By its own word the site has no rule on {' or on '.join(none)}.")
    return " ".join(said)


def rules(answer: RosterAnswer) -> tuple[tuple[str, str], ...]:
    """Each rule that the site states, and its value."""
    return tuple((RULE_WORD[name], "none" if value is None else words.number(value)) for name, value in answer.rules)


def status(answer: RosterAnswer) -> tuple[str, ...]:
    """How sure the answer is."""
    said = [SOLVED_MEANING[answer.status]]
    if answer.cost is not None:
        gap = "" if not answer.gap else f", so a better one is better by at most {words.percent(answer.gap)}"
        said.append(
            f"It costs {words.number(answer.cost.total)}; none can cost less than {words.number(answer.bound)}{gap}."
        )
    if answer.stopped:
        then = "this is the best found until then" if answer.duties else "none was found until then"
        said.append(f"The search was stopped before its time; {then}.")
    return tuple(said)


def measures(answer: RosterAnswer) -> tuple[str, ...]:
    """Fairness, wishes and changes."""
    if not answer.duties or answer.cost is None:
        return ()
    working = [one for one in answer.guards if one.fair_hours > 0]
    said = [
        f"Hours lie between {_span([one.hours - one.fair_hours for one in working], 'h')} of the fair share, nights "
        f"between {_span([one.nights - one.fair_nights for one in working])}, weekend shifts between "
        f"{_span([one.weekend_shifts - one.fair_weekend_shifts for one in working])}."
    ]
    wishes = sum(one.wishes for one in answer.guards)
    if wishes:
        said.append(
            f"{words.number(sum(one.met for one in answer.guards))} of {words.count(wishes, 'wish', 'wishes')} are met."
        )
    if answer.changed is not None:
        said.append(f"{words.count(answer.changed, 'shift')} of guards changed against the earlier roster.")
    return tuple(said)


def _span(values: list[float], unit: str = "") -> str:
    low, high = (words.number(value, 1, signed=True) for value in (min(values), max(values)))
    return f"{low} and {high}{' ' + unit if unit else ''}"


def conflicts(answer: RosterAnswer) -> tuple[str, ...]:
    """Each rule of the conflict in words."""
    return tuple(conflict(one) for one in answer.conflicts)


def conflict(one: Conflict) -> str:
    """One rule of the conflict."""
    return one.words


def relaxations(answer: RosterAnswer) -> tuple[str, ...]:
    """The ways out."""
    return tuple(one.words for one in answer.relaxations)


def left_out(answer: RosterAnswer) -> tuple[str, ...]:
    """Guards who are not rostered, and why."""
    return tuple(f"{person}: {reason}" for person, reason in answer.left_out)
