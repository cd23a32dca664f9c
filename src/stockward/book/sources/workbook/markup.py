"""XML of a workbook, looked over piece by piece: a parser keeps every open tag and every name, however many there are.

Sheets nest a dozen tags and use some hundred names, in tags of some kilobytes. What nests deeper, or has more names or
longer tags than any program writes, is refused before a parser has kept much of it.
"""

from __future__ import annotations

import re
from xml.parsers import expat

_PIECE = 1 << 20
"""So many bytes are given to the parser at a time; no tag is longer."""
_DEEPEST = 1_000
_END, _AT_ONCE, _FEW = b"</", b"/>", 100
_MOST_NAMES = 500_000
"""Names of tags, and words before a sign of equality: those of formulas are among them."""
_NAMES = (
    re.compile(rb"<(?!/|(?:c|v|row)[\s/>])[^/\s<>]+"),
    re.compile(rb"\s(?![rst]=)[^\s<>=\"'/]+\s*="),
)
"""Names of tags and of attributes, but for those of which most of a sheet is."""
_SIGNS, _USUAL = (b"<", b"="), (b"</", b"<c ", b"<v>", b"<is>", b"<t>", b' r="', b' s="', b' t="')
"""Each name has one of the signs; most of a sheet are the same few names over and over."""


def require_sound(content: bytes) -> None:
    """Raise ``ExpatError`` where the XML is not well formed, and ``ValueError`` where no program wrote it.

    No remark, and no ``<`` that begins no tag, stands in it below its first tag.
    """
    parser = expat.ParserCreate()
    # The parser alone knows for sure where a tag ends; where one begins is told by its sign.
    ended: list[str] = []
    # Few tags can end where they begin: then each of the others has an end that is seen, and none needs telling.
    counts_ends = content.count(_AT_ONCE) > _FEW
    if counts_ends:
        parser.EndElementHandler = ended.append
    names: set[bytes] = set()
    # Few signs need no looking up of names, which takes longer than all else.
    many = sum(map(content.count, _SIGNS)) - sum(map(content.count, _USUAL)) > _MOST_NAMES
    depth = read = 0
    for start in range(0, len(content), _PIECE):
        piece = content[start : start + _PIECE]
        for pattern in _NAMES if many else ():
            names.update(pattern.findall(piece))
        if len(names) > _MOST_NAMES:
            raise ValueError("more names than a program writes")
        parser.Parse(piece, False)
        before, read = read, parser.CurrentByteIndex
        ends = content.count(_END, before, read)
        depth += content.count(b"<", before, read) - ends - (len(ended) if counts_ends else ends)
        ended.clear()
        if depth > _DEEPEST or start + len(piece) - read > _PIECE:
            raise ValueError("deeper, or in longer tags, than a program writes")
    parser.Parse(b"", True)
