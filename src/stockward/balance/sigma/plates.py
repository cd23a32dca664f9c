"""What stands on the plate of a scale, or a meter: how many weighings a quantity takes, and how far off each may be.

A scale in service may be off by its maximum permissible error at the load [``stats.measuring.scales``]. Nobody knows
more of it, so that the error is uniform between these bounds, of σ mpe/√3 [GUM 4.3.7], and the same from one
calibration to the next: loads share it, each with the bound of its own step. What exceeds the largest load was weighed
in parts: as few as it takes, and equal.

A meter may be off by one share of whatever passes through it, and the same holds of that.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.book.checks.refused.stated_errors import plate_fills
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Index
from stockward.stats.measuring.scales import IN_SERVICE, permissible_errors
from stockward.terms.scales import ACCURACY_CLASSES, METER_CLASSES
from stockward.terms.units import UNITS, factor

_ROOT_3 = np.sqrt(3.0)
_SMALLEST = 0.5
_FULL = 1.0 + 1e-9
"""A load within this factor of the largest is no larger."""


@dataclass(frozen=True, slots=True)
class Loads:
    """Of rows: the number of weighings (``times``), and their permissible errors together, the smallest being 1.

    A method whose systematic error is stated, or that is no scale, has one step a weighing.
    """

    times: Index
    steps: Array

    @classmethod
    def single(cls, rows: int) -> Loads:
        """Rows of one weighing each."""
        return cls(np.ones(rows, np.int64), np.ones(rows))

    def where(self, rows: Index) -> Loads:
        """Those of these rows."""
        return Loads(self.times[rows], self.steps[rows])


@dataclass(frozen=True, slots=True)
class Plates:
    """Scales with a plate, by code of the method (the last stands for none) and of the material.

    ``most`` is the largest load and ``interval`` e, both in the unit of the method (infinite where nothing follows from
    them); ``first`` and ``second`` are the steps of the class. ``scale`` leads from the unit of each material into that
    of each method, 0 where none does or items are counted.
    """

    most: Array
    interval: Array
    first: Array
    second: Array
    scale: Array

    @classmethod
    def of(cls, books: KnownBooks) -> Plates | None:
        """The plates of the methods; ``None`` where none says anything."""
        methods, materials = books["methods"].sort("method"), books["materials"].sort("material")
        fills = methods.select(_fills_by_load()).to_series()
        if not (fills.any() or methods["max"].is_not_null().any()):
            return None
        steps = [ACCURACY_CLASSES.get(one, (np.inf, np.inf)) for one in methods["class"]]
        first, second = np.array([*steps, (np.inf, np.inf)]).T
        return cls(
            most=np.append(methods["max"].fill_null(np.inf).to_numpy(), np.inf),
            interval=np.append(np.where(fills, intervals_of(methods), np.inf), np.inf),
            first=first,
            second=second,
            scale=_into(methods, materials),
        )

    def loads(self, method: NDArray[np.integer], material: NDArray[np.integer], quantity: Array) -> Loads:
        """The weighings of rows; ``method`` is −1 for none, and the quantity in the unit of the material."""
        mass = quantity * self.scale[method, material]
        times = np.maximum(np.ceil(mass / (self.most[method] * _FULL)), 1.0)
        each = mass / (times * self.interval[method])
        steps = permissible_errors(each, self.first[method], self.second[method]) / _SMALLEST
        # Of items the plate says nothing; one step a weighing leaves the errors of all others as they are stated.
        silent = np.isfinite(self.interval[method]) & (self.scale[method, material] == 0)
        return Loads(times.astype(np.int64), np.where(silent, 0.0, times * steps))


def loads_of(
    books: KnownBooks, method: NDArray[np.integer], material: NDArray[np.integer], quantity: Array
) -> Loads | None:
    """The weighings of rows, with codes from 1 (0 none); ``None`` where no plate says anything."""
    plates = Plates.of(books)
    if plates is None:
        return None
    return plates.loads(method.astype(np.int64) - 1, material.astype(np.int64) - 1, quantity)


def weighings(method: pl.DataFrame, load: Array) -> tuple[Array, Array]:
    """Of loads on one scale, in its unit: the number of weighings, and σ of its permissible error of them together.

    ``method`` is one row of the methods; the second is 0 where its plate does not say.
    """
    largest, of_class = method.select("max", "class").row(0)
    times = np.maximum(np.ceil(load / ((np.inf if largest is None else largest) * _FULL)), 1.0)
    smallest, interval = float(smallest_errors(method)[0]), float(intervals_of(method)[0])
    if smallest == 0:
        return times, np.zeros(len(load))
    steps = permissible_errors(load / (times * interval), *ACCURACY_CLASSES[of_class]) / _SMALLEST
    return times, smallest * times * steps


def intervals_of(methods: pl.DataFrame) -> Array:
    """The verification scale interval e of each method: its division where none is stated; 0 without either."""
    e = methods.select(pl.coalesce("verification_interval", "division").fill_null(0.0))
    return e.to_series().to_numpy()


def smallest_errors(methods: pl.DataFrame) -> Array:
    """σ of the systematic error of each plate at small loads, in service, unit of the method; 0 where none fills in."""
    fills = methods.select(_fills_by_load()).to_series().to_numpy()
    return np.where(fills, IN_SERVICE * _SMALLEST * intervals_of(methods) / _ROOT_3, 0.0)


def meter_errors(methods: pl.DataFrame) -> Array:
    """σ of the systematic error of each plate of a meter, as a share of what it measures; 0 where none fills in.

    The permissible error of a complete measuring system at verification is one share of any quantity, from the
    smallest on that it is made for [OIML R 117-1:2007, Table 2, line A].
    """
    permissible = pl.col("class").replace_strict(dict(METER_CLASSES), default=0.0, return_dtype=pl.Float64)
    found = methods.select(pl.when(plate_fills()).then(permissible).otherwise(0.0)).to_series()
    return np.asarray(found.fill_null(0.0).to_numpy() / _ROOT_3)


def _fills_by_load() -> pl.Expr:
    """Whether the systematic error follows from the plate of a scale: that of a meter is one share of any quantity."""
    return plate_fills() & pl.col("class").is_in(list(ACCURACY_CLASSES))


def _into(methods: pl.DataFrame, materials: pl.DataFrame) -> Array:
    own = [(unit, kind == "bulk") for unit, kind in materials.select("unit", "kind").rows()]
    factors = [
        [(factor(unit, of or unit) or 0.0) if bulk and unit in UNITS else 0.0 for unit, bulk in own]
        for of in methods["unit"]
    ]
    return np.array([*factors, [0.0] * len(own)]).reshape(methods.height + 1, len(own))
