"""What the search for the cheapest plan takes for granted, measured on goals of random sites and of two examples.

    python -m benchmarks.plan_assumptions               60 sites
    python -m benchmarks.plan_assumptions --sites 10    so many

Of each goal plans are drawn at random, and each is measured as it is and with single decisions, and all, at the best
that there could be. A smaller Σ moves the limits of the test in force: by how much the loss that is found gets larger
with it, at most. How many times the limit of the best test that loss is, among plans that count as often: the largest
of them beside the least. And by how much the loss that is found in books closed with a plan is another than expected.
"""

from __future__ import annotations

import argparse
import random
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from tests.protection.sites_to_plan import drawn_site

from benchmarks import figure
from stockward.answers.plan import MeasureKind
from stockward.book import read_site
from stockward.book.known import known_at
from stockward.protection.closed.seen_books import SeenBooks
from stockward.protection.goals_held import BLUNTED, FAR_BEYOND, HeldGoal
from stockward.protection.planning import Planner
from stockward.questions.planners import closing_with_plan
from stockward.unseen.series import SightRequest

_EXAMPLES = Path(__file__).parents[1] / "examples"
_PLANS, _CLOSED = 12, 4
_TOLD_BY_BOOKS = (MeasureKind.INVENTORIES, MeasureKind.CALIBRATIONS, MeasureKind.OPTION)


def main() -> None:
    """Print the largest of each as figures."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--sites", type=int, default=60)
    asked = parser.parse_args()
    # A store that ran out has counts that are set aside.
    sites = [site for seed in range(asked.sites) if not (site := drawn_site(5000 + seed)).problems]
    sites += [read_site(_EXAMPLES / name) for name in ("quarry", "depot")]
    blunted, apart, unexpected = [1.0], [1.0], [0.0]
    for number, site in enumerate(sites):
        request = SightRequest(goals=site["goals"], detection=site.settings.detection.detection, seed=1)
        seen = SeenBooks.of(known_at(site, None), request)
        planner = Planner(seen, request.goals, 1, closing_with_plan(request, lambda _: None)(seen))
        unexpected += _unexpected(planner, random.Random(number))
        for held in planner.case.held:
            blunted += _blunted(held, random.Random(number))
            apart += _apart(held)
    figure(f"goals of {len(sites)} sites: loss found with a smaller Σ, times that before", max(blunted), limit=BLUNTED)
    figure("loss found by the limit, largest beside least of as many counts", max(apart), limit=FAR_BEYOND)
    figure("loss found in closed books, share by which it is not the expected one", max(unexpected), limit=0.01)


def _unexpected(planner: Planner, draw: random.Random) -> Iterator[float]:
    """By what share of the loss expected that found in books closed with a plan differs, for each plan drawn."""
    for _ in range(_CLOSED):
        choice = {
            one: draw.randrange(len(one.levels)) if one.kind in _TOLD_BY_BOOKS else one.today
            for one in planner.decisions
        }
        closed = planner.case.closed_again(choice)
        for held in planner.case.held:
            expected = held.held(held.key(choice)).detectable
            found = closed[held.id, held.goal.quantity, held.goal.within_days].detectable
            if expected is not None and found is not None:
                yield abs(found / expected - 1)


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
