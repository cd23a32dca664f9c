"""Measurement errors of the terms: random variances, and the systematic errors that many terms share."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.balance.layout import Layout
from stockward.balance.legs import Entries
from stockward.balance.sigma.plates import meter_errors, smallest_errors
from stockward.book.checks.refused.stated_errors import known_errors
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array, Index
from stockward.terms.units import UNITS, factor

_ROOT_12 = np.sqrt(12.0)
_NO_UNIT = len(UNITS)
_FACTORS = np.ones((len(UNITS) + 1, len(UNITS) + 1))
for _row, _unit in enumerate(UNITS):
    for _column, _other in enumerate(UNITS):
        _FACTORS[_row, _column] = factor(_unit, _other) or 1.0


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors of the methods (the last entry stands for none) and of the contents of each pair.

    ``random_abs`` and ``stated`` have a row for bulk and one for items (shape (2, methods + 1)): of a bulk quantity a
    method without a random error has that of its division d, d/√12, the standard deviation of a uniform rounding
    [GUM F.2.2.1]; with a systematic error and neither of them (``undivided``) nobody knows its σ. ``systematic_abs`` of
    a plate is that of its smallest load; each row has so many steps of it [``plates``].
    """

    random_rel: Array
    systematic_rel: Array
    random_abs: Array
    systematic_abs: Array
    stated: NDArray[np.bool_]
    undivided: NDArray[np.bool_]
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
        names = ("random_rel", "systematic_rel", "random_abs", "systematic_abs", "division")
        of_bulk, of_items, undivided = (
            np.append(column.to_numpy(), False) for column in known_errors(methods).drop("method")
        )
        divided = np.append(methods["division"].is_not_null().to_numpy(), False)
        numbers = {name: np.append(methods[name].fill_null(0.0).to_numpy(), 0.0) for name in names}
        without_random = (numbers["random_rel"] == 0) & (numbers["random_abs"] == 0)
        read = np.where(divided & without_random, numbers["division"] / _ROOT_12, numbers["random_abs"])
        return cls(
            random_rel=numbers["random_rel"],
            systematic_rel=numbers["systematic_rel"] + np.append(meter_errors(methods), 0.0),
            random_abs=np.stack([read, numbers["random_abs"]]),
            systematic_abs=numbers["systematic_abs"] + np.append(smallest_errors(methods), 0.0),
            stated=np.stack([of_bulk, of_items]),
            undivided=undivided,
            unit=np.append(_units(methods["unit"]), _NO_UNIT),
            material_unit=_units(materials["unit"]),
            item=(materials["kind"] == "item").to_numpy(),
            amount=layout.pairs["amount"].to_numpy(),
            content_random=layout.pairs["content_random"].to_numpy(),
            content_systematic=layout.pairs["content_systematic"].to_numpy(),
        )

    def scale(self, method: Index, material: Index) -> Array:
        """From the unit of each method's absolute errors into that of its material; 1 where it states none."""
        return np.asarray(_FACTORS[self.unit[method], self.material_unit[material]])


def _units(column: pl.Series) -> Index:
    codes = {unit: code for code, unit in enumerate(UNITS)}
    return np.array([codes.get(unit, _NO_UNIT) for unit in column], dtype=np.int64)


_ERRORS = ("random_relative", "random_absolute", "random_content", "relative", "absolute", "content")


@dataclass(frozen=True, slots=True)
class Terms:
    """Entries with their errors, in the unit of their series.

    ``value``; ``random_relative``, ``random_absolute`` and ``random_content``, the variance from the random errors of
    the method and of the content; ``known``, whether σ is known: a term without a method is exact where items were
    counted, or nothing was found, and of a bulk quantity its σ is unknown. ``undivided`` says of the unknown ones that
    their method states a systematic error, and neither a random one nor a division. ``relative``, ``absolute`` and
    ``content`` are the systematic errors, each σs times its quantity. ``item`` says what is counted in items.
    """

    entries: Entries
    value: Array
    random_relative: Array
    random_absolute: Array
    random_content: Array
    known: NDArray[np.bool_]
    undivided: NDArray[np.bool_]
    relative: Array
    absolute: Array
    content: Array
    item: NDArray[np.bool_]

    @classmethod
    def of(cls, entries: Entries, errors: Errors) -> Terms:
        """Give every entry the errors of its method and content.

        The content of an item is drawn fresh for each item, so that n of them in a row have the variance of n draws;
        that of bulk is drawn for each row.
        """
        method, material, pair = entries.method, entries.material, entries.pair
        amount, item = errors.amount[pair], errors.item[material]
        kind = item.astype(np.int64)
        scale = amount * errors.scale(method, material)
        squares = amount**2 * entries.squares
        value = entries.quantity * amount
        counted_zero = (entries.role < 0) & (entries.quantity == 0)
        known = errors.stated[kind, method] | counted_zero | (item & (method < 0))
        return cls(
            entries=entries,
            value=value,
            random_relative=errors.random_rel[method] ** 2 * squares,
            random_absolute=(scale * errors.random_abs[kind, method]) ** 2 * entries.rows,
            random_content=errors.content_random[pair] ** 2 * np.where(item, amount**2 * entries.quantity, squares),
            known=known,
            undivided=~known & errors.undivided[method],
            relative=errors.systematic_rel[method] * value,
            absolute=errors.systematic_abs[method] * scale * entries.steps,
            content=errors.content_systematic[pair] * value,
            item=item,
        )

    @property
    def random(self) -> Array:
        """Variance from all random errors, unit²."""
        return self.random_relative + self.random_absolute + self.random_content

    def alone(self, method: int, *, random: bool) -> Terms:
        """The terms with the random or the systematic errors of one method, and no other errors."""
        own = self.entries.method == method
        kept = ("random_relative", "random_absolute") if random else ("relative", "absolute")
        errors = {name: getattr(self, name) * (own if name in kept else 0.0) for name in _ERRORS}
        return replace(self, **errors)

    def joined(self, other: Terms) -> Terms:
        """These terms, and then the others."""
        figures = {
            field.name: np.concatenate([getattr(self, field.name), getattr(other, field.name)])
            for field in fields(self)
            if field.name != "entries"
        }
        return Terms(entries=self.entries.joined(other.entries), **figures)

    def where(self, kept: NDArray[np.bool_] | Index) -> Terms:
        """The terms for which ``kept`` holds, or that it numbers."""
        figures = {field.name: getattr(self, field.name)[kept] for field in fields(self) if field.name != "entries"}
        return Terms(entries=self.entries.where(kept), **figures)
