"""A seeded sample of single-line mutants, each held against the tests near it and those of its room: which survive?

    python tests/mutants.py [--count 20] [--seed 1] [--room balance]...

A mutant turns one comparison, sign, number, condition or Boolean of one line, in a copy of the project. It is caught
where one of them fails, or where it cannot be imported. Survivors are told with their line; ends with 1 where there
is one. What is not a matter of the answer (texts, docstrings, annotations) is left alone.
"""

from __future__ import annotations

import argparse
import ast
import os
import random
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from near import ROOT, near

ROOMS = ("balance", "stats", "roster", "guards", "counting")
LEFT_OUT = {"tests/test_tidy.py", "tests/docs/test_docs_words.py"}
"""They judge how a line is written, and not what it says."""
SECONDS = 600

_SWAPPED = {
    ast.Lt: "<=", ast.LtE: "<", ast.Gt: ">=", ast.GtE: ">", ast.Eq: "!=", ast.NotEq: "==", ast.In: "not in",
    ast.NotIn: "in", ast.Add: "-", ast.Sub: "+", ast.Mult: "/", ast.Div: "*", ast.And: "or", ast.Or: "and",
    ast.BitAnd: "|", ast.BitOr: "&",
}  # fmt: skip
_WRITTEN = {
    ast.Lt: "<", ast.LtE: "<=", ast.Gt: ">", ast.GtE: ">=", ast.Eq: "==", ast.NotEq: "!=", ast.In: "in",
    ast.NotIn: "not in", ast.Add: "+", ast.Sub: "-", ast.Mult: "*", ast.Div: "/", ast.And: "and", ast.Or: "or",
    ast.BitAnd: "&", ast.BitOr: "|",
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A file, a line, and what stands in the place of what from a column on."""

    path: str
    line: int
    column: int
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}: {self.old} became {self.new}"

    def apply(self, root: Path) -> None:
        """Write it into a copy of the project."""
        lines = (root / self.path).read_bytes().split(b"\n")
        line = lines[self.line - 1]
        end = self.column + len(self.old.encode())
        assert line[self.column : end] == self.old.encode(), self
        lines[self.line - 1] = line[: self.column] + self.new.encode() + line[end:]
        (root / self.path).write_bytes(b"\n".join(lines))


def main() -> int:
    """Try them, one after the other."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--room", action="append", choices=ROOMS)
    asked = parser.parse_args()
    found = [mutant for room in asked.room or ROOMS for mutant in mutants_of(ROOT / "src" / "stockward" / room)]
    chosen = random.Random(asked.seed).sample(found, min(asked.count, len(found)))
    survivors = [mutant for mutant in chosen if not is_caught(mutant)]
    print(f"{len(chosen) - len(survivors)} of {len(chosen)} mutants caught, of {len(found)} that there are")
    for mutant in survivors:
        print(f"survived: {mutant}")
    return int(bool(survivors))


def is_caught(mutant: Mutant) -> bool:
    """Whether a test near it fails; one that never ends counts as failed."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(ROOT, root, ignore=shutil.ignore_patterns(".venv", ".git", "out", "__pycache__", ".*_cache"))
        mutant.apply(root)
        tests = tests_of(mutant)
        environment = {**os.environ, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"}
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "-m", "not slow", *tests]
        try:
            done = subprocess.run(command, cwd=root, env=environment, capture_output=True, timeout=SECONDS, check=False)
        except subprocess.TimeoutExpired:
            return True
    caught = done.returncode != 0
    print(f"{'caught' if caught else 'SURVIVED'}: {mutant}", file=sys.stderr, flush=True)
    return caught


def tests_of(mutant: Mutant) -> list[str]:
    """The tests near it first, and then those of its room."""
    first = [path for path in near([mutant.path]) if path not in LEFT_OUT]
    of_room = (ROOT / "tests" / Path(mutant.path).parts[2]).glob("test_*.py")
    others = sorted(path.relative_to(ROOT).as_posix() for path in of_room)
    return [*first, *(path for path in others if path not in first)]


def mutants_of(room: Path) -> Iterator[Mutant]:
    """Every mutant of the files of a room, in order."""
    for path in sorted(room.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        yield from _of_file(path.relative_to(ROOT).as_posix(), text)


def _of_file(path: str, text: str) -> Iterator[Mutant]:
    lines = text.encode().split(b"\n")
    passed_over: set[int] = set()
    tree = ast.parse(text)
    for node in ast.walk(tree):
        for annotation in _annotations(node):
            passed_over |= {id(part) for part in ast.walk(annotation)}
    for node in ast.walk(tree):
        if id(node) in passed_over:
            continue
        if isinstance(node, ast.Compare):
            left = [node.left, *node.comparators]
            for operator, before, after in zip(node.ops, left, node.comparators, strict=False):
                yield from _swapped(path, lines, operator, before, after)
        elif isinstance(node, ast.BinOp):
            yield from _swapped(path, lines, node.op, node.left, node.right)
        elif isinstance(node, ast.BoolOp):
            yield from _swapped(path, lines, node.op, node.values[0], node.values[1])
        elif isinstance(node, ast.Constant) and type(node.value) in (int, bool) and node.lineno == node.end_lineno:
            old = lines[node.lineno - 1][node.col_offset : node.end_col_offset].decode()
            new = str(not node.value) if isinstance(node.value, bool) else str(node.value + 1)
            yield Mutant(path, node.lineno, node.col_offset, old, new)


def _annotations(node: ast.AST) -> Iterator[ast.AST]:
    """What says types, and is never run."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and node.returns is not None:
        yield node.returns
    if isinstance(node, (ast.arg, ast.AnnAssign)) and node.annotation is not None:
        yield node.annotation


def _swapped(path: str, lines: list[bytes], operator: ast.AST, before: ast.expr, after: ast.expr) -> Iterator[Mutant]:
    """The operator between two expressions of one line, turned."""
    written = _WRITTEN.get(type(operator))  # type: ignore[arg-type]
    if written is None or before.end_lineno != after.lineno or before.end_lineno is None:
        return
    between = lines[before.end_lineno - 1][before.end_col_offset : after.col_offset].decode()
    if between.strip("() ") == written and before.end_col_offset is not None:
        column = before.end_col_offset + len(between[: between.index(written)].encode())
        yield Mutant(path, before.end_lineno, column, written, _SWAPPED[type(operator)])  # type: ignore[index]


if __name__ == "__main__":
    sys.exit(main())
