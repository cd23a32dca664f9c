"""Answers on records of measuring: a line for each method with standards, each two that measured the same, each set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from stockward.terms.measuring import ChecksUse, PairsVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuredError:
    """An error as records show it: standard deviation and degrees of freedom."""

    sigma: float
    freedom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedBeside:
    """How many times as large as stated an error shows, with 95 % limits, and the chance of more and of less.

    ``ratio`` and the limits are infinite where none is stated and some shows.
    """

    ratio: float
    low: float
    high: float
    p_more: float
    p_less: float


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodChecks:
    """What the readings of standards show of one method.

    Errors are shares of what is read where ``relative``, and else in ``unit`` (``None``: the material's).
    ``mean_error`` is that of the sessions as found, each counted once. ``corrected`` says whether the random error was
    taken out of the systematic one, ``displayed`` whether it is smaller than that of rounding to the division.
    ``random_beside`` and ``systematic_beside`` compare with what is stated, ``None`` where nothing is. ``set_aside``
    are rows of the method, or of which nobody can say whose they are, that were set aside.
    """

    method: str
    unit: str | None
    relative: bool
    use: ChecksUse
    readings: int
    sessions: int
    as_found: int
    adjustments: int
    smallest_standard: float
    largest_standard: float
    mean_error: float | None
    random: MeasuredError | None
    systematic: MeasuredError | None
    corrected: bool
    displayed: bool
    random_beside: StatedBeside | None
    systematic_beside: StatedBeside | None
    set_aside: int


@dataclass(frozen=True, slots=True, kw_only=True)
class StatedDifference:
    """What the stated errors of both say of a sum of differences: its σ, the chance of as large a one, the scatter."""

    sigma: float
    p_value: float
    scatter: StatedBeside


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedMethods:
    """All pairs of one partner and two methods; amounts in ``unit``, differences first less second.

    ``low`` and ``high`` are the 95 % limits of ``difference``, the sum of all, as those of ``mean``. ``p_value`` is
    two-sided; ``share`` is the part of the false-alarm probability that the test has. ``scatter`` is σ of one
    difference, from their variance. ``stated`` is ``None`` where the errors of one of the two are not known.
    """

    partner: str | None
    first_method: str | None
    second_method: str | None
    materials: tuple[str, ...]
    unit: str
    pairs: int
    first_at: datetime
    last_at: datetime
    first: float
    second: float
    difference: float
    low: float | None
    high: float | None
    mean: float
    mean_low: float | None
    mean_high: float | None
    p_value: float | None
    share: float | None
    scatter: MeasuredError | None
    stated: StatedDifference | None
    verdict: PairsVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleError:
    """The error of one of several that measured the same things; ``sigma`` is ``None`` where its variance is negative.

    ``partner`` names whose it is, where it is no method of the site.
    """

    method: str | None
    partner: str | None
    variance: float
    sigma: float | None
    freedom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ScalesCompared:
    """Three or more that measured the same things: the random error of each, in ``unit``, whatever the things are."""

    unit: str
    things: int
    errors: tuple[ScaleError, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MeasuringRecords:
    """All of it; ``cancelled`` are pairs of movements that were reversed, ``set_aside`` those that were set aside.

    ``contradictory`` are things of which one scale gives two values: they are left out of the comparison of several.
    """

    checks: tuple[MethodChecks, ...] = ()
    pairs: tuple[PairedMethods, ...] = ()
    scales: tuple[ScalesCompared, ...] = ()
    cancelled: int = 0
    set_aside: int = 0
    contradictory: int = 0
