"""A movement of nothing, and a code left out of a ledger that numbers its rows, are told; natural gaps are not."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from small_folders import SiteFolder

HEADER = "movement,at,kind,material,quantity,unit,from_area,to_area\n"


def ledger(codes: Iterable[str]) -> str:
    days = (f"2026-01-{1 + number % 31:02}T{number % 24:02}:{number % 60:02}" for number in range(100_000))
    return HEADER + "".join(
        f"{code},{day},receipt,SHELL,{number + 1},each,,S1\n"
        for number, (code, day) in enumerate(zip(codes, days, strict=False))
    )


def told(folder: SiteFolder, codes: Iterable[str], words: str = "not among them") -> list[str]:
    return [notice for notice in folder.write("movements", ledger(codes)).read().notices if words in notice]


def numbered(first: int, last: int, *without: int, form: str = "M-{:04}") -> list[str]:
    return [form.format(number) for number in range(first, last + 1) if number not in without]


@pytest.mark.parametrize("nothing", ["0", "-0", "0.0", "0e5"])
def test_a_movement_of_nothing_is_told(folder: SiteFolder, nothing: str) -> None:
    folder.replace("movements", ",30,each", f",{nothing},each")
    assert [notice for notice in folder.read().notices if "moves nothing" in notice] == [
        "movements.csv row 4: quantity 0 moves nothing: write what moved, or delete the row if nothing did"
    ]
    assert folder.read().problems == ()


def test_a_count_of_nothing_is_a_count(folder: SiteFolder) -> None:
    folder.replace("counts", "JAN,2026-01-31,P1,SHELL,25", "JAN,2026-01-31,P1,SHELL,0")
    assert not any("nothing" in notice for notice in folder.read().notices)


def test_codes_left_out_of_a_run_are_named(folder: SiteFolder) -> None:
    assert told(folder, numbered(1, 150, 77)) == [
        "movements.csv: codes of movements run from M-0001 to M-0150, and M-0077 is not among them: put the row in if "
        "it was left out"
    ]
    (several,) = told(folder, numbered(1, 600, 10, 11, 12, 400, 500))
    assert "M-0010, M-0011, M-0012 are not among them (and 2 more codes like them)" in several


def test_one_in_a_hundred_is_the_most_that_is_told(folder: SiteFolder) -> None:
    assert told(folder, numbered(1, 100, 50))
    assert not told(folder, numbered(1, 99, 50))
    assert told(folder, numbered(1, 200, 50, 90))
    assert not told(folder, numbered(1, 200, 50, 90, 91))


@pytest.mark.parametrize(
    "codes",
    [
        numbered(1, 300),
        numbered(17, 300),
        numbered(1, 900, *range(7, 900, 20)),
        [*numbered(1, 150), *numbered(9000, 9150)],
        [*numbered(1, 120, form="R{}"), *numbered(300, 420, form="I{}")],
        [f"code {letter}" for letter in "abcdefgh"],
    ],
    ids=["whole", "begun later", "natural gaps", "two books", "two kinds", "words"],
)
def test_other_codes_are_not_told(folder: SiteFolder, codes: list[str]) -> None:
    assert not told(folder, codes)


def test_a_code_far_from_the_others_hides_no_gap(folder: SiteFolder) -> None:
    (notice,) = told(folder, [*numbered(1, 150, 77), "M-9999"])
    assert "from M-0001 to M-0150, and M-0077 is not" in notice
    (second,) = told(folder, [*numbered(1, 150), *numbered(9000, 9150, 9100)])
    assert "from M-9000 to M-9150, and M-9100 is not" in second


def test_each_series_is_looked_at_by_itself(folder: SiteFolder) -> None:
    (notice,) = told(folder, [*numbered(1, 120, form="R{}"), *numbered(1, 120, 100, form="I{}")])
    assert "I1 to I120, and I100 is not" in notice


def test_the_order_of_the_rows_does_not_matter(folder: SiteFolder) -> None:
    assert told(folder, reversed(numbered(1, 150, 77))) == told(folder, numbered(1, 150, 77))


def test_a_row_that_is_set_aside_is_there(folder: SiteFolder) -> None:
    text = ledger(numbered(1, 150)).replace("M-0077,2026", "M-0077,never 2026")
    site = folder.write("movements", text).read()
    assert len(site.problems) == 1
    assert not any("not among them" in notice for notice in site.notices)


def test_a_torn_row_may_be_the_one_that_lacks(folder: SiteFolder) -> None:
    text = ledger(numbered(1, 150)).replace("M-0077,", "M-0077;")
    site = folder.write("movements", text).read()
    assert len(site.problems) == 1
    assert not any("not among them" in notice for notice in site.notices)
