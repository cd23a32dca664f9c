"""By how much all σ of a series would have to differ for the test in force to say otherwise.

The limits depend on the shape of Σ alone: with Σ scaled by f², y and with it every statistic is divided by f, and no
limit moves. So the test just ceases to alarm at the f that is the largest ratio of a statistic to its limit.
"""

from __future__ import annotations

import numpy as np

from stockward.stats.arrays import Array
from stockward.stats.loss_tests import CalibratedTests


def break_even_factor(test: CalibratedTests, differences: Array) -> float:
    """The least f so that neither differences (shape (n,)) nor their mirror image alarm with Σ scaled by f².

    ``max |t_w| / limit_w`` over all windows w: above 1 for a series that is alarmed. 0 where no σ, however small,
    would make it alarm: nothing is left in any window.
    """
    return max(float(np.max(np.abs(scan.ratios(differences)), initial=0.0)) for scan in test.scans)
