"""The books as they were known at a date: rows recorded by then, reversed pairs taken out, late rows counted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import polars as pl

from stockward.book import Site
from stockward.book.cells.moments import recorded
from stockward.book.standards import MethodRecord, records_of_methods, with_measured_errors
from stockward.terms.periods import local_day

LATE_DAYS = 1
"""A row recorded more than this many days after it took effect is late."""

_DATED = ("movements", "counts", "calibrations", "checks", "pairs", "incidents")


@dataclass(frozen=True, slots=True)
class KnownBooks:
    """What the review may use.

    ``movements`` has no reversed pairs; ``reversed`` has both rows of each pair that was taken out; ``set_aside``
    has the rows at fault that were recorded by then, or of which nobody can say when. ``methods`` have the errors that
    readings of standards give where nothing is stated; ``records`` say what these readings are, by method. ``settled``
    is what was known by then to be lost, or explained.
    """

    site: Site
    movements: pl.DataFrame
    reversed: pl.DataFrame
    counts: pl.DataFrame
    methods: pl.DataFrame
    calibrations: pl.DataFrame
    checks: pl.DataFrame
    pairs: pl.DataFrame
    records: Mapping[str, MethodRecord]
    incidents: pl.DataFrame
    settled: pl.DataFrame
    set_aside: Mapping[str, pl.DataFrame]
    late_rows: int

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.methods if table == "methods" else self.site[table]


def known_at(site: Site, moment: datetime | None) -> KnownBooks:
    """The books as known at ``moment`` (all that is on record where it is ``None``)."""
    moment = None if moment is None else moment.astimezone(UTC)
    tables = {name: _recorded_by(site[name], moment) for name in _DATED}
    movements, cancelled = _without_reversed(tables["movements"])
    set_aside = {name: _perhaps_recorded_by(frame, moment) for name, frame in site.set_aside.items()}
    lost = set_aside["calibrations"]["method"].drop_nulls()
    records = records_of_methods(site["methods"], tables["checks"], tables["calibrations"], site.timezone, lost)
    return KnownBooks(
        site=site,
        movements=movements,
        reversed=cancelled,
        counts=tables["counts"],
        methods=with_measured_errors(site["methods"], records),
        calibrations=tables["calibrations"],
        checks=tables["checks"],
        pairs=tables["pairs"],
        records=records,
        incidents=tables["incidents"],
        settled=_settled_by(site, moment),
        set_aside=set_aside,
        late_rows=sum(int(tables[name].select(is_late().sum()).item()) for name in ("movements", "counts")),
    )


def is_late() -> pl.Expr:
    """Whether a row was recorded more than a day after it took effect."""
    return (pl.col("recorded_at") - pl.col("at") > pl.duration(days=LATE_DAYS)).fill_null(False)


def _recorded_by(frame: pl.DataFrame, moment: datetime | None) -> pl.DataFrame:
    return frame if moment is None else frame.filter(recorded(frame) <= moment)


def _settled_by(site: Site, moment: datetime | None) -> pl.DataFrame:
    """What was settled by the day of a moment, which is included."""
    settled = site["settled"]
    return settled if moment is None else settled.filter(pl.col("known_since") <= local_day(moment, site.timezone))


def _perhaps_recorded_by(frame: pl.DataFrame, moment: datetime | None) -> pl.DataFrame:
    """Rows at fault that a review as of the moment must reckon with: an unreadable date could be any."""
    if moment is None or frame.height == 0 or "at" not in frame.columns:
        return frame
    # Where the day of recording cannot be read, the row's own moment does not stand in for it.
    unsure = pl.col("unreadable").list.contains("recorded_at")
    return frame.filter(unsure | (recorded(frame) <= moment).fill_null(True))


def _without_reversed(movements: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Take out each reversal with the movement that it cancels: the pair counts as if neither had been.

    A reversal that was itself reversed cancels nothing, so chains are followed from their last link.
    """
    links = movements.filter(pl.col("reverses").is_not_null()).select("movement", "reverses")
    if links.height == 0:
        return movements, movements.clear()
    cancels: dict[str, str] = dict(links.rows())
    cancelled_by = {target: movement for movement, target in cancels.items()}
    standing = [target for movement, target in cancels.items() if _stands(movement, cancelled_by)]
    # A reversal is never a flow itself, not even one that a later reversal cancels.
    taken = pl.col("movement").is_in([*cancels, *standing])
    return movements.filter(~taken), movements.filter(taken)


def _stands(movement: str, cancelled_by: Mapping[str, str]) -> bool:
    """Whether a reversal is in force: not cancelled by another that is."""
    standing = True
    while movement in cancelled_by:
        movement = cancelled_by[movement]
        standing = not standing
    return standing
