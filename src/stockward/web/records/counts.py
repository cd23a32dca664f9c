"""Counts out of the book: the plan and its seal, the draw, what is typed on blind sheets, and the certificate."""

from __future__ import annotations

import csv
import dataclasses
import io
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from stockward import counting
from stockward.answers.counting import CountingDraw, CountingPlan, SheetLine
from stockward.book import Site
from stockward.book.settings import SETTINGS
from stockward.book.store.deciding.overtaken import entry_numbered
from stockward.book.store.facts import moment_of_book
from stockward.counting.sheets.filled import Filled, sheet_words
from stockward.outputs import OutputTarget
from stockward.report.counting import rules as count_rules
from stockward.report.counting import sheet as count_sheet
from stockward.terms.counting import TASK_MEANING, Task
from stockward.terms.errors import SheetError, UsageError
from stockward.terms.signs import printable
from stockward.terms.spreadsheet_text import no_formula, unguarded_csv
from stockward.web.models import CountedLine, KnownSite, SealedCount
from stockward.web.records.entering.uploads import folder_of, said_without_folder
from stockward.web.records.hands_in_counts import saw_the_plan, typed_a_line
from stockward.web.records.the_book import recorded_site, standing_files, the_book

PLAN_FILE, SHEET_FILE = "plan.json", "sheets.csv"
LONGEST_QUANTITY, LONGEST_REMARK = 60, 400
_SEALED, _DRAWN = "count plan sealed", "count drawn"
_PLAIN_NUMBER = re.compile(r"-?[0-9][0-9 .,]*")
_HEADER_ROWS = 2
"""The first line of a sheet stands in this row of its file."""


@dataclass(frozen=True, slots=True)
class CountAsked:
    """What a plan is asked for, in the words of the command line: each a list of ``NAME=VALUE``."""

    as_of: date | None
    words: Mapping[str, list[str]]
    detection: float | None


def plan_for(site: str, asked: CountAsked) -> CountingPlan:
    """The plan, from the book as approved and known at the end of a day, or now. Raises as planning does."""
    return _planned(site, asked)[0]


def _planned(site: str, asked: CountAsked) -> tuple[CountingPlan, Site]:
    facts = _frozen_facts(site, asked.as_of)
    facts.require_filled()
    wanted = counting.parse_asked(facts, **asked.words, detection=asked.detection)
    return counting.make_plan(facts, wanted, as_of=asked.as_of), facts


def _frozen_facts(site: str, as_of: date | None) -> Site:
    """The facts as they were approved by the end of a day, or now. Raises ``UsageError`` where nothing was."""
    if SETTINGS not in standing_files(site):
        raise UsageError(f"{site}: nothing of it is approved yet: enter its tables, and have them approved")
    return recorded_site(site, None if as_of is None else moment_of_book(the_book(), site, as_of))


def seal_count(
    site: KnownSite, account: Any, asked: CountAsked, seeds: Mapping[str, str | None], once: str | None
) -> str:
    """Seal a plan; its commitment stands in the book from now on. Returns the key of the count.

    ``seeds`` may name ``seed_source`` or ``seed_sha256``; without either a seed is made, and kept until the draw.
    Raises as planning and sealing do.
    """
    with said_without_folder([]) as folder:
        seal = counting.prepare_seal(folder / PLAN_FILE, **seeds, seed_text=None, fresh=secrets.token_hex(32))
        assert seal is not None
        plan, facts = _planned(site.key, asked)
        plan = counting.seal_plan(plan, seal, facts, now=timezone.now())
    commitment = counting.plan_digest(plan)
    with transaction.atomic():
        count = SealedCount(
            site=site, account=account, once=once, as_of=asked.as_of, plan=counting.plan_text(plan),
            seed=seal.seed or "", sealing=0,
        )  # fmt: skip
        count.save()
        about = {"count": count.key, "commitment": commitment, "as of": str(asked.as_of or "now"),
                 "seed": plan.seed_source or f"SHA-256 {plan.seed_sha256}"}  # fmt: skip
        number = the_book().record(_SEALED, account.key, site=site.key, about=about)
        SealedCount.objects.filter(pk=count.pk).update(sealing=number)
        saw_the_plan(count, account)
    return str(count.key)


