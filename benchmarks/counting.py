"""The least n of a million units: exact, beside halving on SciPy's hypergeometric distribution; and the split.

    python -m benchmarks.counting

The peer halves on ``scipy.stats.hypergeom.logpmf(0, …)``, which is fast and rounds: it is asked how often it differs
from the exact answer. CPU seconds of one thread, the median over the sizes.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import numpy as np
from scipy.stats import hypergeom

from benchmarks import figure
from stockward.stats.sampling import least_n
from stockward.stats.splitting import Stratum, cheapest_split

UNITS = 1_000_000
DETECTIONS = (0.5, 0.9, 0.95, 0.99, 0.999)


def cases() -> list[tuple[int, int, float]]:
    """Sizes from a thousand to a million units, with one defect up to half of them."""
    rng = np.random.default_rng(1)
    sizes = [*rng.integers(1_000, UNITS, 40).tolist(), *([UNITS] * 40)]
    shares = rng.uniform(0, 0.95, len(sizes))
    return [
        (int(units), max(1, int(units**share)), float(rng.choice(DETECTIONS)))
        for units, share in zip(sizes, shares, strict=True)
    ]


def peer(units: int, defects: int, detection: float) -> int:
    """Halving on the distribution of a library."""
    low, high = 0, units - defects + 1
    target = math.log1p(-detection)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if hypergeom.logpmf(0, units, defects, middle) <= target else (middle, high)
    return high


def milliseconds(work: Callable[[], int]) -> tuple[float, int]:
    """CPU time of one call, and its answer."""
    started = time.process_time()
    answer = work()
    return 1000 * (time.process_time() - started), answer


def main() -> None:
    """Measure and print."""
    mine, theirs, differ = [], [], 0
    for units, defects, detection in cases():
        spent, exact = milliseconds(lambda u=units, d=defects, p=detection: least_n(u, d, detection=p))
        other, halved = milliseconds(lambda u=units, d=defects, p=detection: peer(u, d, p))
        mine.append(spent)
        theirs.append(other)
        differ += exact != halved
    print(f"{len(mine)} sizes: stockward {np.median(mine):.3f} ms, peer {np.median(theirs):.3f} ms")
    print(f"the peer's answer differs from the exact one in {differ} of {len(mine)}")
    figure("least n up to a million units: ms, median", float(np.median(mine)), limit=5)
    figure("least n up to a million units: ms, slowest", float(np.max(mine)), limit=5)
    figure("least n, exact / halving on scipy.stats.hypergeom", float(np.median(mine) / np.median(theirs)), limit=1)
    strata = [Stratum(4_936, 2.3), Stratum(12_369, 0.7), Stratum(29, 2.05), Stratum(2, 0.7)]
    split = cheapest_split(strata, 25.0, detection=0.95)
    alone = sum(least_n(one.units, min(math.ceil(25 / one.content), one.units), detection=0.95) for one in strata[:2])
    print(f"split of four strata: {split.cost:g} units, bound {split.bound:g}; the two large ones alone {alone}")
    figure("split of four strata: cost / proved bound", split.cost / split.bound, limit=1)


if __name__ == "__main__":
    main()
