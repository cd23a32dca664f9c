"""What is settled stands in every kind of report, below a first sentence that is of the rest."""

from __future__ import annotations

import io
import json
import re

import pytest
from reviews_made_by_hand import full_site, settled_site
from rich.console import Console

from stockward.report import write_html, write_json
from stockward.report.review.settled import but_for_settled
from stockward.report.review.terminal import print_review
from stockward.report.review.workbook import review_sheets


def said(text: str) -> str:
    return re.sub(r"\s+", " ", text)


def printed() -> str:
    file = io.StringIO()
    print_review(settled_site(), Console(file=file, width=400))
    return said(file.getvalue())


def test_the_first_sentence_is_of_what_is_not_settled() -> None:
    before, after = printed().split("Settled: ", 1)
    assert "But for what is settled, " in before
    assert re.match(r"3\.5 \+/- 0\.5 kg of TNT missing from FILLING between ", after)
    assert "L1: confirmed loss, known since 2 June 2026, approved by 0007 (a drum was taken; report 12)" in after
    assert "the tests go on after" in after
    assert "Row 4 of settled (L9) settles nothing: */RDX has no closed period" in after
    # What follows from another series stands in the table alone.
    assert "L2" not in printed()


def test_the_page_has_a_table_of_it_and_marks_its_periods() -> None:
    page = said(write_html(settled_site()))
    table = page.split('<section id="settled">')[1].split("</section>")[0]
    assert "alarmed at W01" in table and "follows from A/BOX" in table
    assert "nobody is named who approved it" in table
    assert "That is more than the books show, " in table and "no gain comes of it" in table
    assert "without what is settled" in table
    assert re.search(r"<td[^>]*>settled</td>", page)


def test_a_report_without_it_has_no_word_of_it() -> None:
    whole = full_site()
    assert "settled" not in write_html(whole).lower()
    assert "settled" not in write_json(whole)
    assert "settled" not in [sheet.name for sheet in review_sheets(whole)]
    assert but_for_settled(whole, "More is missing.") == "More is missing."


def test_the_json_and_the_workbook_have_every_row() -> None:
    document = json.loads(write_json(settled_site()))
    first, second, _ = document["settled"]["spans"]
    assert (first["series"], first["taken"], first["state"]) == (document["series"][0]["id"], 3.5, "settled")
    assert first["alarms"][0]["inventory"] == "W01"
    assert second["more_than_shown"] and not first["more_than_shown"]
    assert document["settled"]["unplaced"] == [{"settled": "L9", "row": 4, "series": "*/RDX"}]
    assert document["series"][0]["year"]["settled"] == 3.5
    assert document["series"][0]["periods"][0]["taken"] == 3.5
    sheet = next(one for one in review_sheets(settled_site()) if one.name == "settled")
    amounts = [row[sheet.header.index("amount (unit; + missing)")] for row in sheet.rows]
    assert amounts == [3.5, -3.5, -3.5]


@pytest.mark.parametrize("text", ["<script>alert(1)</script>", "=1+1", "x" * 5_000, "\u202eabc"])
def test_whatever_the_reason_says_is_text(text: str) -> None:
    page = write_html(settled_site(text))
    assert "<script>" not in page and "\u202e" not in page
    assert "x" * 201 not in page
