"""Losses that a process always has: taken out of the difference, with their own errors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.book.known import KnownBooks
from stockward.stats.arrays import Array
from stockward.terms.units import factor
from stockward.terms.verdicts import Basis


@dataclass(frozen=True, slots=True)
class NormalLoss:
    """By series: share of what is received, quantity a day, and the relative errors, fresh and shared.

    ``stated`` says whether the books state either error, be it zero.
    """

    share: Array
    daily: Array
    random_rel: Array
    systematic_rel: Array
    stated: NDArray[np.bool_]

    @classmethod
    def of(cls, books: KnownBooks, series: pl.DataFrame) -> NormalLoss:
        """Rates in the unit of each series; only a substance has a normal loss."""
        rates = books["normal_losses"].rename({"basis": "rate_basis", "unit": "rate_unit", "substance": "holding"})
        rows = series.join(rates, on=["area", "holding"], how="left", maintain_order="left")
        bulk = (rows["basis"] == Basis.BULK.value).to_numpy()
        rate = rows["rate"].fill_null(0.0).to_numpy() * bulk
        daily = (rows["rate_basis"] == "per_day").fill_null(False).to_numpy()
        units = rows.select("rate_unit", "unit").rows()
        scale = np.array([factor(unit, own) or 1.0 if unit and own else 1.0 for unit, own in units])
        return cls(
            share=np.where(daily, 0.0, rate),
            daily=np.where(daily, rate * scale.reshape(rate.shape), 0.0),
            random_rel=rows["random_rel"].fill_null(0.0).to_numpy(),
            systematic_rel=rows["systematic_rel"].fill_null(0.0).to_numpy(),
            stated=rows.select(pl.any_horizontal(pl.col("random_rel", "systematic_rel").is_not_null()))
            .to_series()
            .to_numpy(),
        )
