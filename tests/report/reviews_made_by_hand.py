"""Reviews made by hand: a site of which every page has something to show, and sites of which it has nothing.

The statistics are computed here, plainly, from the differences and their Σ, so that a figure, its limit and its p-value
agree with each other as they would in a real review.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import EXACT_SCHEMA, JOINED_SCHEMA, SITES_SCHEMA, Balances
from stockward.answers.detection import (
    Detectable,
    DetectionCurves,
    FillingStore,
    GoalAnswer,
    Remedy,
    SeriesDetection,
    SiteRemedy,
    SurgeAnswer,
    SurgedSeries,
    UnheldGoal,
)
from stockward.answers.items import (
    Cluster,
    Discrepancy,
    ItemFindings,
    LedgerFinding,
    RecordingErrors,
    RowOfBooks,
    WriteOffs,
)
from stockward.answers.losses import (
    Alarm,
    BetweenAreas,
    CancelledInPart,
    ContentOfItems,
    EstimatedError,
    EstimatedShare,
    Event,
    ExactDifference,
    Loss,
    Outliers,
    PlannedYear,
    Returned,
    RowLeftOut,
    RowToCheck,
    SeriesVerdict,
    TestOfLoss,
)
from stockward.answers.measuring.records import (
    MeasuredError,
    MeasuringRecords,
    MethodChecks,
    PairedMethods,
    ScaleError,
    ScalesCompared,
    StatedBeside,
    StatedDifference,
)
from stockward.answers.review import FactsUsed, MethodErrors, Plate, ReviewAnswer, SetAside
from stockward.answers.settled.spans import SettledAlarm, SettledLosses, SettledRow, SettledSpan, UnplacedRow
from stockward.answers.unstated import Ranked, UnstatedPeriod, UnstatedSeries
from stockward.terms.measuring import ChecksUse, PairsVerdict
from stockward.terms.verdicts import ALARMING, AlarmState, LedgerFault, SettledState, Slip, Verdict

Array = NDArray[np.float64]
FIRST = datetime(2025, 7, 4, 15, tzinfo=UTC)
NOON_OF_THE_RUN = datetime(2026, 7, 1, 3, 20, tzinfo=UTC)
TRIALS = 2000
SITE = "*"

PERIOD_SCHEMA: dict[str, Any] = {
    "series": pl.Int64,
    "inventory": pl.String,
    "start": pl.Datetime("us", "UTC"),
    "end": pl.Datetime("us", "UTC"),
    "begin": pl.Float64,
    "received": pl.Float64,
    "sent": pl.Float64,
    "end_quantity": pl.Float64,
    "normal_loss": pl.Float64,
    "difference": pl.Float64,
    "sigma": pl.Float64,
    "sigma_random": pl.Float64,
    "sigma_systematic": pl.Float64,
    "written_off": pl.Float64,
    "found": pl.Float64,
    "throughput": pl.Float64,
    "status": pl.String,
    "reason": pl.String,
}
SERIES_SCHEMA: dict[str, Any] = dict.fromkeys(
    ("id", "area", "substance", "material", "basis", "unit", "stage", "area_name", "holding_name", "scope"), pl.String
)
CAUSE_SCHEMA: dict[str, Any] = {"series": pl.Int64, "inventory": pl.String, "table": pl.String, "row": pl.Int64}
EVIDENCE_SCHEMA: dict[str, Any] = {
    "series": pl.Int64,
    "inventory": pl.String,
    "table": pl.String,
    "row": pl.Int64,
    "at": pl.Datetime("us", "UTC"),
    "kind": pl.String,
    "material": pl.String,
    "quantity": pl.Float64,
    "unit": pl.String,
    "from_area": pl.String,
    "to_area": pl.String,
    "method": pl.String,
    "document": pl.String,
    "late": pl.Boolean,
    "exact": pl.Boolean,
}
STOCK_SCHEMA: dict[str, Any] = {
    "at": pl.Datetime("us", "UTC"),
    "stage": pl.String,
    "holding": pl.String,
    "quantity": pl.Float64,
    "unit": pl.String,
}


def covariance(count: int, sigma: float) -> Array:
    """Inventories are shared by neighbours, a calibration by all."""
    random = np.full(count, 0.8 * sigma**2)
    matrix = (
        np.diag(random)
        + np.diag(np.full(count - 1, -0.3 * sigma**2), 1)
        + np.diag(np.full(count - 1, -0.3 * sigma**2), -1)
    )
    return np.asarray(matrix + 0.04 * sigma**2, dtype=np.float64)


def windows(sigma: Array) -> Array:
    """One row a window of periods, padded with zeros: the weights of its statistic."""
    count = len(sigma)
    rows = []
    for last in range(count):
        inverse = np.linalg.inv(sigma[: last + 1, : last + 1])
        for first in range(last + 1):
            weights = inverse[:, first:].sum(axis=1)
            rows.append(np.pad(weights / np.sqrt(weights[first:].sum()), (0, count - last - 1)))
    return np.array(rows)


def page(innovations: Array, k: float) -> Array:
    """P = max(P + y − k, 0), one row a realisation."""
    total = np.zeros(len(innovations))
    out = np.empty_like(innovations)
    for period in range(innovations.shape[1]):
        total = np.maximum(total + innovations[:, period] - k, 0)
        out[:, period] = total
    return out


def statistics(differences: Array, sigma: Array) -> dict[str, Array]:
    """Each test's statistic, period by period; one row a realisation."""
    count = len(sigma)
    innovations = np.linalg.solve(np.linalg.cholesky(sigma), differences.T).T
    ends = np.repeat(np.arange(count), np.arange(1, count + 1))
    scanned = differences @ windows(sigma).T
    best = np.stack([scanned[:, ends == last].max(axis=1) for last in range(count)], axis=1)
    blocks = np.sqrt(np.diagonal(sigma.cumsum(0).cumsum(1)))
    pages = {k: page(innovations, k) for k in (0.25, 0.5, 1.0)}
    return {
        "standardised": differences / np.sqrt(np.diagonal(sigma)),
        "cumuf": differences.cumsum(axis=1) / blocks,
        "sitmuf": innovations,
        "gemuf": (innovations**2).cumsum(axis=1) / np.sqrt(2 * np.arange(1, count + 1)),
        "page": pages[0.5],
        "page_pair": np.maximum(pages[0.25] / 8.2, pages[1.0] / 3.9),
        "windows": best,
        "default": best,
    }


