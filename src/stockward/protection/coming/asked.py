"""The scenarios of a site as its table states them: by which factors things change, in known cases and in ranges."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

from stockward.book import Site
from stockward.protection.coming.factors import Factors
from stockward.protection.coming.spreads import DrawnFactors, drawn_factors
from stockward.terms.errors import UsageError

_CONSTANT = ("workforce", "absence", "prices")
"""Factors that are the same all over a range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """Something that may come: more production, of ``of`` alone where a substance or a line is named, fewer workers to
    be transferred, more absence, or other prices.

    It comes from ``begin``, which is today's production where it is known, to ``end``; of a range both are known, and
    anything between them is as likely. What is ``drawn`` has its factors there, ``None`` for what is not.
    """

    key: str
    label: str
    begin: Factors
    end: Factors
    is_range: bool
    of: str | None
    weighings: str
    since: date | None
    chance: float | None
    drawn: DrawnFactors | None = None

    def at(self, place: float) -> Factors:
        """The factors on the way from begin (0) to end (1), evenly in production and dispatch."""
        return replace(
            self.end,
            production=self.begin.production + place * (self.end.production - self.begin.production),
            dispatch=self.begin.dispatch + place * (self.end.dispatch - self.begin.dispatch),
        )

    @property
    def prices(self) -> Fraction:
        """The factor of all costs."""
        return Fraction(str(self.end.prices))


def scenarios_of(site: Site, *, draws: bool = False) -> tuple[Scenario, ...]:
    """The scenarios of a site, in the order of their rows; with ``draws`` every range is drawn.

    Raises ``UsageError`` for a range that is upside down, for what belongs to more production where there is none, and
    for chances that add up to more than one.
    """
    file = site.sources.get("scenarios", "scenarios.csv")
    found = tuple(_scenario(row, file, draws) for row in site["scenarios"].to_dicts())
    total = sum((Fraction(str(one.chance)) for one in found if one.chance), Fraction(0))
    if total > 1:
        raise UsageError(f"{file}, column chance: the chances add up to {float(total):g}, more than 1: lower them")
    return found


def _scenario(row: dict[str, Any], file: str, draws: bool) -> Scenario:
    where, is_range = f"{file} row {row['row']}", row["production_to"] is not None
    known = replace(Factors(), **{name: row[name] for name in _CONSTANT if row[name] is not None})
    low, high = _flows(known, row, ""), _flows(known, row, "_to")
    if row["dispatch_to"] is not None and not is_range:
        raise UsageError(f"{where}: dispatch_to is the upper end of a range, and there is no production_to: state it")
    begin, end = (low, high) if is_range else (replace(known, production=1.0, dispatch=1.0), low)
    if is_range and row["dispatch_to"] is None:
        end = replace(end, dispatch=begin.dispatch)
    drawn = drawn_factors(row, low, where, every_range=draws)
    if any(one.production == 1.0 and one.dispatch != 1.0 for one in (begin, end)):
        raise UsageError(
            f"{where}: dispatch says what leaves where production changes, and production does not: state another "
            "production, or leave dispatch blank"
        )
    return Scenario(
        key=str(row["scenario"]),
        label=row["name"] or str(row["scenario"]),
        begin=begin,
        end=end,
        is_range=is_range and drawn is None,
        of=None if row["of"] is None else str(row["of"]),
        weighings=row["weighings"] or "heavier",
        since=row["since"],
        chance=row["chance"],
        drawn=drawn,
    )


def _flows(known: Factors, row: dict[str, Any], of: str) -> Factors:
    stated = {name: row[f"{name}{of}"] for name in ("production", "dispatch") if row[f"{name}{of}"] is not None}
    return replace(known, **stated)
