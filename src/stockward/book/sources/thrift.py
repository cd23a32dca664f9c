"""Thrift's compact protocol, as far as the footer and the page headers of a Parquet file need it [Apache Thrift]."""

from __future__ import annotations

from typing import Any

_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = (4, 5, 6)
_LONGEST_INTEGER = 10
"""Bytes."""


class Reader:
    """Reads values from bytes, and stands at ``place`` behind the last. Raises ``ValueError`` for damaged ones."""

    def __init__(self, content: bytes, place: int = 0) -> None:
        self._content = content
        self.place = place

    def struct(self) -> dict[int, Any]:
        """A struct as a dictionary of its fields by number."""
        fields: dict[int, Any] = {}
        number = 0
        while head := self._byte():
            number = number + (head >> 4) if head >> 4 else self._integer()
            kind = head & 15
            # A truth value stands in the kind of its field.
            fields[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self._value(kind)
        return fields

    def _value(self, kind: int) -> Any:
        if kind in _INTEGERS:
            return self._integer()
        if kind == _BINARY:
            return self._bytes(self._length())
        if kind == _STRUCT:
            return self.struct()
        if kind in (_LIST, _SET):
            return self._list()
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._byte()
        if kind == _DOUBLE:
            return self._bytes(8)
        if kind == _MAP:
            return self._map()
        raise ValueError(f"no type of Thrift: {kind}")

    def _list(self) -> list[Any]:
        head = self._byte()
        count = head >> 4 if head >> 4 < 15 else self._length()
        self._require(count)
        return [self._value(head & 15) for _ in range(count)]

    def _map(self) -> list[tuple[Any, Any]]:
        count = self._length()
        if not count:
            return []
        self._require(count)
        kinds = self._byte()
        return [(self._value(kinds >> 4), self._value(kinds & 15)) for _ in range(count)]

    def _integer(self) -> int:
        number = self._length()
        return (number >> 1) ^ -(number & 1)

    def _length(self) -> int:
        number = 0
        for step in range(_LONGEST_INTEGER):
            byte = self._byte()
            number |= (byte & 127) << (7 * step)
            if byte < 128:
                return number
        raise ValueError("a number that does not end")

    def _byte(self) -> int:
        return self._bytes(1)[0]

    def _bytes(self, count: int) -> bytes:
        self._require(count)
        start, self.place = self.place, self.place + count
        return self._content[start : self.place]

    def _require(self, count: int) -> None:
        """Every value takes a byte at least, so that no count can claim more of them than there are bytes."""
        if count > len(self._content) - self.place:
            raise ValueError("it ends too early")
