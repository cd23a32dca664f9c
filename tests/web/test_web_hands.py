"""Four eyes: whoever had a hand in what waits does not decide on it, of every kind, whatever roles they have."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.counts.counts_there import all_there, drawn_count, names, where
from tests.web.handing_in import FIRST_SITE, files_of_first_site, hand_in, upload

import stockward.web
from stockward.book.store.standing import approved_in, standing_of
from stockward.web.models import ForeignReading, KnownSite, RoleHeld, SealedCount, UploadDraft
from stockward.web.records.findings import ledger_of
from stockward.web.records.lists import submission_of
from stockward.web.records.the_book import the_book

pytestmark = pytest.mark.usefixtures("new_book")
AT = "/sites/ridgeway"
ALL_PARTS = frozenset({"stock", "guards"})
LEDGER = Path(__file__).parents[2] / "examples" / "import" / "stock_ledger.csv"
Enter = Callable[..., Any]
WITH_ITEMS = {
    name: (FIRST_SITE / f"{name}.csv").read_text(encoding="utf-8") + more
    for name, more in {"materials": "box,item,each\n", "counts": "FEB,2026-03-01,M1,box,4,\n"}.items()
}


@pytest.fixture
def people(come_in: Enter) -> dict[str, Any]:
    """The books of the manual in force, and people who can do everything but plan counts; one inspector who can."""
    found = {name: come_in(name, ridgeway="clerk") for name in ("anna", "bert", "carl")}
    found["ines"] = come_in("ines", ridgeway="inspector")
    the_book().approve(hand_in(found["anna"], files_of_first_site(**WITH_ITEMS)), found["ines"].account.key)
    for name in ("anna", "bert", "carl"):
        RoleHeld.objects.create(account=found[name].account, site=KnownSite.objects.get(), role="officer")
    return found


def number_in(answer: Any) -> int:
    found = re.search(r"/submissions/(\d+)/", answer.headers.get("Location", ""))
    assert found, answer.content.decode()
    return int(found[1])


def submitted(browser: Any, draft: UploadDraft) -> int:
    return number_in(browser.post(f"{AT}/drafts/{draft.key}/submit/", {"knowingly": "on"}))


def uploaded(people: dict[str, Any]) -> int:
    row = b"movement,at,kind,to_area,material,quantity\nU1,2026-02-11 09:00,receipt,M1,TNT,5\n"
    return submitted(people["anna"], upload(people["anna"], [SimpleUploadedFile("movements.csv", row)]))


def typed(people: dict[str, Any]) -> int:
    grid = people["anna"].post(f"{AT}/drafts/new/", {"table": "movements"}).headers["Location"]
    people["anna"].get(grid)
    row = {"movement": "X1", "at": "2026-02-11 09:00", "kind": "receipt", "material": "TNT", "quantity": "5"}
    people["anna"].post(grid, {"version": "0", **{f"c-0-{name}": text for name, text in row.items()}})
    return submitted(people["anna"], UploadDraft.objects.get())


def imported(people: dict[str, Any]) -> int:
    draft = upload(people["anna"], [SimpleUploadedFile("stock_ledger.csv", LEDGER.read_bytes())])
    asked = ForeignReading.objects.get(draft=draft).came_to["questions"]
    said = {f"about-{number}": one["about"] for number, one in enumerate(asked)}
    said |= {f"choice-{number}": "0" for number, one in enumerate(asked) if one["choices"]}
    people["anna"].post(f"{AT}/drafts/{draft.key}/answer/", said)
    return submitted(people["anna"], draft)


def _corrected(people: dict[str, Any], **more: str) -> int:
    with the_book().database.reading() as connection:
        row = next(row for row in standing_of(approved_in(connection, "ridgeway")).rows if row.table == "movements")
    cells = {f"cell-{name}": cell for name, cell in row.cells.items()}
    return number_in(people["anna"].post(f"{AT}/entries/{row.entry}/correct/", {**cells, "reason": "seen", **more}))


def corrected(people: dict[str, Any]) -> int:
    return _corrected(people, **{"cell-quantity": "4321"})


def withdrawn(people: dict[str, Any]) -> int:
    return _corrected(people, withdraw="yes")


def proposed(people: dict[str, Any]) -> int:
    from datetime import UTC, date, datetime

    from stockward.book.store.findings import FoundAlarm, FoundSubject

    alarm = FoundAlarm(FoundSubject("M1/TNT", "kg", "shortage"), "I2", datetime(2026, 1, 31, tzinfo=UTC))
    the_book().record_review("ridgeway", people["ines"].account.key, "a-review", [alarm], date(2026, 3, 1))
    (finding,) = ledger_of("ridgeway").records
    people["anna"].post(f"{AT}/findings/{finding}/settle/", {"state": "confirmed_loss", "reason": "gone"})
    (record,) = ledger_of("ridgeway").records.values()
    assert record.waiting is not None
    return record.waiting.number


def counted(people: dict[str, Any]) -> int:
    """Anna types all of it, Bert writes over it and hands it in."""
    count = drawn_count(people["ines"], items="box=1", detection="0.99")
    fields = all_there(count)
    for browser, quantity in ((people["anna"], "1"), (people["bert"], "0")):
        seen = {name.replace("quantity", "seen"): str(int(browser is people["bert"])) for name in fields}
        browser.post(f"{where(count)}sheets/1/", {**dict.fromkeys(fields, quantity), **seen})
    people["bert"].post(f"{where(count)}hand-in/", names())
    submission = SealedCount.objects.get().submission
    assert submission is not None
    return submission


KINDS: dict[str, tuple[Callable[[dict[str, Any]], int], set[str]]] = {
    "uploaded": (uploaded, {"anna"}),
    "typed": (typed, {"anna"}),
    "imported": (imported, {"anna"}),
    "corrected": (corrected, {"anna"}),
    "withdrawn": (withdrawn, {"anna"}),
    "proposed": (proposed, {"anna"}),
    "counted": (counted, {"anna", "bert"}),
}
"""For each kind of what waits for a decision: how it is made, and who has a hand in it."""


@pytest.mark.parametrize("kind", KINDS)
def test_nobody_decides_on_what_they_had_a_hand_in(people: dict[str, Any], kind: str) -> None:
    made, hands = KINDS[kind]
    number = made(people)
    is_finding = kind == "proposed"
    finding = next(iter(ledger_of("ridgeway").records), 0)
    page = f"{AT}/findings/{finding}/" if is_finding else f"{AT}/submissions/{number}/"
    approve = f"{page}decide/" if is_finding else f"{page}approve/"
    send_back = approve if is_finding else f"{page}send-back/"
    for name in sorted(hands):
        browser = people[name]
        assert f'action="{approve}"' not in browser.get(page).content.decode(), "no button leads there"
        browser.post(approve, {"proposal": number})
        assert "cannot decide on it" in browser.get(page).content.decode(), name
        browser.post(send_back, {"proposal": number, "send_back": "1", "reason": "no"})
        assert "cannot decide on it" in browser.get(page).content.decode(), name
        if not is_finding:
            assert "submission waits for you" not in browser.get("/").content.decode()
    assert f'action="{approve}"' in people["carl"].get(page).content.decode()
    people["carl"].post(approve, {"proposal": number})
    if is_finding:
        assert ledger_of("ridgeway").records[finding].approval is not None
    else:
        found = submission_of("ridgeway", number, ALL_PARTS)
        assert found is not None and found.state == "approved"


def test_every_way_into_the_book_is_among_these_kinds() -> None:
    """A new place that hands something in to be decided on must say who had a hand in it, and stand above."""
    found = set()
    for path in Path(stockward.web.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            said = ast.unparse(node) if isinstance(node, ast.Attribute) else ""
            if said in ("the_book().submit", "the_book().settle_finding"):
                found.add((path.stem, said.removeprefix("the_book().")))
    assert found == {
        ("drafts", "submit"), ("corrections", "submit"), ("counts_handed_in", "submit"), ("findings", "settle_finding"),
    }  # fmt: skip


def test_the_book_names_who_typed_what_of_a_count(people: dict[str, Any]) -> None:
    number = counted(people)
    found = submission_of("ridgeway", number, ALL_PARTS)
    assert found is not None
    anna, bert = (people[name].account.key for name in ("anna", "bert"))
    assert found.entry.about["hands"] == {key: {"typed": {"1": "1-4"}} for key in sorted((anna, bert))}
    page = re.sub(r"\s+", " ", people["carl"].get(f"{AT}/submissions/{number}/").content.decode())
    assert "Typed by anna: sheet 1, lines 1-4." in page and "Typed by bert" in page
    entries = people["ines"].get(f"{AT}/entries/?after={number}").content.decode()
    assert f"{anna}: sheet 1 lines 1-4" in entries, "so does the event, for a sample that submits no rows"


def test_nobody_else_writes_into_a_draft(people: dict[str, Any]) -> None:
    draft = upload(people["anna"], files_of_first_site())
    for end in ("", "files/", "submit/", "answer/", "read-as/", "type/", "tables/movements/", "discard/"):
        assert people["bert"].post(f"{AT}/drafts/{draft.key}/{end}").status_code == 404, end


def test_whoever_is_named_as_the_counter_had_a_hand_in_it(people: dict[str, Any]) -> None:
    count = drawn_count(people["ines"], items="box=1", detection="0.99")
    people["bert"].post(f"{where(count)}sheets/1/", dict.fromkeys(all_there(count), "0"))
    people["bert"].post(f"{where(count)}hand-in/", {**names(), "counter": "Carl"})
    number = SealedCount.objects.get().submission
    people["carl"].post(f"{AT}/submissions/{number}/approve/")
    assert "cannot decide on it" in people["carl"].get(f"{AT}/submissions/{number}/").content.decode()
