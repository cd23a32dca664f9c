"""Whatever was done to a book behind its back is found; and nothing in one that is whole."""

from __future__ import annotations

import random
import shutil
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from tests.book_store.conftest import recorder_of
from tests.book_store.test_records import FIRST_SITE, address_of, entered, row_entries

import stockward as sw
from stockward.book.store.exporting import export_files
from stockward.book.store.facts import site_files_in
from stockward.book.store.handed_in import Correction, HandedIn
from stockward.book.store.proof import verify_database, verify_export
from stockward.book.store.records import Book
from stockward.book.store.tables import guards_of
from stockward.book.store.tree_heads import HeadSigner
from stockward.cli.group import main
from stockward.outputs import write_new_folder
from stockward.terms.errors import UsageError


@pytest.fixture
def kept(book: Book) -> Book:
    """A book of two sites, with a correction and what was sent back."""
    entered(book)
    entered(book, site="second")
    first = row_entries(book, "counts")[0]
    withdrawn = book.submit(
        "first", "clerk", HandedIn(corrections=(Correction(first, "counts", None, "written twice"),))
    )
    book.send_back(withdrawn, "officer", "it was not")
    book.record("signed in", "clerk", site="first")
    return book


def lay_bare(book: Book) -> None:
    """Take the guards away, as whoever owns the database can."""
    with book.database.writing() as connection:
        tables = ("book_entries", "book_heads")
        if connection.dialect.name == "sqlite":
            names = [
                row.name for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type='trigger'"))
            ]
            for name in names:
                connection.execute(text(f"DROP TRIGGER {name}"))
        else:
            for table in tables:
                connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))


def changed(book: Book, *statements: str) -> None:
    """Change the book and put the guards back, so that these tell nothing."""
    lay_bare(book)
    with book.database.writing() as connection:
        for statement in statements:
            connection.execute(text(statement))
    with book.database.writing() as connection:
        dialect = connection.dialect.name
        for guard in guards_of(dialect) if dialect == "sqlite" else ():
            connection.exec_driver_sql(guard)
        if dialect != "sqlite":
            for table in ("book_entries", "book_heads"):
                connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))


def test_a_whole_book_is_whole_and_begins_with_its_former_heads(book: Book, signer: HeadSigner) -> None:
    heads = [book.head()]
    entered(book)
    heads.append(book.head())
    entered(book, site="second")
    found = verify_database(address_of(book), key=signer.key.text, former=heads)
    assert found.faults == ()
    assert (found.book, found.size) == ("north-works", signer.key.checked(book.head()).size)


ALTERED = {
    "text": "UPDATE book_entries SET entry = REPLACE(entry, 'clerk', 'chief') WHERE number = 3",
    "column": "UPDATE book_entries SET site = 'second' WHERE number = 3",
    "author": "UPDATE book_entries SET by = 'other' WHERE number = 1",
    "decision": "UPDATE book_entries SET submission = submission + 1 WHERE kind = 'return'",
    "last": "DELETE FROM book_entries WHERE number = (SELECT MAX(number) FROM book_entries)",
    "middle": "DELETE FROM book_entries WHERE number = 5",
    "peaks": "UPDATE book_heads SET peaks = REPLACE(peaks, 'a', 'b')",
    "time": "UPDATE book_heads SET at = REPLACE(at, '20', '19')",
    "signature": "UPDATE book_heads SET note = REPLACE(note, '\u2014 north-works ', '\u2014 north-works A')",
    "size": "UPDATE book_heads SET size = size + 1000 WHERE size = 1",
    "no heads": "DELETE FROM book_heads",
}


@pytest.mark.parametrize("statement", ALTERED.values(), ids=ALTERED.keys())
def test_what_was_changed_is_found(kept: Book, statement: str) -> None:
    changed(kept, statement)
    assert not verify_database(address_of(kept)).whole


