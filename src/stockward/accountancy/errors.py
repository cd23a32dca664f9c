"""Measurement errors of the terms: random variances, and the systematic errors that many terms share."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.accountancy.known import KnownBooks
from stockward.accountancy.layout import Layout
from stockward.accountancy.legs import Entries
from stockward.terms.units import UNITS, factor

Index = NDArray[np.int64]
Array = NDArray[np.float64]

_NO_UNIT = len(UNITS)
_FACTORS = np.ones((len(UNITS) + 1, len(UNITS) + 1))
for _row, _unit in enumerate(UNITS):
    for _column, _other in enumerate(UNITS):
        _FACTORS[_row, _column] = factor(_unit, _other) or 1.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of the methods (the last entry stands for none) and of the contents of each pair."""

    random_rel: Array
    systematic_rel: Array
    random_abs: Array
    systematic_abs: Array
    stated: NDArray[np.bool_]
    unit: Index
    material_unit: Index
    item: NDArray[np.bool_]
    amount: Array
    content_random: Array
    content_systematic: Array

    @classmethod
    def of(cls, books: KnownBooks, layout: Layout) -> Errors:
        """Errors as the books state them, in the order of the codes of the ledger."""
        methods = books["methods"].sort("method")
        materials = books["materials"].sort("material")
        names = ("random_rel", "systematic_rel", "random_abs", "systematic_abs")
        stated = methods.select(pl.any_horizontal(pl.col(name).is_not_null() for name in names)).to_series()
        numbers = {name: np.append(methods[name].fill_null(0.0).to_numpy(), 0.0) for name in names}
        return cls(
            **numbers,
            stated=np.append(stated.to_numpy(), False),
            unit=np.append(_units(methods["unit"]), _NO_UNIT),
            material_unit=_units(materials["unit"]),
            item=(materials["kind"] == "item").to_numpy(),
            amount=layout.pairs["amount"].to_numpy(),
            content_random=layout.pairs["content_random"].to_numpy(),
            content_systematic=layout.pairs["content_systematic"].to_numpy(),
        )


def _units(column: pl.Series) -> Index:
    codes = {unit: code for code, unit in enumerate(UNITS)}
    return np.array([codes.get(unit, _NO_UNIT) for unit in column], dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Terms:
    """Entries with their errors, in the unit of their series.

    ``value``; ``random_relative``, ``random_absolute`` and ``random_content``, the variance from the random errors of
    the method and of the content; ``known``, whether σ is known: a term without a method is exact where items were
    counted, or nothing was found, and of a bulk quantity its σ is unknown. ``relative``, ``absolute`` and ``content``
    are the systematic errors, each σs times its quantity.
    """

    entries: Entries
    value: Array
    random_relative: Array
    random_absolute: Array
    random_content: Array
    known: NDArray[np.bool_]
    relative: Array
    absolute: Array
    content: Array

    @classmethod
    def of(cls, entries: Entries, errors: Errors) -> Terms:
        """Give every entry the errors of its method and content."""
        method, material, pair = entries.method, entries.material, entries.pair
        amount = errors.amount[pair]
        scale = amount * _FACTORS[errors.unit[method], errors.material_unit[material]]
        squares = amount**2 * entries.squares
        value = entries.quantity * amount
        counted_zero = (entries.role < 0) & (entries.quantity == 0)
        return cls(
            entries=entries,
            value=value,
            random_relative=errors.random_rel[method] ** 2 * squares,
            random_absolute=(scale * errors.random_abs[method]) ** 2 * entries.rows,
            random_content=errors.content_random[pair] ** 2 * squares,
            known=errors.stated[method] | counted_zero | (errors.item[material] & (method < 0)),
            relative=errors.systematic_rel[method] * value,
            absolute=errors.systematic_abs[method] * scale * entries.rows,
            content=errors.content_systematic[pair] * value,
        )

    @property
    def random(self) -> Array:
        """Variance from all random errors, unit²."""
        return self.random_relative + self.random_absolute + self.random_content

    def where(self, kept: NDArray[np.bool_]) -> Terms:
        """The terms for which ``kept`` holds."""
        figures = {field.name: getattr(self, field.name)[kept] for field in fields(self) if field.name != "entries"}
        return Terms(entries=self.entries.where(kept), **figures)
