"""The reader of benchmark instances: what it makes of a good file, and one line for anything else."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from stockward.roster.instance import read_instance
from stockward.terms.errors import SheetError

GOOD = """\
# a comment
SECTION_HORIZON
7

SECTION_SHIFTS
# ShiftID, Length in mins, Shifts which cannot follow this shift | separated
E,480,
L,540,E

SECTION_STAFF
A,E=14|L=3,4320,3360,5,2,3,1
B,E=0|L=7,2160,1200,4,1,2,2

SECTION_DAYS_OFF
A,0,3

SECTION_SHIFT_ON_REQUESTS
A,2,E,2

SECTION_SHIFT_OFF_REQUESTS
B,4,L,3

SECTION_COVER
""" + "".join(f"{day},{shift},{1 + day % 2},100,1\n" for day in range(7) for shift in "EL")


def read(folder: Path, text: str):
    path = folder / "Instance.txt"
    path.write_text(text, encoding="utf-8")
    return read_instance(path)


def test_a_good_file(tmp_path: Path) -> None:
    problem = read(tmp_path, GOOD)
    assert problem.days == 7
    assert [shift.minutes for shift in problem.shifts] == [480, 540]
    assert problem.may_follow.tolist() == [[True, True], [False, True]]
    first, second = problem.people
    assert first.rules.max_of_shift == (14, 3)
    assert (first.rules.max_minutes, first.rules.min_minutes) == (4320, 3360)
    assert (first.rules.max_run, first.rules.min_run, first.rules.min_off_run, first.rules.max_weekends) == (5, 2, 3, 1)
    assert first.open[0].tolist() == [True, False, False]
    assert first.open[1].tolist() == [True, True, True]
    assert second.open[1].tolist() == [True, False, True], "at most none of a shift rules it out"
    assert first.costs[2].tolist() == [2, 0, 2], "a shift asked for costs its weight unless it is worked"
    assert second.costs[4].tolist() == [0, 0, 3]
    assert problem.demand.required[3].tolist() == [2, 2]
    assert problem.weekends == ((5, 6),)


@pytest.mark.parametrize("line", range(1, GOOD.count("\n")))
def test_a_file_cut_short_is_refused_in_one_line(tmp_path: Path, line: int) -> None:
    cut = "\n".join(GOOD.split("\n")[:line]) + "\n"
    with pytest.raises(SheetError) as error:
        read(tmp_path, cut)
    assert "Instance.txt" in str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("character", range(len(GOOD) - 12, len(GOOD) - 3))
def test_a_line_cut_short_is_refused_or_names_another_number(tmp_path: Path, character: int) -> None:
    """Only the last number may lose digits unseen: its cell is still a number."""
    with pytest.raises(SheetError):
        read(tmp_path, GOOD[:character])


@pytest.mark.parametrize(
    ("plain", "signed"),
    [
        ("E=0|L=7", "E=-0|L=7"), ("A,0,3", "A,-0,3"), ("A,2,E,2", "A,-0,E,-0"), ("B,4,L,3", "B,4,L,-00"),
        ("0,E,1,100,1", "-0,E,-0,-0,-0"), ("4320,3360,5", "4320,-0,5"),
    ],
)  # fmt: skip
def test_a_zero_with_a_sign_is_zero(tmp_path: Path, plain: str, signed: str) -> None:
    """Files of the benchmark write -0: read as 0, wherever a number stands."""
    assert plain in GOOD
    ones = (read(tmp_path, GOOD.replace(plain, text, 1)) for text in (signed, signed.replace("-", "")))
    one, other = (repr((p.demand, p.shifts, [(q.code, q.rules, q.costs, q.open) for q in p.people])) for p in ones)
    assert one == other


WRONG = [
    ("A,2,E,2", "A,2,E,-1", "line", "no whole number"),
    ("A,2,E,2", "A,2,E,-", "line", "no whole number"),
    ("A,2,E,2", "A,2,E,--0", "line", "no whole number"),
    ("\n7\n", "\nseven\n", "line", "no whole number"),
    ("\n7\n", "\n0\n", "line", "no days"),
    ("\n7\n", "\n99999\n", "line", "above"),
    ("\n7\n", "\n7\n7\n", "line", "twice"),
    ("E,480,\n", "E,-480,\n", "line", "no whole number"),
    ("E,480,\n", "E,0,\n", "line", "no length"),
    ("L,540,E", "L,540,X", "file", "must not be followed by 'X'"),
    ("L,540,E", "E,540,E", "line", "no code of its own"),
    ("E=14|L=3", "E=14", "line", "the most of shift L is missing"),
    ("E=14|L=3", "E=14|L=x", "line", "no most of a shift"),
    ("E=14|L=3", "E=14|E=3|L=3", "line", "twice"),
    ("4320,3360", "3360,4320", "line", "exclude each other"),
    ("A,0,3", "A,0,7", "line", "above 6"),
    ("A,0,3", "Z,0,3", "line", "no person 'Z'"),
    ("A,2,E,2", "A,2,X,2", "line", "no shift 'X'"),
    ("A,2,E,2", "A,2,E,1.5", "line", "no whole number"),
    ("A,2,E,2", "A,2,E,٣", "line", "no whole number"),
    ("6,L,1,100,1", "6,L,1,100", "line", "4 cells in place of 5"),
    ("6,L,1,100,1", "5,L,1,100,1", "line", "twice"),
    ("SECTION_COVER", "SECTION_COVERS", "line", "not known"),
    ("SECTION_DAYS_OFF", "SECTION_STAFF", "line", "twice"),
    ("# a comment", "7", "line", "no section"),
]


@pytest.mark.parametrize(("good", "wrong", "where", "why"), WRONG)
def test_a_malformed_line_is_refused_where_it_stands(
    tmp_path: Path, good: str, wrong: str, where: str, why: str
) -> None:
    assert good in GOOD
    text = GOOD.replace(good, wrong, 1)
    with pytest.raises(SheetError) as error:
        read(tmp_path, text)
    assert why in str(error.value)
    if where == "line":
        assert error.value.row is not None
        changed = [i for i, (a, b) in enumerate(zip(text.split("\n"), GOOD.split("\n"), strict=False), 1) if a != b]
        assert error.value.row >= changed[0]


def test_a_missing_file_and_bytes_that_are_no_text(tmp_path: Path) -> None:
    with pytest.raises(SheetError, match="cannot be read"):
        read_instance(tmp_path / "none.txt")
    (tmp_path / "raw.txt").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SheetError, match="UTF-8"):
        read_instance(tmp_path / "raw.txt")


SHARED = Path(os.environ.get("STOCKWARD_SHARED", Path(__file__).parents[3] / "shared")) / "data" / "rosters"


@pytest.mark.skipif(not SHARED.is_dir(), reason="the benchmark's instances are not here: set STOCKWARD_SHARED")
@pytest.mark.parametrize(
    ("number", "people", "days", "shifts"), [(1, 8, 14, 1), (8, 30, 28, 4), (13, 120, 28, 18), (19, 40, 84, 5)]
)
def test_the_published_instances_have_their_published_sizes(number: int, people: int, days: int, shifts: int) -> None:
    problem = read_instance(SHARED / f"Instance{number}.txt")
    assert (len(problem.people), problem.days, len(problem.shifts)) == (people, days, shifts)


def test_many_requests_for_one_of_many_shifts_are_read_at_once(tmp_path: Path) -> None:
    shifts = "".join(f"S{place},480,\n" for place in range(5000))
    text = GOOD.replace("E,480,\n", f"E,480,\n{shifts}").partition("SECTION_STAFF")[0]
    most = "|".join(["E=1", "L=1", *(f"S{place}=1" for place in range(5000))])
    text += f"SECTION_STAFF\nA,{most},4320,0,5,2,3,1\nSECTION_DAYS_OFF\nSECTION_SHIFT_ON_REQUESTS\n"
    began = time.process_time()
    with pytest.raises(SheetError, match="SECTION_SHIFT_OFF_REQUESTS is missing"):
        read(tmp_path, text + "A,0,S4999,1\n" * 20_000)
    assert time.process_time() - began < 2
