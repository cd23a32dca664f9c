"""Guards' rosters of four weeks under every rule: seconds to the first, the gap after 300 s, and impossible ones.

    python -m benchmarks.guard_rosters                    120 guards beside the peer, 500 guards, impossible rosters
    python -m benchmarks.guard_rosters --guards 120       one size alone
    python -m benchmarks.guard_rosters --impossible       the impossible ones alone

A made site: 30 posts for 120 guards (as many more for more), three shifts a day, qualifications, two affiliations at
mixed posts, areas that some must not guard, absences, wishes, and every rule that a site can state; nine tenths of the
contract hours are asked for. In the impossible ones the contracts are of 34 hours a week in place of 40, or a quarter
of the guards is armed in place of seven in ten. The peer is the whole model as one would give it to CP-SAT at first,
with the same time and cores. Wall seconds on a machine that does nothing else.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figure
from stockward.answers.roster import RosterAnswer
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.optim import cp_sat
from stockward.questions.roster import RosterRequest, make_guards_roster
from stockward.roster.site.demand import Horizon
from stockward.roster.site.making import Limit
from stockward.roster.site.model import solve, whole_roster
from stockward.roster.site.problem import make_problem
from stockward.roster.site.scoring import BREACH
from stockward.terms.verdicts import Solved

START = date(2026, 7, 6)
WEEKS = 4
SITE = """format = 1
[site]
name = "Made for rosters"
timezone = "Europe/Berlin"
[detection]
false_alarm = 0.05
detection = 0.95
[force]
shift_hours = 8
[work_rules]
max_hours_per_week = 48
min_rest_hours = 11
max_consecutive_shifts = 6
min_consecutive_shifts = 2
min_consecutive_days_off = 2
max_consecutive_nights = 4
max_weekends = 3
max_same_pair = 6
"""
AROUND = {"start": "00:00", "end": "24:00", "days": "daily", "hours_per_shift": 8}


def write_site(folder: Path, guards: int, *, seed: int = 1, armed: float = 0.7, hours: float = 40) -> None:
    """Write the made site."""
    rng = np.random.default_rng(seed)
    posts = make_posts(guards)
    people = [guard(number, rng, armed, hours) for number in range(guards)]
    (folder / "site.toml").write_text(SITE, encoding="utf-8")
    write(folder / "posts.csv", posts)
    write(folder / "areas.csv", [{"area": area, "kind": "store"} for area in ("magazine", "store")])
    write(folder / "people.csv", people)
    write(folder / "absences.csv", [row for one in people for row in absence(one["person"], rng)])
    write(folder / "wishes.csv", [row for one in people for row in wishes(one["person"], rng)])


def make_posts(guards: int) -> list[dict[str, Any]]:
    """Thirty posts for each 120 guards: mixed ones of two guards, single ones day and night, and some by day."""
    rows: list[dict[str, Any]] = []

    def add(kind: str, number: int, row: dict[str, Any]) -> None:
        places = range(max(1, round(number * guards / 120)))
        rows.extend({"post": f"{kind}-{place + 1}", "kind": "fixed", "guards": 1, **AROUND, **row} for place in places)

    add("gate", 2, {"guards": 2, "mixed": "yes", "kind": "gate"})
    add("patrol", 1, {"guards": 2, "mixed": "yes", "kind": "patrol", "qualification": "armed"})
    add("magazine", 6, {"qualification": "armed", "area": "magazine"})
    add("control", 2, {"qualification": "control_room", "kind": "control"})
    add("dogs", 1, {"qualification": "dog_handler", "kind": "patrol"})
    add("store", 3, {"area": "store"})
    add("fence", 3, {})
    add("day", 12, {"start": "06:00", "end": "14:00", "days": "mon tue wed thu fri"})
    return rows


def guard(number: int, rng: np.random.Generator, armed: float, hours: float) -> dict[str, Any]:
    """One guard."""
    shares = (("armed", armed), ("control_room", 0.25), ("dog_handler", 0.12))
    held = " ".join(name for name, share in shares if rng.random() < share)
    return {
        "person": f"G-{number + 1:03d}", "role": "guard", "affiliation": "civilian" if number % 4 == 3 else "ministry",
        "duty": "post", "qualifications": held, "hours_per_week": hours,
        "not_in_areas": "store" if rng.random() < 0.1 else "",
    }  # fmt: skip


def absence(person: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    """A spell of leave or sickness for two in five."""
    if rng.random() > 0.4:
        return []
    first = START + timedelta(days=int(rng.integers(-3, 28)))
    return [{"person": person, "start": first, "end": first + timedelta(days=int(rng.integers(0, 8))), "kind": "leave"}]


def wishes(person: str, rng: np.random.Generator) -> list[dict[str, Any]]:
    """Four wishes, most of them for a day off."""
    days = rng.choice(28, 4, replace=False)
    return [
        {
            "person": person, "date": START + timedelta(days=int(day)), "wish": "off" if rng.random() < 0.7 else "on",
            "weight": int(rng.integers(1, 4)),
        }
        for day in days
    ]  # fmt: skip


def write(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write one table."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns, restval="")
        writer.writeheader()
        writer.writerows(rows)


def made_site(guards: int, *, armed: float = 0.7, hours: float = 40) -> Site:
    """The made site, read."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), guards, armed=armed, hours=hours)
        site = read_site(folder)
    assert not site.problems, site.problems[:3]
    return site


