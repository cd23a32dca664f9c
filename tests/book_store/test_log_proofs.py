"""Proofs out of the log: made from a book or an export, checked with the key alone, and nothing else passes for one."""

from __future__ import annotations

import base64
import hashlib
import random
import sqlite3
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.book_store.conftest import recorder_of
from tests.book_store.test_proof import changed
from tests.book_store.test_records import address_of, entered

from stockward.book.store.exporting import export_files
from stockward.book.store.proof import verify_database
from stockward.book.store.proving.log_proofs import check_proof
from stockward.book.store.proving.logs import BookLog
from stockward.book.store.records import Book
from stockward.book.store.tree_heads import HeadSigner, read_note
from stockward.cli.group import main
from stockward.outputs import write_new_folder
from stockward.terms.errors import BookError, StockwardError, UsageError


def test_every_entry_is_proved_under_the_last_head_and_one_that_was_kept(book: Book, signer: HeadSigner) -> None:
    entered(book)
    former = book.head()
    entered(book, site="second")
    size, old = (signer.key.checked(note).size for note in (book.head(), former))
    for number in range(size):
        log = BookLog.of_database(address_of(book), number)
        checked = check_proof(log.proof_of_entry(number).text, signer.key.text)
        assert checked.faults == ()
        assert f"entry {number} stands under the head over {size} entries" in checked.said
        if number < old:
            proof = log.proof_of_entry(number, former).text
            assert check_proof(proof, signer.key.text, [former]).faults == ()
        else:
            with pytest.raises(UsageError, match=f"over the entries 0 to {old - 1}"):
                log.proof_of_entry(number, former)


def test_a_proof_is_what_the_standard_says(book: Book, signer: HeadSigner) -> None:
    """Entry 1 of the first three is checked by hand: two hashes lead to the root that is signed."""
    entered(book)
    first = entered(book, site="second")
    book.record("looked in", "clerk")
    proof = BookLog.of_database(address_of(book), 1).proof_of_entry(1)
    lines = proof.text.split("\n")
    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[2] == "index 1"
    assert first > 1
    found, place, size = hashlib.sha256(b"\0" + base64.b64decode(lines[1].removeprefix("extra "))).digest(), 1, None
    blank = lines.index("")
    size, root = int(lines[blank + 2]), base64.b64decode(lines[blank + 3])
    last = size - 1
    for step in map(base64.b64decode, lines[3:blank]):
        if place & 1 or place == last:
            found = hashlib.sha256(b"\1" + step + found).digest()
            while place and not place & 1:
                place, last = place >> 1, last >> 1
        else:
            found = hashlib.sha256(b"\1" + found + step).digest()
        place, last = place >> 1, last >> 1
    assert found == root


def test_growth_is_proved_from_every_head_to_every_later_one(book: Book, signer: HeadSigner) -> None:
    heads = [book.head()]
    for number in range(9):
        book.record(f"event {number}", "clerk")
        heads.append(book.head())
    log = BookLog.of_database(address_of(book))
    for before, since in enumerate(heads):
        for under in heads[before:]:
            proof = log.proof_of_growth(since, under).text
            assert check_proof(proof, signer.key.text, [since]).faults == ()
            assert check_proof(proof, signer.key.text, [since, under]).faults == ()
        for under in heads[:before]:
            with pytest.raises(UsageError, match="change them over"):
                log.proof_of_growth(since, under)
    with pytest.raises(UsageError, match="give that one with --head"):
        check_proof(log.proof_of_growth(heads[3]).text, signer.key.text, [heads[9]])
    with pytest.raises(UsageError, match="says nothing of a head over 2 entries"):
        check_proof(log.proof_of_growth(heads[3]).text, signer.key.text, [heads[3], heads[1]])


def test_an_export_proves_its_own_entries_and_hides_others(book: Book, signer: HeadSigner, tmp_path: Path) -> None:
    entered(book)
    former = book.head()
    other = entered(book, site="second")
    write_new_folder(tmp_path / "out", export_files(book, "first"))
    log = BookLog.of_export(tmp_path / "out", 1)
    assert log.proof_of_entry(1) == BookLog.of_database(address_of(book), 1).proof_of_entry(1)
    assert check_proof(log.proof_of_growth(former).text, signer.key.text, [former]).faults == ()
    with pytest.raises(UsageError, match="has its hash alone"):
        BookLog.of_export(tmp_path / "out", other).proof_of_entry(other)


def test_nothing_else_passes_for_a_proof(book: Book, signer: HeadSigner) -> None:
    """One sign of each proof is another: it is told, whichever it is."""
    entered(book)
    former = book.head()
    entered(book, site="second")
    entry = BookLog.of_database(address_of(book), 3).proof_of_entry(3).text
    growth = BookLog.of_database(address_of(book)).proof_of_growth(former).text
    drawn = random.Random(4)
    for text, kept in ((entry, []), (growth, [former])):
        assert check_proof(text, signer.key.text, kept).faults == ()
        for place in range(len(text)):
            other = drawn.choice([sign for sign in "aZ9+/=\n 1" if sign != text[place]])
            try:
                faults = check_proof(text[:place] + other + text[place + 1 :], signer.key.text, kept).faults
            except UsageError:
                continue
            assert faults, (place, other)


