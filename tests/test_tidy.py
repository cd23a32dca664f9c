"""The house style as a test: everything that is out of order is listed at once, with the mend."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[1]
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
        if "src" in path.parts and path.parent.name not in ("cli", "face")
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if any(word in line for word in banned)
    ]
    assert not found, "\n".join(found)
