"""A synthetic site as a folder: ``site.toml``, one CSV a table, ``truth.json`` and ``README.md``."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import polars as pl

from stockward.facts.dictionary import tables
from stockward.outputs import write_whole
from stockward.simulation.ledger import format_quantity
from stockward.simulation.readme import write_readme
from stockward.simulation.site import SyntheticSite
from stockward.terms.errors import UsageError


def write_site(site: SyntheticSite, folder: str | Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the folder, and return the paths of its files.

    Files are UTF-8 with ``\\n`` at the end of each line, the same bytes for the same plan and seed. Columns stand in
    the order of the data dictionary; those without any entry are left out. Raises ``UsageError`` for a folder that
    holds anything already, unless ``overwrite`` is given; other files than those written stay as they are.
    """
    folder = Path(folder)
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file: name a folder")
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise UsageError(f"{folder} is not empty: name another folder, or say that it may be overwritten")
    folder.mkdir(parents=True, exist_ok=True)
    texts = {"site.toml": site.settings, "truth.json": _as_json(site.truth), "README.md": write_readme(site)}
    texts |= {f"{name}.csv": as_csv(name, frame) for name, frame in site.tables.items()}
    for name, text in texts.items():
        write_whole(folder / name, text)
    return tuple(folder / name for name in texts)


def as_csv(name: str, frame: pl.DataFrame) -> str:
    """One table of the format as CSV text: the columns that are used, in the order of the dictionary."""
    used = [column for column in tables()[name].names if column in frame.columns]
    used = [column for column in used if frame[column].null_count() < frame.height]
    text = frame.select(_as_text(column, frame.schema[column]) for column in used)
    return text.write_csv(line_terminator="\n")


def _as_text(column: str, dtype: pl.DataType) -> pl.Expr:
    """Times to the minute, numbers without idle zeros."""
    if isinstance(dtype, pl.Datetime):
        return pl.col(column).dt.strftime("%Y-%m-%dT%H:%M")
    if dtype.is_float():
        return pl.col(column).map_elements(format_quantity, return_dtype=pl.String)
    return pl.col(column)


def _as_json(truth: Mapping[str, Any]) -> str:
    return json.dumps(dict(truth), ensure_ascii=False, indent=1) + "\n"
