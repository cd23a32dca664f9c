"""A small site with two magazines of items and a store of bulk, and sheets filled in by hand."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from click.testing import CliRunner, Result
from pydantic import TypeAdapter

import sites
from stockward.answers.counting import CountingPlan
from stockward.book import Site, read_site
from stockward.cli import main
from stockward.counting import plan_text
from stockward.counting.planning import book_digest

_ADAPTER = TypeAdapter(CountingPlan)
TABLES = {
    "areas": "area,kind,name\nM1,store,Magazine 1\nM2,store,Magazine 2\nS,store,Store\n",
    "materials": (
        "material,kind,unit,name\nTNT,bulk,kg,\nSHELL,item,each,Shell\nBOMB,item,each,Bomb\nPART,item,each,Part\n"
    ),
    "contents": "material,substance,amount,unit\nSHELL,TNT,2,kg\nBOMB,TNT,500,g\n",
    "methods": "method,random_rel,systematic_rel\nW1,0.005,0.001\n",
    "goals": "substance,quantity,unit\nTNT,20,kg\n",
    "movements": (
        "movement,at,kind,material,quantity,from_area,to_area,method\n"
        "1,2026-01-10,receipt,SHELL,40,,M1,\n"
        "2,2026-01-11,transfer,SHELL,10,M1,M2,\n"
        "3,2026-01-12,write_off,BOMB,3,M2,,\n"
        "4,2026-01-13,issue,PART,7,S,,\n"
        "5,2026-01-14,transfer,TNT,5,S,M2,W1\n"
    ),
    "counts": (
        "inventory,at,area,material,quantity,method\n"
        "I1,2026-01-01,M1,SHELL,100,\nI1,2026-01-01,M2,BOMB,203,\nI1,2026-01-01,M2,SHELL,0,\n"
        "I1,2026-01-01,S,TNT,900,W1\nI1,2026-01-01,S,PART,7,\n"
    ),
}

SEED = "a seed that nobody can guess"
WHO = ("--counter", "K-1", "--witness", "K-2", "--counted-at", "2026-02-01T10:00")


def write(folder: Path, *, decimal: str = "", **tables: str) -> Path:
    if decimal:
        tables = {"methods": "method,random_rel\nW1,0\n", **tables}
    mark = f'decimal = "{decimal}"' if decimal else ""
    said = sites.settings("Two magazines", timezone="Asia/Seoul", site=mark)
    return sites.write(folder, {**TABLES, **tables}, said)


def site(folder: Path, **tables: str) -> Site:
    return read_site(write(folder, **tables))


def run(*arguments: object) -> Result:
    result = CliRunner().invoke(main, ["sample", *(str(argument) for argument in arguments)], prog_name="stockward")
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def one_line(result: Result) -> str:
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, result.stderr
    assert result.exit_code == 2
    return lines[0]


def published(plan: Path) -> tuple[str, str]:
    """The commitment of a plan, as an option: that of the file as it stands."""
    return ("--commitment", json.loads(plan.read_text(encoding="utf-8"))["digest"])


def sealed_anew(plan: Path, change: Callable[[dict[str, Any]], object], *, book: bool = True) -> None:
    """Change a plan as a forger does who knows the format: with a digest that is right, and that of the book too."""
    document = json.loads(plan.read_text(encoding="utf-8"))
    document = {name: document[name] for name in document if name not in {"schema", "digest"}}
    change(document)
    made: CountingPlan = _ADAPTER.validate_json(json.dumps(document))
    if book:
        made = dataclasses.replace(made, book_digest=book_digest(made))
    plan.write_text(plan_text(made), encoding="utf-8")


def drawn(folder: Path, *asked: object, decimal: str = "") -> Path:
    """A sealed plan with its sheet as CSV beside it, blank."""
    write(folder / "site", decimal=decimal)
    for name, content in _drawn_files(tuple(map(str, asked)), decimal).items():
        (folder / name).write_bytes(content)
    return folder / "plan.json"


@cache
def _drawn_files(asked: tuple[str, ...], decimal: str) -> dict[str, bytes]:
    """All that the commands write beside the site, once a process: most tests begin with the same."""
    with TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write(folder / "site", decimal=decimal)
        plan = folder / "plan.json"
        assert run("plan", folder / "site", "--commit", plan, "--seed-text", SEED, *asked).exit_code == 0
        assert run("draw", plan, "--csv", folder / "sheet.csv").exit_code == 0
        return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


def fill(folder: Path, change: Callable[[list[dict[str, str]]], object] = lambda rows: None) -> Path:
    """The sheet with every unit there, then changed."""
    rows = list(csv.DictReader(io.StringIO((folder / "sheet.csv").read_text(encoding="utf-8"))))
    for row in rows:
        row["quantity"] = {"weigh": "5"}.get(row["task"], "1")
    change(rows)
    path = folder / "filled.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path
