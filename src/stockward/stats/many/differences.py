"""Differences between shippers and receivers over many consignments: what of them measuring explains.

[US AEC Regulatory Guide 5.28, Evaluation of shipper-receiver differences, 1974; Jaech 1985, ch. 6.]
"""

from __future__ import annotations

import numpy as np

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError


def freedom_of_sum(variances: Array, freedom: Array, owner: Array, owners: int) -> Array:
    """Degrees of freedom of sums of independent variances: ``ν = (Σ v)² / Σ (v² / νᵢ)`` [Satterthwaite 1946].

    Parameters
    ----------
    variances, freedom
        Of each part, unit² and infinite where it is known, shape (parts,).
    owner
        The sum that each part is of, from 0 to ``owners`` − 1, shape (parts,).

    Returns
    -------
    One a sum, infinite where all of its parts are known, shape (owners,).
    """
    total = np.bincount(owner, variances, owners)
    doubt = np.bincount(owner, variances**2 / freedom, owners)
    return np.asarray(np.divide(total**2, doubt, out=np.full(owners, np.inf), where=doubt > 0))


def chance_of_more(difference: Array, sigma: Array, freedom: Array) -> Array:
    """The chance, without loss, of so large a difference or a larger one: Student's, or normal where σ is known.

    Raises ``FigureError`` for a σ of 0, of which no test is one.
    """
    from scipy.special import ndtr, stdtr

    if np.any(sigma <= 0):
        raise FigureError("a difference is tested where its sigma is above 0")
    z = difference / sigma
    known = ~np.isfinite(freedom)
    return np.asarray(np.where(known, ndtr(-z), stdtr(np.where(known, 1.0, freedom), -z)))


def chance_of_route(whole: Array, largest: Array, consignments: Array) -> Array:
    """The p-value of a route from that of all its consignments together and of the least among them.

    A loss may go in every consignment or in one: ``p = min(1, 2 min(p_whole, 1 − (1 − p_largest)ⁿ))``. The second is a
    bound where the differences share errors, and so move together [Šidák 1967; Slepian 1962]; both together are held by
    Bonferroni's inequality.
    """
    single = -np.expm1(consignments * np.log1p(-np.minimum(largest, 1 - 1e-16)))
    return np.asarray(np.minimum(2 * np.minimum(whole, single), 1.0))


def even_loss_found(sigma: Array, routes: int, false_alarm: float, detection: float) -> Array:
    """The loss, spread over all consignments of a route, that is found with the chance ``detection``, unit of σ.

    ``(z(1 − α/2m) + z(detection)) σ``, m the routes that are tested: where one route loses and the others do not, and
    errors are normal and known. It is found at least as often: the test of single consignments adds to it.
    """
    from scipy.special import ndtri

    return sigma * float(ndtri(1 - false_alarm / (2 * routes)) + ndtri(detection))
