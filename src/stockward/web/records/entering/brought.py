"""What a draft holds, gathered to be read: its files, what was typed, and what came of foreign files."""

from __future__ import annotations

from typing import Any

from stockward.book.settings import SETTINGS, settings_in
from stockward.book.sources.raw import RawTable
from stockward.terms.errors import StockwardError
from stockward.web.models import TypedTable, UploadDraft
from stockward.web.records.entering.foreign import OF_IMPORT, foreign_of, foreign_tables
from stockward.web.records.entering.reading import Brought, ReadUpload, read_upload, tables_brought, tables_compared
from stockward.web.records.entering.typed import GridRows
from stockward.web.records.the_book import standing_facts, standing_tables
from stockward.web.records.told import said_to_people

_TYPED, _TYPED_OVER = "(typed)", "(typed over)"


def brought_by(draft: UploadDraft) -> Brought:
    """All that a draft holds. Raises ``StockwardError`` where its settings or its tables cannot be read."""
    files = [(one.name, bytes(one.content)) for one in draft.files.filter(foreign=False)]
    decimal = decimal_of(draft, files)
    typed = {one.table: rows_of_typed(one).raw(one.file, decimal) for one in draft.typed.filter(version__gt=0)}
    return Brought(files, typed, *foreign_tables(draft, decimal))


def read_anew(draft: UploadDraft, parts: frozenset[str]) -> dict[str, Any]:
    """Read a draft, keep what was found for its page, and return it: or the one line why it cannot be read."""
    try:
        return keep_reading(draft, read_upload(brought_by(draft), draft.site.key, parts))
    except StockwardError as error:
        return _keep(draft, {"fault": said_to_people(error)})


def keep_reading(draft: UploadDraft, read: ReadUpload) -> dict[str, Any]:
    """Keep what a draft was found to hold for its page, and return it."""
    foreign = foreign_of(draft)
    return _keep(draft, read.told(asked=foreign is not None and bool(foreign.came_to.get("questions"))))


def _keep(draft: UploadDraft, found: dict[str, Any]) -> dict[str, Any]:
    draft.reading = found
    UploadDraft.objects.filter(pk=draft.pk).update(reading=found)
    return found


def rows_of_typed(one: TypedTable) -> GridRows:
    """The rows of a table that is typed."""
    return GridRows.of_content(one.table, one.content)


def begin_table(draft: UploadDraft, table: str) -> TypedTable:
    """The table of a draft that is typed from now on; what its files say of it is taken along.

    Raises ``StockwardError`` for files that cannot be read, and a table that has too many rows to be typed.
    """
    found: TypedTable | None = draft.typed.filter(table=table).first()
    if found is not None and found.version:
        return found
    raw = _in_files(draft).get(table)
    if raw is None:
        rows, file = GridRows.begun(table), f"{table} {_TYPED}"
    else:
        rows, file = GridRows.of_raw(raw, decimal_of(draft)), f"{raw.file} {_TYPED_OVER}"
    content = rows.content if found is None or raw is not None else found.content
    made, _is_new = draft.typed.update_or_create(table=table, version=0, defaults={"file": file, "content": content})
    return made


def typed_over_foreign(draft: UploadDraft) -> list[str]:
    """The tables that came of foreign files and were typed over since: to read these anew would lose what was typed."""
    return [one.table for one in draft.typed.filter(version__gt=0) if one.file.endswith(f"{OF_IMPORT} {_TYPED_OVER}")]


def decimal_of(draft: UploadDraft, files: list[tuple[str, bytes]] | None = None) -> str:
    """The decimal mark of the site: as the settings of the draft say, or those of the book; a point without any."""
    own = dict(files) if files is not None else {one.name: bytes(one.content) for one in draft.files.all()}
    text = next((content for name, content in own.items() if name.lower() == SETTINGS), None)
    if text is None:
        standing = standing_facts(draft.site.key).settings
        text = None if standing is None else standing.encode()
    return "." if text is None else settings_in(text, SETTINGS).site.decimal


def _in_files(draft: UploadDraft) -> dict[str, RawTable]:
    """What the files of a draft say otherwise than the book, by table."""
    brought = brought_by(draft)
    if not brought.files and not brought.foreign:
        return {}
    facts = standing_facts(draft.site.key)
    raw, text, _hashes = tables_brought(brought, None if facts.settings is None else facts.settings.encode())
    decimal = settings_in(text.encode(), SETTINGS).site.decimal
    kept = standing_tables(draft.site.key, decimal)
    return {name: one.otherwise for name, one in tables_compared(brought, raw, facts, kept, decimal).items()}
