"""Two people hand in the same: whoever approves the second is told, and the book takes it only knowingly."""

from __future__ import annotations

import polars as pl
import pytest

from stockward.book.schema.dictionary import tables
from stockward.book.sources.raw import RawTable
from stockward.book.store.deciding.overtaken import overtaken_by, waiting_with
from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book
from stockward.book.store.standing import approved_in, standing_of
from stockward.terms.errors import ConflictError

SETTINGS = 'format = 1\n[site]\nname = "North"\ntimezone = "UTC"\n[detection]\nfalse_alarm = 0.05\ndetection = 0.95\n'


def rows(*keys: str, name: str = "a", settings: str | None = None, answers: str = "") -> HandedIn:
    frame = pl.DataFrame({"area": list(keys), "kind": ["store"] * len(keys), "name": [name] * len(keys)})
    raw = RawTable.of_frame(tables()["areas"], "areas.csv", frame)
    return HandedIn({"areas": raw}, settings, answers=answers)


def standing(book: Book) -> list[str]:
    with book.database.reading() as connection:
        return [
            f"{row.cells['area']} {row.cells['name']}" for row in standing_of(approved_in(connection, "north")).rows
        ]


def test_the_same_rows_of_two_people_are_approved_twice_only_knowingly(book: Book) -> None:
    one, two = book.submit("north", "anna", rows("M1", "M2")), book.submit("north", "bert", rows("M1", "M3"))
    with book.database.reading() as connection:
        assert waiting_with(connection, "north", two) == {one: 1}
        assert not overtaken_by(connection, "north", two)
    first = book.approve(one, "olga")
    with pytest.raises(ConflictError, match=r"entry \d+ of areas is approved already, as entry \d+: look at it again"):
        book.approve(two, "olga")
    assert standing(book) == ["M1 a", "M2 a"], "nothing of it stands"
    with pytest.raises(ConflictError):
        book.approve(two, "olga", seen=first - 1)
    with book.database.reading() as connection:
        found = overtaken_by(connection, "north", two)
        assert waiting_with(connection, "north", two) == {}
    assert [again.cells["area"] for again in found.rows] == ["M1"] and found.rows[0].is_same and found.last == first
    book.approve(two, "olga", seen=found.last)
    assert standing(book) == ["M1 a", "M2 a", "M1 a", "M3 a"]
    address = book.database.url.render_as_string(hide_password=False)
    assert verify_database(address.replace("+psycopg", "")).whole


def test_a_row_with_the_key_of_another_is_told_from_one_that_says_the_same(book: Book) -> None:
    one, two = book.submit("north", "anna", rows("M1")), book.submit("north", "bert", rows("M1", name="b"))
    book.approve(one, "olga")
    with pytest.raises(ConflictError, match="has the key of"):
        book.approve(two, "olga")


def test_what_stood_before_it_was_handed_in_is_no_news(book: Book) -> None:
    book.approve(book.submit("north", "anna", rows("M1")), "olga")
    book.approve(book.submit("north", "bert", rows("M1")), "olga")
    assert standing(book) == ["M1 a", "M1 a"], "whoever hands it in saw the first"


def test_a_row_that_no_longer_stands_overtakes_nothing(book: Book) -> None:
    one, two = book.submit("north", "anna", rows("M1")), book.submit("north", "bert", rows("M1"))
    book.approve(one, "olga")
    book.approve(
        book.submit("north", "anna", HandedIn(corrections=(Correction(one + 1, "areas", None, "no"),))), "olga"
    )
    book.approve(two, "olga")
    assert standing(book) == ["M1 a"]


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        ({"settings": SETTINGS}, {"settings": SETTINGS.replace("0.05", "0.01")}, "other settings were approved"),
        ({"answers": "format = 1\n"}, {"answers": "format = 1\n[site]\n"}, "answers about files were approved"),
    ],
)
def test_settings_and_answers_of_another_are_not_replaced_unseen(
    first: dict[str, str], second: dict[str, str], said: str, book: Book
) -> None:
    one, two = book.submit("north", "anna", rows("M1", **first)), book.submit("north", "bert", rows("M2", **second))
    three = book.submit("north", "bert", rows("M4"))
    last = book.approve(one, "olga")
    with pytest.raises(ConflictError, match=f"{said} since .* by submission {one}"):
        book.approve(two, "olga")
    assert book.approve(three, "olga") > last, "what brings neither is not asked about them"
    with pytest.raises(ConflictError):
        book.approve(two, "olga", seen=last)
    book.approve(two, "olga", seen=last + 2)


def test_a_request_that_is_sent_again_is_answered_as_before(book: Book) -> None:
    one, two = book.submit("north", "anna", rows("M1")), book.submit("north", "bert", rows("M1"))
    last = book.approve(one, "olga")
    number = book.approve(two, "olga", once="x", seen=last)
    assert book.approve(two, "olga", once="x") == number
