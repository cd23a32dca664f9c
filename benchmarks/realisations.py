"""A thousand noisy realisations of the fuel-fabrication plant, beside ``np.add.reduceat`` over its five flows.

    python -m benchmarks.realisations [--realisations N]

Each realisation has its own measured values, so its own differences, Σ (each hourly sample measured by itself), SITMUF,
Page and default test. The limits are computed once, for the error-free Σ, outside the clock. The plant's data are not
part of the project: see ``examples/fuel_fab``; without them the benchmark says so and stops.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
import tracemalloc
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from benchmarks import figure
from stockward.stats.loss_tests import PAGE_K, CalibratedTests, calibrate_together
from stockward.stats.page import page_statistics
from stockward.stats.propagation import random_covariance, stream_sums, systematic_covariance
from stockward.stats.whitening import sitmuf, whitener
from stockward.terms.periods import YEAR_DAYS

Array = NDArray[np.float64]

PERIOD_HOURS = 416
CHUNK = 250
RANDOM_REL = SYSTEMATIC_REL = 0.03
SIGNS = (1.0, 1.0, -1.0, -1.0, -1.0)
SHARED = Path(os.environ.get("STOCKWARD_SHARED", "../shared"))


@dataclass(frozen=True)
class Measured:
    """Measured values: five flows of shape (realisations, hours), inventories (realisations, moments, places)."""

    flows: list[Array]
    inventories: Array
    edges: NDArray[np.intp]


def read_plant() -> Measured:
    """The error-free plant, as one realisation."""
    frames = {
        name: pl.read_parquet(SHARED / "data/fuel_fab" / f"{name}.parquet")
        for name in ("inputs", "outputs", "inventories")
    }
    moments = np.arange(0, frames["inventories"].height, PERIOD_HOURS)
    flows = [
        np.ascontiguousarray(frame[name].to_numpy()[None, : moments[-1] + 1])
        for frame in (frames["inputs"], frames["outputs"])
        for name in frame.columns[1:]
    ]
    inventories = frames["inventories"].drop("hour").to_numpy()[moments]
    return Measured(
        [np.where(flow > 1e-9, flow, 0.0) for flow in flows], np.maximum(inventories, 0.0)[None], moments + 1
    )


def with_errors(plant: Measured, realisations: int, seed: int) -> Measured:
    """Measure the plant again and again: a fresh random error a sample, one systematic error a stream."""
    rng = np.random.default_rng(seed)
    flows = []
    for flow in plant.flows:
        noisy = rng.standard_normal((realisations, flow.shape[1]))
        noisy *= RANDOM_REL
        noisy += 1.0 + SYSTEMATIC_REL * rng.standard_normal((realisations, 1))
        noisy *= flow
        flows.append(noisy)
    shape = (realisations, *plant.inventories.shape[1:])
    shared = SYSTEMATIC_REL * rng.standard_normal((realisations, 1, shape[2]))
    inventories = plant.inventories * (1.0 + RANDOM_REL * rng.standard_normal(shape) + shared)
    return Measured(flows, inventories, plant.edges)


def differences_and_covariance(measured: Measured) -> tuple[Array, Array]:
    """Differences, shape (realisations, periods), and Σ of each realisation."""
    sums, squares = zip(*(stream_sums(flow, measured.edges) for flow in measured.flows), strict=True)
    change = measured.inventories[:, :-1] - measured.inventories[:, 1:]
    signed = np.concatenate(
        [np.stack([sign * flow for sign, flow in zip(SIGNS, sums, strict=True)], axis=-1), change], axis=-1
    )
    inventory = RANDOM_REL**2 * np.vecdot(measured.inventories, measured.inventories)
    single = RANDOM_REL**2 * np.sum(squares, axis=0) + inventory[:, :-1] + inventory[:, 1:]
    covariance = systematic_covariance(signed, np.full(signed.shape[-1], SYSTEMATIC_REL**2))
    covariance += random_covariance(single, inventory[:, 1:-1])
    return signed.sum(axis=-1), covariance


def test_all(measured: Measured, tests: CalibratedTests) -> tuple[Array, Array, Array, Array]:
    """Differences, SITMUF, Page and the default test of every realisation, some at a time to stay in the cache."""
    count = len(measured.inventories)
    parts = [_test(measured, tests, slice(first, first + CHUNK)) for first in range(0, count, CHUNK)]
    differences, y, page, default = (np.concatenate(figures) for figures in zip(*parts, strict=True))
    return differences, y, page, default


def _test(measured: Measured, tests: CalibratedTests, rows: slice) -> tuple[Array, Array, Array, Array]:
    measured = Measured([flow[rows] for flow in measured.flows], measured.inventories[rows], measured.edges)
    differences, covariance = differences_and_covariance(measured)
    inverse = whitener(covariance)
    y = sitmuf(differences, inverse)
    return differences, y, page_statistics(y, k=PAGE_K), tests.ratios_of(differences, covariance)


def tests_of(plant: Measured, covariance: Array) -> CalibratedTests:
    """The tests for the error-free plant, alone on its site."""
    moments = plant.edges / 24.0
    days = np.diff(moments)
    hazard = -np.log(0.95) * days / YEAR_DAYS
    return CalibratedTests(covariance, start=moments[:-1], end=moments[1:], hazard=hazard, seed=1)


def reduceat(measured: Measured) -> list[Array]:
    """The peer: sum each flow over its periods."""
    starts, end = measured.edges[:-1], measured.edges[-1]
    return [np.add.reduceat(flow[:, :end], starts, axis=1) for flow in measured.flows]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--realisations", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    if not (SHARED / "data/fuel_fab").is_dir():
        sys.exit(f"{SHARED}/data/fuel_fab is missing: set STOCKWARD_SHARED to the folder that holds data/fuel_fab")
    plant = read_plant()
    true_differences, true_covariance = differences_and_covariance(plant)
    started = time.process_time()
    tests = tests_of(plant, true_covariance[0])
    calibrate_together([tests])
    limits_seconds = time.process_time() - started
    measured = with_errors(plant, options.realisations, seed=2)
    ratios, seconds = [], []
    for _ in range(options.runs):
        started = time.process_time()
        reduceat(measured)
        between = time.process_time()
        test_all(measured, tests)
        seconds.append((between - started, time.process_time() - between))
        ratios.append(seconds[-1][1] / seconds[-1][0])
    tracemalloc.start()
    _, _, _, default = test_all(measured, tests)
    beside = tracemalloc.get_traced_memory()[1] / 1024**3
    tracemalloc.stop()
    rate = float(np.mean(default.max(axis=1) > 1.0))
    print(f"limits of the default test: {limits_seconds:.2f} s, once")
    print("seconds (reduceat, all): " + "  ".join(f"{a:.3f}, {b:.3f}" for a, b in seconds))
    _against_reference(true_differences[0], true_covariance[0])
    print(f"default test alarms in {100 * rate:.1f} % of realisations (the plant itself gains material)")
    size = f"{options.realisations:,} realisations of the fuel plant"
    figure(f"{size}: all tests / reduceat over the flows", float(np.median(ratios)), limit=4)
    figure(f"{size}: memory beside the arrays, GB", beside, limit=1)


def _against_reference(differences: Array, covariance: Array) -> None:
    folder = SHARED / "reference/fuel_fab"
    published = pl.read_csv(folder / "true_differences.csv")["difference"].to_numpy()
    sigma = pl.read_csv(folder / "sigma_3pct_3pct.csv")["ref_total_B"].to_numpy()
    matrix = np.loadtxt(folder / "covariance_B_3pct_3pct.csv", delimiter=",")
    pairs = {
        "differences": (differences, published),
        "σ": (np.sqrt(np.diagonal(covariance)), sigma),
        "covariance": (covariance, matrix),
    }
    for name, (mine, theirs) in pairs.items():
        worst = float(np.max(np.abs(mine / theirs - 1)))
        figure(f"fuel plant, {name}: largest relative deviation from the reference", worst, limit=1e-9)


if __name__ == "__main__":
    main()
