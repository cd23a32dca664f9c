"""Files of a count that nothing is written over: a sealed plan, the seed beside it, and a sheet that is filled in.

What looks like a plan is kept unless it is surely something else, whatever a program made of it since. A sheet is
somebody's work even where it would be refused as a result. So one is written over only where it is, as a whole, what a
draw writes.
"""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Any

from stockward.book.sources.workbook.unpacking import DAMAGED
from stockward.counting.plan_file import as_written
from stockward.counting.sealing import seed_beside
from stockward.counting.sheets.blank import is_blank_csv, is_blank_workbook
from stockward.counting.sheets.filled import HOW
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_bytes, read_head

_ZIP, _OLD_WORKBOOK = b"PK", b"\xd0\xcf\x11\xe0"
_SEALED = b"stockward.plan/"
_OF_A_PLAN = b'"book_digest"', b'"seed_sha256"', b'"seed_source"'
"""Fields of a plan, whatever schema it says that it is of."""
_OF_A_SHEET = (
    b"unit_number", b":encryption-data", _SEALED, *(one.lower().encode() for hows in HOW.values() for one in hows)
)  # fmt: skip
"""A column that only a count sheet has, and what a sheet says is to be done; that a part is locked, or is a plan."""
_DRAW = re.compile(rb"\bs[0-9a-f]{15}\b")
"""The id of a draw, in small letters."""
_PAGE = b'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<meta http-equiv="Content-Security-Policy"'
"""So every page begins that Stockward writes."""
_HEAD = 2_000_000
_MOST_UNPACKED = 50_000_000
_BLANK = b" \t\r\n\0,;\xef\xbb\xbf\xff\xfe"
_ESCAPED = re.compile(rb"\\u00([2-7][0-9a-fA-F])")
_DEEPEST = 3
_MOST_PARTS = 200
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""Ways of packing of which it is known how they fail."""
_SEED = re.compile(rb"(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?[0-9a-f]{64}\s*")


def require_not_kept(named: str, path: Path) -> None:
    """Raise ``UsageError``, with what the place was ``named``, where a file stands that is kept, of whichever count."""
    kept = _kept(path) if path.is_file() else None
    if kept is not None:
        raise UsageError(f"{named}: {kept}, and never written over: name another")


def _kept(path: Path) -> str | None:
    head = read_head(path, _HEAD)
    if head.lstrip().startswith(_PAGE):
        return None
    if head.startswith(_OLD_WORKBOOK):
        return "it is a workbook with a password, or of an old format"
    content = _content(path, head)
    if _is_seed(path, content):
        return "it is the seed of a plan"
    if _is_sealed(content):
        return "it is a sealed plan"
    return None if _may_go(content) else "it is filled in"


def _content(path: Path, head: bytes) -> bytes:
    """All of a file, unpacked where it is packed; of one that is larger than is read, what it begins with."""
    content = head
    if len(head) == _HEAD:
        try:
            content = read_bytes(path)
        except SiteError:
            content = _past_blanks(path)
    for _ in range(_DEEPEST):
        unpack = next((unpack for sign, unpack in _UNPACKS.items() if content.startswith(sign)), None)
        if unpack is None:
            break
        content = unpack(content)
    return content


def _past_blanks(path: Path) -> bytes:
    """The first bytes of a large file behind blank lines, with which anything could begin."""
    with suppress(OSError), path.open("rb") as file:
        while piece := file.read(_HEAD):
            if filled := piece.lstrip(_BLANK):
                return filled + file.read(_HEAD)
    return b""


def _unpacked(packed: bytes, unpack: Callable[[io.BytesIO], io.BufferedIOBase]) -> bytes:
    """What a packed file begins with; of one that is damaged, a sign to keep it."""
    try:
        return unpack(io.BytesIO(packed)).read(_MOST_UNPACKED)
    except (OSError, EOFError, ValueError, zlib.error, lzma.LZMAError):
        return _OF_A_SHEET[0]


_UNPACKS: Mapping[bytes, Callable[[bytes], bytes]] = MappingProxyType(
    {
        b"\x1f\x8b": lambda packed: _unpacked(packed, lambda file: gzip.GzipFile(fileobj=file)),
        b"BZh": lambda packed: _unpacked(packed, bz2.BZ2File),
        b"\xfd7zXZ\0": lambda packed: _unpacked(packed, lzma.LZMAFile),
    }
)
"""Ways to pack one file, by what a packed one begins with."""


def _is_sealed(content: bytes) -> bool:
    """Whether it is a plan that is bound to a seed; one that cannot be read to its end is taken for one."""
    text = _letters(content)
    is_plan = _SEALED in text or all(name in text for name in _OF_A_PLAN)
    return is_plan and not _is_surely_another_answer(content)


def _is_seed(path: Path, content: bytes) -> bool:
    """Whether it is the file beside a plan in which the seed of that is kept, or looks like one that was moved."""
    if path.suffix != seed_beside(Path("plan")).suffix:
        return False
    beside = path.with_suffix("")
    is_seed = _SEED.fullmatch(_letters(content).strip()) is not None
    return is_seed or _is_sealed(_content(beside, read_head(beside, _HEAD)))


def _may_go(content: bytes) -> bool:
    """Whether it is a blank sheet of a draw, or none at all."""
    if content.startswith(_ZIP):
        return is_blank_workbook(content) or not _holds_a_sheet(content)
    return not _speaks_of_a_sheet(content) or is_blank_csv(content) or _is_surely_another_answer(content)


def _speaks_of_a_sheet(content: bytes) -> bool:
    text = _letters(content).lower()
    return any(sign in text for sign in _OF_A_SHEET) or _DRAW.search(text) is not None


def _letters(content: bytes) -> bytes:
    """Plain letters of a text, whether they were saved in one byte each or in several, or are escaped as in JSON."""
    plain = content.replace(b"\0", b"")
    if b"\\" not in plain:
        return plain
    return _ESCAPED.sub(lambda sign: bytes([int(sign[1], 16)]), plain.replace(b"\\/", b"/"))


def _is_surely_another_answer(content: bytes) -> bool:
    """Whether Stockward wrote it as a plan that is bound to nothing, or as JSON of another kind."""
    try:
        document = json.loads(as_written(content), object_pairs_hook=_each_once)
    except (ValueError, RecursionError):
        return False
    if not isinstance(document, dict):
        return False
    schema = str(document.get("schema"))
    if schema.startswith(_SEALED.decode()) or "book_digest" in document:
        return all(document.get(name, "") is None for name in ("seed_sha256", "seed_source"))
    return schema.startswith("stockward.")


def _each_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON; one in which a key stands twice is none that Stockward wrote."""
    found = dict(pairs)
    if len(found) < len(pairs):
        raise ValueError("a key that stands twice")
    return found


def _holds_a_sheet(content: bytes) -> bool:
    """Whether any part of an archive, such as a workbook, looks like a sheet; so does one that nobody can look into."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = archive.infolist()
            return len(parts) > _MOST_PARTS or any(_part_of_a_sheet(archive, one) for one in parts)
    except DAMAGED:
        return True


def _part_of_a_sheet(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> bool:
    if part.compress_type not in _PACKED:
        return True
    with archive.open(part) as opened:
        return _speaks_of_a_sheet(opened.read(_HEAD))
