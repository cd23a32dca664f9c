"""CPU and memory of whole commands, from CSV to the end, beside an earlier commit in the same run.

    python -m benchmarks.before [--commit HASH] [--quick]

Each case is one process a commit, both taking turns, with one thread for arrays and two for tables. Figures are CPU
seconds of all threads and the largest memory held. The earlier commit is checked out of this repository's history.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks import figure

ROOT = Path(__file__).parents[1]
BEFORE = "32a61b8"
"""The last commit before limits were nested."""

START = datetime(2025, 7, 1, tzinfo=UTC)
SETTINGS = """format = 1
[site]
name = "Before and after"
timezone = "UTC"
[detection]
false_alarm = 0.05
detection = 0.95
"""
RUN = """
import sys
from stockward.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    # What alarms exits with 1, and rows set aside with 3: that is an answer.
    assert ended.code in (0, 1, 3, None)
print(next(line for line in open("/proc/self/status") if line.startswith("VmHWM")).split()[1], file=sys.stderr)
"""
"""One command, and then the largest memory that its process held, kB."""


@dataclass(frozen=True)
class Cost:
    """CPU seconds of all threads, and the largest memory held, MB."""

    seconds: float
    megabytes: float


def write_site(folder: Path, *, series: int, movements: int, inventories: int, days: float, in_area: int = 10) -> Path:
    """A site of bulk materials in stores: receipts and issues at random moments, and every area counted at once."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(1)
    areas = np.array([f"A{number:04d}" for number in range(max(series // in_area, 1))])
    materials = np.array([f"M{number}" for number in range(min(in_area, series))])
    (folder / "site.toml").write_text(SETTINGS, encoding="utf-8")
    pl.DataFrame({"area": areas, "kind": "store"}).write_csv(folder / "areas.csv")
    pl.DataFrame({"material": materials, "kind": "bulk", "unit": "kg"}).write_csv(folder / "materials.csv")
    scales = [f"W{number:02d}" for number in range(20)]
    errors = {"random_rel": 0.005, "systematic_rel": 0.003, "calibration_days": 91}
    pl.DataFrame({"method": scales, **errors}).write_csv(folder / "methods.csv")
    area, material = rng.integers(0, len(areas), movements), rng.integers(0, len(materials), movements)
    moved = rng.uniform(1, 100, movements).round(3)
    received = rng.integers(0, 2, movements) == 0
    second = np.sort(rng.integers(0, int((inventories - 1) * days * 86_400), movements))
    pl.DataFrame(
        {
            "movement": [f"m{number}" for number in range(movements)],
            "at": pl.Series(second * 1_000_000 + int(START.timestamp()) * 1_000_000)
            .cast(pl.Datetime("us", "UTC"))
            .dt.strftime("%Y-%m-%dT%H:%M:%S+00:00"),
            "kind": np.where(received, "receipt", "issue"),
            "material": materials[material],
            "quantity": moved,
            "from_area": pl.Series(np.where(received, "", areas[area])).replace("", None),
            "to_area": pl.Series(np.where(received, areas[area], "")).replace("", None),
            "method": np.array(scales)[area % 20],
        }
    ).write_csv(folder / "movements.csv")
    change = np.zeros((inventories, len(areas), len(materials)))
    period = np.ceil(second / (days * 86_400)).astype(int)
    np.add.at(change, (np.minimum(period, inventories - 1), area, material), np.where(received, moved, -moved))
    stock = np.cumsum(change, axis=0)
    stock += 200 - stock.min(axis=0)
    grid = [
        (f"I{number}", (START + timedelta(days=days * number)).isoformat(), code, name, round(float(left), 3), scale)
        for number in range(inventories)
        for place, code in enumerate(areas)
        for name, left, scale in zip(
            materials, stock[number, place], [scales[place % 20]] * len(materials), strict=True
        )
    ]
    schema = ["inventory", "at", "area", "material", "quantity", "method"]
    pl.DataFrame(grid, schema=schema, orient="row").write_csv(folder / "counts.csv")
    return folder


def cost(source: Path, arguments: Sequence[str]) -> Cost:
    """What one command costs with the sources of one commit."""
    environment = {
        **os.environ, "PYTHONPATH": str(source), "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1",
        "POLARS_MAX_THREADS": "2",
    }  # fmt: skip
    command = [sys.executable, "-c", RUN, *arguments]
    process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    assert process.stderr is not None
    said = process.stderr.read()
    _, status, used = os.wait4(process.pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, said
    return Cost(used.ru_utime + used.ru_stime, int(said.split()[-1]) / 1024)


def compared(before: Path, after: Path, arguments: Sequence[str], rounds: int) -> tuple[Cost, Cost]:
    """The least of several rounds of both, in turn."""
    runs = [(cost(before, arguments), cost(after, arguments)) for _ in range(rounds)]
    return tuple(min((pair[side] for pair in runs), key=lambda one: one.seconds) for side in (0, 1))  # type: ignore[return-value]


def told(name: str, pair: tuple[Cost, Cost], limit: float | None) -> None:
    """Print both, and the ratio as a figure."""
    before, after = pair
    print(
        f"{name}: {before.seconds:.1f} s and {before.megabytes:.0f} MB, "
        f"now {after.seconds:.1f} s and {after.megabytes:.0f} MB"
    )
    figure(f"CPU over the commit before: {name}", after.seconds / before.seconds, limit=limit)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--commit", default=BEFORE)
    parser.add_argument("--quick", action="store_true", help="one round of each, and no case that took minutes before")
    options = parser.parse_args()
    rounds = 1 if options.quick else 3
    with tempfile.TemporaryDirectory() as made:
        folder, source, now = Path(made), Path(made) / "before", ROOT / "src"
        source.mkdir()
        archive = subprocess.run(
            ["git", "archive", options.commit, "src"], cwd=ROOT, stdout=subprocess.PIPE, check=True
        )
        subprocess.run(["tar", "-x", "-C", str(source)], input=archive.stdout, check=True)
        before = source / "src"
        page = str(folder / "out.html")
        ridgeway = ["review", str(ROOT / "examples" / "ridgeway"), "--html", page]
        told("Ridgeway, cold, from CSV to HTML", compared(before, now, ridgeway, rounds), 0.6)
        large = write_site(folder / "large", series=500, movements=1_000_000, inventories=53, days=7)
        told(
            "500 series x 52 periods, a million movements, from CSV",
            compared(
                before, now, ["review", str(large), "--json", str(folder / "out.json")], 1 if options.quick else 2
            ),
            0.2,
        )
        costs = []
        for inventories in (1_000, 2_000):
            one = write_site(folder / f"one{inventories}", series=1, movements=20_000, inventories=inventories, days=7)
            costs.append(cost(now, ["review", str(one), "--json", str(folder / "out.json")]))
            print(f"{inventories} inventories of one series: {costs[-1].seconds:.1f} s, {costs[-1].megabytes:.0f} MB")
        figure("1,000 inventories of one series: CPU s", costs[0].seconds, limit=10)
        figure("1,000 inventories of one series: MB", costs[0].megabytes, limit=400)
        grown = np.log2(costs[1].seconds / costs[0].seconds)
        figure("inventories of one series, 1,000 to 2,000: exponent of the CPU", float(grown), limit=1.2)
        costs = []
        for series in (2_000, 4_000):
            many = write_site(folder / f"many{series}", series=series, movements=4 * series, inventories=3, days=30)
            costs.append(cost(now, ["review", str(many), "--json", str(folder / "out.json")]))
            print(f"{series} series of three inventories: {costs[-1].seconds:.1f} s, {costs[-1].megabytes:.0f} MB")
        figure("2,000 series of three inventories: CPU s", costs[0].seconds, limit=20)
        grown = np.log2(costs[1].seconds / costs[0].seconds)
        figure("series of three inventories, 2,000 to 4,000: exponent of the CPU", float(grown), limit=1.2)


if __name__ == "__main__":
    main()