def tests_of(
    differences: Array, sigma: Array, inventories: Sequence[str | None], share: float
) -> dict[str, TestOfLoss]:
    """Every test, calibrated by itself on seeded realisations; periods without an inventory are not tested."""
    draws = np.random.default_rng(7).standard_normal((TRIALS, len(sigma))) @ np.linalg.cholesky(sigma).T
    observed, without_loss = statistics(differences[None, :], sigma), statistics(draws, sigma)
    closed = [name for name in inventories if name is not None]
    out = {}
    for name, values in observed.items():
        ends_only = name in ("cumuf", "gemuf")
        largest = without_loss[name][:, -1] if ends_only else without_loss[name].max(axis=1)
        value = float(values[0, -1] if ends_only else values[0].max())
        threshold = float(np.quantile(largest, 1 - share))
        over = [closed[-1]] if ends_only else [closed[i] for i in np.flatnonzero(values[0] > threshold)]
        padded = iter(values[0].tolist())
        out[name] = TestOfLoss(
            statistic=tuple(None if inventory is None else next(padded) for inventory in inventories),
            threshold=threshold,
            alarm_inventory=over[0] if value > threshold else None,
            p_value=float(((largest >= value).sum() + 1) / (TRIALS + 1)),
        )
    return out


def best_loss(periods: list[dict[str, Any]], differences: Array, sigma: Array) -> Loss:
    """The run of closed periods whose statistic is the largest in size, told as one loss with normal bounds."""
    closed = [period for period in periods if period["status"] == "closed"]
    pairs = [(first, last) for last in range(len(sigma)) for first in range(last + 1)]
    scores = windows(sigma) @ differences
    first, last = pairs[int(np.argmax(np.abs(scores)))]
    weights = np.linalg.inv(sigma[: last + 1, : last + 1])[:, first:].sum(axis=1)
    precision, length = weights[first:].sum(), last - first + 1
    amount, spread = float(weights @ differences[: last + 1] / precision * length), float(length / np.sqrt(precision))
    run = slice(first, last + 1)
    return Loss(
        estimate=amount,
        low=amount - 1.96 * spread,
        high=amount + 1.96 * spread,
        not_before=closed[first]["start"],
        not_after=closed[last]["end"],
        first_inventory=closed[first]["inventory"],
        last_inventory=closed[last]["inventory"],
        periods=length,
        plain_sum=float(differences[run].sum()),
        plain_sigma=float(np.sqrt(sigma[run, run].sum())),
    )


def alarms_of(periods: list[dict[str, Any]], inventory: str | None) -> tuple[Alarm, ...]:
    """The alarm that this inventory raised."""
    raised = [period for period in periods if period["inventory"] == inventory]
    state = AlarmState.NEW if raised and raised[0] is periods[-1] else AlarmState.STANDING
    return tuple(Alarm(inventory=one["inventory"], raised_as_of=one["end"], state=state) for one in raised)


def year_of(periods: list[dict[str, Any]]) -> PlannedYear:
    """The first planned year, which nothing has closed."""
    begins = periods[0]["start"]
    return PlannedYear(number=1, begins=begins, closes=begins + timedelta(days=365.25), closed_by=None)


