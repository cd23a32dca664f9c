"""Sites: read one, list what is wrong with it, and make one whose truth is known."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from stockward import book as facts
from stockward import simulation
from stockward.book.store import is_address, read_from_book
from stockward.face.asked import FilePlace, asked_whole, path_of, place_of
from stockward.face.shown import Shown, frame_of
from stockward.report import cards
from stockward.report.review.card import Card
from stockward.terms.errors import UsageError

_PROBLEM = {
    "table": pl.String, "file": pl.String, "row": pl.Int64, "column": pl.String, "value": pl.String,
    "reason": pl.String, "source": pl.String,
}  # fmt: skip


@dataclass(frozen=True, slots=True, repr=False)
class Site(Shown, facts.Site):
    """The facts of one site, read and checked; a change is a new site, made by ``replace``.

    ``site["counts"]`` is a table of good rows (a polars DataFrame), ``tables`` has all of them, ``set_aside`` the rows
    at fault, ``problems`` why, and ``notices`` what else was seen while reading.
    """

    def card(self) -> Card:
        """What is shown: rows of each table, and the problems."""
        return cards.site_card(self)


@dataclass(frozen=True, slots=True, repr=False)
class Check(Shown):
    """What is wrong with the files of a site; ``site`` is the site as it was read."""

    site: Site

    @property
    def problems(self) -> pl.DataFrame:
        """One row a problem: ``table``, ``file``, ``row``, ``column``, ``value``, ``reason`` with its mend, and
        ``source``, where an imported row stands in its own file."""
        return frame_of(self.site.problems, tuple(_PROBLEM)).cast(_PROBLEM)  # type: ignore[arg-type]

    def card(self) -> Card:
        """What is shown: the first problems."""
        return cards.check_card(self.site)


def read_site(path: FilePlace, *, as_of: str | date | datetime | None = None) -> Site:
    """Read a site, check every row, and set aside those at fault.

    Parameters
    ----------
    path
        The folder with the ``site.toml``, or the ``site.xlsx`` in it; or the address of a book, such as
        ``sqlite:///book.sqlite?site=north``.
    as_of
        Of a book: the facts as they were approved by the end of that day. A folder has no past of its own.

    Returns
    -------
    Site
        Tables with one row a fact, times in UTC, quantities in the unit of the material. Rows at fault are no error:
        they stand in ``problems``.

    Raises
    ------
    SiteError
        In one line, with file and mend, where the site cannot be read at all: a missing folder, table or column, a
        broken setting, an unreadable file.

    Examples
    --------
    >>> import stockward as sw
    >>> site = sw.read_site("docs/first_site")
    >>> site["counts"].height
    3
    """
    site = read_from_book(str(path), as_of) if is_address(path) else _read_folder(path, as_of)
    return Site(**{field.name: getattr(site, field.name) for field in fields(site)})


def _read_folder(path: FilePlace, as_of: object) -> facts.Site:
    if as_of is not None:
        raise UsageError("as_of: a folder has no past of its own: give as_of to the review")
    return facts.read_site(place_of(path))


def site_of(site: facts.Site | FilePlace) -> facts.Site:
    """A site as it is, or read from its folder."""
    if isinstance(site, facts.Site):
        return site
    return read_site(site if is_address(site) else place_of(site, "site"))


def check(site: facts.Site | FilePlace) -> Check:
    """List every problem of a site's files, as ``stockward check`` does.

    Parameters
    ----------
    site
        A site, or the folder that holds it.

    Returns
    -------
    Check
        ``problems``: one row a cell at fault, with ``table``, ``file``, ``row`` (as a spreadsheet shows it),
        ``column``, ``value``, and ``reason``, which says how to mend it.

    Raises
    ------
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.check("docs/faulty").problems.filter(pl.col("row") == 3)["value"].to_list()
    ['0.1 %', '12/01/2026']
    """
    read = site_of(site)
    return Check(
        read if isinstance(read, Site) else Site(**{one.name: getattr(read, one.name) for one in fields(read)})
    )


def simulate(
    folder: FilePlace | None = None,
    *,
    ridgeway: bool = False,
    weeks: int = 26,
    lines: int = 3,
    losses: bool = False,
    seed: int = 1,
    overwrite: bool = False,
) -> Site:
    """Make a synthetic site with stated truth, as ``stockward simulate`` does.

    Parameters
    ----------
    folder
        Where to write it; ``truth.json`` and ``README.md`` in it say what was put in. ``None`` writes nothing that
        stays.
    ridgeway
        The example of the documentation, whatever else is asked for.
    weeks, lines
        Weeks of books, 4 to 520, and production lines, 1 to 50.
    losses
        Put losses in, sized to be found.
    seed
        Of everything drawn, from 0 on; the same options and seed give the same files.
    overwrite
        Write over a simulated site, where nothing else stands in its folder and no file was changed since.

    Returns
    -------
    Site
        The site, as read from its files.

    Raises
    ------
    UsageError
        A number out of range, a folder that is not empty or was changed, or one that cannot be written.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.simulate(weeks=4, lines=1)["lines"].height
    1
    """
    weeks = asked_whole("weeks", weeks, 4, 520)
    lines = asked_whole("lines", lines, 1, 50)
    seed = asked_whole("seed", seed, 0)
    named = path_of(folder, "folder")
    plan = simulation.plan_asked(ridgeway=ridgeway, weeks=weeks, lines=lines, losses=losses)
    made = simulation.simulate_site(plan, seed=seed)
    with TemporaryDirectory() as nowhere:
        place = named or Path(nowhere)
        simulation.write_site(made, place, overwrite=overwrite)
        return read_site(place)
