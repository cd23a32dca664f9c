"""The mends of dates and settings say what helps, and nothing that does not."""

from __future__ import annotations

import pytest
from small_folders import SiteFolder

from stockward.terms.errors import SiteError


@pytest.mark.parametrize(
    ("table", "old", "new", "guess"),
    [
        ("movements", "500,kg", "500,kgz", "kg"),
        ("movements", "issue,SHELL,5", "Isue,SHELL,5", "issue"),
        ("movements", "receipt", "reciept", "receipt"),
        ("areas", "S1,store", "S1,Stor ", "store"),
    ],
)
def test_a_word_that_is_nearly_known_is_guessed_at_and_not_read(
    folder: SiteFolder, table: str, old: str, new: str, guess: str
) -> None:
    folder.replace(table, old, new)
    assert folder.problems(table)[0].reason.endswith(f"; did you mean {guess}?")


def declared(*forms: str) -> str:
    lines = " or ".join(f'dates = "{form}"' for form in forms)
    return f", or declare how this site writes dates: {lines} below [site]"


@pytest.mark.parametrize(
    ("written", "told"),
    [
        (
            "12/01/2026",
            "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05"
            + declared("DD/MM/YYYY", "MM/DD/YYYY"),
        ),
        ("20260505", "this is no ISO 8601 date: write it as 2026-05-05"),
        ("8 Jan 2026", "this is no ISO 8601 date: write it as 2026-01-08" + declared("DD MMM YYYY")),
        ("08-Jan-2026", "this is no ISO 8601 date: write it as 2026-01-08" + declared("DD-MMM-YYYY")),
        ("8. März 2026", "this is no ISO 8601 date: write it as 2026-03-08"),
        ("January 8 2026", "this is no ISO 8601 date: write it as 2026-01-08"),
        ("2026/01/08", "this is no ISO 8601 date: write it as 2026-01-08" + declared("YYYY/MM/DD")),
        ("2026-1-8 9:30", "this is no ISO 8601 date: write it as 2026-01-08T09:30"),
        ("31.12.2025 20:00", "this is no ISO 8601 date: write it as 2025-12-31T20:00" + declared("DD.MM.YYYY")),
        ("12/31/2025", "this is no ISO 8601 date: write it as 2025-12-31" + declared("MM/DD/YYYY")),
        ("05/05/2026", "this is no ISO 8601 date: write it as 2026-05-05" + declared("DD/MM/YYYY", "MM/DD/YYYY")),
        (
            "07.01.2026 09:30",
            "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05" + declared("DD.MM.YYYY"),
        ),
        ("31.02.2026", "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05"),
        ("8 Smarch 2026", "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05"),
        ("20261305", "this is no ISO 8601 date: write it as 2026-06-30 or 2026-06-30T14:05"),
        ("46068", "this looks like a spreadsheet's serial date: type the date again, as 2026-06-30"),
    ],
)
def test_a_time_that_is_none(folder: SiteFolder, written: str, told: str) -> None:
    assert folder.replace("movements", "2026-01-05T08:00", written).only_problem().reason == told


@pytest.mark.parametrize("written", ["12/01/2026", "20260505"])
def test_a_day_has_no_time(folder: SiteFolder, written: str) -> None:
    folder.write("people", f"person,role,affiliation,since\n1,guard,ministry,{written}\n")
    day = "2026-05-05" if written == "20260505" else "2026-06-30"
    told = "" if written == "20260505" else declared("DD/MM/YYYY", "MM/DD/YYYY")
    assert folder.only_problem().reason == f"this is no ISO 8601 date: write it as {day}{told}"


def test_a_month_is_shown_as_one(folder: SiteFolder) -> None:
    folder.write("lines", "line,material,workers_needed,output_per_day\nL1,SHELL,4,50\n")
    folder.write("production", "line,month,actual\nL1,Jan 26,900\n")
    assert folder.only_problem().reason == "this is no ISO 8601 date: write it as 2026-06"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("max_hours_per_week = 48", "detection.max_hours_per_week is no known setting: it belongs under [work_rules]"),
        ("currency = 'USD'", "detection.currency is no known setting: it belongs under [site]"),
        ("share = [0, 1]", "detection.share is no known setting: it belongs under [[force.affiliation]]"),
        ("false_alarms = 0.05", "detection.false_alarms is no known setting, did you mean false_alarm?"),
    ],
)
def test_a_setting_under_another_section(folder: SiteFolder, line: str, told: str) -> None:
    text = (folder.path / "site.toml").read_text()
    with pytest.raises(SiteError) as raised:
        folder.write("site.toml", text + line + "\n").read()
    assert told in str(raised.value)


def test_a_setting_above_all_sections(folder: SiteFolder) -> None:
    text = (folder.path / "site.toml").read_text()
    with pytest.raises(SiteError, match=r"shift_hours is no known setting: it belongs under \[force\] or \[patrol\]"):
        folder.write("site.toml", "shift_hours = 8\n" + text).read()


@pytest.mark.parametrize(("at", "quantity"), [("31/01/2026", "{}"), ("2026-01-31", "{},5")])
def test_many_rows_of_one_fault_have_one_reason(folder: SiteFolder, at: str, quantity: str) -> None:
    rows = (f'X{number},{at},issue,TNT,"{quantity.format(number)}",kg,S1,,W1,,' for number in range(1, 12))
    problems = folder.add("movements", *rows).problems("movements")
    assert len(problems) == 11
    assert len({problem.reason for problem in problems}) == 1


def test_a_word_of_a_private_table_is_not_guessed_at(folder: SiteFolder) -> None:
    folder.write("people", "person,role,affiliation\n1,Gard,own\n")
    assert folder.only_problem().reason == "it must be one of: guard, worker, applicant"
