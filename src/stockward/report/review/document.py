"""``review.json``, schema ``stockward.review/1``: every figure raw, in the unit beside it; unknown is ``null``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, fields
from typing import Any

from stockward.answers.detection import SeriesDetection, SurgeAnswer
from stockward.answers.items import ItemFindings
from stockward.answers.losses import BetweenAreas, Cancelled, Outliers, RowToCheck, SameOverSite, TestOfLoss
from stockward.answers.measuring.fit import ErrorsFit
from stockward.answers.review import FactsUsed, ReviewAnswer
from stockward.answers.settled.spans import SettledLosses
from stockward.report.interruption.sheets import interruption_document
from stockward.report.kit.json_texts import json_text
from stockward.report.plan.contents import plan_contents
from stockward.report.review.grounds.measuring import has_records
from stockward.report.review.views import PeriodView, SeriesView, figure, gather
from stockward.terms.verdicts import TESTS, Basis

REVIEW_SCHEMA = "stockward.review/1"


def write_json(review: ReviewAnswer, *, covariance: bool = False) -> str:
    """Return the review as JSON text: the same review gives the same bytes.

    Each key of the document stands on its own line, and so does each series, so that two reviews compare line by line.

    Parameters
    ----------
    covariance
        Write each series' Σ of the closed periods too, unit².
    """
    series = [_series(one, review.unseen[one.number], covariance=covariance) for one in gather(review)]
    ids = review.balances.series["id"].to_list()
    document: dict[str, Any] = {
        "schema": REVIEW_SCHEMA,
        "generated": {"version": review.version, "at": review.at, "seed": review.seed, "options": review.options},
        "site": {"name": review.site, "as_of": review.as_of},
        "facts": _facts(review.facts),
        "detection": {
            "false_alarm": review.false_alarm,
            "detection": review.detection,
            "series_tested": review.series_tested,
            "default_test": review.default_test,
        },
        "methods": review.methods,
        **({"measuring": review.measuring} if has_records(review.measuring) else {}),
        **_settled(review.settled, ids),
        "fit": _fit(review.fit, ids),
        "series": series,
        "events": [
            {
                "series": [ids[number] for number in one.series],
                "between_areas": [_between_areas(pair, ids) for pair in one.between_areas],
                "contents": [
                    {"series": ids[held.series], "amounts": held.amounts, "beside": held.beside}
                    for held in one.contents
                ],
            }
            for one in review.events
        ],
        "unheld_goals": review.unheld_goals,
        "items": _items(review.items),
        "ledger": review.ledger,
        "remedies": review.remedies,
        "surge": _surge(review.surge),
        "force": review.force,
        "orders": review.orders,
        "mix": review.mix,
        "selection": review.selection,
        **_interruption(review),
        # A roster is a question of its own; programs of others find the key all the same.
        "roster": None,
        "plan": None if review.plan is None else plan_contents(review.plan),
    }
    return json_text(document, review.timezone)


def _interruption(review: ReviewAnswer) -> dict[str, Any]:
    """Whether a thief is met in time; no key for a site without layers."""
    return {} if review.interruption is None else {"interruption": interruption_document(review.interruption)}


def _settled(settled: SettledLosses, ids: Sequence[str]) -> dict[str, Any]:
    """What is settled, at each series; no key where nothing is."""
    if not settled.spans and not settled.unplaced:
        return {}
    spans = [
        {**_named(one), "series": ids[one.series], "more_than_shown": one.more_than_shown} for one in settled.spans
    ]
    return {"settled": {"spans": spans, "unplaced": settled.unplaced}}


def _named(value: Any) -> dict[str, Any]:
    """The fields of an answer, by name."""
    return {field.name: getattr(value, field.name) for field in fields(value)}


def _fit(fit: ErrorsFit | None, ids: Sequence[str]) -> dict[str, Any] | None:
    if fit is None:
        return None
    return {**_named(fit), "hanging": [ids[number] for number in fit.hanging]}


def _between_areas(pair: BetweenAreas, ids: Sequence[str]) -> dict[str, Any]:
    return {
        "lost": ids[pair.lost],
        "gained": ids[pair.gained],
        "agree": pair.agree,
        "lost_as_well": [ids[number] for number in pair.lost_as_well],
        "gained_as_well": [ids[number] for number in pair.gained_as_well],
        "left": {"estimate": pair.left, "low": pair.left_low, "high": pair.left_high},
        "whole_site": {"difference": pair.site_sum, "sigma": pair.site_sigma, "same": _places(pair.over_site)},
    }


def _cancelled(pair: Cancelled) -> dict[str, Any]:
    return {
        "all_told": pair.all_told,
        "inventories": pair.inventories,
        "whole_site": {"same": _places(pair.over_site)},
    }


def _places(same: SameOverSite | None) -> tuple[int, ...]:
    """Which of the losses of the whole site these are once more."""
    return () if same is None else same.places


def _row_to_check(row: RowToCheck) -> dict[str, Any]:
    return {
        "slip": row.slip,
        "table": row.table,
        "row": row.row,
        "inventory": row.inventory,
        "taken_before": row.taken_before,
        "meant": row.meant,
        "explains": row.explains,
        "whole": row.whole,
        "others": row.others,
        "source": row.source,
        "expected": row.expected,
    }


def _hangs_on(found: Outliers | None) -> dict[str, Any] | None:
    return None if found is None else {"rows": found.rows, "alike": found.alike, "expected": found.expected}


def _facts(facts: FactsUsed) -> dict[str, Any]:
    return {
        "rows": facts.rows,
        "late_rows": facts.late_rows,
        "quarantined": facts.set_aside,
        "notices": facts.notices,
        "files": facts.files,
    }


def _items(items: ItemFindings) -> dict[str, Any]:
    return {
        "discrepancies": items.discrepancies,
        "recording_errors": items.recording_errors,
        "late_clusters": items.late_clusters,
        "write_offs": items.write_offs,
    }


def _surge(surge: SurgeAnswer | None) -> dict[str, Any] | None:
    if surge is None:
        return None
    return {
        "production": surge.production,
        "assumptions": surge.assumptions,
        "series": [
            {
                "id": one.id,
                "sigma_ratio": one.sigma_ratio,
                **_unseen(one.at_surge),
                "probability_of_todays": {"abrupt": one.found_abrupt, "even_year": one.found_even_year},
            }
            for one in surge.series
        ],
        "remedies": surge.remedies,
        "stores": surge.stores,
    }


def _unseen(found: SeriesDetection) -> dict[str, Any]:
    return {
        "detectable": found.detectable,
        "detectable_error_points": found.error_points,
        "goal": found.goal,
        "further_goals": found.further_goals,
        "even_days": found.even_days,
        "in_items": found.in_items,
        "resting": found.resting,
        "remedies": found.remedies,
    }


def _series(one: SeriesView, found: SeriesDetection, *, covariance: bool) -> dict[str, Any]:
    said = one.verdict
    return {
        "id": one.id,
        "area": one.area,
        "scope": one.scope,
        "substance" if one.basis == Basis.BULK else "material": one.holding,
        "basis": one.basis,
        "unit": one.unit,
        "periods": [_period(one, index, period) for index, period in enumerate(one.periods)],
        "cumulative": {
            "difference": said.cumulative,
            "sigma": said.cumulative_sigma,
            "standardised": _ratio(said.cumulative, said.cumulative_sigma),
        },
        **({"covariance": one.covariance} if covariance else {}),
        "tests": {name: _test(one.tests[name], one.direction) for name in TESTS if name in one.tests},
        "verdict": said.verdict,
        "alarm_inventory": said.alarm_inventory,
        "p_value": said.p_value,
        "share": said.share,
        "break_even": said.break_even,
        "planned_year": said.planned_year,
        "year": {
            "difference": said.year_sum,
            "sigma": said.year_sigma,
            **({"settled": said.year_settled} if said.year_settled else {}),
        },
        "estimated": said.estimated,
        "losses": one.losses,
        "cancelled": [_cancelled(pair) for pair in one.cancelled],
        "in_part": [{"inventories": part.inventories, "left": part.left} for part in one.in_part],
        "returned": [{"all_told": some.all_told, "left": some.left} for some in one.returned],
        "to_check": [_row_to_check(row) for row in one.to_check],
        "hangs_on": _hangs_on(one.outliers),
        "alarms": said.alarms,
        "reason": said.reason,
        "rows": one.causes.select("table", "row").unique(maintain_order=True).to_dicts(),
        "assumed_exact": one.assumed_exact.select("kind", "area", "material").to_dicts(),
        "whole_site": _whole_site(one),
        "unstated": _unstated(one),
        **_unseen(found),
    }


def _whole_site(one: SeriesView) -> dict[str, Any] | None:
    """What a series of the whole site adds up, and which inventories are joined: each area's, by its key."""
    if one.site is None:
        return None
    columns = one.site.joined.select("inventory", "area", "area_inventory", "at")
    return {
        "areas": one.site.area_keys,
        "outside": one.site.outside_keys,
        "apart_days": one.site.apart_days,
        "since": one.site.since,
        "counted_before": one.site.before_keys,
        "first_counted": one.site.first_keys,
        "joined": columns.to_dicts(),
    }


