"""Books of other programs in a draft: read by ``stockward import``'s own code, beside what the site has settled before.

What is settled of a site's files stands in the book, with the submissions whose rows were read so. The rows themselves,
as the files say them, are kept beside it, so that the next file of a list is read together with those before.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import select

from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS
from stockward.book.sources.importers.grid.layout import Block
from stockward.book.sources.importers.mapping import MAPPING, MappingFile, Question, dotted, read_mapping, written
from stockward.book.sources.importers.people.private import NAMES
from stockward.book.sources.importers.site_files import table_text
from stockward.book.sources.importers.store import STORE, read_stored, stored_text
from stockward.book.sources.raw import RawTable
from stockward.book.sources.separated import read_csv
from stockward.book.store.entries import BookEntry, EntryKind
from stockward.book.store.standing import StandingFacts
from stockward.book.store.tables import ENTRIES
from stockward.terms.errors import StockwardError, UsageError
from stockward.terms.signs import printable
from stockward.web.models import ForeignReading, ImportedRows, UploadDraft
from stockward.web.records.entering.uploads import folder_of
from stockward.web.records.the_book import standing_facts, the_book
from stockward.web.records.told import said_to_people

OF_IMPORT = "(import)"
"""Stands behind the name of a table that came of foreign files."""
QUICK_BYTES = 200_000
"""Foreign files together up to which they are read at once; larger ones are read in the background."""
_PEOPLE = "guards"
"""The part of the tables with which lists of people go."""
_MOST_CHOICES = 40


def mapping_in_force(site: str) -> str:
    """The text of all that approved submissions have settled of a site's files, the later word for the earlier."""
    mapping = MappingFile()
    for about in _approved_submissions(site).values():
        if text := about.get("answers", ""):
            mapping.take_over(read_mapping(text.encode(), MAPPING))
    return written(mapping)


def read_foreign(draft: UploadDraft, parts: Collection[str]) -> ForeignReading:
    """Read the foreign files of a draft by what is settled and answered, and keep what came of it."""
    reading: ForeignReading = draft.reading_of_foreign
    base = mapping_in_force(draft.site.key)
    texts: dict[str, str] = {}
    try:
        came_to, texts = _imported(draft, reading, base, parts)
    except StockwardError as error:
        came_to = {"fault": said_to_people(error)}
    reading.came_to, reading.texts = came_to, texts
    reading.base, reading.is_over = _sha256(base), True
    reading.save(update_fields=["came_to", "texts", "base", "is_over"])
    return reading


def begin_reading(draft: UploadDraft) -> bool:
    """Make ready to read the foreign files of a draft anew; returns whether they are few enough to be read at once."""
    reading, _made = ForeignReading.objects.get_or_create(draft=draft)
    draft.reading_of_foreign = reading
    reading.is_over = False
    reading.attempts = 0
    reading.save(update_fields=["is_over", "attempts"])
    return sum(len(one.content) for one in draft.files.filter(foreign=True)) <= QUICK_BYTES


def foreign_of(draft: UploadDraft) -> ForeignReading | None:
    """What came of the foreign files of a draft; ``None`` where it has none."""
    if not draft.files.filter(foreign=True).exists():
        return None
    return ForeignReading.objects.filter(draft=draft).first()


def foreign_tables(draft: UploadDraft, decimal: str) -> tuple[dict[str, RawTable], dict[str, str], str]:
    """The tables that came of foreign files, the SHA-256 of each file, and the mapping by which they were read.

    Raises ``UsageError`` where they could not be read, or are still being read.
    """
    reading = foreign_of(draft)
    if reading is None:
        return {}, {}, ""
    if not reading.is_over:
        raise UsageError("the files of other programs are still being read: wait a moment, and load the page again")
    if fault := reading.came_to.get("fault"):
        raise UsageError(fault)
    raw = {
        name: read_csv(Path(f"{name} {OF_IMPORT}"), reading.texts[f"{name}.csv"].encode(), table, decimal)
        for name, table in tables().items()
        if f"{name}.csv" in reading.texts
    }
    hashes = {one.name: hashlib.sha256(one.content).hexdigest() for one in draft.files.filter(foreign=True)}
    return raw, hashes, reading.texts.get(MAPPING, "")


def is_overtaken(draft: UploadDraft) -> bool:
    """Whether other answers were approved for the site since the foreign files of a draft were read."""
    reading = foreign_of(draft)
    return reading is not None and reading.base != _sha256(mapping_in_force(draft.site.key))


def keep_rows(draft: UploadDraft, submission: int) -> None:
    """Keep the rows of the foreign files of a draft that was handed in, for the imports after it."""
    reading = foreign_of(draft)
    if reading is not None and reading.texts:
        texts = {"rows": reading.texts.get(STORE, ""), "names": reading.texts.get(NAMES, "").replace("\x00", "\ufffd")}
        ImportedRows.objects.get_or_create(submission=submission, defaults={"site": draft.site, **texts})


