"""Whatever is uploaded or typed into an address: one line in answer, no fault of the server, nothing entered."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import FIRST_SITE, files_of_first_site, upload
from xlsxwriter import Workbook

from stockward.web.models import UploadDraft
from stockward.web.records.entering import uploads
from stockward.web.records.lists import entries_of

pytestmark = pytest.mark.usefixtures("new_book")
TOML = (FIRST_SITE / "site.toml").read_bytes()
MOVEMENTS = (FIRST_SITE / "movements.csv").read_bytes()


def _bomb() -> bytes:
    """A workbook of 20 MB of blanks in a few kB."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("[Content_Types].xml", "<Types/>")
        parts.writestr("xl/workbook.xml", "<workbook/>")
        parts.writestr("xl/worksheets/sheet1.xml", b" " * 20_000_000)
    return made.getvalue()


BAD = {
    "nothing": {"site.toml": b""},
    "one table": {"site.toml": TOML, "movements.csv": MOVEMENTS},
    "no text": {"site.toml": b"\xff\xfe\x00\x01"},
    "bytes": {"site.toml": TOML, "movements.csv": bytes(range(256)) * 40},
    "NUL": {"site.toml": TOML, "movements.csv": MOVEMENTS.replace(b",", b",\x00", 5)},
    "torn": {"site.toml": TOML, "movements.csv": MOVEMENTS[:-9] + b'"open'},
    "no header": {"site.toml": TOML, "movements.csv": b"\n".join(MOVEMENTS.splitlines()[1:])},
    "one long line": {"site.toml": TOML, "movements.csv": b"a" * 3_000_000},
    "many columns": {"site.toml": TOML, "movements.csv": b"," * 200_000},
    "a bomb": {"site.toml": TOML, "site.xlsx": _bomb()},
    "no workbook": {"site.toml": TOML, "site.xlsx": b"PK\x03\x04 and nothing"},
    "a picture": {"site.toml": TOML, "site.xlsx": b"\x89PNG\r\n\x1a\n" + bytes(500)},
    "no parquet": {"site.toml": TOML, "movements.parquet": b"PAR1" + bytes(100) + b"PAR1"},
    "two of a table": {"site.toml": TOML, "movements.csv": MOVEMENTS, "movement.csv": MOVEMENTS},
    "markup": {"site.toml": TOML, "movements.csv": MOVEMENTS.replace(b"TNT", b"<script>alert(1)</script>")},
    "formula": {"site.toml": TOML, "movements.csv": MOVEMENTS.replace(b"TNT", b"=HYPERLINK(1)")},
    "odd signs": {"site.toml": TOML, "movements.csv": MOVEMENTS.replace(b"TNT", "\u202eTNT\ufffe".encode())},
    "settings that are code": {"site.toml": b"format = 1\n[site]\nname = '''" + b"x" * 100_000 + b"'''\n"},
    "deep settings": {"site.toml": b"a = " + b"[" * 3_000},
}


@pytest.mark.parametrize("case", sorted(BAD))
def test_bad_files_are_answered_in_one_line(case: str, come_in: Callable[..., Any]) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    files = [SimpleUploadedFile(name, content) for name, content in BAD[case].items()]
    answer = clerk.post("/sites/ridgeway/drafts/new/", {"files": files}, follow=True)
    assert answer.status_code in (200, 422)
    draft = UploadDraft.objects.get()
    assert draft.reading.get("fault") or draft.reading.get("count"), draft.reading
    assert "\n" not in draft.reading.get("fault", "") and "Traceback" not in answer.content.decode()
    assert "<script>alert" not in answer.content.decode()
    clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/")
    assert UploadDraft.objects.exists(), "what is wrong is not submitted unknowingly"


def test_a_struck_row_is_not_taken_in_without_a_word(come_in: Callable[..., Any], tmp_path: Path) -> None:
    made = tmp_path / "site.xlsx"
    book = Workbook(str(made))
    sheet, struck = book.add_worksheet("movements"), book.add_format({"font_strikeout": True})
    rows = list(csv.reader(MOVEMENTS.decode().splitlines()))
    for row, line in enumerate(rows):
        for column, text in enumerate(line):
            sheet.write(row, column, text, struck if row == 1 else None)
    book.close()
    kept = [file for file in files_of_first_site() if file.name != "movements.csv"]
    draft = upload(come_in("clerk", ridgeway="clerk"), [*kept, SimpleUploadedFile("site.xlsx", made.read_bytes())])
    assert "struck through" in str(draft.reading), draft.reading


