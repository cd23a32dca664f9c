"""The problems of a site's files, as lines."""

from __future__ import annotations

from collections.abc import Iterator

from stockward.book import Site
from stockward.terms.limits import SHOWN_PROBLEMS


def problem_lines(site: Site, *, every: bool) -> Iterator[str]:
    """A line a problem, the first ``SHOWN_PROBLEMS`` alone unless ``every`` one is asked for."""
    shown = site.problems if every else site.problems[:SHOWN_PROBLEMS]
    yield from map(str, shown)
    if len(shown) < len(site.problems):
        yield f"… and {len(site.problems) - len(shown)} more: list them with --all"


def rows_read(site: Site) -> str:
    """How many rows of a site were read, and how many were set aside."""
    rows = sum(table.height for table in site.tables.values())
    aside = sum(table.height for table in site.set_aside.values())
    return f"{site.name}: {rows} {'row' if rows == 1 else 'rows'} read, {aside} set aside"
