"""A table is typed into the grid: kept as it is typed, checked as a file would be, and submitted."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import FIRST_SITE, files_of_first_site, hand_in, upload

from stockward.web.models import TypedTable, UploadDraft
from stockward.web.records.entering.typed import copied_cells
from stockward.web.records.the_book import standing_facts

pytestmark = pytest.mark.usefixtures("new_book")
Enter = Callable[..., Any]
JSON = {"accept": "application/json"}


@pytest.fixture
def clerk(come_in: Enter) -> Any:
    return come_in("clerk", ridgeway="clerk")


@pytest.fixture
def officer(come_in: Enter, clerk: Any) -> Any:
    browser = come_in("officer", ridgeway="officer")
    browser.post(f"/sites/ridgeway/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    return browser


def begin(clerk: Any, table: str = "movements") -> str:
    """The address of the grid of a new draft."""
    where = clerk.post("/sites/ridgeway/drafts/new/", {"table": table}).headers["Location"]
    assert clerk.get(where).status_code == 200
    return str(where)


def version() -> int:
    return TypedTable.objects.get().version


def typed(clerk: Any, where: str, **cells: str) -> Any:
    """Type cells, called ``quantity_0`` for the column and the row, and what else the form says."""
    named = {re.sub(r"^(\w+)_(\d+)$", r"c-\2-\1", name): text for name, text in cells.items()}
    return clerk.post(where, {"version": str(version()), **named}, headers=JSON)


ROW = {"movement": "X1", "at": "2026-02-11 09:00", "kind": "receipt", "material": "TNT", "quantity": "5"}
RECEIPT = {f"{name}_0": text for name, text in ROW.items()}


def test_what_is_typed_is_submitted_and_stands_in_the_book(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    clerk.post(where, {"version": "0", "columns": "yes", "column": ["to_area", "method"]})
    told = typed(clerk, where, **RECEIPT, to_area_0="M1").json()
    assert told["kept"] and told["faults"] == {}, told
    draft = UploadDraft.objects.get()
    answer = clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/", {})
    number = int(answer.headers["Location"].rstrip("/").split("/")[-1])
    officer.post(f"/sites/ridgeway/submissions/{number}/approve/")
    row = next(one for one in standing_facts("ridgeway").rows if one.cells.get("movement") == "X1")
    assert row.cells == {**ROW, "to_area": "M1"} and row.file == "movements (typed)" and row.row == 2


def test_what_is_wrong_stands_beside_its_cell_in_the_words_of_a_file(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    wrong = {**RECEIPT, "quantity_0": "twelve", "kind_0": "gift"}
    faults = typed(clerk, where, **wrong).json()["faults"]["2"]
    text = "movement,at,kind,material,quantity\nX1,2026-02-11 09:00,gift,TNT,twelve\n"
    of_file = upload(clerk, [SimpleUploadedFile("movements.csv", text.encode())]).reading["problems"]
    assert {(one["column"], one["reason"]) for one in of_file} == {
        (column, reason) for column, reasons in faults.items() for reason in reasons
    }
    page = clerk.get(where).content.decode()
    cell = re.search(r'<input name="c-0-quantity"[^>]*>', page)
    assert cell and 'aria-invalid="true"' in cell[0] and 'aria-describedby="f-2 f-2-quantity"' in cell[0]
    assert re.search(r'id="f-2-quantity"><li>[^<]*twelve|id="f-2-quantity"><li>', page)


def test_without_a_script_it_is_a_form(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    answer = clerk.post(where, {"version": "0", "c-3-movement": "X9", "add": "yes"})
    assert answer.status_code == 302 and "more=25" in answer.headers["Location"]
    page = clerk.get(where + answer.headers["Location"].partition("/movements/")[2]).content.decode()
    assert 'name="c-28-movement"' in page and re.search(r'name="c-3-movement"[^>]*value="X9"', page)


def test_texts_are_kept_as_they_are(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    odd = {"movement_0": "0007", "material_0": "=1+1", "quantity_0": "1,5", "kind_0": "<b>x</b>", "at_0": "\x00@SUM"}
    typed(clerk, where, **odd)
    (row,) = TypedTable.objects.get().content["rows"]
    assert row == ["0007", "\ufffd@SUM", "<b>x</b>", "=1+1", "1,5"]
    page = clerk.get(where).content.decode()
    assert "&lt;b&gt;x" in page and "<b>x" not in page


def test_two_windows_do_not_write_over_each_other_unseen(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    typed(clerk, where, movement_0="mine")
    answer = clerk.post(where, {"version": "0", "c-0-movement": "other"})
    page = answer.content.decode()
    assert answer.status_code == 422 and "another window" in page and 'value="other"' in page
    assert TypedTable.objects.get().content["rows"][0][0] == "mine"
    again = clerk.post(where, {"version": re.search(r'name="version" value="(\d+)"', page)[1], "c-0-movement": "other"})
    assert again.status_code == 302 and TypedTable.objects.get().content["rows"][0][0] == "other"


def test_a_block_of_two_thousand_rows_is_pasted_at_once(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    rows = [f'P{n:04}\t2026-02-11 09:{n % 60:02}\treceipt\tTNT\t{n}\t"two\nlines"\tM1' for n in range(1, 2001)]
    block = "movement\tat\tkind\tmaterial\tquantity\tnote\tto_area\r\n" + "\r\n".join(rows) + "\r\n"
    begun = time.perf_counter()
    told = typed(clerk, where, paste=block, paste_row="2", paste_column="at").json()
    assert time.perf_counter() - begun < 10
    assert told["kept"], told
    kept = TypedTable.objects.get().content
    assert len(kept["rows"]) == 2000 and dict(zip(kept["columns"], kept["rows"][1999], strict=True)) == {
        "movement": "P2000", "at": "2026-02-11 09:20", "kind": "receipt", "material": "TNT", "quantity": "2000",
        "note": "two lines", "to_area": "M1",
    }  # fmt: skip
    assert clerk.get(f"{where}?page=40").content.decode().count('<tr id="row-') == 50
    assert 'id="c-2001-movement"' in clerk.get(f"{where}?page=40").content.decode()
    draft = UploadDraft.objects.get()
    assert draft.reading["tables"][0]["new"] == 2000


def test_a_block_goes_where_it_is_put(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    typed(clerk, where, paste="receipt\tTNT\nissue\tTNT", paste_row="3", paste_column="kind")
    assert TypedTable.objects.get().content["rows"] == [
        [""] * 5, ["", "", "receipt", "TNT", ""], ["", "", "issue", "TNT", ""],
    ]  # fmt: skip
    answer = typed(clerk, where, paste="a\tb\tc", paste_row="2", paste_column="material", movement_0="kept")
    assert answer.status_code == 422 and "3 columns" in answer.json()["fault"]
    assert TypedTable.objects.get().content["rows"][0] == ["kept", "", "", "", ""]
    page = clerk.post(where, {"version": str(version()), "paste": "a\tb\tc", "paste_column": "material"})
    assert page.status_code == 422 and "a\tb\tc</textarea>" in page.content.decode(), "the block is not lost"


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('007\t"two\nlines"\n', [["007", "two lines"]]),
        ('"abc\tx\n', [['"abc', "x"]]),
        ('"say ""hi"""\tz', [['say "hi"', "z"]]),
        ("a\r\n\r\nb", [["a"], [""], ["b"]]),
        ("x\t", [["x", ""]]),
        ("", []),
    ],
)
def test_cells_as_a_spreadsheet_copies_them(text: str, cells: list[list[str]]) -> None:
    assert list(copied_cells(text)) == cells


