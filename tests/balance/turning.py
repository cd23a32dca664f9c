"""Where the answer of a whole review turns."""

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


def assert_turns(alarms: Callable[[float], bool], at: float) -> None:
    """What alarms 0.1 % below ceases to 0.1 % above."""
    assert alarms(0.999 * at)
    assert not alarms(1.001 * at)
