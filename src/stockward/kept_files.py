"""Files that no output takes the place of: databases, keys, secrets, sealed plans, and what somebody has filled in.

An output is a text or a workbook. Any other file is something else, whatever its name; and a workbook that a
spreadsheet program has saved since Stockward wrote it is somebody's work.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_head, read_text

_HEAD = 1_000_000
_DATABASE = b"SQLite format 3\0"
_ZIP, _END_OF_ZIP, _END = b"PK", b"PK\x05\x06", 22
WORKBOOK_MARK = b"stockward"
"""The remark of the archive of a workbook as Stockward writes it; whoever saves it again leaves no remark."""
_PRIVATE_KEYS = b"AGE-SECRET-KEY-1", b"PRIVATE+KEY+", b"PRIVATE KEY-----"
_SECRET = re.compile(rb"\s*[0-9A-Za-z+/_-]{43,}={0,2}\s*")
"""One long word and nothing else: of at least 256 bits."""
_SEALED = re.compile(rb"\"schema\"\s*:\s*\"stockward\.patrol_plan/")
_NO_TEXT, _WIDE_TEXTS = b"\0", (b"\xff\xfe", b"\xfe\xff")
"""A sign that stands in no text, but for one of two bytes a letter, which says so where it begins."""
_RUN, _OF_MANY = "run.json", "stockward.sites/"
_DEEPEST = 3
"""So many folders may a file of results stand below the one that is theirs."""


def require_replaceable(named: str, path: Path) -> None:
    """Raise ``UsageError``, with what the place was ``named``, where a file stands that is never written over."""
    if path.is_file():
        kept = _kept(read_head(path, _HEAD))
        if kept is not None:
            raise UsageError(f"{named}: {kept}, and never written over: name another")


def require_text_or_workbook(named: str, path: Path) -> None:
    """Raise ``UsageError`` where a file stands that is neither a text nor a workbook as Stockward wrote it."""
    if not path.is_file():
        return
    head = read_head(path, _HEAD)
    if head.startswith(_ZIP):
        if not _is_marked(path):
            said = "this workbook or archive is not as Stockward wrote it: somebody may have filled it in"
            raise UsageError(f"{named}: {said}: name another, or take it away")
    elif _NO_TEXT in head and not head.startswith(_WIDE_TEXTS):
        raise UsageError(f"{named}: it is no text, and no output of Stockward: name another, or take it away")


def require_outside_results(named: str, path: Path) -> None:
    """Raise ``UsageError`` for a place among the results of many sites, which their own command alone writes."""
    for folder in list(path.parents)[:_DEEPEST]:
        if _is_of_many(folder / _RUN):
            said = f"it would stand among the results of stockward sites in {folder}"
            raise UsageError(f"{named}: {said}: name a place outside of that folder")


def marked_workbook(content: bytes) -> bytes:
    """A workbook with the remark by which it is known that nobody has saved it since; one that is locked as it is."""
    if content[-_END : -_END + len(_END_OF_ZIP)] != _END_OF_ZIP:
        return content
    return content[:-2] + len(WORKBOOK_MARK).to_bytes(2, "little") + WORKBOOK_MARK


def _is_marked(path: Path) -> bool:
    with path.open("rb") as file:
        file.seek(0, 2)
        file.seek(max(0, file.tell() - _END - len(WORKBOOK_MARK)))
        end = file.read()
    return end.startswith(_END_OF_ZIP) and end.endswith(WORKBOOK_MARK)


def _kept(head: bytes) -> str | None:
    if head.startswith(_DATABASE):
        return "it is a database, such as a book of record"
    if any(sign in head for sign in _PRIVATE_KEYS):
        return "it holds a private key"
    if _SECRET.fullmatch(head):
        return "it is a secret, or a seed"
    return "it is a sealed plan of patrols" if _SEALED.search(head) else None


def _is_of_many(file: Path) -> bool:
    try:
        told = json.loads(read_text(file)) if file.is_file() else None
    except (SiteError, OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and str(told.get("schema", "")).startswith(_OF_MANY)
