"""A small works with guards alone in the book, and a roster of it that was asked for on the pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import hand_in

import sites
from stockward.web.models import RosterRun

RULES = "max_hours_per_week = 48\nmin_rest_hours = 11\nmax_consecutive_shifts = 6\n"
SETTINGS = sites.settings(
    "Small works", timezone="Europe/Berlin", more=f"[force]\nshift_hours = 8\n[work_rules]\n{RULES}"
)
PEOPLE = [
    {"person": f"G-{place:02d}", "role": "guard", "hours_per_week": 40, "affiliation": "ministry"}
    for place in range(1, 6)
]
POSTS = [
    {"post": "gate", "kind": "gate", "guards": 1, "start": "00:00", "end": "24:00", "days": "daily", "name": "Gate"}
]
ASKED = {"start": "2027-07-05", "weeks": "1", "seconds": "60", "rounds": "60"}


def file(name: str, text: str) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, text.encode())


def tables_in_force(clerk: Any, manager: Any, officer: Any, **tables: Any) -> None:
    """Enter the settings, then people and posts, or these tables instead, and approve them."""
    brought = {"people": PEOPLE, "posts": POSTS, **tables}
    number = hand_in(clerk, [file("site.toml", SETTINGS)])
    officer.post(f"/sites/ridgeway/submissions/{number}/approve/")
    number = hand_in(manager, [file(f"{name}.csv", sites.text_of(rows)) for name, rows in brought.items()])
    officer.post(f"/sites/ridgeway/submissions/{number}/approve/")


def asked_roster(manager: Any, **asked: str) -> RosterRun:
    """Ask for a roster; the run that came of it."""
    answer = manager.post("/sites/ridgeway/rosters/new/", {**ASKED, **asked})
    assert answer.status_code == 302, answer.context["form"].errors
    return RosterRun.objects.get(key=answer.headers["Location"].rstrip("/").split("/")[-1])


def folder_of_the_book(folder: Path) -> Path:
    """The site as an export writes it."""
    from stockward.web.records.the_book import standing_files

    folder.mkdir()
    for name, content in standing_files("ridgeway").items():
        (folder / name).write_bytes(content)
    return folder
