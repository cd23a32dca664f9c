"""How long the texts of single cells are, looked up in the XML of a workbook before the library copies them."""

from __future__ import annotations

import re
from itertools import chain

from stockward.terms.limits import limit_bytes, require_bytes_within

_END = b"</c>"
_ANY_END = re.compile(rb"</(?:[^<>:]*:)?c\s*>")
_TEXT = re.compile(rb">([^<]+)")
"""What stands behind a tag, up to the next."""


def require_short_cells(xml: bytes, file: str) -> None:
    """Raise ``SiteError`` where a cell of a sheet holds more than is read.

    Steps as long as the limit lead from one end of a cell to another, until a stretch of XML has none.
    """
    most, start = limit_bytes("TEXT_KB"), 0
    while len(xml) - start > most and (end := xml.rfind(_END, start, start + most)) >= 0:
        start = end + len(_END)
    for end in chain((match.end() for match in _ANY_END.finditer(xml, start)), [len(xml)]):
        if end - start > most:
            require_short_text(memoryview(xml)[start:end], file)
        start = end


def require_short_text(xml: bytes | memoryview, file: str) -> None:
    """The same for the XML of one text: what counts is what stands between its tags."""
    require_bytes_within("TEXT_KB", sum(len(text) for text in _TEXT.findall(xml)), file)
