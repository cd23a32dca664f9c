"""Site folders damaged at random, each reviewed on the command line and held against mended copies of itself.

    python benchmarks/damage.py --sites 10000 --seed 1 [--jobs 2] [--mends 3]
    python benchmarks/damage.py --only SEED [--keep FOLDER]

Every site must end with an exit code from 0 to 3 and without a traceback; one that cannot be read, in one line that
names a file and the mend. No period that is called closed may change its difference, its σ or its status when the rows
that were set aside are mended, whatever they are mended to. The damages, the mending and the comparison stand in
``tests/damage``, where a sample of them runs with the tests.
"""

from __future__ import annotations

import argparse
import sys
import time
import warnings
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "damage"))

from trial import Outcome, try_one

_EXIT_CODES = (0, 1, 2, 3)
_TOLD_EVERY = 500


def main() -> int:
    """Try every site, print what failed and the table of counts; 1 where anything failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sites", type=int, default=10_000, help="number of damaged sites")
    parser.add_argument("--seed", type=int, default=1, help="seed of the first site; each has the next one")
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--mends", type=int, default=3, help="mended copies of each site")
    parser.add_argument(
        "--only", type=int, metavar="SEED", help="try this one site again, and tell what was done to it"
    )
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="with --only, leave the site there")
    options = parser.parse_args()
    if options.only is not None:
        return _again(options.only, options.mends, options.keep)
    started = time.monotonic()
    outcomes = []
    for outcome in _try_all(range(options.seed, options.seed + options.sites), options.mends, options.jobs):
        outcomes.append(outcome)
        if outcome.faults:
            _tell(outcome)
        if len(outcomes) % _TOLD_EVERY == 0:
            print(f"{len(outcomes)} sites tried", file=sys.stderr, flush=True)
    _print_counts(outcomes)
    print(f"{time.monotonic() - started:.0f} s")
    return int(any(outcome.faults for outcome in outcomes))


def _again(seed: int, mends: int, keep: Path | None) -> int:
    warnings.simplefilter("error")
    outcome = try_one(seed, mends=mends, scratch=keep)
    _tell(outcome)
    return int(bool(outcome.faults))


def _try_all(seeds: range, mends: int, jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        warnings.simplefilter("error")
        yield from (try_one(seed, mends=mends) for seed in seeds)
        return
    with ProcessPoolExecutor(jobs, initializer=warnings.simplefilter, initargs=("error",)) as pool:
        yield from pool.map(partial(try_one, mends=mends), seeds, chunksize=10)


def _tell(outcome: Outcome) -> None:
    """What was done to a site and what came of it."""
    print(f"seed {outcome.seed}: exit code {outcome.exit_code}, {outcome.set_aside} rows set aside", flush=True)
    for line in outcome.told:
        print(f"  {line}")
    for fault in outcome.faults:
        print(f"  FAILED {fault}", flush=True)


def _print_counts(outcomes: list[Outcome]) -> None:
    """Counts by damage and exit code; a site with several damages is counted under each."""
    damages = sorted({damage for outcome in outcomes for damage in outcome.damages})
    print(f"\n{'damage':<24}" + "".join(f"{f'exit {code}':>9}" for code in _EXIT_CODES) + f"{'failed':>9}")
    for damage in damages:
        of = [outcome for outcome in outcomes if damage in outcome.damages]
        _print_row(damage.replace("_", " "), of)
    _print_row("all sites", outcomes)
    aside = [outcome for outcome in outcomes if outcome.set_aside]
    print(
        f"\nrows were set aside in {len(aside)} sites; {sum(outcome.mended for outcome in aside)} mended copies;"
        f" {sum(outcome.compared for outcome in aside)} closed periods compared"
    )


def _print_row(name: str, outcomes: list[Outcome]) -> None:
    codes = [sum(outcome.exit_code == code for outcome in outcomes) for code in _EXIT_CODES]
    failed = sum(bool(outcome.faults) for outcome in outcomes)
    print(f"{name:<24}" + "".join(f"{count:>9}" for count in (*codes, failed)))


if __name__ == "__main__":
    sys.exit(main())
