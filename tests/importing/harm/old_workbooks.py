"""Old workbooks (.xls) made byte by byte: records by [MS-XLS], in a container by [MS-CFB] with sectors of 512 bytes."""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Cell = str | float
_SECTOR = 512
_LAST, _FREE = 0xFFFFFFFE, 0xFFFFFFFF


@dataclass(frozen=True)
class Formula:
    """A formula with its last value; one that was never calculated has the flag that it is to be."""

    value: float
    is_calculated: bool


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def book(
    version: int, sheets: Mapping[str, Sequence[Sequence[Cell | Formula]]], *, locked: bool = False, fonts: bytes = b""
) -> bytes:
    """The records of a workbook of version 5 or 8; ``locked`` ones say that they are encrypted."""
    head = _begin(version, 5) + (record(0x2F, bytes(54)) if locked else b"")
    head += record(0x42, struct.pack("<H", 1200 if version == 8 else 1252))
    head += fonts
    head += record(0xE0, bytes(20 if version == 8 else 16))
    bodies = [_sheet(version, rows) for rows in sheets.values()]
    place = len(head) + sum(len(_listed(version, name, 0)) for name in sheets) + 4
    listed = b""
    for name, body in zip(sheets, bodies, strict=True):
        listed += _listed(version, name, place)
        place += len(body)
    return head + listed + record(0x0A) + b"".join(bodies)


def contained(streams: Mapping[str, bytes]) -> bytes:
    """Streams of 4096 bytes or more in a container."""
    sectors: list[bytes] = []
    following: list[int] = []

    def add(data: bytes) -> int:
        first, count = len(sectors), -(-len(data) // _SECTOR)
        sectors.extend(data[number * _SECTOR : (number + 1) * _SECTOR].ljust(_SECTOR, b"\0") for number in range(count))
        following.extend([*range(first + 1, first + count), _LAST])
        return first

    placed = [(name, add(data.ljust(4096, b"\0")), max(len(data), 4096)) for name, data in streams.items()]
    folder = _entry("Root Entry", 5, _LAST, 0, child=1)
    for number, (name, first, length) in enumerate(placed, 1):
        folder += _entry(name, 2, first, length, right=number + 1 if number < len(placed) else -1)
    top = add(folder.ljust(-(-len(folder) // _SECTOR) * _SECTOR, b"\0"))
    tables = next(count for count in range(1, 100) if len(following) + count <= count * 128)
    places = range(len(sectors), len(sectors) + tables)
    following += [0xFFFFFFFD] * tables + [_FREE] * (tables * 128 - len(following) - tables)
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6) + bytes(6)
    head += struct.pack("<9I", 0, tables, top, 0, 4096, _LAST, 0, _LAST, 0)
    head += struct.pack("<109I", *places, *[_FREE] * (109 - tables))
    return head + b"".join(sectors) + struct.pack(f"<{len(following)}I", *following)


def _begin(version: int, kind: int) -> bytes:
    if version == 8:
        return record(0x809, struct.pack("<HHHHII", 0x600, kind, 0xDBB, 0x7CC, 0, 6))
    return record(0x809, struct.pack("<HHHH", 0x500, kind, 0x96C, 0x7C9))


def _listed(version: int, name: str, place: int) -> bytes:
    said = bytes([len(name)]) + (b"\0" if version == 8 else b"") + name.encode("latin-1")
    return record(0x85, struct.pack("<IBB", place, 0, 0) + said)


def _sheet(version: int, rows: Sequence[Sequence[Cell | Formula]]) -> bytes:
    cells = [
        _cell(version, row, column, cell)
        for row, cells in enumerate(rows)
        for column, cell in enumerate(cells)
        if cell != ""
    ]
    return _begin(version, 0x10) + b"".join(cells) + record(0x0A)


def _cell(version: int, row: int, column: int, cell: Cell | Formula) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(cell, Formula):
        flags = 0 if cell.is_calculated else 2
        return record(0x06, place + struct.pack("<dHI", cell.value, flags, 0) + b"\x03\x00\x1e\x05\x00")
    if isinstance(cell, str):
        said = struct.pack("<H", len(cell)) + (b"\0" if version == 8 else b"") + cell.encode("latin-1")
        return record(0x204, place + said)
    return record(0x203, place + struct.pack("<d", cell))


def _entry(name: str, kind: int, first: int, length: int, right: int = -1, child: int = -1) -> bytes:
    said = f"{name}\0".encode("utf-16-le")
    head = said.ljust(64, b"\0") + struct.pack("<HBBiii", len(said), kind, 1, -1, right, child)
    return head + bytes(36) + struct.pack("<IQ", first, length)
