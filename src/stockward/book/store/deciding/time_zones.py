"""A site's time zone that is changed later: which rows that stand in the book would then name other moments."""

from __future__ import annotations

import re

from sqlalchemy import Connection

from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.store.standing import StandingFacts, approved_in, standing_of
from stockward.terms.errors import UsageError

_WITH_OFFSET = re.compile(r"[0-9]{2}:[0-9]{2}.*(Z|[+-][0-9]{2}(:?[0-9]{2})?)$")


def moved_by(connection: Connection, site: str, text: str | None, note: str) -> dict[str, object] | None:
    """What settings that are handed in move: both time zones, and how many standing rows; ``None`` where nothing.

    A time without an offset is in the time zone of its site, so that all of them move with it: rightly where the zone
    was wrong from the beginning, and wrongly where the rows were right. Raises ``UsageError`` where no note says why.
    """
    if text is None:
        return None
    standing = standing_of(approved_in(connection, site))
    if standing.settings is None:
        return None
    before, after = (settings_in(one.encode(), SETTINGS).site.timezone for one in (standing.settings, text))
    rows = 0 if before == after else _without_offset(standing)
    if not rows:
        return None
    if not note.strip():
        raise UsageError(
            f"{SETTINGS}: its time zone becomes {after} and was {before}, which moves {rows} rows whose times have no "
            "offset to other moments: say in the note why that is right, or leave the time zone as it was"
        )
    return {"from": before, "rows": rows, "to": after}


def _without_offset(standing: StandingFacts) -> int:
    """How many rows hold a time that is one in the site's time zone."""
    times = {name: [one.name for one in table.columns if one.type == "time"] for name, table in tables().items()}
    return sum(
        any((cell := row.cells.get(name, "").strip()) and not _WITH_OFFSET.search(cell) for name in times[row.table])
        for row in standing.rows
    )
