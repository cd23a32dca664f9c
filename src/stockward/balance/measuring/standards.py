"""Readings of standards beside the errors that the methods state: whether the one contradicts the other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.answers.measuring.records import MeasuredError, MethodChecks, StatedBeside
from stockward.balance.sigma.at_loads import LoadErrors, errors_at
from stockward.book.known import KnownBooks
from stockward.book.standards import MethodRecord, Session
from stockward.stats.arrays import Array
from stockward.stats.measuring.components import Estimate
from stockward.stats.measuring.pairs import scatter_ratio
from stockward.terms.measuring import INTERVAL, ChecksUse


def checked_methods(books: KnownBooks) -> tuple[MethodChecks, ...]:
    """What the readings of standards show of each method that has any, in order of the keys."""
    return tuple(_checked(books, record) for record in books.records.values())


def _checked(books: KnownBooks, record: MethodRecord) -> MethodChecks:
    aside = books.set_aside["checks"]["method"]
    smallest, largest = record.standards
    known = _known(books.methods, record) if record.use is ChecksUse.STATED else ()
    left = _left(known) if known else None
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
        random_beside=_random_beside(known, left) if known else None,
        systematic_beside=_systematic_beside(known, left) if known else None,
        set_aside=aside.null_count() + aside.filter(aside == record.method).len(),
    )


@dataclass(frozen=True, slots=True)
class _Known:
    """A session, and what the method states of each of its readings."""

    session: Session
    errors: LoadErrors


def _known(methods: pl.DataFrame, record: MethodRecord) -> tuple[_Known, ...]:
    """Every session with its stated errors; none where they are not known."""
    found = [(one, errors_at(methods, record.method, one.standard, record.unit)) for one in record.sessions]
    known = tuple(_Known(one, errors) for one, errors in found if errors is not None)
    return known if len(known) == len(found) else ()


def _error(found: Estimate) -> MeasuredError:
    return MeasuredError(sigma=found.variance**0.5, freedom=float(found.freedom))


def _mean_error(record: MethodRecord) -> float | None:
    means = [float(np.mean(one.error / one.standard if record.relative else one.error)) for one in record.as_found]
    return float(np.mean(means)) if means else None


def _random_beside(records: Sequence[_Known], found: Estimate | None) -> StatedBeside | None:
    """Readings of a session beside what its systematic errors make of them, each in units of its random error."""
    if any(np.any(one.errors.random == 0) for one in records):
        return _beside_nothing(any(np.ptp(one.session.error) > 0 for one in records))
    return None if found is None else beside(found, 1.0, records[0].errors.random_freedom)


def _left(records: Sequence[_Known]) -> Estimate | None:
    """The random variance of the readings, in units of the stated one; ``None`` where nothing shows it."""
    if any(np.any(one.errors.random == 0) for one in records):
        return None
    squares, freedom = zip(*(_left_of_session(one.session.error, one.errors) for one in records), strict=True)
    return Estimate(sum(squares) / sum(freedom), sum(freedom)) if sum(freedom) else None


def _left_of_session(error: Array, known: LoadErrors) -> tuple[float, int]:
    """The squares that are left of the errors of a session, in units of their random errors, and how many are free.

    Taken out is what a systematic error that grows with the standard, or does not, can have made of them.
    """
    shapes = [one for one in (known.relative, known.absolute) if np.any(one)] or [np.ones(len(error))]
    design = np.stack(shapes, axis=1) / known.random[:, None]
    scaled = error / known.random
    found, _, rank, _ = np.linalg.lstsq(design, scaled, rcond=None)
    return float(np.sum((scaled - design @ found) ** 2)), len(error) - int(rank)


def _systematic_beside(records: Sequence[_Known], random: Estimate | None) -> StatedBeside | None:
    """The mean error of each adjustment as found, about zero, in units of the σ that is stated of such a mean.

    What random errors make of a mean is reckoned as they show, so that one that is stated too small is not told twice.
    """
    squares, shared, fresh = [], [], []
    as_found = [one for one in records if one.session.as_found]
    for adjustment in sorted({one.session.adjustment for one in as_found}):
        own = [one for one in as_found if one.session.adjustment == adjustment]
        squares.append(float(np.mean(np.concatenate([one.session.error for one in own]))) ** 2)
        relative, absolute, single = (
            np.concatenate([getattr(one.errors, name) for one in own]) for name in ("relative", "absolute", "random")
        )
        shared.append(float(np.mean(relative)) ** 2 + float(np.mean(absolute)) ** 2)
        fresh.append(float(np.sum(single**2)) / len(single) ** 2 * (1.0 if random is None else random.variance))
    if not squares:
        return None
    stated = np.add(shared, fresh)
    if np.min(stated) == 0:
        return _beside_nothing(any(one > 0 for one in squares))
    share, errors = float(np.mean(fresh / stated)), records[0].errors
    of_random = errors.random_freedom if random is None else random.freedom
    doubt = share**2 / of_random + (1 - share) ** 2 / errors.systematic_freedom
    found = Estimate(float(np.mean(squares / stated)), len(squares))
    return beside(found, 1.0, 1 / doubt if doubt > 0 else np.inf)


def _beside_nothing(scatters: bool) -> StatedBeside | None:
    """Where no error is stated, any that shows is more."""
    return StatedBeside(ratio=np.inf, low=np.inf, high=np.inf, p_more=0.0, p_less=1.0) if scatters else None


def beside(found: Estimate, stated: float, freedom: float) -> StatedBeside:
    """An estimate beside a stated variance of so many degrees of freedom."""
    ratio = scatter_ratio(found.variance, found.freedom, stated, freedom, confidence=INTERVAL)
    return StatedBeside(ratio=ratio.ratio, low=ratio.low, high=ratio.high, p_more=ratio.p_more, p_less=ratio.p_less)
