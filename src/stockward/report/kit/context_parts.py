"""The smallest parts that the contexts of several pages are made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A verdict as a mark and a word, so that colour never stands alone."""

    key: Annotated[str, "the verdict, as the closed list spells it; picks the colour"]
    mark: Annotated[str, "a sign of one character"]
    word: Annotated[str, "the verdict in a word"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A name and what stands beside it."""

    name: Annotated[str, "the name"]
    value: Annotated[str, "the value"]
