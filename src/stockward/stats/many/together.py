"""Many tests at once: what one site comes to, and what stands where false alarms are held over all sites together."""

from __future__ import annotations

import numpy as np

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError


def site_p_value(p_values: Array, shares: Array, false_alarm: float) -> float:
    """The chance, without loss at a site, that any of its series is as far from balance as its furthest one.

    A series that may spend the share ``sᵢ = 1 − (1 − α)^wᵢ`` of false alarms would alarm for any α from
    ``aᵢ = 1 − (1 − pᵢ)^(1/wᵢ)`` on. The site would for any from ``a = min aᵢ`` on, and the chance of that over its
    record is ``1 − (1 − a)^Σw``, exact where the series are independent [Šidák 1967, JASA 62, 626], and more than the
    truth where errors that they share make them move together.

    Parameters
    ----------
    p_values, shares
        Of each series that was tested, shape (n,), n of one or more; shares above 0.
    false_alarm
        α of the site, a year.

    Raises ``FigureError`` where a share or the false-alarm probability is not between 0 and 1.
    """
    if not 0 < false_alarm < 1 or len(shares) == 0 or not np.all((shares > 0) & (shares < 1)):
        raise FigureError("a site's p-value takes one series or more, each with a share between 0 and 1")
    weights = np.log1p(-shares) / np.log1p(-false_alarm)
    # A certain chance would make its logarithm infinite, and stays certain.
    least = float(np.min(-np.log1p(-np.minimum(p_values, 1 - 1e-16)) / weights))
    return float(-np.expm1(-least * float(weights.sum())))


def holm(p_values: Array) -> Array:
    """Adjusted p-values: those at or below α hold the chance of any false alarm among all at α, however they depend.

    ``p̃₍ₖ₎ = max over j ≤ k of min(1, (m − j + 1) p₍ⱼ₎)`` [Holm 1979, Scand. J. Statist. 6, 65].

    Parameters
    ----------
    p_values
        One a test, shape (m,).

    Returns
    -------
    The adjusted ones, in the order given.
    """
    order = np.argsort(p_values, kind="stable")
    count = len(p_values)
    stepped = np.minimum(p_values[order] * np.arange(count, 0, -1), 1.0)
    adjusted = np.empty(count)
    adjusted[order] = np.maximum.accumulate(stepped)
    return adjusted
