"""Balances of a synthetic site, closed straight from its tables, to say how plainly each seeded thing can be seen.

Only what is put in is judged here, by the strength of the best possible test against it; the tests of loss
themselves live elsewhere and share no code with this.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
import polars as pl

from stockward.simulation.measuring import Floats, calibration_times
from stockward.simulation.plan import MethodPlan, SitePlan
from stockward.stats.propagation import random_covariance, systematic_covariance
from stockward.stats.whitening import whitener
from stockward.terms.units import factor
from stockward.terms.verdicts import Basis

FLOW_SIGNS = {"receipt": (0, 1), "issue": (-1, 0), "transfer": (-1, 1), "discard": (-1, 0)}
CONVERSION_SIGNS = {"use": (-1, 0), "make": (0, 1)}
"""Sign in the balance of the area that a movement leaves and of the area that it reaches."""

BOOK_ROUNDING = 1e-9
"""A quantity within this share of what has passed through is none, as in the site format."""
ABSOLUTE = "absolute"
"""Groups of absolute errors: they gather numbers of measurements, not quantities."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesKey:
    """A series: a substance (bulk) or an item material, in an area."""

    area: str
    holding: str
    basis: Basis


@dataclass(slots=True)
class ClosedSeries:
    """Differences of the periods between inventories, positive missing, and their covariance by the site's errors."""

    inventories: list[str]
    ends: list[datetime]
    differences: Floats
    covariance: Floats
    single: Floats = field(repr=False)
    shared: Floats = field(repr=False)
    groups: dict[tuple[str, ...], Floats] = field(default_factory=dict, repr=False)
    variances: dict[tuple[str, ...], float] = field(default_factory=dict, repr=False)
    passed: float = field(default=0.0, repr=False)

    def period_of(self, at: datetime) -> int | None:
        """Number of the period that a moment belongs to; None before the first inventory and after the last."""
        number = bisect_left(self.ends, at)
        return number - 1 if 0 < number < len(self.ends) else None

    def drop_rounding(self) -> None:
        """Set to zero what is left of sums that cancel, as where only items hold a substance.

        Without this, a rounding error in one period would share its systematic error with a true difference in
        another, and stand for it.
        """
        least = BOOK_ROUNDING * self.passed
        self.differences[np.abs(self.differences) < least] = 0.0
        for group, signed in self.groups.items():
            if group[0] != ABSOLUTE:
                signed[np.abs(signed) < least] = 0.0


def every_series(plan: SitePlan) -> list[SeriesKey]:
    """Every series of the site: substances, then items, area by area."""
    keys = []
    for area in plan.areas:
        materials = plan.materials_in(area.area)
        substances = dict.fromkeys(substance for material in materials for substance in plan.contents(material))
        keys += [SeriesKey(area=area.area, holding=substance, basis=Basis.BULK) for substance in sorted(substances)]
        items = sorted(material for material in materials if plan.is_item(material))
        keys += [SeriesKey(area=area.area, holding=item, basis=Basis.ITEM) for item in items]
    return keys


