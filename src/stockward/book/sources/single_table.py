"""One table from a file of its own, in place of that of a site: what is asked about, and no fact of it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from types import MappingProxyType

from stockward.book.schema.dictionary import tables
from stockward.book.site import Site
from stockward.book.sources.separated import read_csv
from stockward.terms.errors import SiteError
from stockward.terms.files import read_bytes


def with_table_from(site: Site, name: str, path: Path) -> Site:
    """The site with a table from a CSV file, checked as one of a folder is.

    For tables that refer to no other. Raises ``SiteError`` where the file cannot be read, and for the first row at
    fault: of what is asked about nothing is left out.
    """
    try:
        content = read_bytes(path)
    except OSError as error:
        raise SiteError(str(path), f"cannot be read ({error.strerror})", "check the path and its rights") from None
    raw = read_csv(path, content, tables()[name], site.settings.site.decimal)
    alone = Site.from_raw({name: raw}, site.settings)
    for problem in alone.problems:
        raise SiteError(f"{problem.file} row {problem.row}", problem.column or "the row", problem.reason)
    tables_with_it = {**site.tables, name: alone[name]}
    sources = {**site.sources, name: path.name}
    return dataclasses.replace(site, tables=MappingProxyType(tables_with_it), sources=MappingProxyType(sources))