def test_guards_that_are_gone_are_told(kept: Book) -> None:
    lay_bare(kept)
    (fault,) = verify_database(address_of(kept)).faults
    assert "triggers that keep entries from being changed are gone" in fault


def test_an_end_that_was_cut_off_with_its_heads_is_found_by_a_head_that_was_kept(kept: Book) -> None:
    head = kept.head()
    size = verify_database(address_of(kept)).size
    changed(kept, f"DELETE FROM book_entries WHERE number = {size - 1}", f"DELETE FROM book_heads WHERE size = {size}")
    assert verify_database(address_of(kept)).whole
    (fault,) = verify_database(address_of(kept), former=[head]).faults
    assert "the end of the book was cut off, or a copy from before was put back" in fault


def test_a_book_that_was_made_anew_is_found_by_its_key_and_by_a_head(tmp_path: Path, signer: HeadSigner) -> None:
    with Book.create(f"sqlite:///{tmp_path}/a.sqlite", recorder_of(signer)) as first:
        entered(first)
        head = first.head()
    with Book.create(f"sqlite:///{tmp_path}/b.sqlite", recorder_of(HeadSigner.made("north-works"))) as forged:
        entered(forged)
    url = f"sqlite:///{tmp_path}/b.sqlite"
    assert verify_database(url).whole
    assert any("another book, or a forged one" in fault for fault in verify_database(url, key=signer.key.text).faults)
    assert any("forged" in fault for fault in verify_database(url, former=[head]).faults)


@pytest.mark.parametrize(("by", "said"), [("clerk", "who handed it in"), ("counter", "who had a hand in it")])
def test_one_who_holds_the_key_cannot_approve_their_own(tmp_path: Path, signer: HeadSigner, by: str, said: str) -> None:
    """The rules are looked at as well: a book can be signed and still break them."""
    book = Book.create(f"sqlite:///{tmp_path}/b.sqlite", recorder_of(signer))
    handed_in = replace(HandedIn.of_folder(FIRST_SITE), hands={"counter": {"typed": {"1": "1"}}})
    submission = book.submit("first", "clerk", handed_in)
    lay_bare(book)
    from stockward.book.store import records

    with book.database.writing() as connection:
        adding = records._Adding(connection, recorder_of(signer))
        draft = records._Draft(records.EntryKind.APPROVAL, {})
        adding.add([draft], by=by, site="first", submission=submission)
    assert any(f"{said} has decided on it" in fault for fault in verify_database(address_of(book)).faults)


def test_every_byte_of_the_data_counts(tmp_path: Path, signer: HeadSigner) -> None:
    """Bytes of the file are changed: either an entry reads as before and the file is sound, or it is told."""
    path = tmp_path / "b.sqlite"
    with Book.create(f"sqlite:///{path}", recorder_of(signer)) as book:
        entered(book)
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        rows = connection.execute("SELECT * FROM book_entries").fetchall()
        heads = connection.execute("SELECT * FROM book_heads").fetchall()
    connection.close()
    content = path.read_bytes()
    drawn = random.Random(7)
    found = 0
    for number in range(150):
        place, bit = drawn.randrange(len(content)), 1 << drawn.randrange(8)
        copy = tmp_path / f"{number}.sqlite"
        copy.write_bytes(content[:place] + bytes([content[place] ^ bit]) + content[place + 1 :])
        try:
            told = not verify_database(f"sqlite:///{copy}").whole
        except UsageError:
            told = True
        found += told
        if not told:
            with sqlite3.connect(copy) as connection:
                assert connection.execute("SELECT * FROM book_entries").fetchall() == rows, place
                assert connection.execute("SELECT * FROM book_heads").fetchall() == heads, place
            connection.close()
        copy.unlink()
    assert found > 30


def test_an_export_proves_itself_and_shows_nothing_of_another_site(kept: Book, tmp_path: Path) -> None:
    head = kept.head()
    folder = tmp_path / "first"
    write_new_folder(folder, export_files(kept, "first"))
    found = verify_export(folder, former=[head])
    assert found.faults == ()
    assert "second" not in (folder / "book" / "entries.jsonl").read_text()
    for name, content in site_files_in(kept, "first").items():
        assert (folder / name).read_bytes() == content
    assert not sw.check(folder).problems.height


