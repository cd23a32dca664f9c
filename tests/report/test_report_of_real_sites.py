"""Sentences over small sites that are closed and tested: what the books make, the report tells."""

from __future__ import annotations

import io
from pathlib import Path

import openpyxl
import pytest
from rich.console import Console

import stockward as sw
from stockward.answers.review import Review
from stockward.report import print_review, write_html, write_xlsx

SETTINGS = """format = 1
[site]
name = "Small"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""
BOXES = {
    "areas": "area,kind\nM1,store\n",
    "materials": "material,kind,unit\nSHELL,item,each\nGRENADE,item,each\nMINE,item,each\n",
    "contents": "material,substance,amount,unit\nSHELL,TNT,2,kg\nGRENADE,TNT,1,kg\nSHELL,RDX,1,kg\nGRENADE,RDX,2,kg\n"
    "MINE,PETN,1,kg\n",
    "movements": "movement,at,kind,material,quantity,from_area,to_area\nR1,2026-01-05,receipt,SHELL,10,,M1\n",
    "counts": "inventory,at,area,material,quantity\nA,2026-01-01,M1,SHELL,100\nA,2026-01-01,M1,GRENADE,100\n"
    "B,2026-02-01,M1,SHELL,100\nB,2026-02-01,M1,GRENADE,90\n",
    "goals": "substance,quantity,unit\nTNT,5,kg\nPETN,2,kg\n",
}


def reviewed(folder: Path, tables: dict[str, str]) -> Review:
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    for name, text in tables.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    return sw.review(sw.read_site(folder)).answers


def printed(review: Review) -> str:
    out = io.StringIO()
    print_review(review, Console(file=out, width=80))
    return " ".join(out.getvalue().split())


def test_items_that_hold_two_substances_are_one_event(tmp_path: Path) -> None:
    review = reviewed(tmp_path, BOXES)
    assert len(review.events) == 1
    assert len(review.events[0].series) == 4


@pytest.mark.parametrize("door", ["page", "terminal", "workbook"])
def test_every_door_tells_the_event_and_the_goal_that_nobody_answers_for(tmp_path: Path, door: str) -> None:
    review = reviewed(tmp_path, BOXES)
    if door == "workbook":
        write_xlsx(review, tmp_path / "review.xlsx")
        summary = openpyxl.load_workbook(tmp_path / "review.xlsx")["summary"]
        text = " ".join(str(cell) for row in summary.iter_rows(values_only=True) for cell in row)
    else:
        text = " ".join(write_html(review).split()) if door == "page" else printed(review)
    assert (
        "10 items of GRENADE are missing from M1 between 1 January and 1 February 2026, and 10 items of SHELL; with "
        "them 30 kg of RDX and 30 kg of TNT."
    ) in text
    assert "PETN in the whole site: nobody holds any of it there by these books" in text
