"""Maximum permissible errors of scales, by accuracy class and load [OIML R 76-1:2006, Table 6].

On initial verification a scale may be off by 0.5 e, 1 e or 1.5 e, e being its verification scale interval; in service
by twice as much (3.5.2). The steps depend on the load in intervals, m/e.
"""

from __future__ import annotations

import numpy as np

from stockward.stats.arrays import Array

IN_SERVICE = 2.0
"""The permissible error of a scale in service, over that on initial verification."""

_AT_THE_STEP = 1.0 + 1e-9


def permissible_errors(load: Array, first: Array | float, second: Array | float) -> Array:
    """Maximum permissible error on initial verification, in e: 0.5, 1 or 1.5; shape of ``load``.

    Parameters
    ----------
    load
        m/e, the load in verification scale intervals.
    first, second
        The last loads at which the first and the second error hold, as ``terms.scales`` gives them.

    >>> from stockward.terms.scales import ACCURACY_CLASSES
    >>> permissible_errors(np.array([500.0, 501.0, 2_000.0, 10_000.0]), *ACCURACY_CLASSES["III"])
    array([0.5, 1. , 1. , 1.5])
    """
    steps = 1 + (load > first * _AT_THE_STEP).astype(np.int64) + (load > second * _AT_THE_STEP)
    return np.asarray(0.5 * steps)
