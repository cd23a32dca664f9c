"""Where the answer of a whole review turns, by bisection."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

from stockward.answers.losses import SeriesVerdict
from stockward.answers.review import ReviewAnswer
from stockward.book import Site
from stockward.questions.review import make_review


def reviewed(site: Site) -> ReviewAnswer:
    return make_review(site, generated=datetime(2026, 6, 1, tzinfo=UTC))


def verdicts(answers: ReviewAnswer) -> dict[str, SeriesVerdict]:
    return dict(zip(answers.balances.series["id"], answers.verdicts, strict=True))


def turning_point(alarms: Callable[[float], bool], low: float, high: float) -> float:
    """Where what alarms at the lower end ceases to, to 0.05 %."""
    assert alarms(low)
    assert not alarms(high)
    while high > 1.0005 * low:
        middle = (low * high) ** 0.5
        low, high = (middle, high) if alarms(middle) else (low, middle)
    return high
