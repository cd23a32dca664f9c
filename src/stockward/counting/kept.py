"""Files of a count that nothing is written over: a sealed plan, the seed beside it, and a sheet that is filled in.

A sheet is somebody's work even where a program has changed it so that it would be refused as a result. So one is
written over only where it can be read as one of a draw, with nothing in it.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
from contextlib import suppress
from pathlib import Path

from stockward.counting.filled import is_blank_sheet
from stockward.counting.sealing import seed_beside
from stockward.facts.unpacking import DAMAGED
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_bytes, read_head

_ZIP, _OLD_WORKBOOK = b"PK", b"\xd0\xcf\x11\xe0"
_OF_A_SHEET = re.compile(r"unit_number|\bS[0-9a-f]{15}\b")
"""A column that only a count sheet has, or the id of a draw."""
_HEAD = 2_000_000
_MOST_PARTS = 100
_SEED = re.compile(r"[0-9a-f]{64}\s*")


def require_not_kept(named: str, path: Path) -> None:
    """Raise ``UsageError``, with what the place was ``named``, where a file stands that is kept, of whichever count."""
    kept = _kept(path) if path.is_file() else None
    if kept is not None:
        raise UsageError(f"{named}: {kept}, and never written over: name another")


def _kept(path: Path) -> str | None:
    head = read_head(path, _HEAD)
    if head.startswith(b"{"):
        return "it is a sealed plan" if _is_sealed(head) else None
    if head.startswith(b"<"):
        return None
    if _is_seed(path, head):
        return "it is the seed of a plan"
    if head.startswith(_OLD_WORKBOOK):
        return "it is a workbook with a password, or of an old format"
    return None if _may_go(path, head) else "it is filled in"


def _is_sealed(head: bytes) -> bool:
    """Whether it is a plan that is bound to a seed; a plan that cannot be read to its end is taken for one."""
    if b'"stockward.plan/' not in head:
        return False
    try:
        plan = json.loads(head)
    except ValueError:
        return True
    of_a_plan = isinstance(plan, dict) and str(plan.get("schema")).startswith("stockward.plan/")
    return of_a_plan and any(plan.get(name) for name in ("seed_sha256", "seed_source"))


def _is_seed(path: Path, head: bytes) -> bool:
    """Whether it is the file beside a plan in which the seed of that is kept, or looks like one that was moved."""
    if path.suffix != seed_beside(Path("plan")).suffix:
        return False
    beside = path.with_suffix("")
    return _SEED.fullmatch(head.decode("utf-8", "replace")) is not None or _is_sealed(read_head(beside, _HEAD))


def _may_go(path: Path, head: bytes) -> bool:
    """Whether it is a blank sheet of a draw, or none at all."""
    content, blank = head, False
    with suppress(SiteError):
        content = read_bytes(path)
        blank = is_blank_sheet(path, content)
    return blank or not any(_OF_A_SHEET.search(text) for text in _texts(content))


def _texts(content: bytes) -> list[str]:
    """What stands at the begin of a file, in each way it may have been saved, or of each part of a workbook."""
    if not content.startswith(_ZIP):
        return [content[:_HEAD].decode(code, "replace") for code in ("utf-8", "utf-16")]
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            parts = [one for one in archive.namelist() if one.endswith(".xml")][:_MOST_PARTS]
            return [archive.open(one).read(_HEAD).decode("utf-8", "replace") for one in parts]
    except DAMAGED:
        # Nobody can say what is in it.
        return ["unit_number"]
