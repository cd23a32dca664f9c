"""Differences that scatter far less than the stated errors let expect: a loss can hide behind errors that are not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.stats.scatter import chance_of_less_scatter

_BY_CHANCE = 1e-6
"""Over hundreds of series and years of reviews, an honest site is not told."""
_MUCH_LESS = 1 / 3
"""Certificates state an error twice as large as a good scale has; one that is more hides a loss."""


def quieter_than_stated(balances: Balances, verdicts: Sequence[SeriesVerdict]) -> Iterator[str]:
    """A notice of each series of an area whose standardised differences hardly scatter.

    Under the stated errors, the n standardised differences y of a series are independent with variance 1, so that
    their sum of squares is χ² with n degrees of freedom, and a loss makes it larger [Rao 1973, 3b]. A sum too small
    for it says that the errors are stated too large, or that what was counted was copied from the book.
    """
    for (area, substance), verdict in zip(balances.series.select("area", "substance").rows(), verdicts, strict=True):
        y = np.array([value for value in verdict.sitmuf if value is not None])
        if area is None or not len(y):
            continue
        scatter = float(np.sqrt(np.mean(y**2)))
        if scatter < _MUCH_LESS and chance_of_less_scatter(y) < _BY_CHANCE:
            yield (
                f"{substance} in {area}: its {len(y)} differences scatter by {scatter:.2g} of what the stated errors "
                "let expect, so a loss could hide behind them: compare the errors of its methods and of its normal "
                "loss with their certificates, and see that counts are not copied from the book"
            )
