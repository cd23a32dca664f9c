"""Mixtures of walks: against values known exactly, on large grounds, beside other ways to walk, and watched.

    python -m benchmarks.patrols                     everything but the large grounds
    python -m benchmarks.patrols --large             the gaps of large grounds too, with their time

A watcher notes which thefts were met in 90 nights that were drawn as the cards are, by hash, and then takes the theft
that gained most in them, for 2 000 nights more: what he gains may not exceed the value said by more than 2 points of
the largest worth. His own belief, what gained most in his 90 nights, is printed beside it: it hangs on his luck.
The reference cases are looked for in ``STOCKWARD_SHARED`` (default ``../shared``).
"""

from __future__ import annotations

import argparse
import hashlib
import hmac
import json
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import figure
from benchmarks.patrol_grounds import KINDS, drawn_ground
from stockward.patrol.answering import whole_weights
from stockward.patrol.game.compared import best_round, random_gains
from stockward.patrol.game.ground import Ground
from stockward.patrol.game.mixing import Effort, best_mixture
from stockward.patrol.game.thefts import Thefts

SHARED = Path(os.environ.get("STOCKWARD_SHARED", Path(__file__).parents[2] / "shared")) / "reference" / "patrol"
EFFORT = Effort(gap=0.01, rounds=150, proofs=2, seconds=20.0)
"""That of the command."""
WATCHED, TAKEN, POINTS = 90, 2_000, 0.02
SMALL = 100


def main() -> None:
    """Print every figure."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--large", action="store_true", help="the gaps of large grounds too")
    asked = parser.parse_args()
    reference()
    beside_others()
    if asked.large:
        large()


def reference() -> None:
    """The worst difference from values known exactly."""
    if not SHARED.is_dir():
        raise SystemExit(f"{SHARED}: the reference cases are not there: set STOCKWARD_SHARED")
    worst, outside, cases = 0.0, 0, 0
    for file, key in (("R5_site_patrols.json", "value"), ("R6_observed_patrols.json", "value_unseen")):
        for case in json.loads((SHARED / file).read_text(encoding="utf-8")):
            exact = case.get("status", "optimal") == "optimal"
            mixture = best_mixture(*_case(case), effort=None if exact else EFFORT)
            if mixture is None:
                outside += 1
            elif exact:
                worst, cases = max(worst, abs(mixture.value - case[key])), cases + 1
            else:
                outside += mixture.bound > case[key] + 1e-6 or mixture.value < case["lower_bound"] - 1e-6
    figure(f"patrols: worst difference from {cases} known values", worst, limit=1e-6)
    figure("patrols: answers outside the bounds of the other known shifts", outside, limit=0)


def _case(case: Mapping[str, Any]) -> tuple[Ground, Thefts]:
    areas = case["areas"]
    visits = [one.get("min_visits", 0) for one in areas]
    ground = Ground(
        travel=np.array(case["travel"], np.int64),
        steps=case["steps"],
        bases=(case["base"],) * case["guards"],
        returns=case["end_at_base"],
        visits=np.array(visits, np.int64),
    )
    thefts = Thefts(
        worth=np.array([one["value"] for one in areas], np.float64),
        lasts=np.array([one["attack_steps"] for one in areas], np.int64),
        seen=np.array([one.get("detect", 1.0) for one in areas], np.float64),
        begin=case["attack_from"],
        end=case["attack_until"] - 1,
        steps=case["steps"],
    )
    return ground, thefts


def beside_others() -> None:
    """Small grounds drawn at random: no other way to walk may be better, and no watcher may learn more than is said."""
    excess, gained, believed = [], [], []
    for seed, (ground, thefts) in enumerate(_small()):
        mixture = best_mixture(ground, thefts)
        if mixture is None:
            raise SystemExit(f"no walks were found on ground {seed}")
        others = [best_round(ground, thefts), *(random_gains(ground, thefts, by_worth=one) for one in (False, True))]
        excess.append(mixture.value - min(float(one.max()) for one in others))
        met = np.array([thefts.met(ground.presence(walks)) for walks in mixture.walks])
        weights = np.cumsum(whole_weights(mixture.shares))
        nights = met[[_drawn(weights, seed, night) for night in range(WATCHED + TAKEN)]]
        gains = thefts.gains - thefts.prevented * nights[:WATCHED].mean(axis=0)
        his, most = int(gains.argmax()), float(thefts.gains.max())
        later = thefts.gains[his] - thefts.prevented[his] * nights[WATCHED:, his].mean()
        gained.append((later - mixture.value) / most)
        believed.append((gains[his] - mixture.value) / most)
    figure(f"patrols: worst value / other ways to walk, {SMALL} grounds: excess", max(excess), limit=1e-6)
    # Of 2 000 nights the mean alone strays by a point: the mean of all grounds must not.
    figure("patrols: what a watcher of 90 nights gains over what is said, mean, points", 100 * np.mean(gained), limit=2)
    figure("patrols: the same on the ground where it is most", 100 * max(gained), limit=5)
    figure("patrols: what he believes to gain over what is said, mean, points", 100 * np.mean(believed), limit=None)


def _small() -> Iterator[tuple[Ground, Thefts]]:
    for seed in range(SMALL):
        yield drawn_ground(
            KINDS[seed % 3],
            areas=4 + seed % 3,
            patrols=1 + (seed % 4 == 3),
            minutes=(10.0, 20.0)[seed % 2],
            spread=seed % 5 > 0,
            seed=seed,
            hours=1.5,
        )


def _drawn(weights: np.ndarray[Any, Any], seed: int, night: int) -> int:
    """The walks of a night, by the rule of the cards."""
    number = int.from_bytes(hmac.digest(f"seed {seed}".encode(), f"{night}\nwalks".encode(), hashlib.sha256))
    return int(np.searchsorted(weights, number % int(weights[-1]), side="right"))


def large() -> None:
    """The gap of each kind of ground, by size, and the time it takes."""
    worst = 0.0
    for areas, patrols, minutes in ((10, 1, 20.0), (10, 3, 20.0), (20, 3, 20.0), (40, 3, 10.0), (40, 3, 20.0)):
        for kind in KINDS:
            ground, thefts = drawn_ground(kind, areas=areas, patrols=patrols, minutes=minutes, spread=True, seed=1)
            started = time.process_time()
            mixture = best_mixture(ground, thefts, effort=EFFORT)
            if mixture is None:
                raise SystemExit(f"no walks were found for {areas} areas, {kind}")
            print(
                f"{kind:>8} {areas} areas, {patrols} patrols, thefts of {minutes:g} min: {mixture.value:.4f}, at least "
                f"{mixture.bound:.4f}, gap {100 * mixture.gap:.1f} %, {time.process_time() - started:.0f} s of CPU",
                flush=True,
            )
            if areas == 40 and minutes == 10:
                worst = max(worst, 100 * mixture.gap)
    figure("patrols: worst gap of 40 areas, 3 patrols, thefts of 10 min, three grounds: %", worst, limit=5)


if __name__ == "__main__":
    main()
