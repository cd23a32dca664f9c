"""What is not known but within bounds: drawn from a triangle, or evenly where nobody says what is likeliest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from stockward.protection.coming.factors import FACTORS, Factors
from stockward.stats.arrays import Array
from stockward.terms.errors import UsageError


@dataclass(frozen=True, slots=True)
class Spread:
    """Anything from ``low`` to ``high``, ``likely`` the tip of its triangle; evenly where that is ``None``."""

    low: float
    likely: float | None
    high: float

    def at(self, chance: Array | float) -> Array:
        """What is not passed with a chance, the quantile [Kotz & van Dorp 2004, ch. 1].

        >>> Spread(0.0, 1.0, 4.0).at([0.0, 0.25, 1.0]).tolist()
        [0.0, 1.0, 4.0]
        """
        chances = np.asarray(chance, dtype=float)
        width = self.high - self.low
        if self.likely is None or width == 0:
            return np.asarray(self.low + chances * width)
        rising, falling = self.likely - self.low, self.high - self.likely
        below = self.low + np.sqrt(chances * width * rising)
        above = self.high - np.sqrt((1 - chances) * width * falling)
        return np.asarray(np.where(chances <= rising / width, below, above))


@dataclass(frozen=True, slots=True)
class DrawnFactors:
    """Factors that are drawn, each by itself; dispatch ``goes_along`` with production where it has no triangle of its
    own. What has no spread is as in ``known``.
    """

    known: Factors
    spreads: Mapping[str, Spread]
    goes_along: Spread | None

    @property
    def names(self) -> list[str]:
        """What is drawn, in order."""
        return [name for name in FACTORS if name in self.spreads]

    def at(self, chances: Mapping[str, float]) -> Factors:
        """The factors that are not passed with these chances, those of what is not named staying as they are."""
        return self.with_values({name: float(self.spreads[name].at(chance)) for name, chance in chances.items()})

    def with_values(self, values: Mapping[str, float]) -> Factors:
        """The factors with these values, those of what is not named staying as they are."""
        found = replace(self.known, **values)
        if self.goes_along is not None and "production" in self.spreads:
            made, gone = self.spreads["production"], self.goes_along
            place = (found.production - made.low) / (made.high - made.low) if made.high > made.low else 0.0
            found = replace(found, dispatch=gone.low + place * (gone.high - gone.low))
        return found

    def draws(self, number: int, seed: tuple[int, ...]) -> list[Factors]:
        """So many sets of factors, each drawn by itself; the first are the same however many there are."""
        chances = np.random.default_rng(seed).random((number, len(FACTORS)))
        places = {name: FACTORS.index(name) for name in self.names}
        return [self.at({name: float(row[place]) for name, place in places.items()}) for row in chances]


def drawn_factors(row: Mapping[str, Any], known: Factors, where: str, *, every_range: bool) -> DrawnFactors | None:
    """What a row of scenarios draws; ``None`` for a known case, and for a range of production that nobody draws.

    Raises ``UsageError`` for a range that is upside down, and for a likeliest value without a range or outside it.
    """
    for name in FACTORS:
        _require_in_order(row, name, where)
    ranges = [name for name in FACTORS if row[f"{name}_to"] is not None]
    likely = any(row[f"{name}_likely"] is not None for name in FACTORS)
    if not (likely or every_range or set(ranges) - {"production", "dispatch"}):
        return None
    spreads = {name: _spread(row, name) for name in ranges}
    alone = "dispatch" in spreads and row["dispatch_likely"] is None and "production" in spreads
    goes_along = spreads.pop("dispatch") if alone else None
    return DrawnFactors(known, spreads, goes_along) if spreads else None


def _spread(row: Mapping[str, Any], name: str) -> Spread:
    return Spread(1.0 if row[name] is None else row[name], row[f"{name}_likely"], row[f"{name}_to"])


def _require_in_order(row: Mapping[str, Any], name: str, where: str) -> None:
    low, likely, high = 1.0 if row[name] is None else row[name], row[f"{name}_likely"], row[f"{name}_to"]
    if high is not None and high < low:
        raise UsageError(
            f"{where}: {name}_to {high:g} is below {name} {low:g}: exchange them, or leave {name}_to blank"
        )
    if likely is not None and high is None:
        raise UsageError(
            f"{where}: {name}_likely is the likeliest of a range, and there is no {name}_to: state it, or leave "
            f"{name}_likely blank"
        )
    if likely is not None and not low <= likely <= high:
        raise UsageError(
            f"{where}: {name}_likely {likely:g} does not lie between {name} {low:g} and {name}_to {high:g}: state one "
            "that does, or leave it blank"
        )
