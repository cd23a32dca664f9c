"""Books of other programs go through the import within a draft: asked, answered, kept, and told where it changed."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import FIRST_SITE, hand_in, upload

from stockward.cli import main
from stockward.web.models import ForeignReading, ImportedRows, TypedTable, UploadDraft
from stockward.web.records.entering.foreign import mapping_in_force
from stockward.web.records.entering.kinds_of_files import is_foreign
from stockward.web.records.the_book import recorded_site, standing_facts

pytestmark = pytest.mark.usefixtures("new_book")
Enter = Callable[..., Any]
BOOKS = Path(__file__).parents[3] / "examples" / "import"
LEDGER = (BOOKS / "stock_ledger.csv").read_bytes()
COUNTS = (BOOKS / "stocktake.csv").read_bytes()
TOML = (FIRST_SITE / "site.toml").read_bytes()


@pytest.fixture
def clerk(come_in: Enter) -> Any:
    return come_in("clerk", ridgeway="clerk")


@pytest.fixture
def officer(come_in: Enter) -> Any:
    return come_in("officer", ridgeway="officer")


def files(**contents: bytes) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(f"{name}.csv", content) for name, content in contents.items()]


def begun(clerk: Any, **contents: bytes) -> UploadDraft:
    return upload(clerk, [SimpleUploadedFile("site.toml", TOML), *files(**contents)])


def answer_all(clerk: Any, draft: UploadDraft) -> UploadDraft:
    """Take the first choice of every question, until none is asked."""
    for _ in range(10):
        asked = ForeignReading.objects.get(draft=draft).came_to["questions"]
        if not asked:
            break
        said = {f"about-{number}": one["about"] for number, one in enumerate(asked)}
        said |= {f"choice-{number}": "0" for number, one in enumerate(asked) if one["choices"]}
        said |= {f"text-{number}": "x" for number, one in enumerate(asked) if not one["choices"]}
        assert clerk.post(f"/sites/ridgeway/drafts/{draft.key}/answer/", said).status_code == 302
    draft.refresh_from_db()
    return draft


def submit(clerk: Any, draft: UploadDraft, **more: Any) -> int:
    answer = clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/", more)
    found = re.search(r"/submissions/(\d+)/", answer.headers.get("Location", ""))
    assert found, answer.content.decode()
    return int(found[1])


def approve(officer: Any, number: int, **more: str) -> None:
    officer.post(f"/sites/ridgeway/submissions/{number}/approve/", more)


def told(found: ForeignReading) -> str:
    return "\n".join(found.came_to["lines"])


def test_a_ledger_is_read_asked_about_and_stands_in_the_book_as_the_command_writes_it(
    clerk: Any, officer: Any, tmp_path: Path
) -> None:
    draft = begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS)
    page = html.unescape(clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode())
    reading = ForeignReading.objects.get()
    assert reading.came_to["questions"] and all(one["asks"] in page for one in reading.came_to["questions"])
    assert "its own balance" in page and "stock_ledger.csv" in page
    draft = answer_all(clerk, draft)
    assert draft.reading["count"] == 0, draft.reading["problems"]
    approve(officer, submit(clerk, draft))
    site = tmp_path / "site"
    site.mkdir()
    (site / "site.toml").write_bytes(TOML)
    from click.testing import CliRunner

    command = ["import", str(BOOKS / "stock_ledger.csv"), str(BOOKS / "stocktake.csv"), "--into", str(site), "--accept"]
    assert CliRunner().invoke(main, command).exit_code == 0
    from stockward.book import read_site

    of_command, of_book = read_site(site), recorded_site("ridgeway")
    for table in ("movements", "counts", "materials", "areas"):
        names = [name for name in of_command[table].columns if name != "row"]
        assert of_book[table].select(names).rows() == of_command[table].select(names).rows(), table
    sources = {row.cells["source"] for row in standing_facts("ridgeway").rows if row.table == "movements"}
    assert "stock_ledger.csv row 4" in sources
    assert "[source.stock_ledger.columns]" in mapping_in_force("ridgeway")


def test_rows_wait_until_a_question_is_answered(clerk: Any) -> None:
    draft = begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS)
    reading = ForeignReading.objects.get()
    rows = [one["rows"] for one in reading.came_to["questions"]]
    assert rows == sorted(rows, reverse=True), "that on which most rows hang first"
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert 'type="radio"' in page and not re.search(r'type="radio"[^>]*checked', page), "nothing is chosen beforehand"


def test_open_questions_are_not_passed_over_unknowingly(clerk: Any) -> None:
    draft = begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS)
    answer = clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/")
    assert answer.status_code == 422 and "question is open" in answer.content.decode()
    assert submit(clerk, draft, knowingly="on")


def test_an_answer_is_taken_back(clerk: Any) -> None:
    draft = answer_all(clerk, begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS))
    reading = ForeignReading.objects.get()
    path = reading.answers[0][0]
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/answer/", {"take_back": json.dumps(path)})
    reading.refresh_from_db()
    assert json.dumps(path) in {one["about"] for one in reading.came_to["questions"]}
    assert path not in [one for one, _answer in reading.answers]


def test_the_next_file_asks_nothing_that_was_answered_and_adds_nothing_twice(clerk: Any, officer: Any) -> None:
    draft = answer_all(clerk, begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS))
    approve(officer, submit(clerk, draft))
    again = upload(clerk, files(stock_ledger=LEDGER))
    assert ForeignReading.objects.get().came_to["questions"] == []
    assert again.reading["empty"], again.reading
    again.delete()
    lines = LEDGER.decode().splitlines()
    more = "\n".join([*lines[:-1], "24.02.2026;D-107;TNT;Main magazine;10,00;;1.044,25;kg;"]).encode()
    draft = answer_all(clerk, upload(clerk, files(stock_ledger_march=more)))
    (movements,) = [one for one in draft.reading["tables"] if one["name"] == "movements"]
    assert (movements["new"], movements["changed"], movements["gone"]) == (1, 0, 0), draft.reading["changed"]
    number = submit(clerk, draft)
    approve(officer, number)
    assert ImportedRows.objects.count() == 2
    assert recorded_site("ridgeway")["movements"].height == 7


def test_a_row_that_was_put_right_in_the_book_stays_so(clerk: Any, officer: Any) -> None:
    approve(officer, submit(clerk, answer_all(clerk, begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS))))
    row = next(one for one in standing_facts("ridgeway").rows if one.table == "movements")
    typed = {f"cell-{name}": text for name, text in {**row.cells, "quantity": "251"}.items()}
    answer = clerk.post(f"/sites/ridgeway/entries/{row.entry}/correct/", {**typed, "reason": "misread", "once": "a"})
    approve(officer, int(answer.headers["Location"].rstrip("/").split("/")[-1]))
    again = upload(clerk, files(stock_ledger=LEDGER))
    assert again.reading["empty"], again.reading["changed"]
    assert "changed by hand stay as they are" in told(ForeignReading.objects.get())


def test_answers_that_changed_between_proposal_and_approval_are_told(clerk: Any, officer: Any, come_in: Enter) -> None:
    approve(officer, hand_in(clerk, [SimpleUploadedFile("site.toml", TOML), *own_tables()]))
    other = come_in("clerk-2", ridgeway="clerk")
    one = answer_all(clerk, upload(clerk, files(stock_ledger=LEDGER)))
    two = answer_all(other, upload(other, files(stock_ledger=LEDGER.replace(b"D-10", b"E-10"))))
    three = answer_all(other, upload(other, files(stock_ledger=LEDGER.replace(b"D-10", b"F-10"))))
    first, second = submit(clerk, one, knowingly="on"), submit(other, two, knowingly="on")
    approve(officer, first)
    approve(officer, second)
    page = officer.get(f"/sites/ridgeway/submissions/{second}/").content.decode()
    assert "Answers about files were changed since its files were read." in page and "waiting" in page
    assert f"Submission {first}, by clerk" in page
    answer = other.post(f"/sites/ridgeway/drafts/{three.key}/submit/", {"knowingly": "on"})
    assert answer.status_code == 422 and "They were read anew" in answer.content.decode(), "before it is handed in too"


def own_tables() -> list[SimpleUploadedFile]:
    return files(**{name: (FIRST_SITE / f"{name}.csv").read_bytes() for name in
                    ("areas", "materials", "methods", "movements", "counts")})  # fmt: skip


def test_imported_rows_are_typed_over_and_that_is_not_lost(clerk: Any) -> None:
    draft = answer_all(clerk, begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS))
    where = f"/sites/ridgeway/drafts/{draft.key}/tables/movements/"
    page = clerk.get(where).content.decode()
    assert "stock_ledger.csv row 4" in page
    assert clerk.post(where, {"version": "0", "c-0-quantity": "251"}).status_code == 302
    assert TypedTable.objects.get().file == "movements (import) (typed over)"
    reading = ForeignReading.objects.get()
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/answer/", {"take_back": json.dumps(reading.answers[0][0])})
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert "would be lost" in page and TypedTable.objects.exists()
    number = submit(clerk, draft)
    assert number


def test_a_file_is_read_in_the_other_way(clerk: Any) -> None:
    draft = begun(clerk, movements=LEDGER, stocktake=COUNTS)
    assert "fault" in draft.reading
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/read-as/", {"name": "movements.csv"})
    draft.refresh_from_db()
    assert "fault" not in draft.reading and draft.files.get(name="movements.csv").foreign
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/read-as/", {"name": "nothing.csv"})
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/read-as/", {"name": "site.toml"})
    assert not draft.files.get(name="site.toml").foreign


def test_a_file_is_taken_out_and_others_are_put_in(clerk: Any) -> None:
    draft = begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS)
    there = f"/sites/ridgeway/drafts/{draft.key}/"
    for name in ("stock_ledger.csv", "stocktake.csv", "nothing.csv"):
        assert clerk.post(f"{there}files/out/", {"name": name}).status_code == 302
    assert [one.name for one in draft.files.all()] == ["site.toml"] and not ForeignReading.objects.exists()
    clerk.post(f"{there}files/", {"files": own_tables()})
    draft.refresh_from_db()
    assert "fault" not in draft.reading and len(draft.reading["tables"]) == 5
    again = SimpleUploadedFile("Movements.csv", (FIRST_SITE / "movements.csv").read_bytes().replace(b"5000", b"x"))
    clerk.post(f"{there}files/", {"files": [again]})
    draft.refresh_from_db()
    assert draft.reading["count"] and draft.files.filter(name__iexact="movements.csv").count() == 1
    assert clerk.post(f"{there}files/", {"files": [SimpleUploadedFile("a.exe", b"")]}, follow=True).status_code == 200


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"about-0": "nothing", "choice-0": "0"},
        {"about-0": "ABOUT", "choice-0": "999"},
        {"about-0": "ABOUT", "choice-0": "-1", "text-0": "\x00" * 9},
        {"about-0": "ABOUT", "text-0": "<script>" * 500},
        {"take_back": ["", "[1", "{}"]},
    ],
)
def test_bad_answers_have_a_page(said: dict[str, Any], clerk: Any) -> None:
    draft = begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS)
    about = ForeignReading.objects.get().came_to["questions"][0]["about"]
    said = {name: about if text == "ABOUT" else text for name, text in said.items()}
    assert clerk.post(f"/sites/ridgeway/drafts/{draft.key}/answer/", said).status_code == 302
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/")
    assert page.status_code == 200 and b"<script>" not in page.content.replace(b'<script src="', b"")


def test_large_files_are_read_in_the_background(clerk: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from stockward.web import tasks
    from stockward.web.records.entering import foreign

    monkeypatch.setattr(foreign, "QUICK_BYTES", 10)
    asked: list[Any] = []
    monkeypatch.setattr(type(tasks.read_in_background), "enqueue", lambda self, *given: asked.append(given))
    draft = begun(clerk, stock_ledger=LEDGER, stocktake=COUNTS)
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert "The files are being read" in page and 'http-equiv="refresh"' in page
    assert clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/").status_code == 302
    assert UploadDraft.objects.exists(), "it is not handed in before it is read"
    tasks.begin_again()
    assert len(asked) == 2 and asked[0] == asked[1]
    tasks.read_in_background.func(*asked[0])
    draft.refresh_from_db()
    assert "fault" not in draft.reading and ForeignReading.objects.get().came_to["questions"]
    ForeignReading.objects.update(is_over=False, attempts=2)
    tasks.read_in_background.func(*asked[0])
    assert "begun twice" in ForeignReading.objects.get().came_to["fault"]


STAFF = (
    b"Name;Department;Job title;Start date;Date of birth\nAda Moss;Guards;Guard;01.02.2020;03.04.1980\n"
    b"Ben Fox;Guards;Guard;15.02.2020;05.06.1981\n"
)


def test_people_are_brought_in_by_codes_and_by_who_keeps_guards(clerk: Any, officer: Any, come_in: Enter) -> None:
    approve(officer, hand_in(clerk, [SimpleUploadedFile("site.toml", TOML), *own_tables()]))
    manager = come_in("manager", ridgeway="guards_manager")
    draft = answer_all(manager, upload(manager, files(staff=STAFF)))
    assert draft.reading["count"] == 0, draft.reading
    page = manager.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert "Ada" not in page and "1980" not in json.dumps(ForeignReading.objects.get().texts)
    approve(officer, submit(manager, draft))
    assert [row.cells["person"] for row in standing_facts("ridgeway").rows if row.table == "people"] == ["P001", "P002"]
    again = upload(manager, files(staff=STAFF.replace(b"15.02.2020", b"15.02.2021")))
    assert "? " not in json.dumps(again.reading) or ForeignReading.objects.get(draft=again).came_to["questions"]
    again.delete()
    ledger = upload(clerk, files(stock_ledger=LEDGER))
    texts = ForeignReading.objects.get(draft=ledger).texts
    assert "people.csv" not in texts and "Ada" not in json.dumps(texts) and "imported/names.csv" not in texts


def test_a_clerk_brings_in_no_people(clerk: Any) -> None:
    draft = answer_all(clerk, begun(clerk, staff=STAFF))
    assert "your role does not enter these tables" in draft.reading["fault"]


def test_which_files_are_of_other_programs() -> None:
    first = {path.name: path.read_bytes() for path in FIRST_SITE.iterdir() if path.suffix in (".csv", ".toml")}
    assert not [name for name, content in first.items() if is_foreign(name, content)]
    assert not is_foreign("bewegungen_2026.csv", first["movements.csv"]), "its header is that of a table"
    assert is_foreign("stock_ledger.csv", LEDGER) and is_foreign("list.xls", b"") and is_foreign("a.xlsx", b"PK")


def test_open_questions_come_first_and_rows_that_wait_are_no_problems(clerk: Any) -> None:
    """Nothing in the file is wrong: what is lacking are answers, and no advice of the command line stands on a page."""
    draft = begun(clerk, stock_ledger=LEDGER.replace(b";Store;", b";Zq;").replace(b"Material", b"Xq"))
    reading = ForeignReading.objects.get(draft=draft)
    assert reading.came_to["questions"] and draft.reading["waiting"]
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    first = re.search(r"<h1>(.*?)</h1>", page)
    assert first and "open" in first[1] and "nothing in your file is wrong" in page
    assert draft.reading["count"] == 0 and "Mend the cells in your file" not in page
    for advice in ("import.toml", "mend that row first", "leave the cell blank"):
        assert advice not in page, advice
    submitted = clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/")
    assert submitted.status_code == 422 and "open: answer" in submitted.content.decode()


def test_a_cell_that_no_answer_mends_is_told_as_a_page_mends_it(clerk: Any) -> None:
    draft = answer_all(clerk, begun(clerk, stock_ledger=LEDGER.replace(b"13.01.2026", b"13.01"), stocktake=COUNTS))
    assert not ForeignReading.objects.get(draft=draft).came_to["questions"]
    page = clerk.get(f"/sites/ridgeway/drafts/{draft.key}/").content.decode()
    assert "correct its file and upload it again, or type it here" in page and "import.toml" not in page
