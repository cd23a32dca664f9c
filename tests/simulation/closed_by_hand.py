"""Balances by brute force, straight from the tables of a site folder as a reader of site_format would take them.

Every measured term is one column of a design matrix; its errors are listed one by one. Shares no code with the
package: it reads the frames only.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import polars as pl

GRAMS = {"kg": 1.0, "g": 1e-3, "each": 1.0}
SIGN_OUT = {"issue", "transfer", "discard"}
SIGN_IN = {"receipt", "transfer"}


@dataclass
class Balance:
    inventories: list[str]
    differences: np.ndarray
    covariance: np.ndarray


class Site:
    def __init__(self, tables: Mapping[str, pl.DataFrame]) -> None:
        self.tables = {name: frame.to_dicts() for name, frame in tables.items()}
        self.materials = {row["material"]: row for row in self.tables["materials"]}
        self.methods = {row["method"]: row for row in self.tables["methods"]}
        self.contents = {(row["material"], row["substance"]): row for row in self.tables.get("contents", [])}
        self.with_contents = {material for material, _ in self.contents}
        cancelled = {row["reverses"] for row in self.tables["movements"] if row["reverses"]}
        self.movements = [
            row for row in self.tables["movements"] if not row["reverses"] and row["movement"] not in cancelled
        ]
        self.counts = self.tables["counts"]
        self.calibrations = self._calibrations()
        self.of_area: dict[str, list[dict]] = {}
        for row in self.movements:
            for area in {row["from_area"], row["to_area"]} - {None}:
                self.of_area.setdefault(area, []).append(row)

    def _calibrations(self) -> dict[str, list[datetime]]:
        found: dict[str, list[datetime]] = {}
        for row in self.tables.get("calibrations", []):
            found.setdefault(row["method"], []).append(row["at"])
        for method, row in self.methods.items():
            if method not in found and row.get("calibration_days"):
                uses = [one["at"] for one in (*self.movements, *self.counts) if one["method"] == method]
                every = timedelta(days=row["calibration_days"])
                found[method] = [min(uses) + number * every for number in range(1, 40)] if uses else []
        return found

    def amount(self, material: str, substance: str) -> float:
        if (material, substance) in self.contents:
            row = self.contents[material, substance]
            return row["amount"] * GRAMS[row["unit"]]
        bulk = self.materials[material]["kind"] == "bulk" and material not in self.with_contents
        return 1.0 if bulk and material == substance else 0.0

    def series(self) -> list[tuple[str, str, str]]:
        found = set()
        for count in self.counts:
            if self.materials[count["material"]]["kind"] == "item":
                found.add((count["area"], count["material"], "item"))
            for substance in {key[1] for key in self.contents} | set(self.materials):
                if self.amount(count["material"], substance):
                    found.add((count["area"], substance, "bulk"))
        return sorted(found)

    def errors_of(self, row: dict, substance: str, quantity: float) -> tuple[float, list[tuple[tuple, float]]]:
        """Variance of the row's own errors, and its loading on each shared one."""
        amount = self.amount(row["material"], substance)
        own, shared = 0.0, []
        if row["method"]:
            method = self.methods[row["method"]]
            unit = GRAMS[method["unit"] or "kg"] * amount
            epoch = bisect_right(self.calibrations.get(row["method"], []), row["at"])
            own += ((method["random_rel"] or 0) * quantity) ** 2 + ((method["random_abs"] or 0) * unit) ** 2
            shared.append((("relative", row["method"], epoch), (method["systematic_rel"] or 0) * quantity))
            shared.append((("absolute", row["method"], epoch), (method["systematic_abs"] or 0) * unit))
        content = self.contents.get((row["material"], substance))
        if content:
            items = self.materials[row["material"]]["kind"] == "item"
            own += (content["random_rel"] or 0) ** 2 * (amount**2 * row["quantity"] if items else quantity**2)
            shared.append((("content", row["material"]), (content["systematic_rel"] or 0) * quantity))
        return own, shared

    def balance(self, area: str, holding: str, basis: str) -> Balance:
        ends: dict[str, datetime] = {}
        for count in self.counts:
            if count["area"] == area:
                ends[count["inventory"]] = max(ends.get(count["inventory"], count["at"]), count["at"])
        order = sorted(ends, key=lambda inventory: ends[inventory])
        periods = len(order) - 1
        columns, own, loadings, received = [], [], [], np.zeros(periods)

        def add(signs: dict[int, float], row: dict) -> None:
            held = self.amount(row["material"], holding) if basis == "bulk" else float(row["material"] == holding)
            kept = {period: sign for period, sign in signs.items() if 0 <= period < periods and sign}
            if not held or not kept:
                return
            column = np.zeros(periods)
            for period, sign in kept.items():
                column[period] = sign
            quantity = row["quantity"] * held
            columns.append(column * quantity)
            variance, shared = self.errors_of(row, holding, quantity) if basis == "bulk" else (0.0, [])
            own.append(np.outer(column, column) * variance)
            loadings.extend((name, column * size) for name, size in shared)

        for count in self.counts:
            if count["area"] == area:
                number = order.index(count["inventory"])
                add({number - 1: -1.0, number: 1.0}, count)
        moments = [ends[inventory] for inventory in order]
        for move in self.of_area.get(area, []):
            kind, counted = move["kind"], basis == "item"
            coming = move["to_area"] == area and (kind in SIGN_IN or (counted and kind == "make"))
            going = move["from_area"] == area and (kind in SIGN_OUT or (counted and kind == "use"))
            period = bisect_left(moments, move["at"]) - 1
            if (coming or going) and 0 <= period < periods:
                add({period: float(coming) - float(going)}, move)
                if coming and basis == "bulk":
                    received[period] += move["quantity"] * self.amount(move["material"], holding)

        differences = np.sum(columns, axis=0) if columns else np.zeros(periods)
        covariance = np.sum(own, axis=0) if own else np.zeros((periods, periods))
        for normal in self.tables.get("normal_losses", []):
            if basis == "bulk" and (normal["area"], normal["substance"]) == (area, holding):
                days = np.diff([ends[inventory].timestamp() / 86400 for inventory in order])
                base = received if normal["basis"] == "per_received" else days * GRAMS[normal["unit"] or "kg"]
                lost = normal["rate"] * base
                differences = differences - lost
                covariance = covariance + np.diag((lost * (normal["random_rel"] or 0)) ** 2)
                loadings.append((("normal", area), lost * (normal["systematic_rel"] or 0)))
        totals: dict[tuple, np.ndarray] = {}
        for name, loading in loadings:
            totals[name] = totals.get(name, 0.0) + loading
        for total in totals.values():
            covariance = covariance + np.outer(total, total)
        return Balance(order[1:], differences, covariance)
