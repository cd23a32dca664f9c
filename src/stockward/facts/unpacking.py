"""A workbook's parts, unpacked only after their sizes were added up.

What comes out is a plain archive that holds no more than what was measured, so that whatever reads it next can meet
neither a part that unpacks to more than it says nor one that was never looked at.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
import zlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from xml.etree import ElementTree

from stockward.terms.errors import SiteError
from stockward.terms.limits import require_bytes_within

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT = (
    (b"http://purl.oclc.org/ooxml/spreadsheetml/main", MAIN[1:-1].encode()),
    (b"http://purl.oclc.org/ooxml/officeDocument/relationships", _RELATION[1 : -len("}id")].encode()),
)
"""What the strict variant of the format calls the same things."""

_BOOK, _RELATIONS, _STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedStrings.xml"
_SHARED_FOLDERS = ("", "_rels", "xl", "xl/_rels")
"""Folders of the parts that all sheets use; of the others, the sheets that are read are taken alone."""

_ENTRY = b"PK\x01\x02"
_MOST_PARTS, _MOST_SHEETS, _LARGEST_LIST = 20_000, 1_000, 5_000_000
"""Parts and sheets of a workbook, and bytes of the list of its sheets."""

_BEGIN, _BEGIN_OF_STRINGS = 100_000, 1_000_000
"""Bytes of a sheet, and of the texts that cells share, that are looked at for a header."""

_OLD, _ENCRYPTED = b"\xd0\xcf\x11\xe0", "EncryptedPackage".encode("utf-16-le")
_TYPE = b"<!DOCTYPE"
"""Declares a document type: a workbook has none, and one can make much of little."""

DAMAGED = (
    zipfile.BadZipFile, zlib.error, ElementTree.ParseError, KeyError, IndexError, ValueError, OSError, EOFError,
    RuntimeError,
)  # fmt: skip
"""What reading a damaged or encrypted archive, or the XML in it, raises."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a workbook that are read, and the list of its sheets.

    paths
        Path of each sheet's XML by name, in the workbook's order.
    stale
        Whether the workbook says that its formulas are yet to be calculated.
    """

    archive: zipfile.ZipFile
    content: bytes
    paths: Mapping[str, str]
    stale: bool

    def sheet(self, name: str) -> bytes:
        """XML of a sheet."""
        return self.archive.read(self.paths[name])

    def strings(self) -> bytes:
        """XML of the texts that cells share."""
        return self.archive.read(_STRINGS) if _STRINGS in self.archive.namelist() else b""


def unpack(content: bytes, file: str, wanted: Collection[str]) -> Parts:
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
    book = _part(packed, _BOOK)
    worded = _common if _STRICT[0][0] in book else bytes
    paths, stale = _sheet_paths(worded(book), worded(_part(packed, _RELATIONS)))
    taken = {paths[name] for name in wanted if name in paths}
    infos = [info for info in packed.infolist() if _is_taken(info.filename, taken)]
    require_bytes_within("UNPACKED_MB", sum(info.file_size for info in infos), file)
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        for name in dict.fromkeys(info.filename for info in infos):
            archive.writestr(zipfile.ZipInfo(name), worded(_part(packed, name)))
    return Parts(zipfile.ZipFile(plain), plain.getvalue(), paths, stale)


def begins(content: bytes) -> tuple[Mapping[str, bytes], bytes]:
    """The begin of each sheet's XML by name, and that of the texts which they share.

    Raises one of ``DAMAGED`` for what is no workbook of this format.
    """
    if content.count(_ENTRY) > _MOST_PARTS:
        raise zipfile.BadZipFile
    packed = zipfile.ZipFile(io.BytesIO(content))
    book, relations = (_begin(packed, name, _LARGEST_LIST) for name in (_BOOK, _RELATIONS))
    paths, _ = _sheet_paths(_common(book), _common(relations))
    strings = _begin(packed, _STRINGS, _BEGIN_OF_STRINGS) if _STRINGS in packed.namelist() else b""
    return {name: _common(_begin(packed, path, _BEGIN)) for name, path in paths.items()}, _common(strings)


def _begin(packed: zipfile.ZipFile, name: str, length: int) -> bytes:
    """The first bytes of a part."""
    with packed.open(_plainly_packed(packed, name)) as part:
        return _harmless(part.read(length))


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


def _is_taken(name: str, sheets: Collection[str]) -> bool:
    return name in sheets or (name.endswith((".xml", ".rels")) and posixpath.dirname(name) in _SHARED_FOLDERS)


def _part(packed: zipfile.ZipFile, name: str) -> bytes:
    """One part."""
    return _harmless(packed.read(_plainly_packed(packed, name)))


def _plainly_packed(packed: zipfile.ZipFile, name: str) -> zipfile.ZipInfo:
    info = packed.getinfo(name)
    if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise zipfile.BadZipFile
    return info


def _harmless(content: bytes) -> bytes:
    """The content; what only harms stands in no workbook."""
    # XML in two bytes a letter holds zero bytes; the readers would not see the same in it.
    if b"\0" in content or _TYPE in content:
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
