"""What layers and posts say of a thief's way and of those who come: figures, and what replaces them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USUAL_SPREAD = 0.3
"""Standard deviation of a delay or a response as a share of it where none is stated [Garcia, ch. 14]."""


@dataclass(frozen=True, slots=True)
class ElementFigures:
    """Chance to notice, mean delay in minutes, and its standard deviation as a share of it."""

    detection: float
    delay: float
    spread: float

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> ElementFigures:
        """The figures of a row of ``layers``."""
        return cls(row["detection"], row["delay_minutes"], _or(row["delay_rel"], USUAL_SPREAD))

    def replaced(self, row: Mapping[str, Any]) -> ElementFigures:
        """With those that an option states in place of these."""
        return ElementFigures(
            _or(row["detection"], self.detection),
            _or(row["delay_minutes"], self.delay),
            _or(row["delay_rel"], self.spread),
        )


@dataclass(frozen=True, slots=True)
class ResponseFigures:
    """Mean response in minutes, its standard deviation as a share of it, and the chance that an alarm is heard."""

    minutes: float
    spread: float
    communication: float

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> ResponseFigures | None:
        """The figures of a row of ``posts``; ``None`` where it answers no alarm."""
        if row["response_minutes"] is None:
            return None
        return cls(row["response_minutes"], _or(row["response_rel"], USUAL_SPREAD), row["communication"])

    def replaced(self, row: Mapping[str, Any]) -> ResponseFigures:
        """With those that an option states in place of these."""
        return ResponseFigures(
            _or(row["response_minutes"], self.minutes),
            _or(row["response_rel"], self.spread),
            _or(row["communication"], self.communication),
        )


@dataclass(frozen=True, slots=True)
class Upgrade:
    """Options that are bought together for one element or post, and the figures that it then has."""

    options: tuple[str, ...]
    name: str
    figures: ElementFigures | ResponseFigures | None


def _or(value: float | None, otherwise: float) -> float:
    return otherwise if value is None else float(value)
