"""What is settled of the losses, where it stood: how much, since when it is known, and what the tests make of it."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.review import ReviewAnswer
from stockward.answers.settled.spans import SettledRow, SettledSpan, UnplacedRow
from stockward.report.kit import words
from stockward.report.kit.sheet import Sheet
from stockward.report.review.context.settled import SettledLine, SettledPart
from stockward.report.review.views import SeriesView
from stockward.terms.verdicts import SettledState

_BASIS = {"confirmed_loss": "confirmed loss", "explained": "explained"}
_LINES_MAX = 5


def build_settled(review: ReviewAnswer, series: Sequence[SeriesView], shown: set[int]) -> SettledPart | None:
    """All that is settled, ``None`` where nothing is; ``shown`` are the series with a part of their own."""
    found = review.settled
    if not found.spans and not found.unplaced:
        return None
    lines = tuple(_line(one, series[one.series], shown) for one in found.spans)
    return SettledPart(lines=lines, unplaced=tuple(map(_unplaced, found.unplaced)))


def settled_lines(review: ReviewAnswer, series: Sequence[SeriesView]) -> list[str]:
    """A sentence for each span that was entered, as against following from another; the first of many."""
    entered = [one for one in review.settled.spans if _entered(one)]
    texts = [_sentence(one, series[one.series]) for one in entered[:_LINES_MAX]]
    if len(entered) > _LINES_MAX:
        texts.append(f"and {len(entered) - _LINES_MAX} more: see the page.")
    return [*texts, *map(_unplaced, review.settled.unplaced)]


def but_for_settled(review: ReviewAnswer, verdict: str) -> str:
    """The verdict on the site, which is of what is not settled, where anything is."""
    taken = any(one.state is not SettledState.NO_ALARM for one in review.settled.spans)
    return f"But for what is settled, {verdict[0].lower()}{verdict[1:]}" if taken and verdict else verdict


def settled_in(review: ReviewAnswer) -> frozenset[int]:
    """The series of which anything is settled."""
    return frozenset(one.series for one in review.settled.spans if one.state is not SettledState.NO_ALARM)


def settled_sheets(review: ReviewAnswer, series: Sequence[SeriesView]) -> list[Sheet]:
    """Every row of what is settled at every series; none where nothing is."""
    header = (
        "settled", "row of settled", "series", "follows from", "basis", "known since", "approved by", "reason",
        "reference", "from inventory", "to inventory", "unit", "amount (unit; + missing)", "sigma (unit)",
        "first day", "last day", "shown by the books (unit; + missing)", "sigma of it (unit)",
        "alarms at", "needed for no alarm (unit)", "taken out (unit; + missing)", "state",
    )  # fmt: skip
    rows = [
        (
            row.settled, row.row, series[one.series].id, row.follows_from, row.basis, row.known_since, row.approved_by,
            row.reason, row.reference, row.from_inventory, row.to_inventory, series[one.series].unit,
            _signed(one, row.amount), row.sigma, series[one.series].local(one.start), series[one.series].local(one.end),
            _signed(one, one.shown), one.shown_sigma,
            " ".join(alarm.inventory for alarm in one.alarms), one.least, _signed(one, one.taken), one.state,
        )
        for one in review.settled.spans
        for row in one.rows
    ]  # fmt: skip
    return [Sheet(name="settled", header=header, rows=rows)] if rows else []


def _entered(one: SettledSpan) -> bool:
    return any(row.follows_from is None for row in one.rows)


def _signed(one: SettledSpan, value: float) -> float:
    return -value if one.surplus else value


def _line(one: SettledSpan, series: SeriesView, shown: set[int]) -> SettledLine:
    days = words.between(series.day(one.start), series.day(one.end))
    return SettledLine(
        label=series.label,
        id=series.id,
        anchor=series.anchor if series.number in shown else None,
        amount=_amount(one, series, one.amount, one.sigma),
        shown=_amount(one, series, one.shown, one.shown_sigma),
        span=f"{days}; {_alarmed(one)}",
        basis=" ".join(f"{_known(row, series)}." for row in one.rows),
        came=_came(one, series),
        year=_year(series),
    )


def _alarmed(one: SettledSpan) -> str:
    """At which inventories it was alarmed for before."""
    names = [alarm.inventory for alarm in one.alarms]
    return f"alarmed at {words.listed(names, 3)}" if names else "no alarm"


def _amount(one: SettledSpan, series: SeriesView, value: float, sigma: float) -> str:
    if not sigma:
        return words.quantity(_signed(one, value), series.unit, None, signed=True)
    return words.measured(_signed(one, value), sigma, series.unit, signed=True)


def _known(row: SettledRow, series: SeriesView) -> str:
    """What a row came to, since when it is known, why, and by whom it was approved."""
    words_of = [f"{row.settled}: {_BASIS[row.basis]}, known since {words.day(row.known_since)}"]
    if row.follows_from is not None:
        words_of.append(f"follows from {row.follows_from}")
    words_of.append(f"approved by {row.approved_by}" if row.approved_by else "nobody is named who approved it")
    said = "; ".join(filter(None, (words.cut(row.reason, 200), words.cut(row.reference or "", 100))))
    return f"{', '.join(words_of)} ({said})"


def _sentence(one: SettledSpan, series: SeriesView) -> str:
    amount = (
        words.quantity(one.amount, series.unit) if not one.sigma else words.measured(one.amount, one.sigma, series.unit)
    )
    what = "surplus in" if one.surplus else "missing from"
    days = words.between(series.day(one.start), series.day(one.end))
    known = "; ".join(_known(row, series) for row in one.rows if row.follows_from is None)
    return f"{amount} of {series.what} {what} {series.place} {days}: {known}. {_came(one, series)}"


def _came(one: SettledSpan, series: SeriesView) -> str:
    """What the tests make of it."""
    shown = (
        words.measured(one.shown, one.shown_sigma, series.unit)
        if one.shown_sigma
        else words.quantity(one.shown, series.unit)
    )
    more = (
        f" That is more than the books show, {shown}: nothing beyond that was taken out, and no gain comes of it; see "
        "whether amount and inventories are right."
        if one.more_than_shown
        else ""
    )
    if one.state is SettledState.SETTLED:
        return f"It explains what alarmed there: the tests go on after {words.day(series.day(one.end))}.{more}"
    if one.state is SettledState.NO_ALARM:
        return f"Nothing alarms there without it.{more}"
    return f"The books show more there, {shown}: what is left stays in the tests.{more}"


def _year(series: SeriesView) -> str:
    said = series.verdict
    if said.year_sum is None:
        return words.NOTHING
    whole = words.measured(said.year_sum, said.year_sigma, series.unit, signed=True)
    left = words.measured(said.year_sum - said.year_settled, said.year_sigma, series.unit, signed=True)
    return f"{whole}; without what is settled {left}"


def _unplaced(row: UnplacedRow) -> str:
    return (
        f"Row {row.row} of settled ({row.settled}) settles nothing: {row.series} has no closed period between its two "
        "inventories; correct them, or the series, or wait for the inventory that closes one."
    )