def test_lone_quotation_marks_take_no_long_time() -> None:
    begun = time.perf_counter()
    assert len(list(copied_cells('"a\t""b\n' * 100_000))) == 100_000
    assert time.perf_counter() - begun < 5


def test_a_table_of_a_file_is_typed_over(clerk: Any, come_in: Enter) -> None:
    draft = upload(clerk, files_of_first_site())
    where = f"/sites/ridgeway/drafts/{draft.key}/tables/movements/"
    assert clerk.get(where).status_code == 200
    first = TypedTable.objects.get().content
    quantity = first["columns"].index("quantity")
    told = typed(clerk, where, quantity_0="twelve").json()
    assert list(told["faults"]["2"]) == ["quantity"]
    draft.refresh_from_db()
    (table,) = [one for one in draft.reading["tables"] if one["name"] == "movements"]
    assert table["file"] == "movements.csv (typed over)" and table["new"] == len(first["rows"])
    typed(clerk, where, quantity_0=first["rows"][0][quantity])
    assert clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/").status_code == 302
    assert not UploadDraft.objects.exists()


def test_what_was_typed_is_thrown_away_and_the_file_counts_again(clerk: Any) -> None:
    draft = upload(clerk, files_of_first_site())
    where = f"/sites/ridgeway/drafts/{draft.key}/tables/movements/"
    clerk.get(where)
    typed(clerk, where, quantity_0="twelve")
    clerk.post(f"{where}drop/")
    draft.refresh_from_db()
    assert draft.reading["count"] == 0 and not TypedTable.objects.exists()


