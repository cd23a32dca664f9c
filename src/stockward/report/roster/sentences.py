"""What is said of a roster, in whole sentences."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import accumulate
from statistics import fmean

from stockward.answers.roster import Conflict, RosterAnswer, RosterOvertime
from stockward.report.kit import words
from stockward.terms.verdicts import Solved

_MOST_NAMED = 12

ALWAYS = (
    "Whoever stands at a post holds the qualification that it asks for, and may guard its area.",
    "Nobody has a shift that takes place on a day of absence, nor two that begin on one day.",
    "Nobody works more than the contract gives over the roster; a day of absence takes off its share.",
    "Locked assignments are kept.",
)
"""Rules that hold at every site."""

_WITH_OVERTIME = "the contract gives, and the overtime above, over the roster"

ASSUMED = (
    "Shifts are cut from the start that the table posts gives, and begin at the times under Coverage. Where guards "
    "change at other times, correct start and end there.",
    "A shift ends when the next begins: time to hand over, ways and breaks are in no hours here.",
    "Hours are real hours: a night on which the clocks change has one more or one less.",
)
"""What a roster rests on, and others must see to."""

COST_WORD = {
    "changes": "shifts changed against the earlier roster, 1000 each",
    "wishes": "wishes not met, 10 times their weight",
    "nights": "nights away from the fair share, 20, 40, 60 and 80 for each further one",
    "weekends": "weekend shifts away from the fair share, likewise",
    "hours": "hours away from the fair share by more than a shift, 2 each",
    "overtime": "hours of overtime, 20 each",
    "pattern": "shifts off the wished pattern, 20 each",
}


def period(answer: RosterAnswer) -> str:
    """First and last day."""
    last = answer.start + timedelta(days=7 * answer.weeks - 1)
    return f"{words.day(answer.start)} to {words.day(last)}, {words.count(answer.weeks, 'week')}"


def roster_headline(answer: RosterAnswer) -> str:
    """The answer, and the rules that it keeps."""
    return f"{answered(answer)} {held(answer)}".rstrip()


def answered(answer: RosterAnswer) -> str:
    """The answer: who fills what, and before it what the answer does not know of."""
    unknown = _unknown(answer)
    if answer.duties:
        every = "Every other post" if "posts" in answer.set_aside else "Every post"
        return f"{unknown}{every} of every shift is filled: {_crew(answer)}."
    if answer.status is Solved.IMPOSSIBLE:
        return f"{unknown}No roster fills these posts within the rules."
    return f"{unknown}No roster was found in the time given; there may be one."


def _unknown(answer: RosterAnswer) -> str:
    """Rows set aside: a post in one has nobody in this roster, and a guard is missing, or at work on leave."""
    if not answer.set_aside:
        return ""
    rows = [f"{words.count(rows, 'row')} of {table}" for table, rows in answer.set_aside.items()]
    return f"Mend first what this roster does not know of: {words.listed(rows, len(rows))}, set aside. "


def _crew(answer: RosterAnswer) -> str:
    """How many guards for how many places, and how much each works."""
    guards, hours, contract = crew(answer)
    places = words.count(at_a_time(answer), "place")
    each = "" if guards == 1 else " each on average"
    return (
        f"{words.count(guards, 'guard')} for {places} at a time, {words.number(hours, 0)} of "
        f"{words.number(contract, 0)} contract hours{each}"
    )


def crew(answer: RosterAnswer) -> tuple[int, float, float]:
    """How many guards have a shift, and the means of their hours and of what their contracts give."""
    mine = [one for one in answer.guards if one.shifts]
    return len(mine), fmean(one.hours for one in mine), fmean(one.contract for one in mine)


def at_a_time(answer: RosterAnswer) -> int:
    """How many guards stand at the same time at most."""
    # Where one goes as another comes, they do not stand together: ends sort before starts.
    changes = sorted([(duty.start, 1) for duty in answer.duties] + [(duty.end, -1) for duty in answer.duties])
    return max(accumulate(step for _, step in changes))


def held(answer: RosterAnswer) -> str:
    """Which rules of the site were held, and which it says it does not have; nothing where there is no roster."""
    if not answer.duties:
        return ""
    stated = [rule.words for rule in answer.rules if rule.value is not None]
    none = [rule.words for rule in answer.rules if rule.value is None]
    said = [f"Rules held: {', '.join(stated)}."] if stated else []
    if none:
        said.append(f"By its own word the site has no rule on {' or on '.join(none)}.")
    return " ".join(said)


def rules(answer: RosterAnswer) -> tuple[str, ...]:
    """Each rule that the site states, and those that hold at every site."""
    stated = (
        f"No rule on {rule.words}." if rule.value is None else f"{rule.words[:1].upper()}{rule.words[1:]}."
        for rule in answer.rules
    )
    beyond = any(rule.key == "max_overtime_hours_per_week" and rule.value for rule in answer.rules)
    always = (one.replace("the contract gives over the roster", _WITH_OVERTIME) if beyond else one for one in ALWAYS)
    return (*stated, *always)


_STATUS = {
    Solved.PROVEN: "No better roster exists, as changes, wishes and fair shares are weighed against one another.",
    Solved.FEASIBLE: "A better one may exist: more time (--time) may find it.",
    Solved.IMPOSSIBLE: "What stands in the way, and what would mend it, is told below.",
    Solved.OUT_OF_TIME: "Ask again with more time (--time).",
}


def status(answer: RosterAnswer) -> tuple[str, ...]:
    """How sure the answer is."""
    said = [_STATUS[answer.status]]
    if answer.stopped:
        then = "this is the best found until then" if answer.duties else "none was found until then"
        said.append(f"The search was stopped before its time; {then}.")
    return tuple(said)


def points(answer: RosterAnswer) -> tuple[tuple[str, str], ...]:
    """The points that count against a roster, in all and part by part; nothing without a roster."""
    if answer.cost is None:
        return ()
    least = f"points against this roster; none that keeps the rules has fewer than {words.number(answer.bound, 0)}"
    found = ((getattr(answer.cost, name), word) for name, word in COST_WORD.items())
    parts = ((words.number(value), word) for value, word in found if value is not None)
    return ((words.number(answer.cost.total), least), *parts)


def measures(answer: RosterAnswer) -> tuple[str, ...]:
    """Fairness, wishes and changes."""
    if not answer.duties:
        return ()
    working = [one for one in answer.guards if one.fair_hours > 0]
    shift = max(duty.hours for duty in answer.duties)
    said = [
        _shared("Hours", [(one.person, one.hours, one.fair_hours) for one in working], shift),
        _shared("Nights", [(one.person, one.nights, one.fair_nights) for one in working], 1),
        _shared(
            "Weekend shifts",
            [(one.person, one.weekend_shifts, one.fair_weekend_shifts) for one in working], 1,
        ),
    ]  # fmt: skip
    idle = [one.person for one in answer.guards if not one.shifts]
    if idle:
        said.append(f"{words.count(len(idle), 'guard')} without a shift: {words.listed(idle, _MOST_NAMED)}.")
    if answer.overtime is not None:
        said.append(_overtime(answer.overtime))
    off = [one.off_pattern for one in answer.guards if one.off_pattern]
    if any(one.off_pattern is not None for one in answer.guards):
        shifts = words.count(len(answer.duties), "shift")
        of = f", of {words.count(len(off), 'guard')}" if off else ""
        said.append(f"{words.number(sum(off)) if off else 'None'} of {shifts} off the wished pattern{of}.")
    wishes = sum(one.wishes for one in answer.guards)
    if wishes:
        said.append(
            f"{words.number(sum(one.met for one in answer.guards))} of {words.count(wishes, 'wish', 'wishes')} are met."
        )
    if answer.changed is not None:
        said.append(f"{words.count(answer.changed, 'shift')} of guards changed against the earlier roster.")
    return tuple(filter(None, said))


def _overtime(overtime: RosterOvertime) -> str:
    """Hours beyond contracts, and what they cost."""
    if not overtime.hours:
        return "No overtime."
    said = f"Overtime: {words.number(overtime.hours)} hours of {words.count(overtime.guards, 'guard')}"
    if overtime.cost is None or overtime.price is None:
        return f"{said}; what an hour costs is not stated (overtime_price_per_hour)."
    money = f" {overtime.currency}" if overtime.currency else ""
    return f"{said}, {words.number(overtime.cost)}{money} at {words.number(overtime.price)} an hour."


def _shared(what: str, each: Sequence[tuple[str, float, float]], within: float) -> str:
    """How evenly something is shared: from least to most, and who is furthest above and furthest below the fair share.

    They are named where it is by more than ``within``. ``each`` has person, number and fair share; nothing is said
    where nobody could have any.
    """
    if not any(fair for _, _, fair in each):
        return ""
    numbers = [number for _, number, _ in each]
    low, high = _tenths(min(numbers)), _tenths(max(numbers))
    span = f"{low} each" if low == high else f"{low} to {high} each"
    most = max(each, key=lambda one: one[1] - one[2])
    least = min(each, key=lambda one: one[1] - one[2])
    far = [one for one in (most, least) if abs(one[1] - one[2]) > within]
    if not far:
        return f"{what} are shared fairly: {span}."
    said = (
        f"{person} has {words.number(number, 1)} where {words.number(fair, 1)} is fair" for person, number, fair in far
    )
    return f"{what} are not shared fairly: {span}; {', '.join(said)} by contract hours."


def _tenths(value: float) -> str:
    """A number to one decimal, where it has any."""
    return words.number(round(value, 1))


def begins(answer: RosterAnswer) -> str:
    """When shifts begin, as the table posts has it."""
    times = sorted({time for post in answer.posts for time in post.begins})
    return f"Shifts begin at {', '.join(times)} ({answer.timezone}), as the table posts says."


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
