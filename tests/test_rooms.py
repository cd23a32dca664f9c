"""A room imports only from lower floors, never sideways, never up."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "stockward"

FLOORS = {
    "version": 0,
    "ending": 0,
    "terms": 0,
    "outputs": 1,
    "kept_files": 1,
    "unfinished": 2,
    "stats": 1,
    "optim": 1,
    "answers": 1,
    "book": 2,
    "sealed": 2,
    "balance": 3,
    "simulation": 3,
    "roster": 3,
    "unseen": 4,
    "counting": 4,
    "guards": 4,
    "surge": 5,
    "drill": 5,
    "places": 5,
    "patrol": 5,
    "protection": 5,
    "questions": 6,
    "validation": 6,
    "report": 7,
    "face": 8,
    "web": 8,
    "cli": 9,
    "__main__": 10,
}

HEAVY = {"scipy", "ortools", "altair", "vl_convert", "xlsxwriter", "rich", "polars", "numpy"}


def room_of(path: Path) -> str:
    return path.relative_to(SOURCE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[int, str]]:
    """Every module that a file imports, with its line, hidden imports in functions included."""
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found.extend((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}:{node.lineno}: import absolutely"
            found.append((node.lineno, node.module or ""))
    return found


FILES = sorted(path for path in SOURCE.rglob("*.py") if path != SOURCE / "__init__.py")


def test_every_room_has_a_floor() -> None:
    assert {room_of(path) for path in FILES} <= FLOORS.keys()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_a_room_imports_only_from_lower_floors(path: Path) -> None:
    room = room_of(path)
    for line, module in imports(path):
        if not module.startswith("stockward."):
            continue
        other = module.split(".")[1]
        lower = FLOORS[other] < FLOORS[room]
        assert other == room or lower, (
            f"{path}:{line}: {room} (floor {FLOORS[room]}) imports {other} (floor {FLOORS[other]})"
        )


@pytest.mark.parametrize("path", sorted((SOURCE / "stats").glob("*.py")), ids=lambda path: path.name)
def test_stats_stand_on_numpy_and_scipy_alone(path: Path) -> None:
    plain = {"__future__", "collections", "dataclasses", "functools", "itertools", "math", "typing"}
    allowed = {"numpy", "scipy", "stockward", *plain}
    for line, module in imports(path):
        assert module.split(".")[0] in allowed, f"{path}:{line}: stats import {module}"


def test_the_package_and_the_command_line_load_nothing_heavy() -> None:
    names = ("__init__.py", "version.py", "terms/errors.py", "terms/conclusions.py")
    for path in [*(SOURCE / name for name in names), *(SOURCE / "cli").rglob("*.py")]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert not {module.split(".")[0] for module in modules} & HEAVY, f"{path}:{node.lineno}"
