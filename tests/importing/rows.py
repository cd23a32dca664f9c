"""An import as sets of rows that can be held against a truth."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stockward.questions.importing import Imported, Request, import_files


@dataclass
class Rows:
    """What was taken, day by day; ``waiting`` are the rows that are not, as they stand in the tables."""

    movements: set[tuple[str, str, str, float, str, str]]
    counts: set[tuple[str, str, str, float]]
    waiting: list[dict[str, str]]
    found: Imported


def imported(
    files: Sequence[Path], site: Path, answers: Mapping[tuple[str, ...], str] | None = None, *, accepts: bool = False
) -> Rows:
    """Import files with the answers to their questions; a path without its last part fits what begins with it."""
    request = Request(files, site, timezone="UTC", accepts=accepts)
    found = _found(request)
    known = {**(answers or {}), ("areas", "kind"): "store"}
    while asked := [(one.about, how) for one in found.questions if (how := _answer(one.about, known)) is not None]:
        request.answers.update(asked)
        found = _found(request)
    movements, counts = (table(found, name) for name in ("movements", "counts"))
    rows = [row for row in [*movements, *counts] if _waits(row)]
    return Rows(
        {
            (row["at"][:10], row["kind"], row["material"], float(row["quantity"]), row["from_area"], row["to_area"])
            for row in movements
            if not _waits(row)
        },
        {(row["at"][:10], row["area"], row["material"], float(row["quantity"])) for row in counts if not _waits(row)},
        rows,
        found,
    )


def _found(request: Request) -> Imported:
    """What an import finds; no two of its questions read alike, and no row waits where nothing is asked."""
    found = import_files(request)
    asked = [one.asks for one in found.questions]
    assert len(set(asked)) == len(asked), asked
    assert found.questions or not found.waiting, found.waiting
    return found


def table(found: Imported, name: str) -> list[dict[str, str]]:
    """The rows of a table that an import would write."""
    return list(csv.DictReader(io.StringIO(found.contents.get(f"{name}.csv", ""), newline="")))


def _answer(about: tuple[str, ...], known: Mapping[tuple[str, ...], str]) -> str | None:
    return next((answer for path, answer in known.items() if about[: len(path)] == path), None)


def _waits(row: Mapping[str, str]) -> bool:
    return any(cell.startswith("?") for name, cell in row.items() if name != "note")
