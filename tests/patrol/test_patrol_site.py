"""What the tables of a site say of its patrols, as a messy person writes them, and the command on it."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from stockward import cli, read_site
from stockward.answers.patrols.answer import PatrolAnswer, PatrolWay
from stockward.book import Site
from stockward.face.sites import site_of
from stockward.patrol.site.shift import PatrolShift
from stockward.patrol.site.walked import WalkedShifts
from stockward.questions.patrol import make_patrols
from stockward.terms.verdicts import Solved

AT = datetime(2026, 2, 1, tzinfo=UTC)
TOML = """format = 1
[site]
name = "Yard"
timezone = "Europe/Berlin"
currency = "EUR"
[detection]
false_alarm = 0.05
detection = 0.95
[patrol]
step_minutes = 10
"""
TABLES = {
    "areas": "area,kind,x_m,y_m\nG,gate,0,0\nA,store,600,0\nB,store,0,600\nC,store,,\n",
    "targets": "area,worth,minutes,seen\nA,900,30,0.9\nB,600,20,0.8\n",
    "paths": "area,to_area,minutes\nG,A,10\nG,B,10\nA,B,15\n",
    "posts": "post,kind,guards,start,end,days,area\nP,patrol,1,22:00,02:00,daily,G\n",
}


def written(folder: Path, settings: str = "", **changed: str) -> Site:
    (folder / "site.toml").write_text(TOML + settings)
    for name, content in {**TABLES, **changed}.items():
        (folder / f"{name}.csv").write_text(content)
    return site_of(read_site(folder))


def answered(site: Site, **asked: float | datetime) -> PatrolAnswer:
    return make_patrols(site, **{"generated": AT, "rounds": 20, **asked})  # type: ignore[arg-type]


def test_a_shift_is_cut_into_steps(tmp_path: Path) -> None:
    shift = PatrolShift.of(written(tmp_path))
    assert shift.areas == ("G", "A", "B")
    assert shift.ground.travel.tolist() == [[0, 1, 1], [1, 0, 2], [1, 2, 0]]
    assert (shift.ground.steps, shift.ground.bases, shift.starts, shift.change) == (24, (0,), (1320,), (1, 1))
    thefts = shift.thefts()
    assert thefts.lasts[1:].tolist() == [3, 2]
    assert (thefts.begin, thefts.end) == (1, 22)


def test_walks_that_no_path_states_are_straight(tmp_path: Path) -> None:
    shift = PatrolShift.of(
        written(tmp_path, "metres_per_minute = 50\n", paths="area,to_area,minutes,one_way\nG,A,25,yes\n")
    )
    assert shift.ground.travel.tolist()[0] == [0, 3, 2]
    assert shift.ground.travel[1, 0] > 10**9
    assert shift.ground.shortest[1, 0] == 2 + 2


def test_the_answer_holds_what_it_says(tmp_path: Path) -> None:
    answer = answered(written(tmp_path), rounds=150)
    assert answer.status is Solved.PROVEN
    assert answer.gap is not None and answer.gap <= 0.01
    assert sum(one.weight for one in answer.mixture) == 10**9
    assert answer.value is not None and answer.bound is not None
    assert answer.bound <= answer.value <= min(one.best.gain for one in answer.outcomes if one.patrols == 1) + 1e-6
    chances = {"A": 0.9, "B": 0.8}
    gains = {}
    for area, worth, lasts in (("A", 900, 3), ("B", 600, 2)):
        for start in range(1, 23 - lasts + 1):
            met = sum(
                one.weight
                for one in answer.mixture
                if any(
                    stop.area == area and stop.begins < 10 * (start + lasts) and stop.ends >= 10 * start
                    for stop in one.walks[0]
                )
            )
            gains[area, start] = worth * (1 - chances[area] * met / 10**9)
    assert answer.value == pytest.approx(max(gains.values()), abs=1e-6)
    assert answer.best is not None
    assert gains[answer.best.area, int(answer.best.begins // 10)] == pytest.approx(answer.value, abs=1e-6)


def test_the_same_facts_give_the_same_walks(tmp_path: Path) -> None:
    site = written(tmp_path)
    assert answered(site) == answered(site)


@pytest.mark.parametrize(
    ("changed", "settings", "said"),
    [
        ({"targets": "area,worth,minutes,seen\n"}, "", "there are no targets: add targets.csv"),
        (
            {"posts": "post,kind,guards,start,end,days,area\n"},
            "",
            "posts.csv has no patrol post: add one of kind patrol",
        ),
        ({"posts": TABLES["posts"].replace(",1,", ",0,")}, "", "patrol post P has 0 guards, and a patrol takes 1"),
        (
            {},
            "guards_each = 2\n",
            "patrol post P has 1 guard, and a patrol takes 2: write more guards, or leave the row out",
        ),
        ({"posts": TABLES["posts"].replace(",G\n", ",\n")}, "", "patrol post P has no base: write its area"),
        (
            {"posts": TABLES["posts"] + "Q,patrol,1,10:00,14:00,daily,G\n"},
            "",
            "patrol posts P, Q have different hours: name the one to plan for with --post",
        ),
        (
            {"targets": TABLES["targets"] + "C,5,20,0.5\n"},
            "",
            "no patrol walks to C and back to G: add rows to paths.csv",
        ),
        ({"targets": TABLES["targets"] + "C,5,4,0.5\n"}, "", "write step_minutes = 4 or less under [patrol]"),
        (
            {"targets": TABLES["targets"].replace("600", "0")},
            "",
            "targets.csv row 3, worth = '0': it lies outside (0, 1e15]",
        ),
        ({"paths": TABLES["paths"].replace("15", "0")}, "", "paths.csv row 4, minutes = '0': it lies outside (0, 1e4]"),
        ({"paths": TABLES["paths"].replace("15", "800")}, "", ""),
        (
            {"paths": TABLES["paths"].replace("G,A,10", "G,A,125").replace("A,B,15", "A,B,120")},
            "",
            "A and back takes 260 min, longer than a shift of 240 min",
        ),
        ({}, "break_minutes = 200\n", "a break of 200 min finds no place"),
        ({}, "patrols = 21\n", "site.toml"),
        (
            {"targets": TABLES["targets"] + "A,5,20,0.5\n"},
            "",
            "this key stands in row 2: keep the one that is right",
        ),
        (
            {"targets": "area,worth,goal_quantities,minutes,seen\nA,9,,30,0.9\nB,,2,20,1\n"},
            "",
            "other rows state worth",
        ),
        ({"targets": "area,worth,minutes,seen\nA,,30,0.9\n"}, "", "it states neither worth nor goal_quantities"),
        ({"targets": "area,worth,minutes,minutes_low,seen\nA,9,30,40,0.9\n"}, "", "it is more than minutes"),
        ({"targets": "area,worth,minutes,seen,seen_high\nA,9,30,0.9,0.8\n"}, "", "it is less than seen"),
        ({"paths": TABLES["paths"] + "A,A,5\n"}, "", "the way ends where it begins"),
    ],
)
def test_what_does_not_suffice_is_said_in_one_line(
    tmp_path: Path, changed: dict[str, str], settings: str, said: str
) -> None:
    written_to = tmp_path / "site"
    written_to.mkdir()
    (written_to / "site.toml").write_text(TOML + settings)
    for name, content in {**TABLES, **changed}.items():
        (written_to / f"{name}.csv").write_text(content)
    result = CliRunner().invoke(cli.main, ["patrol", str(written_to), "--rounds", "5"])
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if not said:
        assert result.exit_code == 0
        return
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1


def test_more_areas_than_a_shift_holds_are_impossible_because(tmp_path: Path) -> None:
    posts = TABLES["posts"].replace("02:00", "22:40")
    targets = "area,worth,minutes,seen,least_visits\nA,900,10,0.9,1\nB,600,10,0.8,1\n"
    answer = answered(written(tmp_path, posts=posts, targets=targets))
    assert (answer.status, answer.value) == (Solved.IMPOSSIBLE, None)
    assert answer.reason == (
        "1 patrol cannot see 2 areas in a shift of 40 min: 2 patrols could (patrols = 2 under [patrol]), or lower "
        "least_visits"
    )
    mended = answered(written(tmp_path, "patrols = 2\n", posts=posts, targets=targets))
    assert mended.value is not None


def test_the_fewest_patrols_that_make_all_visits_are_named(tmp_path: Path) -> None:
    changed = {
        "areas": "area,kind\nG,gate\nA,store\nB,store\n",
        "targets": "area,worth,minutes,seen,least_visits\nA,100,20,0.9,5\nB,150,35,0.7,5\n",
        "paths": "area,to_area,minutes\nG,A,10\nG,B,15\nA,B,20\n",
        "posts": TABLES["posts"].replace("02:00", "00:00"),
    }
    # In two hours a patrol sees A three times and B twice: three patrols make five of each, and two do not.
    answer = answered(written(tmp_path, **changed))
    assert answer.reason is not None and "3 patrols could (patrols = 3 under [patrol])" in answer.reason
    assert answered(written(tmp_path, "patrols = 3\n", **changed)).value is not None


def test_twice_the_guards_are_twice_the_guards_where_they_walk_together(tmp_path: Path) -> None:
    three = written(tmp_path, "guards_each = 2\n", posts=TABLES["posts"].replace(",1,", ",3,"))
    shift = PatrolShift.of(three)
    assert (len(shift.ground.bases), len(shift.bases_of_twice)) == (1, 3)
    assert "1 guard of P walks in no patrol, as 2 walk together (guards_each)." in shift.notes
    answer = answered(three, rounds=3)
    assert {one.way: one.patrols for one in answer.outcomes}[PatrolWay.ROUND_TWICE] == 3
    even = PatrolShift.of(written(tmp_path, "guards_each = 2\n", posts=TABLES["posts"].replace(",1,", ",4,")))
    assert (len(even.ground.bases), len(even.bases_of_twice), even.notes) == (2, 4, ())


def test_rounds_that_never_change_are_told_from_those_at_random(tmp_path: Path) -> None:
    fixed, drawn = ["patrol,at,area"], ["patrol,at,area"]
    draw = np.random.default_rng(4)
    for night in range(30):
        for hour in (0, 40, 80):
            for place, (area, after) in enumerate((("A", 20), ("B", 40))):
                at = np.datetime64("2026-01-05T22:00") + np.timedelta64(night * 1440 + hour + after, "m")
                fixed.append(f"1,{str(at).replace('T', ' ')},{area}")
                other = np.datetime64("2026-01-05T22:00") + np.timedelta64(
                    night * 1440 + int(draw.integers(2, 22)) * 10 + place, "m"
                )
                drawn.append(f"1,{str(other).replace('T', ' ')},{area}")
    answer = answered(written(tmp_path, rounds="\n".join(fixed) + "\n"), generated=datetime(2026, 3, 1, tzinfo=UTC))
    assert answer.predicted is not None
    assert answer.predicted.p_value == pytest.approx(0.001)
    assert answer.predicted.guessed > answer.predicted.by_chance
    walked = answer.outcome(PatrolWay.WALKED)
    assert walked is not None and walked.nights == 30
    assert walked.best.met == 0
    lines = sorted(set(drawn[1:]), key=lambda line: line.split(",")[1])
    free = written(tmp_path, rounds="\n".join(["patrol,at,area", *_once(lines)]) + "\n")
    shift = PatrolShift.of(free)
    predicted = WalkedShifts.of(free, shift, date(2026, 3, 1)).predicted(1, 22, 0.5, 1)
    assert predicted is not None
    assert predicted.p_value > 0.05
    assert predicted.repeats_p_value > 0.05


def _once(lines: list[str]) -> list[str]:
    """At one time a patrol is in one area."""
    return list({line.split(",")[1]: line for line in lines}.values())


def test_rows_of_rounds_outside_every_shift_are_counted(tmp_path: Path) -> None:
    rounds = (
        "patrol,at,area,until\n1,2026-01-05 23:00,A,2026-01-05 23:15\n1,2026-01-05 12:00,A,\n1,2026-01-05 23:30,C,\n"
    )
    answer = answered(written(tmp_path, rounds=rounds))
    assert answer.notes == (
        "2 rows of rounds lie in no shift of these patrols, or in an area that is none of theirs: left out.",
    )
    site = written(tmp_path, rounds=rounds)
    presence = WalkedShifts.of(site, PatrolShift.of(site), AT.date()).presence
    assert np.argwhere(presence).tolist() == [[0, 1, 6], [0, 1, 7]]


def test_the_command_writes_what_it_finds(tmp_path: Path) -> None:
    written(tmp_path)
    page, document = tmp_path / "p.html", tmp_path / "p.json"
    command = ["patrol", str(tmp_path), "--rounds", "20", "--html", str(page), "--json", str(document)]
    result = CliRunner().invoke(cli.main, command)
    assert result.exit_code == 0, result.output
    assert "Walked as planned, the same patrols leave" in result.output.replace("\n", " ")
    found = json.loads(document.read_text())
    assert found["schema"] == "stockward.patrol/1"
    assert {one["way"] for one in found["outcomes"]} == {*PatrolWay} - {PatrolWay.WALKED}
    text = page.read_text()
    assert "What the order buys" in text
    assert not re.search("(src|href)=", text)
    assert json.dumps(found["mixture"][0]["walks"][0])[:60] not in text
