"""A workbook of the old kind (.xls): what reads it is handed its records alone, once they were looked at.

A single cell in a far corner makes a reader ask for all the memory that there is, and end the process when it gets
none. Records: [MS-XLS]; the container that they stand in: [MS-CFB].
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from stockward.book.sources.workbook.extent import CellPlace
from stockward.terms.errors import SiteError
from stockward.terms.limits import require_within

CONTAINER = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OLD_RECORDS = (b"\x09\x00", b"\x09\x02", b"\x09\x04", b"\x09\x08")
"""Begin a workbook of before 1993, or one that stands in no container."""
_STREAMS = ("workbook", "book")
_BEGIN, _END, _SHEET, _LOCKED, _TEXTS, _FORMULA = 0x0809, 0x000A, 0x0085, 0x002F, 0x00FC, 0x0006
_CELLS = frozenset((0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x027E, 0x00D6, 0x00FD))
_ROWS_OF_CELLS = frozenset((0x00BD, 0x00BE))
_MOST_COLUMNS = 256
_TO_BE_CALCULATED = 2
"""Of a formula that was written by a program which does not calculate."""
_ZERO = bytes(8)
_SECTORS, _LARGE, _SMALL, _ENTRY, _LISTED = (512, 4096), 4096, 64, 128, 109
_LAST, _FREE, _OF_THE_TABLE = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_CUT_OFF = 4096
_UNLOCK = "take the password away (File, Info, Protect Workbook, Encrypt with Password) and save it"


@dataclass(slots=True)
class _Substream:
    """What stands between the begin and the end of a sheet: how far it reaches, and what was never calculated."""

    rows: int = 0
    columns: int = 0
    uncalculated: list[CellPlace] = field(default_factory=list)
    is_whole: bool = False

    def take(self, kind: int, body: bytes) -> None:
        row, column = struct.unpack_from("<HH", body)
        last = struct.unpack_from("<H", body, len(body) - 2)[0] if kind in _ROWS_OF_CELLS else column
        if last >= _MOST_COLUMNS:
            raise ValueError
        self.rows, self.columns = max(self.rows, row + 1), max(self.columns, last + 1)
        if kind == _FORMULA and body[6:14] == _ZERO and struct.unpack_from("<H", body, 14)[0] & _TO_BE_CALCULATED:
            self.uncalculated.append((row, column))


def plain_old(content: bytes, file: str) -> tuple[bytes, list[list[CellPlace]]]:
    """The workbook's records in a container of their own, and the formulas of each sheet that were never calculated.

    Raises ``SiteError`` for one with a password or that spans more than is read, and ``ValueError``, ``LookupError``,
    ``StopIteration`` or ``struct.error`` for what is damaged.
    """
    stream = _stream(content)
    found, sheets = _looked_through(stream, file)
    named = [found[place] for place in sheets]
    if not all(one.is_whole for one in named):
        raise ValueError
    require_within("CELLS", sum(one.rows * one.columns for one in named), file)
    return _contained(stream), [one.uncalculated for one in named]


def _looked_through(stream: bytes, file: str) -> tuple[dict[int, _Substream], list[int]]:
    """What each place with a begin holds, and the places that the list of sheets names."""
    found: dict[int, _Substream] = {}
    sheets: list[int] = []
    open_ones: list[_Substream] = []
    for place, kind, body in _records(stream):
        if kind == _BEGIN:
            open_ones.append(found.setdefault(place, _Substream()))
        elif kind == _END and open_ones:
            open_ones.pop().is_whole = True
        elif kind == _LOCKED:
            raise SiteError(file, "the workbook is protected by a password", _UNLOCK)
        elif kind == _SHEET:
            sheets.append(struct.unpack_from("<I", body)[0])
        elif kind == _TEXTS and struct.unpack_from("<I", body, 4)[0] > len(stream):
            raise ValueError
        elif open_ones and (kind in _CELLS or kind in _ROWS_OF_CELLS):
            open_ones[-1].take(kind, body)
    if not sheets or not found.keys() >= set(sheets):
        raise ValueError
    return found, sheets


def _records(stream: bytes) -> Iterator[tuple[int, int, bytes]]:
    place = 0
    while place + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, place)
        if place + 4 + length > len(stream):
            return
        yield place, kind, stream[place + 4 : place + 4 + length]
        place += 4 + length


def _stream(content: bytes) -> bytes:
    """The stream of a workbook in its container."""
    size = 1 << struct.unpack_from("<H", content, 30)[0]
    if size not in _SECTORS:
        raise ValueError
    lists, following = struct.unpack_from(f"<{_LISTED}I", content, 76), struct.unpack_from("<I", content, 68)[0]
    places = [one for one in lists if one not in {_FREE, _LAST}]
    most = len(content) // size + 1
    for _ in range(most):
        if following in {_FREE, _LAST}:
            break
        *more, following = struct.unpack(f"<{size // 4}I", _sector(content, following, size))
        places += [one for one in more if one != _FREE]
    table = [number for one in places for number in struct.unpack(f"<{size // 4}I", _sector(content, one, size))]
    chain = _Chain(content[size:], table, size)
    folder = chain.read(struct.unpack_from("<I", content, 48)[0])
    entries = [_entry(folder[place : place + _ENTRY]) for place in range(0, len(folder), _ENTRY)]
    named = {name: (first, length) for name, first, length in entries}
    first, length = next(named[name] for name in _STREAMS if name in named)
    if length >= struct.unpack_from("<I", content, 56)[0]:
        return chain.read(first)[:length]
    small = chain.read(struct.unpack_from("<I", content, 60)[0])
    of_small = _Chain(chain.read(entries[0][1]), list(struct.unpack(f"<{len(small) // 4}I", small)), _SMALL)
    return of_small.read(first)[:length]


def _sector(content: bytes, number: int, size: int) -> bytes:
    found = content[(number + 1) * size : (number + 2) * size]
    if len(found) < size:
        raise ValueError
    return found


def _entry(record: bytes) -> tuple[str, int, int]:
    """Name, first sector and length of a stream."""
    length = struct.unpack_from("<H", record, 64)[0]
    name = record[: max(length - 2, 0)].decode("utf-16-le", errors="replace").lower()
    return name, *struct.unpack_from("<II", record, 116)


@dataclass(frozen=True, slots=True)
class _Chain:
    """Sectors of which each tells the next one."""

    content: bytes
    table: list[int]
    size: int

    def read(self, first: int) -> bytes:
        parts, seen = [], set()
        while first < _OF_THE_TABLE - 1:
            if first in seen:
                raise ValueError
            seen.add(first)
            parts.append(self.content[first * self.size : (first + 1) * self.size])
            first = self.table[first]
        return b"".join(parts)


def _contained(stream: bytes) -> bytes:
    """A container of one stream: its sectors in order, the folder, and the table that tells which sector follows."""
    data = stream.ljust(-(-max(len(stream), _CUT_OFF) // _LARGE) * _LARGE, b"\0")
    sectors = len(data) // _LARGE
    lists = next(number for number in range(1, sectors + 2) if number * _LARGE // 4 >= sectors + 1 + number)
    places = [*range(sectors + 1, sectors + 1 + lists), *[_FREE] * (_LISTED - lists)]
    head = CONTAINER + bytes(16) + struct.pack("<HHHHH", 0x3E, 4, 0xFFFE, 12, 6) + bytes(6)
    head += struct.pack("<9I", 1, lists, sectors, 0, _CUT_OFF, _LAST, 0, _LAST, 0) + struct.pack(
        f"<{_LISTED}I", *places
    )
    folder = _named("Root Entry", 5, 1, sectors, 0) + _named("Workbook", 2, -1, 0, len(data))
    following = [*range(1, sectors), _LAST, _LAST, *[_OF_THE_TABLE] * lists]
    following += [_FREE] * (lists * _LARGE // 4 - len(following))
    table = struct.pack(f"<{len(following)}I", *following)
    return head.ljust(_LARGE, b"\0") + data + folder.ljust(_LARGE, b"\0") + table


def _named(name: str, kind: int, child: int, first: int, length: int) -> bytes:
    said = f"{name}\0".encode("utf-16-le")
    head = said.ljust(64, b"\0") + struct.pack("<HBBiii", len(said), kind, 1, -1, -1, child)
    return head + bytes(36) + struct.pack("<IQ", first, length)
