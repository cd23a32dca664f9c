"""How far quantities that were measured may be off, at most: for what contradicts itself by more than that."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import sqrt

import polars as pl

from stockward.book.checks.refused.stated_errors import known_errors, plate_fills
from stockward.book.known import KnownBooks
from stockward.terms.units import factor

_ASSUMED = 0.05
"""The random error of a weighing of which none is stated, as a share of its quantity."""
_ROOT_12 = sqrt(12.0)
_IN_SERVICE = 3.0
"""The permissible error of a scale in service at its largest loads, in verification intervals."""


@dataclass(frozen=True, slots=True)
class _Errors:
    """Random and systematic errors of a method: as a share of the quantity, and in ``unit``."""

    random_rel: float
    random_abs: float
    systematic_rel: float
    systematic_abs: float
    unit: str | None


@dataclass(frozen=True, slots=True)
class Weighings:
    """The errors of every method of which they are known, and what each material is."""

    errors: Mapping[str, _Errors]
    units: Mapping[str, str]
    items: frozenset[str]

    @classmethod
    def of(cls, books: KnownBooks) -> Weighings:
        """Take them from the tables. What follows from a plate is taken at its largest load."""
        methods = books["methods"].join(known_errors(books["methods"]), on="method").filter("bulk")
        blank = (pl.col("random_rel").fill_null(0.0) == 0) & (pl.col("random_abs").fill_null(0.0) == 0)
        rounding = pl.when(blank).then(pl.col("division").fill_null(0.0) / _ROOT_12).otherwise("random_abs")
        interval = pl.coalesce("verification_interval", "division")
        plate = pl.when(plate_fills()).then(_IN_SERVICE / sqrt(3.0) * interval).otherwise("systematic_abs")
        columns = [pl.col("random_rel"), rounding, pl.col("systematic_rel"), plate]
        values = methods.select("method", *(one.fill_null(0.0).alias(str(n)) for n, one in enumerate(columns)), "unit")
        materials = books["materials"]
        return cls(
            {method: _Errors(*stated) for method, *stated in values.rows()},
            dict(materials.select("material", "unit").rows()),
            frozenset(materials.filter(pl.col("kind") == "item")["material"]),
        )

    def is_known(self, material: str, method: str | None) -> bool:
        """Whether the error of a quantity is stated; items that no method counted have none."""
        return method in self.errors or (material in self.items and method is None)

    def sigma(self, material: str, weighed: Iterable[tuple[str | None, float]]) -> float:
        """σ of a sum of quantities of one material, by their methods: systematic errors as if all went one way."""
        total = WeighedSum(self, material)
        for method, quantity in weighed:
            total.add(method, quantity)
        return total.sigma


class WeighedSum:
    """A sum of quantities of one material, row by row, with its σ at most."""

    def __init__(self, weighings: Weighings, material: str) -> None:
        self._weighings = weighings
        self._unit = weighings.units[material]
        self._assumed = 0.0 if material in weighings.items else _ASSUMED
        self._random, self._systematic = 0.0, defaultdict[str, float](float)

    def add(self, method: str | None, quantity: float) -> None:
        """Add a quantity that this method measured."""
        errors = None if method is None else self._weighings.errors.get(method)
        if errors is None or method is None:
            self._random += (self._assumed * quantity) ** 2
            return
        scale = (factor(errors.unit, self._unit) if errors.unit else None) or 1.0
        self._random += (errors.random_rel * quantity) ** 2 + (errors.random_abs * scale) ** 2
        self._systematic[method] += errors.systematic_rel * quantity + errors.systematic_abs * scale

    @property
    def sigma(self) -> float:
        """σ of what was added so far."""
        return sqrt(self._random + sum(value**2 for value in self._systematic.values()))
