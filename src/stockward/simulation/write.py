"""A synthetic site as a folder: ``site.toml``, one CSV a table, ``truth.json`` and ``README.md``."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

import polars as pl

from stockward.book.schema.dictionary import tables
from stockward.outputs import is_left_behind, resolved, write_folder
from stockward.simulation.ledger import format_quantity
from stockward.simulation.readme import write_readme
from stockward.simulation.site import SyntheticSite
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_bytes, read_text

_SETTINGS, _TRUTH, _README = "site.toml", "truth.json", "README.md"
_DIGESTS = "sha256"
"""Where ``truth.json`` says of each file, and of all else in itself, how it was written."""


def write_site(site: SyntheticSite, folder: str | Path, *, overwrite: bool = False) -> tuple[Path, ...]:
    """Write the folder, and return the paths of its files.

    Files are UTF-8 with ``\\n`` at the end of each line, the same bytes for the same plan and seed. Columns stand in
    the order of the data dictionary; those without any entry are left out. Raises ``UsageError`` for a folder that
    holds anything already, unless ``overwrite`` is given and it holds a simulated site as it was written and nothing
    else.
    """
    folder = Path(folder)
    target = resolved(str(folder), folder)
    texts = {_TRUTH: _as_json(site.truth), _README: write_readme(site)}
    texts |= {f"{name}.csv": as_csv(name, frame) for name, frame in site.tables.items()}
    texts |= {_SETTINGS: site.settings}
    digests = {name: _digest(text.encode()) for name, text in texts.items()}
    texts[_TRUTH] = _as_json({**site.truth, _DIGESTS: digests})
    _require_not_of_the_user(target, texts, overwrite=overwrite)
    write_folder(target, texts, names=[*tables(), "site"], last=_SETTINGS, over=overwrite)
    return tuple(folder / name for name in texts)


def _require_not_of_the_user(folder: Path, written: Collection[str], *, overwrite: bool) -> None:
    if not folder.is_dir():
        return
    standing = [path.name for path in sorted(folder.iterdir()) if not is_left_behind(path.name)]
    if standing and not overwrite:
        raise UsageError(f"{folder} is not empty: name another folder, or say that it may be overwritten")
    digests = _digests_of(folder) if standing else {}
    if standing and not digests:
        raise UsageError(f"{folder}: this folder holds no simulated site, and is never written over: name another")
    for name in standing:
        if name not in written:
            said = "this is no file of the new site"
        elif _digest_in(folder, name) != digests.get(name):
            said = "this file has been changed since it was simulated"
        else:
            continue
        raise UsageError(
            f"{folder / name}: {said}, and its folder is never written over: take it away, or name another folder"
        )


def _digests_of(folder: Path) -> Mapping[str, str]:
    """How each file of a simulated site was written; of no other folder anything is known."""
    digests = _told_by(folder / _TRUTH).get(_DIGESTS)
    return digests if isinstance(digests, dict) else {}


def _digest_in(folder: Path, name: str) -> str | None:
    """That of a file as it stands; ``None`` where it cannot be read."""
    try:
        content = read_bytes(folder / name)
    except SiteError:
        return None
    if name != _TRUTH:
        return _digest(content)
    told = _told_by(folder / name)
    rest = _as_json({key: value for key, value in told.items() if key != _DIGESTS})
    return _digest(rest.encode()) if content == _as_json(told).encode() else None


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _told_by(file: Path) -> Mapping[str, Any]:
    """What a ``truth.json`` says; whoever has a file of this name need not mean ours."""
    try:
        told = json.loads(read_text(file))
    except (SiteError, ValueError, RecursionError):
        return {}
    return told if isinstance(told, dict) else {}


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
