"""What of a review an authority keeps: one row the site, a series, a finding, an order."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import polars as pl

from stockward.answers.losses import Event, Loss
from stockward.answers.review import ReviewAnswer
from stockward.questions.concluded import review_concluded
from stockward.questions.many.dataset import PlainRow, plain_row
from stockward.terms.measuring import PairsVerdict
from stockward.terms.periods import YEAR_DAYS
from stockward.terms.verdicts import UNMET, PeriodStatus, Verdict, most_urgent

REVIEWED, NOT_REVIEWED = "reviewed", "fault"
_LAST_YEAR = timedelta(days=365)
_COUNTED = {
    Verdict.SHORTAGE: "shortages",
    Verdict.GAIN: "gains",
    Verdict.DISCREPANCY: "discrepancies",
    Verdict.NOT_TESTED: "not_tested",
    Verdict.BALANCED_IN_PART: "in_part",
    Verdict.BALANCED: "balanced",
}


def rows_of_review(answers: ReviewAnswer, consigned: pl.DataFrame, site: str = "") -> dict[str, list[PlainRow]]:
    """The rows of one review, by table; ``consigned`` is what was sent and received, ``site`` the key that they carry.

    A table without a row is left out.
    """
    spans = _spans(answers)
    rows: dict[str, Iterator[Mapping[str, Any]]] = {
        "sites": iter([_site_row(answers)]),
        "series": _series_rows(answers, spans),
        "findings": _finding_rows(answers),
        "orders": _order_rows(answers),
        "consignments": consigned.iter_rows(named=True),
    }
    told = {table: [plain_row(table, {"site": site, **_plain(row)}) for row in of] for table, of in rows.items()}
    return {table: of for table, of in told.items() if of}


def _plain(row: Mapping[str, Any]) -> dict[str, Any]:
    """Only what a file of text holds: no number that is not one, moments in UTC."""
    return {name: _plain_value(value) for name, value in row.items()}


def _plain_value(value: Any) -> Any:
    if isinstance(value, float):
        return value + 0.0 if math.isfinite(value) else None
    if isinstance(value, datetime):
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, str) else value


def _site_row(answers: ReviewAnswer) -> dict[str, Any]:
    verdicts = Counter(one.verdict for one in answers.verdicts)
    closed = answers.balances.periods.filter(pl.col("status") == PeriodStatus.CLOSED.value)
    first, last = closed["start"].min(), closed["end"].max()
    goals = [goal for one in answers.unseen for goal in (one.goal, *one.further_goals) if goal is not None]
    ratios = [goal.detectable / goal.quantity for goal in goals if goal.detectable is not None and goal.quantity > 0]
    return {
        "name": answers.site,
        "status": REVIEWED,
        "verdict": most_urgent(verdicts).value if verdicts else None,
        "concluded": review_concluded(answers).name.lower(),
        "as_of": answers.as_of,
        "first_at": first,
        "last_at": last,
        "years": (last - first) / timedelta(days=YEAR_DAYS) if first is not None and last is not None else None,  # type: ignore[operator]
        "rows": sum(answers.facts.rows.values()),
        "set_aside": len({(one.file, one.row) for one in answers.facts.set_aside}),
        "late_rows": answers.facts.late_rows,
        "series": len(answers.verdicts),
        "tested": answers.series_tested,
        **{name: verdicts[verdict] for verdict, name in _COUNTED.items()},
        "goals": len(goals) + len(answers.unheld_goals),
        "goals_missed": sum(not goal.met for goal in goals),
        "unseen_ratio": max(ratios, default=None),
        "orders": len(answers.orders),
        "orders_unmet": sum(order.verdict in UNMET for order in answers.orders),
        "false_alarm": answers.false_alarm,
        "detection": answers.detection,
    }


def _spans(answers: ReviewAnswer) -> Mapping[int, tuple[int, int, float]]:
    """Of each series: periods that were closed, those that were not, and what passed in the last year of its record."""
    periods = answers.balances.periods
    closed = pl.col("status") == PeriodStatus.CLOSED.value
    recent = pl.col("start") >= pl.col("end").max().over("series") - _LAST_YEAR
    found = periods.with_columns(recent=recent).group_by("series", maintain_order=True).agg(
        closed=closed.sum(),
        open=(~closed).sum(),
        passed=pl.col("throughput").filter(pl.col("recent")).sum(),
    )  # fmt: skip
    return {series: (shut, left, passed) for series, shut, left, passed in found.rows()}


def _series_rows(answers: ReviewAnswer, spans: Mapping[int, tuple[int, int, float]]) -> Iterator[dict[str, Any]]:
    columns = ("id", "scope", "area", "substance", "material", "basis", "unit")
    told = zip(answers.balances.series.select(columns).rows(), answers.verdicts, answers.unseen, strict=True)
    for number, ((name, scope, area, substance, material, basis, unit), said, unseen) in enumerate(told):
        closed, left_open, passed = spans.get(number, (0, 0, 0.0))
        test, goal, found = said.tests.get("default"), unseen.goal, unseen.detectable
        yield {
            "series": name,
            "scope": scope,
            "area": area,
            "holding": material if substance is None else substance,
            "basis": basis,
            "unit": unit,
            "verdict": said.verdict.value,
            "reason": said.reason,
            "closed": closed,
            "open": left_open,
            "difference": said.cumulative,
            "sigma": said.cumulative_sigma,
            "year_difference": said.year_sum,
            "year_sigma": said.year_sigma,
            "p_value": None if test is None else test.p_value,
            "share": said.share,
            "alarm_inventory": said.alarm_inventory,
            "throughput": passed,
            **({} if found is None else {"found_abrupt": found.abrupt, "found_even_year": found.even_year}),
            **({} if goal is None else {"goal": goal.quantity, "goal_days": goal.within_days}),
            **({} if goal is None else {"goal_found": goal.detectable, "goal_met": goal.met}),
        }


def _finding_rows(answers: ReviewAnswer) -> Iterator[dict[str, Any]]:
    for event in answers.events:
        yield _event_row(answers, event)
    for pair in answers.measuring.pairs:
        if pair.verdict is PairsVerdict.BIAS:
            yield {
                "kind": "bias",
                "series": " ".join(pair.materials),
                "amount": pair.difference,
                "low": pair.low,
                "high": pair.high,
                "unit": pair.unit,
                "not_before": pair.first_at,
                "not_after": pair.last_at,
                "count": pair.pairs,
                "partner": pair.partner,
            }
    for fault in answers.ledger:
        place = [one for one in (fault.area, fault.material) if one is not None]
        yield {
            "kind": fault.fault.value,
            "series": "/".join(place) or None,
            "amount": fault.amount,
            "unit": fault.unit,
            "not_after": fault.until,
            "count": fault.count,
        }


def _event_row(answers: ReviewAnswer, event: Event) -> dict[str, Any]:
    """An alarm by its largest loss or gain, or the sum of its exact differences."""
    first = event.series[0]
    said = answers.verdicts[first]
    row = {
        "kind": said.verdict.value,
        "series": answers.balances.series["id"][first],
        "unit": answers.balances.series["unit"][first],
        "count": len(event.series),
    }
    exact = [one for one in event.exact if one.series == first]
    if said.verdict is Verdict.DISCREPANCY and exact:
        span = {"not_before": min(one.start for one in exact), "not_after": max(one.end for one in exact)}
        return {**row, "amount": sum(one.difference for one in exact), **span}
    loss: Loss | None = max(said.losses, key=lambda one: abs(one.estimate), default=None)
    if loss is None:
        return {**row, "amount": said.cumulative}
    interval = {"amount": loss.estimate, "low": loss.low, "high": loss.high}
    return {**row, **interval, "not_before": loss.not_before, "not_after": loss.not_after}


def _order_rows(answers: ReviewAnswer) -> Iterator[dict[str, Any]]:
    names = ("order", "measure", "unit", "issued_on", "due_on", "baseline", "target", "required", "now", "expected")
    for order in answers.orders:
        yield {
            **{name: getattr(order, name) for name in names},
            "short_by": order.short_by if order.short_by is not None else order.short_now,
            "verdict": order.verdict.value,
            "reason": order.reason,
        }
