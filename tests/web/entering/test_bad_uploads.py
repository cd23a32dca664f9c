"""Bad input of the reader and of the import, uploaded: no fault of the server, one line, and nothing lost."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.importing.harm.old_workbooks import book, contained
from tests.importing.messy import MESSY
from tests.importing.test_hostile_sheets import HOSTILE
from tests.web.handing_in import FIRST_SITE

from stockward.web.models import UploadDraft
from stockward.web.records.lists import entries_of

pytestmark = pytest.mark.usefixtures("new_book")
DAMAGE = Path(__file__).parents[2] / "damage"
TOML = (FIRST_SITE / "site.toml").read_bytes()
FAR = b"\xff\xfe" + "Datum\tMaterial\tZugang\r\n".encode("utf-16-le") + b"\x00\xd8\x00\xd8"
LEDGER = b"Date;Material;Store;Received;Issued\n2026-01-06;TNT;A;5;\n"


@pytest.fixture
def clerk(come_in: Callable[..., Any]) -> Any:
    return come_in("clerk", ridgeway="clerk")


def whatever_comes_is_answered(clerk: Any, files: Iterable[tuple[str, bytes]]) -> UploadDraft | None:
    """Upload files and open every page of the draft; returns it, or ``None`` where all of them were refused at once."""
    files = list(files)
    named = [SimpleUploadedFile(name, content) for name, content in files]
    answer = clerk.post("/sites/ridgeway/drafts/new/", {"files": named})
    if answer.status_code == 422:
        assert re.findall(r'class="errors" role="alert"><ul><li>[^\n]+</li></ul>', answer.content.decode())
        assert not UploadDraft.objects.exists()
        return None
    assert answer.status_code == 302
    draft = UploadDraft.objects.select_related("reading_of_foreign").get()
    kept = {one.name: bytes(one.content) for one in draft.files.all()}
    assert kept == dict(files), "nothing is lost"
    there = f"/sites/ridgeway/drafts/{draft.key}/"
    for ask in (
        lambda: clerk.get(there),
        lambda: clerk.get(f"{there}tables/movements/", follow=True),
        lambda: clerk.get(f"{there}tables/counts/", follow=True),
        lambda: clerk.post(f"{there}answer/", follow=True),
        lambda: clerk.post(f"{there}submit/", follow=True),
    ):
        answer = ask()
        assert answer.status_code in (200, 422)
        assert "Traceback" not in answer.content.decode() and "/reading-" not in answer.content.decode()
    assert "\n" not in draft.reading.get("fault", "") and str(DAMAGE) not in draft.reading.get("fault", "")
    return draft


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_a_hostile_sheet_is_refused_in_one_line(name: str, clerk: Any) -> None:
    draft = whatever_comes_is_answered(clerk, [("site.toml", TOML), ("hostile.ods", HOSTILE[name]())])
    assert draft is not None and draft.reading["fault"].startswith("hostile.ods")
    assert entries_of("ridgeway", {"stock", "guards"}) == []


@pytest.mark.parametrize("seeds", [range(first, first + 6) for first in range(0, 18, 6)])
def test_a_damaged_site_is_answered(seeds: range, clerk: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(DAMAGE)
    from trial import damaged_site

    for seed in seeds:
        folder = tmp_path / str(seed)
        damaged_site(seed, folder)
        paths = [path for path in sorted(folder.iterdir()) if path.is_file()]
        whatever_comes_is_answered(clerk, [(path.name, path.read_bytes()) for path in paths])
        UploadDraft.objects.all().delete()


@pytest.mark.parametrize("make", MESSY, ids=[make.__name__ for make in MESSY])
def test_a_book_as_people_keep_it_is_read(make: Callable[[Path], Any], clerk: Any, tmp_path: Path) -> None:
    files = [(path.name, path.read_bytes()) for path in make(tmp_path).files]
    draft = whatever_comes_is_answered(clerk, [("site.toml", TOML), *files])
    assert draft is not None
    came_to = draft.reading_of_foreign.came_to
    assert "fault" not in came_to and came_to["lines"]


@pytest.mark.parametrize("seed", range(6))
def test_an_old_workbook_that_was_cut_or_damaged(seed: int, clerk: Any) -> None:
    rows: list[list[Any]] = [["Date", "Material", "Store", "Type", "Qty"], ["2026-01-13", "TNT", "A", "Receipt", 100.0]]
    whole = bytearray(contained({"Workbook": book(8, {"Ledger": rows})}))
    rng = random.Random(seed)
    for _ in range(20):
        whole[rng.randrange(len(whole))] = rng.randrange(256)
    whatever_comes_is_answered(clerk, [("site.toml", TOML), ("old.xls", bytes(whole[: rng.randrange(1, len(whole))]))])


FILES = {
    "markup in a name": [("<img src=x onerror=alert(1)>.csv", LEDGER)],
    "markup in cells": [("a.csv", LEDGER.replace(b"TNT", b"<script>alert(1)</script>").replace(b"Store", b"<b>"))],
    "formulas": [("a.csv", LEDGER.replace(b"TNT", b"=cmd|' /C calc'!A0"))],
    "no text": [("a.csv", bytes(range(256)) * 30)],
    "half a sign": [("a.txt", FAR)],
    "NUL": [("a.csv", LEDGER.replace(b"TNT", b"T\x00NT"))],
    "nothing": [("a.csv", b""), ("b.ods", b""), ("c.parquet", b""), ("d.xlsx", b"")],
    "one long line": [("a.csv", b"a" * 2_000_000)],
    "many columns": [("a.csv", b";" * 100_000)],
    "a picture": [("a.xlsx", b"\x89PNG\r\n\x1a\n" + bytes(500))],
    "a cut archive": [("a.xlsx", b"PK\x03\x04 and nothing"), ("b.xlsm", b"PK\x05\x06")],
    "two of one name": [("a.csv", LEDGER), ("A.csv", LEDGER)],
    "an own mapping": [("import.toml", b"format = 1\n")],
    "another settings": [("Site.TOML", b"x")],
    "a code of 500 letters": [("a.csv", LEDGER.replace(b"TNT", b"T" * 60_000))],
}


@pytest.mark.parametrize("case", sorted(FILES))
def test_bad_files_of_other_programs(case: str, clerk: Any) -> None:
    named = {name.lower() for name, _content in FILES[case]}
    toml = [] if "site.toml" in named else [("site.toml", TOML)]
    whatever_comes_is_answered(clerk, [*toml, *FILES[case]])
    if UploadDraft.objects.exists():
        page = clerk.get(f"/sites/ridgeway/drafts/{UploadDraft.objects.get().key}/").content.decode()
        assert "<script>alert" not in page and "<img src=x" not in page and "<b>" not in page
