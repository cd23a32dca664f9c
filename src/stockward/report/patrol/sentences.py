"""Patrols in plain words, the same in the terminal, on a page and in a workbook."""

from __future__ import annotations

from stockward.answers.patrols.answer import (
    BestTheft,
    PatrolAnswer,
    PatrolOutcome,
    PatrolWay,
    PredictedPatrols,
    TheftAssumption,
)
from stockward.report.kit import words
from stockward.terms.verdicts import Solved

_DAY = 24 * 60
_LITTLE = 0.02
"""A difference below this share is none worth speaking of."""
_SURE = 0.05
_FEW = 3
"""The plan is held against no fewer shifts on record."""
_ASSUMED = {
    TheftAssumption.SHORTER: "thefts are as short as they could be",
    TheftAssumption.RARER: "patrols see them as seldom as could be",
    TheftAssumption.BOTH: "both are so",
}


def patrol_asked(answer: PatrolAnswer) -> str:
    """What was asked for."""
    starts = words.listed([clock_text(one) for one in answer.starts], 4)
    patrols = words.count(answer.patrols, "patrol")
    return (
        f"{patrols} in a shift of {words.number(answer.shift_minutes / 60, 2).rstrip('0').rstrip('.')} h from {starts}"
    )


def patrol_headline(answer: PatrolAnswer) -> str:
    """What came out, in one sentence that can be acted on."""
    if answer.value is None:
        return f"Impossible because {answer.reason}." if answer.status is Solved.IMPOSSIBLE else f"{_first(answer)}."
    planned, before = answer.value, today_of(answer)
    twice = answer.outcome(PatrolWay.ROUND_TWICE)
    who = "the best-informed thief"
    if before is None or twice is None:
        return f"Walked as planned, the patrols leave {who} {gain_text(answer, planned)} on average."
    how = "as walked so far" if before.way is PatrolWay.WALKED else "on the best fixed round"
    if planned > before.best.gain * (1 - _LITTLE):
        return _little_gained(answer, before.best.gain, how)
    doubled = gain_text(answer, twice.best.gain)
    if planned < twice.best.gain * (1 - _LITTLE):
        then = f"less than twice the guards on a fixed round would ({doubled})"
    elif planned <= twice.best.gain * (1 + _LITTLE):
        then = f"as little as twice the guards on a fixed round would ({doubled})"
    else:
        then = f"twice the guards on a fixed round would leave him {doubled}"
    return (
        f"Walked as planned, the same patrols leave {who} {gain_text(answer, planned)} and not "
        f"{gain_text(answer, before.best.gain)} ({how}): {then}."
    )


def _little_gained(answer: PatrolAnswer, before: float, how: str) -> str:
    """What is said where the plan leaves him hardly less than other walks: that none do only where it is proven."""
    bound = answer.bound or 0.0
    walks = f"{how}, the patrols leave the best-informed thief {gain_text(answer, before)}"
    if bound > before * (1 - _LITTLE):
        return f"Walking at random gains nothing here: {walks}, and no walks leave him much less."
    if answer.status is Solved.PROVEN:
        return f"Walking as planned gains little here: {walks}, and no walks leave him less than {_least(answer)}."
    return (
        f"No walks were found that are much better: {walks}. The search ended early: there may be walks that leave him "
        f"less, but none less than {_least(answer)} (--rounds looks for longer)."
    )


def _least(answer: PatrolAnswer) -> str:
    return gain_text(answer, answer.bound or 0.0)


def _first(answer: PatrolAnswer) -> str:
    reason = answer.reason or ""
    return reason[:1].upper() + reason[1:]


def today_of(answer: PatrolAnswer) -> PatrolOutcome | None:
    """What the plan is held against: patrols as walked, where enough shifts are on record, else a fixed round."""
    walked = answer.outcome(PatrolWay.WALKED)
    enough = walked is not None and (walked.nights or 0) >= _FEW
    return walked if enough else answer.outcome(PatrolWay.ROUND)


