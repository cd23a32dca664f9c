"""What every answer of the face has in common: how a notebook shows it, and tables of what is in it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from enum import Enum
from typing import Any

import polars as pl

from stockward.report.review.card import Card, card_html, card_text


class Shown:
    """Shown as a card: in a few lines where it is printed, with its tables in a notebook."""

    __slots__ = ()

    def card(self) -> Card:
        """What is shown."""
        raise NotImplementedError

    def __repr__(self) -> str:
        return card_text(self.card())

    def _repr_html_(self) -> str:
        return card_html(self.card())


def now() -> datetime:
    """The moment that is printed on an answer; only its day enters one, where no stock dates the books."""
    return datetime.now(UTC)


def frame_of(rows: Iterable[object], columns: Sequence[str]) -> pl.DataFrame:
    """Answers as a table, one row each, with these of their fields as columns; words of closed lists are texts."""
    kept = list(rows)
    return pl.DataFrame({name: [_plain(getattr(row, name)) for row in kept] for name in columns}, strict=False)


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value
