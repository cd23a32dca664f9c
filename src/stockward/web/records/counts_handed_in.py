"""Counts handed in: certified, kept, and what was counted whole submitted, with everybody who had a hand in it."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stockward import counting
from stockward.answers.counting import CountCertificate, CountingDraw
from stockward.counting.sheets.filled import Filled
from stockward.questions.concluded import certificate_concluded
from stockward.report.counting.certificate import write_certificate_html, write_certificate_json
from stockward.terms.counting import Task
from stockward.terms.errors import UsageError
from stockward.terms.spreadsheet_text import csv_text, no_formula
from stockward.version import VERSION
from stockward.web.models import CountedLine, SealedCount
from stockward.web.records.counts import SHEET_FILE, draw_of, read_sheet, sheet_with
from stockward.web.records.entering.reading import Brought, read_upload
from stockward.web.records.hands_in_counts import hands_of, hands_said
from stockward.web.records.the_book import the_book


@dataclass(frozen=True, slots=True)
class HandedInCount:
    """What a count is handed in with: who counted, who watched, when it ended, and a file where one was filled in."""

    counter: str
    witness: str
    counted_at: str
    file: tuple[str, bytes] | None


def hand_in_count(count: SealedCount, account: Any, said: HandedInCount) -> SealedCount:
    """Certify a count, keep the certificate, and submit what was counted whole, for somebody else to approve.

    Raises in the words of the command line where the sheet, the names or the moment are refused.
    """
    draw = draw_of(count)
    typed = {one.line: (one.quantity, one.remark) for one in CountedLine.objects.filter(count=count)}
    name, content = said.file or (SHEET_FILE, sheet_with(draw, typed))
    filled = read_sheet(draw, name, content)
    if said.file is not None:
        _require_as_typed(draw, filled, typed)
    now = timezone.now()
    moment = counting.counted_moment(said.counted_at, draw.plan.timezone, now=now)
    certificate = counting.certify(
        draw, filled, counter=said.counter, witness=said.witness, counted_at=moment, drawn_at=count.drawn
    )
    page = write_certificate_html(certificate, version=VERSION, at=now).encode()
    document = write_certificate_json(certificate, version=VERSION, at=now).encode()
    rows = counts_of(certificate)
    with transaction.atomic():
        held = SealedCount.objects.select_for_update().get(pk=count.pk)
        if held.handed_in is not None:
            raise UsageError(_("This count was handed in: nothing is changed any more."))
        hands = hands_of(held, draw, said.counter)
        about = {"count": count.key, "draw": draw.id, "sheet": filled.sha256,
                 "certificate": hashlib.sha256(page).hexdigest(), "hands": hands_said(hands)}  # fmt: skip
        SealedCount.objects.filter(pk=count.pk).update(
            handed_in=now, handed_in_by=account, sheet_name=name, sheet=content, page=page, document=document,
            conclusion=int(certificate_concluded(certificate)),
            submission=_submitted(count, account, rows, draw.id, hands) if rows else None,
        )  # fmt: skip
        the_book().record("count handed in", account.key, site=count.site.key, about=about)
    return SealedCount.objects.select_related("site").get(pk=count.pk)


def _require_as_typed(draw: CountingDraw, filled: Filled, typed: Mapping[str, tuple[str, str]]) -> None:
    """Raise ``UsageError`` where a file says otherwise than what was typed on the pages: nobody can choose for both."""
    on_pages = read_sheet(draw, SHEET_FILE, sheet_with(draw, typed))
    for line, brought, written in zip(draw.lines, filled.quantities, on_pages.quantities, strict=True):
        if written is not None and brought != written:
            where = {"sheet": line.sheet, "line": line.line}
            said = _("sheet %(sheet)d line %(line)d: the file says otherwise than what was typed there")
            raise UsageError(f"{said % where}: {_('correct the one that is wrong')}")


_COLUMNS = ("inventory", "at", "area", "material", "quantity", "unit", "counted_by")


def counts_of(certificate: CountCertificate) -> str:
    """The table of counts that follows from a certificate, as CSV; empty where nothing was counted whole.

    A sample says what can be excluded, and not how much is there: only a material of which each unit was counted, or
    that was weighed whole, is a count of the books.
    """
    plan, rows = certificate.draw.plan, []
    for stratum in plan.strata:
        task = Task.WEIGH if stratum.kind == "bulk" else Task.COUNT
        own = [one.quantity for one in certificate.lines if one.line.stratum == stratum.id and one.line.task is task]
        found = [quantity for quantity in own if quantity is not None]
        if len(found) < (1 if stratum.kind == "bulk" else stratum.units) or not found:
            continue
        quantity = repr(sum(found)).removesuffix(".0").replace(".", plan.decimal)
        at = certificate.counted_at.isoformat()
        unit = stratum.unit if stratum.kind == "bulk" else ""
        rows.append((certificate.draw.id, at, stratum.area, stratum.material, quantity, unit, certificate.counter))
    return csv_text([_COLUMNS, *rows], no_formula) if rows else ""


def _submitted(count: SealedCount, account: Any, rows: str, draw: str, hands: Mapping[str, Any]) -> int:
    """Hand in the rows; whoever typed a line of the count cannot decide on them, nor who hands them in."""
    note = f"count {draw}"
    read = read_upload(Brought([("counts.csv", rows.encode())]), count.site.key, {"stock"}, note)
    once = f"{account.key}-{count.key}-{hashlib.sha256(rows.encode()).hexdigest()[:16]}"
    return the_book().submit(count.site.key, account.key, replace(read.changes, hands=hands), once=once)
