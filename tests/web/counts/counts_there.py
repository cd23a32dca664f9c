"""The books of the manual's first count, and a count of them that was sealed and drawn on the pages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from tests.web.handing_in import hand_in

from stockward.web.models import SealedCount
from stockward.web.pages.counts.asking import local_moment
from stockward.web.records.counts import draw_of, sheet_with

BOOKS = Path(__file__).parents[3] / "docs" / "first_count"
SEED = "07 12 23 31 40 44"
PLAN = {"items": "box=3", "seed": "public", "source": "the lottery numbers of 1 February 2026", "seal": "1"}
ROLES = ("clerk", "officer", "inspector")


def people_of_a_count(come_in: Callable[..., Any]) -> dict[str, Any]:
    """A clerk, an officer and an inspector, with the books in force."""
    people = {role: come_in(role, ridgeway=role) for role in ROLES}
    files = [SimpleUploadedFile(path.name, path.read_bytes()) for path in sorted(BOOKS.iterdir())]
    number = hand_in(people["clerk"], [file for file in files if file.name.endswith((".csv", ".toml"))])
    people["officer"].post(f"/sites/ridgeway/submissions/{number}/approve/")
    return people


def sealed_count(inspector: Any, **asked: str) -> SealedCount:
    answer = inspector.post("/sites/ridgeway/counts/new/", {**PLAN, **asked})
    assert answer.status_code == 302, answer.context["form"].errors
    return SealedCount.objects.get(key=answer.headers["Location"].rstrip("/").split("/")[-1])


def drawn_count(inspector: Any, *, seed: str = SEED, **asked: str) -> SealedCount:
    count = sealed_count(inspector, **asked)
    inspector.post(f"{where(count)}draw/", {"seed": seed})
    return SealedCount.objects.get(pk=count.pk)


def where(count: SealedCount) -> str:
    return f"/sites/ridgeway/counts/{count.key}/"


def all_there(count: SealedCount) -> dict[str, str]:
    """What is typed where nothing is missing: by the name of each field of all sheets."""
    return {f"quantity-{line.key}": "1" for line in draw_of(count).lines}


def fill_in(counter: Any, count: SealedCount, **instead: str) -> None:
    """Fill in every sheet."""
    typed = {**all_there(count), **instead}
    for sheet in sorted({line.sheet for line in draw_of(count).lines}):
        assert counter.post(f"{where(count)}sheets/{sheet}/", typed).status_code == 302


def names(moment: str | None = None) -> dict[str, str]:
    return {"counter": "K-1", "witness": "K-2", "counted_at": moment or local_moment("UTC")}


def filled(count: SealedCount, quantity: str = "1") -> bytes:
    """A filled sheet as somebody would write it on a PC."""
    draw = draw_of(count)
    return sheet_with(draw, {line.key: (quantity, "") for line in draw.lines})


def count_beside_the_book(site: Any, inspector: Any, certificate: bytes) -> SealedCount:
    """A count of the manual's books, drawn and with a certificate, whatever stands in the book of the server."""
    from datetime import UTC, datetime

    from stockward import counting
    from stockward.book import read_site
    from stockward.web.records.the_book import the_book

    facts = read_site(BOOKS)
    plan = counting.committed(
        counting.make_plan(facts, counting.parse_asked(facts, items=["box=3"])), seed_source=PLAN["source"]
    )
    count = SealedCount(site=site, account=inspector, plan=counting.plan_text(plan), seed=SEED, page=certificate)
    count.draw, count.drawn = counting.draw_units(plan, SEED).id, datetime(2026, 2, 1, tzinfo=UTC)
    about = {"count": count.key, "commitment": counting.plan_digest(plan)}
    count.sealing = the_book().record("count plan sealed", inspector.key, site=site.key, about=about)
    count.save()
    return count


def filled_workbook(blank: bytes, quantity: int = 1) -> bytes:
    """The workbook of a draw with a quantity in every line, as a spreadsheet program saves it."""
    import io

    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(blank))
    sheet = book["count_sheet"]
    header = next(row for row in sheet.iter_rows() if any(cell.value == "quantity" for cell in row))
    column = next(cell.column for cell in header if cell.value == "quantity")
    for row in range(header[0].row + 1, sheet.max_row + 1):
        sheet.cell(row, column).value = quantity
    saved = io.BytesIO()
    book.save(saved)
    return saved.getvalue()
