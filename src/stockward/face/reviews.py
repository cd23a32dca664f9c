"""The review of a site: what is missing, and what would go unseen."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import polars as pl

from stockward import book as facts
from stockward.answers.losses import Loss
from stockward.answers.review import ReviewAnswer as Answers
from stockward.face.asked import FilePlace, Words, asked_day, asked_text, asked_whole, moment_of
from stockward.face.places import own_place
from stockward.face.shown import Shown, now
from stockward.face.sites import site_of
from stockward.face.surges import asked_surge
from stockward.guards.orders.asked import AskedOrder
from stockward.outputs import write_whole
from stockward.questions.review import make_review
from stockward.report import cards, write_html, write_json, write_xlsx
from stockward.report.review.card import Card
from stockward.report.review.views import SeriesView, gather
from stockward.surge.asked import Surge
from stockward.terms.limits import DEFAULT_SEED
from stockward.terms.verdicts import Verdict

_LOSS = {
    "id": pl.String, "unit": pl.String, "estimate": pl.Float64, "low": pl.Float64, "high": pl.Float64,
    "first_possible_day": pl.Date, "last_possible_day": pl.Date,
}  # fmt: skip

_PAIRS = {
    "verdict": pl.String, "partner": pl.String, "first_method": pl.String, "second_method": pl.String,
    "unit": pl.String, "difference": pl.Float64, "low": pl.Float64, "high": pl.Float64, "p_value": pl.Float64,
    "share": pl.Float64, "first": pl.Float64, "second": pl.Float64, "pairs": pl.Int64,
}  # fmt: skip

_CHECKS = {
    "method": pl.String, "use": pl.String, "unit": pl.String, "relative": pl.Boolean, "readings": pl.Int64,
    "sessions": pl.Int64, "adjustments": pl.Int64,
}  # fmt: skip

_SETTLED: dict[str, Any] = {
    "id": pl.String, "settled": pl.String, "row": pl.Int64, "follows_from": pl.String, "basis": pl.String,
    "known_since": pl.Date, "state": pl.String, "unit": pl.String, "amount": pl.Float64, "shown": pl.Float64,
    "taken": pl.Float64, "approved_by": pl.String, "reason": pl.String,
}  # fmt: skip

_LEDGER: dict[str, Any] = {
    "fault": pl.String, "area": pl.String, "material": pl.String, "inventory": pl.String, "table": pl.String,
    "row": pl.Int64, "source": pl.String, "count": pl.Int64, "of": pl.Int64, "stated": pl.Float64,
    "reckoned": pl.Float64, "amount": pl.Float64, "unit": pl.String, "numbers": pl.List(pl.String),
}  # fmt: skip

_FIRST = (
    "id", "verdict", *list(_LOSS)[1:], "difference", "sigma", "p_value", "break_even", "alarm_inventory",
    "reason",
)  # fmt: skip
"""Columns of ``series`` that are read first."""


@dataclass(frozen=True, slots=True, repr=False)
class Review(Shown):
    """The answers of one run, as tables and as files; ``answers`` has all of them."""

    answers: Answers

    @property
    def series(self) -> pl.DataFrame:
        """One row a series, quantities in its ``unit``, positive is missing; unknown is null.

        ``verdict``; after an alarm the ``estimate`` of the largest loss (of the largest gain, negative, where the
        verdict is one), its 95 % interval from ``low`` to ``high``, the ``first_possible_day`` and
        ``last_possible_day`` of it at the site; ``difference`` over the whole record and its ``sigma``; ``p_value``,
        ``break_even``, the factor of all σ at which the verdict turns, ``alarm_inventory`` and ``reason``; and what the
        series is of.
        """
        verdicts = self.answers.verdicts
        largest = [_told(one, loss) for one in gather(self.answers) if (loss := _largest(one)) is not None]
        said = self.answers.balances.series.with_columns(
            verdict=pl.Series([one.verdict.value for one in verdicts], dtype=pl.String),
            difference=pl.Series([one.cumulative for one in verdicts], dtype=pl.Float64),
            sigma=pl.Series([one.cumulative_sigma for one in verdicts], dtype=pl.Float64),
            p_value=pl.Series([one.p_value for one in verdicts], dtype=pl.Float64),
            alarm_inventory=pl.Series([one.alarm_inventory for one in verdicts], dtype=pl.String),
            break_even=pl.Series([one.break_even for one in verdicts], dtype=pl.Float64),
            reason=pl.Series([one.reason for one in verdicts], dtype=pl.String),
        )
        losses = pl.DataFrame(largest, schema=_LOSS, orient="row")
        return said.join(losses, on=["id", "unit"], how="left", maintain_order="left").select(
            *_FIRST, pl.exclude(_FIRST)
        )

    @property
    def losses(self) -> pl.DataFrame:
        """One row a loss, or a gain (negative), that an alarm tells of: ``id`` of its series, and what ``series`` says.

        A series may have several, in order of time.
        """
        told = [_told(one, loss) for one in gather(self.answers) for loss in one.losses]
        return pl.DataFrame(told, schema=_LOSS, orient="row")

    @property
    def periods(self) -> pl.DataFrame:
        """One row a period, with the ``id`` of its series in place of the number."""
        ids = self.answers.balances.series["id"]
        periods = self.answers.balances.periods
        return periods.with_columns(series=ids.gather(periods["series"])).rename({"series": "id"})

    @property
    def settled(self) -> pl.DataFrame:
        """One row for each row of ``settled`` at each series that it is of, amounts in ``unit``, positive is missing.

        What was ``settled``, what it ``follows_from`` where that is another series, its ``basis`` and since when it is
        known; the ``amount`` of the row, and of its span what the books have ``shown``, what was ``taken`` out of the
        differences, and the ``state`` that the tests make of it.
        """
        series = self.answers.balances.series
        rows = [
            (
                series["id"][span.series], row.settled, row.row, row.follows_from, row.basis, row.known_since,
                span.state.value, series["unit"][span.series],
                *(-one if span.surplus else one for one in (row.amount, span.shown, span.taken)),
                row.approved_by, row.reason,
            )
            for span in self.answers.settled.spans
            for row in span.rows
        ]  # fmt: skip
        return pl.DataFrame(rows, schema=_SETTLED, orient="row")

    @property
    def pairs(self) -> pl.DataFrame:
        """One row for every partner and two methods that measured the same things, amounts in ``unit``.

        ``verdict``, ``partner``, ``first_method``, ``second_method``; the ``difference`` of all, first less second, its
        95 % limits ``low`` and ``high``, ``p_value``, and ``share``, the limit of it; what was measured ``first`` and
        ``second``, and how many ``pairs``.
        """
        rows = [[getattr(one, name) for name in _PAIRS] for one in self.answers.measuring.pairs]
        return pl.DataFrame(rows, schema=_PAIRS, orient="row")

    @property
    def checks(self) -> pl.DataFrame:
        """One row a method that read standards: its errors by these, and whether it takes them (``use``).

        Errors are shares of what is read where ``relative``, and else in ``unit`` (null: the material's). The factors
        say how many times as large as stated they are, null where none is stated.
        """
        kinds = ("random", "systematic")
        rows = [
            [
                *(getattr(one, name) for name in _CHECKS),
                *(getattr(getattr(one, kind), name, None) for kind in kinds for name in ("sigma", "freedom")),
                *(getattr(getattr(one, f"{kind}_beside"), "ratio", None) for kind in kinds),
            ]
            for one in self.answers.measuring.checks
        ]
        figures = (
            "random_error",
            "random_df",
            "systematic_error",
            "systematic_df",
            "random_factor",
            "systematic_factor",
        )
        schema = {**_CHECKS, **dict.fromkeys(figures, pl.Float64)}
        return pl.DataFrame(rows, schema=schema, orient="row")

    @property
    def ledger(self) -> pl.DataFrame:
        """One row a finding of the ledger's own arithmetic: its ``fault``, where, the first row, and the figures.

        ``count`` rows or numbers of ``of`` show it; ``stated`` less ``reckoned`` is ``amount``, in ``unit``. None of it
        is a verdict.
        """
        first = [one.rows[0] if one.rows else None for one in self.answers.ledger]
        told = [
            (
                one.fault.value, one.area, one.material, one.inventory, row and row.table, row and row.row,
                row and row.source, one.count, one.of, one.stated, one.reckoned, one.amount, one.unit,
                list(one.numbers),
            )
            for one, row in zip(self.answers.ledger, first, strict=True)
        ]  # fmt: skip
        return pl.DataFrame(told, schema=_LEDGER, orient="row")

    def to_json(self, path: FilePlace, *, covariance: bool = False) -> None:
        """Write ``review.json`` (schema stockward.review/1), with the covariance of the differences where asked."""
        write_whole(own_place(path), write_json(self.answers, covariance=covariance))

    def to_html(self, path: FilePlace) -> None:
        """Write the report: one self-contained HTML file."""
        write_whole(own_place(path), write_html(self.answers))

    def to_xlsx(self, path: FilePlace) -> None:
        """Write the workbook."""
        write_xlsx(self.answers, own_place(path))

    def card(self) -> Card:
        """What is shown: the verdict, what could not be seen, and the series that matter most."""
        return cards.review_card(self.answers)


def _largest(series: SeriesView) -> Loss | None:
    """The largest loss of a series, or where it has more than the books say, the largest gain."""
    sign = -1 if series.verdict.verdict == Verdict.GAIN else 1
    return max(series.losses, key=lambda loss: sign * loss.estimate, default=None)


def _told(series: SeriesView, loss: Loss) -> tuple[object, ...]:
    days = series.day(loss.not_before), series.day(loss.not_after)
    return series.id, series.unit, loss.estimate, loss.low, loss.high, *days


def review(
    site: facts.Site | FilePlace,
    *,
    as_of: str | date | datetime | None = None,
    production: float | Words = (),
    dispatch: float = 1.0,
    weighings: str = "heavier",
    since: str | date | None = None,
    until: str | date | None = None,
    surge: Surge | None = None,
    guards: str | None = None,
    due: str | date | None = None,
    seed: int = DEFAULT_SEED,
    plan: bool = False,
) -> Review:
    """Review a site: what is missing, what would go unseen, today and at a surge, and what guards it takes.

    Parameters
    ----------
    site
        A site, or the folder that holds it.
    as_of
        Use only what was recorded by the end of this day, such as ``"2026-06-30"``.
    production
        Ask again with production times so much: ``5``, or ``{"TNT": 5}`` for substances or lines alone.
    dispatch, weighings, since, until
        How: the factor of what leaves the site, ``"heavier"`` or ``"more"`` weighings, first and last day of the surge
        in the record.
    surge
        The same as one value, in place of these.
    guards
        An order that is not on record, such as ``">2"`` (more than twice today's guards), to be met by ``due``; 90 days
        ahead without it.
    seed
        Of every simulation in it, from 0 on; the same facts, options and seed give the same figures.
    plan
        Look for the cheapest plan that meets every goal as well, as ``sw.plan`` does; ``answers.plan`` has it.

    Returns
    -------
    Review
        ``series`` with one row a series, ``losses``, ``periods``; ``to_html``, ``to_json`` and ``to_xlsx`` write it.

    Raises
    ------
    UsageError
        A question that cannot be asked so: no date, no factor, ``due`` without ``guards``.
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> review = sw.review("docs/first_site")
    >>> review.series.select("id", "verdict").rows()
    [('M1/TNT', 'balanced')]
    """
    seed = asked_whole("seed", seed, 0)
    asked = asked_order(guards, due)
    grown = asked_surge(production, surge, dispatch, weighings, asked_day("since", since), asked_day("until", until))
    read = site_of(site)
    made = make_review(read, as_of=moment_of(as_of), surge=grown, guards=asked, seed=seed, plan=plan, generated=now())
    return Review(made)


def asked_order(guards: str | None, due: str | date | None) -> AskedOrder | None:
    """The order that is asked for; raises ``UsageError`` for a due day without one."""
    return AskedOrder.asked(None if guards is None else asked_text(guards, "guards"), asked_day("due", due))
