"""What a person waits for: ``stockward --help`` beside ``python -c pass``, and the example's review from cold.

    python -m benchmarks.startup

CPU seconds of child processes, user and system, all threads; the median of several runs.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

from benchmarks import figure

RIDGEWAY = Path(__file__).parents[1] / "examples" / "ridgeway"


def child_seconds(command: list[str]) -> float:
    """CPU time of one run of a command; an answer that alarms (exit code 1 or 3) is no failure."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # An installation keeps its compiled modules; the first run writes those that are missing.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    run = subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, check=False)
    if run.returncode not in {0, 1, 3}:
        raise RuntimeError(run.stderr.decode())
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def median(command: list[str], runs: int) -> float:
    """Median of several runs."""
    return float(np.median([child_seconds(command) for _ in range(runs)]))


def main() -> None:
    """Measure and print."""
    stockward = str(Path(sys.executable).parent / "stockward")
    nothing = median([sys.executable, "-c", "pass"], 21)
    shown = median([stockward, "--help"], 21)
    with tempfile.TemporaryDirectory() as folder:
        review = median([stockward, "review", str(RIDGEWAY), "--html", str(Path(folder) / "review.html")], 5)
    print(f"python -c pass {nothing:.3f} s, stockward --help {shown:.3f} s, review of Ridgeway {review:.2f} s")
    figure("stockward --help / python -c pass", shown / nothing, limit=10)
    figure("review of Ridgeway, CSV to HTML, cold: CPU seconds", review, limit=6)


if __name__ == "__main__":
    main()
