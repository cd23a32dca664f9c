"""Count sheets and certificate: blind, whole, and what a barcode reader reads."""

from __future__ import annotations

import dataclasses
import hashlib
import re
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import openpyxl
import pytest
import segno
import zxingcpp

from stockward.answers.counting import CountingDraw, CountingGoal, CountingPlan, CountingStratum, GoalStratum
from stockward.counting import certify, draw_units, plan_digest, sha256_of
from stockward.counting.sheets.filled import Filled
from stockward.report.counting import certificate as certificates
from stockward.report.counting.sheet import (
    barcode_text,
    sheets_csv,
    sheets_page,
    write_sheets_html,
    write_sheets_xlsx,
)
from stockward.terms.counting import CountVerdict

SEED = "a seed that nobody can guess"
AT = datetime(2026, 6, 1, tzinfo=UTC)
# Numbers of the book that must stand on no sheet.
BOOK = MappingProxyType({"BOMB": 48_611, "SHELL": 7_393})


def stratum(**changed: Any) -> CountingStratum:
    fields: dict[str, Any] = {
        "id": "M1/BOMB", "kind": "item", "area": "M1", "area_name": "Magazine <1>", "material": "BOMB",
        "material_name": "Bomb & fuze", "unit": "each", "book": float(BOOK["BOMB"]), "inventory": "I1",
        "units": BOOK["BOMB"], "per_unit": 1, "counted": 60, "measured": 3,
    }  # fmt: skip
    return CountingStratum(**{**fields, **changed})


@pytest.fixture(scope="module")
def draw() -> CountingDraw:
    boxes = stratum(
        id="M1/SHELL", kind="box", material="SHELL", material_name=None, book=float(BOOK["SHELL"]), units=309,
        per_unit=24, counted=5, measured=0,
    )  # fmt: skip
    bulk = stratum(
        id="S/TNT", kind="bulk", area="S", area_name=None, material="TNT", unit="kg", book=8_531.25, units=1,
        counted=1, measured=0,
    )  # fmt: skip
    strata = (stratum(), boxes, bulk)
    part = GoalStratum(
        stratum="M1/BOMB", content=1.0, units=BOOK["BOMB"], defects=50, n=60, worst=50, notice=1.0
    )  # fmt: skip
    goal = CountingGoal(
        id="BOMB", holding="BOMB", unit="each", loss=50.0, area=None, partial=False, reached=0.06, cost=60.0,
        bound=60.0, proved=True, strata=(part,), bulk=("S/TNT",),
    )  # fmt: skip
    plan = CountingPlan(
        site="=Works", timezone="UTC", decimal=".", as_of=None, frozen_at=AT, detection=0.95, strata=strata,
        goals=(goal,), not_planned=(), book_digest="", seed_sha256=sha256_of(SEED),
        seed_source=None,
    )  # fmt: skip
    return draw_units(plan, SEED, commitment=plan_digest(plan))


def test_every_line_stands_once_on_paper(draw: CountingDraw) -> None:
    page = sheets_page(draw, paper="A4")
    assert sum(sheet.lines for sheet in page.sheets) == len(draw.lines) == 60 + 5 + 3 + 1
    assert [sheet.number for sheet in page.sheets] == list(range(1, len(page.sheets) + 1))
    assert [sheet.task for sheet in page.sheets] == ["Count"] * 3 + ["Measure", "Weigh"]
    assert max(sheet.lines for sheet in page.sheets) == 26
    text = write_sheets_html(draw, paper="A4")
    assert text.count('<td class="line">') == len(draw.lines)
    assert text.count("<thead>") == sum(len(sheet.columns) for sheet in page.sheets)
    assert text.count("Witness: name and signature") == len(page.sheets)


@pytest.mark.parametrize("paper", ["A4", "Letter"])
def test_the_page_is_one_file_for_the_paper(draw: CountingDraw, paper: Any) -> None:
    text = write_sheets_html(draw, paper=paper)
    assert f"size: {paper} landscape" in text
    assert not re.search("https?:", text.replace("http://www.w3.org/2000/svg", ""))
    assert "<script" not in text
    assert "Magazine &lt;1&gt;" in text
    assert "counter(page)" in text


