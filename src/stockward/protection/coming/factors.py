"""By which factors things change if something comes."""

from __future__ import annotations

from dataclasses import dataclass

FACTORS = ("production", "dispatch", "workforce", "absence", "prices")
"""The columns of scenarios that are factors, and the fields of ``Factors``."""


@dataclass(frozen=True, slots=True)
class Factors:
    """Factors of production, of what leaves the site, of the absence of guards and of prices, and the share of the
    workforce that remains.
    """

    production: float = 1.0
    dispatch: float = 1.0
    workforce: float = 1.0
    absence: float = 1.0
    prices: float = 1.0
