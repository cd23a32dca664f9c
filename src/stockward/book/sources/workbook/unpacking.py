"""A workbook's parts, unpacked only after their sizes were added up.

What comes out is a plain archive that holds no more than what was measured, so that whatever reads it next can meet
neither a part that unpacks to more than it says nor one that was never looked at.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
import zlib
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from xml.etree import ElementTree
from xml.parsers import expat

from stockward.book.sources.workbook.lengths import require_short_cells
from stockward.book.sources.workbook.markup import require_sound
from stockward.terms.errors import SiteError
from stockward.terms.limits import require_bytes_within, require_within

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", MAIN[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _RELATION[1 : -len("}id")].encode()),
)
"""What the strict variant of the format calls the same things."""

_BOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_STRINGS, _STYLES = "xl/sharedStrings.xml", "xl/styles.xml"
_SHARED = {name.lower(): name for name in ("[Content_Types].xml", "_rels/.rels", _BOOK, _RELATIONS, _STRINGS, _STYLES)}
"""Parts that all sheets use, which the library finds in any letter case; they are handed to it in this one."""

_ENTRY = b"PK\x01\x02"
_MOST_PARTS, _MOST_SHEETS, _LARGEST_LIST = 20_000, 1_000, 5_000_000
"""Parts and sheets of a workbook, and bytes of the list of its sheets."""

_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_TOP_LENGTH = 65_536
"""So many bytes of a sheet that is not read are looked at: whether it is a part of a table all the same."""
_TOP_OF_TEXTS = 5_000_000
"""So many bytes of the texts are looked at where no sheet is read: those of a header were written first, or soon."""
_MOST_OF_A_CELL = 6
"""Tags, or attributes, that a cell has with its share of its row and of the texts."""

_MERGE = b"mergeCell"
_MERGED = tuple(begin + _MERGE + end for begin in (b"<", b":") for end in (b" ", b"\t", b"\n", b"\r", b"/", b">"))
"""Begins each of the merged cells, and not the list of them."""

_OLD, _ENCRYPTED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
_TYPE = b"<!DOCTYPE"
_TOP = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?[^<]*?\?>\s*)*")
"""What may stand before the first tag."""
_REMARK, _END_OF_REMARK, _MOST_REMARKS = b"<!--", b"-->", 1_000

DAMAGED = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, expat.ExpatError, KeyError, IndexError, ValueError, OSError,
    EOFError, RuntimeError,
)  # fmt: skip
"""What reading a damaged or encrypted archive, or the XML in it, raises."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a workbook that are read, and the list of its sheets.

    content
        The plain archive; none where no sheet is read.
    sheets
        XML of each sheet that is read, by path.
    paths
        Path of each sheet's XML by name, in the workbook's order.
    tops
        The first bytes of the XML of each sheet that is not read, by name.
    strings
        XML of the texts that cells share; its first bytes alone where no sheet is read.
    styles
        XML of the formats of cells; none where no sheet is read.
    stale
        Whether the workbook says that its formulas are yet to be calculated.
    """

    content: bytes
    sheets: Mapping[str, bytes]
    paths: Mapping[str, str]
    tops: Mapping[str, bytes]
    strings: bytes
    styles: bytes
    stale: bool

    def sheet(self, name: str) -> bytes:
        """XML of a sheet."""
        return self.sheets[self.paths[name]]


def unpack(content: bytes, file: str, wanted: Container[str]) -> Parts:
    """Unpack the ``wanted`` sheets of a workbook, and what all sheets use.

    Raises ``SiteError`` for what is no workbook of this format or is larger than is read, and one of ``DAMAGED``.
    """
    _refuse_old(content, file)
    if content.count(_ENTRY) > _MOST_PARTS:
        raise zipfile.BadZipFile
    packed = zipfile.ZipFile(io.BytesIO(content))
    for name in (_BOOK, _RELATIONS):
        if packed.getinfo(name).file_size > _LARGEST_LIST:
            raise zipfile.BadZipFile
    book, relations = (_part(packed, name) for name in (_BOOK, _RELATIONS))
    require_sound(book)
    require_sound(relations)
    worded = _common if _STRICT[0][0] in book else bytes
    paths, stale = _sheet_paths(worded(book), worded(relations))
    taken = {path for name, path in paths.items() if name in wanted}
    infos = _taken(packed, taken)
    others = {
        path: worded(_top(packed, path, _TOP_LENGTH)) for path in dict.fromkeys(paths.values()) if path not in taken
    }
    tops = {name: others[path] for name, path in paths.items() if path in others}
    if not taken:
        shared = infos.get(_STRINGS)
        top = _top(packed, shared.filename, _TOP_OF_TEXTS) if shared else b""
        return Parts(b"", MappingProxyType({}), paths, tops, top, b"", stale)
    require_bytes_within("UNPACKED_MB", sum(info.file_size for info in infos.values()), file)
    parts, tags, attributes = {}, 0, 0
    sheet_of = {path: sheet for sheet, path in paths.items()}
    for name, info in infos.items():
        part = worded(_part(packed, info.filename))
        tags, attributes = tags + part.count(b"<"), attributes + part.count(b"=")
        require_within("CELLS", max(tags, attributes) // _MOST_OF_A_CELL, file)
        if name in taken:
            require_within("ROWS", part.count(b"<row") + part.count(b":row"), f"{file}[{sheet_of[name]}]")
            merged = sum(map(part.count, _MERGED)) if _MERGE in part else 0
            require_within("MERGED", merged, f"{file}[{sheet_of[name]}]")
            require_short_cells(part, f"{file}[{sheet_of[name]}]")
        require_sound(part)
        parts[name] = part
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for name, part in parts.items():
            archive.writestr(zipfile.ZipInfo(name), part)
    sheets = MappingProxyType({path: parts[path] for path in taken})
    texts, styles = parts.get(_STRINGS, b""), parts.get(_STYLES, b"")
    return Parts(plain.getvalue(), sheets, paths, tops, texts, styles, stale)


def _top(packed: zipfile.ZipFile, name: str, length: int) -> bytes:
    """The first bytes of a part; none of one that is missing or damaged, since it is not read."""
    try:
        # Other ways of packing unpack a whole block, of whatever size, before the first byte is read.
        if packed.getinfo(name).compress_type not in _PACKED:
            return b""
        with packed.open(name) as part:
            top = part.read(length)
    except DAMAGED:
        return b""
    return b"" if _TYPE in top else top


def _refuse_old(content: bytes, file: str) -> None:
    """Raise for the container that old workbooks and protected ones stand in: to save those again changes nothing."""
    if not content.startswith(_OLD):
        return
    if _ENCRYPTED in content:
        mend = "take the password away (File, Info, Protect Workbook, Encrypt with Password) and save it"
        raise SiteError(file, "the workbook is protected by a password", mend)
    raise SiteError(
        file, "this is an old workbook (.xls) under the name of a new one", "save it as Excel Workbook (.xlsx)"
    )


def _taken(packed: zipfile.ZipFile, sheets: Collection[str]) -> dict[str, zipfile.ZipInfo]:
    """The parts that are read, by the name under which they are handed on.

    Of two that differ in letter case only, or in nothing, the library might read another one than was looked at.
    """
    taken: dict[str, zipfile.ZipInfo] = {}
    for info in packed.infolist():
        name = info.filename if info.filename in sheets else _SHARED.get(info.filename.lower())
        if name is not None:
            if name in taken:
                raise zipfile.BadZipFile
            taken[name] = info
    if len({name.lower() for name in taken}) < len(taken):
        raise zipfile.BadZipFile
    return taken


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """One part, without remarks in it; what only harms stands in no workbook.

    No tag stands in it then but where it is one: the sizes can be told from its bytes.
    """
    info = packed.getinfo(name)
    if info.compress_type not in _PACKED:
        raise zipfile.BadZipFile
    content = packed.read(info)
    # XML in two bytes a letter holds zero bytes; the readers would not see the same in it.
    if b"\0" in content:
        raise zipfile.BadZipFile
    if b"<!" in content:
        content = _without_remarks(content)
    top = _TOP.match(content)
    if content.find(b"<?", top.end() if top else 0) >= 0:
        raise zipfile.BadZipFile
    return content


def _without_remarks(content: bytes) -> bytes:
    if content.count(_REMARK) > _MOST_REMARKS:
        raise zipfile.BadZipFile
    first, *others = content.split(_REMARK)
    if not all(_END_OF_REMARK in other for other in others):
        raise zipfile.BadZipFile
    content = first + b"".join(other.partition(_END_OF_REMARK)[2] for other in others)
    # What is left is a type of document, which makes much of little, or text in which tags can be hidden.
    if b"<!" in content:
        raise zipfile.BadZipFile
    return content


def _common(content: bytes) -> bytes:
    """A part of a strict workbook in the words of the common variant."""
    for strict, common in _STRICT:
        content = content.replace(strict, common)
    return content


def _sheet_paths(book_xml: bytes, relations_xml: bytes) -> tuple[dict[str, str], bool]:
    """Path of each sheet's XML, and whether the workbook says that its formulas are yet to be calculated."""
    book, relations = ElementTree.fromstring(book_xml), ElementTree.fromstring(relations_xml)
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    paths = {
        sheet.get("name", ""): posixpath.normpath(posixpath.join("/xl", targets[sheet.get(_RELATION)])).lstrip("/")
        for sheet in book.iter(f"{MAIN}sheet")
    }
    if len(paths) > _MOST_SHEETS:
        raise zipfile.BadZipFile
    calculation = book.find(f"{MAIN}calcPr")
    return paths, calculation is not None and calculation.get("fullCalcOnLoad") in {"1", "true"}
