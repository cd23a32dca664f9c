"""Texts that the cells of a workbook share: how long each is, and single ones of them, without parsing the others."""

from __future__ import annotations

import re
from html import unescape

import numpy as np
import numpy.typing as npt

from stockward.book.sources.workbook.lengths import require_short_text
from stockward.terms.limits import limit_bytes, require_within

_PLAIN, _PREFIXED = b"<si", b":si"
_A_TEXT = re.compile(rb"<(?:[^<>/:\s]*:)?si[\s/>]")
"""Begins each of the texts."""
_TAG = re.compile(rb"<[^>]*>")
_LONGEST_PLACE = 9


class SharedTexts:
    """The texts in their order; a cell names one by its place.

    Raises ``SiteError`` where they are more or longer than is read.
    """

    def __init__(self, xml: bytes, file: str) -> None:
        self._xml = xml
        if _PREFIXED in xml:
            starts = [found.start() for found in _A_TEXT.finditer(xml)]
        else:
            above, *texts = map(len, xml.split(_PLAIN))
            starts = (np.cumsum([above, *(text + len(_PLAIN) for text in texts)])[:-1]).tolist()
        require_within("CELLS", len(starts), file)
        self._bounds: npt.NDArray[np.int64] = np.array([*starts, len(xml)])
        self.lengths = np.diff(self._bounds)
        for place in np.flatnonzero(self.lengths > limit_bytes("TEXT_KB")).tolist():
            require_short_text(self._piece(place), file)

    def length(self, place: str) -> int:
        """Length of one text, its tags included; the longest for what names none."""
        return int(self.lengths[int(place)] if is_place(place) else self.lengths.max())

    def text(self, place: str) -> str:
        """One text; empty for what names none."""
        if not is_place(place) or int(place) >= len(self.lengths):
            return ""
        return unescape(_TAG.sub(b"", self._piece(int(place))).decode("utf-8", errors="replace"))

    def _piece(self, place: int) -> bytes:
        return self._xml[self._bounds[place] : self._bounds[place + 1]]


def is_place(text: str) -> bool:
    """Whether this can be the place of a shared text."""
    return text.isascii() and text.isdecimal() and len(text) < _LONGEST_PLACE
