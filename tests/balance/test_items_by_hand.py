"""Discrepancies of exact books, and the figures on how records were kept, on sites worked out by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from small_sites import Closed, write_site

from stockward.answers.items import ItemFindings
from stockward.balance.findings.evidence import rows_behind
from stockward.balance.items import find_in_items

HEAD = "movement,at,kind,material,quantity,from_area,to_area,method,recorded_at,reverses\n"
COUNTS = (
    "inventory,at,area,material,quantity,method\n"
    "I0,2026-01-01T08:00,A,BOX,10,\nI0,2026-01-01T09:00,A,TNT,5,scale\n"
    "I1,2026-01-31T08:00,A,BOX,{boxes},\nI1,2026-01-31T09:00,A,TNT,5,scale\n"
)


def findings(folder: Path, movements: str, boxes: int = 10, **tables: str) -> tuple[Closed, ItemFindings]:
    closed = Closed(write_site(folder, movements=HEAD + movements, counts=COUNTS.format(boxes=boxes), **tables))
    assert closed.site.problems == ()
    return closed, find_in_items(closed.books, closed.balances, seed=1)


def test_a_discrepancy_stands_with_what_may_explain_it(tmp_path: Path) -> None:
    movements = (
        "m1,2026-01-05,issue,BOX,2,A,,,2026-01-09,\n"
        "m2,2026-01-06,write_off,BOX,1,A,,,,\n"
        "m3,2026-02-05,issue,BOX,1,A,,,2026-03-09,\n"
    )
    incidents = (
        "incident,at,area,kind,material\n"
        "X1,2026-01-20,A,theft,BOX\n"
        "X2,2026-02-20,A,theft,BOX\n"
        "X3,2026-01-20,B,theft,BOX\n"
    )
    _, found = findings(tmp_path, movements, boxes=5, incidents=incidents)
    (one,) = found.discrepancies
    assert (one.id, one.inventory, one.difference, one.written_off, one.found) == ("A/BOX", "I1", 3, 1, 0)
    assert (one.late_rows, one.incidents) == (1, ("X1",))


def test_books_that_agree_have_no_discrepancy(tmp_path: Path) -> None:
    _, found = findings(tmp_path, "m1,2026-01-05,issue,BOX,2,A,,,,\n", boxes=8)
    assert found.discrepancies == ()


def test_rows_behind_a_discrepancy_are_both_counts_and_the_flows_between(tmp_path: Path) -> None:
    movements = (
        "m0,2026-01-01,receipt,BOX,10,,A,,,\nm1,2026-01-05,issue,BOX,2,A,,,,\nm2,2026-01-06,transfer,BOX,1,A,A,,,\n"
        "m3,2026-01-31T09:00,issue,BOX,1,A,,,,\nm4,2026-02-01,issue,BOX,1,A,,,,\n"
    )
    closed, _ = findings(tmp_path, movements, boxes=4)
    rows = rows_behind(closed.books, closed.balances, tuple(closed.verdicts().values()))
    # The inventory stands at its latest count, 09:00, though its boxes were counted at 08:00.
    assert rows.select("table", "row", "kind").rows() == [
        ("counts", 2, "opening count"),
        ("movements", 3, "issue"),
        ("counts", 4, "closing count"),
        ("movements", 5, "issue"),
    ]


def test_recording_errors_are_reversed_movements_by_area_and_shift(tmp_path: Path) -> None:
    movements = "".join(
        f"m{n},2026-01-{n:02d}T{hour},issue,BOX,1,A,,,,\n"
        for n, hour in enumerate(["07:59", "08:00", "23:59"], start=2)
    )
    movements += (
        "r1,2026-01-20T12:00,issue,BOX,1,A,,,,m3\n"
        "r2,2026-01-21T12:00,issue,BOX,1,A,,,,m2\n"
        "r3,2026-01-22,issue,BOX,1,A,,,,r2\n"
    )
    _, found = findings(tmp_path, movements, boxes=8)
    # Three movements, of which m3 was reversed; the reversal of m2 was itself reversed. Reversals are no records.
    assert [(row.area, row.shift, row.records, row.errors) for row in found.recording_errors] == [
        ("A", "00:00–08:00", 1, 0),
        ("A", "08:00–16:00", 1, 1),
        ("A", "16:00–24:00", 1, 0),
    ]
    middle = found.recording_errors[1]
    assert (middle.expected, middle.highest_on) == (pytest.approx(1 / 3), date(2026, 1, 3))
    # S = 1 − k/3 with k = 1/ln 2.
    assert middle.cusum == pytest.approx(1 - 1.4426950408889634 / 3)


def test_shifts_may_begin_within_an_hour(tmp_path: Path) -> None:
    movements = (
        "m1,2026-01-05T07:29,issue,BOX,1,A,,,,\n"
        "m2,2026-01-05T07:31,issue,BOX,1,A,,,,\n"
        "r1,2026-01-06,issue,BOX,1,A,,,,m1\n"
    )
    site = write_site(tmp_path, movements=HEAD + movements, counts=COUNTS.format(boxes=9))
    force = site.settings.force.model_copy(update={"shift_hours": 7.5})
    closed = Closed(site.replace(settings=site.settings.model_copy(update={"force": force})))
    found = find_in_items(closed.books, closed.balances, seed=1)
    assert [row.shift for row in found.recording_errors] == ["00:00–07:30", "07:30–15:00"]


def test_write_offs_are_tested_against_finds(tmp_path: Path) -> None:
    movements = (
        "".join(f"w{n},2026-01-{n:02d},write_off,BOX,2,A,,,,\n" for n in range(2, 8))
        + "f1,2026-01-09,found,BOX,1,,A,,,\n"
    )
    _, found = findings(tmp_path, movements)
    (one,) = found.write_offs
    assert (one.area, one.holding, one.write_offs, one.finds, one.written_off, one.found) == ("A", "BOX", 6, 1, 12, 1)
    # Six or more of seven: (7 + 1) / 2⁷.
    assert one.p_value == pytest.approx(8 / 128)


def test_reversed_write_offs_are_none(tmp_path: Path) -> None:
    _, found = findings(tmp_path, "w1,2026-01-02,write_off,BOX,2,A,,,,\nw2,2026-01-03,write_off,BOX,2,A,,,,w1\n")
    assert found.write_offs == ()


def test_late_records_cluster_by_area(tmp_path: Path) -> None:
    days = [2, 9, 16, 23, 24, 25, 26, 27, 28, 29]
    movements = "".join(
        f"m{n},2026-01-{n:02d},issue,BOX,0,A,,,{f'2026-02-{n - 20:02d}' if 24 <= n <= 27 else ''},\n" for n in days
    )
    _, found = findings(tmp_path, movements)
    (one,) = found.late_clusters
    assert (one.area, one.kind, one.start, one.end, one.observed) == (
        "A",
        "late records",
        date(2026, 1, 24),
        date(2026, 1, 27),
        4,
    )
    assert one.expected == pytest.approx(4 * 4 / 10)


def test_an_incident_of_no_material_is_of_any(tmp_path: Path) -> None:
    incidents = "incident,at,area,kind,material\nX1,2026-01-20,A,seal_broken,\nX2,2026-01-20,A,theft,TNT\n"
    closed, found = findings(tmp_path, "", boxes=9, incidents=incidents)
    assert found.discrepancies[0].incidents == ("X1",)
    assert closed.books.incidents["at"].max() == datetime(2026, 1, 20, tzinfo=UTC)


def test_an_incident_of_a_material_stands_beside_its_substance(tmp_path: Path) -> None:
    tables = {
        "incidents": "incident,at,area,kind,material\nX1,2026-01-20,A,theft,BOX\nX2,2026-01-20,A,theft,TNT\n",
        "contents": "material,substance,amount,unit\nBOX,HE,2,kg\n",
    }
    _, found = findings(tmp_path, "", boxes=9, **tables)
    assert [(one.id, one.incidents) for one in found.discrepancies] == [("A/BOX", ("X1",)), ("A/HE", ("X1",))]