def bought_sentences(answer: PatrolAnswer) -> list[str]:
    """What doubling the guards buys, and what walking at random buys for nothing."""
    one, two = answer.outcome(PatrolWay.ROUND), answer.outcome(PatrolWay.ROUND_TWICE)
    if one is None or two is None or answer.value is None:
        return []
    bought, free = one.best.gain - two.best.gain, one.best.gain - answer.value
    said = [
        f"On the best fixed round twice the guards take {gain_text(answer, max(bought, 0.0))} from him; walking as "
        f"planned takes {gain_text(answer, max(free, 0.0))} from him with the guards there are."
    ]
    more = answer.outcome(PatrolWay.PLANNED_TWICE)
    if more is not None:
        said.append(f"Twice the guards, walking as planned for so many, leave him {gain_text(answer, more.best.gain)}.")
    return said


def theft_sentence(answer: PatrolAnswer) -> str:
    """His best target and hour, and the chance that he is seen."""
    if answer.best is None:
        return ""
    return (
        f"What then gains him most: a theft from {answer.best.name}, begun {begins_text(answer, answer.best)}. A "
        f"patrol comes by and sees it with {seen_words(answer.best.met)}."
    )


def proof_sentence(answer: PatrolAnswer) -> str:
    """How sure it is that no walks leave him less."""
    if answer.value is None or answer.bound is None or answer.gap is None:
        return ""
    if answer.gap <= 1e-6:
        return "No walks of these patrols leave him less: that is proven."
    least = _least(answer)
    if answer.status is Solved.PROVEN:
        return f"No walks leave him less than {least}: at most {words.percent(_up(answer.gap))} is left to gain."
    return (
        f"No walks leave him less than {least}; whether any leave less than these is not known: up to "
        f"{words.percent(_up(answer.gap))} could be left to gain (--rounds looks for longer)."
    )


