"""Small sites drawn at random, good rows only, with everything that the accountancy must reckon with."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

from oracle import Rows

ORIGIN = datetime(2026, 1, 1, tzinfo=UTC)
KINDS = ("receipt", "issue", "transfer", "use", "make", "discard", "write_off", "found")
MASSES = ("", "", "", "kg", "g", "lb", "oz", "t")


def stamp(day: float) -> str:
    return (ORIGIN + timedelta(days=day)).isoformat()


class Draw:
    """One random site."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.areas = [f"A{number}" for number in range(self.rng.randint(2, 4))]
        self.materials = self._materials()
        self.contents = self._contents()
        self.methods = self._methods()
        self.things = self._things()
        together = self._moments()
        self.moments = {
            area: self._near(together) if self.rng.random() < 0.7 else self._moments() for area in self.areas
        }

    def rows(self) -> Rows:
        movements = self._movements()
        return {
            "areas": [{"area": area, "kind": "store"} for area in self.areas],
            "materials": self.materials,
            "contents": self.contents,
            "methods": self.methods,
            "calibrations": self._calibrations(),
            "movements": [*movements, *self._reversals(movements)],
            "counts": self._counts(),
            "normal_losses": self._normal_losses(),
        }

    def as_of(self) -> datetime | None:
        return ORIGIN + timedelta(days=self.rng.choice((10, 20, 30))) if self.rng.random() < 0.3 else None

    def _maybe(self, chance: float, value: str) -> str:
        return value if self.rng.random() < chance else ""

    def _materials(self) -> list[dict[str, str]]:
        bulk = [
            {"material": f"M{n}", "kind": "bulk", "unit": self.rng.choice(("kg", "g"))}
            for n in range(self.rng.randint(1, 3))
        ]
        items = [{"material": f"BOX{n}", "kind": "item", "unit": "each"} for n in range(self.rng.randint(0, 2))]
        rows = bulk + items
        self.rng.shuffle(rows)
        return rows

    def _contents(self) -> list[dict[str, str]]:
        rows = []
        for material in self.materials:
            held = self.rng.sample(("TNT", "RDX"), self.rng.choice((0, 1, 1, 2)))
            rows += [
                {
                    "material": material["material"],
                    "substance": substance,
                    "amount": str(self.rng.choice((0.6, 1, 2.5))),
                    "unit": self.rng.choice(("kg", "g", "lb")),
                    "random_rel": self._maybe(0.4, "0.01"),
                    "systematic_rel": self._maybe(0.4, "0.02"),
                }
                for substance in held
            ]
        return rows

    def _methods(self) -> list[dict[str, str]]:
        """Scales in a unit of mass measure bulk, ``each`` items; M1 and M2 any, M9 has no known error."""

        def method(name: str, unit: str) -> dict[str, str]:
            return {
                "method": name,
                "random_rel": self._maybe(0.7, str(self.rng.choice((0.0, 0.01, 0.03)))),
                "systematic_rel": self._maybe(0.6, "0.02"),
                "random_abs": self._maybe(0.3, "0.5"),
                "systematic_abs": self._maybe(0.3, "0.25"),
                "unit": unit,
                "division": self._maybe(0.4, str(self.rng.choice((0.0, 0.2, 1.0)))),
                "calibration_days": self._maybe(0.5, str(self.rng.choice((5, 7.5, 12)))),
            }

        chosen = [method("S1", "kg"), method("S2", "g"), method("S3", ""), method("E1", "each")]
        if self.rng.random() < 0.3:
            chosen.append(dict.fromkeys(chosen[0], "") | {"method": "U1"})
        return chosen

    def _calibrations(self) -> list[dict[str, str]]:
        keys = {
            (method["method"], self.rng.randint(0, 40))
            for method in self.methods
            for _ in range(self.rng.choice((0, 0, 1, 3)))
        }
        return [{"method": method, "at": stamp(day)} for method, day in sorted(keys)]

    def _method_of(self, material: dict[str, str]) -> str:
        if material["kind"] == "item":
            return self.rng.choice(("", "", "", "E1", "S3"))
        if self.rng.random() < 0.03:
            return ""
        names = [method["method"] for method in self.methods if method["method"] != "E1"]
        return self.rng.choice(names if self.rng.random() < 0.15 else names[:3])

    def _things(self) -> list[dict[str, str]]:
        """Sealed drums and lots: read once, and listed again at what was read."""
        things = []
        for place in range(self.rng.choice((0, 2, 5))):
            material = self.rng.choice(self.materials)
            quantity, unit = self._quantity(material)
            things.append(
                {"measurement": f"T{place}", "method": self._method_of(material), "quantity": quantity, "unit": unit}
                | {"material": material["material"]}
            )
        return things

    def _repeated(self, row: dict[str, str]) -> dict[str, str]:
        """The row, or the same of a thing that was read before; now and then a part of a lot, or by no method."""
        things = [thing for thing in self.things if thing["material"] == row["material"]]
        if not things or self.rng.random() < 0.5:
            return row | {"measurement": ""}
        thing = dict(self.rng.choice(things))
        kinds = {material["material"]: material["kind"] for material in self.materials}
        if self.rng.random() < 0.2 and kinds[row["material"]] == "item":
            del thing["quantity"], thing["unit"]
        if self.rng.random() < 0.05:
            thing["method"] = ""
        return row | thing

    def _quantity(self, material: dict[str, str]) -> tuple[str, str]:
        if self.rng.random() < 0.05:
            return "0", ""
        if material["kind"] == "item":
            return str(self.rng.randint(1, 9)), ""
        return str(self.rng.choice((0.1, 0.3, 5, 10, 12.5))), self.rng.choice(MASSES)

    def _moments(self) -> list[float]:
        return sorted(self.rng.choices(range(1, 40), k=self.rng.randint(1, 6)))

    def _near(self, moments: list[float]) -> list[float]:
        """Nearly the same moments: a few hours earlier or later, now and then one more or one less."""
        kept = [moment for moment in moments if self.rng.random() < 0.9]
        near = [moment + self.rng.choice((0, 0, 0.25, -0.5, 1)) for moment in kept]
        return sorted(near if self.rng.random() < 0.8 else [*near, self.rng.randint(1, 39)])

    def _moment(self, area: str) -> float:
        moments = self.moments[area] if self.rng.random() < 0.4 else []
        return self.rng.choice(moments) if moments else self.rng.randint(0, 400) / 10

    def _recorded(self, day: float) -> str:
        return stamp(day + self.rng.choice((0, 0.5, 1, 3, 15))) if self.rng.random() < 0.4 else ""

    def _movements(self) -> list[dict[str, str]]:
        rows = []
        for number in range(self.rng.randint(3, 25)):
            material, kind = self.rng.choice(self.materials), self.rng.choice(KINDS)
            source, target = self.rng.choice(self.areas), self.rng.choice(self.areas)
            day, (quantity, unit) = self._moment(source), self._quantity(material)
            rows.append(
                self._repeated(
                    {
                        "movement": f"m{number}",
                        "at": stamp(day),
                        "kind": kind,
                        "material": material["material"],
                        "quantity": quantity,
                        "unit": unit,
                        "from_area": "" if kind in ("receipt", "make", "found") else source,
                        "to_area": target if kind in ("receipt", "make", "found", "transfer") else "",
                        "method": self._method_of(material),
                        "recorded_at": self._recorded(day),
                        "reverses": "",
                    }
                )
            )
        return rows

    def _reversals(self, movements: list[dict[str, str]]) -> list[dict[str, str]]:
        """Some movements are cancelled, and some of their reversals in turn."""
        rows: list[dict[str, str]] = []
        open_ones = list(movements)
        for number in range(self.rng.choice((0, 0, 1, 3, 6))):
            if open_ones:
                target = open_ones.pop(self.rng.randrange(len(open_ones)))
                day = self.rng.randint(0, 400) / 10
                rows.append(
                    {
                        **target,
                        "movement": f"r{number}",
                        "at": stamp(day),
                        "reverses": target["movement"],
                        "recorded_at": self._recorded(day),
                    }
                )
                open_ones.append(rows[-1])
        return rows

    def _counts(self) -> list[dict[str, str]]:
        rows = []
        for area in self.areas:
            for number, day in enumerate(self.moments[area]):
                for material in self.materials:
                    for sheet in range(self.rng.choice((0, 1, 1, 1, 1, 1, 2))):
                        quantity, unit = self._quantity(material)
                        early = self.rng.choice((0, 0, 0.5)) if sheet else 0
                        rows.append(
                            self._repeated(
                                {
                                    "inventory": f"I{number}",
                                    "at": stamp(day - early),
                                    "area": area,
                                    "material": material["material"],
                                    "quantity": quantity,
                                    "unit": unit,
                                    "method": "" if quantity == "0" else self._method_of(material),
                                    "sheet": f"s{sheet}",
                                    "recorded_at": self._recorded(day),
                                }
                            )
                        )
        self.rng.shuffle(rows)
        return rows

    def _normal_losses(self) -> list[dict[str, str]]:
        own = [
            m["material"]
            for m in self.materials
            if m["kind"] == "bulk" and all(c["material"] != m["material"] for c in self.contents)
        ]
        substances = sorted({row["substance"] for row in self.contents} | set(own))
        rows = []
        for area in self.areas:
            for substance in substances:
                if self.rng.random() < 0.3:
                    daily = self.rng.random() < 0.5
                    rows.append(
                        {
                            "area": area,
                            "substance": substance,
                            "rate": "0.2" if daily else "0.03",
                            "basis": "per_day" if daily else "per_received",
                            "unit": "g" if daily and self.rng.random() < 0.5 else "",
                            "random_rel": self._maybe(0.5, "0.1"),
                            "systematic_rel": self._maybe(0.5, "0.2"),
                        }
                    )
        return rows
