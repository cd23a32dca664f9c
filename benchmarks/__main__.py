"""Run every benchmark, each in a process of its own, and end in one table; exit 1 where a figure is missed.

python -m benchmarks
"""

from __future__ import annotations

import os
import subprocess
import sys

from benchmarks import MARK

MODULES = (
    "realisations", "regret", "false_alarms", "sigma_fit", "estimates", "estimated_errors", "ledger", "scaling",
    "unseen", "spread", "drill", "counting", "guards", "net_hours", "selection", "startup", "guard_rosters", "before",
    "importing", "neighbours", "killed", "hostile", "book_of_record", "book_pages", "settled", "cheapest_plans",
    "plan_assumptions", "plan_ridgeway", "planned_drill", "patrols",
    "book_damage", "book_killed", "book_over_http", "book_hard_times", "book_same_answers", "many_sites",
)  # fmt: skip
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}


def main() -> int:
    """Run all and print the table."""
    rows: list[str] = []
    failed = False
    for module in MODULES:
        print(f"\n== {module}", flush=True)
        environment = {**os.environ, **(ONE_THREAD if module != "ledger" else {})}
        run = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{module}"],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        failed |= run.returncode != 0
        lines = run.stdout.splitlines()
        print("\n".join(line for line in lines if not line.startswith(MARK)), flush=True)
        rows.extend(line.removeprefix(MARK) for line in lines if line.startswith(MARK))
    print(f"\n{'figure':<76} {'measured':>9}  limit")
    print("\n".join(rows))
    return int(failed or any("MISSED" in row for row in rows))


if __name__ == "__main__":
    sys.exit(main())
