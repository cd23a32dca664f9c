"""What is added to the database of a book, or taken from it, so that it would no longer keep what is entered."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from tests.book_store.conftest import recorder_of
from tests.book_store.test_proof import changed
from tests.book_store.test_records import FIRST_SITE, address_of, entered

from stockward.book.store.handed_in import HandedIn
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner
from stockward.terms.errors import ConflictError


def faults_after(book: Book, *statements: str) -> str:
    with book.database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))
    found = verify_database(address_of(book))
    assert not found.whole, statements
    return "; ".join(found.faults)


BOTH = {
    "index lost": (["DROP INDEX book_decided_once"], "indexes of book_entries"),
    "index added": (["CREATE UNIQUE INDEX extra ON book_entries (site, at)"], "extra"),
    "index narrowed": (
        ["DROP INDEX book_decided_once", "CREATE INDEX book_decided_once ON book_entries (submission)"],
        "book_decided_once",
    ),
    "column added": (["ALTER TABLE book_entries ADD COLUMN more TEXT"], "columns of book_entries"),
    "column with a default": (["ALTER TABLE book_heads ADD COLUMN more TEXT DEFAULT 'x'"], "columns of book_heads"),
    "table renamed behind a view": (
        ["ALTER TABLE book_heads RENAME TO hidden", "CREATE VIEW book_heads AS SELECT * FROM hidden"],
        "book_heads",
    ),
}
ON_SQLITE = {
    "trigger that follows": (
        ["CREATE TABLE told (x TEXT)",
         "CREATE TRIGGER follows AFTER INSERT ON book_entries BEGIN INSERT INTO told VALUES (NEW.entry); END"],
        "follows",
    ),
    "trigger that swallows": (
        ["CREATE TRIGGER swallows BEFORE INSERT ON book_entries WHEN NEW.by = 'x' BEGIN SELECT RAISE(IGNORE); END"],
        "swallows",
    ),
    "view": (["CREATE VIEW shown AS SELECT * FROM book_entries WHERE site = 'first'"], "shown"),
    "guard that was weakened": (
        ["DROP TRIGGER book_entries_no_delete",
         "CREATE TRIGGER book_entries_no_delete BEFORE DELETE ON book_entries WHEN OLD.number = 0 "
         "BEGIN SELECT RAISE(ABORT, 'the book is only added to'); END"],
        "gone or altered",
    ),
    "guard on another table": (
        ["CREATE TABLE decoy (x TEXT)", "DROP TRIGGER book_entries_no_update",
         "CREATE TRIGGER book_entries_no_update BEFORE UPDATE ON decoy "
         "BEGIN SELECT RAISE(ABORT, 'the book is only added to'); END"],
        "gone or altered",
    ),
}  # fmt: skip
_REWRITES = "CREATE FUNCTION rewrites() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.by = 'x'; RETURN NEW; END $$"
ON_POSTGRESQL = {
    "trigger that rewrites": (
        [_REWRITES, "CREATE TRIGGER rewrites BEFORE INSERT ON book_entries FOR EACH ROW EXECUTE FUNCTION rewrites()"],
        "rewrites",
    ),
    "rule": (["CREATE RULE swallows AS ON DELETE TO book_entries DO INSTEAD NOTHING"], "swallows"),
    "guard for one column": (
        ["DROP TRIGGER book_entries_no_change ON book_entries",
         "CREATE TRIGGER book_entries_no_change BEFORE UPDATE OF number ON book_entries "
         "FOR EACH STATEMENT EXECUTE FUNCTION book_entries_added_only()"],
        "gone or altered",
    ),
    "guard on the wrong event": (
        ["DROP TRIGGER book_heads_no_change ON book_heads",
         "CREATE TRIGGER book_heads_no_change BEFORE TRUNCATE ON book_heads "
         "FOR EACH STATEMENT EXECUTE FUNCTION book_heads_added_only()"],
        "gone or altered",
    ),
    "guards in another schema alone": (
        ["CREATE SCHEMA decoy", "CREATE TABLE decoy.book_entries (LIKE book_entries)",
         "CREATE TRIGGER book_entries_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON decoy.book_entries "
         "FOR EACH STATEMENT EXECUTE FUNCTION book_entries_added_only()",
         "DROP TRIGGER book_entries_no_change ON book_entries"],
        "gone or altered",
    ),
    "rows hidden": (["ALTER TABLE book_entries ENABLE ROW LEVEL SECURITY"], "no plain table"),
    "table that is lost in a crash": (["ALTER TABLE book_heads SET UNLOGGED"], "no plain table"),
    "rows from a child": (["CREATE TABLE child () INHERITS (book_entries)"], "no plain table"),
    "constraint": (["ALTER TABLE book_entries ADD CHECK (number < 1000000)"], "constraint"),
}  # fmt: skip


@pytest.mark.parametrize(("statements", "said"), BOTH.values(), ids=BOTH.keys())
def test_tables_that_were_altered_are_told(book: Book, statements: list[str], said: str) -> None:
    assert said in faults_after(book, *statements)


@pytest.mark.parametrize(("statements", "said"), ON_SQLITE.values(), ids=ON_SQLITE.keys())
def test_what_was_put_into_sqlite_is_told(book: Book, statements: list[str], said: str) -> None:
    if book.database.url.get_backend_name() != "sqlite":
        pytest.skip("of SQLite alone")
    assert said in faults_after(book, *statements)


@pytest.mark.parametrize(("statements", "said"), ON_POSTGRESQL.values(), ids=ON_POSTGRESQL.keys())
def test_what_was_put_into_postgresql_is_told(book: Book, statements: list[str], said: str) -> None:
    if book.database.url.get_backend_name() == "sqlite":
        pytest.skip("of PostgreSQL alone")
    assert said in faults_after(book, *statements)


def test_triggers_that_a_database_puts_to_sleep_are_told(book: Book) -> None:
    if book.database.url.get_backend_name() == "sqlite":
        pytest.skip("of PostgreSQL alone")
    name = book.database.url.database
    with book.database.writing() as connection:
        connection.execute(text(f"ALTER DATABASE {name} SET session_replication_role = replica"))
    assert any("asleep" in fault for fault in verify_database(address_of(book)).faults)


def test_a_text_that_was_emptied_is_told_though_its_hash_stands(book: Book) -> None:
    """Beside the hash, which the head is over, nothing would miss the text of a row."""
    entered(book)
    if book.database.url.get_backend_name() == "sqlite":
        with book.database.writing() as connection:
            connection.execute(text("PRAGMA writable_schema = ON"))
            connection.execute(
                text("UPDATE sqlite_master SET sql = REPLACE(sql, 'entry TEXT NOT NULL', 'entry TEXT') "
                     "WHERE name = 'book_entries'")
            )  # fmt: skip
    else:
        changed(book, "ALTER TABLE book_entries ALTER COLUMN entry DROP NOT NULL")
    changed(book, "UPDATE book_entries SET entry = NULL WHERE number = 3")
    assert any("entry 3: its text is gone" in fault for fault in verify_database(address_of(book)).faults)


def test_a_head_in_the_middle_that_was_taken_out_is_told(book: Book) -> None:
    submission = entered(book)
    changed(book, f"DELETE FROM book_heads WHERE size = {submission}")
    (fault,) = verify_database(address_of(book)).faults
    assert f"entry {submission}: the head that was signed before it is missing" in fault


def test_every_column_of_every_row_counts(book: Book) -> None:
    entered(book)
    for table, key, columns in (
        ("book_entries", "number", ("kind", "at", "by", "site", "submission", "of", "table", "once", "leaf", "entry")),
        ("book_heads", "size", ("at", "peaks", "note")),
    ):
        for column in columns:
            other = "4" if column in ("submission", "of") else "CAST('x' AS BLOB)" if column == "leaf" else "'x'"
            if column == "leaf" and book.database.url.get_backend_name() != "sqlite":
                other = "CAST('x' AS BYTEA)"
            with book.database.reading() as connection:
                before = connection.execute(text(f'SELECT "{column}" FROM {table} WHERE {key} = 1')).scalar_one()
            changed(book, f'UPDATE {table} SET "{column}" = {other} WHERE {key} = 1')
            assert not verify_database(address_of(book)).whole, (table, column)
            put_back(book, table, key, column, before)
    assert verify_database(address_of(book)).faults == ()


def put_back(book: Book, table: str, key: str, column: str, value: object) -> None:
    changed(book)
    from tests.book_store.test_proof import lay_bare

    lay_bare(book)
    with book.database.writing() as connection:
        connection.execute(text(f'UPDATE {table} SET "{column}" = :value WHERE {key} = 1'), {"value": value})
    changed(book)


def test_two_rows_that_changed_places_are_told(book: Book) -> None:
    entered(book)
    swap = "UPDATE book_entries SET number = {} WHERE number = {}"
    changed(book, swap.format(-1, 5), swap.format(5, 6), swap.format(6, -1))
    assert not verify_database(address_of(book)).whole


def test_the_key_of_a_request_answers_that_request_alone(book: Book) -> None:
    """A decision that is sent with the key of another must not be answered as if it were made."""
    changes = HandedIn.of_folder(FIRST_SITE)
    first, second = (book.submit("first", "clerk", changes) for _ in range(2))
    done = book.approve(first, "officer", once="k")
    assert book.approve(first, "officer", once="k") == done
    for other in (
        lambda: book.approve(second, "officer", once="k"),
        lambda: book.send_back(first, "officer", "no", once="k"),
        lambda: book.submit("first", "officer", changes, once="k"),
        lambda: book.record("read", "officer", once="k"),
    ):
        with pytest.raises(ConflictError, match="another request"):
            other()
    with pytest.raises(ConflictError, match="is approved already"):
        book.approve(second, "officer", once="m")
    assert book.approve(second, "officer", once="m", seen=done) > done


def test_a_head_of_a_later_day_tells_that_an_older_copy_was_put_back(book: Book, signer: HeadSigner) -> None:
    entered(book)
    later = book.head()
    with Book.create(_beside(book), recorder_of(signer)) as older:
        address = address_of(older)
    assert any("put back" in fault or "not those" in fault for fault in verify_database(address, former=[later]).faults)


def _beside(book: Book) -> str:
    if book.database.url.get_backend_name() != "sqlite":
        pytest.skip("a copy of a file")
    return address_of(book).replace(".sqlite", "-older.sqlite")