def test_a_proof_needs_the_key_of_its_book(book: Book, signer: HeadSigner) -> None:
    entered(book)
    proof = BookLog.of_database(address_of(book), 2).proof_of_entry(2).text
    other = HeadSigner.made("north-works").key.text
    assert "of another book, or forged" in check_proof(proof, other).faults[0]
    with pytest.raises(UsageError, match="give --key"):
        check_proof(proof, None)
    with pytest.raises(UsageError, match="--key"):
        check_proof(proof, "north-works")


def test_a_book_that_was_forked_is_told(tmp_path: Path, signer: HeadSigner) -> None:
    """Whoever owns the key writes two books that begin alike: two heads over as many entries give it away."""
    books = []
    for name in ("a", "b"):
        with Book.create(f"sqlite:///{tmp_path}/{name}.sqlite", recorder_of(signer)) as book:
            book.record(name, "clerk")
            books.append((address_of(book), book.head()))
    (one, _), (_, head) = books
    proof = BookLog.of_database(one, 1).proof_of_entry(1).text
    assert "the book was forked" in check_proof(proof, signer.key.text, [head]).faults[0]
    with pytest.raises(BookError, match="not those of its heads"):
        BookLog.of_database(one, 1).proof_of_entry(1, head)


def test_a_copy_older_than_a_head_is_told_with_the_mend(tmp_path: Path, signer: HeadSigner) -> None:
    """A backup is put back: shorter than the head that was published; then it is written on."""
    url, copy = f"sqlite:///{tmp_path}/a.sqlite", tmp_path / "backup.sqlite"
    with Book.create(url, recorder_of(signer)) as book:
        entered(book)
        with sqlite3.connect(tmp_path / "a.sqlite") as kept, sqlite3.connect(copy) as backup:
            kept.backup(backup)
        entered(book, site="second")
        published = book.head()
    address = f"sqlite:///{copy}"
    assert verify_database(address).whole
    mend = "put back a copy made after that head, before anything is entered"
    (fault,) = verify_database(address, former=[published]).faults
    assert mend in fault
    with pytest.raises(BookError, match=mend):
        BookLog.of_database(address).proof_of_growth(published)
    with Book.open(address, recorder_of(signer)) as book:
        entered(book, site="third")
        entered(book, site="fourth")
    (fault,) = verify_database(address, former=[published]).faults
    assert "a copy from before was put back and written on" in fault


def test_a_log_that_was_changed_proves_nothing(book: Book) -> None:
    entered(book)
    changed(book, "UPDATE book_entries SET entry = REPLACE(entry, 'clerk', 'chief') WHERE number = 3")
    with pytest.raises(BookError, match="see what was changed"):
        BookLog.of_database(address_of(book), 3).proof_of_entry(3)
    changed(book, "UPDATE book_entries SET leaf = (SELECT leaf FROM book_entries WHERE number = 5) WHERE number = 4")
    with pytest.raises(BookError, match="see what was changed"):
        BookLog.of_database(address_of(book), 5).proof_of_entry(5)


def test_the_commands_print_and_check(book: Book, signer: HeadSigner, tmp_path: Path) -> None:
    entered(book)
    run, address, key = CliRunner(), address_of(book), ["--key", signer.key.text]
    head, proof = tmp_path / "head.txt", tmp_path / "proof.txt"
    # As an editor of Windows keeps what was copied into it.
    head.write_bytes(book.head().replace("\n", "\r\n").encode() + b"\r\n\r\n")
    entered(book, site="second")
    proof.write_text(run.invoke(main, ["book", "proof", address, "--since", str(head)]).stdout, encoding="utf-8")
    done = run.invoke(main, ["book", "verify", str(proof), "--head", str(head), *key])
    assert (done.exit_code, done.stdout.count("\n")) == (0, 1)
    proof.write_text(run.invoke(main, ["book", "proof", address, "--entry", "3"]).stdout, encoding="utf-8")
    assert run.invoke(main, ["book", "verify", str(proof), *key]).exit_code == 0
    proof.write_text(proof.read_text(encoding="utf-8").replace("index 3", "index 4"), encoding="utf-8")
    wrong = run.invoke(main, ["book", "verify", str(proof), *key])
    assert (wrong.exit_code, "it does not stand so" in wrong.stdout) == (1, True)
    for words in (["--entry", "3", "--since", str(head)], [], ["--entry", "4000"], ["--since", str(proof)]):
        refused = run.invoke(main, ["book", "proof", address, *words])
        assert (refused.exit_code, refused.stderr.count("\n")) == (2, 1), words
    head.write_bytes(book.head().encode("utf-16"))
    with pytest.raises(UsageError, match="no text of UTF-8"):
        read_note(head)
    with pytest.raises(StockwardError, match="no export of a book"):
        BookLog.of_export(tmp_path)
