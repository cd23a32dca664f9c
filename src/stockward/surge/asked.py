"""More production in the same books: what a surge is, and what it takes for granted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from numbers import Real
from types import MappingProxyType
from typing import Any

from stockward.terms.errors import UsageError

FACTOR_MAX = 1_000_000
"""How many times as much, or as little: no plant goes farther, and beyond it figures drown in rounding."""
WEIGHINGS = {
    "heavier": "As many measurements are made as today, each of a larger quantity.",
    "more": "More measurements are made, each of today's quantity.",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Surge:
    """How much more is produced, and how.

    Parameters
    ----------
    production
        Factor of all production, positive and at most ``FACTOR_MAX``; not used where ``only`` names what grows.
    only
        Factors of single substances or lines, by key.
    dispatch
        Factor of what leaves the site; 1 is unchanged, so that finished goods pile up.
    weighings
        "heavier": as many measurements as today, of larger quantities, so that random errors grow with them;
        "more": more measurements of today's size, so that their random errors grow as the square root.
    since, until
        Days of the record between which production is raised; all of it where they are ``None``.

    Raises
    ------
    UsageError
        What is no factor or no day, a factor out of range, a word that is not known, an end before the begin.
    """

    production: float = 1.0
    only: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    dispatch: float = 1.0
    weighings: str = "heavier"
    since: date | None = None
    until: date | None = None

    def __post_init__(self) -> None:
        for name, value in {"production": self.production, "dispatch": self.dispatch, **dict(self.only)}.items():
            if not _is_factor(value):
                told = f"{value:.12g}" if isinstance(value, float) else value
                raise UsageError(
                    f"{name}: {told} is no factor of a surge: write 5 for five times, {FACTOR_MAX} at most"
                )
        if self.weighings not in tuple(WEIGHINGS):
            raise UsageError(f"weighings: {self.weighings} is not known: write {' or '.join(WEIGHINGS)}")
        for name, day in {"since": self.since, "until": self.until}.items():
            if not isinstance(day, date | None):
                raise UsageError(f"{name}: {day} is no day: give a datetime.date")
        if self.since and self.until and self.since > self.until:
            raise UsageError(f"the surge ends on {self.until}, before it begins on {self.since}: exchange the days")

    @classmethod
    def read(cls, production: Sequence[str], **others: Any) -> Surge:
        """A surge from words as a person writes them: ``5``, or ``TNT=5`` for a substance or line alone."""
        single, only = None, {}
        for word in production:
            key, mark, value = word.rpartition("=")
            try:
                factor = float(value)
            except ValueError:
                raise UsageError(f"production {word}: write a number such as 5, or TNT=5 for a substance") from None
            if (mark and key in only) or (not mark and single is not None):
                raise UsageError(f"production {word}: {key or 'the whole'} stands twice: give it once")
            if mark:
                only[key] = factor
            else:
                single = factor
        if single is not None and only:
            raise UsageError("production: give one number for the whole, or single substances and lines, not both")
        return cls(production=1.0 if single is None else single, only=MappingProxyType(only), **others)

    @classmethod
    def asked(
        cls, production: Sequence[str], *, dispatch: float, weighings: str, since: date | None, until: date | None
    ) -> Surge | None:
        """The surge that is asked for, ``None`` without production; how it is can only be said where it is."""
        if production:
            return cls.read(production, dispatch=dispatch, weighings=weighings, since=since, until=until)
        if dispatch != 1 or weighings != "heavier" or since or until:
            raise UsageError("dispatch, weighings, since and until belong to a surge: give production as well")
        return None

    @property
    def text(self) -> str:
        """What grows, in a few words."""
        grown = self.only or {"all production": self.production}
        return ", ".join(f"{name} × {value:g}" for name, value in grown.items())

    def options(self) -> dict[str, str | float]:
        """What was asked for, as the answers repeat it."""
        days = {name: str(day) for name, day in (("since", self.since), ("until", self.until)) if day is not None}
        return {"production": self.text, "dispatch": self.dispatch, "weighings": self.weighings, **days}

    def assumptions(self) -> tuple[str, ...]:
        """What the surge takes for granted, in sentences."""
        days = [f"from {self.since}" if self.since else "", f"to {self.until}" if self.until else ""]
        when = " ".join(filter(None, days)) or "all of it"
        left = "unchanged" if self.dispatch == 1 else f"{self.dispatch:g} times what it was"
        return (
            f"The record is repeated, {when} with {self.text}: what is received, moved, used, made and discarded "
            "grows with what is made of it.",
            f"Dispatch is {left}; what is made beyond it piles up where it waits, as if every area could hold it.",
            "Stocks swing with the flows, and begin as much higher as they must so that none runs out.",
            WEIGHINGS[self.weighings],
            "Methods, calibrations, contents, inventories and rates of normal loss are as they were.",
        )


def _is_factor(value: Any) -> bool:
    is_number = isinstance(value, Real)
    return is_number and bool(1 / FACTOR_MAX <= value <= FACTOR_MAX)
