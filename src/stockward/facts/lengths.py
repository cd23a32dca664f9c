"""How long the texts of single cells are, looked up in the XML of a workbook before the library copies them."""

from __future__ import annotations

import re
from itertools import chain

from stockward.terms.limits import limit_bytes, require_bytes_within

_END = b"</c>"
_ANY_END = re.compile(rb"</(?:[^<>:]*:)?c\s*>")
_TAG = re.compile(rb"<[^>]*>")


def require_short_cells(xml: bytes, file: str) -> None:
    """Raise ``SiteError`` where a cell of a sheet holds more than is read.

    Steps as long as the limit lead from one end of a cell to another, until a stretch of XML has none.
    """
    most, start = limit_bytes("TEXT_KB"), 0
    while len(xml) - start > most and (end := xml.rfind(_END, start, start + most)) >= 0:
        start = end + len(_END)
    for end in chain((match.end() for match in _ANY_END.finditer(xml, start)), [len(xml)]):
        if end - start > most:
            _require_short(memoryview(xml)[start:end], file)
        start = end


def require_short_texts(texts: list[bytes], file: str) -> None:
    """The same for the XML of texts that cells share."""
    most = limit_bytes("TEXT_KB")
    for text in texts:
        if len(text) > most:
            _require_short(text, file)


def _require_short(xml: bytes | memoryview, file: str) -> None:
    require_bytes_within("TEXT_KB", len(_TAG.sub(b"", xml)), file)
