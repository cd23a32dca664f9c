"""The errors of the methods as the books state them, with what they rest on."""

from __future__ import annotations

import math
from typing import Any

from stockward.answers.review import MethodErrors, Plate
from stockward.balance.sigma.freedom import degrees_of_freedom
from stockward.book.checks.refused.stated_errors import plate_fills
from stockward.book.known import KnownBooks

_AS_STATED = ("method", "unit", "random_rel", "random_abs", "systematic_rel", "systematic_abs")
_ON_A_PLATE = ("instrument", "class", "max", "verification_interval")


def stated_methods(books: KnownBooks) -> tuple[MethodErrors, ...]:
    """Every method, in order of its key."""
    methods = books["methods"].sort("method").with_columns(fills=plate_fills())
    freedom = degrees_of_freedom(methods)
    return tuple(
        _method(row, *freedom.get(row["method"], (math.inf, math.inf))) for row in methods.iter_rows(named=True)
    )


def _method(row: dict[str, Any], random: float, systematic: float) -> MethodErrors:
    return MethodErrors(
        **{name: row[name] for name in _AS_STATED},
        basis=row["basis"] or ("plate" if row["fills"] else None),
        random_df=random if math.isfinite(random) else None,
        systematic_df=systematic if math.isfinite(systematic) else None,
        plate=_plate(row) if any(row[name] is not None for name in _ON_A_PLATE) else None,
    )


def _plate(row: dict[str, Any]) -> Plate:
    return Plate(
        accuracy_class=row["class"],
        largest_load=row["max"],
        division=row["division"],
        verification_interval=row["verification_interval"],
        fills=row["fills"],
    )