class Builder:
    """Collects series and makes the review of them."""

    def __init__(self, tested: int) -> None:
        self.share = 1 - 0.95 ** (1 / tested)
        self.tested = tested
        self.series: list[dict[str, Any]] = []
        self.periods: list[dict[str, Any]] = []
        self.covariances: list[Array] = []
        self.verdicts: list[SeriesVerdict] = []
        self.causes: list[dict[str, Any]] = []
        self.evidence: list[dict[str, Any]] = []
        self.random = np.random.default_rng(11)

    def bulk(
        self,
        area: str,
        substance: str,
        *,
        count: int,
        days: int,
        sigma: float,
        loss: Callable[[int], float] | None = None,
        open_periods: dict[int, tuple[str, str]] | None = None,
        written_off: dict[int, float] | None = None,
    ) -> None:
        """A substance by quantity; ``loss`` is what really went in a period, ``open_periods`` (status, reason)."""
        number, holes = len(self.series), open_periods or {}
        closed = [i for i in range(count) if i not in holes]
        matrix = covariance(len(closed), sigma)
        noise = np.linalg.cholesky(matrix) @ self.random.standard_normal(len(closed))
        differences = noise + np.array([loss(i) if loss else 0.0 for i in closed])
        known = dict(zip(closed, differences.tolist(), strict=True))
        begin, rows = 40 * sigma, []
        for i in range(count):
            received, sent = 60 * sigma + 3 * sigma * np.sin(i), 59 * sigma + 2 * sigma * np.cos(i)
            end = begin + received - sent - known.get(i, 0.0)
            status, reason = holes.get(i, ("closed", None))
            rows.append(
                {
                    "series": number,
                    "inventory": f"{'W' if days == 7 else 'M'}{i + 1:02d}",
                    "start": FIRST + timedelta(days=days * i),
                    "end": FIRST + timedelta(days=days * (i + 1)),
                    "begin": begin,
                    "received": received,
                    "sent": sent,
                    "end_quantity": end if i in known else None,
                    "normal_loss": 0.0,
                    "difference": known.get(i),
                    "sigma": sigma * 0.917 if i in known else None,
                    "sigma_random": sigma * 0.894 if i in known else None,
                    "sigma_systematic": 0.2 * sigma if i in known else None,
                    "written_off": (written_off or {}).get(i, 0.0),
                    "found": 0.0,
                    "throughput": received + sent,
                    "status": status,
                    "reason": reason,
                }
            )
            begin = end
        self._add(area, substance, "kg", rows, differences, matrix)

    def _add(
        self, area: str, holding: str, unit: str, rows: list[dict[str, Any]], values: Array, matrix: Array
    ) -> None:
        inventories = [row["inventory"] if row["status"] == "closed" else None for row in rows]
        losses = tests_of(values, matrix, inventories, self.share)
        gains = {
            name: test for name, test in tests_of(-values, matrix, inventories, self.share).items() if name != "gemuf"
        }
        short, gain = losses["default"].p_value <= self.share, gains["default"].p_value <= self.share
        reasons = [row["reason"] for row in rows if row["status"] == "not_tested"]
        calm = Verdict.BALANCED_IN_PART if reasons else Verdict.BALANCED
        verdict = Verdict.SHORTAGE if short else Verdict.GAIN if gain else calm
        default = gains["default"] if verdict == Verdict.GAIN else losses["default"]
        total, sigma = float(values.sum()), float(np.sqrt(matrix.sum()))
        padded = iter((values / np.sqrt(np.diagonal(matrix))).tolist())
        totals = iter(np.cumsum(values).tolist())
        spreads = iter(np.sqrt(np.diagonal(matrix.cumsum(axis=0).cumsum(axis=1))).tolist())
        self.series.append(
            {
                "id": f"{area}/{holding}",
                "area": None if area == SITE else area,
                "substance": holding,
                "basis": "bulk",
                "unit": unit,
                "stage": "raw",
                "scope": "site" if area == SITE else "area",
            }
        )
        self.periods += rows
        self.covariances.append(matrix)
        self.verdicts.append(
            SeriesVerdict(
                verdict=verdict,
                reason=f"{len(reasons)} of {len(rows)} periods not tested: {reasons[0]}" if reasons else None,
                alarm_inventory=default.alarm_inventory,
                p_value=default.p_value,
                share=self.share,
                tests=losses,
                gains=gains,
                losses=(best_loss(rows, values, matrix),) if short or gain else (),
                alarms=alarms_of(rows, default.alarm_inventory) if short or gain else (),
                planned_year=year_of(rows),
                year_sum=total,
                year_sigma=sigma,
                cumulative=total,
                cumulative_sigma=sigma,
                running=tuple(None if inventory is None else float(next(totals)) for inventory in inventories),
                running_sigma=tuple(None if inventory is None else float(next(spreads)) for inventory in inventories),
                sitmuf=losses["sitmuf"].statistic,
                standardised=tuple(None if inventory is None else next(padded) for inventory in inventories),
                left=(None,) * len(rows),
                default_limits=(3.0, 2.5),
                estimated=ESTIMATED if short else None,
            )
        )

    def item(self, area: str, material: str, differences: Sequence[float]) -> None:
        """Items by number, month by month; exact."""
        number, begin = len(self.series), 400.0
        rows: list[dict[str, Any]] = []
        for i, difference in enumerate(differences):
            end = begin + 120 - 100 - difference
            rows.append(
                {
                    "series": number,
                    "inventory": f"M{i + 1:02d}",
                    "start": FIRST + timedelta(days=30 * i),
                    "end": FIRST + timedelta(days=30 * (i + 1)),
                    "begin": begin,
                    "received": 120.0,
                    "sent": 100.0,
                    "end_quantity": end,
                    "normal_loss": 0.0,
                    "difference": difference,
                    "sigma": 0.0,
                    "sigma_random": 0.0,
                    "sigma_systematic": 0.0,
                    "written_off": 1.0 if difference else 0.0,
                    "found": 0.0,
                    "throughput": 220.0,
                    "status": "closed",
                    "reason": None,
                }
            )
            begin = end
        off = [row["inventory"] for row in rows if row["difference"]]
        self.series.append(
            {
                "id": f"{area}/{material}",
                "area": area,
                "material": material,
                "basis": "item",
                "unit": "each",
                "stage": "product",
                "scope": "area",
            }
        )
        self.periods += rows
        self.covariances.append(np.zeros((len(rows), len(rows))))
        self.verdicts.append(
            replace(
                untested_verdict(None),
                verdict=Verdict.DISCREPANCY if off else Verdict.BALANCED,
                alarm_inventory=off[0] if off else None,
                cumulative=float(sum(differences)),
                cumulative_sigma=0.0,
                running=tuple(np.cumsum(differences).astype(float).tolist()),
                running_sigma=(0.0,) * len(rows),
                year_sum=float(sum(differences)),
                year_sigma=0.0,
                left=(None,) * len(rows),
            )
        )

    def never_closed(self, area: str, substance: str, reason: str) -> None:
        """A series of which no period could be closed."""
        self.series.append(
            {
                "id": f"{area}/{substance}",
                "area": area,
                "substance": substance,
                "basis": "bulk",
                "unit": "kg",
                "stage": "raw",
                "scope": "area",
            }
        )
        self.covariances.append(np.zeros((0, 0)))
        self.verdicts.append(untested_verdict(reason))


def untested_verdict(reason: str | None) -> SeriesVerdict:
    """A verdict without a single figure."""
    return SeriesVerdict(
        verdict=Verdict.NOT_TESTED,
        reason=reason,
        alarm_inventory=None,
        p_value=None,
        share=None,
        tests={},
        gains={},
        losses=(),
        alarms=(),
        planned_year=None,
        year_sum=None,
        year_sigma=None,
        cumulative=None,
        cumulative_sigma=None,
        running=(),
        running_sigma=(),
        sitmuf=(),
        standardised=(),
        left=(),
        default_limits=(),
    )


