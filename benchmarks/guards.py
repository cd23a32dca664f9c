"""What guards take: the chance that a shift is filled beside every case counted, and the time of the whole question.

    python -m benchmarks.guards

The peer of the fill probability is enumeration: every crew that a pool allows, and every way in which its members are
present or absent, with no formula in between. CPU seconds of one thread, the median of several runs, on a site of 500
people and 60 posts whose stocks are those of Ridgeway.
"""

from __future__ import annotations

import csv
import itertools
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figure
from stockward.book import read_site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.answering import answer_orders
from stockward.guards.mix import mix_of
from stockward.guards.need.needed import need_of
from stockward.guards.roll import day_of_the_books, roll
from stockward.stats.staffing import CrewAsked, StaffPool, absences_of_crews, chance_filled, least_rostered

RIDGEWAY = Path(__file__).parents[1] / "examples" / "ridgeway"
MOST_PEOPLE = 15
GUARDS, WORKERS, APPLICANTS, POSTS = 440, 40, 20, 60


def every_case(absent: Sequence[float]) -> np.ndarray:
    """Chance that just a of a crew are absent, in the mean over all crews of one size, each case of each counted."""
    states, number = np.ones(1), np.zeros(1, dtype=int)
    for chance in absent:
        states = np.concatenate([states * (1 - chance), states * chance])
        number = np.concatenate([number, number + 1])
    return np.bincount(number, states, len(absent) + 1)


def every_crew(absent: np.ndarray, crew: int) -> np.ndarray:
    """The mean of ``every_case`` over all crews of a size drawn from a pool."""
    crews = [every_case([absent[one] for one in chosen]) for chosen in itertools.combinations(range(len(absent)), crew)]
    return np.mean(crews, axis=0)


def error_of_one_crew() -> float:
    """The largest difference from enumeration, over pools of 1 to 15 people and all sizes of crew."""
    rng = np.random.default_rng(1)
    worst = 0.0
    for people in (1, 2, 3, 5, 8, 12, MOST_PEOPLE):
        absent = rng.uniform(0, 0.5, people) * (rng.random(people) < 0.9)
        table = absences_of_crews(absent, people, people)
        for crew in range(people + 1):
            worst = max(worst, float(np.abs(table[crew, : crew + 1] - every_crew(absent, crew)).max()))
    return worst


def error_of_whole_shifts() -> float:
    """The same for shifts of two qualified crews and a plain one, from pools of 15 people together."""
    rng = np.random.default_rng(2)
    worst = 0.0
    for _ in range(10):
        pools = [rng.uniform(0, 0.4, size) for size in (4, 5, 6)]
        standing, crews = (1, 2, 2), (int(rng.integers(1, 5)), int(rng.integers(2, 6)), int(rng.integers(1, 7)))
        cases = [every_crew(pool, crew) for pool, crew in zip(pools, crews, strict=True)]
        chance = 0.0
        for lacking in itertools.product(*(range(len(one)) for one in cases)):
            there = [crew - away for crew, away in zip(crews, lacking, strict=True)]
            if there[0] >= standing[0] and there[1] >= standing[1] and sum(there) >= sum(standing):
                chance += float(np.prod([one[away] for one, away in zip(cases, lacking, strict=True)]))
        asked = [CrewAsked(StaffPool(pools[place]), standing[place], plain=place == 2) for place in range(3)]
        worst = max(worst, abs(chance_filled(asked, crews) - chance))
    return worst


def smaller_shifts_that_do() -> int:
    """How often enumeration finds a smaller number that fills a shift than the one that is called the least.

    Each crew has at least as many as stand there.
    """
    rng = np.random.default_rng(3)
    smaller = 0
    for _ in range(20):
        armed, plain = StaffPool(rng.uniform(0, 0.4, 7)), StaffPool(rng.uniform(0, 0.4, 8))
        asked = [CrewAsked(armed, int(rng.integers(1, 4))), CrewAsked(plain, int(rng.integers(1, 5)), plain=True)]
        found = least_rostered(asked, probability=0.9)
        if found is None:
            raise RuntimeError("a pool that comes mostly fills no shift")
        for crews in itertools.product(*(range(one.standing, sum(found.crews)) for one in asked)):
            smaller += sum(crews) < sum(found.crews) and chance_filled(asked, crews) >= 0.9
    return smaller


