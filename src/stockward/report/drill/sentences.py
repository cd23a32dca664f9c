"""A drill in plain words, the same for the terminal and the page."""

from __future__ import annotations

from collections import Counter

from stockward.answers.drill import DrillAnswer, DrillCause, DrillLine, DrillSpread
from stockward.report.kit import words

PATTERN_WORD = {
    "abrupt": "abrupt", "even": "even", "spread": "spread over its areas", "goal_at_once": "goal, at once",
    "goal_evenly": "goal, evenly",
}  # fmt: skip
PATTERN_MEANING = {
    "abrupt": "all in one period",
    "even": "evenly over the last 365 days, or over all where the books are shorter",
    "spread over its areas": "the same out of all areas of a substance together, in equal shares from each that bears "
    "one; found if the series of the whole site alarms",
}
GOAL_MEANING = {
    "goal, at once": "the loss of a goal, all in the first whole period of its days",
    "goal, evenly": "the loss of a goal, evenly over its days",
}
PLACE_WORD = {
    "counts": "in the counts (the store is short from then on)",
    "movements": "in the movements (what was sent is recorded lower)",
}
CAUSE_WORD = {
    "same_sigma": "sigma comes from the copy's own values",
    "untruncated": "no record falls below zero",
    "both": "both of these",
}
_NAMES = 4
_SHOWS = "any loss shows"
"""So ends the reason why a series is not drilled that needs no drill."""


def drill_percent(share: float | None, places: int = 1) -> str:
    """A share as per cent, to a tenth.

    >>> drill_percent(0.9478)
    '94.8\\u202f%'
    """
    if share is None:
        return words.NOTHING
    return f"{words.number(100 * share, places)}{words.NARROW_SPACE}%"


def drill_headline(drill: DrillAnswer) -> str:
    """What came out, in one sentence."""
    if not drill.lines:
        if drill.left_out and all(why.endswith(_SHOWS) for _, why in drill.left_out):
            return "Any loss shows at the next count, as every series is exact: there is no chance to be drilled."
        return "No series can be drilled by chance."
    if not drill.copies:
        return "No copy could be made: the books cannot bear a loss of this size anywhere."
    if drill.agreement is None:
        found = sum(line.counts.found for line in drill.lines)
        losses = words.count(drill.copies, "loss", "losses")
        return f"These very records would have shown {words.number(found)} of {losses}."
    agreement = drill.agreement
    says = "they agree" if agreement.agrees else "they disagree"
    return (
        f"Found {drill_percent(agreement.found)} of the losses, predicted {drill_percent(agreement.predicted)}: {says} "
        f"(± {words.number(100 * agreement.error, 1)} points by the number of copies)."
    )


def asked(drill: DrillAnswer) -> str:
    """What was drilled."""
    loss = drill.options["loss"]
    size = f"losses of {loss}" if loss else f"losses sized to be found with {words.percent(drill.detection)}"
    size = "the losses of the goals" if drill.options.get("goals") else size
    kind = "records kept as they are" if drill.as_recorded else "records adjusted, and measured afresh in each copy"
    return f"drill of {words.count(drill.copies, 'copy', 'copies')}, {size}; {kind}"


def agreement(drill: DrillAnswer) -> list[str]:
    """How predicted and found were compared, and what failed where they disagree."""
    said = drill.agreement
    if said is None:
        claim = "The errors in these records are one draw only: no chance is claimed, and none can be compared."
        alarmed = sum(line.without or 0 for line in drill.lines)
        already = f"In {words.number(alarmed)} of them the series alarms at or after that period without the loss too."
        return [claim, *([already] if alarmed else [])] if drill.as_recorded and drill.copies else []
    texts = [
        f"Were the predictions true, a difference as large would come with p = {words.probability(said.p_total)} over "
        f"all copies, and line by line with p = {words.probability(said.p_lines)}; they disagree below {said.limit:g}."
    ]
    if not said.agrees:
        texts += failed(drill)
    return texts