def detectable(size: float) -> Detectable:
    """Losses in proportion."""
    return Detectable(
        abrupt=size, abrupt_last=1.2 * size, even_year=9.4 * size, worst_pattern=21 * size, limit_abrupt=0.8 * size,
        limit_even_year=9 * size, limit_worst=20 * size, probability=0.95,
    )  # fmt: skip


def unseen_of(verdict: SeriesVerdict, basis: str, size: float = 4.36) -> SeriesDetection:
    """What would go unseen in a series: measured ones have a goal that is not met, and remedies."""
    if verdict.share is None:
        return SeriesDetection(
            detectable=None, exact=basis == "item", error_points=None, goal=None, curves=None, remedies=()
        )
    losses = tuple(size * number for number in range(5))
    return SeriesDetection(
        detectable=detectable(size),
        exact=False,
        error_points=0.12,
        goal=GoalAnswer(
            quantity=25.0, within_days=30.0, probability=0.41, detectable=9.4 * size, met=9.4 * size <= 25,
            short_by=9.4 * size - 25, found_within_days=None, reason=None,
        ),
        curves=DetectionCurves(losses=losses, abrupt=(0.01, 0.9, 1.0, 1.0, 1.0), even_year=(0.01, 0.05, 0.1, 0.2, 0.4)),
        remedies=(
            Remedy(
                kind="calibrate", method="SC-1", level=30.0, measure="calibrate SC-1 every 30 days",
                detectable=detectable(0.5 * size), ratio=0.5, restores=True, note=None,
            ),
            Remedy(
                kind="count_more", method=None, level=2.0, measure="take 2 inventories in place of each",
                detectable=detectable(1.1 * size), ratio=1.1, restores=False, note="does not help here",
            ),
        ),
    )  # fmt: skip


def surge_of(review: ReviewAnswer) -> SurgeAnswer:
    """Every series at five times the output, and two stores that fill."""
    rows = zip(review.balances.series.rows(named=True), review.verdicts, strict=True)
    return SurgeAnswer(
        production="all production × 5",
        assumptions=("Dispatch is unchanged.", "As many measurements are made as today."),
        series=tuple(
            SurgedSeries(
                number=number, id=row["id"], unit=row["unit"], sigma_ratio=None if verdict.share is None else 4.9,
                at_surge=unseen_of(verdict, row["basis"], 21.5), found_abrupt=None if verdict.share is None else 0.16,
                found_even_year=None if verdict.share is None else 0.07,
            )
            for number, (row, verdict) in enumerate(rows)
        ),
        remedies=(SiteRemedy(kind="split", method=None, helps=("FILLING/TNT",), restores=()),),
        stores=(
            FillingStore(
                area="STORE-1", capacity=60.0, unit="t", stock=32.9, per_day=0.39, per_day_today=0.0,
                full_on=date(2026, 9, 7), full_on_today=None,
            ),
            FillingStore(
                area="STORE-2", capacity=6e4, unit="each", stock=6e4, per_day=-1.0, per_day_today=-1.0,
                full_on=date(2026, 6, 30), full_on_today=date(2026, 6, 30),
            ),
        ),
    )  # fmt: skip


BAD_COUNT = "the count of TNT-FLAKE was set aside: 1,234.5 could mean two numbers"
LEFT_OUT = "the inventory left out RDX-PELLET, of which the books hold 212 kg"
NO_METHOD = "no method is known for PROP-M1: its measuring error is unknown"


def full_site() -> ReviewAnswer:
    """Ten series: a shortage, a gain, a discrepancy, a set-aside row, an incomplete one, balanced ones, and a site."""
    made = Builder(tested=6)
    made.bulk(
        "FILLING",
        "TNT",
        count=52,
        days=7,
        sigma=4.1,
        loss=lambda i: 5.2 if 20 <= i < 33 else 0.0,
        written_off={30: 3.0},
    )
    made.bulk("PRESSING", "RDX", count=12, days=30, sigma=2.7, loss=lambda i: -5.0 if 5 <= i < 10 else 0.0)
    made.item("MAGAZINE-2", "SHELL-155", [0, 0, 0, 0, 3, 0, 0, 0, 0, 0, 0, 0])
    made.bulk(
        "RECEIVING",
        "TNT",
        count=52,
        days=7,
        sigma=6.3,
        open_periods={17: ("not_tested", BAD_COUNT), 18: ("not_tested", BAD_COUNT)},
    )
    made.bulk("PRESSING", "TNT", count=12, days=30, sigma=1.9, open_periods={6: ("incomplete", LEFT_OUT)})
    made.bulk("STORE-1", "TNT", count=12, days=30, sigma=11.0)
    made.bulk("STORE-1", "RDX", count=12, days=30, sigma=3.0)
    made.never_closed("STORE-2", "PROPELLANT", NO_METHOD)
    made.item("MAGAZINE-1", "FUZE-M739", [0] * 12)
    made.bulk(SITE, "TNT", count=12, days=30, sigma=14.0)
    made.causes = [
        {"series": 3, "inventory": "W18", "table": "counts", "row": 318},
        {"series": 3, "inventory": "W19", "table": "counts", "row": 318},
        {"series": 7, "inventory": None, "table": "methods", "row": 5},
    ]
    made.evidence = evidence_of(made)
    return review_of(made)


