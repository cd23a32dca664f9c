"""A guard drops out of a roster of 120 guards: seconds until it is said who can stand in.

    python -m benchmarks.guard_changes                    120 guards, 20 shifts, and the command as a whole

The made site of ``guard_rosters`` with all its rules and four weeks of a roster, filled in order of time: how good
it is does not matter here. Seconds of the processor, so that what else the machine does does not count: of the question
on a site that has been read, the slowest of 20 shifts at every kind of post, and of the command from its start to its
end; and how many times those of ``stockward check`` of the same site these are, which starts, reads and asks nothing.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from benchmarks import figure
from benchmarks.guard_rosters import START, WEEKS, made_site, write_site
from stockward.answers.roster import Duty
from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.questions.roster_changes import ChangeRequest, what_a_swap_does, who_can_stand_in
from stockward.report.roster.files import duties_csv
from stockward.roster.site.demand import Horizon, post_spans, shift_of
from stockward.roster.site.problem import make_problem

GENERATED = datetime(2026, 7, 1, tzinfo=UTC)


def filled(site: Site) -> tuple[Duty, ...]:
    """A roster of four weeks made at once: each place goes to who has the fewest hours and rests eleven before."""
    problem = make_problem(site, on_posts(roll(known_at(site, None))), Horizon(START, WEEKS, site.timezone))
    hours, free = [0.0] * len(problem.guards), [datetime(2000, 1, 1, tzinfo=UTC)] * len(problem.guards)
    duties = []
    asked_for = [(post, span) for post in problem.posts for span in post_spans(problem.horizon, post)]
    for place, span in sorted(asked_for, key=lambda one: one[1]):
        shift = shift_of(problem.horizon, *span)
        able = [
            (hours[number], number)
            for number, guard in enumerate(problem.guards)
            if guard.can_stand(place) and guard.there.issuperset(shift.touched) and free[number] <= shift.start
        ]
        for _, number in sorted(able)[: place.guards]:
            hours[number] += shift.minutes / 60
            free[number] = shift.end + timedelta(hours=11)
            guard = problem.guards[number]
            duties.append(
                Duty(
                    person=guard.code, affiliation=guard.affiliation, post=place.post, number=1,
                    day=problem.horizon.date(shift.day), start=shift.start, end=shift.end, hours=shift.minutes / 60,
                    night=shift.night, weekend=shift.weekend, locked=False, changed=None,
                )
            )  # fmt: skip
    return tuple(duties)


def slowest(guards: int, duties: tuple[Duty, ...], shifts: int) -> tuple[float, float]:
    """Seconds of the slowest answer on who can stand in, and of the slowest on a swap."""
    site = made_site(guards)
    asked = ChangeRequest(generated=GENERATED, planned={(duty.person, duty.start): duty.post for duty in duties})
    chosen = duties[:: len(duties) // shifts]
    replacing, swapping = [], []
    for one, other in pairwise(chosen):
        began = time.process_time()
        answer = who_can_stand_in(site, one.person, one.day, asked)
        replacing.append(time.process_time() - began)
        assert all(shift.asked + sum(number for _, number in shift.cannot) == guards - 1 for shift in answer.shifts)
        if one.person != other.person:
            began = time.process_time()
            what_a_swap_does(site, (one.person, one.day), (other.person, other.day), asked)
            swapping.append(time.process_time() - began)
    return max(replacing), max(swapping)


def commands(guards: int, duties: tuple[Duty, ...]) -> tuple[float, float]:
    """Seconds of the whole command, and of ``check`` of its site; the best of three each."""
    with tempfile.TemporaryDirectory() as folder:
        write_site(Path(folder), guards)
        file = Path(folder) / "of_july.txt"
        file.write_text(duties_csv(duties, "Europe/Berlin"), encoding="utf-8")
        one = duties[len(duties) // 2]
        words = ["roster", folder, "--previous", str(file), "--replace", one.person, "--on", str(one.day)]
        return min(_seconds(*words) for _ in range(3)), min(_seconds("check", folder) for _ in range(3))


def _seconds(*words: str) -> float:
    """Seconds of the processor that a command takes in a process of its own."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run([sys.executable, "-m", "stockward", *words], capture_output=True, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert done.returncode in (0, 4), done.stderr
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--guards", type=int, default=120, help="guards of the site (default 120)")
    asked = parser.parse_args()
    duties = filled(made_site(asked.guards))
    replacing, swapping = slowest(asked.guards, duties, 20)
    figure(f"replacement, {asked.guards} guards: seconds, the slowest of 20", replacing, limit=2)
    figure(f"swap, {asked.guards} guards: seconds, the slowest of 20", swapping, limit=2)
    own, check = commands(asked.guards, duties)
    figure(f"replacement, {asked.guards} guards: seconds of the command, start-up and all", own, limit=2)
    figure("as many times those of a check of the same site", own / check, limit=3)


if __name__ == "__main__":
    main()