def test_no_sheet_shows_the_book(draw: CountingDraw, tmp_path: Path) -> None:
    write_sheets_xlsx(draw, tmp_path / "sheet.xlsx")
    cells = [
        str(cell)
        for sheet in openpyxl.load_workbook(tmp_path / "sheet.xlsx")
        for row in sheet.iter_rows(values_only=True)
        for cell in row
    ]
    texts = [re.sub(r"<[^>]+>", " ", write_sheets_html(draw)), sheets_csv(draw), " ".join(cells)]
    for text in texts:
        plain = text.replace("\u202f", "").replace(",", "")
        for secret in (str(BOOK["BOMB"]), str(BOOK["SHELL"]), "8531", SEED):
            assert not re.search(rf"\b{re.escape(secret)}\b", plain), secret


def test_the_barcode_can_be_read(draw: CountingDraw) -> None:
    text = barcode_text(draw, 2, 5)
    code = segno.make(text, error="m", micro=False)
    dots = np.kron(np.array(list(code.matrix_iter(border=4)), dtype=np.uint8), np.ones((6, 6), np.uint8))
    assert [one.text for one in zxingcpp.read_barcodes(np.where(dots > 0, 0, 255).astype(np.uint8))] == [text]
    drawn = code.svg_inline(border=2, omitsize=True, svgclass="code", lineclass=None)
    named = f'<svg role="img" aria-label="Barcode: {text}" '
    assert drawn.replace("<svg ", named) in write_sheets_html(draw)