class Books:
    """The recorded tables, arranged for closing."""

    def __init__(self, plan: SitePlan, movements: pl.DataFrame, counts: pl.DataFrame) -> None:
        self._plan = plan
        self._methods = {method.method: method for method in plan.methods}
        reversed_rows = movements["reverses"].drop_nulls().implode()
        self._movements = movements.filter(
            pl.col("reverses").is_null() & ~pl.col("movement").is_in(reversed_rows)
        ).sort("at")
        self._counts = counts
        self._calibrations = self._all_calibrations()

    def _all_calibrations(self) -> dict[str, list[datetime]]:
        rows = pl.concat([self._movements.select("method", "at"), self._counts.select("method", "at")])
        first = dict(rows.drop_nulls("method").group_by("method").agg(pl.col("at").min()).rows())
        return {
            method.method: calibration_times(self._plan, method, first.get(method.method))
            for method in self._plan.methods
        }

    def close(self, key: SeriesKey) -> ClosedSeries | None:
        """Close every period of a series; None where its area has fewer than two inventories."""
        counts = self._counts.filter(pl.col("area") == key.area)
        ends = counts.group_by("inventory").agg(pl.col("at").max()).sort("at")
        periods = ends.height - 1
        if periods < 1:
            return None
        series = ClosedSeries(
            inventories=ends["inventory"].to_list()[1:], ends=ends["at"].to_list(), differences=np.zeros(periods),
            covariance=np.zeros((periods, periods)), single=np.zeros(periods), shared=np.zeros(periods - 1),
        )  # fmt: skip
        self._add_counts(series, key, counts, ends["inventory"].to_list())
        received = self._add_movements(series, key)
        self._subtract_normal_loss(series, key, received)
        series.drop_rounding()
        series.covariance = random_covariance(series.single, series.shared)
        if series.groups:
            signed = np.stack(list(series.groups.values()), axis=1)
            series.covariance += systematic_covariance(signed, np.array([series.variances[g] for g in series.groups]))
        return series

    def holds(self, key: SeriesKey, material: str) -> float:
        """How much of the series' holding one unit of a material is, by the books."""
        if key.basis is Basis.ITEM:
            return 1.0 if material == key.holding else 0.0
        return self._plan.contents(material).get(key.holding, 0.0)

    def _add_counts(self, series: ClosedSeries, key: SeriesKey, counts: pl.DataFrame, inventories: list[str]) -> None:
        number_of = {inventory: number for number, inventory in enumerate(inventories)}
        for inventory, at, material, quantity, method in counts.select(
            "inventory", "at", "material", "quantity", "method"
        ).iter_rows():
            number = number_of[inventory]
            weights = {number - 1: -1.0, number: 1.0}
            signs = {period: sign for period, sign in weights.items() if 0 <= period < len(series.differences)}
            self._add_term(series, key, signs, at, material, quantity, method)

    def _add_movements(self, series: ClosedSeries, key: SeriesKey) -> Floats:
        received = np.zeros(len(series.differences))
        kinds = FLOW_SIGNS | (CONVERSION_SIGNS if key.basis is Basis.ITEM else {})
        for at, kind, material, quantity, source, target, method in self._of_area(key.area):
            period = series.period_of(at)
            if kind not in kinds or period is None:
                continue
            sign = kinds[kind][0] * (source == key.area) + kinds[kind][1] * (target == key.area)
            self._add_term(series, key, {period: float(sign)}, at, material, quantity, method)
            received[period] += quantity * self.holds(key, material) if sign > 0 else 0.0
        return received

    def _of_area(self, area: str) -> list[tuple[datetime, str, str, float, str | None, str | None, str | None]]:
        mine = self._movements.filter((pl.col("from_area") == area) | (pl.col("to_area") == area))
        return mine.select("at", "kind", "material", "quantity", "from_area", "to_area", "method").rows()

    def _add_term(
        self, series: ClosedSeries, key: SeriesKey, signs: Mapping[int, float], at: datetime, material: str,
        quantity: float, method: str | None,
    ) -> None:  # fmt: skip
        holds = self.holds(key, material)
        if holds == 0.0:
            return
        amount = quantity * holds
        series.passed += amount
        for period, sign in signs.items():
            series.differences[period] += sign * amount
        if key.basis is Basis.ITEM:
            return
        variance = 0.0
        if method is not None:
            variance += self._add_scale(series, signs, at, material, amount, holds, self._methods[method])
        for content in self._plan.material(material).contents:
            if content.substance == key.holding:
                # Items are drawn one by one: n of them have √n times the error of one.
                of_one = content.random_rel * (holds if self._plan.is_item(material) else amount)
                variance += of_one**2 * (quantity if self._plan.is_item(material) else 1.0)
                self._share(series, signs, ("content", material), amount, content.systematic_rel)
        for period in signs:
            series.single[period] += variance
        if len(signs) == 2:
            series.shared[min(signs)] += variance

    def _add_scale(
        self, series: ClosedSeries, signs: Mapping[int, float], at: datetime, material: str, amount: float,
        holds: float, method: MethodPlan,
    ) -> float:  # fmt: skip
        """Add the systematic errors of a weighing; return the variance of its random ones."""
        epoch = str(bisect_right(self._calibrations[method.method], at))
        absolute = (factor(method.unit, self._plan.material(material).unit) or 1.0) * holds
        self._share(series, signs, ("relative", method.method, epoch), amount, method.systematic_rel)
        self._share(series, signs, (ABSOLUTE, method.method, epoch), absolute, method.systematic_abs)
        return (method.random_rel * amount) ** 2 + (method.random_abs * absolute) ** 2

    @staticmethod
    def _share(
        series: ClosedSeries, signs: Mapping[int, float], group: tuple[str, ...], amount: float, deviation: float
    ) -> None:
        if deviation > 0:
            signed = series.groups.setdefault(group, np.zeros(len(series.differences)))
            series.variances[group] = deviation**2
            for period, sign in signs.items():
                signed[period] += sign * amount

    def _subtract_normal_loss(self, series: ClosedSeries, key: SeriesKey, received: Floats) -> None:
        for normal in self._plan.normal_losses:
            if key.basis is Basis.ITEM or (normal.area, normal.substance) != (key.area, key.holding):
                continue
            if normal.basis == "per_received":
                lost = normal.rate * received
            else:
                days = np.diff(np.array(series.ends, dtype="datetime64[us]")) / np.timedelta64(1, "D")
                lost = normal.rate * days * self._plan.to_substance(normal.unit, key.holding)
            series.differences -= lost
            series.single += (normal.random_rel * lost) ** 2
            if normal.systematic_rel > 0:
                series.groups["normal loss", normal.area] = lost
                series.variances["normal loss", normal.area] = normal.systematic_rel**2


def strength(pattern: Floats, covariance: Floats) -> float:
    """How many standard deviations the best test against a pattern of missing quantities lies off: sqrt(d'Σ⁻¹d).

    Infinite where something is missing of what is known exactly.
    """
    exact = np.diagonal(covariance) <= 0
    if np.any(exact & (np.abs(pattern) > 0)):
        return float("inf")
    return float(np.linalg.norm(whitener(covariance) @ pattern))


def largest_single(pattern: Floats, covariance: Floats) -> float:
    """The same for the one period in which a pattern shows most, when every period is judged by itself."""
    sigma = np.sqrt(np.diagonal(covariance))
    shown = np.abs(pattern) > 0
    if np.any(shown & (sigma <= 0)):
        return float("inf")
    return float(np.max(np.abs(pattern[shown]) / sigma[shown], initial=0.0))
