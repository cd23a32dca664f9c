"""Differences that scatter less, or more, than the stated errors let expect.

A series that hardly scatters at all is told of in a notice: a loss can hide behind errors that are not. Of all others
together it is asked whether the stated errors fit, either way.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.answers.balances import Balances
from stockward.answers.losses import SeriesVerdict
from stockward.answers.measuring.fit import ErrorsFit, ScatterFigures
from stockward.balance.errors_in_doubt.samples import scatter_samples
from stockward.book.problems import more_like_it
from stockward.stats.arrays import Flags
from stockward.stats.scatter import SumOfSquares, chance_of_less_scatter, sum_of_squares
from stockward.terms.verdicts import Fit, FitPart, PeriodStatus

FIT_SIZE = 0.01
"""The chance that errors which are stated rightly are told not to fit, in each of the two directions."""
_FEWEST = 5
"""Of fewer differences nobody would say that they scatter."""
_BY_CHANCE = 1e-6
"""Over hundreds of series and years of reviews, an honest site is not told."""
_MUCH_LESS = 1 / 3
"""Certificates state an error twice as large as a good scale has; one that is more hides a loss."""


def quieter_than_stated(balances: Balances, verdicts: Sequence[SeriesVerdict]) -> tuple[str, ...]:
    """A notice where the standardised differences of a series of an area hardly scatter: the first, and how many more.

    Under the stated errors, the n standardised differences y of a series are independent with variance 1, so that
    their sum of squares is χ² with n degrees of freedom, and a loss makes it larger [Rao 1973, 3b]. A sum too small
    for it says that the errors are stated too large, or that what was counted was copied from the book.
    """
    names = balances.series.select("substance", "area")
    told = [
        ("{} in {}: its {} differences scatter".format(*names.row(number), len(y)), float(np.sqrt(np.mean(y**2))))
        for number, y in _quiet(balances, verdicts).items()
    ]
    if not told:
        return ()
    what, scatter = told[0]
    return (
        f"{what} by {scatter:.2g} of what the stated errors let expect, so a loss could hide behind them: compare the "
        "errors of its methods and of its normal loss with their certificates, and see that counts are not copied from "
        f"the book{more_like_it(len(told) - 1, 'series', 'series')}",
    )


def errors_fit(balances: Balances, verdicts: Sequence[SeriesVerdict]) -> ErrorsFit:
    """Whether the differences of the tested areas scatter together as their stated errors let expect.

    One-sided in both directions, at ``FIT_SIZE`` each. What is alarmed is left out, and so are the series that
    ``quieter_than_stated`` tells of, and the whole site, which is the same differences once more.
    """
    quiet = _quiet(balances, verdicts)
    kept: dict[int, Flags] = {}
    for number, (area, one) in enumerate(zip(balances.series["area"], verdicts, strict=True)):
        if area is not None and one.share is not None and number not in quiet and (own := _looked_at(one)).any():
            kept[number] = own[_closed(balances, number)]
    samples = scatter_samples(balances, kept)
    whole, clean = (sum_of_squares(samples, clean=part) for part in (False, True))
    reached = whole.less(clean)
    fit = which_way(whole)
    return ErrorsFit(
        fit=fit,
        part=which_part(fit, clean, reached),
        series=len(kept),
        periods=sum(int(own.sum()) for own in kept.values()),
        whole=_figures(whole),
        clean=_figures(clean),
        reached=_figures(reached),
        hanging=_hanging(fit, whole, verdicts),
    )


def _looked_at(verdict: SeriesVerdict) -> Flags:
    """The tested periods, but for those of the windows that are alarmed."""
    tested = np.array([value is not None for value in verdict.standardised], dtype=bool)
    alarmed = np.array(verdict.alarmed, dtype=bool)
    return np.asarray(tested & ~alarmed)


def _closed(balances: Balances, series: int) -> Flags:
    own = balances.periods.filter(pl.col("series") == series)
    closed: Flags = own.select(pl.col("status") == PeriodStatus.CLOSED.value).to_series().to_numpy()
    return closed


def which_way(found: SumOfSquares) -> Fit:
    """Whether that is more or less than the stated errors let expect, at ``FIT_SIZE`` in each direction."""
    if found.number < _FEWEST:
        return Fit.NOT_TESTED
    if found.p_more < FIT_SIZE:
        return Fit.MORE
    return Fit.LESS if found.p_less < FIT_SIZE else Fit.AS_STATED


def which_part(fit: Fit, clean: SumOfSquares, reached: SumOfSquares) -> FitPart | None:
    """Which errors do not fit: random ones show in both parts of the differences, systematic ones in one alone."""
    if fit not in (Fit.MORE, Fit.LESS):
        return None
    of_clean, of_reached = (part.number > 0 and which_way(part) is fit for part in (clean, reached))
    if of_clean:
        return FitPart.ALL if of_reached else FitPart.RANDOM
    return FitPart.SYSTEMATIC if of_reached and clean.number else FitPart.UNCLEAR


def _figures(found: SumOfSquares) -> ScatterFigures | None:
    if not found.number:
        return None
    return ScatterFigures(
        ratio=found.ratio,
        chi_square=found.chi_square,
        degrees_of_freedom=found.degrees_of_freedom,
        p_more=found.p_more,
        p_less=found.p_less,
    )


def _hanging(fit: Fit, found: SumOfSquares, verdicts: Sequence[SeriesVerdict]) -> tuple[int, ...]:
    """The series whose verdict would turn if all their σ were as much larger, or smaller, as the differences say."""
    factors = [(number, one.break_even) for number, one in enumerate(verdicts) if one.break_even is not None]
    if fit is Fit.MORE:
        return tuple(number for number, factor in factors if 1.0 < factor <= found.ratio)
    if fit is Fit.LESS:
        return tuple(number for number, factor in factors if found.ratio < factor <= 1.0)
    return ()


def _quiet(balances: Balances, verdicts: Sequence[SeriesVerdict]) -> dict[int, NDArray[np.float64]]:
    """The series of areas that hardly scatter, with their standardised differences."""
    of_areas = enumerate(zip(balances.series["area"], map(_standardised, verdicts), strict=True))
    return {number: y for number, (area, y) in of_areas if area is not None and len(y) and _is_quiet(y)}


def _standardised(verdict: SeriesVerdict) -> NDArray[np.float64]:
    return np.array([value for value in verdict.sitmuf if value is not None])


def _is_quiet(y: NDArray[np.float64]) -> bool:
    return bool(np.mean(y**2) < _MUCH_LESS**2 and chance_of_less_scatter(y) < _BY_CHANCE)
