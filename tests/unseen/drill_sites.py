"""Small sites for drills: a store that is filled and emptied week by week, and a hall that it feeds."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import sites
from stockward.answers.drill import DrillAnswer
from stockward.book import Site, read_site
from stockward.drill.running import DrillOptions, make_drill

BEGIN = date(2026, 1, 5)
AT = datetime(2026, 7, 1, tzinfo=UTC)
HEADS = {
    "areas": "area,kind,name",
    "materials": "material,kind,unit",
    "movements": "movement,at,kind,material,quantity,from_area,to_area,method",
    "counts": "inventory,at,area,material,quantity,method",
}


def weekly(
    folder: Path,
    *,
    weeks: int = 12,
    stock: float = 500.0,
    flow: float = 200.0,
    scale: str = "scale,0.004,0.002,,,",
    hall: bool = False,
    more: dict[str, str] | None = None,
) -> Site:
    """A store S that receives and sends ``flow`` a week, in halves; ``hall`` H makes shells of what it gets.

    ``scale`` is the row of the one method: random_rel, systematic_rel, random_abs, systematic_abs, unit.
    """
    tables = {
        "areas": ["S,store,Store", "H,process,Hall"],
        "materials": ["TNT,bulk,kg", "SHELL,item,each"],
        "movements": [],
        "counts": [],
    }
    for week in range(weeks + 1):
        day = BEGIN + timedelta(days=7 * week)
        tables["counts"].append(f"I{week:02d},{day}T06:00,S,TNT,{stock + 10 * (week % 3):g},scale")
        if hall:
            tables["counts"].append(f"I{week:02d},{day}T06:00,H,TNT,40,scale")
            tables["counts"].append(f"I{week:02d},{day}T06:00,H,SHELL,0,")
    for week in range(weeks):
        for half in (0, 1):
            day = BEGIN + timedelta(days=7 * week + 2 * half + 1)
            more_in = 5 * ((week + 1) % 3 - week % 3)
            tables["movements"] += [
                f"r{week}-{half},{day}T08:00,receipt,TNT,{flow / 2 + more_in:g},,S,scale",
                f"s{week}-{half},{day}T10:00,transfer,TNT,{flow / 2:g},S,H,scale"
                if hall
                else f"s{week}-{half},{day}T10:00,issue,TNT,{flow / 2:g},S,,scale",
            ]
            if hall:
                shells = round(flow / 4)
                tables["movements"] += [
                    f"u{week}-{half},{day}T11:00,use,TNT,{flow / 2:g},H,,",
                    f"m{week}-{half},{day}T12:00,make,SHELL,{shells},,H,",
                    f"i{week}-{half},{day}T13:00,issue,SHELL,{shells},H,,",
                ]
    return _written(folder, scale, tables, {**({"contents": EXACT_CONTENTS} if hall else {}), **(more or {})})


def _written(folder: Path, scale: str, tables: dict[str, list[str]], more: dict[str, str]) -> Site:
    methods = f"method,random_rel,systematic_rel,random_abs,systematic_abs,unit\n{scale}\n"
    texts = {name: "\n".join([HEADS[name], *rows]) + "\n" for name, rows in tables.items()}
    site = read_site(sites.write(folder, {"methods": methods, **texts, **more}, sites.settings("Two areas")))
    assert site.problems == (), site.problems
    return site


EXACT_CONTENTS = "material,substance,amount,unit\nSHELL,TNT,2,kg\n"
CONTENTS = "material,substance,amount,unit,random_rel,systematic_rel\nSHELL,TNT,2,kg,0.01,0.002\n"
NORMAL_LOSSES = "area,substance,rate,basis,random_rel,systematic_rel\nH,TNT,0.001,per_received,0.3,0.2\n"


def drilled(site: Site, jobs: int = 1, **options: object) -> DrillAnswer:
    return make_drill(site, DrillOptions(**options), generated=AT, jobs=jobs)  # type: ignore[arg-type]
