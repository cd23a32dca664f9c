"""What the search for the cheapest plan takes for granted, measured on goals of random sites and of two examples.

    python -m benchmarks.plan_assumptions               60 sites
    python -m benchmarks.plan_assumptions --sites 10    so many

Of each goal plans are drawn at random, and each is measured as it is and with single decisions, and all, at the best
that there could be. A smaller Σ moves the limits of the test in force: by how much the loss that is found gets larger
with it, at most. And how many times the limit of the best test that loss is, among plans that count as often: the
largest of them beside the least.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.protection.sites_to_plan import drawn_site

from benchmarks import figure
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.goals_held import BLUNTED, FAR_BEYOND, HeldGoal
from stockward.protection.planning import Planner
from stockward.unseen.series import SightRequest

_EXAMPLES = Path(__file__).parents[1] / "examples"
_PLANS = 12


def main() -> None:
    """Print the largest of each as figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=60)
    asked = parser.parse_args()
    sites = [drawn_site(5000 + seed) for seed in range(asked.sites)]
    sites += [read_site(_EXAMPLES / name) for name in ("quarry", "depot")]
    blunted, apart = [1.0], [1.0]
    for number, site in enumerate(sites):
        for held in _goals_of(site):
            blunted += _blunted(held, random.Random(number))
            apart += _apart(held)
    figure(f"goals of {len(sites)} sites: loss found with a smaller Σ, times that before", max(blunted), limit=BLUNTED)
    figure("loss found by the limit, largest beside least of as many counts", max(apart), limit=FAR_BEYOND)


def _goals_of(site: Site) -> list[HeldGoal]:
    request = SightRequest(goals=site["goals"], detection=site.settings.detection.detection, seed=1)
    seen = SeenBooks.of(known_at(site, None), request)
    return Planner(seen, request.goals, 1, lambda _: {}).case.held


def _blunted(held: HeldGoal, draw: random.Random) -> Iterator[float]:
    """By how many times the loss found is larger with decisions at the best there could be, for each plan drawn."""
    every = [frozenset(held.times), *(frozenset(level.value for level in one.levels) for one in held.others)]
    for _ in range(_PLANS):
        key = (draw.choice(held.times), *(draw.choice(one.levels).value for one in held.others))
        alone = [frozenset([value]) for value in key]
        opened = [[*alone[:at], every[at], *alone[at + 1 :]] for at in range(1, len(key))]
        opened.append([alone[0], *every[1:]])
        needed = held.held(key).detectable
        for among in opened:
            better = [held.held(way).detectable for way in held.best_ways(among)]
            if needed is not None and None not in better:
                yield min(one for one in better if one is not None) / needed


def _apart(held: HeldGoal) -> list[float]:
    """The largest loss by its limit beside the least, of all that were measured and count as often."""
    found = defaultdict(list)
    for way, answer in held.known():
        limit = held.limit(way)
        if answer.detectable is not None and limit:
            found[way[0]].append(answer.detectable / limit)
    return [max(some) / min(some) for some in found.values()]


if __name__ == "__main__":
    main()
