"""A row of the book is put right: shown, checked, handed in, approved by somebody else; the old entry stays."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from tests.web.handing_in import files_of_first_site, hand_in

from stockward.book.store.proof import verify_database
from stockward.book.store.standing import approved_in, standing_of
from stockward.web.records.the_book import recorded_site, the_book

pytestmark = pytest.mark.usefixtures("new_book")

Enter = Callable[..., Any]


@pytest.fixture
def clerk(come_in: Enter) -> Any:
    return come_in("clerk", ridgeway="clerk")


@pytest.fixture
def officer(come_in: Enter, clerk: Any) -> Any:
    browser = come_in("officer", ridgeway="officer")
    browser.post(f"/sites/ridgeway/submissions/{hand_in(clerk, files_of_first_site())}/approve/")
    return browser


def row_of(table: str) -> Any:
    with the_book().database.reading() as connection:
        rows = standing_of(approved_in(connection, "ridgeway")).rows
    return next(row for row in rows if row.table == table)


def typed(row: Any, **instead: str) -> dict[str, str]:
    return {f"cell-{name}": cell for name, cell in {**row.cells, **instead}.items()}


def test_a_correction_is_in_force_once_another_has_approved_it(clerk: Any, officer: Any) -> None:
    row = row_of("movements")
    address = f"/sites/ridgeway/entries/{row.entry}/correct/"
    assert f'href="{address}"' in clerk.get("/sites/ridgeway/entries/?table=movements").content.decode()
    assert f'value="{row.cells["quantity"]}"' in clerk.get(address).content.decode()
    answer = clerk.post(address, {**typed(row, quantity="4321"), "reason": "read wrongly", "once": "a"})
    number = int(answer.headers["Location"].rstrip("/").split("/")[-1])
    assert recorded_site("ridgeway")["movements"]["quantity"][0] == float(row.cells["quantity"])
    page = officer.get(f"/sites/ridgeway/submissions/{number}/").content.decode()
    assert f"quantity {row.cells['quantity']} \u2192 4321" in page
    assert "read wrongly" in page and "corrected in movements: 1" in page
    officer.post(f"/sites/ridgeway/submissions/{number}/approve/")
    assert recorded_site("ridgeway")["movements"]["quantity"][0] == 4321
    again = clerk.get(address)
    assert again.headers["Location"] == "/sites/ridgeway/entries/", "another entry stands in its place"
    url = the_book().database.url.render_as_string(hide_password=False)
    assert verify_database(url).whole


def test_what_would_be_wrong_stands_beside_the_cell_and_nothing_typed_is_lost(clerk: Any, officer: Any) -> None:
    row = row_of("movements")
    address = f"/sites/ridgeway/entries/{row.entry}/correct/"
    said = {**typed(row, quantity="about 5", note="<b>7</b>"), "reason": "seen again", "once": "a"}
    answer = clerk.post(address, said)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="about 5"' in page and "seen again" in page and "&lt;b&gt;7&lt;/b&gt;" in page
    assert 'aria-invalid="true"' in page
    assert clerk.post(address, {**said, "knowingly": "on"}).status_code == 302


def test_a_correction_without_a_reason_or_a_change_is_told(clerk: Any, officer: Any) -> None:
    row = row_of("movements")
    address = f"/sites/ridgeway/entries/{row.entry}/correct/"
    assert "Write why" in clerk.post(address, {**typed(row, quantity="1"), "reason": " "}).content.decode()
    assert "Nothing is changed" in clerk.post(address, {**typed(row), "reason": "why"}).content.decode()


def test_a_row_that_does_not_hold_is_withdrawn(clerk: Any, officer: Any) -> None:
    row, before = row_of("movements"), recorded_site("ridgeway")["movements"].height
    answer = clerk.post(
        f"/sites/ridgeway/entries/{row.entry}/correct/", {**typed(row), "reason": "twice", "withdraw": "yes"}
    )
    officer.post(answer.headers["Location"] + "approve/")
    assert recorded_site("ridgeway")["movements"].height == before - 1


def test_nobody_corrects_what_is_not_theirs_to_enter(clerk: Any, officer: Any, come_in: Enter) -> None:
    row = row_of("movements")
    manager = come_in("manager", ridgeway="guards_manager")
    address = f"/sites/ridgeway/entries/{row.entry}/correct/"
    answer = manager.post(address, {**typed(row, quantity="1"), "reason": "why"})
    assert answer.headers["Location"] == "/sites/ridgeway/entries/"
    assert officer.post(address, {**typed(row, quantity="1"), "reason": "why"}).status_code == 403
    assert clerk.get(f"/sites/ridgeway/entries/{'9' * 30}/correct/").status_code in (302, 404)
