"""Two spellings of one name: what writers of it differ in, and what nobody hears."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DROPPED = "'’`\"*\u00ad\u200b\u200c\u200d\u2060\ufeff"
"""Marks that say nothing, and signs that nobody sees."""
_LEFT = str.maketrans(dict.fromkeys("_-/.:()[],;\n\r\t", " ") | dict.fromkeys(_DROPPED, ""))
"""What is left in place of a sign: nothing, or a blank."""
_MOST_FIGURES = 4_000


@lru_cache(100_000)
def folded(text: str) -> str:
    """A name without what writers of it differ in: letter case, accents, punctuation and blanks.

    >>> folded("Item-No. ")
    'item no'
    """
    if not text.isascii():
        parts = unicodedata.normalize("NFKD", text)
        text = "".join(sign for sign in parts if not unicodedata.combining(sign))
    return " ".join(text.translate(_LEFT).casefold().split())


def joined(text: str) -> str:
    """The folded name without its blanks: ``From Area`` and ``fromArea`` are ``from_area``.

    >>> joined("From Area") == joined("from_area")
    True
    """
    return folded(text).replace(" ", "")


def whole_up_to(text: str, most: int) -> int | None:
    """The whole number that a text of figures alone writes, if it is no more than ``most``; ``None`` for any other.

    Python refuses to read one of thousands of figures: that is more as well.
    """
    if not text.isdecimal() or len(text) > _MOST_FIGURES:
        return None
    number = int(text)
    return number if number <= most else None