def _unstated(one: SeriesView) -> dict[str, Any] | None:
    """Of a series that no stated error lets test: its differences with their places, and the error it would take."""
    found = one.unstated
    if found is None:
        return None
    return {
        "error": found.error,
        "difference": found.difference,
        "first_inventory": found.first_inventory,
        "last_inventory": found.last_inventory,
        "year": found.year,
        "periods": [{"inventory": part.inventory, **asdict(part.ranked)} for part in found.periods],
    }


def _period(one: SeriesView, index: int, period: PeriodView) -> dict[str, Any]:
    return {
        "inventory": period.inventory,
        "start": period.start,
        "end": period.end,
        "begin": period.begin,
        "received": period.received,
        "sent": period.sent,
        "end_quantity": period.end_quantity,
        "normal_loss": period.normal_loss,
        "difference": period.difference,
        "sigma": period.sigma,
        "sigma_random": period.sigma_random,
        "sigma_systematic": period.sigma_systematic,
        "standardised": figure(one.verdict.standardised, index),
        "sitmuf": figure(one.verdict.sitmuf, index),
        "written_off": period.written_off,
        "found": period.found,
        "status": period.status,
        "reason": period.reason,
        **({"settled": period.settled, "taken": period.taken} if period.settled or period.taken else {}),
    }


def _test(test: TestOfLoss, direction: str) -> dict[str, Any]:
    return {
        "statistic": test.statistic,
        "threshold": test.threshold,
        "alarm_inventory": test.alarm_inventory,
        "p_value": test.p_value,
        "direction": direction,
    }


def _ratio(value: float | None, sigma: float | None) -> float | None:
    return value / sigma if value is not None and sigma else None
