"""What a page shows of losses that are settled."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """A loss, or surplus, that is confirmed or explained with an amount, at one series."""

    label: Annotated[str, "what and where"]
    id: Annotated[str, "its keys, as the JSON names it"]
    anchor: Annotated[str | None, "where the page tells the rest, if it has a part of its own"]
    amount: Annotated[str, "how much is settled; plus is missing"]
    shown: Annotated[str, "how much the books show in these days"]
    span: Annotated[str, "between which days, and at which inventories it was alarmed"]
    basis: Annotated[str, "what it came to, since when it is known, why, and who approved it"]
    came: Annotated[str, "what came of it in the tests"]
    year: Annotated[str, "all differences of the last year, with and without it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledPart:
    """All that is settled."""

    lines: Annotated[tuple[SettledLine, ...], "one a span of a series"]
    unplaced: Annotated[tuple[str, ...], "rows that settle nothing, and why"]
