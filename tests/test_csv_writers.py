"""Every CSV is written by one module, which makes each text safe: no other writer can forget to."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "src" / "stockward"
HOME = SOURCE / "terms" / "spreadsheet_text.py"
OF_THE_LIBRARY = {"simulation/write.py", "validation/fuel_fab.py"}
"""They write made-up names and published figures by the library of tables; no text of anybody's stands in them."""
READ_BACK = {"book/store/facts.py", "web/records/counts.py", "web/records/entering/typed.py"}
"""They hand a text to the reader of the format, and to nobody else; a guarded cell would be another one to it."""


def _calls(name: str) -> Iterator[str]:
    for path in SOURCE.rglob("*.py"):
        if path != HOME:
            tree = ast.parse(path.read_text(encoding="utf-8"))
            found = (one.attr if isinstance(one, ast.Attribute) else one.id for one in ast.walk(tree)
                     if isinstance(one, (ast.Attribute, ast.Name)))  # fmt: skip
            imported = (alias.name for one in ast.walk(tree) if isinstance(one, ast.ImportFrom) for alias in one.names)
            if name in {*found, *imported}:
                yield path.relative_to(SOURCE).as_posix()


def test_no_csv_is_written_elsewhere() -> None:
    assert set(_calls("DictWriter")) == set()
    assert set(_calls("write_csv")) == OF_THE_LIBRARY
    assert set(_calls("unguarded_csv")) == READ_BACK
    writers = {
        path.relative_to(SOURCE).as_posix()
        for path in SOURCE.rglob("*.py")
        if path != HOME
        for one in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(one, ast.Attribute) and one.attr == "writer" and ast.unparse(one.value) == "csv"
    }
    assert writers == set()