def commitment_in_book(count: SealedCount) -> str:
    """The commitment of a count, as it was entered when its plan was sealed. Raises ``UsageError`` for none."""
    with the_book().database.reading() as connection:
        entry = entry_numbered(connection, count.sealing)
    about = {} if entry is None else entry.about
    if about.get("event") != _SEALED or about.get("count") != count.key:
        raise UsageError(f"entry {count.sealing}: it is no commitment of this count: verify the book")
    return str(about["commitment"])


def plan_of(count: SealedCount) -> CountingPlan:
    """The sealed plan of a count. Raises ``SheetError`` where it was changed."""
    return _plan_in(count.plan)


@lru_cache(maxsize=8)
def _plan_in(text: str) -> CountingPlan:
    with said_without_folder([(PLAN_FILE, text.encode())]) as folder:
        return counting.read_plan(folder / PLAN_FILE)


def draw_of(count: SealedCount) -> CountingDraw:
    """The draw of a count that was drawn, made again from the plan, the seed and the commitment in the book."""
    return _draw_from(count.plan, count.seed, commitment_in_book(count))


@lru_cache(maxsize=4)
def _draw_from(plan: str, seed: str, commitment: str) -> CountingDraw:
    with said_without_folder([(PLAN_FILE, plan.encode())]) as folder:
        return counting.draw_from(folder / PLAN_FILE, commitment=commitment, seed_text=seed or None, seed_file=None)


def draw_count(count: SealedCount, account: Any, seed: str) -> None:
    """Draw from a sealed plan, once. Raises ``UsageError`` for a seed that is not that of the plan."""
    with transaction.atomic():
        count = SealedCount.objects.select_for_update().select_related("site").get(pk=count.pk)
        if count.draw:
            return
        seed = count.seed or seed
        draw = _draw_from(count.plan, seed, commitment_in_book(count))
        SealedCount.objects.filter(pk=count.pk).update(seed=seed, draw=draw.id, drawn=timezone.now())
        saw_the_plan(count, account)
        about = {"count": count.key, "commitment": draw.commitment, "draw": draw.id, "seed": draw.seed}
        the_book().record(_DRAWN, account.key, site=count.site.key, about=about)


def blank_file(draw: CountingDraw, name: str) -> bytes | None:
    """The blind sheets as the command line writes them: to print, as a workbook, as CSV; ``None`` for another name."""
    if name == "sheets.html":
        return count_sheet.write_sheets_html(draw).encode()
    if name == SHEET_FILE:
        return count_sheet.sheets_csv(draw).encode()
    if name != "sheets.xlsx":
        return None
    with folder_of([]) as folder:
        count_sheet.write_sheets_xlsx(draw, OutputTarget(folder / name))
        return (folder / name).read_bytes()


@dataclass(frozen=True, slots=True)
class TypedLine:
    """What is typed at a line, and the version of it that whoever typed had seen."""

    quantity: str
    remark: str
    seen: int


@dataclass(frozen=True, slots=True)
class LineOnPage:
    """One line of a sheet as the page shows it: which unit, how it is answered, and what is typed there."""

    key: str
    number: int
    material: str
    unit: str
    how: str
    in_unit: str
    weighed: bool
    quantity: str = ""
    remark: str = ""
    seen: int = 0
    fault: str = ""


@dataclass(frozen=True, slots=True)
class SheetOnPage:
    """One sheet: where, what is to be done, the rule to keep, and its lines."""

    number: int
    area: str
    task: str
    meaning: str
    rule: str
    lines: tuple[LineOnPage, ...]

    @property
    def answered(self) -> int:
        """Lines that are not blank."""
        return sum(bool(line.quantity) for line in self.lines)


def sheets_on_pages(count: SealedCount, only: int | None = None) -> list[SheetOnPage]:
    """Every sheet of a draw, or one alone, with what is typed so far. No figure of the book is in it."""
    draw = draw_of(count)
    wanted = [line for line in draw.lines if only in (None, line.sheet)]
    typed = {one.line: one for one in CountedLine.objects.filter(count=count)}
    return [
        _sheet_on_page(draw, number, list(lines), typed)
        for number, lines in groupby(wanted, key=lambda line: line.sheet)
    ]