def _up(share: float) -> float:
    """A share rounded up to a tenth of a per cent."""
    return -(-share * 1000 // 1) / 1000


def predicted_sentences(predicted: PredictedPatrols | None) -> list[str]:
    """Whether patrols as walked can be predicted from the shifts before."""
    if predicted is None:
        return []
    right, chance = (words.percent(round(one, 3)) for one in (predicted.guessed, predicted.by_chance))
    sure = predicted.p_value <= _SURE and predicted.guessed > predicted.by_chance
    begin = (
        f"Who watched the shifts before guesses where a patrol is right {right} of the time over "
        f"{words.count(predicted.nights, 'shift')}, and {chance} if the same walks began at random times"
    )
    first = (
        f"{begin}: they can be predicted by the clock (p = {words.probability(predicted.p_value)})."
        if sure
        else f"{begin}: no clock is seen in them (p = {words.probability(predicted.p_value)})."
    )
    planned = (
        f"Of walks drawn as planned he guesses {words.percent(round(predicted.if_planned, 3))} right, even if he knows "
        "the mixture."
    )
    if predicted.repeats_p_value > _SURE:
        return [first, planned]
    apart = "the shift before" if predicted.repeats_after == 1 else f"{predicted.repeats_after} shifts before"
    return [first, planned, f"Walks repeat those of {apart} (p = {words.probability(predicted.repeats_p_value)})."]


def assumed_sentences(answer: PatrolAnswer) -> list[str]:
    """What the same walks leave him where assumptions are at their worst."""
    if not answer.otherwise:
        return []
    parts = [f"{gain_text(answer, one.best.gain)} where {_ASSUMED[one.assumption]}" for one in answer.otherwise]
    return [
        f"Minutes of thefts and chances to see them are assumptions. The same walks leave him {'; '.join(parts)}. "
        "Where no range is stated, a quarter less is taken."
    ]


def basis_sentences(answer: PatrolAnswer) -> list[str]:
    """What it stands on."""
    out, back = (f"{one:g}" for one in answer.change)
    return [
        "The thief is taken to know the mixture of walks, every minute and every chance, but not what was drawn for "
        "tonight; he chooses the target and the minute that gain him most on average, and is seen once at most. A "
        "patrol sees only the areas in which it is, and nothing between them.",
        f"In the first {out} and the last {back} min of a shift patrols come from and return to their base: only "
        f"thefts that lie wholly between them are looked at. {overlap_sentence(answer)}",
        f"Time goes in steps of {answer.step_minutes:g} min, and patrols are in areas at moments that lie so far "
        "apart: walks are rounded up, thefts down. On a fixed round, and at random, breaks and least visits are left "
        "out of the comparison.",
        "Walks are drawn for all patrols together. Who walks which, the roster says: nothing is chosen by person.",
        *_few_shifts(answer),
        *answer.notes,
    ]


def overlap_sentence(answer: PatrolAnswer) -> str:
    """By how much shifts must overlap for every theft to lie in the hours of one of them that are looked at."""
    out, back = answer.change
    longest = max((one.steps * answer.step_minutes for one in answer.targets), default=None)
    takes = "the longest theft" if longest is None else f"{longest:g} min of the longest theft"
    total = "" if longest is None else f" = {out + back + longest:g} min"
    return (
        f"For every theft to lie so in some shift, each must overlap the next by {out:g} + {back:g} min and {takes}"
        f"{total}, or another guard stand in."
    )


def _few_shifts(answer: PatrolAnswer) -> list[str]:
    walked = answer.outcome(PatrolWay.WALKED)
    if walked is None or walked is today_of(answer):
        return []
    shifts = words.count(walked.nights or 0, "shift")
    return [f"{shifts} on record: too few to hold the plan against, which takes {_FEW} at least."]


def way_words(one: PatrolOutcome) -> str:
    """What a way to walk is called."""
    twice = " (twice the guards)"
    return {
        PatrolWay.WALKED: f"As walked, {words.count(one.nights or 0, 'shift')} on record",
        PatrolWay.ROUND: "Best fixed round",
        PatrolWay.ROUND_TWICE: f"Best fixed round{twice}",
        PatrolWay.UNIFORM: "At random from area to area",
        PatrolWay.BY_WORTH: "At random, by worth",
        PatrolWay.PLANNED: "As planned",
        PatrolWay.PLANNED_TWICE: f"As planned{twice}",
    }[one.way]


def outcome_cells(answer: PatrolAnswer, one: PatrolOutcome) -> tuple[str, ...]:
    """A way to walk: what, patrols, what it leaves him, where, when, chance to be seen."""
    return (
        way_words(one), str(one.patrols), gain_text(answer, one.best.gain), one.best.name,
        begins_text(answer, one.best), seen_words(one.best.met),
    )  # fmt: skip


def target_rows(answer: PatrolAnswer) -> list[tuple[str, ...]]:
    """Each target: what, what a theft takes, minutes, chance to see, what it leaves him, chance to be seen."""
    return [
        (
            one.name, gain_text(answer, one.worth), f"{one.minutes:g} min", seen_words(one.seen),
            words.NOTHING if one.best is None else gain_text(answer, one.best.gain),
            words.NOTHING if one.best is None else seen_words(one.best.met),
        )
        for one in answer.targets
    ]  # fmt: skip


def gain_text(answer: PatrolAnswer, gain: float) -> str:
    """An amount in what targets are weighed by."""
    places = 0 if answer.in_currency and abs(gain) >= 100 else 3
    text = words.number(gain, places)
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{text} {answer.unit}"


def begins_text(answer: PatrolAnswer, best: BestTheft) -> str:
    """When in its shift a theft begins: by the clock where all shifts begin at one time."""
    if len(answer.starts) == 1:
        return f"at {clock_text(answer.starts[0] + best.begins)}"
    return f"{best.begins:g} min into the shift"


def clock_text(minutes: float) -> str:
    """A time of day; what passes midnight goes on from there."""
    whole = int(minutes) % _DAY
    return f"{whole // 60:02d}:{whole % 60:02d}"


def seen_words(chance: float) -> str:
    """A chance in per cent, to a tenth."""
    return words.percent(round(chance, 3))
