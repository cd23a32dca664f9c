"""The chances that plans state, held against drills of the planned books.

    python -m benchmarks.planned_drill               the quarry, the depot, and 20 random sites; 20,000 copies each
    python -m benchmarks.planned_drill --sites 5     so many random sites
    python -m benchmarks.planned_drill --copies 4000

Each goal's loss is taken out of copies of the books with the plan in them, measured afresh, and tested. What is found
is held against the chance stated for the planned books, less what so many copies leave open (two standard errors).
"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from pathlib import Path

from tests.protection.sites_to_plan import drawn_site

from benchmarks import figure
from stockward.answers.plan import DrilledGoal
from stockward.book import Site, read_site
from stockward.questions.plan import make_protection_plan

EXAMPLES = Path(__file__).parents[1] / "examples"
AT = datetime(2026, 11, 30, tzinfo=UTC)
_A_POINT = 0.01


def main() -> None:
    """Print how far what is found lies from what is stated, in all and at worst."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=20)
    parser.add_argument("--copies", type=int, default=20_000)
    asked = parser.parse_args()
    named = {name: read_site(EXAMPLES / name) for name in ("quarry", "depot")}
    drawn = {f"site {seed}": drawn_site(2000 + seed) for seed in range(asked.sites)}
    found = [one for site in {**named, **drawn}.values() for one in _drilled(site, asked.copies)]
    apart = [abs(_apart(one)) for one in found]
    beyond = [max(abs(_apart(one)) - (one.error or 0.0), 0.0) for one in found]
    figure(f"mean departure of {len(found)} goals and ways", sum(apart) / len(apart), limit=_A_POINT)
    figure("largest departure beyond what so many copies leave open", max(beyond), limit=_A_POINT)
    figure("mean signed departure", sum(map(_apart, found)) / len(found), limit=None)


def _drilled(site: Site, copies: int) -> list[DrilledGoal]:
    plan = make_protection_plan(site, generated=AT, drill=copies)
    return [one for one in plan.drilled if one.copies and one.chance is not None]


def _apart(one: DrilledGoal) -> float:
    return one.found / one.copies - (one.chance or 0.0)


if __name__ == "__main__":
    main()
