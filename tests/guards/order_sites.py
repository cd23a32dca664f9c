"""Small sites with guards and orders, written as folders."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import sites
from stockward.answers.selection import Candidate
from stockward.book import read_site
from stockward.book.known import KnownBooks, known_at

DAY = date(2026, 6, 30)
DUE = date(2026, 8, 30)

BANDS = {"ministry": (0.70, 0.80), "civilian": (0.20, 0.30)}

REQUIRED = {
    "areas": "area,kind\nA,store\n",
    "materials": "material,kind,unit\nTNT,bulk,kg\nSHELL,item,each\n",
    "movements": "movement,at,kind,material,quantity\n",
    "counts": "inventory,at,area,material,quantity\n",
}
ORDER_COLUMNS = "order,issued_on,measure,comparator,due_on,factor,value,baseline_on,issuer,scope,stated_reason\n"
PEOPLE_COLUMNS = "person,role,affiliation,duty,since,until,available_from,training_weeks\n"


def write(
    folder: Path, *, name: str = "Works", bands: dict[str, tuple[float, float]] | None = None, **tables: str
) -> Path:
    return sites.write(folder, {**REQUIRED, **tables}, sites.settings(name, more=sites.bands(bands or {})))


def books(folder: Path, *, bands: dict[str, tuple[float, float]] | None = None, **tables: str) -> KnownBooks:
    return known_at(read_site(write(folder, bands=bands, **tables)), None)


def guards(*groups: tuple[int, str, str, str, str], start: int = 1) -> str:
    """Rows of people: so many of an affiliation with a duty, since and until (blank: not stated)."""
    rows, number = [], start
    for count, affiliation, duty, since, until in groups:
        for _ in range(count):
            rows.append(f"G-{number:04},guard,{affiliation},{duty},{since},{until},,\n")
            number += 1
    return PEOPLE_COLUMNS + "".join(rows)


def order(
    key: str = "ORD-1", measure: str = "patrolling_guards", comparator: str = ">", due: str = "2026-08-30",
    factor: str = "2", value: str = "", baseline: str = "2026-06-01", issued: str = "2026-06-01", reason: str = "",
) -> str:  # fmt: skip
    return f"{key},{issued},{measure},{comparator},{due},{factor},{value},{baseline},,,{reason}\n"


def candidates(affiliation: str, count: int, *, ready: date | None = DAY, in_pool: bool = True) -> list[Candidate]:
    return [
        Candidate(
            person=f"{affiliation}-{number}",
            row=number + 2,
            role="applicant",
            affiliation=affiliation,
            line=None,
            ready_on=ready,
            until=None,
            in_pool=in_pool,
            reasons=() if in_pool else ("not tested fit",),
        )
        for number in range(count)
    ]
