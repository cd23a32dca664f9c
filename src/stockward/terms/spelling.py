"""Two spellings of one name: what writers of it differ in, and what nobody hears."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

_DROPPED = dict.fromkeys(map(ord, "'’`\"*\u00ad\u200b\u200c\u200d\u2060\ufeff"), None)
"""Marks that say nothing, and signs that nobody sees."""
_SIGNS = str.maketrans(dict.fromkeys("_-/.:()[],;\n\r\t", " "))


@lru_cache(100_000)
def folded(text: str) -> str:
    """A name without what writers of it differ in: letter case, accents, punctuation and blanks.

    >>> folded("Item-No. ")
    'item no'
    """
    plain = unicodedata.normalize("NFKD", text).translate(_DROPPED).translate(_SIGNS)
    return " ".join("".join(sign for sign in plain if not unicodedata.combining(sign)).casefold().split())


def joined(text: str) -> str:
    """The folded name without its blanks: ``From Area`` and ``fromArea`` are ``from_area``.

    >>> joined("From Area") == joined("from_area")
    True
    """
    return folded(text).replace(" ", "")
