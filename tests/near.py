"""Which test files are near a change: they import what changed, directly or by a module of tests that does.

    python tests/near.py [COMMIT]

Prints them, in one line, for all that differs from the commit (``main`` where there is one, else the last): for
``make check-fast``. What a change does far away, the whole suite finds.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
TESTS = ROOT / "tests"
ALWAYS = ("tests/test_rooms.py", "tests/test_tidy.py", "tests/docs/test_docs_words.py")


def main(arguments: list[str]) -> None:
    """Print the files."""
    print(*near(changed_since(arguments[0] if arguments else _base())))


def changed_since(commit: str) -> set[str]:
    """Files that differ from the commit, and new ones."""
    return set(_git("diff", "--name-only", commit)) | set(_git("ls-files", "--others", "--exclude-standard"))


def near(changed: Iterable[str]) -> list[str]:
    """Test files that are among the changed files, or import one of them."""
    files = {path.relative_to(ROOT).as_posix(): set(_imported(path)) for path in sorted(TESTS.rglob("*.py"))}
    touched = {name for path in changed if path.endswith(".py") for name in _names_of(path)}
    found: set[str] = set()
    while more := {path for path, names in files.items() if path not in found and (path in changed or names & touched)}:
        found |= more
        touched |= {Path(path).stem for path in more}
    chosen = {path for path in found if Path(path).name.startswith("test_")}
    return sorted(chosen | {path for path in ALWAYS if (ROOT / path).exists()})


def _names_of(path: str) -> Iterator[str]:
    """By which names a file is imported; what a package gives on is imported from the package."""
    parts = list(Path(path).with_suffix("").parts)
    if parts[0] == "src":
        module = [part for part in parts[1:] if part != "__init__"]
        yield ".".join(module)
        package = ROOT.joinpath("src", *module[:-1], "__init__.py")
        if package.exists() and ".".join(module) in set(_imported(package)):
            yield ".".join(module[:-1])
    elif parts[0] in ("tests", "benchmarks"):
        yield parts[-1]
        yield ".".join(parts)


def _imported(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _base() -> str:
    known = _git("branch", "--list", "main", "--format=%(refname:short)")
    return known[0] if known else "HEAD"


def _git(*arguments: str) -> list[str]:
    done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True)
    return done.stdout.splitlines()


if __name__ == "__main__":
    main(sys.argv[1:])
