"""A small site with everything that the accountancy reckons with, and no fault: what the damages are done to."""

# ruff: noqa: E501 - the rows of a table read best one a line
from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

Row = dict[str, str]
Tables = dict[str, list[Row]]

ORIGIN = datetime(2026, 1, 1, 6)  # noqa: DTZ001 - in the time zone of the site
INVENTORIES = 8
DAYS_BETWEEN = 14
TIMEZONE = "Europe/Berlin"
SETTINGS = """\
format = 1
[site]
name = "Ridgeway Works"
timezone = "Europe/Berlin"
decimal = "{decimal}"
[detection]
false_alarm = 0.05
detection = 0.95
[force]
shift_hours = 8
[[force.affiliation]]
name = "ministry"
share = [0.70, 0.80]
[work_rules]
max_hours_per_week = 48
"""

COLUMNS = {
    "movements": (
        "movement", "at", "kind", "material", "quantity", "unit", "from_area", "to_area", "method", "recorded_at",
        "reverses", "note",
    ),
    "counts": ("inventory", "at", "area", "material", "quantity", "unit", "method", "sheet", "recorded_at"),
}  # fmt: skip

FIXED: Tables = {
    "areas": [
        {"area": "0010", "kind": "store", "name": "Main store"},
        {"area": "P1", "kind": "process", "name": "Filling"},
        {"area": "S2", "kind": "store", "name": "Shells"},
    ],
    "materials": [
        {"material": "TNT", "kind": "bulk", "unit": "kg", "stage": "raw", "risk_category": "1"},
        {"material": "RDX", "kind": "bulk", "unit": "kg", "stage": "raw", "risk_category": "1"},
        {"material": "MIX", "kind": "bulk", "unit": "kg", "stage": "in_process", "risk_category": "2"},
        {"material": "SHELL", "kind": "item", "unit": "each", "stage": "product", "risk_category": "2"},
        {"material": "FUZE", "kind": "item", "unit": "each", "stage": "raw", "risk_category": "3"},
    ],
    "contents": [
        {"material": "MIX", "substance": "TNT", "amount": "0.6", "unit": "kg", "random_rel": "", "systematic_rel": "0.001"},
        {"material": "MIX", "substance": "RDX", "amount": "400", "unit": "g", "random_rel": "", "systematic_rel": "0.001"},
        {"material": "SHELL", "substance": "TNT", "amount": "6.6", "unit": "kg", "random_rel": "0.002", "systematic_rel": ""},
        {"material": "SHELL", "substance": "RDX", "amount": "4.4", "unit": "kg", "random_rel": "0.002", "systematic_rel": ""},
    ],
    "methods": [
        {"method": "W1", "random_rel": "0.002", "systematic_rel": "0.001", "random_abs": "", "unit": "", "calibration_days": ""},
        {"method": "W2", "random_rel": "0.003", "systematic_rel": "0.001", "random_abs": "50", "unit": "g", "calibration_days": "45"},
        {"method": "EYE", "random_rel": "", "systematic_rel": "", "random_abs": "", "unit": "", "calibration_days": ""},
    ],
    "calibrations": [
        {"method": "W1", "at": "2026-01-01"},
        {"method": "W1", "at": "2026-02-10T07:00"},
        {"method": "W1", "at": "2026-03-25T07:00"},
    ],
    "normal_losses": [
        {"area": "P1", "substance": "TNT", "rate": "0.005", "basis": "per_received", "unit": "", "random_rel": "0.2"},
        {"area": "0010", "substance": "RDX", "rate": "20", "basis": "per_day", "unit": "g", "random_rel": "0.1"},
    ],
    "goals": [{"substance": "TNT", "quantity": "8", "unit": "kg", "within_days": "30"}],
    "posts": [
        {"post": "G1", "kind": "gate", "guards": "2", "start": "00:00", "end": "24:00", "days": "daily", "area": "0010"},
        {"post": "G2", "kind": "patrol", "guards": "1", "start": "22:00", "end": "06:00", "days": "mon tue", "area": ""},
    ],
    "people": [
        {"person": "1", "role": "guard", "affiliation": "ministry", "duty": "patrol", "since": "2025-01-01"},
        {"person": "2", "role": "worker", "affiliation": "civilian", "duty": "", "since": ""},
    ],
    "absences": [{"person": "1", "start": "2026-01-05", "end": "2026-01-09", "kind": "leave"}],
    "orders": [
        {"order": "O1", "issued_on": "2026-01-10", "measure": "guards", "comparator": ">", "due_on": "2026-12-31", "factor": "2", "baseline_on": "2026-01-01"},
    ],
    "reports": [{"report": "R1", "received_on": "2026-02-01", "about": "gate", "text": "seen at night", "source": "owl"}],
    "incidents": [{"incident": "I1", "at": "2026-02-02T08:00", "area": "S2", "kind": "seal_broken", "material": "SHELL"}],
}  # fmt: skip


