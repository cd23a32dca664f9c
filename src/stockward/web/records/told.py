"""Events that are entered into the book: who gave which rights to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def tell_the_book(account: Any, event: str, *, site: str | None = None, about: Mapping[str, str] | None = None) -> None:
    """Enter an event; accounts stand in it by their keys."""
