"""Uploads of the site of the manual, and what is handed in of them."""

from __future__ import annotations

import re
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from stockward.web.models import UploadDraft

FIRST_SITE = Path(__file__).parents[2] / "docs" / "first_site"


def files_of_first_site(**instead: str) -> list[SimpleUploadedFile]:
    """The files of the site of the manual, some of them with other texts."""
    names = sorted(path.name for path in FIRST_SITE.iterdir() if path.suffix in (".csv", ".toml"))
    texts = {name: (FIRST_SITE / name).read_text(encoding="utf-8") for name in names}
    texts |= {f"{name}.csv": text for name, text in instead.items()}
    return [SimpleUploadedFile(name, text.encode()) for name, text in texts.items()]


def upload(browser: Client, files: list[SimpleUploadedFile], site: str = "ridgeway") -> UploadDraft:
    answer = browser.post(f"/sites/{site}/drafts/new/", {"files": files})
    assert answer.status_code == 302, answer.context and answer.context["faults"]
    return UploadDraft.objects.get(key=answer.headers["Location"].rstrip("/").split("/")[-1])


def hand_in(browser: Client, files: list[SimpleUploadedFile], **more: str) -> int:
    draft = upload(browser, files)
    answer = browser.post(f"/sites/ridgeway/drafts/{draft.key}/submit/", more)
    found = re.search(r"/submissions/(\d+)/", answer.headers["Location"])
    assert found, draft.reading
    return int(found[1])
