"""Texts that a receiver gives: a key, an opened report, a table, an answer."""

from __future__ import annotations

from pathlib import Path

from stockward.terms.errors import UsageError
from stockward.terms.files import read_text


def text_given(path: Path) -> str:
    """The text of a file. Raises ``UsageError`` for one that is not in UTF-8, ``SiteError`` for one that is none."""
    try:
        return read_text(path)
    except UnicodeDecodeError as error:
        raise UsageError(f"{path}: byte {error.start} is no UTF-8: save it as text in UTF-8") from None
