"""Which uploaded files are tables of the format, and which are books of other programs, brought in by their headers."""

from __future__ import annotations

from collections.abc import Container
from pathlib import Path

from stockward.book.settings import SETTINGS
from stockward.book.site import WORKBOOK
from stockward.book.sources.importers.grid.files import TEXTS, WORKBOOK_FILES
from stockward.book.sources.naming.files import TableNames
from stockward.book.sources.parquet import parquet_headed
from stockward.book.sources.separated import text_headed
from stockward.book.sources.workbook.sheets import Workbook
from stockward.terms.errors import SiteError

UPLOAD_ENDINGS = tuple(sorted({".toml", ".parquet", *TEXTS, *WORKBOOK_FILES}))
_OF_THE_FORMAT = frozenset({".csv", ".parquet"})
_HEAD_LENGTH = 65_536


def is_foreign(name: str, content: bytes) -> bool:
    """Whether a file is none of the format: neither by its name, nor by the header or the sheets that it has."""
    suffix = Path(name).suffix.lower()
    if suffix == ".toml" or name.lower() in (SETTINGS, WORKBOOK):
        return False
    if suffix in _OF_THE_FORMAT:
        return Path(name).stem not in TableNames() and _headed(suffix, content) is None
    return suffix != ".xlsx" or not _has_sheets(content, name, TableNames())


def _headed(suffix: str, content: bytes) -> str | None:
    try:
        return text_headed(content[:_HEAD_LENGTH]) if suffix == ".csv" else parquet_headed(content)
    except SiteError:
        return None


def _has_sheets(content: bytes, name: str, wanted: Container[str]) -> bool:
    """Whether a workbook has a sheet that is called as a table; one that cannot be read has none."""
    try:
        return any(sheet in wanted for sheet in Workbook(content, name, ".", ()).sheets)
    except SiteError:
        return False


def may_be_foreign(name: str) -> bool:
    """Whether a file can be read by its headers: any but the settings of a site."""
    return Path(name).suffix.lower() != ".toml"
