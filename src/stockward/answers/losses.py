"""Which differences are beyond what measuring explains: the tests of loss of each series."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from stockward.terms.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class TestOfLoss:
    """One test of one series, calibrated by itself to the series' share of the false-alarm probability.

    ``statistic`` has one figure a period (null where the period is not tested); an alarm is a statistic above
    ``threshold``, and ``p_value`` the series' own chance, without loss, of so large a maximum over all its periods.
    """

    statistic: tuple[float | None, ...]
    threshold: float
    alarm_inventory: str | None
    p_value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LossWindow:
    """The run of periods that speaks most for a constant loss, and how large that loss then was.

    ``estimate`` is the generalised least squares estimate (l'Σ⁻¹MUF)/(l'Σ⁻¹l) summed over the window, ``sigma`` its
    standard deviation; both in the series' unit, positive is missing, so that of a gain is negative.
    """

    first_inventory: str
    last_inventory: str
    start: datetime
    end: datetime
    periods: int
    estimate: float
    sigma: float


@dataclass(frozen=True, slots=True, kw_only=True)
class SeriesVerdict:
    """What is said of one series, and on what grounds.

    ``share`` is the false-alarm probability that fell to the series; ``gains`` are the tests of the mirrored
    differences, which GEMUF has not. ``sitmuf``, ``standardised``, ``running`` (sum of the differences so far) and
    ``running_sigma`` have one figure a period. ``default_limits`` are the limits of the default test, one a length of
    window, from the shortest.
    """

    verdict: Verdict
    reason: str | None
    alarm_inventory: str | None
    p_value: float | None
    share: float | None
    tests: Mapping[str, TestOfLoss]
    gains: Mapping[str, TestOfLoss]
    window: LossWindow | None
    cumulative: float | None
    cumulative_sigma: float | None
    running: tuple[float | None, ...]
    running_sigma: tuple[float | None, ...]
    sitmuf: tuple[float | None, ...]
    standardised: tuple[float | None, ...]
    default_limits: tuple[float, ...]
