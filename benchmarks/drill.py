"""A drill of 1,000 copies of Ridgeway: CPU seconds, and how far predicted and found are apart; then the fuel plant.

    python -m benchmarks.drill [--copies N] [--seed N]

The site is read once, outside the clock. The clock holds all else: closing, adjusting, sizing the losses, measuring and
testing every copy, and closing some of them as sites of their own. Losses are sized to be found with 95 %. The plant's
data are not part of the project: see ``examples/fuel_fab``; without them that part is left out, and said so.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from benchmarks import figure
from stockward.answers.drill import DrillAnswer
from stockward.book import Site, read_site
from stockward.drill.running import DrillOptions, make_drill
from stockward.validation.fuel_fab import convert, data_folder

RIDGEWAY = Path(__file__).parents[1] / "examples" / "ridgeway"


def timed(site: Site, options: DrillOptions) -> tuple[DrillAnswer, float]:
    """The drill, in one process, and its CPU seconds over all threads."""
    started = time.process_time()
    drill = make_drill(site, options, generated=datetime(2026, 7, 1, tzinfo=UTC))
    return drill, time.process_time() - started


def show(name: str, drill: DrillAnswer, seconds: float, *, limits: tuple[float | None, float | None]) -> None:
    """Print the figures of one drill."""
    said = drill.agreement
    assert said is not None
    print(
        f"{name}: {drill.copies:,} copies of {drill.rows:,} rows, {seconds:.1f} s of CPU; "
        f"predicted {100 * said.predicted:.1f} %, found {100 * said.found:.1f} ± {100 * said.error:.1f} %, "
        f"p = {said.p_total:.2f} over all and {said.p_lines:.2f} by line"
    )
    chance = sum(one.by_chance for one in drill.elsewhere)
    if chance:
        alarmed = sum(one.alarmed for one in drill.elsewhere)
        print(f"  series without a loss alarmed {alarmed} times, by chance {chance:.0f}")
    size = f"{drill.copies:,} copies of {name}"
    figure(f"{size}: drill, CPU seconds", seconds, limit=limits[0])
    figure(f"{size}: |predicted − found|, points", 100 * abs(said.predicted - said.found), limit=limits[1])
    worst = max(
        (line for line in drill.lines if line.copies), key=lambda line: _apart(line) / max(line.error or 1, 1e-9)
    )
    print(f"  furthest apart: {worst.id}, {worst.pattern}: {100 * _apart(worst):.1f} points in {worst.copies} copies")


def _apart(line) -> float:  # type: ignore[no-untyped-def]
    return float(np.abs(line.counts.found / line.copies - line.predicted))


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    options = DrillOptions(copies=arguments.copies, seed=arguments.seed)
    show("Ridgeway", *timed(read_site(RIDGEWAY), options), limits=(120, 2))
    data = data_folder()
    if data is None:
        print("fuel plant: its data are not here: set STOCKWARD_SHARED to the folder that holds data/fuel_fab")
        return
    with tempfile.TemporaryDirectory() as folder:
        convert(data, Path(folder), random_rel=0.03, systematic_rel=0.03)
        show("the fuel plant", *timed(read_site(folder), options), limits=(None, None))


if __name__ == "__main__":
    main()
