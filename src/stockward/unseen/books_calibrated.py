"""What Σ would be if a method had been calibrated more often: from the same books, closed again.

A load falls into one calibration, however often a scale is calibrated: how far its error is shared depends on when each
row was weighed. The terms of a series do not say that, so that it is not reckoned from them.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.closing import close_balances
from stockward.balance.settled.settling import settled_alike
from stockward.book.known import KnownBooks, known_at
from stockward.terms.periods import MICROSECONDS_A_DAY
from stockward.unseen.error_terms import ErrorTerms, TermTables


class BooksCalibrated:
    """Books whose methods are calibrated every so many days; closed once for all methods, when first asked for."""

    def __init__(self, books: KnownBooks, balances: Balances) -> None:
        self._books, self._balances = books, balances
        self._keys = list(balances.series.select("id", "basis").rows())
        self._closed: dict[float, tuple[TermTables, dict[tuple[str, str], int]]] = {}

    def calibrated(self, terms: ErrorTerms, series: int, method: str, days: float) -> ErrorTerms:
        """The terms of a series with one method calibrated so; as they are where its periods would not be tested."""
        tables, place = self._every(days)
        if self._keys[series] not in place:
            return terms
        again = tables.of(place[self._keys[series]])
        if not (np.array_equal(again.start, terms.start) and np.array_equal(again.end, terms.end)):
            return terms
        return terms.sharing_as(again, method) if method in again.methods else terms

    def _every(self, days: float) -> tuple[TermTables, dict[tuple[str, str], int]]:
        if days not in self._closed:
            books = self._books
            # The rows as known: of a reversed pair none, and of a later day neither.
            methods, calibrations = _calibrated_every(books, days)
            site = books.site.replace(
                counts=books.counts, movements=books.movements, checks=books.checks,
                methods=methods, calibrations=calibrations,
            )  # fmt: skip
            again = settled_alike(close_balances(known_at(site, None)), self._balances)
            place = {key: number for number, key in enumerate(again.series.select("id", "basis").rows())}
            self._closed[days] = TermTables(again), place
        return self._closed[days]


def _calibrated_every(books: KnownBooks, days: float) -> tuple[pl.DataFrame, pl.DataFrame]:
    """``methods`` and ``calibrations`` with one of each method every so many days, beside those that there are."""
    methods, listed = books["methods"], books["calibrations"]
    own = pl.col("method").cast(pl.String).is_in(listed["method"].cast(pl.String).unique().implode())
    often = pl.min_horizontal("calibration_days", pl.lit(days)).cast(methods.schema["calibration_days"])
    methods = methods.with_columns(calibration_days=pl.when(own).then("calibration_days").otherwise(often))
    moments = pl.concat([books.movements["at"], books.counts["at"]]).to_physical()
    first, last = moments.min(), moments.max()
    if listed.is_empty() or not isinstance(first, int) or not isinstance(last, int):
        return methods, listed
    every = pl.DataFrame({"at": range(first, last + 1, int(days * MICROSECONDS_A_DAY))}, schema={"at": pl.Int64})
    added = listed.select("method").unique(maintain_order=True).join(every, how="cross").with_columns(
        pl.col("at").cast(listed.schema["at"]), row=pl.lit(0, listed.schema["row"])
    )  # fmt: skip
    return methods, pl.concat([listed, added], how="diagonal")