def _sheet_on_page(
    draw: CountingDraw, number: int, lines: list[SheetLine], typed: Mapping[str, CountedLine]
) -> SheetOnPage:
    strata = {one.id: one for one in draw.plan.strata}
    first, task = strata[lines[0].stratum], lines[0].task
    shown = []
    for line in lines:
        stratum, known = strata[line.stratum], typed.get(line.key)
        one = LineOnPage(
            key=line.key,
            number=line.line,
            material=printable(stratum.material_name or stratum.material),
            unit=count_sheet.unit_text(line, stratum),
            how=_answered_by(line, stratum.kind),
            in_unit=str(sheet_words(line, stratum)["unit"]),
            weighed=task is Task.WEIGH,
        )
        if known is not None:
            one = dataclasses.replace(one, quantity=known.quantity, remark=known.remark, seen=known.version)
        shown.append(one)
    return SheetOnPage(
        number=number,
        area=printable(first.area_name or first.area),
        task=count_sheet.TASK_WORD[task],
        meaning=TASK_MEANING[task],
        rule=count_rules.rule_of_a_sheet(draw, boxes=any(strata[line.stratum].kind == "box" for line in lines)),
        lines=tuple(shown),
    )


def _answered_by(line: SheetLine, kind: str) -> str:
    return _("1 or 0") if line.task is Task.MEASURE or kind == "item" else ""


def save_lines(
    count: SealedCount, account: Any, typed: Mapping[str, TypedLine]
) -> tuple[dict[str, int], dict[str, CountedLine]]:
    """Keep what is typed; returns the versions of what is kept, and the lines that others have written meanwhile.

    A request that is sent again, since its answer was lost, finds what it wrote and changes nothing. Raises
    ``UsageError`` where the count was handed in.
    """
    saved: dict[str, int] = {}
    meanwhile: dict[str, CountedLine] = {}
    with transaction.atomic():
        if SealedCount.objects.select_for_update().get(pk=count.pk).handed_in is not None:
            raise UsageError(_("This count was handed in: nothing is changed any more."))
        there = {one.line: one for one in CountedLine.objects.filter(count=count, line__in=list(typed))}
        for key, new in typed.items():
            line = there.get(key) or CountedLine(count=count, line=key)
            if (line.quantity, line.remark) == (new.quantity, new.remark):
                saved[key] = line.version
            elif line.version != new.seen:
                meanwhile[key] = line
            else:
                line.quantity, line.remark, line.version = new.quantity, new.remark, line.version + 1
                line.account, line.at = account, timezone.now()
                line.save()
                typed_a_line(count, account, key)
                saved[key] = line.version
    return saved, meanwhile


def sheet_with(draw: CountingDraw, typed: Mapping[str, tuple[str, str]]) -> bytes:
    """The sheets as CSV with quantity and remark of each line by its key, as somebody fills them in."""
    header, *rows = csv.reader(io.StringIO(count_sheet.sheets_csv(draw), newline=""))
    key, quantity, remark = (header.index(name) for name in ("key", "quantity", "remark"))
    for row in rows:
        said = typed.get(row[key])
        if said is not None:
            row[quantity] = said[0] if _PLAIN_NUMBER.fullmatch(said[0]) else no_formula(said[0])
            row[remark] = no_formula(said[1])
    return unguarded_csv([header, *rows]).encode()


def fault_on_sheet(draw: CountingDraw, number: int, typed: Mapping[str, tuple[str, str]]) -> tuple[str, str] | None:
    """The first line of one sheet that would be refused, by its key, and why; ``None`` where none would be."""
    lines = tuple(line for line in draw.lines if line.sheet == number)
    own = dataclasses.replace(draw, lines=lines)
    try:
        read_sheet(own, SHEET_FILE, sheet_with(own, typed))
    except SheetError as error:
        place = (error.row or _HEADER_ROWS) - _HEADER_ROWS
        return lines[min(max(place, 0), len(lines) - 1)].key, f"{error.problem}: {error.mend}"
    return None


def read_sheet(draw: CountingDraw, name: str, content: bytes) -> Filled:
    """Read a filled sheet. Raises ``SheetError`` as the command line does."""
    with folder_of([(name, content)]) as folder:
        return counting.read_filled(folder / name, draw)
