"""The house style as a test: everything that is out of order is listed at once, with the mend."""

from __future__ import annotations

import ast
import subprocess
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "stockward"
SOURCES = sorted(SOURCE.rglob("*.py"))
LONGEST_FUNCTION = 60
MARKERS = ("FIX" + "ME", "TO" + "DO", "XX" + "X", "HA" + "CK")


def tracked(*suffixes: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split("\n")
    return [ROOT / name for name in listed if name.endswith(suffixes) and (ROOT / name).is_file()]


def test_no_function_is_too_long() -> None:
    long = []
    for path in tracked(".py"):
        if "src" not in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) else node.body
                lines = body[-1].end_lineno - body[0].lineno + 1 if body else 0  # type: ignore[operator]
                if lines > LONGEST_FUNCTION:
                    long.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.name} has {lines} lines: split it")
    assert not long, "\n".join(long)


def test_nothing_is_left_for_later() -> None:
    left = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked(".py", ".md", ".toml", ".j2", ".csv")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(marker in line for marker in MARKERS)
    ]
    assert not left, "\n".join(left)


def test_the_core_asks_no_clock_and_draws_no_unseeded_number() -> None:
    banned = ("datetime.now", "time.time(", "date.today", "np.random.seed", "default_rng()", "random.random(")
    found = [
        f"{path.relative_to(ROOT)}:{number}: {line.strip()}"
        for path in tracked(".py")
        if "src" in path.parts and not {"cli", "face"} & set(path.parts)
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(word in line for word in banned)
    ]
    assert not found, "\n".join(found)


LONGEST_FILE, MOST_FILES = 400, 15
STILL_LONG = {
    "balance/sigma/incidence.py": 558,
    "questions/roster.py": 574, "report/counting/certificate.py": 412, "report/guards/charts.py": 445,
    "report/review/claims.py": 588, "report/review/sentences.py": 617, "report/review/unseen.py": 442,
    "report/review/workbook.py": 434, "simulation/catalogue.py": 494, "simulation/plan.py": 461,
    "simulation/plant.py": 513, "stats/estimates.py": 751, "stats/loss_tests.py": 513,
}  # fmt: skip
"""Files that are longer than a file should be. They may get shorter, and no other may join them."""
OF_THE_FACE = {"Site", "read_site", "main", "Migration"}
"""Public names of two modules: the face gives its own of what a room has, and the command line is the program;
Django finds each step of the database by its class."""


def test_no_file_is_too_long() -> None:
    lines = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    long = [
        f"{path}: {number} lines, at most {most}: split it by what it is about"
        for path, number in lines.items()
        if number > (most := STILL_LONG.get(path.relative_to(SOURCE).as_posix(), LONGEST_FILE))
    ]
    assert not long, "\n".join(long)


def test_no_folder_holds_too_much() -> None:
    held = Counter(path.parent for path in SOURCES)
    assert not [f"{folder}: {number} files" for folder, number in held.items() if number > MOST_FILES]


def test_three_files_with_one_prefix_are_a_package() -> None:
    prefixes = Counter((path.parent, path.stem.split("_")[0]) for path in SOURCES if "_" in path.stem.strip("_"))
    assert not [f"{folder}/{prefix}_*" for (folder, prefix), number in prefixes.items() if number >= 3]


def test_no_public_name_is_defined_twice() -> None:
    defined: dict[str, set[Path]] = {}
    for path in SOURCES:
        for name in _defined(ast.parse(path.read_text(encoding="utf-8"))):
            defined.setdefault(name, set()).add(path)
    twice = [f"{name}: {', '.join(map(str, sorted(of)))}" for name, of in defined.items() if len(of) > 1]
    assert {line.split(":")[0] for line in twice} <= OF_THE_FACE, "\n".join(twice)


def _defined(module: ast.Module) -> Iterator[str]:
    """Public names that a module defines at its top."""
    for node in module.body:
        targets: list[ast.expr] = []
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            targets = [ast.Name(node.name)]
        elif isinstance(node, ast.Assign):
            targets = node.targets
        elif isinstance(node, ast.AnnAssign):
            targets = [node.target]
        names = (one.id for one in targets if isinstance(one, ast.Name))
        yield from (name for name in names if not name.startswith("_") and name != "TYPE_CHECKING")