def written(path: Path, rows: list[dict[str, Any]]) -> None:
    """Rows as a table of the site format."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


def posts(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Posts round the clock, by day and by night; every fifth grows with stores, stock or output."""
    hours = [("00:00", "24:00", 8), ("06:00", "22:00", 8), ("22:00", "06:00", 8), ("07:00", "19:00", 12)]
    drivers = [("areas", 3), ("stock", 2_000_000), ("output", 2.5)]
    rows = []
    for number in range(POSTS):
        start, end, length = hours[number % len(hours)]
        driver, per = drivers[number // 5 % len(drivers)] if number % 5 == 0 else (None, None)
        asked = ("", "armed", "", "control_room", "dog_handler", "first_aid")[number % 6]
        rows.append(
            {"post": f"P-{number:02d}", "kind": "fixed", "guards": int(rng.integers(1, 3)), "start": start, "end": end,
             "days": "daily" if number % 3 else "mon tue wed thu fri", "qualification": asked,
             "hours_per_shift": length, "driver": driver, "per": per}
        )  # fmt: skip
    return rows


def people(rng: np.random.Generator) -> list[dict[str, Any]]:
    """Guards, workers and applicants."""
    roles = ["guard"] * GUARDS + ["worker"] * WORKERS + ["applicant"] * APPLICANTS
    names = ("armed", "control_room", "dog_handler", "first_aid")
    return [
        {"person": f"C-{number:04d}", "role": role, "affiliation": "ministry" if number % 4 else "civilian",
         "duty": ("patrol", "post", "post", "office")[int(rng.integers(4))] if role == "guard" else None,
         "qualifications": " ".join(name for name in names if rng.random() < 0.4),
         "hours_per_week": 40, "since": date(2020, 1, 1) if role != "applicant" else None}
        for number, role in enumerate(roles)
    ]  # fmt: skip


def absences(rng: np.random.Generator) -> list[dict[str, Any]]:
    """A year of leave, training and sickness of every guard."""
    rows = []
    for guard in range(GUARDS):
        for kind, spells, length in (("leave", 3, 8), ("training", 1, 5), ("sick", int(rng.poisson(4)), 3)):
            for _ in range(spells):
                start = date(2025, 7, 1) + timedelta(days=int(rng.integers(0, 360)))
                end = start + timedelta(days=length)
                rows.append({"person": f"C-{guard:04d}", "start": start, "end": end, "kind": kind})
    return rows


def large_force() -> KnownBooks:
    """The books of Ridgeway with 500 people and 60 posts."""
    rng = np.random.default_rng(4)
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "site"
        shutil.copytree(RIDGEWAY, site)
        for name, rows in (("posts", posts(rng)), ("people", people(rng)), ("absences", absences(rng))):
            written(site / f"{name}.csv", rows)
        read = read_site(site)
    if any(read.set_aside[name].height for name in ("posts", "people", "absences")):
        raise RuntimeError(f"rows of the benchmark are set aside: {read.problems[0]}")
    return known_at(read, None)


def median_cpu(asked: Callable[[], object], runs: int) -> float:
    """CPU seconds of one call, all threads."""
    taken = []
    for _ in range(runs):
        begun = time.process_time()
        asked()
        taken.append(time.process_time() - begun)
    return float(np.median(taken))


def main() -> None:
    """Measure and print."""
    books = large_force()
    day = day_of_the_books(books, None)
    if day is None:
        raise RuntimeError("the books name no day")
    answer = need_of(books, guards=roll(books), day=day, seed=1)
    if answer.need is None or any(month.needed is None for month in answer.by_month if month.expected):
        raise RuntimeError(f"no need was found: {answer.reason}")
    orders = answer_orders(books, day=day)
    mix = mix_of(books, day=day, orders=orders)
    if mix is None or mix.required is None or not all(order.required for order in orders):
        raise RuntimeError("an order was not measured")
    print(f"{POSTS} posts, {answer.post_hours:,.0f} post-hours a year: {answer.need} guards needed")
    figure("fill probability of one crew beside every case, to 15 people", error_of_one_crew(), limit=1e-12)
    figure("fill probability of a whole shift beside every case", error_of_whole_shifts(), limit=1e-12)
    figure("shifts filled by fewer than the least", smaller_shifts_that_do(), limit=0)
    seconds = {
        "need": median_cpu(lambda: need_of(books, guards=roll(books), day=day, seed=1), 7),
        "orders, with the pool of each": median_cpu(lambda: answer_orders(books, day=day), 7),
        "mix": median_cpu(lambda: mix_of(books, day=day, orders=orders), 7),
    }
    for name, taken in seconds.items():
        print(f"{name}: {taken:.3f} CPU seconds")
    figure("need, orders and mix for 500 people and 60 posts: CPU seconds", sum(seconds.values()), limit=0.5)


if __name__ == "__main__":
    main()
