"""Differences that scatter far less than the stated errors let expect: a loss can hide behind errors that are not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.book.problems import more_like_it
from stockward.stats.scatter import chance_of_less_scatter

_BY_CHANCE = 1e-6
"""Over hundreds of series and years of reviews, an honest site is not told."""
_MUCH_LESS = 1 / 3
"""Certificates state an error twice as large as a good scale has; one that is more hides a loss."""


def quieter_than_stated(balances: Balances, verdicts: Sequence[SeriesVerdict]) -> tuple[str, ...]:
    """A notice where the standardised differences of a series of an area hardly scatter: the first, and how many more.

    Under the stated errors, the n standardised differences y of a series are independent with variance 1, so that
    their sum of squares is χ² with n degrees of freedom, and a loss makes it larger [Rao 1973, 3b]. A sum too small
    for it says that the errors are stated too large, or that what was counted was copied from the book.
    """
    told = [
        (f"{substance} in {area}: its {len(y)} differences scatter", float(np.sqrt(np.mean(y**2))))
        for (area, substance), y in zip(
            balances.series.select("area", "substance").rows(), map(_standardised, verdicts), strict=True
        )
        if area is not None and len(y) and _is_quiet(y)
    ]
    if not told:
        return ()
    what, scatter = told[0]
    return (
        f"{what} by {scatter:.2g} of what the stated errors let expect, so a loss could hide behind them: compare the "
        "errors of its methods and of its normal loss with their certificates, and see that counts are not copied from "
        f"the book{more_like_it(len(told) - 1, 'series', 'series')}",
    )


def _standardised(verdict: SeriesVerdict) -> NDArray[np.float64]:
    return np.array([value for value in verdict.sitmuf if value is not None])


def _is_quiet(y: NDArray[np.float64]) -> bool:
    return bool(np.mean(y**2) < _MUCH_LESS**2 and chance_of_less_scatter(y) < _BY_CHANCE)
