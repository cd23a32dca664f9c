"""The site of a command as it is read, what is told of it, and the moment of the command."""

from __future__ import annotations

import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from stockward.cli.kit.saying import say, tell

if TYPE_CHECKING:
    from stockward.book import Site

_LONG_TABLES = 50_000_000
"""Bytes of sites from which their tables are long."""


def moment_now() -> datetime:
    """The moment of the command, to be printed on its answer."""
    return datetime.now(UTC)


def read_facts(site: Path | str) -> Site:
    """The facts of a site, from its folder or from a book; raises ``SiteError`` where it cannot be read at all."""
    if isinstance(site, str):
        from stockward.book.store import read_from_book

        return read_from_book(site)
    set_threads([site])
    from stockward.book import read_site

    return read_site(site)


def set_threads(sites: Iterable[Path]) -> None:
    """Let the tables have one thread, before they are loaded: several wait longer than they work, if not for long."""
    if sum(map(_bytes, sites)) < _LONG_TABLES:
        os.environ.setdefault("POLARS_MAX_THREADS", "1")


def _bytes(site: Path) -> int:
    """Bytes of a site; none where the reader will say what is wrong with it."""
    try:
        folder = site if site.is_dir() else site.parent
        return sum(file.stat().st_size for file in folder.glob("*.*") if file.is_file()) if folder.is_dir() else 0
    except OSError:
        return 0


def tell_notices(facts: Site) -> None:
    """Say what was seen while a site was read, rows of days to come first."""
    from stockward.book.ahead import rows_ahead

    tell((*rows_ahead(facts, moment_now()).notices, *facts.notices))


def lead_on(facts: Site) -> None:
    """Say what to fill in next, where a table of the site is still blank and others wait for it."""
    from stockward.book.first_rows import next_step

    if (step := next_step(facts)) is not None:
        say(step, err=True)
