"""Sites that have the same kind of trouble as one that went wrong in use, in other shapes: each held against its truth.

    python -m benchmarks.neighbours [--neighbours 240] [--seed 1] [--jobs 2]
    python -m benchmarks.neighbours --only NUMBER [--seed 1] [--keep FOLDER]

The truth is stated by what makes the site, and not by this program: what is missing where and when, which rows are at
fault, which periods may go without a verdict for it, and what a mend leads to. A loss of many sigma may not be called
balanced, and a sound store not short; a row at fault is told, hides no more than it touches, and following the mend
that the message names ends without that problem and without a false alarm. The kinds, their truth and the comparison
stand in ``tests/damage/neighbours``, where a sample of them runs with the tests.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks import figure

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "damage"))

from neighbours.holding import BROKEN, NO_MEND, WRONG
from neighbours.kinds import KINDS, Outcome, try_one

_SORTS = {WRONG: "wrong verdicts", BROKEN: "tracebacks", NO_MEND: "mends that do not mend"}


def main() -> int:
    """Try every neighbour, print what failed and a table by kind; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--neighbours", type=int, default=240, help="number of neighbours, of every kind in turn")
    parser.add_argument("--seed", type=int, default=1, help="seed of all that is drawn")
    parser.add_argument("--jobs", type=int, default=2, help="number of processes")
    parser.add_argument("--only", type=int, metavar="NUMBER", help="try this one again, and tell what was done to it")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="with --only, leave its files there")
    options = parser.parse_args()
    if options.only is not None:
        outcome = try_one(options.only, options.seed, options.keep)
        _tell(outcome)
        return int(bool(outcome.faults))
    started = time.monotonic()
    outcomes = []
    for outcome in _try_all(range(options.neighbours), options.seed, options.jobs):
        outcomes.append(outcome)
        if outcome.faults:
            _tell(outcome)
    _print_table(outcomes)
    print(f"{time.monotonic() - started:.0f} s")
    for sort, words in _SORTS.items():
        figure(f"{len(outcomes)} neighbours of sites that went wrong: {words}", _with(outcomes, sort), limit=0)
    return int(any(outcome.faults for outcome in outcomes))


def _try_all(numbers: Iterable[int], seed: int, jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from (try_one(number, seed) for number in numbers)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(partial(try_one, seed=seed), numbers)


def _tell(outcome: Outcome) -> None:
    """What was done to a neighbour and what came of it."""
    print(f"{outcome.number}, {outcome.kind}: {outcome.told}", flush=True)
    for fault in outcome.faults:
        print(f"  FAILED {fault.sort}: {fault.words}", flush=True)


def _with(outcomes: list[Outcome], sort: str) -> int:
    return sum(any(fault.sort == sort for fault in outcome.faults) for outcome in outcomes)


def _print_table(outcomes: list[Outcome]) -> None:
    print(f"\n{'kind':<24}{'tried':>7}" + "".join(f"{words:>24}" for words in _SORTS.values()))
    for kind in [*(kind.__name__ for kind in KINDS), ""]:
        of = [outcome for outcome in outcomes if kind in ("", outcome.kind)]
        counts = "".join(f"{_with(of, sort):>24}" for sort in _SORTS)
        print(f"{kind.replace('_', ' ') or 'all':<24}{len(of):>7}{counts}")


if __name__ == "__main__":
    sys.exit(main())
