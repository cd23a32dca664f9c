"""Every command and option that writes, what stands in its place before, and whether what stands there is whole."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import subprocess
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
PROGRAM = [sys.executable, "-c", "from stockward.cli import main; main()"]
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
INSTANCE = """\
SECTION_HORIZON
7
SECTION_SHIFTS
D,480,
SECTION_STAFF
A,D=7,2400,960,5,2,2,1
B,D=7,2400,960,5,2,2,1
SECTION_DAYS_OFF
A,0
SECTION_SHIFT_ON_REQUESTS
SECTION_SHIFT_OFF_REQUESTS
SECTION_COVER
""" + "".join(f"{day},D,1,100,1\n" for day in range(7))
SEED = "a seed that nobody can guess"
OLD = b"of yesterday\n"
LEFT_BEHIND = ".stockward-"
_CALENDARS = [f"G{number}.ics" for number in range(6)]
_PLANT = ("simulate", "--weeks", "4", "--lines", "1")


@dataclass(frozen=True)
class Writer:
    """A command, the names that it writes by their options, and a file that it reads.

    ``{}`` in the arguments is the folder of what is read. ``files`` are ``"new"`` where nothing is written over; what
    is written is a folder where its name has no ending. The empty option is the argument of the command.
    """

    arguments: tuple[str, ...]
    outputs: Mapping[str, str]
    reads: str | None
    kind: str = "file"

    def command(self, read: Path, written: Mapping[str, Path]) -> list[str]:
        """The command line that writes so."""
        named = [part for option, path in written.items() for part in (option, str(path)) if part]
        return [*PROGRAM, *(part.replace("{}", str(read)) for part in self.arguments), *named]

    def places(self, out: Path) -> dict[str, Path]:
        """Where each option writes."""
        return {option: out / name for option, name in self.outputs.items()}


_ROSTER = ("roster", "{}/guarded", "--start", "2026-07-06", "--weeks", "1", "--deterministic", "10")
_CERTIFY = (
    "sample", "certify", "{}/filled.csv", "--plan", "{}/plan.json", "--counter", "K-1", "--witness", "K-2",
    "--counted-at", "2026-02-02",
)  # fmt: skip
WRITERS = {
    "review": Writer(
        ("review", "{}/site"), {"--html": "a.html", "--json": "a.json", "--xlsx": "a.xlsx"}, "site/counts.csv"
    ),
    "orders": Writer(("orders", "{}/site"), {"--json": "a.json", "--csv": "a.csv"}, "site/counts.csv"),
    "drill": Writer(
        ("drill", "{}/site", "--copies", "60", "--jobs", "2"), {"--html": "a.html", "--json": "a.json"},
        "site/counts.csv",
    ),
    "sample plan": Writer(("sample", "plan", "{}/boxes", "--items", "box=3"), {"--json": "a.json"}, "boxes/counts.csv"),
    "sample plan --commit": Writer(
        ("sample", "plan", "{}/boxes", "--items", "box=3"), {"--commit": "b.json"}, "boxes/counts.csv", "new"
    ),
    "sample draw": Writer(
        ("sample", "draw", "{}/plan.json"), {"--html": "a.html", "--xlsx": "a.xlsx", "--csv": "a.csv"}, "plan.json"
    ),
    "sample certify": Writer(_CERTIFY, {"--html": "a.html", "--json": "a.json"}, "filled.csv"),
    "roster": Writer(
        _ROSTER,
        {"--html": "a.html", "--json": "a.json", "--xlsx": "a.xlsx", "--csv": "a.csv", "--ics": "calendars"},
        "guarded/people.csv",
    ),
    "roster --instance": Writer(
        ("roster", "--instance", "{}/instance.txt", "--deterministic", "2"), {"--out": "a.csv"}, "instance.txt"
    ),
    "init": Writer(("init",), {"": "blank"}, None, "site"),
    "init --csv": Writer(("init", "--csv"), {"": "blank"}, None, "site"),
    "init, a folder is there": Writer(("init", "--csv"), {"": "blank"}, None, "room"),
    "simulate": Writer(_PLANT, {"": "plant"}, None, "site"),
    "simulate, a folder is there": Writer(_PLANT, {"": "plant"}, None, "room"),
    "simulate --overwrite": Writer((*_PLANT, "--overwrite", "--seed", "2"), {"": "plant"}, None, "over"),
}  # fmt: skip


def read_by_all(folder: Path) -> Path:
    """A folder with all that the commands read."""
    shutil.copytree(SITE, folder / "site")
    shutil.copytree(BOXES, folder / "boxes")
    shutil.copytree(SITE, folder / "guarded")
    (folder / "guarded" / "people.csv").write_text(GUARDS, encoding="utf-8")
    (folder / "guarded" / "posts.csv").write_text(POSTS, encoding="utf-8")
    with (folder / "guarded" / "site.toml").open("a", encoding="utf-8") as settings:
        settings.write(FORCE)
    (folder / "instance.txt").write_text(INSTANCE, encoding="utf-8")
    plan = folder / "plan.json"
    _run("sample", "plan", folder / "boxes", "--items", "box=3", "--commit", plan, "--seed-text", SEED)
    _run("sample", "draw", plan, "--csv", folder / "sheets.csv")
    _run(*_PLANT, folder / "plant")
    _run("init", "--csv", folder / "blank")
    _fill_in(folder / "sheets.csv", folder / "filled.csv")
    return folder


def _run(*arguments: str | Path) -> None:
    subprocess.run([*PROGRAM, *map(str, arguments)], check=True, capture_output=True)


def _fill_in(sheet: Path, filled: Path) -> None:
    """Find every item that was drawn."""
    with sheet.open(encoding="utf-8", newline="") as file:
        lines = list(csv.DictReader(file))
    for line in lines:
        line["quantity"] = "1"
    with filled.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)


def fingerprint(folder: Path) -> dict[str, str]:
    """Everything in a folder: what links say, and the hash of what files hold."""
    found = {}
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink():
            found[name] = f"-> {path.readlink()}"
        elif path.is_file():
            found[name] = hashlib.sha256(path.read_bytes()).hexdigest()
        else:
            found[name] = "folder"
    return found


def set_up(writer: Writer, path: Path, read: Path) -> None:
    """What stands in a place before the command."""
    if writer.kind == "file" and path.suffix:
        path.write_bytes(OLD)
    elif writer.kind == "file":
        path.mkdir()
        for name in _CALENDARS:
            (path / name).write_bytes(OLD)
    elif writer.kind == "room":
        path.mkdir()
    elif writer.kind == "over":
        shutil.copytree(read / "plant", path)


def state(writer: Writer, path: Path, read: Path) -> str:
    """Whether what stands in a place is ``old``, ``new`` or ``half``."""
    if writer.kind == "file" and path.suffix:
        return state_of_file(path)
    if writer.kind == "file":
        states = {state_of_file(path / name) for name in _CALENDARS}
        return states.pop() if len(states) == 1 else "half" if "half" in states else "both"
    if writer.kind == "new":
        return _state_of_plan(path)
    return _state_of_site(writer, path, read)


def state_of_file(path: Path) -> str:
    """Of a file that was there before."""
    content = path.read_bytes() if path.is_file() else b""
    return "old" if content == OLD else "new" if whole(path.name, content) else "half"


def _state_of_plan(path: Path) -> str:
    """A plan is not there, or there as a whole with its seed; a seed alone is whole."""
    seed = path.with_name(path.name + ".seed")
    if seed.exists() and len(seed.read_text(encoding="utf-8")) != 65:
        return "half"
    if not path.exists():
        return "old"
    return "new" if seed.exists() and whole(path.name, path.read_bytes()) else "half"


def _state_of_site(writer: Writer, path: Path, read: Path) -> str:
    """A folder is as it was, holds no ``site.toml``, or holds all files of a site."""
    standing = {name: one for name, one in fingerprint(path).items() if not name.startswith(LEFT_BEHIND)}
    if writer.kind == "over" and standing == fingerprint(read / "plant"):
        return "old"
    if writer.kind == "site" and not path.exists():
        return "old"
    if not (path / "site.toml").exists():
        # A folder that was there before is no site until the settings come.
        return "old" if writer.kind != "site" else "half"
    files = {file.name for file in path.iterdir() if not file.name.startswith(LEFT_BEHIND)}
    if "simulate" not in writer.arguments:
        tables = {file.name for file in (read / "blank").iterdir()}
        return "new" if files in (tables, {"site.toml", "site.xlsx"}) and _ends(path) else "half"
    plant = read / "plant"
    kept = [name for name in ("counts.csv", "truth.json") if _same_bytes(path / name, plant / name)]
    expected = {file.name for file in plant.iterdir()}
    return "new" if files == expected and _ends(path) and not (writer.kind == "over" and kept) else "half"


def _same_bytes(one: Path, other: Path) -> bool:
    return one.is_file() and one.read_bytes() == other.read_bytes()


def _ends(folder: Path) -> bool:
    files = [file for file in folder.iterdir() if not file.name.startswith(LEFT_BEHIND)]
    return all(whole(file.name, file.read_bytes()) for file in files)


def whole(name: str, content: bytes) -> bool:
    """Whether a file is all of an answer."""
    kind: dict[str, Callable[[bytes], bool]] = {
        ".html": lambda page: page.rstrip().endswith(b"</html>"),
        ".json": lambda text: isinstance(json.loads(text), dict),
        ".xlsx": lambda book: zipfile.ZipFile(io.BytesIO(book)).testzip() is None,
        ".csv": lambda text: (
            text.endswith(b"\n") and len({len(row) for row in csv.reader(io.StringIO(text.decode()))}) == 1
        ),
        ".ics": lambda text: text.startswith(b"BEGIN:VCALENDAR\r\n") and text.endswith(b"END:VCALENDAR\r\n"),
        ".toml": lambda text: text.endswith(b"\n"),
        ".md": lambda text: text.endswith(b"\n"),
    }
    try:
        return kind[Path(name).suffix](content)
    except (ValueError, zipfile.BadZipFile):
        return False
