"""Ctrl-C while a guards' roster is made: the best found is written, no process stays, and nothing is cried out."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from guard_sites import guards, post, small_site

RULES = {"max_hours_per_week": 48, "min_rest_hours": 11, "min_consecutive_days_off": 2}


@pytest.mark.skipif(os.name != "posix", reason="sends SIGINT to a group of processes, as a terminal does")
def test_ctrl_c_ends_with_the_best_found(tmp_path: Path) -> None:
    # So many places and wishes that no proof comes soon: a search that is over cannot be stopped.
    days = {one: sorted({6 + (one * step) % 26 for step in range(1, 9)}) for one in range(1, 41)}
    wishes = [
        {"person": f"G-{one:02d}", "date": f"2026-07-{day:02d}", "wish": "off"} for one in days for day in days[one]
    ]
    posts = [post(f"gate-{number}") for number in range(9)]
    small_site(tmp_path / "site", guards(40), posts, rules=RULES, wishes=wishes)
    out = tmp_path / "roster.csv"
    command = [
        str(Path(sys.executable).with_name("stockward")),
        "roster",
        str(tmp_path / "site"),
        "--start",
        "2026-07-06",
    ]
    command += ["--weeks", "4", "--time", "300", "--csv", str(out)]
    running = subprocess.Popen(
        command, start_new_session=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )  # fmt: skip
    assert running.stderr is not None
    for line in running.stderr:
        if line.startswith("best roster so far"):
            break
    os.killpg(running.pid, signal.SIGINT)
    said, cried = running.communicate(timeout=60)
    assert running.returncode == 0, cried
    assert "Traceback" not in cried
    assert "stopped before its time" in " ".join(said.split())
    assert len(out.read_text(encoding="utf-8").splitlines()) == 1 + 9 * 3 * 28
    ends = time.monotonic() + 20
    while is_there(running.pid):
        assert time.monotonic() < ends, "a process stays"
        time.sleep(0.1)


def is_there(group: int) -> bool:
    """Whether a process of the group still runs."""
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
