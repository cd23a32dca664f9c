"""No name in the books stands in any answer with a sign that is unseen, or that steers what shows it."""

from __future__ import annotations

import html
import json
import unicodedata
import zipfile
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.roster.guard_sites import guards, post, small_site

from sites import settings
from stockward.cli import main
from stockward.terms.signs import upright

EVIL = "\u202e\u2066\u200b\u200f\u200d\ufeff\U000e0041[2J"
"""Turned writing, isolated writing, blanks without width, and a tag."""
CONTROLS = f"{EVIL}\x1b[2J\x9b\x7fz"
"""Rows with an erased screen and other controls are set aside."""


def unseen(text: str) -> set[str]:
    """Signs of a text that nobody sees, but for ends of lines and tabs."""
    return {sign for sign in text if sign not in "\n\r\t" and unicodedata.category(sign) in {"Cc", "Cf", "Zl", "Zp"}}


def books(folder: Path) -> Path:
    """A site whose every name and key steers: a shortage of bulk, a discrepancy of items, a row set aside."""
    days = [date(2026, 1, 1) + timedelta(weeks=week) for week in range(5)]
    tables = {
        "areas": ["area,kind,name", f"A{EVIL},store,a{EVIL}", f"B{EVIL},store,b{EVIL}"],
        "materials": ["material,kind,unit,name,stage", f"T{EVIL},bulk,kg,t{EVIL},raw", f"S{EVIL},item,each,s{EVIL},"],
        "methods": ["method,random_rel,systematic_rel", f"W{EVIL},0.005,0.001"],
        "movements": [
            "movement,at,kind,material,quantity,from_area,to_area,method",
            *(f"M{EVIL}{day},{day}T08:00,receipt,T{EVIL},100,,A{EVIL},W{EVIL}" for day in days),
            *(f"N{EVIL}{day},{day}T09:00,transfer,T{EVIL},40,A{EVIL},B{EVIL},W{EVIL}" for day in days),
            f"X{CONTROLS},2026-01-09,receipt,S{EVIL},n/a{CONTROLS},,B{EVIL},",
        ],
        "counts": [
            "inventory,at,area,material,quantity,method",
            *(
                f"I{EVIL}{day},{day},{area}{EVIL},{material}{EVIL},{number},{method}"
                for week, day in enumerate(days)
                for area, material, number, method in [
                    ("A", "T", 60 * week - 20 * (week > 3), f"W{EVIL}"), ("B", "T", 40 * week, f"W{EVIL}"),
                    ("A", "S", 30 - week // 4, ""),
                ]
            ),
        ],
        "orders": ["order,issued_on,measure,comparator,factor,due_on", f"O{EVIL},2026-01-05,guards,>=,2,2026-12-01"],
    }  # fmt: skip
    folder.mkdir()
    for name, lines in tables.items():
        quoted = [",".join(f'"{cell}"' for cell in line.split(",")) for line in lines]
        (folder / f"{name}.csv").write_text("\n".join(quoted) + "\n", encoding="utf-8", newline="")
    name = "".join(f"\\U{ord(sign):08x}" for sign in f"Works{CONTROLS}")
    (folder / "site.toml").write_text(settings(name), encoding="utf-8")
    return folder


def guarded(folder: Path) -> Path:
    """A site with a guard and a post whose names steer."""
    people = [{**one, "person": f"{one['person']}{EVIL}"} for one in guards(5)]
    small_site(folder, people, [post(f"gate{EVIL}", name=f"Gate{EVIL}")])
    return folder


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with every file that a command can write of such sites, and what it has printed."""
    folder = tmp_path_factory.mktemp("unseen")
    out, site, posts = folder / "out", books(folder / "books"), guarded(folder / "guarded")
    out.mkdir()

    def run(name: str, *arguments: object, **files: str) -> None:
        named = [word for option, ending in files.items() for word in (f"--{option}", out / f"{name}.{ending}")]
        done = CliRunner().invoke(main, [str(word) for word in (*arguments, *named)])
        assert done.exit_code in {0, 1, 3}, done.output
        (out / f"{name}.txt").write_text(done.output, encoding="utf-8")

    kinds = {"html": "html", "json": "json", "xlsx": "xlsx"}
    run("review", "review", site, "--guards", ">2", **kinds)
    run("drill", "drill", site, "--copies", 4, "--jobs", 1, html="html", json="json")
    run("orders", "orders", site, posts, json="json", csv="csv")
    run("plan", "sample", "plan", site, "--items", f"S{EVIL}=3", json="json", commit="sealed.json")
    plan = out / "plan.sealed.json"
    run("sheets", "sample", "draw", plan, html="html", xlsx="xlsx", csv="csv")
    asked = ("--counter", f"K{CONTROLS}", "--witness", f"L{CONTROLS}", "--counted-at", "2026-06-01")
    run("result", "sample", "certify", out / "sheets.csv", "--plan", plan, *asked, html="html", json="json")
    shifts = ("--start", "2026-07-06", "--weeks", 1, "--deterministic", 10)
    run("roster", "roster", posts, *shifts, **kinds, csv="csv", ics="calendars")
    return out


def texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                for name in book.namelist():
                    yield f"{path.name} {name}", html.unescape(book.read(name).decode("utf-8"))
        elif path.is_file():
            yield path.name, path.read_text(encoding="utf-8")
        yield "the name of a file", path.name


def test_no_answer_holds_a_sign_that_is_unseen(written: Path) -> None:
    found = {name: unseen(html.unescape(text) if name.endswith(".html") else text) for name, text in texts(written)}
    assert len(found) > 40
    assert {name: signs for name, signs in found.items() if signs} == {}


def test_the_names_stand_in_texts_attributes_and_drawings(written: Path) -> None:
    """So that the test above has looked at them."""
    page = (written / "review.html").read_text(encoding="utf-8")
    for before in ("<title id=", "<desc id=", "<td>"):
        assert any(upright(EVIL) in part.split("<")[0] for part in page.split(before)[1:]), before
    for name in ("drill.html", "roster.html", "sheets.html", "result.html", "sheets.csv", "roster.csv"):
        assert "[2J" in (written / name).read_text(encoding="utf-8"), name


def test_json_says_the_very_names(written: Path) -> None:
    for name in ("review", "drill", "orders", "result"):
        document = json.loads((written / f"{name}.json").read_text(encoding="utf-8"))
        assert EVIL in json.dumps(document, ensure_ascii=False), name


def test_what_joins_letters_is_kept() -> None:
    persian = "نیمه\u200cشب"
    assert upright(f"{persian}\n\u200cx\u200d") == f"{persian}\n?x?"
