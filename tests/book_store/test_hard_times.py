"""The disk full, the database gone, the clock set back, the time zone changed: one line, and nothing is lost."""

from __future__ import annotations

import dataclasses
import subprocess
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from tests.book_store.conftest import recorder_of
from tests.book_store.test_records import FIRST_SITE, address_of, entered

from stockward.book.store.facts import site_from_book
from stockward.book.store.handed_in import HandedIn
from stockward.book.store.proof import verify_database
from stockward.book.store.records import Book, Recorder
from stockward.book.store.tree_heads import HeadSigner
from stockward.terms.errors import BookError, UsageError


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    folder = tmp_path / "disk"
    folder.mkdir()
    try:
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", folder], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def test_a_full_disk_is_one_line_and_nothing_is_lost(small_disk: Path, signer: HeadSigner) -> None:
    url = f"sqlite:///{small_disk}/b.sqlite"
    with Book.create(url, recorder_of(signer)) as book:
        answered = []
        with pytest.raises(BookError, match="the disk is full, and nothing was entered: make room") as told:
            answered.extend(book.record("looked in", "clerk", once=f"{number}") for number in range(10_000))
        assert "\n" not in str(told.value)
        assert len(answered) > 50
        found = verify_database(url)
        assert (found.faults, found.size) == ((), len(answered) + 1)
        subprocess.run(["mount", "-o", "remount,size=2m", small_disk], check=True)
        # Asked again with its own key, as its sender does: it is entered now, and once.
        again = [book.record("looked in", "clerk", once=f"{len(answered)}") for _ in range(2)]
        assert again == [len(answered) + 1] * 2
    assert verify_database(url).faults == ()


def test_a_file_that_was_moved_away_is_told_and_found_again(tmp_path: Path, signer: HeadSigner) -> None:
    path = tmp_path / "b.sqlite"
    with Book.create(f"sqlite:///{path}", recorder_of(signer)) as book:
        entered(book)
        size = verify_database(address_of(book)).size
        path.rename(tmp_path / "elsewhere")
        for _ in range(2):
            with pytest.raises(BookError, match="the file is not there: nothing was entered; put it back"):
                book.record("looked in", "clerk")
        assert [file.name for file in tmp_path.iterdir()] == ["elsewhere"]
        (tmp_path / "elsewhere").rename(path)
        assert book.record("looked in", "clerk") == size
        assert verify_database(address_of(book)).faults == ()


def test_connections_that_postgresql_cut_are_one_line_and_then_made_anew(
    server: str | None, new_url: Callable[[], str], signer: HeadSigner
) -> None:
    url = new_url()
    if server is None or url.startswith("sqlite"):
        pytest.skip("it is of PostgreSQL")
    with Book.create(url, recorder_of(signer)) as book:
        entered(book)
        cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
        with pytest.raises(BookError) as told, book.database.writing() as connection:
            with psycopg.connect(url, autocommit=True) as other:
                other.execute(cut, (other.info.backend_pid,))
            connection.exec_driver_sql("SELECT 1")
        assert "see what was entered before you enter it again" in str(told.value)
        assert "\n" not in str(told.value)
        assert book.record("looked in", "clerk") > 1
        assert verify_database(address_of(book)).faults == ()


def test_entries_keep_their_order_while_the_clock_goes_back(new_url: Callable[[], str], signer: HeadSigner) -> None:
    """Back by less than clocks differ, entries take the time of the last; by more, it is told until it is set."""
    clock = [datetime(2026, 6, 30, 12, tzinfo=UTC)]
    with Book.create(new_url(), Recorder(signer, lambda: clock[0])) as book:
        submission = book.submit("first", "clerk", HandedIn.of_folder(FIRST_SITE))
        clock[0] -= timedelta(seconds=1.5)
        assert book.record("looked in", "clerk") > submission
        clock[0] -= timedelta(hours=1)
        for _ in range(2):
            with pytest.raises(BookError, match="set the clock, and enter it again"):
                book.approve(submission, "officer")
        clock[0] += timedelta(hours=1, seconds=2)
        assert book.approve(submission, "officer") > submission
        assert verify_database(address_of(book)).faults == ()
        with book.database.reading() as connection:
            times = connection.exec_driver_sql('SELECT "at" FROM book_entries ORDER BY number').scalars().all()
        assert list(times) == sorted(times)


def in_zone(zone: str, note: str) -> HandedIn:
    """The settings of the first site in another time zone."""
    settings = (FIRST_SITE / "site.toml").read_text(encoding="utf-8")
    (line,) = [line for line in settings.splitlines() if line.startswith("timezone")]
    return HandedIn(settings=settings.replace(line, f'timezone = "{zone}"'), note=note)


def test_another_time_zone_says_how_many_rows_it_moves(book: Book) -> None:
    """Times without an offset are in the zone of the site [site format]: they move with it, knowingly."""
    whole = HandedIn.of_folder(FIRST_SITE)
    entered(book)
    before = site_from_book(book, "first")
    rows = sum(before.tables[name].height for name in ("movements", "counts"))
    with pytest.raises(UsageError, match=f"which moves {rows} rows whose times have no offset") as told:
        book.submit("first", "clerk", in_zone("Pacific/Auckland", " "))
    assert "say in the note why that is right" in str(told.value)
    submission = book.submit("first", "clerk", in_zone("Pacific/Auckland", "it was wrong from the beginning"))
    assert site_from_book(book, "first").tables["counts"].equals(before.tables["counts"])
    with book.database.reading() as connection:
        entry = connection.exec_driver_sql(f"SELECT entry FROM book_entries WHERE number = {submission}").scalar_one()
    assert f'"time_zone":{{"from":"{before.settings.site.timezone}","rows":{rows},"to":"Pacific/Auckland"}}' in entry
    book.approve(submission, "officer")
    after = site_from_book(book, "first")
    assert not after.tables["counts"].equals(before.tables["counts"])
    assert verify_database(address_of(book)).faults == ()
    # Settings in the same zone, and those of a site in which nothing stands yet, need no note.
    assert book.submit("first", "clerk", in_zone("Pacific/Auckland", ""))
    assert book.submit("second", "clerk", dataclasses.replace(whole, note=""))
