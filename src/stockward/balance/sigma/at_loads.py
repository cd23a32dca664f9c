"""What the stated errors of one method are at given quantities, one reading each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from stockward.balance.sigma.freedom import degrees_of_freedom
from stockward.balance.sigma.plates import meter_errors, weighings
from stockward.book.checks.refused.stated_errors import known_errors
from stockward.stats.arrays import Array
from stockward.terms.units import dimension, factor

_ROOT_12 = np.sqrt(12.0)


@dataclass(frozen=True, slots=True)
class LoadErrors:
    """σ of one reading at each quantity, in its unit: random, and the systematic relative and absolute ones."""

    random: Array
    relative: Array
    absolute: Array
    random_freedom: float
    systematic_freedom: float


def errors_at(methods: pl.DataFrame, method: str, quantity: Array, unit: str | None) -> LoadErrors | None:
    """The stated errors of a method at quantities in a unit (``None``: its own).

    Returns ``None`` where they are not known, or are in a unit into which this one does not convert.
    """
    own = methods.filter(pl.col("method") == method)
    row: Mapping[str, Any] = own.row(0, named=True)
    item = unit is not None and dimension(unit) == "count"
    known = known_errors(own).row(0, named=True)["items" if item else "bulk"]
    to_own = 1.0 if unit is None or row["unit"] is None else factor(unit, row["unit"])
    if not known or to_own is None:
        return None
    figures = {name: row[name] or 0.0 for name in ("random_rel", "random_abs", "systematic_rel", "systematic_abs")}
    if not item and figures["random_rel"] == figures["random_abs"] == 0:
        figures["random_abs"] = (row["division"] or 0.0) / _ROOT_12
    load = quantity * to_own
    times, permissible = weighings(own, load)
    random = np.hypot(figures["random_rel"] * load / np.sqrt(times), figures["random_abs"] * np.sqrt(times))
    freedom = degrees_of_freedom(own).get(method, (np.inf, np.inf))
    return LoadErrors(
        random=random / to_own,
        relative=(figures["systematic_rel"] + float(meter_errors(own)[0])) * quantity,
        absolute=(figures["systematic_abs"] * times + permissible) / to_own,
        random_freedom=freedom[0],
        systematic_freedom=freedom[1],
    )
