"""How much hangs on the stated errors of measuring, in plain words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from stockward.report.kit import words
from stockward.report.review.views import SeriesView
from stockward.terms.verdicts import Basis, Verdict

_DIGITS = 3
"""Figures of a break-even factor that are shown; it is rounded so that what is said of it holds."""

_ALARMED = frozenset({Verdict.SHORTAGE, Verdict.GAIN})


def break_even_sentence(series: SeriesView) -> str | None:
    """By how much all σ would have to differ for the verdict to turn; ``None`` where nothing was tested."""
    said = series.verdict
    if series.basis == Basis.ITEM and said.verdict != Verdict.NOT_TESTED and said.break_even is None:
        return "It is exact: no σ stands behind its verdict, and no factor turns it."
    if said.verdict == Verdict.DISCREPANCY:
        return "What alarms stands where measuring has no error: no factor of σ turns the verdict."
    if said.break_even is None:
        return None
    if said.verdict not in _ALARMED:
        return _would_alarm(said.break_even)
    stays = " What no error can have left would stay, as a discrepancy." if _left(series) else ""
    return f"{no_alarm([series])}{stays}"


def no_alarm(event: Sequence[SeriesView]) -> str:
    """From which factor of all σ on nothing of an event would alarm; empty where it is exact, in part or whole."""
    factors = [one.verdict.break_even for one in event]
    known = [factor for factor in factors if factor is not None]
    if not known or len(known) < len(factors):
        return ""
    return f"No alarm if σ were {factor_word(max(known), up=True)} times as stated."


def factor_word(factor: float, *, up: bool) -> str:
    """A factor to three digits, rounded up or down.

    >>> factor_word(1.2531, up=True), factor_word(0.73561, up=False)
    ('1.26', '0.735')
    """
    places = _DIGITS - 1 - math.floor(math.log10(factor))
    scaled = round(factor * 10.0**places, 6)
    whole = math.ceil(scaled) if up else math.floor(scaled)
    return words.number(whole / 10.0**places, max(places, 0))


def turning(series: SeriesView) -> str:
    """The factor of σ at which the verdict turns, as the table of all series shows it."""
    said = series.verdict
    if said.verdict == Verdict.NOT_TESTED:
        return words.NOTHING
    if not said.break_even:
        return "exact" if said.break_even is None else "none"
    return factor_word(said.break_even, up=said.verdict in _ALARMED)


def nearest_to_alarm(series: Sequence[SeriesView]) -> str:
    """Of the series that do not alarm, the one that would first if σ were smaller; empty where none would."""
    calm = [one for one in series if not one.alarming and one.verdict.break_even]
    if not calm:
        return ""
    first = max(calm, key=lambda one: one.verdict.break_even or 0.0)
    said = factor_word(first.verdict.break_even or 0.0, up=False)
    return f"Nearest to an alarm: {first.label}, which would alarm if σ were less than {said} times as stated."


def _would_alarm(factor: float) -> str:
    if not factor:
        return "It would not alarm however small σ were."
    return f"It would alarm if σ were less than {factor_word(factor, up=False)} times as stated."


def _left(series: SeriesView) -> bool:
    """Whether something stands that no error of measuring can have left."""
    return any(series.verdict.left) or any(one.sigma == 0 and one.difference for one in series.periods)
