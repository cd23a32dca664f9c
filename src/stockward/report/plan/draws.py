"""Scenarios whose factors were drawn, in plain words."""

from __future__ import annotations

from stockward.answers.plan import PlanAnswer, PlannedScenario, RobustPlan
from stockward.answers.planned.coming import DrawnHolding, DrawnRange, DrawnScenario
from stockward.report.kit import words
from stockward.report.plan import sentences as say

_NAMES = 4
_DIGITS = 3


def drawn_words(plan: PlanAnswer, one: PlannedScenario, drawn: DrawnScenario) -> list[str]:
    """In how many of the draws the plan holds, what it misses most, and what the plan made for it does."""
    subject = "the plan above" if one.met is not None else "what is done today"
    ranges = words.listed([_range(found) for found in drawn.ranges], 2 * _NAMES)
    texts = [
        f"{one.label} ({_grown(one)}{ranges}; {drawn.draws} draws): {subject} meets every goal in "
        f"{share_held(drawn.kept)} of the draws."
    ]
    fails = [f"{found.label} in {words.percent(round(found.share, _DIGITS))}" for found in drawn.fails]
    if fails:
        texts.append(f"Missed most often: {words.listed(fails, _NAMES)}.")
    if drawn.own is not None:
        holds = "holds" if drawn.own.held >= drawn.share else "the one that was found for all of the ranges, holds"
        between = ""
        if drawn.cost_low is not None and drawn.cost_low != drawn.cost_high:
            low, high = (say.cost_words(plan, cost) for cost in (drawn.cost_low, drawn.cost_high))
            between = f", from {low} to {high} at the prices in nine of ten draws"
        texts.append(
            f"A plan made to hold in {words.percent(drawn.share)} of them {holds} in {share_held(drawn.own)}, for "
            f"{say.cost_words(plan, one.cost)} a year{between}. A cheaper one may hold in as many."
        )
    return texts


def share_held(holding: DrawnHolding) -> str:
    """A share of the draws, with its bounds."""
    held, low, high = (words.percent(round(share, _DIGITS)) for share in (holding.held, holding.low, holding.high))
    return f"{held} ({low} to {high} with 95 % certainty)"


def robust_in_draws(robust: RobustPlan) -> list[str]:
    """In how many of the draws the plan for all that may come holds."""
    return [f"It holds in {share_held(one.holding)} of the draws of {one.label}." for one in robust.drawn]


def _grown(one: PlannedScenario) -> str:
    """What alone grows, where something is named."""
    named = "" if one.production is None else one.production.rpartition(" × ")[0]
    return "" if named in ("", "all production") else f"{named}, "


def _range(found: DrawnRange) -> str:
    likely = "" if found.likely is None else f", likeliest {found.likely:.3g}"
    return f"{_CALLED[found.name]} {found.low:.3g} to {found.high:.3g}{likely}"


_CALLED = {
    "production": "production ×",
    "dispatch": "dispatch ×",
    "workforce": "share of the workers who remain",
    "absence": "absence of guards ×",
    "prices": "prices ×",
}