def evidence_of(made: Builder) -> list[dict[str, Any]]:
    """The movements and counts behind the shortage: more than the page shows; and those behind the discrepancy."""
    rows: list[dict[str, Any]] = []
    for i in range(20, 33):
        for j in range(5):
            counted, late = j == 4, (i, j) in {(25, 1), (30, 2)}
            rows.append(
                {
                    "series": 0,
                    "inventory": f"W{i + 1:02d}",
                    "table": "counts" if counted else "movements",
                    "row": 2 + 5 * i + j,
                    "at": FIRST + timedelta(days=7 * i + j, hours=2 * j),
                    "kind": "count" if counted else ("transfer", "transfer", "use", "write_off")[j],
                    "material": "TNT-FLAKE",
                    "quantity": round(123.45 + i + j / 7, 2),
                    "unit": "kg",
                    "from_area": "STORE-1" if j < 2 else "FILLING",
                    "to_area": "FILLING" if j < 2 else None,
                    "method": "SCALE-3",
                    "document": f"D-{i:03d}-{j}",
                    "late": late,
                    "exact": True,
                }
            )
    rows.extend(
        {
            "series": 2,
            "inventory": "M05",
            "table": "movements",
            "row": 900 + j,
            "at": FIRST + timedelta(days=125 + j),
            "kind": "issue",
            "material": "SHELL-155",
            "quantity": 40.0,
            "unit": "each",
            "from_area": "MAGAZINE-2",
            "to_area": None,
            "method": None,
            "document": None,
            "late": False,
            "exact": False,
        }
        for j in range(3)
    )
    return rows


def findings() -> ItemFindings:
    """What the exact books of the full site show."""
    start = FIRST + timedelta(days=120)
    return ItemFindings(
        discrepancies=(
            Discrepancy(
                id="MAGAZINE-2/SHELL-155",
                area="MAGAZINE-2",
                holding="SHELL-155",
                unit="each",
                inventory="M05",
                start=start,
                end=start + timedelta(days=30),
                difference=3.0,
                written_off=1.0,
                found=0.0,
                late_rows=2,
                incidents=("INC-7",),
            ),
        ),
        recording_errors=(
            RecordingErrors(
                area="MAGAZINE-2",
                shift="night",
                records=412,
                errors=11,
                expected=4.3,
                cusum=6.1,
                highest_on=date(2025, 11, 20),
                p_value=0.012,
            ),
            RecordingErrors(
                area="FILLING",
                shift="day",
                records=2210,
                errors=20,
                expected=23.1,
                cusum=1.2,
                highest_on=None,
                p_value=0.61,
            ),
        ),
        late_clusters=(
            Cluster(
                area="MAGAZINE-2",
                kind="late_records",
                start=date(2025, 11, 14),
                end=date(2025, 11, 19),
                observed=9,
                expected=1.4,
                p_value=0.00021,
            ),
        ),
        write_offs=(
            WriteOffs(
                area="FILLING",
                holding="TNT",
                unit="kg",
                write_offs=9,
                finds=1,
                written_off=23.5,
                found=1.2,
                p_value=0.0107,
            ),
        ),
    )


def stock_rows() -> list[dict[str, Any]]:
    """Counted stock by stage: raw material and goods pile up in the second half."""
    random, rows = np.random.default_rng(3), []
    for holding, unit, scale in (("TNT", "kg", 900.0), ("RDX", "kg", 300.0), ("SHELL-155", "each", 400.0)):
        for stage, share in (("raw", 1.0), ("in_process", 0.3), ("product", 1.4)):
            for month in range(13):
                growth = 1 + 0.25 * max(month - 6, 0) * (stage != "in_process")
                rows.append(
                    {
                        "at": FIRST + timedelta(days=30 * month),
                        "stage": stage,
                        "holding": holding,
                        "quantity": round(scale * share * growth * (1 + 0.05 * random.standard_normal())),
                        "unit": unit,
                    }
                )
    return rows


def review_of(made: Builder) -> ReviewAnswer:
    """The review of what a builder holds."""
    return ReviewAnswer(
        version="0.1.0",
        at=NOON_OF_THE_RUN,
        seed=1,
        options={"as_of": "2026-06-30", "covariance": False, "goals": None},
        site="Ridgeway Works",
        timezone="Asia/Seoul",
        as_of=date(2026, 6, 30),
        false_alarm=0.05,
        detection=0.95,
        series_tested=made.tested,
        default_test="windows",
        facts=FactsUsed(
            rows={"areas": 6, "materials": 9, "movements": 12345, "counts": 870},
            late_rows=41,
            set_aside=(
                SetAside(
                    table="counts",
                    file="counts.csv",
                    row=318,
                    column="quantity",
                    value="1,234.5",
                    reason="a comma is not this site's decimal mark and could mean two things: write it as 1234.5",
                ),
                SetAside(
                    table="movements",
                    file="movements.csv",
                    row=77,
                    column="to_area",
                    value="STORE-9",
                    reason="there is no area STORE-9: did you mean STORE-2?",
                ),
                SetAside(
                    table="movements",
                    file="movements.csv",
                    row=78,
                    column="to_area",
                    value="STORE-9",
                    reason="there is no area STORE-9: did you mean STORE-2?",
                ),
            ),
            notices=("movements.csv: the columns colour and remark are not known and were left out",),
            files={"site.toml": "9f" * 32, "movements.csv": "03" * 32, "counts.csv": "7c" * 32},
        ),
        balances=Balances(
            series=pl.DataFrame(made.series, schema=SERIES_SCHEMA),
            periods=pl.DataFrame(made.periods, schema=PERIOD_SCHEMA).with_columns(taken=0.0, settled=False),
            covariances=tuple(made.covariances),
            terms=pl.DataFrame(),
            causes=pl.DataFrame(made.causes, schema=CAUSE_SCHEMA),
            assumed_exact=pl.DataFrame(
                [{"series": 1, "kind": "content", "area": None, "material": "GRENADE"}] if made.series else [],
                schema=EXACT_SCHEMA,
            ),
            joined=joined_of(made),
            sites=sites_of(made),
        ),
        verdicts=tuple(made.verdicts),
        unseen=tuple(unseen_of(verdict, row["basis"]) for verdict, row in zip(made.verdicts, made.series, strict=True)),
        remedies=(
            SiteRemedy(
                kind="calibrate", method="SC-1", helps=("FILLING/TNT", "RECEIVING/TNT"), restores=("FILLING/TNT",)
            ),
        ),
        surge=None,
        unheld_goals=(UnheldGoal(substance="PETN", area=None, quantity=2.0, unit="kg"),) if made.series else (),
        items=findings(),
        evidence=pl.DataFrame(made.evidence, schema=EVIDENCE_SCHEMA),
        stock=pl.DataFrame(stock_rows(), schema=STOCK_SCHEMA),
        events=events_of(made.verdicts, exact_of(made)),
        methods=METHODS if made.series else (),
        measuring=RECORDS if made.series else MeasuringRecords(),
    )