def test_the_workbook_is_locked_but_for_the_answers(draw: CountingDraw, tmp_path: Path) -> None:
    write_sheets_xlsx(draw, tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    page = book["count_sheet"]
    assert page.protection.sheet
    assert book["README"].protection.sheet
    header = {str(cell.value): cell.column for cell in page[4]}
    hidden = [name for name in header if page.column_dimensions[openpyxl.utils.get_column_letter(header[name])].hidden]
    assert "draw" in hidden
    for row in range(5, page.max_row + 1):
        for name, column in header.items():
            cell = page.cell(row, column)
            assert cell.protection.locked is (name not in {"quantity", "remark"}), (row, name)
            assert cell.value is not None or name in {"quantity", "remark"}
            assert cell.data_type != "f"
    allowed = page.data_validations.dataValidation
    assert sum(len(one.sqref.ranges) for one in allowed) == len(draw.lines)
    assert {str(one.formula1) for one in allowed} == {"0"}
    assert draw.commitment in str(page.cell(2, 3).value)
    assert page.page_setup.orientation == "landscape"


def test_what_a_certificate_rests_on_stands_on_every_sheet(draw: CountingDraw, tmp_path: Path) -> None:
    still = "Nothing moves in or out from 2026-06-01 00:00, when the book was frozen, to the end of the count."
    numbers = "begin at the entrance, go from left to right, and within a row from the bottom up"
    last = "Boxes of a material that are not full get its last numbers, wherever they stand."
    page = sheets_page(draw, paper="A4")
    for sheet in page.sheets:
        assert "Two people: one counts, one watches." in sheet.rule
        assert numbers in sheet.rule
        assert still in sheet.rule
        boxes = any("box" in line.unit for column in sheet.columns for line in column)
        assert (last in sheet.rule) is boxes
    assert write_sheets_html(draw).count(still) == len(page.sheets) + 1
    assert any(rule.startswith(last) for rule in page.rules)
    write_sheets_xlsx(draw, tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    top = str(book["count_sheet"].cell(3, 3).value)
    assert numbers in top
    assert still in top
    readme = " ".join(str(row[0].value) for row in book["README"].iter_rows())
    assert last in readme
    assert still in readme
    assert sheets_csv(draw).count("Boxes that are not full have the last numbers.") == 5
    made = certify(draw, filled(draw, first=1.0), counter="K", witness="L", counted_at=AT)
    rests = " ".join(certificates.certificate_page(made, version="1", at=AT, paper="A4").rests_on)
    assert numbers in rests
    assert last in rests
    assert "Nothing moved in or out from 2026-06-01 00:00" in rests


def test_no_name_steers_what_shows_it(draw: CountingDraw, tmp_path: Path) -> None:
    names = {"area_name": "a\x1b[31m\u202eb", "material_name": "=1+1\r\n<script>"}
    strata = tuple(dataclasses.replace(one, **names) for one in draw.plan.strata)
    plan = dataclasses.replace(draw.plan, site="=S\x1b[2J", strata=strata)
    hostile = draw_units(plan, SEED, commitment=plan_digest(plan))
    write_sheets_xlsx(hostile, tmp_path / "sheet.xlsx")
    book = openpyxl.load_workbook(tmp_path / "sheet.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    made = certify(hostile, filled(hostile, first=0.0), counter="K", witness="L", counted_at=AT)
    pages = [write_sheets_html(hostile), certificates.write_certificate_html(made, version="1", at=AT)]
    assert not any("<script" in page for page in pages)
    for text in (*pages, *certificates.summary(made), *(str(cell.value) for cell in cells)):
        assert not re.search("[\x1b\u202e\r]", text)


def test_zero_and_blank_are_told_apart_on_every_sheet(draw: CountingDraw) -> None:
    text = write_sheets_html(draw)
    assert text.count("<b>0</b> = counted, none there. <b>Blank</b> = not counted.") == draw.lines[-1].sheet
    assert text.count('<td class="none"><i class="box"></i> 0</td>') == len(draw.lines)


def filled(draw: CountingDraw, *, first: float | None, remark: str = "") -> Filled:
    """Everything there, full boxes and all; the first line apart."""
    strata = {one.id: one for one in draw.plan.strata}
    every = [one.book if (one := strata[line.stratum]).kind == "bulk" else float(one.per_unit) for line in draw.lines]
    return Filled(
        file="a<b>.csv",
        sha256="0" * 64,
        quantities=(first, *every[1:]),
        remarks=(remark, *("" for _ in every[1:])),
        notices=(),
    )


def test_a_certificate_shows_what_differs_and_runs_nothing(draw: CountingDraw) -> None:
    sheet = filled(draw, first=0.0, remark="<script>x</script>")
    made = certify(draw, sheet, counter="<K>", witness="L", counted_at=AT)
    text = certificates.write_certificate_html(made, version="1", at=AT)
    assert "<script" not in text
    assert "&lt;K&gt;" in text
    assert "a&lt;b&gt;.csv" in text
    assert "are missing or short of content" in text or "is missing or short of content" in text
    assert f'<code class="seed">{SEED}</code>' in text
    assert f"<code>{hashlib.sha256(SEED.encode()).hexdigest()}</code>" in text
    page = certificates.certificate_page(made, version="1", at=AT, paper="A4")
    assert [one.counted for one in page.differences] == ["0 items"]
    assert page.key == "found_missing"
    assert len(page.bulk) == 1


def test_every_verdict_has_a_word_and_a_headline(draw: CountingDraw) -> None:
    heads = {}
    for first in (1.0, None, 0.0):
        made = certify(draw, filled(draw, first=first), counter="K", witness="L", counted_at=AT)
        heads[certificates.overall(made)] = certificates.certificate_headline(made)
    assert heads == {
        "not_excluded": "All 68 units drawn agree with the book, and they are too few to exclude the loss.",
        "incomplete": "Incomplete: 1 of 68 units drawn was not counted.",
        "found_missing": "Of 68 units drawn, 1 is missing or short of content.",
    }
    assert set(certificates.COUNT_VERDICT_WORD) == set(CountVerdict)


def test_a_headline_of_missing_units_says_how_many_were_not_counted(draw: CountingDraw) -> None:
    sheet = filled(draw, first=0.0)
    sheet = dataclasses.replace(sheet, quantities=(0.0, None, None, *sheet.quantities[3:]))
    made = certify(draw, sheet, counter="K", witness="L", counted_at=AT)
    assert certificates.certificate_headline(made) == (
        "Of 68 units drawn, 1 is missing or short of content; 2 were not counted."
    )
