"""How often the interval of the net hours holds the true mean, beside two bootstraps over the guards observed.

    python -m benchmarks.net_hours

Forces of 3 to 200 guards are drawn whose true mean is known: all much alike, some absent for most of the year, observed
for unequal times, on unequal contracts. The peers are the percentile bootstrap and the bootstrap-t, on the hours and on
the logit of their share of the greatest possible [Efron & Tibshirani 1993, ch. 12 and 13; Hall 1992]. The promise is of
forces that are large enough to be given an interval; smaller ones stand beside them. Chances and widths, never timed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

from benchmarks import figure
from stockward.guards.need.net_hours import LEAST_GUARDS
from stockward.stats.net_hours import net_hours_interval

WEEKS, CONFIDENCE = 52, 0.95
GUARDS = (3, 5, 6, 8, 12, 20, 50, 200)
FORCES, RESAMPLES = 1_000, 500
LEAVE = 0.09
ORDINARY, LONG = (2.0, 30.0), (0.7, 1.0)
"""Rates of unplanned absence: beta-distributed for most, evenly spread for those who are absent for long."""

Bounds = tuple[float, float]
Observed = tuple[np.ndarray, np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Kind:
    """A kind of force: share of guards absent for long, working days observed (least, most), contract hours."""

    name: str
    long_absent: float = 0.0
    days: tuple[int, int] = (260, 260)
    hours: tuple[float, ...] = (40.0,)

    def drawn(self, guards: int, rng: np.random.Generator) -> Observed:
        """Contract hours, days observed and days absent of guards drawn from it."""
        long = rng.random(guards) < self.long_absent
        rate = np.where(long, rng.uniform(*LONG, guards), rng.beta(*ORDINARY, guards))
        days = rng.integers(self.days[0], self.days[1] + 1, guards)
        leave = rng.binomial(days, LEAVE)
        absent = leave + rng.binomial(days - leave, rate)
        return rng.choice(self.hours, guards), days.astype(float), absent.astype(float)

    def mean(self, hours: np.ndarray) -> float:
        """The true net hours a year of a guard of these contracts: hours, days and rates are drawn independently."""
        ordinary = ORDINARY[0] / sum(ORDINARY)
        rate = ordinary + self.long_absent * (sum(LONG) / 2 - ordinary)
        return float(WEEKS * hours.mean() * (1 - LEAVE) * (1 - rate))


UNEQUAL_DAYS, UNEQUAL_HOURS = (20, 260), (20.0, 30.0, 40.0, 40.0)
KINDS = (
    Kind("alike"),
    Kind("5 % absent for long", 0.05),
    Kind("10 % absent for long", 0.10),
    Kind("20 % absent for long", 0.20),
    Kind("observed for unequal times", days=UNEQUAL_DAYS),
    Kind("unequal contracts", hours=UNEQUAL_HOURS),
    Kind("10 % for long, unequal times", 0.10, days=UNEQUAL_DAYS),
    Kind("10 % for long, all unequal", 0.10, days=UNEQUAL_DAYS, hours=UNEQUAL_HOURS),
)


def stockward(hours: np.ndarray, days: np.ndarray, absent: np.ndarray, seed: int) -> Bounds:
    """Stockward's bounds."""
    return net_hours_interval(hours, days, absent, weeks=WEEKS, confidence=CONFIDENCE, resamples=RESAMPLES, seed=seed)


def percentile(hours: np.ndarray, days: np.ndarray, absent: np.ndarray, seed: int) -> Bounds:
    """The quantiles of the mean over guards drawn with replacement."""
    worked, drawn = hours * (days - absent), resampled(len(days), seed)
    means = WEEKS * hours.mean() * worked[drawn].sum(axis=1) / (hours * days)[drawn].sum(axis=1)
    low, high = np.quantile(means, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)


def bootstrap_t(hours: np.ndarray, days: np.ndarray, absent: np.ndarray, seed: int) -> Bounds:
    """The mean less the quantiles of its studentised error, in hours."""
    return studentised(hours, days, absent, seed, logit=False)