def _imported(
    draft: UploadDraft, reading: ForeignReading, base: str, parts: Collection[str]
) -> tuple[dict[str, Any], dict[str, str]]:
    from stockward.questions.importing import Request, import_files
    from stockward.report.importing import outcome_lines

    facts = standing_facts(draft.site.key)
    foreign = [(one.name, bytes(one.content)) for one in draft.files.filter(foreign=True)]
    own = draft.files.filter(name__iexact=SETTINGS).first()
    settings = (facts.settings or "").encode() if own is None else bytes(own.content)
    if not settings:
        raise UsageError(f"{SETTINGS}: the first upload of a site brings its settings: upload {SETTINGS} with it")
    own_files = _files_of_site(draft.site.key, facts, base, parts)
    with folder_of(foreign) as folder, folder_of([(SETTINGS, settings)], own_files) as site:
        request = Request([folder / name for name, _content in foreign], site)
        request.answers = {tuple(path): answer for path, answer in reading.answers}
        try:
            found = import_files(request)
        except StockwardError as error:
            said = str(error).replace(f"{folder}{os.sep}", "").replace(f"{site}{os.sep}", "")
            raise UsageError(said) from None
        lines = [printable(line.replace(f"{site}{os.sep}", "")) for line in outcome_lines(found)]
    told = {
        "lines": lines,
        "questions": [_told_of_question(one) for one in found.questions],
        "answered": [[list(path), dotted(tuple(path)), answer] for path, answer in reading.answers],
        "waiting": found.waiting,
    }
    return told, _without_blank(found.contents, parts)


def _without_blank(contents: Mapping[str, str], parts: Collection[str]) -> dict[str, str]:
    """The files without tables of other parts that an import makes for the sake of a whole site, and leaves blank."""
    others = {f"{name}.csv" for name, table in tables().items() if table.part not in parts}
    return {name: text for name, text in contents.items() if name not in others or text.count("\n") > 1}


def _told_of_question(one: Question) -> dict[str, Any]:
    """A question as a page shows it: the likeliest answer first, and how many rows hang on it."""
    return {
        "about": json.dumps(list(one.about)),
        "asks": printable(one.asks),
        "because": printable(one.because),
        "choices": [printable(choice) for choice in one.choices[:_MOST_CHOICES]],
        "free": one.free,
        "rows": one.rows,
        "first": printable(one.first),
    }


def _files_of_site(site: str, facts: StandingFacts, base: str, parts: Collection[str]) -> Iterable[tuple[str, bytes]]:
    """The files that an import into the site would find in its folder, without the settings."""
    kept = _kept_rows(site)
    if base != written(MappingFile()):
        yield MAPPING, base.encode()
    first = _first_cells(facts, set(kept))
    for name, table in tables().items():
        rows = [row for row in facts.rows if row.table == name]
        if table.part in parts and (rows or name in facts.columns):
            yield f"{name}.csv", _text_of(table.names, [row.cells for row in rows])
            if imported := [first[row.first] for row in rows if row.first in first]:
                yield f"imported/{name}.csv", _text_of(table.names, imported)
    blocks = _stored_blocks(kept, of_people=_PEOPLE in parts)
    if blocks:
        yield STORE, stored_text(blocks, {}, set()).encode()
    names = [one.names for one in kept.values() if one.names]
    if names and _PEOPLE in parts:
        yield NAMES, names[-1].encode()


def _text_of(names: Sequence[str], rows: Sequence[Any]) -> bytes:
    used = [name for name in names if any(name in row for row in rows)] or list(names)
    return table_text(used, rows).encode()


def _kept_rows(site: str) -> dict[int, ImportedRows]:
    """The rows of foreign files that approved submissions brought, in the order of their approval."""
    approved = _approved_submissions(site)
    found = {one.submission: one for one in ImportedRows.objects.filter(site__key=site)}
    return {number: found[number] for number in approved if number in found}


def _stored_blocks(kept: dict[int, ImportedRows], *, of_people: bool) -> list[Block]:
    """The tables that were read before: as the last submission has them, and those of files that it did not know."""
    blocks: list[Block] = []
    for one in reversed(kept.values()):
        known = {block.grid.file for block in blocks}
        blocks += [block for block in read_stored(one.rows, STORE) if block.grid.file not in known]
    return [block for block in blocks if of_people or not block.of_people]


def _first_cells(facts: StandingFacts, submissions: set[int]) -> dict[int, dict[str, str]]:
    """The cells of rows that stand as their files said them, by the entry that brought each, of these submissions."""
    wanted = {row.first for row in facts.rows}
    if not wanted or not submissions:
        return {}
    asked = select(ENTRIES.c.number, ENTRIES.c.entry).where(
        ENTRIES.c.submission.in_(sorted(submissions)), ENTRIES.c.kind == EntryKind.ROW.value
    )
    with the_book().database.reading() as connection:
        rows = [row for row in connection.execute(asked) if row.number in wanted]
    cells = {row.number: BookEntry.of_text(row.entry).about["row"] for row in rows}
    return {number: row for number, row in cells.items() if row.get("source")}


def _approved_submissions(site: str) -> dict[int, dict[str, Any]]:
    """What the approved submissions of a site say, by number, in the order of their approval."""
    approval = ENTRIES.alias()
    asked = (
        select(ENTRIES.c.entry)
        .join(approval, (approval.c.submission == ENTRIES.c.number) & (approval.c.kind == EntryKind.APPROVAL.value))
        .where(ENTRIES.c.site == site, ENTRIES.c.kind == EntryKind.SUBMISSION.value)
        .order_by(approval.c.number)
    )
    with the_book().database.reading() as connection:
        found = [BookEntry.of_text(row.entry) for row in connection.execute(asked)]
    return {one.number: dict(one.about) for one in found}


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
