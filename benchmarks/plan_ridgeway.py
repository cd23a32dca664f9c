"""The cheapest plan of Ridgeway with a surge, where each of its scales could be replaced by two better ones.

    python -m benchmarks.plan_ridgeway              all production × 5, and × 2
    python -m benchmarks.plan_ridgeway --times 5    so many times

Guards and orders are in it as well. Printed of the whole command, in a process of its own: CPU, whether the plan is
proven the cheapest, and by how much of its cost a cheaper one could exist.
"""

from __future__ import annotations

import argparse
import csv
import json
import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks import figure

EXAMPLES = Path(__file__).parents[1] / "examples"
BETTER = (("better", 0.2, 4_000), ("best", 0.05, 15_000))
ERRORS = ("random_rel", "systematic_rel", "random_abs", "systematic_abs")


def site_with_options(folder: Path) -> Path:
    """Ridgeway with what its plan costs and must reach, and two options for each of its methods."""
    site = folder / "works"
    shutil.copytree(EXAMPLES / "ridgeway", site)
    for name in ("costs.csv", "goals.csv"):
        shutil.copy(EXAMPLES / "ridgeway_plan" / name, site)
    with (site / "methods.csv").open(newline="") as file:
        methods = list(csv.DictReader(file))
    with (site / "options.csv").open("w", newline="") as file:
        rows = csv.DictWriter(file, ("option", "method", *ERRORS, "money", "name"))
        rows.writeheader()
        for method in methods:
            for word, times, money in BETTER:
                errors = {name: float(method[name]) * times for name in ERRORS if method[name]}
                key, name = f"{method['method']}-{word}", f"{word} {method['method']}"
                rows.writerow({"option": key, "method": method["method"], "money": money, "name": name, **errors})
    return site


def planned(site: Path, times: float) -> tuple[float, float, float]:
    """CPU seconds of the command, what its plan costs a year, and what none costs less than."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [
        sys.executable,
        "-m",
        "stockward",
        "plan",
        str(site),
        "--production",
        str(times),
        "--quiet",
        "--json",
        "-",
    ]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = json.loads(told)["cost"]
    seconds = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return seconds, cost["a_year"], cost["bound"]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=float, nargs="+", default=[5.0, 2.0])
    with tempfile.TemporaryDirectory() as scratch:
        site = site_with_options(Path(scratch))
        for times in parser.parse_args().times:
            seconds, cost, bound = planned(site, times)
            figure(f"× {times:g}: CPU seconds of the whole command", seconds, limit=60)
            figure(f"× {times:g}: share of cost by which a cheaper one could exist", (cost - bound) / cost, limit=0)


if __name__ == "__main__":
    main()