ESTIMATED = EstimatedShare(
    freedom=18.4, share=0.8, errors=(EstimatedError(method="SC-1", kind="random", freedom=9.0, share=0.8),)
)
METHODS = (
    MethodErrors(
        method="SC-1", basis="measured", unit="kg", random_rel=0.001, random_abs=0.5, systematic_rel=0.0005,
        systematic_abs=None, random_df=9.0, systematic_df=None, plate=None,
    ),
    MethodErrors(
        method="SC-2", basis="plate", unit="kg", random_rel=None, random_abs=None, systematic_rel=None,
        systematic_abs=None, random_df=None, systematic_df=None,
        plate=Plate(accuracy_class="III", largest_load=3000.0, division=1.0, verification_interval=None, fills=True),
    ),
)  # fmt: skip

BESIDE = StatedBeside(ratio=1.8, low=1.3, high=2.9, p_more=0.0004, p_less=0.9996)
CHECKED = MethodChecks(
    method="SC-1", unit="kg", relative=True, use=ChecksUse.TAKEN, readings=40, sessions=8, as_found=8, adjustments=6,
    smallest_standard=20.0, largest_standard=500.0, mean_error=-0.0003,
    random=MeasuredError(sigma=0.001, freedom=32.0), systematic=MeasuredError(sigma=0.0005, freedom=5.5),
    corrected=True, displayed=False, random_beside=None, systematic_beside=None, set_aside=1,
)  # fmt: skip
SHIPPED = PairedMethods(
    partner="WORKS-7", first_method=None, second_method="SC-1", materials=("TNT-FLAKE",), unit="kg", pairs=30,
    first_at=FIRST, last_at=FIRST + timedelta(days=200), first=7_872.6, second=7_843.1, difference=29.5, low=21.5,
    high=37.5, mean=0.98, mean_low=0.72, mean_high=1.25, p_value=3e-8, share=0.025,
    scatter=MeasuredError(sigma=0.72, freedom=29.0), stated=None, verdict=PairsVerdict.BIAS,
)  # fmt: skip
RECORDS = MeasuringRecords(
    checks=(
        CHECKED,
        replace(
            CHECKED, method="SC-2", use=ChecksUse.STATED, relative=False, corrected=False, displayed=True,
            random_beside=BESIDE, systematic_beside=replace(BESIDE, p_more=0.3, p_less=0.7), set_aside=0,
        ),
    ),
    pairs=(
        replace(
            SHIPPED, partner=None, first_method="SC-1", second_method="SC-2", difference=-3.0, low=-5.0, high=-1.0,
            stated=StatedDifference(sigma=4.0, p_value=0.45, scatter=BESIDE), verdict=PairsVerdict.WITHIN_ERRORS,
        ),
        SHIPPED,
        replace(
            SHIPPED, partner="WORKS-8", pairs=2, low=None, high=None, mean_low=None, mean_high=None, p_value=None,
            share=None, scatter=None, verdict=PairsVerdict.NOT_TESTED,
        ),
    ),
    scales=(
        ScalesCompared(
            unit="kg", things=12,
            errors=(
                ScaleError(method="SC-1", partner=None, variance=0.05, sigma=0.05**0.5, freedom=8.0),
                ScaleError(method="SC-2", partner=None, variance=-0.001, sigma=None, freedom=0.1),
                ScaleError(method=None, partner="WORKS-7", variance=0.7, sigma=0.7**0.5, freedom=10.0),
            ),
        ),
    ),
    cancelled=1, set_aside=2, contradictory=1,
)  # fmt: skip

MEMBERS = ("FILLING", "PRESSING", "STORE-1")


def joined_of(made: Builder) -> pl.DataFrame:
    """The inventories of the site: monthly ones, joined from those of the same name, STORE-1 counted the day before."""
    rows = [
        {
            "series": number,
            "inventory": f"M{month:02d}",
            "area": area,
            "area_inventory": f"M{month:02d}" if area != "FILLING" else f"W{4 * month:02d}",
            "at": FIRST + timedelta(days=30 * month, hours=-30 if area == "STORE-1" else 0),
        }
        for number, one in enumerate(made.series)
        if one["scope"] == "site"
        for month in range(13)
        for area in MEMBERS
    ]
    return pl.DataFrame(rows, schema=JOINED_SCHEMA)


def sites_of(made: Builder) -> pl.DataFrame:
    """What the series of the site adds up."""
    rows = [
        {
            "series": number,
            "areas": list(MEMBERS),
            "outside": ["GATE"],
            "apart_days": 1.25,
            "since": FIRST,
            "counted_before": [],
            "first_counted": list(MEMBERS),
            "reason": None,
        }
        for number, one in enumerate(made.series)
        if one["scope"] == "site"
    ]
    return pl.DataFrame(rows, schema=SITES_SCHEMA)


def events_of(verdicts: Sequence[SeriesVerdict], exact: Sequence[ExactDifference] = ()) -> tuple[Event, ...]:
    """Every alarming series for itself, the most urgent first."""
    alarming = [number for number, one in enumerate(verdicts) if one.verdict in ALARMING]
    ranks = list(Verdict)
    return tuple(
        Event(series=(number,), exact=tuple(one for one in exact if one.series == number))
        for number in sorted(alarming, key=lambda n: ranks.index(verdicts[n].verdict))
    )


