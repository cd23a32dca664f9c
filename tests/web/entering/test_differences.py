"""What a draft says otherwise than the book is a list, and nothing of it is done without a tick and a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import FIRST_SITE, files_of_first_site, hand_in, upload

from stockward.web.records.before_approval import changed_lines
from stockward.web.records.lists import submissions_of
from stockward.web.records.the_book import standing_facts

pytestmark = pytest.mark.usefixtures("new_book")
Enter = Callable[..., Any]
LINES = (FIRST_SITE / "movements.csv").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def clerk(come_in: Enter) -> Any:
    return come_in("clerk", ridgeway="clerk")


@pytest.fixture
def officer(come_in: Enter, clerk: Any) -> Any:
    browser = come_in("officer", ridgeway="officer")
    approve(browser, hand_in(clerk, files_of_first_site()))
    return browser


def approve(officer: Any, number: int, **more: str) -> Any:
    return officer.post(f"/sites/ridgeway/submissions/{number}/approve/", more)


def with_other_cell(line: str, column: str, text: str) -> str:
    cells = line.split(",")
    cells[LINES[0].split(",").index(column)] = text
    return ",".join(cells)


def changed_file() -> SimpleUploadedFile:
    """The first row says another quantity, the second is gone, and one is new."""
    first = with_other_cell(LINES[1], "quantity", "4321")
    new = with_other_cell(LINES[1], "movement", "NEW1")
    return SimpleUploadedFile("movements.csv", "\n".join([LINES[0], first, *LINES[3:], new]).encode())


def quantities() -> dict[str, str]:
    return {row.cells["movement"]: row.cells["quantity"] for row in standing_facts("ridgeway").rows
            if row.table == "movements"}  # fmt: skip


def submit(clerk: Any, key: str, **more: Any) -> Any:
    return clerk.post(f"/sites/ridgeway/drafts/{key}/submit/", more)


def number_of(answer: Any) -> int:
    found = re.search(r"/submissions/(\d+)/", answer.headers.get("Location", ""))
    assert found, answer.content.decode()
    return int(found[1])


def test_new_same_changed_and_gone_are_told_apart(clerk: Any, officer: Any) -> None:
    reading = upload(clerk, [changed_file()]).reading
    (table,) = reading["tables"]
    assert (table["new"], table["there"], table["changed"], table["gone"]) == (1, len(LINES) - 3, 1, 1)
    (changed,) = reading["changed"]
    before = LINES[1].split(",")[LINES[0].split(",").index("quantity")]
    assert changed["cells"] == [{"name": "quantity", "before": before, "after": "4321"}]


def test_without_a_tick_the_book_stays_as_it_is(clerk: Any, officer: Any) -> None:
    was = quantities()
    draft = upload(clerk, [changed_file()])
    number = number_of(submit(clerk, draft.key))
    page = officer.get(f"/sites/ridgeway/submissions/{number}/").content.decode()
    assert "1 row of its files says other things than the book" in page and "is no more in its file, and stays" in page
    approve(officer, number)
    assert quantities() == {**was, "NEW1": was[LINES[1].split(",")[0]]}


def test_with_a_tick_and_a_reason_rows_are_put_right_and_withdrawn(clerk: Any, officer: Any) -> None:
    was = quantities()
    draft = upload(clerk, [changed_file()])
    ticked = {"changed": [draft.reading["changed"][0]["entry"]], "all_gone": "on", "gone_shown": "1", "note": "a note"}
    answer = submit(clerk, draft.key, **ticked)
    page = answer.content.decode()
    assert answer.status_code == 422 and "Write why rows are put right" in page
    assert f'value="{ticked["changed"][0]}" checked' in page and 'name="all_gone" checked' in page
    assert 'value="a note"' in page, "nothing that was typed is lost"
    number = number_of(submit(clerk, draft.key, **ticked, reason="the stub says so"))
    page = officer.get(f"/sites/ridgeway/submissions/{number}/").content.decode()
    assert "\u2192 4321" in page and "the stub says so" in page
    approve(officer, number)
    first, second = LINES[1].split(",")[0], LINES[2].split(",")[0]
    gone = {name: text for name, text in was.items() if name != second}
    assert quantities() == {**gone, first: "4321", "NEW1": was[first]}


def test_the_same_upload_again_changes_nothing(clerk: Any, officer: Any) -> None:
    draft = upload(clerk, [changed_file()])
    entry = draft.reading["changed"][0]["entry"]
    approve(officer, number_of(submit(clerk, draft.key, changed=[entry], all_gone="on", gone_shown="1", reason="so")))
    again = upload(clerk, [changed_file()])
    assert again.reading["empty"], again.reading["tables"]


def test_what_the_book_says_by_now_is_looked_at_again(clerk: Any, officer: Any) -> None:
    draft, other = upload(clerk, [changed_file()]), upload(clerk, [changed_file()])
    entry = draft.reading["changed"][0]["entry"]
    approve(officer, number_of(submit(clerk, draft.key, changed=[entry], reason="so")))
    answer = submit(clerk, other.key, changed=[entry], reason="so")
    assert answer.status_code == 422 and "The book has changed since you looked" in answer.content.decode()
    answer = submit(clerk, other.key, all_gone="on", gone_shown="7", reason="so")
    assert answer.status_code == 422
    assert submit(clerk, other.key, changed=["x", "-1"], reason="so").status_code == 422


def test_a_wrong_cell_of_a_row_that_is_put_right_is_a_problem(clerk: Any, officer: Any) -> None:
    text = "\n".join([LINES[0], with_other_cell(LINES[1], "quantity", "twelve")])
    draft = upload(clerk, [SimpleUploadedFile("movements.csv", text.encode())])
    assert draft.reading["count"] == 1 and draft.reading["changed_count"] == 1
    entry = draft.reading["changed"][0]["entry"]
    assert submit(clerk, draft.key, changed=[entry], reason="so").status_code == 422
    assert submit(clerk, draft.key, changed=[entry], reason="so", knowingly="on").status_code == 302


def test_the_same_rows_of_two_people_are_told_before_they_stand_twice(clerk: Any, officer: Any, come_in: Enter) -> None:
    other = come_in("clerk-2", ridgeway="clerk")
    text = "\n".join([LINES[0], with_other_cell(LINES[1], "movement", "TWICE")])
    one, two = (hand_in(who, [SimpleUploadedFile("movements.csv", text.encode())]) for who in (clerk, other))
    page = officer.get(f"/sites/ridgeway/submissions/{two}/").content.decode()
    assert "Others wait with rows of the same" in page and f"Submission {one}, by clerk" in page
    approve(officer, one)
    approve(officer, two)
    assert sum(row.cells.get("movement") == "TWICE" for row in standing_facts("ridgeway").rows) == 1
    page = officer.get(f"/sites/ridgeway/submissions/{two}/").content.decode()
    assert "stands in the book by now; approved, it would stand twice" in page and "cell for cell as entry" in page
    seen = re.search(r'name="seen" value="(\d+)"', page)
    assert seen
    approve(officer, two, seen=seen[1])
    assert submissions_of("ridgeway", {"stock", "guards"})[0].state == "waiting", "it is not ticked"
    approve(officer, two, seen=seen[1], knowingly="on")
    assert submissions_of("ridgeway", {"stock", "guards"})[0].state == "approved"


def test_settings_of_another_are_not_replaced_unseen(clerk: Any, officer: Any, come_in: Enter) -> None:
    other = come_in("clerk-2", ridgeway="clerk")
    text = (FIRST_SITE / "site.toml").read_text(encoding="utf-8")
    texts = [text.replace("0.05", "0.01"), text.replace("0.95", "0.9")]
    one, two = (
        hand_in(who, [SimpleUploadedFile("site.toml", said.encode())])
        for who, said in zip((clerk, other), texts, strict=True)
    )
    page = officer.get(f"/sites/ridgeway/submissions/{two}/").content.decode()
    assert re.search(r"<del>- [^<]*0\.95", page) and re.search(r"<ins>\+ [^<]*0\.9\b", page)
    assert "Others were approved" not in page
    approve(officer, one)
    approve(officer, two)
    assert standing_facts("ridgeway").settings == texts[0], "not unseen"
    page = officer.get(f"/sites/ridgeway/submissions/{two}/").content.decode()
    assert "Other settings are in force since." in page and f"Submission {one}, by clerk" in page
    assert re.search(r"<del>- [^<]*0\.01", page) and re.search(r"<ins>\+ [^<]*0\.05", page), "beside those of now"
    approve(officer, two, knowingly="on", seen=re.search(r'name="seen" value="(\d+)"', page)[1])  # type: ignore[index]
    assert standing_facts("ridgeway").settings == texts[1]


def test_lines_that_differ() -> None:
    found = changed_lines("a\nb\nc\nd\ne\nf", "a\nb\nX\nd\ne\nf")
    assert [line.sign + line.text for line in found] == [" a", " b", "-c", "+X", " d", " e"]
    assert changed_lines("a", "a") == []