def roster(
    guards: int, seconds: float, *, armed: float = 0.7, hours: float = 40
) -> tuple[RosterAnswer, float | None, float]:
    """The answer, the seconds to the first roster that keeps every rule (``None`` without one), and all seconds."""
    site = made_site(guards, armed=armed, hours=hours)
    began = time.monotonic()
    first: list[float] = []

    def progress(best: int | None, bound: float) -> None:
        if best is not None and best < BREACH and not first:
            first.append(time.monotonic() - began)

    asked = RosterRequest(start=START, weeks=WEEKS, generated=datetime(2026, 7, 1, tzinfo=UTC))
    left = Limit(lambda: began + seconds - time.monotonic())
    answer = make_guards_roster(site, asked, limit=left, progress=progress)
    return answer, first[0] if first else None, time.monotonic() - began


def plain(guards: int, seconds: float) -> tuple[float | None, float]:
    """Objective and bound of the whole model in CP-SAT; its time begins when the model is written."""
    site = made_site(guards)
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(START, WEEKS, "Europe/Berlin"))
    found = solve(problem, whole_roster(problem), cp_sat.SearchRequest(1, seconds=seconds, threads=2))
    return found.answer.objective, found.answer.bound


def measure(guards: int, seconds: float, *, peer: bool) -> None:
    """Print the figures of one size."""
    answer, first, _ = roster(guards, seconds)
    cost = None if answer.cost is None else answer.cost.total
    print(f"{guards} guards: {answer.status}, cost {cost}, bound {answer.bound:.0f}, {answer.cost}")
    figure(f"roster of {guards} guards: seconds to the first", first or 1e9, limit=20 if guards <= 120 else 120)
    if guards <= 120:
        gap = 100.0 if answer.gap is None else 100 * answer.gap
        figure(f"roster of {guards} guards: gap after {seconds:g} s, %", gap, limit=2)
    if peer:
        with ProcessPoolExecutor(1, get_context("spawn")) as pool:
            other, bound = pool.submit(plain, guards, seconds).result()
        print(f"plain CP-SAT: cost {other}, bound {bound:.0f}")
        worse = 1e9 if cost is None else 0.0 if other is None else cost / max(other, 1)
        figure(f"roster of {guards} guards: cost / plain CP-SAT, same time and cores", worse, limit=1)


def explain() -> None:
    """Print the figures of the impossible rosters: hours are a way out of the first, and not of the second."""
    for armed, hours in ((0.7, 34), (0.25, 40)):
        answer, _, seconds = roster(120, 58, armed=armed, hours=hours)
        print(f"{answer.status}, {len(answer.conflicts)} rules in conflict")
        for way in answer.relaxations:
            print(f"  {way.status}: {way.words}")
        decided = {way.what for way in answer.relaxations if way.status is not Solved.OUT_OF_TIME}
        undecided = len({"posts", "hours", "guards"} - decided)
        title = f"impossible roster of 120 guards, {armed:.0%} armed, {hours} hours a week"
        figure(f"{title}: seconds to explain it", seconds, limit=60)
        figure(f"{title}: ways out neither shown by a roster nor ruled out", undecided, limit=0)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guards", type=int, default=0, help="one size alone")
    parser.add_argument("--seconds", type=float, default=300, help="seconds of each (default 300)")
    parser.add_argument("--impossible", action="store_true", help="the impossible roster alone")
    asked = parser.parse_args()
    if asked.impossible:
        explain()
        return
    for guards in [asked.guards] if asked.guards else [120, 500]:
        measure(guards, asked.seconds, peer=guards <= 120)
    if not asked.guards:
        explain()


if __name__ == "__main__":
    main()