def exact_of(made: Builder) -> list[ExactDifference]:
    """The discrepancies of the exact books, by the series that they belong to."""
    rows = {one["id"]: number for number, one in enumerate(made.series)}
    return [
        ExactDifference(series=rows[one.id], difference=one.difference, start=one.start, end=one.end)
        for one in findings().discrepancies
        if one.id in rows
    ]


def cancelling_site() -> ReviewAnswer:
    """The full site, in which what is missing at first is surplus in another area, and some of it is back."""
    whole = full_site()
    first, *others = whole.events
    lost, gained = (one.series[0] for one in (first, others[0]))
    pair = BetweenAreas(
        lost=lost, loss=0, gained=gained, gain=0, agree=False, left=3.0, left_low=1.0, left_high=5.0,
        lost_as_well=(), gained_as_well=(), site_sum=2.5, site_sigma=1.5, over_site=None,
    )  # fmt: skip
    some = Returned(series=lost, losses=(0,), gains=(), left=2.0, all_told=True)
    part = CancelledInPart(series=lost, first=0, second=0, inventories=("W02",), left=1.5)
    cancelling = replace(first, series=(lost, gained), between_areas=(pair,), returned=(some,), in_part=(part,))
    row = RowToCheck(
        series=lost, slip=Slip.SAME_DAY, places=(0,), table="movements", row=7, at=FIRST, kind="issue", quantity=3.5,
        unit="kg", meant=None, document="D-7", inventory="W01", taken_before=True, explains=3.5, whole=True,
    )  # fmt: skip
    cancelling = replace(cancelling, to_check=(row,))
    cancelling = replace(cancelling, contents=(ContentOfItems(series=lost, amounts=(1.5,), beside=(0.5,)),))
    alone = RowLeftOut(
        row=812, source="ledger.xlsx, sheet May, row 40", at=FIRST, kind="receipt", quantity=3.5, unit="kg",
        document="D-9", verdict=Verdict.BALANCED,
    )  # fmt: skip
    return replace(
        whole,
        events=(cancelling, *others[1:]),
        unstated=(unstated_of(whole),),
        outliers=(Outliers(series=lost, rows=(alone,), alike=1, expected=0.25),),
        ledger=faults_of_every_kind(),
    )


def settled_site(said: str = "a drum was taken") -> ReviewAnswer:
    """The full site, of whose first series a loss is settled, with one that is not enough, and one without a place."""
    whole = full_site()
    row = SettledRow(
        settled="L1", row=2, basis="confirmed_loss", known_since=date(2026, 6, 2), from_inventory="W00",
        to_inventory="W01", amount=3.5, sigma=0.5, reason=said, reference="report 12", approved_by="0007",
        follows_from=None,
    )  # fmt: skip
    span = SettledSpan(
        series=0, rows=(row,), start=FIRST, end=FIRST + timedelta(7), inventories=("W01",), surplus=False, amount=3.5,
        sigma=0.5, shown=3.75, shown_sigma=1.25, least=1.5, taken=3.5, state=SettledState.SETTLED,
        alarms=(SettledAlarm(inventory="W01", raised_as_of=FIRST + timedelta(7)),),
    )  # fmt: skip
    follows = replace(row, settled="L2", follows_from="A/BOX", approved_by=None, basis="explained", reference=None)
    part = replace(span, rows=(follows,), state=SettledState.IN_PART, amount=40.0, surplus=True, sigma=0.0)
    periods = whole.balances.periods.with_row_index().with_columns(
        settled=pl.col("index") == 0, taken=pl.when(pl.col("index") == 0).then(3.5).otherwise(0.0)
    )
    verdicts = (replace(whole.verdicts[0], year_settled=3.5), *whole.verdicts[1:])
    lost = UnplacedRow(settled="L9", row=4, series="*/RDX")
    return replace(
        whole,
        settled=SettledLosses(spans=(span, part, replace(part, state=SettledState.NO_ALARM)), unplaced=(lost,)),
        balances=replace(whole.balances, periods=periods.drop("index")),
        verdicts=verdicts,
    )


def faults_of_every_kind(source: str | None = "ledger.xlsx, sheet May, row 40") -> tuple[LedgerFinding, ...]:
    """One finding of each kind, and both of those that say that a column is of something else."""
    row = RowOfBooks(table="movements", row=812, source=source, at=FIRST)
    again = replace(row, row=905, source=None)
    count = replace(row, table="counts", row=7)
    place = {"area": "FILLING", "material": "TNT", "unit": "kg", "of": 40}
    figures = {"stated": 110.0, "reckoned": 130.0, "amount": -20.0}
    numbered = {"count": 6, "of": 400}
    fault = LedgerFault
    return (
        LedgerFinding(fault=fault.BALANCE_BREAKS, rows=(row,), count=1, until=FIRST, **place, **figures),
        LedgerFinding(fault=fault.BALANCE_BREAKS, rows=(row,), count=3, until=FIRST + timedelta(3), **place, **figures),
        LedgerFinding(fault=fault.BALANCE_BREAKS, rows=(row,), count=2, **place, **figures),
        LedgerFinding(fault=fault.BALANCE_BREAKS, rows=(row,), count=30, of=40),
        LedgerFinding(fault=fault.BOOK_DIFFERS, rows=(count,), count=1, inventory="W01", **place, **figures),
        LedgerFinding(fault=fault.BOOK_DIFFERS, rows=(count,), count=30, of=40),
        LedgerFinding(
            fault=fault.BELOW_ZERO, rows=(row,), count=2, inventory="W01", **place, stated=10.0, reckoned=-5.0,
            amount=-8.0, sigma=0.5,
        ),
        LedgerFinding(
            fault=fault.SIDES_DIFFER, rows=(row,), count=1, other_area="MAGAZINE-2", numbers=("T-9",), **place,
            stated=100.0, reckoned=90.0, amount=10.0,
        ),
        LedgerFinding(
            fault=fault.ENTERED_AFTER_COUNT, rows=(row,), count=12, inventory="W01",
            **{**place, "of": 3}, stated=0.5, reckoned=80.5, amount=-80.0, sigma=0.4,
        ),
        LedgerFinding(fault=fault.NUMBER_TWICE, rows=(row, again), count=3, of=6, numbers=("R-77",)),
        LedgerFinding(fault=fault.NUMBER_REUSED, rows=(row, again), count=2, of=90, numbers=("R-77",)),
        LedgerFinding(
            fault=fault.NUMBERS_LACK, rows=(row,), numbers=("R-1", "R-400", "R-41 to R-45", "R-61"), **numbered
        ),
        LedgerFinding(fault=fault.NUMBERS_SHARED, rows=(), numbers=("S-1", "S-400"), **numbered),
    )  # fmt: skip


