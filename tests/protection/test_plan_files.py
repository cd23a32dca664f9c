"""The plan as workbook and calendar: what is due when, and figures as figures."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import openpyxl
import pytest
from tests.protection.sites_to_plan import drawn_site

import stockward as sw
from stockward.answers.plan import MeasureKind, PlannedMeasure
from stockward.protection.calendar import planned_days

BEGINS = date(2026, 3, 29)


def measure(kind: MeasureKind, of: str, a_year: float, every: float | None = None) -> PlannedMeasure:
    return PlannedMeasure(
        kind=kind, of=of, name=of, now_a_year=1.0, a_year=a_year, every_days=every, cost_now=0.0, cost=0.0
    )


def test_areas_counted_as_often_are_counted_together_and_every_second_time_with_those_of_twice() -> None:
    counted = [measure(MeasureKind.INVENTORIES, of, times) for of, times in (("A", 12.0), ("B", 12.0), ("C", 24.0))]
    days = planned_days(counted, BEGINS)
    on = {of: [one.on for one in days if one.of == of] for of in "ABC"}
    assert len(on["A"]) == 12
    assert on["A"] == on["B"]
    assert set(on["A"]) <= set(on["C"])
    assert max(on["C"]) == BEGINS + timedelta(days=365)
    assert [one.on for one in days] == sorted(one.on for one in days)


def test_added_calibrations_stand_every_so_many_days_and_nothing_else_does() -> None:
    days = planned_days(
        [
            measure(MeasureKind.CALIBRATIONS, "SCALE", 5.0, 91.0),
            measure(MeasureKind.CALIBRATIONS, "BRIDGE", 1.0),
            measure(MeasureKind.OPTION, "BETTER", 1.0),
            measure(MeasureKind.INVENTORIES, "never", 0.0),
        ],
        BEGINS,
    )
    assert {one.of for one in days} == {"SCALE"}
    assert [(one.on - BEGINS).days for one in days] == [91, 182, 273, 364]


@pytest.fixture(scope="module")
def plan() -> sw.ProtectionPlan:
    return sw.plan(drawn_site(3))


def test_the_workbook_holds_what_the_plan_says(plan: sw.ProtectionPlan, tmp_path: Path) -> None:
    plan.to_xlsx(tmp_path / "plan.xlsx")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    assert book.sheetnames == ["plan", "measures", "goals", "calendar", "basis"]
    costs = [row[8] for row in book["measures"].iter_rows(min_row=2, values_only=True)]
    assert sum(costs) == pytest.approx(plan.answers.cost)
    assert book["calendar"].max_row - 1 == plan.calendar.height
    assert [row[0] for row in book["goals"].iter_rows(min_row=2, values_only=True)] == plan.goals["id"].to_list()
    again = tmp_path / "again.xlsx"
    plan.to_xlsx(again)
    assert again.read_bytes() == (tmp_path / "plan.xlsx").read_bytes()


def test_the_calendar_holds_a_whole_day_for_each(plan: sw.ProtectionPlan, tmp_path: Path) -> None:
    plan.to_ics(tmp_path / "plan.ics")
    lines = (tmp_path / "plan.ics").read_bytes().decode().split("\r\n")
    days = [line.removeprefix("DTSTART;VALUE=DATE:") for line in lines if line.startswith("DTSTART")]
    assert days == [day.strftime("%Y%m%d") for day in plan.calendar["on"]]
    identifiers = [line for line in lines if line.startswith("UID")]
    assert len(set(identifiers)) == len(days) > 0
    assert all(len(line.encode()) <= 75 for line in lines)
