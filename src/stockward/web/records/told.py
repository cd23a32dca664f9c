"""Events that are entered into the book: who gave which rights to whom."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from stockward.web.records.the_book import the_book


def tell_the_book(account: Any, event: str, *, site: str | None = None, about: Mapping[str, str] | None = None) -> None:
    """Enter an event; accounts stand in it by their keys."""
    the_book().record(event, account.key, site=site, about=about)