@pytest.mark.parametrize("name", ["counts.csv", "book/entries.jsonl", "book/heads.jsonl", "book/export.json"])
def test_an_export_that_was_changed_is_told(kept: Book, tmp_path: Path, name: str) -> None:
    files = export_files(kept, "first")
    content = files[name]
    place = len(content) // 2
    other = b"8" if content[place : place + 1] == b"9" else b"9"
    write_new_folder(tmp_path / "x", {**files, name: content[:place] + other + content[place + 1 :]})
    assert not verify_export(tmp_path / "x").whole
    write_new_folder(tmp_path / "y", {**files, name: b""})
    assert not verify_export(tmp_path / "y").whole


def test_a_file_of_which_the_log_knows_nothing_is_told(kept: Book, tmp_path: Path) -> None:
    write_new_folder(tmp_path / "x", {**export_files(kept, "first"), "incidents.csv": b"incident\n"})
    assert any("knows nothing of this file" in fault for fault in verify_export(tmp_path / "x").faults)


def test_commands_of_the_book(kept: Book, tmp_path: Path) -> None:
    address, run = address_of(kept), CliRunner()
    head = run.invoke(main, ["book", "head", address], standalone_mode=False)
    (tmp_path / "head.txt").write_text(head.stdout, encoding="utf-8")
    key = head.stderr.removeprefix("key: ").strip()
    verify = ["book", "verify", address, "--key", key, "--head", str(tmp_path / "head.txt")]
    done = run.invoke(main, verify)
    assert done.exit_code == 0
    assert "north-works: whole:" in done.stdout
    assert "and begins with the 1 kept" in done.stdout
    folder = tmp_path / "out"
    assert run.invoke(main, ["book", "export", address, "--site", "first", "--into", str(folder)]).exit_code == 0
    assert run.invoke(main, ["book", "verify", str(folder)]).exit_code == 0
    assert (
        "there is something already"
        in run.invoke(main, ["book", "export", address, "--site", "first", "--into", str(folder)]).stderr
    )
    join = "&" if "?" in address else "?"
    from_book = run.invoke(main, ["check", f"{address}{join}site=first"])
    assert from_book.stdout == run.invoke(main, ["check", str(FIRST_SITE)]).stdout
    assert "it has first, second" in run.invoke(main, ["check", address]).stderr
    (folder / "counts.csv").write_text("")
    changed_since = run.invoke(main, ["book", "verify", str(folder)])
    assert changed_since.exit_code == 1
    assert "it was changed after the export" in changed_since.stdout


def test_a_folder_that_is_no_export_is_told() -> None:
    with pytest.raises(UsageError, match="this is no export of a book"):
        verify_export(FIRST_SITE)


def test_a_site_is_read_from_a_book_as_of_a_day(tmp_path: Path, signer: HeadSigner) -> None:
    folder = tmp_path / "first"
    shutil.copytree(FIRST_SITE, folder)
    with Book.create(f"sqlite:///{tmp_path}/b.sqlite", recorder_of(signer)) as book:
        entered(book, folder)
    address = f"sqlite:///{tmp_path}/b.sqlite"
    pages = []
    for place in (address, folder):
        sw.review(place).to_json(tmp_path / "review.json")
        lines = (tmp_path / "review.json").read_text(encoding="utf-8").splitlines()
        pages.append([line for line in lines if not line.startswith('"generated"')])
    assert pages[0] == pages[1]
    assert len(pages[0]) > 10
    with pytest.raises(sw.StockwardError, match="no settings of first were approved by 2020-01-0"):
        sw.read_site(address, as_of="2020-01-01")
    with pytest.raises(UsageError, match="a folder has no past of its own"):
        sw.read_site(folder, as_of="2020-01-01")
