"""Texts in lines: broken between words, and as wide as a terminal shows them."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

WIDTH_MAX = 100
"""Columns of a terminal that a line takes at most: wider ones are hard to read."""


def columns(text: str) -> int:
    """Columns that a text takes: a Chinese sign takes two, a mark upon a letter none.

    >>> columns("東京 7")
    6
    """
    return len(text) if text.isascii() else sum(map(_columns_of, text))


def wrapped(text: str, width: int) -> list[str]:
    """The lines of a text, each as far indented as its first; only a word that is wider than a line is broken.

    Words end at a space and nowhere else, so that what another sign holds together stays together.

    >>> wrapped("  one two three", 9)
    ['  one two', '  three']
    """
    return [line for part in text.split("\n") for line in _lines(part, width)]


def _columns_of(sign: str) -> int:
    if unicodedata.combining(sign):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


def _lines(text: str, width: int) -> Iterator[str]:
    first = text.lstrip(" ")
    indent = text[: min(len(text) - len(first), width - 1)]
    room = width - len(indent)
    line = ""
    for word in first.split(" "):
        longer = f"{line} {word}" if line else word
        if columns(longer) <= room:
            line = longer
            continue
        if line:
            yield indent + line
        *whole, line = _pieces(word, room)
        yield from (indent + piece for piece in whole)
    yield (indent + line).rstrip(" ")


def _pieces(word: str, room: int) -> list[str]:
    pieces = [""]
    for sign in word:
        if pieces[-1] and columns(pieces[-1] + sign) > room:
            pieces.append("")
        pieces[-1] += sign
    return pieces
