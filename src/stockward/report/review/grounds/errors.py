"""How much hangs on the stated errors of measuring, in plain words."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from stockward.answers.measuring.fit import ErrorsFit, ScatterFigures
from stockward.answers.review import ReviewAnswer
from stockward.answers.unstated import Ranked, UnstatedSeries
from stockward.report.kit import words
from stockward.report.kit.sheet import Cell, Sheet
from stockward.report.review import claims, context
from stockward.report.review.views import SeriesView
from stockward.terms.measuring import PLATE_MEND
from stockward.terms.verdicts import Basis, Fit, FitPart, Verdict

_DIGITS = 3
"""Figures of a break-even factor that are shown; it is rounded so that what is said of it holds."""

NEEDED_MAX = 5
"""Series of which the error it would take is told at the head."""

_TEXTS_LISTED = 12
_ALARMED = frozenset({Verdict.SHORTAGE, Verdict.GAIN})


_WHERE = {
    FitPart.ALL: "It is so in every part of them: the errors are stated too {size} throughout.",
    FitPart.RANDOM: "It is so where no systematic error reaches: random errors are stated too {size}; of others "
    "it does not tell.",
    FitPart.SYSTEMATIC: "It is so only where systematic errors reach: those are stated too {size}{or_loss}.",
    FitPart.UNCLEAR: "Which errors are stated too {size}, it does not tell.",
}
_WEIGH = "weigh the same things again on each scale, and state how far the readings scatter"
_CALIBRATE = "compare the scales with a standard, or with each other, and calibrate more often"
_MENDS = {
    FitPart.ALL: f"{_WEIGH}; {_CALIBRATE}",
    FitPart.RANDOM: _WEIGH,
    FitPart.SYSTEMATIC: _CALIBRATE,
    FitPart.UNCLEAR: f"{_WEIGH}; {_CALIBRATE}",
}
_COMPARE = "compare the errors with their certificates, and see that counts are not copied from the book"
_OR_LOSS = ", or a loss stands there that is too small to alarm"
_HANGING_LISTED = 4


def fit_sentence(review: ReviewAnswer, series: Sequence[SeriesView]) -> str:
    """That the stated errors do not fit the differences, what it means for the verdicts, and the mend; else empty."""
    found = review.fit
    if found is None or found.part is None or found.whole is None:
        return ""
    more = found.fit is Fit.MORE
    where = _WHERE[found.part].format(size="small" if more else "large", or_loss=_OR_LOSS if more else "")
    meaning = _meaning(found, found.whole, series)
    return f"{scattered(found)} {where} {meaning} To mend it, {_MENDS[found.part] if more else _COMPARE}."


def scattered(found: ErrorsFit) -> str:
    """How much the differences scatter beside what the stated errors let expect; empty where none were tested."""
    whole = found.whole
    if whole is None:
        return ""
    p_value = whole.p_less if whole.ratio < 1 else whole.p_more
    entered = f"{words.count(found.periods, 'difference')} of {words.count(found.series, 'series', 'series')}"
    figures = (
        f"χ² = {words.number(whole.chi_square, 0)}, {words.number(whole.degrees_of_freedom, 0)} degrees of freedom"
    )
    return (
        f"The differences scatter {words.number(whole.ratio, 2)} times as much as the stated errors let expect "
        f"({figures}, p {_p(p_value)}; {entered}, without what is alarmed)."
    )


def _p(value: float) -> str:
    shown = words.probability(value)
    return shown if shown.startswith("<") else f"= {shown}"


def _meaning(found: ErrorsFit, whole: ScatterFigures, series: Sequence[SeriesView]) -> str:
    """Which verdicts would turn if all σ were as the differences say."""
    listed = words.listed([series[number].label for number in found.hanging], _HANGING_LISTED)
    as_large = f"with all σ {words.number(whole.ratio, 2)} times as large"
    if found.fit is Fit.LESS:
        if listed:
            return f"A loss may hide behind it: {as_large} there is an alarm for {listed}."
        return f"Nothing more would alarm {as_large}."
    if listed:
        return f"Alarms may come of it alone: {as_large} there is none for {listed}."
    if any(one.verdict.verdict in _ALARMED for one in series):
        return f"What alarms below alarms {as_large}, too."
    return "Nothing measured alarms, so no verdict comes of it; but what would go unseen is more than is told below."


def break_even_sentence(series: SeriesView) -> str | None:
    """By how much all σ would have to differ for the verdict to turn; ``None`` where nothing was tested."""
    said = series.verdict
    if series.basis == Basis.ITEM and said.verdict != Verdict.NOT_TESTED and said.break_even is None:
        return "It is exact: no σ stands behind its verdict, and no factor turns it."
    if said.verdict == Verdict.DISCREPANCY:
        return "What alarms stands where measuring has no error: no factor of σ turns the verdict."
    if said.break_even is None:
        return needed_sentence(series) or None
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
    return f"Errors of measuring {factor_word(max(known), up=True)} times as large as stated would explain it."


def factor_word(factor: float, *, up: bool, digits: int = _DIGITS) -> str:
    """A factor to three digits, or to so many, rounded up or down.

    >>> factor_word(1.2531, up=True), factor_word(0.73561, up=False)
    ('1.26', '0.735')
    """
    places = digits - 1 - math.floor(math.log10(factor))
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


def nothing_stated(series: Sequence[SeriesView]) -> str:
    """What a review begins with in which nothing is tested as no error is stated; empty where other reasons stand."""
    if not series or not all(one.unstated for one in series):
        return ""
    return (
        "Nothing was tested: the books do not say how well your scales weigh, so what stands below is no verdict. "
        f"To have it tested, {PLATE_MEND}, such as SCALE,III,3000,0.5,kg and SCALE."
    )


def needed_lines(series: Sequence[SeriesView]) -> list[str]:
    """For the series that no stated error lets test, the error it would take, the largest first; the first of them."""
    texts = [needed_sentence(one) for one in by_need(series)]
    more = len(texts) - NEEDED_MAX
    return texts if more <= 0 else [*texts[:NEEDED_MAX], f"{words.count(more, 'more series', 'more series')} so."]


def by_need(series: Sequence[SeriesView]) -> list[SeriesView]:
    """The series that no stated error lets test, those first whose differences take the largest error to explain."""
    asked = [(one.unstated.error, one) for one in series if one.unstated is not None]
    return [one for _, one in sorted(asked, key=lambda pair: -math.inf if pair[0] is None else -pair[0])]


def needed_sentence(series: SeriesView) -> str:
    """How large an error of every weighing would have to be to explain what differs; empty where errors are stated."""
    found = series.unstated
    if found is None:
        return ""
    if found.error == 0:
        return f"{series.label}: no error of weighing is needed to explain its differences."
    days = words.between(series.day(found.start), series.day(found.end))
    what = f"{series.label}: {_amount(found.difference, series.unit)} {days}"
    if found.error is None:
        return f"{what}: no random error of weighing would explain its differences."
    return f"{what}, explained only if one in three weighings is off by more than {percent_up(found.error)}."


def percent_up(share: float) -> str:
    """A share as per cent, to two digits, rounded up so that it is enough.

    >>> percent_up(0.01851)
    '1.9\u202f%'
    """
    return f"{factor_word(100.0 * share, up=True, digits=2)}{words.NARROW_SPACE}%"


def unstated_lines(series: Sequence[SeriesView]) -> tuple[context.UnstatedLine, ...]:
    """The table of differences without a stated error, in order of the error it would take."""
    return tuple(_unstated_line(one, one.unstated) for one in by_need(series) if one.unstated is not None)


def _unstated_line(one: SeriesView, found: UnstatedSeries) -> context.UnstatedLine:
    largest = min(found.periods, key=lambda part: part.ranked.rank)
    return context.UnstatedLine(
        label=one.label,
        id=one.id,
        error="none would do" if found.error is None else percent_up(found.error) if found.error else "none needed",
        decides=f"{_amount(found.difference, one.unit)}, {found.first_inventory} to {found.last_inventory}",
        period=f"{_amount(largest.ranked.difference, one.unit)} at {largest.inventory} ({_place(largest.ranked.rank)})",
        year=f"{_amount(found.year.difference, one.unit)} ({_place(found.year.rank)})",
        share=f"{_share(found.year.share)} ({_place(found.year.rank_by_share)})",
    )


def _place(rank: int) -> str:
    return f"no. {words.number(rank)}"


def _share(share: float | None) -> str:
    return words.NOTHING if share is None else f"{100 * share:.2g}{words.NARROW_SPACE}%"


def unstated_sheets(series: Sequence[SeriesView]) -> Iterator[Sheet]:
    """Every difference without a stated error with its places, and the error it would take; no sheet where none is."""
    header = (
        "series", "unit", "what", "inventory", "difference (unit; + missing)", "passed through (unit)",
        "share of what passed through", "place by size", "place by share", "error it would take (σ of a weighing)",
    )  # fmt: skip
    rows: list[tuple[Cell, ...]] = []
    for one in by_need(series):
        if (found := one.unstated) is not None:
            rows.append((one.id, one.unit, "last year", None, *_cells(found.year), found.error))
            rows += [(one.id, one.unit, "period", part.inventory, *_cells(part.ranked), None) for part in found.periods]
    if rows:
        yield Sheet(name="unstated", header=header, rows=rows)


def _cells(one: Ranked) -> tuple[Cell, ...]:
    return one.difference, one.throughput, one.share, one.rank, one.rank_by_share


def _amount(value: float, unit: str) -> str:
    """How much is missing or surplus: three digits of a difference whose σ nobody knows."""
    places = max(_DIGITS - 1 - math.floor(math.log10(abs(value))), 0) if value else None
    return f"{words.quantity(abs(value), unit, places)} {'surplus' if value < 0 else 'missing'}"


def _would_alarm(factor: float) -> str:
    if not factor:
        return "It would not alarm however small σ were."
    return f"It would alarm if σ were less than {factor_word(factor, up=False)} times as stated."


def _left(series: SeriesView) -> bool:
    """Whether something stands that no error of measuring can have left."""
    return any(series.verdict.left) or any(one.sigma == 0 and one.difference for one in series.periods)


def exact_notices(series: Sequence[SeriesView]) -> list[str]:
    """The same for all series together, balanced ones among them."""
    used = Counter(text for one in series for text in claims.assumed(one))
    texts = [f"{text} ({words.count(number, 'series', 'series')})" for text, number in used.items()]
    if not texts:
        return []
    said = words.listed(texts, _TEXTS_LISTED)
    return [f"Taken as exact, since the books state no error of it, not even 0: {said}."]


_SLOW_DAYS = 180
"""A loss whose days reach further may have grown or declined slowly: then its interval holds it less often."""


def interval_sentence(found: Iterable[Iterable[SeriesView]]) -> str:
    """What stands in the brackets behind an amount; empty where none does."""
    losses = [loss for event in found for one in event for loss in one.losses]
    if not losses:
        return ""
    if all((loss.not_after - loss.not_before).days <= _SLOW_DAYS for loss in losses):
        return "In brackets: the 95 % interval."
    return (
        "In brackets: the 95 % interval, of losses at an even rate. Of one that grew or declined steadily over a year "
        "more may be missing: only 29 to 85 % of such intervals hold it."
    )
