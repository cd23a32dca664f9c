"""Errors that were estimated: their degrees of freedom, and the parts of each Σ that they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl

from stockward.answers.balances import Balances, EstimatedErrors
from stockward.answers.losses import EstimatedError, EstimatedShare
from stockward.balance.sigma.account import Account
from stockward.stats.arrays import Array, Flags
from stockward.stats.scanning.student import EstimatedParts, welch_satterthwaite

RANDOM, SYSTEMATIC = "random", "systematic"
_KINDS = (RANDOM, SYSTEMATIC)


def degrees_of_freedom(methods: pl.DataFrame) -> dict[str, tuple[float, float]]:
    """By method, those of its random and of its systematic error, infinite where known; of methods with any.

    Where σ is unsure by a share u of itself, ``ν = ½ u⁻²`` [GUM G.4.2].
    """
    unsure = 0.5 / pl.col("unsure") ** 2
    stated = methods.select(
        "method", *(pl.coalesce(f"{kind}_df", unsure).fill_null(float("inf")).alias(kind) for kind in _KINDS)
    )
    finite = stated.filter(pl.any_horizontal(pl.col(_KINDS).is_finite())).sort("method")
    return {method: (random, systematic) for method, random, systematic in finite.rows()}


def estimated_errors(
    account: Account, tested: Flags, methods: pl.Series, freedom: Mapping[str, tuple[float, float]]
) -> list[EstimatedErrors | None]:
    """The parts of Σ of the tested spans of every series that the errors with degrees of freedom make.

    ``methods`` are the keys in order of their codes. A series that none of them enters has ``None``.
    """
    found: list[list[tuple[str, str, float, Array]]] = [[] for _ in range(account.series)]
    for method, degrees in freedom.items():
        for kind, of in zip(_KINDS, degrees, strict=True):
            if np.isfinite(of):
                alone = _alone(account, methods.to_list().index(method), kind)
                for own, part in zip(found, alone.covariances(tested), strict=True):
                    if part.any():
                        own.append((method, kind, of, part))
    return [_together(own) if own else None for own in found]


def _together(own: list[tuple[str, str, float, Array]]) -> EstimatedErrors:
    methods, kinds, freedom, parts = zip(*own, strict=True)
    return EstimatedErrors(methods=methods, kinds=kinds, freedom=np.array(freedom), parts=np.stack(parts))


def within_periods(errors: EstimatedErrors | None, periods: Flags) -> EstimatedErrors | None:
    """The same of some of the closed periods."""
    return None if errors is None else replace(errors, parts=errors.parts[:, periods][:, :, periods])


def _alone(account: Account, method: int, kind: str) -> Account:
    """The account with the errors of one kind of one method, and no other."""
    entering = {
        name: replace(flow, terms=flow.terms.alone(method, random=kind == RANDOM))
        for name, flow in account.entering.items()
    }
    nothing = np.zeros(len(account.lost.quantity))
    return replace(account, entering=entering, lost=replace(account.lost, random_rel=nothing, systematic_rel=nothing))


def estimated_of(balances: Balances, series: int, periods: Flags | None = None) -> EstimatedParts | None:
    """The estimated parts of one Σ, of all its closed periods or of some; ``None`` where all is known."""
    own = balances.estimated[series] if balances.estimated else None
    if own is None:
        return None
    parts = EstimatedParts(own.parts, own.freedom)
    return parts if periods is None else parts.within(np.flatnonzero(periods))


def estimated_share(errors: EstimatedErrors | None, covariance: Array, periods: slice) -> EstimatedShare | None:
    """What of the variance of the sum of these periods rests on estimated errors; ``None`` where nothing does."""
    if errors is None:
        return None
    total = float(covariance[periods, periods].sum())
    parts = errors.parts[:, periods, periods].sum(axis=(1, 2))
    if total <= 0 or not np.any(parts > 0):
        return None
    shares = np.maximum(parts / total, 0.0)
    return EstimatedShare(
        freedom=float(welch_satterthwaite(shares, errors.freedom)),
        share=float(shares.sum()),
        errors=tuple(
            EstimatedError(method=method, kind=kind, freedom=float(freedom), share=float(share))
            for method, kind, freedom, share in zip(errors.methods, errors.kinds, errors.freedom, shares, strict=True)
        ),
    )
