"""Whether a thief is met in time, in plain words, the same in the terminal, on a page and in a workbook."""

from __future__ import annotations

from stockward.answers.response.interruption import Assumption, HoursAnswered, InterruptionAnswer, WayElement
from stockward.report.kit import words

_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_DAY_MINUTES, _WEEK_HOURS = 24 * 60, 168
_SMALL = 0.001
_SLOWER = {
    Assumption.RESPONSE: "the response takes {} longer",
    Assumption.DELAYS: "delays are {} shorter",
    Assumption.DETECTION: "a thief is noticed {} less often",
    Assumption.ALL: "all three are so",
}
_DETECTS = {"begin": "before it delays", "middle": "half way through", "end": "when he is through"}


def interruption_lines(answer: InterruptionAnswer) -> list[str]:
    """All that is said of it, the chance on the worst way first."""
    if answer.reason is not None:
        return [f"Whether a thief is met in time cannot be told: {answer.reason}."]
    return [
        chance_sentence(answer),
        *([goal_reached_sentence(answer)] if answer.goal is not None else []),
        in_time_sentence(answer),
        assumed_sentence(answer),
        *unspread_sentences(answer),
    ]


def chance_sentence(answer: InterruptionAnswer) -> str:
    """The chance on the worst way, which that is, and at which hours."""
    way = " → ".join(one.name for one in answer.way)
    ways = "the one way" if answer.ways == 1 else f"the worst of {words.count(answer.ways, 'way')}"
    worst = answer.hours[0]
    when = "" if worst.hours_a_week == _WEEK_HOURS else f", {hours_text(worst)}"
    if worst.post is None:
        return f"A thief is not met at all{when}: no post stands then that answers alarms."
    return f"A thief is met in time with {chance_text(answer.chance)} on {ways}{when}: {way}."


def goal_reached_sentence(answer: InterruptionAnswer) -> str:
    """Whether the goal is met."""
    met = "is met" if answer.met else "is not met"
    return f"The goal of {chance_text(answer.goal)} on every way, at every hour, {met}."


def in_time_sentence(answer: InterruptionAnswer) -> str:
    """Up to which element an alarm is still in time, by mean times."""
    worst = answer.hours[0]
    if worst.post is None:
        return "At those hours no sensor and no delay makes up for a response that does not come."
    response = f"{worst.post} takes {minutes_text(worst.response_minutes)}"
    last = next((one for one in reversed(answer.way) if one.in_time), None)
    if last is None:
        return f"On that way no alarm is in time on average: {response}, and the longest delay left is {_left(answer)}."
    late = "" if last is answer.way[-1] else "; what notices him later is too late on average"
    return (
        f"On that way an alarm is in time on average up to {last.name}, with {minutes_text(last.left_minutes)} left: "
        f"{response}{late}."
    )


def _left(answer: InterruptionAnswer) -> str:
    return minutes_text(max(one.left_minutes for one in answer.way))


def assumed_sentence(answer: InterruptionAnswer) -> str:
    """What the chance would be where assumptions are off."""
    parts = [
        f"{chance_text(one.chance)} where {_SLOWER[one.assumption].format(words.percent(one.factor))}"
        for one in answer.otherwise
    ]
    return f"Delays, chances and responses are assumptions. On the way that is then worst: {'; '.join(parts)}."


def unspread_sentences(answer: InterruptionAnswer) -> list[str]:
    """What was taken for granted where no spread is stated."""
    if not answer.unspread:
        return []
    figures = words.count(answer.unspread, "delay or response", "delays and responses")
    return [f"For {figures} no spread is stated (delay_rel, response_rel): 30 % of the mean is taken."]


def chance_text(chance: float | None) -> str:
    """A chance in per cent, to a tenth."""
    if chance is None:
        return words.NOTHING
    if 0 < chance < _SMALL:
        return f"less than {words.percent(_SMALL)}"
    return words.percent(round(chance, 3))


def minutes_text(minutes: float | None) -> str:
    """A time in minutes, to three digits."""
    return words.NOTHING if minutes is None else f"{minutes:.3g} min"


def hours_text(hours: HoursAnswered) -> str:
    """The first stretch of hours of the week, and how many there are."""
    return f"from {_moment(hours.begins)} to {_moment(hours.ends)} ({hours.hours_a_week:.4g} h a week)"


def _moment(minutes: int) -> str:
    day, rest = divmod(minutes, _DAY_MINUTES)
    if day == len(_DAYS):
        return f"{_DAYS[-1]} 24:00"
    return f"{_DAYS[day]} {rest // 60:02d}:{rest % 60:02d}"


def element_cells(one: WayElement) -> tuple[str, ...]:
    """An element of the worst way: layer, name, chance to notice, where, delay, delay that is left, in time."""
    return (
        str(one.layer),
        one.name,
        chance_text(one.detection),
        _DETECTS[one.detects],
        minutes_text(one.delay_minutes),
        minutes_text(one.left_minutes),
        "yes" if one.in_time else "no",
    )


def hours_cells(one: HoursAnswered) -> tuple[str, ...]:
    """Hours of the week: when, who is first, response, whether an alarm reaches them, chance on the worst way."""
    return (
        hours_text(one),
        one.post or "nobody",
        minutes_text(one.response_minutes),
        chance_text(one.communication),
        chance_text(one.chance),
    )