def bootstrap_t_logit(hours: np.ndarray, days: np.ndarray, absent: np.ndarray, seed: int) -> Bounds:
    """The same on the logit of the share of the greatest possible hours."""
    return studentised(hours, days, absent, seed, logit=True)


def studentised(hours: np.ndarray, days: np.ndarray, absent: np.ndarray, seed: int, *, logit: bool) -> Bounds:
    """Bootstrap-t; a resample without spread has an error beyond all others, and bounds end at the possible range."""
    worked, whole, drawn = hours * (days - absent), hours * days, resampled(len(days), seed)
    edge = 0.5 / days.sum()
    mean, error = ratio(worked, whole, edge, logit=logit)
    means, errors = ratio(worked[drawn], whole[drawn], edge, logit=logit)
    off = means - mean
    beyond = np.where(off == 0, 0.0, np.copysign(np.inf, off))
    t = np.divide(off, errors, out=beyond, where=errors > 0)
    few, many = np.quantile(t, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2], method="inverted_cdf")
    ends = mean - error * np.array([many, few]) if error > 0 else np.array([mean, mean])
    low, high = WEEKS * hours.mean() * (special.expit(ends) if logit else np.clip(ends, 0, 1))
    return float(low), float(high)


def ratio(worked: np.ndarray, whole: np.ndarray, edge: float, *, logit: bool) -> tuple[np.ndarray, np.ndarray]:
    """The share of all hours that was worked, and its standard error by linearisation, over the last axis."""
    guards, observed = worked.shape[-1], whole.sum(axis=-1)
    mean = worked.sum(axis=-1) / observed
    left = worked - mean[..., None] * whole
    error = np.sqrt(guards / (guards - 1) * (left**2).sum(axis=-1)) / observed
    if not logit:
        return mean, error
    inside = np.clip(mean, edge, 1 - edge)
    return special.logit(inside), error / (inside * (1 - inside))


def resampled(guards: int, seed: int) -> np.ndarray:
    """Guards drawn with replacement, one row a resample."""
    return np.random.default_rng(seed).integers(0, guards, (RESAMPLES, guards))


METHODS: dict[str, Callable[[np.ndarray, np.ndarray, np.ndarray, int], Bounds]] = {
    "Stockward": stockward,
    "percentile": percentile,
    "bootstrap-t": bootstrap_t,
    "t on the logit": bootstrap_t_logit,
}


def measured(kind: Kind, guards: int) -> dict[str, tuple[float, float]]:
    """By method: how often the interval holds the true mean, and its median width as a share of the mean."""
    rng = np.random.default_rng([guards, KINDS.index(kind)])
    forces = [kind.drawn(guards, rng) for _ in range(FORCES)]
    means = np.array([kind.mean(hours) for hours, _, _ in forces])
    found = {}
    for name, method in METHODS.items():
        bounds = np.array([method(*force, seed) for seed, force in enumerate(forces)])
        held = (bounds[:, 0] <= means) & (means <= bounds[:, 1])
        found[name] = float(held.mean()), float(np.median((bounds[:, 1] - bounds[:, 0]) / means))
    return found


def main() -> None:
    """Measure and print."""
    print(f"{FORCES:,} forces a line: how often the interval holds the true mean, and its width as a share of the mean")
    print(f"{'force':<30} {'guards':>6}" + "".join(f"{name:>19}" for name in METHODS))
    missed = dict.fromkeys(METHODS, 0.0)
    for kind in KINDS:
        for guards in GUARDS:
            found = measured(kind, guards)
            cells = "".join(f"{100 * held:>9.1f} %{100 * width:>6.1f} %" for held, width in found.values())
            print(f"{kind.name:<30} {guards:>6}{cells}", flush=True)
            if guards >= LEAST_GUARDS:
                missed = {name: max(most, 1 - found[name][0]) for name, most in missed.items()}
    share = "net hours: largest share of forces whose mean the 95 % interval misses"
    figure(share, missed["Stockward"], limit=1 - CONFIDENCE)
    for peer in list(METHODS)[1:]:
        figure(f"  the same, {peer}", missed[peer], limit=None)


if __name__ == "__main__":
    main()