def test_a_total_in_a_block_is_told_as_in_a_file(clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    block = "M1\t2026-02-11\treceipt\tTNT\t5\nTotal\t\t\t\t5\n"
    told = typed(clerk, where, paste=block, paste_row="2", paste_column="movement").json()
    text = "movement,at,kind,material,quantity\n" + block.replace("\t", ",")
    of_file = upload(clerk, [SimpleUploadedFile("movements.csv", text.encode())]).reading["problems"]
    assert {one["reason"] for one in of_file if one["row"] == 3} == {
        reason for reasons in told["faults"]["3"].values() for reason in reasons
    }


def test_a_site_with_decimal_commas(clerk: Any, come_in: Enter) -> None:
    toml = (FIRST_SITE / "site.toml").read_text(encoding="utf-8").replace("[site]\n", '[site]\ndecimal = ","\n')
    draft = upload(clerk, [SimpleUploadedFile("site.toml", toml.encode())])
    where = f"/sites/ridgeway/drafts/{draft.key}/tables/materials/"
    clerk.get(where)
    typed(clerk, where, material_0="TNT", kind_0="bulk", unit_0="kg")
    where = f"/sites/ridgeway/drafts/{draft.key}/tables/counts/"
    clerk.get(where)
    count = TypedTable.objects.get(table="counts")
    cells = {"inventory": "I1", "at": "2026-01-01 08:00", "area": "M1", "material": "TNT", "quantity": "1.5"}
    sent = {f"c-0-{name}": text for name, text in cells.items()}
    told = clerk.post(where, {"version": str(count.version), **sent}, headers=JSON).json()
    assert told["kept"], told


@pytest.mark.parametrize(
    "sent",
    [
        {"version": "x" * 90, "c-0-movement": "a"},
        {"version": "0", "c-999999-movement": "a"},
        {"version": "0", "c-0-nothing": "a", "c-x-movement": "b", "page": "9" * 30, "more": "-1"},
        {"version": "0", "paste": "\x00\t\x00", "paste_row": "9" * 18, "paste_column": "nothing"},
        {"version": "0", "paste": "a\n" * 20_001},
        {"version": "0", "columns": "yes", "column": ["nothing", "quantity", "note"]},
        {"version": "0", "c-0-movement": "a" * 200_000},
        {"version": "0", "paste": "movement\tmovement\nA\tB"},
    ],
)  # fmt: skip
def test_bad_requests_have_a_page(sent: dict[str, Any], clerk: Any, officer: Any) -> None:
    where = begin(clerk)
    for headers in ({}, JSON):
        assert clerk.post(where, sent, headers=headers).status_code in (200, 302, 422)
    assert clerk.get(where).status_code == 200


def test_tables_of_others_are_not_typed(clerk: Any, come_in: Enter) -> None:
    draft = upload(clerk, files_of_first_site())
    for table in ("people", "nothing", "site"):
        assert clerk.get(f"/sites/ridgeway/drafts/{draft.key}/tables/{table}/").status_code == 404
    assert clerk.post("/sites/ridgeway/drafts/new/", {"table": "people"}).status_code == 422
    other = come_in("clerk-2", ridgeway="clerk")
    assert other.get(f"/sites/ridgeway/drafts/{draft.key}/tables/movements/").status_code == 404
