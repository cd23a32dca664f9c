"""The worked plant as a site: 52 weeks, 100 in and 100 out a week, an inventory of 200, one measurement each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

from small_sites import write_site

from stockward.book import Site

START = datetime(2026, 1, 1, tzinfo=UTC)
METHODS = "method,random_rel,systematic_rel\nin,0.005,0.003\nout,0.005,0.003\ntank,0.005,0.003\n"
WEEKS = 52


def worked_plant(folder: Path, *, kind: str = "process", weeks: int = WEEKS, **tables: str) -> Site:
    """One method a stream, one calibration for the year; the area is of the kind."""
    moments = [(START + timedelta(weeks=week)).isoformat() for week in range(weeks + 1)]
    counts = [f"W{week:02d},{at},A,TNT,200,tank" for week, at in enumerate(moments)]
    halves = [(START + timedelta(weeks=week, days=-3)).isoformat() for week in range(1, weeks + 1)]
    flows = [f"i{week},{at},receipt,TNT,100,,A,in\no{week},{at},issue,TNT,100,A,,out" for week, at in enumerate(halves)]
    return write_site(
        folder,
        **{
            "areas": f"area,kind\nA,{kind}\n",
            "methods": METHODS,
            "movements": "movement,at,kind,material,quantity,from_area,to_area,method\n" + "\n".join(flows),
            "counts": "inventory,at,area,material,quantity,method\n" + "\n".join(counts),
            **tables,
        },
    )