def failed(drill: DrillAnswer) -> list[str]:
    """Which assumption failed, by what each was measured to cost."""
    explaining = [cause for cause in drill.causes if cause.explains]
    single = [cause for cause in explaining if cause.key != "both"]
    if explaining:
        texts = [f"Failed: {_cost(cause)}" for cause in single or explaining]
    else:
        texts = ["None of the assumptions that were tested accounts for it: see what each costs."]
    worst = [line for line in drill.lines if _departs(line)]
    if worst:
        named = words.listed([f"{line.label}, {PATTERN_WORD[line.pattern]}" for line in worst], _NAMES)
        texts.append(f"Found and predicted are more than their error apart in: {named}.")
    return texts


def _departs(line: DrillLine) -> bool:
    if line.predicted is None or line.error is None or not line.copies:
        return False
    return abs(line.counts.found / line.copies - line.predicted) > line.error


def _cost(cause: DrillCause) -> str:
    return (
        f"with “{CAUSE_WORD[cause.key]}” taken out, {drill_percent(cause.restored)} are found in place of "
        f"{drill_percent(cause.found)}."
    )


def causes(drill: DrillAnswer) -> list[str]:
    """What each assumption of the prediction costs, measured on the same copies."""
    if drill.agreement is None:
        return []
    parts = [
        f"{CAUSE_WORD[cause.key]} {words.number(cause.points, 1, signed=True)} ± {words.number(cause.error, 1)}"
        for cause in drill.causes
    ]
    stated = [line for line in drill.lines if line.stated is not None and line.predicted is not None and line.copies]
    changed = max(stated, key=lambda line: abs((line.predicted or 0) - (line.stated or 0)), default=None)
    texts = [f"Points of the found share that each assumption costs: {'; '.join(parts)}."]
    if changed is not None:
        texts.append(
            "The loss itself changes sigma. Without that a review states "
            f"{drill_percent(changed.stated)} where {drill_percent(changed.predicted)} is predicted, at most: "
            f"{changed.label}, {PATTERN_WORD[changed.pattern]}."
        )
    texts.append(
        f"Limits are computed once, without errors. By limits of its own "
        f"{words.count(drill.own_limits_differ, 'copy', 'copies')} of {words.number(drill.own_limits)} would be judged "
        "otherwise."
    )
    return texts


def elsewhere(drill: DrillAnswer) -> list[str]:
    """Alarms of series that hold no loss."""
    if not drill.elsewhere:
        return []
    alarmed = sum(one.alarmed for one in drill.elsewhere)
    chance = sum(one.by_chance for one in drill.elsewhere)
    series = sum(one.copies for one in drill.elsewhere)
    return [
        f"Series without a loss alarmed {words.count(alarmed, 'time')} in {words.number(series)}; their false-alarm "
        f"probability allows {words.number(chance, 0)}."
    ]


def spread_words(drill: DrillAnswer) -> list[str]:
    """What the areas showed of the losses spread over them, and which of them bore no share."""
    lines = {line.id: line for line in drill.lines if line.pattern == "spread"}
    texts = []
    for one in drill.spread:
        line = lines[one.id]
        if one.copies:
            texts.append(_beside(one, line))
        without = _without_share(one, {place.place for place in line.places})
        if without:
            texts.append(f"{line.label}: no share of it {'; '.join(without)}.")
    return texts


def _beside(one: DrillSpread, line: DrillLine) -> str:
    """Copies that the whole site found, and those in which any area alarmed."""
    found, copies = words.number(line.counts.found), words.count(one.copies, "copy", "copies")
    chance = "" if one.by_chance is None else f", by chance at most {words.number(one.by_chance, 1)}"
    return (
        f"{line.label}: {drill_loss(line)} {PATTERN_WORD['spread']} was found by the series of the whole site in "
        f"{found} of {copies}; in {words.number(one.any_area)} the series of an area alarmed{chance}."
    )


