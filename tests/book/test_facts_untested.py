"""What no review could test, for want of an error of measuring, is told when the books are checked."""

from __future__ import annotations

import pytest
from small_folders import CLEAN, SiteFolder

from stockward.terms.measuring import PLATE_MEND

JANUARY = "DEC,2026-01-01,S1,TNT,0,kg,,a\nDEC,2026-01-01,P1,SHELL,0,each,,a\n"
HEADER, *COUNTED = CLEAN["counts"].splitlines(keepends=True)
NO_ERROR = "no error: state it in methods.csv, or what stands on its plate there: class, max, division and unit"
NO_METHOD = f"no method measured it: {PLATE_MEND}"


@pytest.fixture
def counted(folder: SiteFolder) -> SiteFolder:
    """A site whose areas were counted before the movements, too; nothing lay in them then."""
    return folder.write("counts", HEADER + JANUARY + "".join(COUNTED))


def untested(folder: SiteFolder) -> list[str]:
    site = folder.read()
    assert site.problems == ()
    return [notice.replace("the periods that it enters are not tested, as ", "") for notice in site.notices]


def test_bulk_without_a_method_is_told(counted: SiteFolder) -> None:
    counted.write("movements", CLEAN["movements"].replace("W1", ""))
    assert untested(counted) == [f"movements.csv row 2: {NO_METHOD} (and 1 more row like it)"]
    counted.write("movements", CLEAN["movements"]).replace(
        "counts", "FEB,2026-02-28,S1,TNT,300,kg,W1", "FEB,2026-02-28,S1,TNT,300,kg,"
    )
    assert untested(counted) == [f"counts.csv row 6: {NO_METHOD}"]


@pytest.mark.parametrize(
    ("method", "lacks"),
    [
        ("W1,,,", NO_ERROR),
        ("W1,,0.001,", "no random error and no division: give one of them"),
        ("W1,,0.001,0", None),
        ("W1,,,0.01", None),
        ("W1,0.001,,", None),
        ("W1,0,,", None),
    ],
)
def test_a_method_that_lacks_an_error_is_told(counted: SiteFolder, method: str, lacks: str | None) -> None:
    counted.write("methods", f"method,random_rel,systematic_rel,division\n{method}\n")
    told = f"its method W1 states {lacks} (and 1 more row like it)"
    assert untested(counted) == ([] if lacks is None else [f"movements.csv row 2: {told}", f"counts.csv row 4: {told}"])


def test_what_enters_no_difference_needs_no_method(counted: SiteFolder) -> None:
    counted.add("movements", "0005,2026-01-06,write_off,TNT,1,kg,S1,,,,", "0006,2026-01-06,use,TNT,1,kg,P1,,,,")
    counted.add("movements", "0007,2026-01-06,issue,TNT,1,kg,S1,,,,", "0008,2026-01-06,issue,TNT,1,kg,S1,,,0007,")
    counted.add("movements", "0009,2025-12-30,receipt,TNT,1,kg,,S1,,,", "0010,2026-03-02,receipt,TNT,1,kg,,S1,,,")
    assert untested(counted) == []


def test_an_area_that_was_counted_once_has_no_period(folder: SiteFolder) -> None:
    folder.write("counts", HEADER + "".join(COUNTED[:2]).replace("W1", ""))
    assert untested(folder.write("movements", CLEAN["movements"].replace("W1", ""))) == []
