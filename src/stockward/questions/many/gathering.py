"""From the results of each site to tables of all, on disk, with false alarms held over all sites together."""

from __future__ import annotations

import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import numpy as np
import polars as pl

from stockward.outputs import fill_part, part_in, said_of
from stockward.questions.many.consigned import between_sites
from stockward.questions.many.dataset import PlainRow, frame_of_rows, plain_row, result_tables
from stockward.questions.many.folder import DATA, REPORTS, ResultsFolder
from stockward.questions.many.places import SitePlace
from stockward.questions.many.routes import compare_transfers
from stockward.questions.many.rows import NOT_REVIEWED
from stockward.stats.many.together import holm, site_p_value
from stockward.terms.errors import SiteError
from stockward.terms.verdicts import ALARMING, Verdict

_SITES_A_PART = 250
"""Sites whose rows are held at once, and stand in one file of a table."""
_FIRST = "sites"
_OF_TWO = ("transfers", "routes", "patterns")
_ROWS_A_PART = 200_000
_PARTS = "part-*.parquet"
_BLANK = (0.05, 0.95)
"""False alarm and detection where no site could be read, and there is nothing to test."""


def gather_results(
    folder: ResultsFolder, places: Sequence[SitePlace], digests: Mapping[str, str], faults: Mapping[str, str]
) -> pl.DataFrame:
    """Write every table of results, and return the one of the sites.

    Parameters
    ----------
    folder
        Where the results are, and the tables go: ``data/TABLE/part-NUMBER.parquet``, in order of the keys of sites. The
        same results give the same bytes.
    places
        The sites, in order of their keys.
    digests
        Of each site that has a result, by its id.
    faults
        Why each of the others has none.

    Raises ``UsageError`` where they cannot be written.
    """
    target = folder.path / DATA
    part = part_in(folder.path)
    rows: list[PlainRow] = []
    with said_of(target), _gone_in_the_end(part):
        for name in result_tables():
            (part / name).mkdir(parents=True, mode=0o700)
        for number in range(0, len(places), _SITES_A_PART):
            tables = _rows_of(folder, places[number : number + _SITES_A_PART], digests, faults)
            rows += tables.pop(_FIRST)
            for name, own in tables.items():
                if name in _OF_TWO:
                    continue
                _write(part, name, number // _SITES_A_PART, frame_of_rows(name, own))
        sites = _with_figures_of_all(folder, frame_of_rows(_FIRST, rows), places, digests)
        _compare_transfers(part, sites)
        for number in range(0, max(sites.height, 1), _SITES_A_PART):
            _write(part, _FIRST, number // _SITES_A_PART, sites.slice(number, _SITES_A_PART))
        shutil.rmtree(target, ignore_errors=True)
        part.rename(target)
    return sites


@contextmanager
def _gone_in_the_end(part: Path) -> Iterator[None]:
    """Take away what did not take its place."""
    try:
        yield
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _compare_transfers(part: Path, sites: pl.DataFrame) -> None:
    """Write the tables that take the books of two sites; α and detection are the strictest that any site states."""
    lines = between_sites(pl.scan_parquet(part / "consignments" / _PARTS))
    level, chance = sites["false_alarm"].min(), sites["detection"].max()
    if level is None or chance is None:
        level, chance = _BLANK
    compared = compare_transfers(lines, sites, false_alarm=float(level), detection=float(chance))  # type: ignore[arg-type]
    for name in _OF_TWO:
        found: pl.DataFrame = getattr(compared, name)
        columns = [column.name for column in result_tables()[name]]
        for number, rows in enumerate(found.select(columns).iter_slices(_ROWS_A_PART)):
            _write(part, name, number, rows)
        if found.is_empty():
            _write(part, name, 0, frame_of_rows(name, []))


def _write(part: Path, table: str, number: int, frame: pl.DataFrame) -> None:
    # The writer of the library makes errors of its own of a full disk: it writes to memory, and the system to the disk.
    made = BytesIO()
    frame.write_parquet(made, compression="zstd", statistics=True)
    fill_part(part / table / f"part-{number:05d}.parquet", made.getvalue())


def _rows_of(
    folder: ResultsFolder, places: Sequence[SitePlace], digests: Mapping[str, str], faults: Mapping[str, str]
) -> dict[str, list[PlainRow]]:
    """The rows of some sites by table, each with the key and the place of its site."""
    rows: dict[str, list[PlainRow]] = {name: [] for name in result_tables()}
    for place in places:
        fault = faults.get(place.id)
        if fault is None:
            try:
                result = folder.result(place.id, digests[place.id])
            except SiteError as error:
                fault = str(error)
        if fault is not None:
            told = {"site": place.key, "place": place.place, "status": NOT_REVIEWED, "reason": fault}
            rows[_FIRST].append(plain_row(_FIRST, told))
            continue
        for name, own in result.items():
            if name in rows:
                rows[name] += [_keyed(name, row, place, result) for row in own]
    return rows


def _keyed(table: str, row: PlainRow, place: SitePlace, result: Mapping[str, Sequence[PlainRow]]) -> PlainRow:
    told = dict(zip((column.name for column in result_tables()[table]), row, strict=True)) | {"site": place.key}
    if table == _FIRST:
        told |= {"place": place.place, "p_value": _p_value(result, told)}
    return plain_row(table, told)


def _action() -> pl.Expr:
    """What needs action first at a site, in the order of the verdicts, then of what else is amiss."""
    ways = [(pl.col("verdict") == verdict.value, verdict.value) for verdict in Verdict if verdict in ALARMING]
    ways += [
        (pl.col("status") == NOT_REVIEWED, "not_reviewed"),
        (pl.col("orders_unmet") > 0, "orders_unmet"),
        (pl.col("goals_missed") > 0, "goals_missed"),
        (pl.col("not_tested") > 0, "not_tested"),
        (pl.col("set_aside") > 0, "set_aside"),
    ]
    said = pl.lit("nothing")
    for holds, word in reversed(ways):
        said = pl.when(holds).then(pl.lit(word)).otherwise(said)
    return said


def _p_value(result: Mapping[str, Sequence[PlainRow]], site: Mapping[str, object]) -> float | None:
    """That of a site, from those of its series."""
    names = [column.name for column in result_tables()["series"]]
    chance, share = names.index("p_value"), names.index("share")
    pairs = [(row[chance], row[share]) for row in result.get("series", []) if row[chance] is not None and row[share]]
    if not pairs:
        return None
    chances, shares = np.array(pairs, dtype=float).T
    return site_p_value(chances, shares, float(site["false_alarm"]))  # type: ignore[arg-type]


def _with_figures_of_all(
    folder: ResultsFolder, sites: pl.DataFrame, places: Sequence[SitePlace], digests: Mapping[str, str]
) -> pl.DataFrame:
    """What only all of them together tell: adjusted p-values, and which are alike.

    A site keeps its false alarms at the α that it states; over all sites together they are held at the smallest of
    these.
    """
    tested = sites["p_value"].is_not_null()
    adjusted = np.full(sites.height, np.nan)
    adjusted[tested.to_numpy()] = holm(sites["p_value"].drop_nulls().to_numpy())
    reports = folder.reports()
    paths = [f"{REPORTS}/{one.id}.html" if one.id in reports and one.id in digests else None for one in places]
    return sites.with_columns(
        p_over_all=pl.Series(adjusted).fill_nan(None),
        action=_action(),
        report=pl.Series(paths, dtype=pl.String),
        note=pl.Series(list(_notes(sites, places, digests)), dtype=pl.String),
    ).with_columns(stands_over_all=(pl.col("p_over_all") <= pl.col("false_alarm").min()) & (pl.col("shortages") > 0))


def _notes(sites: pl.DataFrame, places: Sequence[SitePlace], digests: Mapping[str, str]) -> Iterator[str | None]:
    """What is odd about each site among the others."""
    named = Counter(name for name in sites["name"] if name is not None)
    alike: dict[str, list[str]] = defaultdict(list)
    for place in places:
        if place.id in digests:
            alike[digests[place.id]].append(place.key)
    for place, name in zip(places, sites["name"], strict=True):
        others = [key for key in alike.get(digests.get(place.id, ""), []) if key != place.key]
        said = [f"its facts are those of {others[0]}, to the letter"] if others else []
        if name is not None and named[name] > 1:
            said.append(f"{named[name]} sites are called {name}")
        yield "; ".join(said) or None
