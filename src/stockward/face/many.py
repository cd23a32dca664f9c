"""Many sites in one run: what is missing where, which site cannot see, and who met the order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import polars as pl

from stockward.answers.many.authority import SitesAnswer
from stockward.book.store import is_address
from stockward.face.asked import FilePlace, asked_text, asked_whole, moment_of, place_of, refused
from stockward.face.places import own_folder, own_place
from stockward.face.shown import Shown, now
from stockward.outputs import OutputTarget, write_whole
from stockward.questions.many.cluster import asked_engine
from stockward.questions.many.folder import DATA
from stockward.questions.many.places import site_places
from stockward.questions.many.running import SitesAsked, review_sites
from stockward.questions.many.work import Pages
from stockward.report import write_html
from stockward.report.review.card import Card
from stockward.report.sites.card import sites_card
from stockward.report.sites.document import write_sites_json
from stockward.report.sites.page import write_sites_html
from stockward.report.sites.workbook import write_sites_xlsx
from stockward.terms.limits import DEFAULT_SEED, MOST_PROCESSES, all_cores


@dataclass(frozen=True, slots=True, repr=False)
class ManySites(Shown):
    """The answer for all sites, as tables and as files; ``answers`` has what a person reads of it."""

    answers: SitesAnswer
    tables: Mapping[str, pl.DataFrame]

    @property
    def sites(self) -> pl.DataFrame:
        """One row a site, what needs action first on top; ``reason`` says why one could not be reviewed."""
        return self.answers.sites

    @property
    def series(self) -> pl.DataFrame:
        """One row a series of every site: verdict, difference, p-value, and the losses that would be found."""
        return self.tables["series"]

    @property
    def findings(self) -> pl.DataFrame:
        """One row an alarm, a bias between two that measured the same, or a fault of a ledger."""
        return self.tables["findings"]

    @property
    def orders(self) -> pl.DataFrame:
        """One row an order of every site, with its verdict."""
        return self.tables["orders"]

    def to_html(self, path: FilePlace) -> None:
        """Write the page of all sites as one HTML file."""
        write_whole(own_place(path), write_sites_html(self.answers))

    def to_json(self, path: FilePlace) -> None:
        """Write the answer as JSON (schema stockward.sites/1)."""
        write_whole(own_place(path), write_sites_json(self.answers))

    def to_xlsx(self, path: FilePlace) -> None:
        """Write the answer as a workbook."""
        write_sites_xlsx(self.answers, own_place(path))

    def card(self) -> Card:
        """What is shown: what needs action first, and where."""
        return sites_card(self.answers)


def sites(
    sites: FilePlace | Iterable[FilePlace],
    *,
    out: FilePlace | None = None,
    as_of: str | date | None = None,
    reports: Pages = "alarmed",
    engine: str = "local",
    jobs: int | None = None,
    seconds: int = 3600,
    seed: int = DEFAULT_SEED,
) -> ManySites:
    """Review many sites, as ``stockward sites`` does; a site that cannot be reviewed is a row with its reason.

    A script that calls it runs again in each process: it needs ``if __name__ == "__main__":`` around what it does.

    Parameters
    ----------
    sites
        Folders of sites, folders that hold such, patterns, or addresses of books.
    out
        Folder of the results: what is done there already is not done again. ``None`` keeps nothing.
    as_of
        Use only what was recorded by the end of this day, such as ``"2026-06-30"``.
    reports
        Which sites get a report of their own in ``out``: ``"alarmed"``, ``"all"`` or ``"none"``.
    engine
        ``"local"``, processes on this computer, or ``"dask=ADDRESS"``, a cluster.
    jobs
        Processes on this computer; all cores without it.
    seconds
        How long one site may take.
    seed
        Of what is sampled, from 0 on.

    Returns
    -------
    ManySites
        ``sites``, ``series``, ``findings`` and ``orders``, tables of all sites.

    Raises
    ------
    UsageError
        No site, no date, or a folder for results that holds anything else.

    Examples
    --------
    >>> import stockward as sw
    >>> sw.sites(["docs/first_site", "docs/faulty"], jobs=1).sites["action"].to_list()
    ['not_tested', 'nothing']
    """
    places = site_places([_place_or_address(one) for one in _several(sites)])
    if reports not in ("alarmed", "all", "none"):
        raise refused("reports", reports, "alarmed, all or none")
    day = moment_of(as_of)
    processes = all_cores() if jobs is None else asked_whole("jobs", jobs, 1, MOST_PROCESSES)
    longest = asked_whole("seconds", seconds, 1, 1_000_000)
    asked_of = asked_engine(asked_text(engine, "engine"), jobs=processes, seconds=longest)
    asked = SitesAsked(
        as_of=None if day is None else str(day),
        seed=asked_whole("seed", seed, 0),
        pages="none" if out is None else reports,
        page=write_html,
        generated=now(),
    )
    with ExitStack() as stack:
        target = (
            OutputTarget(Path(stack.enter_context(TemporaryDirectory())).resolve()) if out is None else _folder(out)
        )
        answer = review_sites(places, target, asked_of, asked)
        names = ("series", "findings", "orders")
        return ManySites(answer, {name: pl.read_parquet(answer.folder / DATA / name / "*.parquet") for name in names})


def _several(sites: FilePlace | Iterable[FilePlace]) -> list[FilePlace]:
    if isinstance(sites, (str, Path)):
        return [sites]
    if not isinstance(sites, Iterable):
        raise refused("sites", sites, "folders of sites")
    return list(sites)


def _place_or_address(site: FilePlace) -> str | Path:
    return asked_text(site, "sites") if is_address(site) else place_of(site, "sites")


def _folder(out: FilePlace) -> OutputTarget:
    return own_folder(out)[0]
