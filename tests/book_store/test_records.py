"""What the book takes and refuses, on both engines."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import polars as pl
import pytest
from sqlalchemy import text
from tests.book_store.conftest import recorder_of

from stockward.book import read_site
from stockward.book.store.facts import site_files_in, site_from_book
from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book, Recorder
from stockward.book.store.standing import approved_in, standing_of
from stockward.book.store.tree_heads import HeadKey, HeadSigner
from stockward.terms.errors import BookError, ConflictError, UsageError

FIRST_SITE = Path(__file__).parents[2] / "docs" / "first_site"


def entered(book: Book, folder: Path = FIRST_SITE, site: str = "first") -> int:
    submission = book.submit(site, "clerk", HandedIn.of_folder(folder))
    book.approve(submission, "officer")
    return submission


def row_entries(book: Book, table: str, site: str = "first") -> list[int]:
    with book.database.reading() as connection:
        return [row.entry for row in standing_of(approved_in(connection, site)).rows if row.table == table]


def test_a_site_comes_out_of_the_book_as_it_went_in(book: Book) -> None:
    entered(book)
    files = site_files_in(book)
    there = {path.name: path.read_bytes() for path in FIRST_SITE.iterdir() if path.suffix in (".csv", ".toml")}
    assert files == there
    kept, read = site_from_book(book), read_site(FIRST_SITE)
    assert dict(kept.files) == dict(read.files)
    assert kept.notices == read.notices
    assert all(kept[name].equals(read[name]) for name in read.tables)
    assert verify_database(address_of(book)).whole


def test_nothing_counts_before_somebody_else_has_approved_it(book: Book) -> None:
    submission = book.submit("first", "clerk", HandedIn.of_folder(FIRST_SITE))
    with pytest.raises(BookError, match="no settings of first were approved: approve a submission first"):
        site_files_in(book)
    with pytest.raises(BookError, match="who handed it in cannot decide on it: ask somebody else"):
        book.approve(submission, "clerk")
    with pytest.raises(BookError, match="cannot decide"):
        book.send_back(submission, "clerk", "wrong month")
    book.approve(submission, "officer")
    assert site_from_book(book)["counts"].height
    with pytest.raises(ConflictError, match="it was approved already"):
        book.send_back(submission, "inspector", "too late")


def test_whoever_had_a_hand_in_it_decides_as_little_as_who_handed_it_in(book: Book) -> None:
    handed_in = replace(HandedIn.of_folder(FIRST_SITE), hands={"counter": {"typed": {"1": "1-26"}}})
    submission = book.submit("first", "clerk", handed_in)
    for by in ("clerk", "counter"):
        with pytest.raises(BookError, match="cannot decide on it: ask somebody else"):
            book.approve(submission, by)
        with pytest.raises(BookError, match="cannot decide on it: ask somebody else"):
            book.send_back(submission, by, "no")
    book.approve(submission, "officer")
    assert verify_database(address_of(book)).whole


def test_what_is_sent_back_does_not_count(book: Book) -> None:
    submission = book.submit("first", "clerk", HandedIn.of_folder(FIRST_SITE))
    book.send_back(submission, "officer", "the wrong month")
    with pytest.raises(ConflictError, match="it was sent back already"):
        book.approve(submission, "officer")
    with pytest.raises(BookError, match="no settings"):
        site_files_in(book)
    with pytest.raises(UsageError, match="no such submission"):
        book.approve(submission + 1, "officer")
    with pytest.raises(UsageError, match="a reason is a sentence"):
        book.send_back(submission, "officer", " ")


def test_a_correction_takes_the_place_of_its_row_and_the_past_stays(book: Book) -> None:
    entered(book)
    before = site_files_in(book)
    moment = datetime.now(UTC)
    first, second, *_ = row_entries(book, "counts")
    cells = standing_cells(book, first)
    changes = HandedIn(
        corrections=(
            Correction(first, "counts", {**cells, "quantity": "7"}, "read 7, wrote 1"),
            Correction(second, "counts", None, "written twice"),
        )
    )
    submission = book.submit("first", "clerk", changes)
    assert site_files_in(book) == before
    book.approve(submission, "officer")
    after = site_from_book(book)["counts"]
    assert after.height == read_site(FIRST_SITE)["counts"].height - 1
    assert after["quantity"][0] == 7
    assert site_files_in(book, as_of=moment) == before


def standing_cells(book: Book, entry: int, site: str = "first") -> dict[str, str]:
    with book.database.reading() as connection:
        rows = standing_of(approved_in(connection, site)).rows
    return next(dict(row.cells) for row in rows if row.entry == entry)


def test_two_corrections_of_one_row_are_an_honest_conflict(book: Book) -> None:
    entered(book)
    first = row_entries(book, "counts")[0]
    cells = standing_cells(book, first)
    one, other = (
        book.submit(
            "first", author, HandedIn(corrections=(Correction(first, "counts", {**cells, "quantity": "2"}, "seen"),))
        )
        for author in ("clerk", "another")
    )
    book.approve(one, "officer")
    with pytest.raises(ConflictError, match=f"entry {first}: it does not stand for first"):
        book.approve(other, "officer")
    book.send_back(other, "officer", "entered by somebody else")
    with pytest.raises(ConflictError, match="does not stand"):
        book.submit("first", "clerk", HandedIn(corrections=(Correction(first, "counts", None, "again"),)))


def test_a_row_of_another_site_cannot_be_corrected(book: Book) -> None:
    entered(book)
    entered(book, site="second")
    first = row_entries(book, "counts")[0]
    with pytest.raises(ConflictError, match="does not stand for second"):
        book.submit("second", "clerk", HandedIn(corrections=(Correction(first, "counts", None, "not ours"),)))
    with pytest.raises(UsageError, match="name one of its sites: it has first, second"):
        site_files_in(book)


def test_a_request_that_is_sent_again_is_entered_once(book: Book) -> None:
    changes = HandedIn.of_folder(FIRST_SITE)
    submission = book.submit("first", "clerk", changes, once="a1")
    assert book.submit("first", "clerk", changes, once="a1") == submission
    assert book.approve(submission, "officer", once="b1") == book.approve(submission, "officer", once="b1")
    with pytest.raises(ConflictError, match="another request"):
        book.submit("first", "another", changes, once="a1")


def test_nothing_at_all_is_not_handed_in(book: Book) -> None:
    with pytest.raises(UsageError, match="nothing to hand in"):
        book.submit("first", "clerk", HandedIn())
    with pytest.raises(UsageError, match="nobody"):
        book.submit("first", "", HandedIn.of_folder(FIRST_SITE))


def test_a_clock_that_was_set_back_is_refused(new_url: Callable[[], str], signer: HeadSigner) -> None:
    now = [datetime(2026, 6, 30, 12, tzinfo=UTC)]
    with Book.create(new_url(), Recorder(signer, lambda: now[0])) as book:
        now[0] -= timedelta(seconds=1)
        book.record("signed in", "clerk")
        now[0] -= timedelta(minutes=1)
        with pytest.raises(BookError, match="the clock of this machine says 2026-06-30T11:58:59"):
            book.record("signed in", "clerk")


def test_without_the_key_the_book_is_only_read_and_with_another_not_opened(book: Book, signer: HeadSigner) -> None:
    url = address_of(book)
    with Book.open(url) as kept, pytest.raises(UsageError, match="without its key a book is only read"):
        kept.record("signed in", "clerk")
    with pytest.raises(UsageError, match="the key is that of another book"):
        Book.open(url, recorder_of(HeadSigner.made("north-works")))
    with Book.open(url) as kept:
        assert signer.key.checked(kept.head()).size == 1


def address_of(book: Book) -> str:
    return book.database.url.render_as_string(hide_password=False).replace("+psycopg", "")


def test_a_key_is_kept_in_a_file_of_its_owner(tmp_path: Path, signer: HeadSigner) -> None:
    signer.write(tmp_path / "book.key")
    assert (tmp_path / "book.key").stat().st_mode & 0o777 == 0o600
    assert HeadSigner.read(tmp_path / "book.key").key == signer.key
    with pytest.raises(FileExistsError):
        signer.write(tmp_path / "book.key")
    (tmp_path / "other.key").write_text("PRIVATE+KEY+x\n")
    with pytest.raises(UsageError, match="this is no key of a book"):
        HeadSigner.read(tmp_path / "other.key")
    with pytest.raises(ValueError, match="not written as keys"):
        HeadKey.of_text(signer.key.text[:-4] + "AAA=")


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE book_entries SET by = 'x'",
        "UPDATE book_heads SET note = 'x'",
        "DELETE FROM book_entries WHERE number = 0",
        "DELETE FROM book_heads",
        "INSERT INTO book_entries (number, kind, at, by, leaf, entry) SELECT number + 7, kind, at, by, leaf, entry "
        "FROM book_entries WHERE number = 0",
        "INSERT INTO book_entries (number, kind, at, by, leaf, entry) SELECT number, kind, at, by, leaf, entry "
        "FROM book_entries WHERE number = 0",
    ],
)
def test_the_database_lets_nothing_but_the_next_entry_in(book: Book, statement: str) -> None:
    with pytest.raises(BookError, match=r"added to|next number"), book.database.writing() as connection:
        connection.execute(text(statement))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT OR REPLACE INTO book_entries SELECT * FROM book_entries WHERE number = 1",
        "INSERT OR REPLACE INTO book_entries (number, kind, at, by, once, leaf, entry) "
        "SELECT 999, kind, at, by, once, leaf, entry FROM book_entries WHERE number = 1",
        "INSERT INTO book_entries SELECT * FROM book_entries WHERE number = 1 "
        "ON CONFLICT (number) DO UPDATE SET by = 'x'",
    ],
)
def test_sqlite_replaces_nothing(tmp_path: Path, signer: HeadSigner, statement: str) -> None:
    book = Book.create(f"sqlite:///{tmp_path}/b.sqlite", recorder_of(signer))
    book.submit("first", "clerk", HandedIn.of_folder(FIRST_SITE), once="a1")
    with book.database.reading() as connection:
        size = connection.execute(text("SELECT COUNT(*) FROM book_entries")).scalar_one()
    with pytest.raises(BookError), book.database.writing() as connection:
        connection.execute(text(statement.replace("999", str(size))))
    assert verify_database(address_of(book)).whole


def test_many_write_at_once_and_there_is_one_order(book: Book) -> None:
    changes = HandedIn.of_folder(FIRST_SITE)

    def work(number: int) -> tuple[int, str]:
        submission = book.submit(f"site {number}", f"clerk {number}", changes)
        try:
            book.approve(submission, f"officer {number % 3}")
        except ConflictError:
            return submission, "conflict"
        return submission, "approved"

    with ThreadPoolExecutor(8) as pool:
        done = list(pool.map(work, range(16)))
    assert len({submission for submission, _ in done}) == 16
    assert {said for _, said in done} == {"approved"}
    assert verify_database(address_of(book)).whole


def test_one_submission_is_approved_once_whoever_comes_first(book: Book) -> None:
    submission = book.submit("first", "clerk", HandedIn.of_folder(FIRST_SITE))

    def approve(number: int) -> str:
        try:
            book.approve(submission, f"officer {number}")
        except ConflictError:
            return "conflict"
        return "approved"

    with ThreadPoolExecutor(8) as pool:
        said = list(pool.map(approve, range(8)))
    assert sorted(said) == ["approved", *["conflict"] * 7]


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite:///", "name the file of the book"),
        ("sqlite:////nowhere/book.sqlite", "there is no such book"),
        ("mysql://x/y", "this is no address of a book"),
        ("postgresql://nobody@127.0.0.1:1/none", "the database does not answer"),
    ],
)
def test_an_address_of_no_book_is_told(url: str, said: str) -> None:
    with pytest.raises((UsageError, BookError), match=said):
        Book.open(url)


def test_another_file_is_no_book_and_a_book_is_not_made_over_one(tmp_path: Path, signer: HeadSigner) -> None:
    path = tmp_path / "site.csv"
    path.write_text("a,b\n")
    with pytest.raises(UsageError, match="this is no book, but another file"):
        Book.open(f"sqlite:///{path}")
    with pytest.raises(UsageError, match="there is a file already"):
        Book.create(f"sqlite:///{path}", recorder_of(signer))
    assert path.read_text() == "a,b\n"


def test_typed_files_come_out_with_the_same_facts(tmp_path: Path, signer: HeadSigner) -> None:
    folder = tmp_path / "typed"
    shutil.copytree(FIRST_SITE, folder)
    site = read_site(FIRST_SITE)
    site["counts"].drop("row").write_parquet(folder / "counts.parquet")
    (folder / "counts.csv").unlink()
    book = Book.create(f"sqlite:///{tmp_path}/b.sqlite", recorder_of(signer))
    entered(book, folder)
    kept, read = site_from_book(book)["counts"], read_site(folder)["counts"]
    assert kept.drop("source").equals(read.drop("source"))
    assert kept["source"].to_list() == [f"counts.parquet row {row}" for row in read["row"]]


def test_typed_numbers_are_written_with_the_decimal_mark_of_the_site(tmp_path: Path, signer: HeadSigner) -> None:
    folder = tmp_path / "typed"
    shutil.copytree(FIRST_SITE, folder)
    counts = read_site(FIRST_SITE)["counts"].drop("row").with_columns(quantity=pl.col("quantity") + 0.25)
    counts.write_parquet(folder / "counts.parquet")
    (folder / "counts.csv").unlink()
    for path in folder.glob("*.csv"):
        path.write_text(path.read_text().replace(",", ";").replace(".", ","))
    settings = (folder / "site.toml").read_text().replace("[site]", '[site]\ndecimal = ","', 1)
    (folder / "site.toml").write_text(settings)
    with Book.create(f"sqlite:///{tmp_path}/b.sqlite", recorder_of(signer)) as book:
        entered(book, folder)
        kept = site_from_book(book)["counts"]
    assert kept["quantity"].to_list() == counts["quantity"].to_list()
