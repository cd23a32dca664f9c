"""Stays from moment to moment: every way leaves the time of its walk, and every break lasts."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from tests.patrol.games import drawn_game, every_walk
from tests.patrol.test_patrol_site import TABLES, answered, written

from stockward.answers.patrols.answer import PatrolAnswer, PatrolStop
from stockward.patrol.game.ground import Break, Ground
from stockward.report.patrol.sentences import overlap_sentence

MINUTES = {frozenset("GA"): 10.0, frozenset("GB"): 10.0, frozenset("AB"): 15.0}


def moves_of(answer: PatrolAnswer) -> list[tuple[PatrolStop, PatrolStop]]:
    return [pair for one in answer.mixture for stops in one.walks for pair in pairwise(stops)]


@pytest.mark.parametrize("settings", ["", "break_minutes = 30\n", "break_minutes = 10\n", "patrols = 2\n"])
def test_between_two_stays_there_is_time_for_the_walk(tmp_path: Path, settings: str) -> None:
    answer = answered(written(tmp_path, settings))
    moves = moves_of(answer)
    walked = [(one, to) for one, to in moves if one.area != to.area]
    assert walked
    for one, to in walked:
        assert MINUTES[frozenset((one.area, to.area))] <= to.begins - one.ends < 25
    for one in {stop for pair in moves for stop in pair}:
        assert 0 <= one.begins <= one.ends <= answer.shift_minutes - answer.step_minutes
    assert any(one.begins == one.ends for one, _ in moves)


@pytest.mark.parametrize("minutes", [10, 20, 25, 30])
def test_every_patrol_has_its_whole_break(tmp_path: Path, minutes: int) -> None:
    answer = answered(written(tmp_path, f"break_minutes = {minutes}\npatrols = 2\n"))
    assert answer.value is not None
    whole = -(-minutes // 10) * 10
    for one in answer.mixture:
        for stops in one.walks:
            (rest,) = (stop for stop in stops if stop.rests)
            assert (rest.area, rest.ends - rest.begins) == ("G", whole)
            assert rest.begins >= 60 and rest.ends <= 180
            place = stops.index(rest)
            assert stops[place - 1].ends == rest.begins
            assert rest.ends == stops[place + 1].begins
            assert stops[place - 1].area == stops[place + 1].area == "G"


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_a_break_is_found_in_every_walk_that_has_one(steps: int) -> None:
    drawn, _ = drawn_game(1, areas=3, steps=8)
    ground = Ground(drawn.travel, 8, (0,), rest=Break(steps, 2, 5 - steps))
    walks = every_walk(ground)
    assert walks
    for walk in walks:
        found = ground.break_of(walk)
        assert found is not None
        begins, ends = found
        assert (ends - begins, walk[begins], walk[ends]) == (steps, 0, 0)
        assert 2 <= begins <= 5 - steps
        assert all(place < 0 for place in walk[begins + 1 : ends])


def test_a_fixed_round_does_not_depend_on_breaks_and_visits(tmp_path: Path) -> None:
    def compared(settings: str) -> list[tuple[str, float]]:
        outcomes = answered(written(tmp_path, settings)).outcomes
        return [(one.way, one.best.gain) for one in outcomes if one.way.startswith("round")]

    free = compared("")
    assert len(free) == 2
    for settings in ("break_minutes = 30\n", "least_visits = 3\n", "break_minutes = 60\nleast_visits = 2\n"):
        assert compared(settings) == free


def test_shifts_overlap_by_the_longest_theft_too(tmp_path: Path) -> None:
    targets = TABLES["targets"].replace("900,30", "900,45")
    answer = answered(written(tmp_path, targets=targets))
    assert answer.change == (10, 10)
    assert "overlap the next by 10 + 10 min and 40 min of the longest theft = 60 min" in overlap_sentence(answer)
