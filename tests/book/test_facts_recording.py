"""What is recorded, or cancelled, before it happened is told; what is entered or cancelled in the usual way is not."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

HEADER = "movement,at,kind,material,quantity,unit,to_area,recorded_at,reverses\n"


def told(folder: SiteFolder, *rows: str) -> list[str]:
    site = folder.write("movements", HEADER + "".join(f"{row}\n" for row in rows)).read()
    assert site.problems == ()
    return [notice for notice in site.notices if "record" in notice or "reverses" in notice]


def receipt(code: str, at: str, recorded: str = "", reverses: str = "") -> str:
    return f"{code},{at},receipt,SHELL,9,each,S1,{recorded},{reverses}"


def test_a_reversal_before_what_it_cancels_is_told_with_both_rows(folder: SiteFolder) -> None:
    assert told(folder, receipt("A", "2026-02-02"), receipt("X", "2025-07-01T10:00", "", "A")) == [
        "movements.csv row 3: it reverses row 2, which lies later (2026-02-02, and this 2025-07-01), and both are left "
        "out: correct reverses, or the day that is wrong"
    ]


def test_a_reversal_recorded_before_what_it_cancels_is_told(folder: SiteFolder) -> None:
    rows = receipt("A", "2026-02-02", "2026-02-09"), receipt("X", "2026-02-03", "2026-02-08", "A")
    assert told(folder, *rows) == [
        "movements.csv row 3: it reverses row 2, which was recorded later (2026-02-09, and this 2026-02-08), and both "
        "are left out: correct reverses, or the day that is wrong"
    ]
    assert not told(folder, *rows[:1], receipt("X", "2026-02-03", "2026-02-09", "A"))


@pytest.mark.parametrize(
    "reversal",
    [
        receipt("X", "2026-02-02T08:00", "", "A"),
        receipt("X", "2026-02-02", "", "A"),
        receipt("X", "2026-02-02T08:00", "2026-02-20", "A"),
        receipt("X", "2026-02-20", "", "A"),
    ],
    ids=["same moment", "same day", "of its day, recorded later", "later"],
)
def test_a_reversal_in_the_usual_way_is_not_told(folder: SiteFolder, reversal: str) -> None:
    assert not told(folder, receipt("A", "2026-02-02T08:00"), reversal)


def test_days_are_those_of_the_site(folder: SiteFolder) -> None:
    # 15:30 UTC of the day before is half past midnight in Seoul.
    early = receipt("X", "2026-02-01T15:30Z", "", "A")
    assert not told(folder, receipt("A", "2026-02-02T08:00"), early)
    assert told(folder, receipt("A", "2026-02-02T08:00"), receipt("X", "2026-02-01T14:30Z", "", "A"))


def test_several_are_one_notice(folder: SiteFolder) -> None:
    pairs = [
        row
        for number in range(3)
        for row in (receipt(f"A{number}", "2026-02-02"), receipt(f"X{number}", "2026-01-02", "", f"A{number}"))
    ]
    (notice,) = told(folder, *pairs)
    assert notice.endswith("(and 2 more rows like it)")


def test_a_row_on_record_long_before_its_day_is_told(folder: SiteFolder) -> None:
    assert told(folder, receipt("A", "2026-02-02", "2026-01-03")) == [
        "movements.csv row 2: it was recorded on 2026-01-03, 30 days before it took effect: correct at or recorded_at"
    ]
    assert not told(folder, receipt("A", "2026-02-10", "2026-02-03"))
    assert told(folder, receipt("A", "2026-02-10T00:01", "2026-02-03"))
    assert not told(folder, receipt("A", "2026-02-10", "2026-06-03"))


def test_so_is_a_count(folder: SiteFolder) -> None:
    folder.write("counts", "inventory,at,area,material,quantity,recorded_at\nFEB,2026-02-28,P1,SHELL,25,2026-01-28\n")
    assert any("counts.csv row 2: it was recorded on 2026-01-28" in notice for notice in folder.read().notices)