def _without_share(one: DrillSpread, places: set[str]) -> list[str]:
    """Areas that bore no share, by reason; the place is said where they bear it in another."""
    groups: dict[tuple[str, str], list[str]] = {}
    for area in one.areas:
        nowhere = {place for place, _ in area.left_out} == places
        for place, why in area.left_out:
            names = groups.setdefault(("" if nowhere else f" in the {place}", why), [])
            if area.area not in names:
                names.append(area.area)
    return [f"from {words.listed(names, _NAMES)}{place}: {why}" for (place, why), names in groups.items()]


def not_borne(drill: DrillAnswer) -> list[str]:
    """Losses that were not made, and why; what one reason forbids is said once."""
    groups: dict[tuple[str, str], list[str]] = {}
    for line in drill.lines:
        word = PATTERN_WORD[line.pattern]
        for place in line.places:
            if place.not_borne:
                some = "" if place.not_borne == place.periods else f" in {place.not_borne} of {place.periods} periods"
                groups.setdefault((place.place, place.why or ""), []).append(f"{line.label} ({word}{some})")
    return [f"in the {place}, as {why}: {', '.join(names)}" for (place, why), names in groups.items()]


def drill_left_out(drill: DrillAnswer) -> list[str]:
    """Series that are not drilled, by reason."""
    reasons = Counter(reason for _, reason in drill.left_out)
    texts = []
    for reason, count in reasons.items():
        names = words.listed([name for name, why in drill.left_out if why == reason], _NAMES)
        texts.append(f"{words.count(count, 'series', 'series')} not drilled by chance: {reason} ({names}).")
    return texts


def drill_basis(drill: DrillAnswer) -> list[str]:
    """What the drill stands on."""
    texts = []
    if drill.adjusted is not None and drill.lines:
        texts.append(
            "Before the copies, the records were adjusted by least squares until every difference is zero: by "
            f"{words.number(drill.adjusted, 2)} of their sigma (root mean square)."
        )
    texts += [
        f"{name}: a difference of {words.quantity(value, unit, 3)} that no weighed row could take up stands in no copy."
        for name, value, unit in drill.standing
    ]
    if drill.untested:
        texts.append(f"{words.count(drill.untested, 'period')} of these series not tested: no loss is taken out there.")
    if drill.checked:
        texts.append(
            f"{words.count(drill.checked, 'copy was', 'copies were')} also closed as a site by the review's own "
            f"arithmetic: differences and covariance agree to {_order(drill.deviation)}."
        )
    if drill.cut:
        texts.append(
            f"{words.count(drill.cut, 'copy has', 'copies have')} a record that would have been below zero, and is "
            "zero."
        )
    return texts


def _order(deviation: float) -> str:
    return "1e-9 of their size" if deviation > 1e-12 else "1e-12 of their size"


def drill_loss(line: DrillLine) -> str:
    """The size of the losses of a line."""
    if line.loss is None:
        return words.NOTHING
    low, high = line.loss
    places = _places(low)
    if words.number(low, places) == words.number(high, places):
        return words.quantity(high, line.unit, places)
    return f"{words.number(low, places)} to {words.quantity(high, line.unit, places)}"


def found(line: DrillLine) -> str:
    """The found share with its error, or plain numbers where no chance is claimed."""
    if not line.copies:
        return words.NOTHING
    if line.error is None:
        return f"{words.number(line.counts.found)} of {words.number(line.copies)}"
    share, error = (words.number(100 * value, 0) for value in (line.counts.found / line.copies, line.error))
    return f"{share} ± {error}{words.NARROW_SPACE}%"


def drill_days(line: DrillLine) -> str:
    """Days to the alarm: half, and nine in ten, of those found."""
    if line.days_median is None:
        return words.NOTHING
    return f"{words.number(line.days_median, 0)}, {words.number(line.days_90, 0)}"


def drill_begins(line: DrillLine) -> str:
    """When the losses begin."""
    return "every period in turn" if line.start is None else words.day(line.start)


def _places(value: float) -> int:
    """Three digits of a size."""
    return 2 if value < 10 else 1 if value < 100 else 0
