"""Net work hours of a guard: contracts, which are known, less the share of them that absences take, which is seen."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError, require_probability

_RESAMPLES_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkHours:
    """Hours a year of one guard: ``net`` = ``contract`` − ``planned`` − ``unplanned``."""

    contract: float
    planned: float
    unplanned: float

    @property
    def net(self) -> float:
        """Hours at work."""
        return self.contract - self.planned - self.unplanned

    @property
    def rostered(self) -> float:
        """Hours for which a guard can be put on the roster: contract less what is planned."""
        return self.contract - self.planned

    def of_contract(self, contract: float) -> WorkHours:
        """The same shares of absence of so many contract hours a year."""
        share = contract / self.contract
        return WorkHours(contract=contract, planned=self.planned * share, unplanned=self.unplanned * share)


def work_hours(
    hours_per_week: Array,
    days: Array,
    planned: Array,
    unplanned: Array,
    *,
    contracts: Array | None = None,
    weeks: float,
) -> WorkHours:
    """Mean hours a year of a guard: the mean of the contracts, less the share of such hours that absences took.

    Contracts are known, and nobody need be observed for them: their mean is that of the guards asked about. Only the
    share that is lost must be observed. A week's contract hours stand on its working days, so a day of absence costs
    its share of them; over the guards i with contract hours hᵢ a week, dᵢ working days observed and aᵢ of them absent,
    the mean is ``weeks × mean of the contracts × Σ hᵢ (dᵢ − aᵢ) / Σ hᵢ dᵢ`` [MP1000C, Civil Service Employees, for one
    guard].

    Parameters
    ----------
    hours_per_week, days, planned, unplanned
        Shape (guards,): contract hours, working days observed, and those absent by plan and otherwise.
    contracts
        Shape (others,): contract hours a week of the guards asked about; ``None``: those observed.
    weeks
        Weeks of a year.

    Raises
    ------
    FigureError
        No contract hour was observed.

    Examples
    --------
    >>> one = [np.array([value], dtype=float) for value in (40, 260, 20 + 10, 13)]
    >>> work_hours(*one, weeks=52).net
    1736.0
    >>> work_hours(*one, contracts=np.array([40.0, 20.0]), weeks=52).net
    1302.0
    """
    observed = float((hours_per_week * days).sum())
    if observed <= 0:
        raise FigureError("no working day of any guard with contract hours was observed: give days and hours above 0")
    contract = weeks * float((hours_per_week if contracts is None else contracts).mean())
    known, other = (contract * float((hours_per_week * part).sum()) / observed for part in (planned, unplanned))
    return WorkHours(contract=contract, planned=known, unplanned=other)


def net_hours_interval(
    hours_per_week: Array,
    days: Array,
    absent: Array,
    *,
    contracts: Array | None = None,
    weeks: float,
    confidence: float,
    resamples: int,
    seed: int,
) -> tuple[float, float]:
    """Bounds of the net hours of a guard that allow for guards unlike all who were observed [Gaffke 2005].

    The contracts are known; what is not is the share of them that absences take. A few guards who are absent for long
    make most of the difference, and in a small force there may happen to be none. No resampling of the guards observed
    can tell, so one more joins them: absent all the time for the low bound, never for the high one, with the most
    contract hours observed of all. With weights wᵢ of the n guards and w₀ of the one more, independent and exponential
    (the Bayesian bootstrap [Rubin 1981]), and vᵢ = hᵢdᵢ observed, the bounds are the mean contract times quantiles of

        low: Σ wᵢhᵢ(dᵢ − aᵢ) / (Σ wᵢvᵢ + w₀v₀),  high: (Σ wᵢhᵢ(dᵢ − aᵢ) + w₀v₀) / (Σ wᵢvᵢ + w₀v₀).

    Where a guard is absent always or never these are the exact bounds of Clopper and Pearson; no distribution between
    two limits is known for which they hold the mean less often than they say [Learned-Miller & Thomas 2020]. Only
    guards with more contract hours to observe than all who were observed are beyond them.

    Parameters
    ----------
    hours_per_week, days, absent
        Shape (guards,); at least one guard, each observed on at least one day, with contract hours h a week.
    contracts
        Shape (others,): contract hours a week of the guards asked about; ``None``: those observed.
    weeks
        Weeks of a year.
    confidence
        Chance in (0, 1) that the interval is meant to hold the mean with, at least.
    resamples, seed
        How many weightings are drawn, and from which seed; the same seed gives the same bounds.

    Returns
    -------
    tuple of float
        Hours a year, between 0 and ``weeks`` × the mean of the contracts.

    Raises
    ------
    ProbabilityError
        ``confidence`` out of its range.
    """
    require_probability("confidence", confidence)
    rng = np.random.default_rng(seed)
    worked, whole = hours_per_week * (days - absent), hours_per_week * days
    most = float(whole.max())
    lows, highs = np.empty(resamples), np.empty(resamples)
    for first in range(0, resamples, _RESAMPLES_AT_ONCE):
        block = slice(first, min(first + _RESAMPLES_AT_ONCE, resamples))
        weights = rng.standard_exponential((block.stop - block.start, len(days) + 1))
        observed, one_more = weights[:, :-1], weights[:, -1] * most
        done, seen = observed @ worked, observed @ whole + one_more
        lows[block] = done / seen
        highs[block] = (done + one_more) / seen
    tail = (1 - confidence) / 2
    contract = weeks * float((hours_per_week if contracts is None else contracts).mean())
    return contract * float(np.quantile(lows, tail)), contract * float(np.quantile(highs, 1 - tail))


def share_unseen(guards: int, *, confidence: float) -> float:
    """The greatest share of guards of whom none need be among so many observed: 1 − α^(1/guards), α = (1 − c)/2.

    Were more of all guards absent all the time, one would be among those observed with a chance above 1 − α: the upper
    limit of Clopper and Pearson for none found, about 3.7 ÷ guards for 95 %.

    Raises
    ------
    ProbabilityError
        ``confidence`` lies outside (0, 1).

    Examples
    --------
    >>> [round(share_unseen(guards, confidence=0.95), 3) for guards in (5, 6, 20, 200)]
    [0.522, 0.459, 0.168, 0.018]
    """
    require_probability("confidence", confidence)
    return 1 - float(((1 - confidence) / 2) ** (1 / guards))
