"""A small clean site as a folder, which each test breaks in one respect."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
from xlsxwriter import Workbook

from stockward.book import Problem, Site, read_site

SETTINGS = """\
format = 1
[site]
name = "Ridgeway Works"
timezone = "{timezone}"
decimal = "{decimal}"
[detection]
false_alarm = 0.05
detection = 0.95
"""

CLEAN = {
    "areas": "area,kind\nS1,store\nP1,process\n",
    "materials": "material,kind,unit\nTNT,bulk,kg\nSHELL,item,each\n",
    "contents": "material,substance,amount,unit\nTNT,TNT,1,kg\nSHELL,TNT,6.6,kg\n",
    "methods": "method,random_rel,systematic_rel\nW1,0.001,0.0005\nW2,0.002,0.001\n",
    "calibrations": "method,at\nW1,2026-01-01\n",
    "movements": (
        "movement,at,kind,material,quantity,unit,from_area,to_area,method,reverses,note\n"
        "0001,2026-01-02T08:00,receipt,TNT,500,kg,,S1,W1,,\n"
        "0002,2026-01-03T08:00,transfer,TNT,200,kg,S1,P1,W1,,\n"
        "0003,2026-01-04T08:00,make,SHELL,30,each,,P1,,,\n"
        "0004,2026-01-05T08:00,issue,SHELL,5,each,P1,,,,\n"
    ),
    "counts": (
        "inventory,at,area,material,quantity,unit,method,sheet\n"
        "JAN,2026-01-31,S1,TNT,300,kg,W1,a\n"
        "JAN,2026-01-31,P1,SHELL,25,each,,a\n"
        "FEB,2026-02-28,S1,TNT,300,kg,W1,a\n"
    ),
}


class SiteFolder:
    """A folder on disk: written table by table, then read."""

    def __init__(self, path: Path, *, decimal: str = ".", timezone: str = "Asia/Seoul") -> None:
        self.path = path
        self.path.mkdir(parents=True, exist_ok=True)
        self.write("site.toml", SETTINGS.format(decimal=decimal, timezone=timezone))
        for table, text in CLEAN.items():
            self.write(f"{table}.csv", text if decimal == "." else text.replace(",", ";").replace(".", ","))

    def write(self, file: str, content: str | bytes) -> SiteFolder:
        """Write one file; a table is named without its ending."""
        name = file if "." in file else f"{file}.csv"
        (self.path / name).write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
        return self

    def remove(self, *tables: str) -> SiteFolder:
        """Take tables away."""
        for table in tables:
            (self.path / f"{table}.csv").unlink()
        return self

    def replace(self, table: str, old: str, new: str) -> SiteFolder:
        """Change one place of a CSV table."""
        path = self.path / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {table}"
        return self.write(table, text.replace(old, new))

    def add(self, table: str, *rows: str) -> SiteFolder:
        """Append rows to a CSV table."""
        path = self.path / f"{table}.csv"
        return self.write(table, path.read_text(encoding="utf-8") + "".join(f"{row}\n" for row in rows))

    def parquet(self, table: str, frame: pl.DataFrame) -> SiteFolder:
        """Put a Parquet file in the place of a table's CSV."""
        (self.path / f"{table}.csv").unlink(missing_ok=True)
        frame.write_parquet(self.path / f"{table}.parquet")
        return self

    def workbook(self, **sheets: list[list[Any]]) -> SiteFolder:
        """Put a workbook with these sheets in the place of their CSV files; text that begins with = is a formula."""
        for table in sheets:
            (self.path / f"{table}.csv").unlink(missing_ok=True)
        write_workbook(self.path / "site.xlsx", sheets)
        return self

    def read(self) -> Site:
        """Read the site."""
        return read_site(self.path)

    def problems(self, table: str) -> list[Problem]:
        """What is wrong with the rows of one table."""
        return [problem for problem in self.read().problems if problem.table == table]

    def only_problem(self) -> Problem:
        """The one thing that is wrong."""
        (problem,) = self.read().problems
        return problem


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    """Write sheets of plain values, dates as date cells."""
    book = Workbook(str(path), {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_numbers": False})
    for name, rows in sheets.items():
        sheet = book.add_worksheet(name)
        for number, row in enumerate(rows):
            for place, value in enumerate(row):
                if value is not None:
                    sheet.write(number, place, value)
    book.close()


def cells(text: str, separator: str = ",") -> list[list[Any]]:
    """A CSV text as rows of text cells."""
    return [[cell or None for cell in line.split(separator)] for line in text.splitlines()]
