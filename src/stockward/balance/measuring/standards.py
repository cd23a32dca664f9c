"""Readings of standards beside the errors that the methods state: whether the one contradicts the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import polars as pl

from stockward.answers.measuring.records import MeasuredError, MethodChecks, StatedBeside
from stockward.balance.sigma.at_loads import LoadErrors, errors_at
from stockward.book.known import KnownBooks
from stockward.book.standards import MethodRecord, Session
from stockward.stats.measuring.components import Estimate
from stockward.stats.measuring.pairs import scatter_ratio
from stockward.stats.measuring.sessions import within_sessions
from stockward.terms.measuring import INTERVAL, ChecksUse


def checked_methods(books: KnownBooks) -> tuple[MethodChecks, ...]:
    """What the readings of standards show of each method that has any, in order of the keys."""
    return tuple(_checked(books, record) for record in books.records.values())


def _checked(books: KnownBooks, record: MethodRecord) -> MethodChecks:
    aside = books.set_aside["checks"]["method"]
    smallest, largest = record.standards
    stated = record.use is ChecksUse.STATED
    shared = record.systematic
    return MethodChecks(
        method=record.method,
        unit=record.unit,
        relative=record.relative,
        use=record.use,
        readings=record.readings,
        sessions=len(record.sessions),
        as_found=len(record.as_found),
        adjustments=record.adjustments,
        smallest_standard=smallest,
        largest_standard=largest,
        mean_error=_mean_error(record),
        random=None if record.random is None else _error(record.random),
        systematic=None if shared is None else _error(shared.estimate),
        corrected=shared is not None and shared.corrected,
        displayed=record.displayed,
        random_beside=_random_beside(books.methods, record) if stated else None,
        systematic_beside=_systematic_beside(books.methods, record) if stated else None,
        set_aside=aside.null_count() + aside.filter(aside == record.method).len(),
    )


def _error(found: Estimate) -> MeasuredError:
    return MeasuredError(sigma=found.variance**0.5, freedom=float(found.freedom))


def _mean_error(record: MethodRecord) -> float | None:
    means = [float(np.mean(one.error / one.standard if record.relative else one.error)) for one in record.as_found]
    return float(np.mean(means)) if means else None


def _random_beside(methods: pl.DataFrame, record: MethodRecord) -> StatedBeside | None:
    """Readings about the mean of their session, each in units of its stated random error."""
    several = [one for one in record.sessions if len(one.error) > 1]
    stated = [errors_at(methods, record.method, one.standard, record.unit) for one in several]
    known = [one for one in stated if one is not None]
    if not known or len(known) < len(several):
        return None
    if any(np.any(one.random == 0) for one in known):
        return _beside_nothing(any(np.ptp(one.error) > 0 for one in several))
    scaled = [session.error / one.random for session, one in zip(several, known, strict=True)]
    found = within_sessions(scaled)
    return beside(found, 1.0, known[0].random_freedom)


def _systematic_beside(methods: pl.DataFrame, record: MethodRecord) -> StatedBeside | None:
    """The mean error of each adjustment as found, about zero, in units of the σ that is stated of such a mean."""
    squares, stated, random = [], [], []
    freedom = (np.inf, np.inf)
    for sessions in _by_adjustment(record):
        standard, error = (np.concatenate([getattr(one, name) for one in sessions]) for name in ("standard", "error"))
        known = errors_at(methods, record.method, standard, record.unit)
        if known is None:
            return None
        shared, fresh = _of_mean(known)
        squares.append(float(np.mean(error)) ** 2)
        stated.append(shared + fresh)
        random.append(fresh)
        freedom = known.random_freedom, known.systematic_freedom
    if not squares:
        return None
    if min(stated) == 0:
        return _beside_nothing(any(one > 0 for one in squares))
    share = float(np.mean(np.divide(random, stated)))
    doubt = share**2 / freedom[0] + (1 - share) ** 2 / freedom[1]
    found = Estimate(float(np.mean(np.divide(squares, stated))), len(squares))
    return beside(found, 1.0, 1 / doubt if doubt > 0 else np.inf)


def _of_mean(known: LoadErrors) -> tuple[float, float]:
    """The systematic and the random variance of a mean of readings."""
    shared = float(np.mean(known.relative)) ** 2 + float(np.mean(known.absolute)) ** 2
    return shared, float(np.sum(known.random**2)) / len(known.random) ** 2


def _by_adjustment(record: MethodRecord) -> Iterator[list[Session]]:
    for adjustment in sorted({one.adjustment for one in record.as_found}):
        yield [one for one in record.as_found if one.adjustment == adjustment]


def _beside_nothing(scatters: bool) -> StatedBeside | None:
    """Where no error is stated, any that shows is more."""
    return StatedBeside(ratio=np.inf, low=np.inf, high=np.inf, p_more=0.0, p_less=1.0) if scatters else None


def beside(found: Estimate, stated: float, freedom: float) -> StatedBeside:
    """An estimate beside a stated variance of so many degrees of freedom."""
    ratio = scatter_ratio(found.variance, found.freedom, stated, freedom, confidence=INTERVAL)
    return StatedBeside(ratio=ratio.ratio, low=ratio.low, high=ratio.high, p_more=ratio.p_more, p_less=ratio.p_less)
