"""Every writing command killed at random moments: what stands in its files then is the old or the new, never half.

    python -m benchmarks.killed [--moments 200] [--seed 1]

Each command is killed by a signal that it cannot catch, at moments spread evenly at random over the time that it takes.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from benchmarks import figure

ROOT = Path(__file__).parents[1]
SITE, BOXES = ROOT / "docs" / "first_site", ROOT / "docs" / "first_count"
GUARDS = "person,role,affiliation,duty,hours_per_week,since\n" + "".join(
    f"G{i},guard,m,post,44,2024-01-01\n" for i in range(6)
)
POSTS = "post,kind,guards,start,end,days\nP,fixed,1,00:00,24:00,daily\n"
FORCE = """[force]
weeks_per_year = 52
shift_hours = 8
fill_probability = 0.95
[work_rules]
max_hours_per_week = 48
min_rest_hours = 11
"""
OLD = b"of yesterday\n"
SEED = "a seed nobody can guess"
PROGRAM = [sys.executable, "-c", "from stockward.cli import main; main()"]


@dataclass(frozen=True)
class Writer:
    """A command, the files that it writes by their options, and whether they may stand there before."""

    arguments: tuple[str, ...]
    files: Mapping[str, str]
    over: bool = True

    def command(self, folder: Path) -> list[str]:
        """The command line that writes into a folder."""
        written = [part for option, name in self.files.items() for part in (option, str(folder / name))]
        return [*PROGRAM, *(part.replace("{}", str(folder)) for part in self.arguments), *written]


WRITERS = {
    "review": Writer(
        ("review", str(SITE), "--quiet"), {"--html": "a.html", "--json": "a.json", "--xlsx": "a.xlsx"}
    ),
    "orders": Writer(("orders", str(SITE), "--quiet"), {"--json": "a.json", "--csv": "a.csv"}),
    "drill": Writer(
        ("drill", str(SITE), "--copies", "20", "--quiet"), {"--html": "a.html", "--json": "a.json"}
    ),
    "sample --commit": Writer(("sample", str(BOXES), "--items", "box=3"), {"--commit": "b.json"}, over=False),
    "sample --draw": Writer(
        ("sample", "--draw", "{}/plan.json"), {"--html": "a.html", "--xlsx": "a.xlsx", "--csv": "a.csv"}
    ),
    "roster": Writer(
        ("roster", "{}/site", "--start", "2026-07-06", "--weeks", "1", "--time", "3", "--quiet"),
        {"--html": "a.html", "--json": "a.json", "--xlsx": "a.xlsx", "--csv": "a.csv"},
    ),
}  # fmt: skip


def whole(name: str, content: bytes) -> bool:
    """Whether a file is all of an answer."""
    kind: dict[str, Callable[[bytes], bool]] = {
        ".html": lambda page: page.rstrip().endswith(b"</html>"),
        ".json": lambda text: isinstance(json.loads(text), dict),
        ".xlsx": lambda book: zipfile.ZipFile(io.BytesIO(book)).testzip() is None,
        ".csv": lambda text: (
            text.endswith(b"\n") and len({len(row) for row in csv.reader(io.StringIO(text.decode()))}) == 1
        ),
    }
    try:
        return kind[Path(name).suffix](content)
    except (ValueError, zipfile.BadZipFile):
        return False


def prepared(folder: Path, writer: Writer) -> None:
    """The folder as it was before the command."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    if "--draw" in writer.arguments:
        subprocess.run(
            [*PROGRAM, "sample", str(BOXES), "--items", "box=3", "--commit", str(folder / "plan.json")],
            check=True, capture_output=True,
        )  # fmt: skip
    if "roster" in writer.arguments:
        shutil.copytree(SITE, folder / "site")
        (folder / "site" / "people.csv").write_text(GUARDS, encoding="utf-8")
        (folder / "site" / "posts.csv").write_text(POSTS, encoding="utf-8")
        with (folder / "site" / "site.toml").open("a", encoding="utf-8") as settings:
            settings.write(FORCE)
    if writer.over:
        for name in writer.files.values():
            (folder / name).write_bytes(OLD)


def halves(folder: Path, writer: Writer) -> list[str]:
    """Files that are neither what they were nor all of the new."""
    found = []
    for name in writer.files.values():
        file = folder / name
        content = file.read_bytes() if file.exists() else None
        before = OLD if writer.over else None
        if content != before and (content is None or not whole(name, content)):
            found.append(name)
    return found


def seconds_of(folder: Path, writer: Writer) -> float:
    """How long the command takes; its files are whole and new then."""
    prepared(folder, writer)
    started = time.monotonic()
    ended = subprocess.run(writer.command(folder), check=False, capture_output=True)
    taken = time.monotonic() - started
    assert ended.returncode in (0, 1, 3), ended.stderr.decode()
    assert not halves(folder, writer)
    assert all((folder / name).read_bytes() != OLD for name in writer.files.values())
    return taken


def killed(folder: Path, writer: Writer, after: float) -> list[str]:
    """What is half when the command is killed after so many seconds."""
    prepared(folder, writer)
    process = subprocess.Popen(writer.command(folder), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        process.wait(after)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    return halves(folder, writer)


def main() -> None:
    """Kill and look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--moments", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made) / "out"
        for name, writer in WRITERS.items():
            taken = seconds_of(folder, writer)
            found = [killed(folder, writer, rng.uniform(0, 1.05 * taken)) for _ in range(options.moments)]
            figure(f"{name}, killed at {options.moments} moments: files left half", sum(map(len, found)), limit=0)


if __name__ == "__main__":
    main()
