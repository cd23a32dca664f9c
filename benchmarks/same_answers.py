"""Every command on sites of many kinds, by this checkout and by an earlier commit: whether all bytes are the same.

    python -m benchmarks.same_answers COMMIT [--keep FOLDER] [--only NAME]

Compared are exit codes, both streams and every file that is written, but for the moment of the run. What differs is
told, and ends with 1. A commit at which the steps of a count were one command is asked in its own words. Commands that
search for a roster until their time is over are left out: they give what was reached in it.
"""

from __future__ import annotations

import argparse
import io
import os
import re
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks.pages import FIRST_COUNT, ORDER, RIDGEWAY, ROSTER, SEED_TEXT, fuel_fab

PROJECT = Path(__file__).parents[1]
PROGRAM = "from stockward.cli import main; main()"
COMMANDS = ("check", "drill", "init", "orders", "review", "roster", "simulate", "validate")
STEPS = {"plan": (), "draw": ("--draw",), "certify": ("--result",)}
"""The steps of a count, and how each was asked for when they were one command."""
SIMULATED = {
    "plain": ("--weeks", "16"),
    "with losses": ("--losses", "--seed", "2"),
    "long": ("--weeks", "60", "--lines", "2", "--seed", "3"),
}

_DAYS = [(datetime.now(UTC) + timedelta(days=days)).date() for days in (-1, 0, 1)]
NOW = re.compile(
    rb"(?:%s)[T ][0-9:.]+" % b"|".join(day.isoformat().encode() for day in _DAYS)
    + rb"|<v>(?:%s)\.[0-9]+</v>" % b"|".join(b"%d" % (day - date(1899, 12, 30)).days for day in _DAYS)
)
"""A moment of today, in any time zone, as text and as a workbook holds it."""

Command = Sequence[str | Path]


@dataclass(frozen=True)
class Answers:
    """What commands gave, run one after the other in one folder: exit codes and streams, and the files in it."""

    said: tuple[tuple[int, bytes, bytes], ...]
    files: dict[str, bytes]

    def differ(self, other: Answers) -> list[str]:
        """In what these answers differ from others."""
        streams = ["what is said"] if self.said != other.said else []
        names = sorted(self.files.keys() | other.files.keys())
        return streams + [name for name in names if self.files.get(name) != other.files.get(name)]


def runs(folder: Path) -> Iterator[tuple[str, list[Command]]]:
    """Commands that follow each other, by a name; the folder holds a site that is made for them."""
    yield "help", [("--help",), *((command, "--help") for command in COMMANDS)]
    yield "help of a count", [("sample", "--help"), *(("sample", step, "--help") for step in STEPS)]
    yield "validate", [("validate",)]
    yield "init", [("init", "blank"), ("check", "blank"), ("review", "blank")]
    yield "orders", [("orders", RIDGEWAY, "--json", "orders.json"), ("orders", RIDGEWAY, *ORDER)]
    yield "impossible roster", [("roster", RIDGEWAY, *ROSTER, "--weeks", "1", "--json", "roster.json")]
    yield "count", _count()
    sites = {"ridgeway": RIDGEWAY, **{name: PROJECT / "docs" / name for name in ("first_site", "faulty")}}
    for name, site in sites.items():
        yield name, _questions(site)
    yield "surge", [_review(RIDGEWAY, "--production", "5")]
    yield "question on guards", [_review(RIDGEWAY, *ORDER)]
    for name, options in SIMULATED.items():
        yield name, [("simulate", "site", *options), *_questions(Path("site"))]
    if fuel := fuel_fab(folder / "fuel_fab"):
        yield "fuel fab", [_review(fuel)]


def _questions(site: Path) -> list[Command]:
    drilled = ("drill", site, "--copies", "5", "--jobs", "1", "--html", "drill.html", "--json", "drill.json")
    return [("check", site, "--all"), _review(site), ("sample", "plan", site, "--json", "plan.json"), drilled]


def _review(site: Path, *options: str) -> Command:
    return ("review", site, *options, "--html", "review.html", "--json", "review.json", "--xlsx", "review.xlsx")


def _count() -> list[Command]:
    drawn = ("--seed-text", SEED_TEXT, "--html", "sheet.html", "--csv", "sheet.csv", "--xlsx", "sheet.xlsx")
    certified = ("--seed-text", SEED_TEXT, "--counter", "K-1", "--witness", "K-2", "--counted-at", str(_DAYS[0]))
    return [
        ("sample", "plan", FIRST_COUNT, "--items", "box=3", "--commit", "a.plan", "--seed-source", "dice"),
        ("sample", "draw", "a.plan", *drawn),
        ("sample", "certify", "sheet.csv", "--plan", "a.plan", *certified, "--html", "c.html", "--json", "c.json"),
    ]


def answers(source: Path, commands: Sequence[Command], folder: Path) -> Answers:
    """Run commands with the package of this source."""
    folder.mkdir(parents=True)
    environment = os.environ | {"PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1", "COLUMNS": "100"}
    said = []
    for command in commands:
        whole = [sys.executable, "-c", PROGRAM, *map(str, _in_words_of(source, command))]
        ran = subprocess.run(whole, cwd=folder, env=environment, capture_output=True, check=False)
        said.append((ran.returncode, ran.stdout, ran.stderr))
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file()]
    return Answers(tuple(said), {str(path.relative_to(folder)): _timeless(path.read_bytes()) for path in paths})


def _in_words_of(source: Path, command: Command) -> Command:
    """A command as the package of this source takes it."""
    if command[0] != "sample" or (source / "stockward" / "cli" / "sample").is_dir():
        return command
    step, *rest = command[1:]
    return ("sample", *STEPS.get(str(step), (step,)), *rest)


def _timeless(content: bytes) -> bytes:
    """What stands in a file, a workbook unpacked, without moments of these days."""
    if content.startswith(b"PK"):
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            content = b"".join(name.encode() + parts.read(name) for name in parts.namelist())
    return NOW.sub(b"now", content)


def check_out(commit: str, folder: Path) -> Path:
    """The package as it was at a commit."""
    folder.mkdir(parents=True)
    archive = subprocess.run(["git", "-C", PROJECT, "archive", commit, "src"], check=True, capture_output=True).stdout
    subprocess.run(["tar", "-x", "-C", folder], input=archive, check=True)
    return folder / "src"


def main() -> int:
    """Compare all; 1 where any differs."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commit", help="the commit to compare with")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="leave what both wrote there")
    parser.add_argument("--only", default="", metavar="NAME", help="run only those whose name holds this")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        sources = {"now": PROJECT / "src", "then": check_out(options.commit, folder / "source")}
        different = 0
        for name, commands in runs(folder):
            if options.only in name:
                now, then = (answers(source, commands, folder / when / name) for when, source in sources.items())
                told, codes = now.differ(then), [code for code, *_ in now.said]
                different += bool(told)
                said = f"{name:<20} exit codes {codes}, {len(now.files)} files"
                print(f"{said}: {', '.join(told) or 'the same'}", flush=True)
    print(f"{different} differ")
    return int(bool(different))


if __name__ == "__main__":
    sys.exit(main())