def unstated_of(review: ReviewAnswer) -> UnstatedSeries:
    """Of the first series that is not tested: 38 kg missing in the first of two periods, and 8 surplus after it."""
    number = next(place for place, one in enumerate(review.verdicts) if one.verdict == Verdict.NOT_TESTED)
    days = [FIRST + timedelta(days=30 * month) for month in range(3)]
    ranked = [
        Ranked(difference=value, throughput=through, share=share, rank=rank, rank_by_share=3 - rank)
        for value, through, share, rank in ((38.0, 2000.0, 0.019, 1), (-8.0, 0.0, None, 2))
    ]
    return UnstatedSeries(
        series=number,
        periods=tuple(
            UnstatedPeriod(inventory=f"M{place + 1}", start=days[place], end=days[place + 1], ranked=one)
            for place, one in enumerate(ranked)
        ),
        year=Ranked(difference=30.0, throughput=2000.0, share=0.015, rank=1, rank_by_share=1),
        error=0.0185,
        difference=38.0,
        start=days[0],
        end=days[1],
        first_inventory="M1",
        last_inventory="M1",
    )


def surged_site() -> ReviewAnswer:
    """The full site, and the same at a surge."""
    whole = full_site()
    return replace(whole, surge=surge_of(whole))


def empty_site() -> ReviewAnswer:
    """A site without a single series, row or file."""
    none = ItemFindings(discrepancies=(), recording_errors=(), late_clusters=(), write_offs=())
    whole = review_of(Builder(tested=1))
    facts = FactsUsed(rows={}, late_rows=0, set_aside=(), notices=(), files={})
    return replace(
        whole, facts=facts, items=none, stock=whole.stock.clear(), as_of=None, series_tested=0, options={}, seed=0
    )


def unknown_site() -> ReviewAnswer:
    """Every figure that may be unknown is."""
    whole = full_site()
    keys = ("series", "inventory", "start", "end")
    blank = whole.balances.periods.select(
        *(
            pl.col(name)
            if name in keys
            else pl.lit(None, dtype=kind).alias(name)
            if name != "status"
            else pl.lit("not_tested").alias(name)
            for name, kind in PERIOD_SCHEMA.items()
        )
    ).with_columns(taken=0.0, settled=False)
    count = whole.balances.series.height
    evidence = whole.evidence.select(
        *(
            pl.col(name) if name in ("series", "table", "row") else pl.lit(None, dtype=kind).alias(name)
            for name, kind in EVIDENCE_SCHEMA.items()
        )
    )
    return replace(
        empty_site(),
        balances=replace(whole.balances, periods=blank, covariances=tuple(np.zeros((0, 0)) for _ in range(count))),
        verdicts=tuple(untested_verdict(None) for _ in range(count)),
        unseen=tuple(unseen_of(untested_verdict(None), "bulk") for _ in range(count)),
        evidence=evidence,
    )


MARKUP = '<script>alert("x")</script>'
FORMULA = "=HYPERLINK(0)"
STEERING = "\x1b[31m+1\n"


def hostile_site(whole: ReviewAnswer) -> ReviewAnswer:
    """The full site with texts that would run in a page, a spreadsheet or a terminal, if they were let."""
    rename = {"TNT": f"TNT {MARKUP}", "RDX": FORMULA, "SHELL-155": STEERING, "FILLING": "'\"><img src=x onerror=y>"}
    named = whole.balances.series.with_columns(pl.col("area", "substance", "material").replace(rename))
    areas, evidence = pl.col("from_area", "to_area"), pl.col("document", "material")
    return replace(
        whole,
        site=f"Ridgeway {MARKUP}",
        balances=replace(whole.balances, series=named),
        evidence=whole.evidence.with_columns(
            areas.replace(rename), evidence.replace({"TNT-FLAKE": "@SUM(1)", "D-020-0": "-2+3"})
        ),
        stock=whole.stock.with_columns(pl.col("holding").replace(rename)),
        facts=replace(
            whole.facts,
            notices=(MARKUP, FORMULA, STEERING),
            set_aside=tuple(replace(one, value=FORMULA, reason=MARKUP) for one in whole.facts.set_aside),
            files={f"{MARKUP}.csv": "00" * 32},
        ),
        measuring=replace(
            whole.measuring,
            checks=tuple(replace(one, method=MARKUP) for one in whole.measuring.checks),
            pairs=tuple(replace(one, partner=STEERING, second_method=FORMULA) for one in whole.measuring.pairs),
        ),
        items=replace(
            whole.items,
            discrepancies=tuple(
                replace(one, holding=STEERING, incidents=(MARKUP,)) for one in whole.items.discrepancies
            ),
        ),
    )
