"""Texts with separators, lists as a terminal prints them among them, as rows of cells."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import Counter

from stockward.terms.errors import SiteError
from stockward.terms.limits import limit_bytes, require_bytes_within, require_within

_SEPARATORS = (",", ";", "\t", "|")
_LOOKED_AT = 200
"""So many lines tell which sign stands between the cells."""
_RULE = re.compile(r"^[\s|+\-=_]*$")
ENCODINGS = ("cp1252", "cp1250", "cp1251", "cp850", "mac_roman")
"""What texts that are no UTF-8 may be in; which of them no program can tell for sure."""


class UnknownEncodingError(SiteError):
    """The text is no UTF-8, and nobody has said what it is in."""


def text_rows(content: bytes, file: str, encoding: str) -> list[list[str]]:
    """Cut a text into rows of cells, row ``i`` being line ``i + 1`` as long as no cell holds a line end.

    Raises ``UnknownEncodingError`` for a text that is no UTF-8 where ``encoding`` is empty.
    """
    text = _decoded(content, file, encoding)
    require_within("ROWS", text.count("\n"), file)
    longest = max((len(line) for line in io.StringIO(text)), default=0)
    if longest > limit_bytes("LINE_KB"):
        require_bytes_within("LINE_KB", longest, file)
    separator = _separator(text)
    if separator == "|" and _is_framed(text):
        return [_listed(line) for line in text.splitlines()]
    return _records(text, separator)


def shown_in(content: bytes, encoding: str) -> str:
    """The first words with a sign beyond ASCII, as an encoding reads them."""
    text = content.decode(encoding, errors="replace")
    return ", ".join(dict.fromkeys(re.findall(r"\w*[^\x00-\x7f]\w*", text)))[:60]


def _decoded(content: bytes, file: str, encoding: str) -> str:
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return content.decode("utf-16", errors="replace")
    while content.startswith(codecs.BOM_UTF8):
        content = content[len(codecs.BOM_UTF8) :]
    if b"\0" in content:
        raise SiteError(file, "it holds zero bytes, and is no text", "save it as CSV UTF-8")
    try:
        text = content.removesuffix(b"\x1a").decode("utf-8")
    except UnicodeDecodeError:
        if not encoding:
            raise UnknownEncodingError(file, "it is no UTF-8", "say what it is in, or save it as CSV UTF-8") from None
        text = content.decode(encoding, errors="replace")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _separator(text: str) -> str:
    """The sign by which most lines fall into as many cells, more than one."""
    lines = [line for line in text.split("\n", _LOOKED_AT)[:_LOOKED_AT] if not _RULE.match(line)]
    first, _, rest = text.partition("\n")
    if first.lower().startswith("sep=") and rest:
        return first[4:5] or ","

    def even(separator: str) -> tuple[int, int]:
        widths = Counter(len(_one_line(line, separator)) for line in lines)
        width, count = max(widths.items(), key=lambda one: (one[1] if one[0] > 1 else 0, one[0]), default=(1, 0))
        return (count, width) if width > 1 else (0, 0)

    return max(_SEPARATORS, key=even)


def _one_line(line: str, separator: str) -> list[str]:
    return next(csv.reader([line], delimiter=separator), [])


def _is_framed(text: str) -> bool:
    """Whether every line with cells begins with the sign between them, as those of a printed list do."""
    lines = [line for line in text.splitlines() if "|" in line and not _RULE.match(line)]
    return all(line.lstrip().startswith("|") for line in lines)


def _listed(line: str) -> list[str]:
    """The cells of a line of a list that was printed with lines around its cells; none of a line of these alone."""
    if _RULE.match(line):
        return []
    cells = line.split("|")
    if not cells[0].strip() and len(cells) > 1:
        cells = cells[1:]
    if not cells[-1].strip() and len(cells) > 1:
        cells = cells[:-1]
    return [cell.strip() for cell in cells]


def _records(text: str, separator: str) -> list[list[str]]:
    """Records at the lines where they begin; where quotation marks do not close, each line is one by itself."""
    rows: list[list[str]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    try:
        for record in reader:
            rows.append(record)
            rows.extend([] for _ in range(reader.line_num - len(rows)))
    except csv.Error:
        return [_one_line(line, separator) for line in text.split("\n")]
    return rows
