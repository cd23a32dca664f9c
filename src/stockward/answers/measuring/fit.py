"""Whether the stated errors of measuring fit what the differences of the whole site show."""

from __future__ import annotations

from dataclasses import dataclass

from stockward.terms.verdicts import Fit, FitPart


@dataclass(frozen=True, slots=True, kw_only=True)
class ScatterFigures:
    """How many times as much the differences scatter as the stated errors let expect: ``ratio``.

    ``chi_square`` on ``degrees_of_freedom``, which are fewer than the directions looked at where series share errors;
    ``p_more`` and ``p_less`` are the chances of as much scatter or more, and of as little or less, with the doubt in
    errors that were estimated.
    """

    ratio: float
    chi_square: float
    degrees_of_freedom: float
    p_more: float
    p_less: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ErrorsFit:
    """The differences of all tested areas, but for the windows that are alarmed and series told of in a notice.

    ``whole`` is of all their directions; ``clean`` of the part that no systematic error reaches, and ``reached`` of the
    rest of it; null where there is none. ``part`` is told where ``fit`` is more or less. ``series`` and ``periods`` are
    how many enter; ``hanging`` are the series, by row, whose verdict would turn if all their σ were so many times as
    large as ``ratio`` of ``whole``.
    """

    fit: Fit
    part: FitPart | None
    series: int
    periods: int
    whole: ScatterFigures | None
    clean: ScatterFigures | None
    reached: ScatterFigures | None
    hanging: tuple[int, ...]
