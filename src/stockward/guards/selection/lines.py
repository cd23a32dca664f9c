"""What a line gives up when workers leave it: nothing up to its spare ones, then its output by the worker."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction

import polars as pl

from stockward.answers.selection import LineLoss
from stockward.book.known import KnownBooks
from stockward.guards.selection.pool import WORKER
from stockward.guards.written import written_number

FULL_DAYS = "full days of a line"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line with its workers on the day; ``worth`` is its full output of a day in the unit of all losses.

    It makes output_per_day × min(1, staff ÷ workers_needed).
    """

    line: str
    material: str
    unit: str
    staff: int
    needed: Fraction
    output_per_day: float
    worth: Fraction

    @property
    def spare(self) -> Fraction:
        """Workers whose leaving costs nothing; a line that needs none can spare all."""
        return max(Fraction(0), self.staff - self.needed) if self.needed else Fraction(self.staff)

    @property
    def free(self) -> int:
        """Whole workers whose leaving costs nothing."""
        return math.floor(self.spare)

    @property
    def first(self) -> Fraction:
        """What the next worker costs a day: the part of a worker that the line needs."""
        return self.each * (1 - (self.spare - self.free))

    @property
    def rest(self) -> int:
        """How many can be taken after the spare ones and the next."""
        return max(0, self.staff - self.free - 1)

    @property
    def each(self) -> Fraction:
        """What every later worker costs a day."""
        return self.worth / self.needed if self.needed else Fraction(0)

    def share_lost(self, taken: int) -> Fraction:
        """The share of full output that is lost when so many are taken."""
        if not self.needed or not self.output_per_day:
            return Fraction(0)
        before, after = (min(Fraction(1), staff / self.needed) for staff in (self.staff, self.staff - taken))
        return before - after

    def loss(self, taken: int) -> LineLoss:
        """What is lost when so many are taken."""
        share = self.share_lost(taken)
        return LineLoss(
            line=self.line,
            material=self.material,
            unit=self.unit,
            staff=self.staff,
            workers_needed=float(self.needed),
            taken=taken,
            output_per_day=self.output_per_day,
            lost=float(share * Fraction(self.output_per_day)),
            share=float(share),
        )


def at_work(books: KnownBooks, day: date) -> dict[str, str]:
    """The line of each worker who has one and is there on a day."""
    people = books["people"].filter(
        (pl.col("role") == WORKER)
        & pl.col("line").is_not_null()
        & (pl.col("since").is_null() | (pl.col("since") <= day))
        & (pl.col("until").is_null() | (pl.col("until") >= day))
    )
    return dict(people.select("person", "line").iter_rows())


def lines_of(books: KnownBooks, working: Mapping[str, str], used: Collection[str]) -> tuple[dict[str, Line], str]:
    """The lines in ``used``, by code, and the unit of their losses.

    ``working`` has the line of each worker of the day. Losses are in the site's currency a day where every line used
    makes what has a ``unit_value``, else in full days of a line.
    """
    staff = list(working.values())
    rows = (
        books["lines"]
        .filter(pl.col("line").is_in(list(used)))
        .join(books["materials"].select("material", "unit", "unit_value"), on="material", how="left")
        .sort("line")
    )
    valued = rows["unit_value"].null_count() == 0
    lines = {
        row["line"]: Line(
            line=row["line"],
            material=row["material"],
            unit=row["unit"],
            staff=staff.count(row["line"]),
            needed=written_number(row["workers_needed"]),
            output_per_day=row["output_per_day"],
            worth=_worth(row["output_per_day"], row["unit_value"] if valued else None),
        )
        for row in rows.iter_rows(named=True)
    }
    money = books.site.settings.site.currency or "units of value"
    return lines, money if valued and lines else FULL_DAYS


def _worth(output_per_day: float, unit_value: float | None) -> Fraction:
    if unit_value is None:
        return Fraction(1 if output_per_day else 0)
    return written_number(output_per_day) * written_number(unit_value)


def output_lost(lines: Mapping[str, Line], taken: Mapping[str, int]) -> Fraction:
    """All that is lost a day when so many are taken from each line."""
    return sum((lines[line].worth * lines[line].share_lost(count) for line, count in taken.items()), start=Fraction(0))


def losses(lines: Mapping[str, Line], taken: Mapping[str, int]) -> Iterable[LineLoss]:
    """What each line that anybody is taken from gives up, by line."""
    return (lines[line].loss(taken[line]) for line in sorted(taken) if taken[line])