@pytest.mark.parametrize("case", ["a bomb", "many columns"])
def test_a_clerk_is_not_told_to_set_what_only_the_server_has(
    case: str, come_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STOCKWARD_MAX_UNPACKED_MB", "1")
    draft = upload(
        come_in("clerk", ridgeway="clerk"), [SimpleUploadedFile(name, content) for name, content in BAD[case].items()]
    )
    assert "STOCKWARD_" not in draft.reading["fault"] and "environment" not in draft.reading["fault"]


NAMES = [
    "../../etc/passwd",
    "..\\..\\x.csv",
    "movements.exe",
    ".csv",
    "a" * 200 + ".csv",
    "x\x00.csv",
    "\u202e.csv",
    "/",
    "",
]


@pytest.mark.parametrize("name", NAMES)
def test_names_of_files_lead_nowhere(name: str, come_in: Callable[..., Any], settings: Any) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    before = sorted(path.name for path in settings.STOCKWARD_PLACE.folder.parent.iterdir())
    file = SimpleUploadedFile("x.csv", MOVEMENTS)
    file._name = name
    assert clerk.post("/sites/ridgeway/drafts/new/", {"files": [file]}).status_code in (302, 422)
    assert sorted(path.name for path in settings.STOCKWARD_PLACE.folder.parent.iterdir()) == before


def test_too_much_is_refused_before_it_is_read(come_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    monkeypatch.setattr(uploads, "MOST_BYTES", 100)
    answer = clerk.post("/sites/ridgeway/drafts/new/", {"files": files_of_first_site()})
    assert answer.status_code == 422 and "50 MB" in answer.content.decode()
    assert clerk.post("/sites/ridgeway/drafts/new/", {}).status_code == 422
    assert not UploadDraft.objects.exists()


def test_nothing_of_an_upload_stays_in_the_folder(come_in: Callable[..., Any], settings: Any) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    clerk.post("/sites/ridgeway/drafts/new/", {"files": files_of_first_site()})
    assert not [path for path in settings.STOCKWARD_PLACE.folder.iterdir() if path.is_dir()]
    assert entries_of("ridgeway", {"stock", "guards"}) == []


@pytest.mark.parametrize("number", ["0", "99999999999999999999999999", "-1", "1e3", "\u0661"])
def test_numbers_in_addresses(number: str, come_in: Callable[..., Any]) -> None:
    officer = come_in("officer", ridgeway="officer")
    assert officer.get(f"/sites/ridgeway/submissions/{number}/").status_code == 404
    assert officer.post(f"/sites/ridgeway/submissions/{number}/approve/").status_code == 404


def test_the_book_is_gone_and_back(come_in: Callable[..., Any], settings: Any) -> None:
    clerk = come_in("clerk", ridgeway="clerk")
    clerk.post("/sites/ridgeway/drafts/new/", {"files": files_of_first_site()})
    draft = UploadDraft.objects.get()
    book = settings.STOCKWARD_PLACE.folder / "book.sqlite"
    book.rename(book.with_suffix(".away"))
    book.mkdir()
    answer = clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/")
    assert answer.status_code in (422, 503) and UploadDraft.objects.exists()
    assert clerk.get("/").status_code == 503
    book.rmdir()
    book.with_suffix(".away").rename(book)
    assert "/submissions/" in clerk.post(f"/sites/ridgeway/drafts/{draft.key}/submit/").headers["Location"]


def test_settings_are_not_changed_by_who_keeps_guards_alone(come_in: Callable[..., Any]) -> None:
    manager = come_in("guards-manager", ridgeway="guards_manager")
    settings = (FIRST_SITE / "site.toml").read_text(encoding="utf-8").replace("0.05", "0.4")
    draft = upload(manager, [SimpleUploadedFile("site.toml", settings.encode())])
    assert "your role does not change the settings of a site" in draft.reading["fault"]