@cache
def clean_site(variant: int) -> Tables:
    """The tables of one clean site as text in English notation. Do not change them: copy first."""
    return _Works(random.Random(variant)).tables()


@dataclass
class _Works:
    """Books of a works that fills shells, day by day; ``stock`` is what is truly there."""

    rng: random.Random
    stock: dict[tuple[str, str], float] = field(default_factory=dict)
    movements: list[Row] = field(default_factory=list)
    counts: list[Row] = field(default_factory=list)

    def tables(self) -> Tables:
        for period in range(INVENTORIES):
            self._count(period)
            if period < INVENTORIES - 1:
                self._work(period)
        self._correct()
        return {**FIXED, "movements": self.movements, "counts": self.counts}

    def _work(self, period: int) -> None:
        """What happens between two inventories."""
        start = period * DAYS_BETWEEN
        self._move(start + 1, "receipt", "TNT", 400, to="0010")
        self._move(start + 1, "receipt", "RDX", 200, to="0010", unit="g")
        self._move(start + 2, "receipt", "FUZE", 60, to="S2")
        for day in (3, 5, 8):
            self._move(start + day, "transfer", "TNT", 110, of="0010", to="P1")
            self._move(start + day, "transfer", "RDX", 55, of="0010", to="P1")
            mixed = self.rng.randint(80, 110)
            self._move(start + day + 1, "use", "TNT", mixed * 0.6, of="P1")
            self._move(start + day + 1, "use", "RDX", mixed * 0.4, of="P1")
            self._move(start + day + 1, "make", "MIX", mixed, to="P1")
            shells = self.rng.randint(5, 9)
            self._move(start + day + 2, "use", "MIX", shells * 11, of="P1")
            self._move(start + day + 2, "make", "SHELL", shells, to="P1")
        self._move(start + 11, "transfer", "SHELL", self.rng.randint(8, 14), of="P1", to="S2")
        self._move(start + 12, "issue", "SHELL", self.rng.randint(2, 6), of="S2")
        self._move(start + 12, "issue", "FUZE", self.rng.randint(10, 30), of="S2")
        self._move(start + 13, "discard", "MIX", 4, of="P1")
        if self.rng.random() < 0.5:
            self._move(start + 13, self.rng.choice(("write_off", "found")), "TNT", 2, of="0010", to="0010")

    def _move(
        self, day: float, kind: str, material: str, about: float, *, of: str = "", to: str = "", unit: str = ""
    ) -> None:
        item = material in {"SHELL", "FUZE"}
        received = kind in {"receipt", "transfer"} and not item
        quantity = round(about * self.rng.uniform(0.8, 1.2), 2) if received else float(about)
        moment = ORIGIN + timedelta(days=day, minutes=self.rng.randint(0, 900))
        recorded = moment + timedelta(days=self.rng.choice((0, 0, 0, 2, 9)), minutes=30)
        row = {
            "movement": f"{len(self.movements) + 1:04d}",
            "at": f"{moment:%Y-%m-%dT%H:%M}",
            "kind": kind,
            "material": material,
            "quantity": _number(quantity * 1000 if unit == "g" else quantity),
            "unit": unit,
            "from_area": of if kind not in {"found"} else "",
            "to_area": to if kind not in {"write_off"} else "",
            "method": "" if item else self.rng.choice(("W1", "W1", "W2")),
            "recorded_at": f"{recorded:%Y-%m-%d %H:%M}" if self.rng.random() < 0.8 else "",
            "reverses": "",
            "note": self.rng.choice(("", "", "dry", 'box 5" wide, sealed')),
        }
        self.movements.append(row)
        if kind not in {"write_off", "found"}:
            self._book(row["from_area"], material, -quantity)
            self._book(row["to_area"], material, quantity)
        if kind == "transfer" and material == "TNT":
            self._book("P1", "TNT", -0.005 * quantity)

    def _book(self, area: str, material: str, change: float) -> None:
        if area:
            self.stock[area, material] = self.stock.get((area, material), 0.0) + change

    def _count(self, period: int) -> None:
        """Count every area; now and then an area leaves a material out, or something is missing."""
        moment = ORIGIN + timedelta(days=period * DAYS_BETWEEN, hours=12)
        if period == 0:
            self.stock = {("0010", "TNT"): 900.0, ("0010", "RDX"): 500.0, ("P1", "MIX"): 50.0, ("S2", "FUZE"): 100.0}
        else:
            self._book("0010", "RDX", -0.02 * DAYS_BETWEEN)
        for (area, material), quantity in sorted(self.stock.items()):
            if self.rng.random() < 0.03:
                continue
            item = material in {"SHELL", "FUZE"}
            lost = self.rng.choice((0,) * 20 + (1,)) if item else abs(quantity) * self.rng.gauss(0, 0.002)
            self._sheet(period, moment, area, material, max(quantity - lost, 0.0))

    def _sheet(self, period: int, moment: datetime, area: str, material: str, quantity: float) -> None:
        item = material in {"SHELL", "FUZE"}
        first = quantity if item or self.rng.random() < 0.8 else round(quantity / 2, 2)
        parts = [first] if first == quantity else [first, quantity - first]
        for sheet, part in enumerate(parts):
            self.counts.append(
                {
                    "inventory": f"INV{period}",
                    "at": f"{moment + timedelta(minutes=self.rng.randint(0, 60)):%Y-%m-%dT%H:%M}",
                    "area": area,
                    "material": material,
                    "quantity": _number(part if item else round(part, 2)),
                    "unit": "" if item else self.rng.choice(("", "kg")),
                    "method": "" if item else self.rng.choice(("W1", "W1", "W2") if area != "S2" else ("EYE",)),
                    "sheet": str(sheet + 1) if len(parts) > 1 else "",
                    "recorded_at": "",
                }
            )

    def _correct(self) -> None:
        """Reversals: of movements of the same period, of earlier ones, and of a reversal."""
        for original in self.rng.sample(self.movements, 4):
            wrong = {**original, "movement": f"{len(self.movements) + 1:04d}"}
            self.movements.append(wrong)
            self._reverse(wrong, days=self.rng.choice((0.1, 3, 20)))
        twice = self.movements[self.rng.randrange(0, 40)]
        self._reverse(self._reverse(twice, days=1), days=25)

    def _reverse(self, row: Row, *, days: float) -> Row:
        moment = datetime.fromisoformat(row["at"]) + timedelta(days=days)
        reversal = {
            **row,
            "movement": f"{len(self.movements) + 1:04d}",
            "at": f"{moment:%Y-%m-%dT%H:%M}",
            "recorded_at": "",
            "reverses": row["movement"],
        }
        self.movements.append(reversal)
        return reversal


def _number(quantity: float) -> str:
    return f"{quantity:.2f}".rstrip("0").rstrip(".")
