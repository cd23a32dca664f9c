"""Sites made for tests: what ``site.toml`` says, and tables as CSV text or as rows, in a folder or in memory."""

from __future__ import annotations

import csv
import io
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from stockward.book import Site

Row = Mapping[str, Any]
Tables = Mapping[str, str | Sequence[Row]]

_SETTINGS = """\
format = 1
[site]
name = "{name}"
timezone = "{timezone}"
{site}
[detection]
false_alarm = {false_alarm}
detection = 0.95
{more}
"""


def settings(
    name: str = "Works", *, timezone: str = "UTC", false_alarm: float = 0.05, site: str = "", more: str = ""
) -> str:
    """Text of a ``site.toml``, with further lines of ``[site]`` and further sections."""
    return _SETTINGS.format(name=name, timezone=timezone, false_alarm=false_alarm, site=site, more=more)


def bands(shares: Mapping[str, tuple[float, float]]) -> str:
    """The sections that say which share of the guards each affiliation may have."""
    return "".join(
        f'[[force.affiliation]]\nname = "{name}"\nshare = [{low}, {high}]\n' for name, (low, high) in shares.items()
    )


def text_of(table: str | Sequence[Row]) -> str:
    """Rows as CSV text, with a blank where a row lacks a column; text as it is."""
    if isinstance(table, str):
        return table
    columns = list(dict.fromkeys(column for row in table for column in row))
    stream = io.StringIO()
    writer = csv.DictWriter(stream, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return stream.getvalue()


def write(folder: Path, tables: Tables, said: str | None = None) -> Path:
    """Write a site as a folder of CSV files; a table without any text is not there."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "site.toml").write_text(settings() if said is None else said, encoding="utf-8")
    for name, table in tables.items():
        if text := text_of(table):
            (folder / f"{name}.csv").write_text(text, encoding="utf-8", newline="")
    return folder


def in_memory(tables: Tables, said: str | None = None) -> Site:
    """The same site without a file."""
    frames = {
        name: pl.read_csv(text.encode(), infer_schema=False, truncate_ragged_lines=True)
        for name, table in tables.items()
        if (text := text_of(table))
    }
    return Site.from_tables(frames, tomllib.loads(settings() if said is None else said))
