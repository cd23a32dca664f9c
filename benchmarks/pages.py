"""Every kind of page that Stockward writes, made on the command line from sites of many kinds."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import stockward as sw

PROJECT = Path(__file__).parents[1]
RIDGEWAY = PROJECT / "examples" / "ridgeway"
FIRST_COUNT = PROJECT / "docs" / "first_count"
SEED_TEXT = "07 12 23 31 40 44"
ROSTER = ("--start", "2026-07-06")
FEW_PATROLS = ("--number", "patrol-stores=1", "--number", "patrol-halls=1")
ORDER = ("--guards", ">2", "--due", "2026-12-31")
OF_GUARDS = ("people", "posts", "absences", "orders", "reports")
ANSWERED = {0, 1, 3, 4}
"""Exit codes with which a page is written."""


def write_pages(folder: Path) -> list[Path]:
    """Write all pages into a folder; one that stands there already is taken as it is."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, (site, options) in _reviews(folder).items():
        _page(folder, f"review-{name}", "review", site, *options)
    _page(folder, "drill", "drill", RIDGEWAY, "--copies", "20", "--jobs", "1")
    _page(folder, "drill-as-recorded", "drill", RIDGEWAY, "--copies", "20", "--jobs", "1", "--as-recorded")
    _page(folder, "roster", "roster", RIDGEWAY, *ROSTER, *FEW_PATROLS)
    _page(folder, "roster-impossible", "roster", RIDGEWAY, *ROSTER, "--weeks", "1")
    _counting(folder)
    _cards(folder / "cards.html")
    return sorted(folder.glob("*.html"))


def _reviews(folder: Path) -> dict[str, tuple[Path, Sequence[str]]]:
    reviews: dict[str, tuple[Path, Sequence[str]]] = {
        "ridgeway": (RIDGEWAY, ()),
        "surge": (RIDGEWAY, ("--production", "5", *ORDER)),
        "guards": (_guards_alone(folder / "guards"), ()),
        "blank": (_without_rows(folder / "blank"), ()),
        "untested": (_with_a_bad_row(folder / "untested"), ("--production", "2")),
        "first": (PROJECT / "docs" / "first_site", ()),
        "faulty": (PROJECT / "docs" / "faulty", ()),
        "balanced": (_simulated(folder / "balanced", "--weeks", "12"), ()),
        "large": (_simulated(folder / "large", "--weeks", "52", "--lines", "12", "--losses"), ()),
    }
    fuel = fuel_fab(folder / "fuel_fab")
    return reviews if fuel is None else {**reviews, "fuel_fab": (fuel, ())}


def _page(folder: Path, name: str, command: str, *given: str | Path) -> None:
    page = folder / f"{name}.html"
    if not page.exists():
        run(command, *given, "--html", page, "--quiet")


def run(*given: str | Path) -> str:
    """Run a command of Stockward that answers; what it says."""
    command = [sys.executable, "-m", "stockward", *map(str, given)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=PROJECT)
    if done.returncode not in ANSWERED:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")
    return done.stdout


def _guards_alone(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    for name in OF_GUARDS:
        shutil.copy(RIDGEWAY / f"{name}.csv", folder)
    shutil.copy(RIDGEWAY / "site.toml", folder)
    return folder


def _without_rows(folder: Path) -> Path:
    """A site of which only the areas and materials are written down."""
    folder.mkdir(exist_ok=True)
    for name in ("site.toml", "areas.csv", "materials.csv"):
        shutil.copy(FIRST_COUNT / name, folder)
    for name in ("movements.csv", "counts.csv"):
        heads = (FIRST_COUNT / name).read_text(encoding="utf-8").splitlines()[0]
        (folder / name).write_text(heads + "\n", encoding="utf-8")
    return folder


def _with_a_bad_row(folder: Path) -> Path:
    """Ridgeway with counts that cannot be read: what they could touch is not tested."""
    shutil.copytree(RIDGEWAY, folder, dirs_exist_ok=True)
    lines = (RIDGEWAY / "counts.csv").read_text(encoding="utf-8").splitlines()
    spoilt = [
        re.sub(r",([\d.]+)(?=,|$)", ",?", line) if place % 400 == 50 else line for place, line in enumerate(lines)
    ]
    (folder / "counts.csv").write_text("\n".join(spoilt) + "\n", encoding="utf-8")
    return folder


def _simulated(folder: Path, *options: str) -> Path:
    if not folder.exists():
        run("simulate", folder, *options)
    return folder


def fuel_fab(folder: Path) -> Path | None:
    """The fuel-fabrication plant as a site in this folder; ``None`` where its data are not there."""
    from stockward.validation.fuel_fab import convert, data_folder

    data = data_folder()
    if data is not None and not folder.exists():
        convert(data, folder, random_rel=0.03, systematic_rel=0.03)
    return folder if folder.exists() else None


def _counting(folder: Path) -> None:
    """Sheets of two draws, and the certificate of one."""
    if (folder / "certificate.html").exists():
        return
    for name, site, loss in (("small", FIRST_COUNT, "box=3"), ("sheets", RIDGEWAY, "grenade=60")):
        plan, filled = folder / f"{name}.plan", folder / f"{name}.csv"
        for file in (plan, filled):
            file.unlink(missing_ok=True)
        sealed = run("sample", "plan", site, "--items", loss, "--commit", plan, "--seed-source", "dice")
        commitment = sealed.split()[1]
        seed = ("--commitment", commitment, "--seed-text", SEED_TEXT)
        run("sample", "draw", plan, *seed, "--csv", filled, "--html", folder / f"sheets-{name}.html")
        if name == "small":
            counted = ("--counter", "K-1", "--witness", "K-2", "--counted-at", "2026-02-01T23:00")
            _fill(filled)
            certificate = folder / "certificate.html"
            run("sample", "certify", filled, "--plan", plan, *seed, *counted, "--html", certificate)


def _fill(sheet: Path) -> None:
    """Write into a sheet that one unit is missing and the last was not counted."""
    heads, *lines = sheet.read_text(encoding="utf-8-sig").splitlines()
    place = heads.split(",").index("quantity")
    rows = [line.split(",") for line in lines]
    for number, row in enumerate(rows[:-1]):
        row[place] = "0" if number == 0 else "1"
    sheet.write_text("\n".join([heads, *map(",".join, rows)]) + "\n", encoding="utf-8")


def _cards(page: Path) -> None:
    """The cards that a notebook shows, one below the other on a page as plain as can be."""
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    site = sw.read_site(RIDGEWAY)
    shown = [site, sw.review(site), sw.orders(RIDGEWAY), sw.drill(site, copies=20, jobs=1)]
    cards = "\n".join(one._repr_html_() for one in shown)
    head = '<!doctype html>\n<html lang="en">\n<head><meta charset="utf-8"><title>Cards</title></head>'
    page.write_text(f"{head}\n<body><main><h1>Cards</h1>\n{cards}\n</main></body>\n</html>\n", encoding="utf-8")
