"""A surge as the functions of the face take it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from stockward.face.asked import Words, asked_text, asked_words, number_of
from stockward.surge.asked import Surge
from stockward.terms.errors import UsageError


def asked_surge(
    production: float | Words, surge: Surge | None, dispatch: float, weighings: str, since: date | None,
    until: date | None,
) -> Surge | None:  # fmt: skip
    """The surge that is asked for, in words or as one value; raises ``UsageError`` where it is neither, or both."""
    words, dispatch, weighings = (
        _factors(production),
        number_of(dispatch, "dispatch"),
        asked_text(weighings, "weighings"),
    )
    if surge is not None and not isinstance(surge, Surge):
        raise UsageError(f"surge is a {type(surge).__name__}: give a stockward.Surge, or production in its place")
    if surge is not None and words:
        raise UsageError("production and surge exclude each other: give one of them")
    return Surge.asked(words, dispatch=dispatch, weighings=weighings, since=since, until=until) or surge


def _factors(production: float | Words) -> tuple[str, ...]:
    if isinstance(production, Iterable | Mapping):
        return asked_words(production, "production")
    return (f"{number_of(production, 'production')}",)
