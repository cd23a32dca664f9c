"""One damaged site: the command line must answer for it, and no verdict may lean on a row that was set aside.

A period that the review calls closed is compared with the same period in sites where every row that was set aside
stands mended, each in its own way: its difference, σ and status must be the same, and so must the covariance of a
series whose closed periods are the same. A series called balanced has no further periods there.
"""

from __future__ import annotations

import json
import random
import re
import tempfile
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import polars as pl
from clean_site import clean_site
from click.testing import CliRunner
from damages import LAST, OF_CELLS, OF_FILES
from mending import Mender
from writing import SiteDraft, draft_of, sheet_of, write

from stockward.answers.balances import Balances
from stockward.balance.closing import close_balances
from stockward.book import Site, read_site
from stockward.book.known import known_at
from stockward.cli import main
from stockward.terms.periods import end_of
from stockward.terms.units import factor

VARIANTS = 12
_ONE_LINE = re.compile(r"error: .*(site\.toml|\.csv|\.parquet|\.xlsx|\.tsv|\.txt|site)\S*: .+: .+", re.IGNORECASE)
_TOLERANCE = 1e-9


@dataclass
class Outcome:
    """What came of one damaged site; ``faults`` is empty where all is well."""

    seed: int
    damages: list[str]
    told: list[str]
    exit_code: int | None
    set_aside: int
    compared: int
    mended: int
    faults: list[str]


@cache
def clean_facts(variant: int) -> Site:
    """The clean site, read."""
    with tempfile.TemporaryDirectory() as scratch:
        draft = SiteDraft({}, "", "csv", ".", ",", 0, 0, byte_order_mark=False)
        draft.sheets = {name: sheet_of(name, rows) for name, rows in clean_site(variant).items()}
        draft.settings = draft_of(clean_site(variant), random.Random(0)).settings.replace(
            'decimal = ","', 'decimal = "."'
        )
        write(draft, Path(scratch) / "clean")
        site = read_site(Path(scratch) / "clean")
    assert not site.problems, site.problems
    return site


def damaged_site(seed: int, folder: Path) -> tuple[list[str], list[str]]:
    """Write a damaged site; returns the names of the damages, and what each did."""
    rng = random.Random(seed)
    draft = draft_of(clean_site(seed % VARIANTS), rng)
    names = _choose(rng)
    told = [(name, OF_CELLS[name](draft, rng)) for name in names if name in OF_CELLS]
    write(draft, folder)
    later = [name for name in names if name in OF_FILES]
    told.extend((name, OF_FILES[name](draft, folder, rng)) for name in later if (folder / "site.toml").is_file())
    done = [(name, words) for name, words in told if words]
    return [name for name, _ in done], [f"{name}: {words}" for name, words in done]


def _choose(rng: random.Random) -> list[str]:
    """One damage or several; those of whole files, which mostly end the reading, less often."""
    count = rng.choice((1, 1, 1, 2, 2, 3, 5, 8))
    names = [*OF_CELLS] if rng.random() < 0.75 else [*OF_FILES]
    return sorted((rng.choice(names) for _ in range(count)), key=lambda name: name in LAST)


def try_one(seed: int, *, mends: int = 3, scratch: Path | None = None) -> Outcome:
    """Damage one site, review it, and hold the review against mended sites."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = (scratch or Path(temporary)) / "site"
        names, told = damaged_site(seed, folder)
        outcome = Outcome(seed, names, told, None, 0, 0, 0, [])
        try:
            _examine(outcome, folder, mends)
        except BaseException:
            outcome.faults.append(f"an error that nobody caught:\n{traceback.format_exc()}")
        return outcome


def _examine(outcome: Outcome, folder: Path, mends: int) -> None:
    rng = random.Random(f"{outcome.seed} mends")
    as_of = f"2026-0{rng.randint(1, 4)}-15" if rng.random() < 0.2 else None
    read: list[Site] = []
    answers = _review(outcome, folder, as_of, read)
    if answers is None:
        return
    (site,) = read
    outcome.set_aside = sum(frame.height for frame in site.set_aside.values())
    _hold_exit_code(outcome, answers)
    if outcome.set_aside == 0:
        return
    balances = _close(site, as_of)
    mender = Mender(site, clean_facts(outcome.seed % VARIANTS), rng)
    for number in range(mends):
        mended = mender.mend(folder.parent / f"mended {number}", from_clean=number == 0)
        if mended is not None:
            outcome.mended += 1
            compare(outcome, answers, balances, _close(mended, as_of), f"mend {number}")


def _review(outcome: Outcome, folder: Path, as_of: str | None, read: list[Site]) -> dict[str, Any] | None:
    """Run the command line, which leaves the site as it has ``read`` it; the answers as JSON, ``None`` where it could
    not be read."""

    def kept(place: Path) -> Site:
        read.append(read_site(place))
        return read[-1]

    file = folder.parent / "review.json"
    options = ["--json", str(file), *(["--as-of", as_of] if as_of else []), *(["--quiet"] if outcome.seed % 5 else [])]
    with patch("stockward.book.read_site", kept):
        result = CliRunner().invoke(main, ["review", str(folder), *options])
    outcome.exit_code = result.exit_code
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    if "Traceback" in result.output:
        outcome.faults.append(f"a traceback is shown: {result.output}")
    if result.exit_code == 2:
        lines = result.stderr.splitlines()
        if len(lines) != 1 or not _ONE_LINE.fullmatch(lines[0]):
            outcome.faults.append(f"exit code 2 without one line of file and mend: {lines}")
        return None
    if result.exit_code not in {0, 1, 3}:
        outcome.faults.append(f"exit code {result.exit_code}: {result.output}")
        return None
    answers: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return answers


def _hold_exit_code(outcome: Outcome, answers: dict[str, Any]) -> None:
    """1 where anything is alarmed, 3 where rows were set aside or carry no test, or nothing was tested, else 0."""
    alarmed = any(series["verdict"] in {"shortage", "gain", "discrepancy"} for series in answers["series"])
    untested = any(period["status"] == "not_tested" for series in answers["series"] for period in series["periods"])
    nothing = all(series["verdict"] == "not_tested" for series in answers["series"])
    due = 1 if alarmed else 3 if outcome.set_aside or untested or nothing else 0
    if outcome.exit_code != due:
        outcome.faults.append(f"exit code {outcome.exit_code} in place of {due}")


def _close(site: Site, as_of: str | None) -> Balances:
    moment = end_of(as_of, site.timezone) if as_of else None
    return close_balances(known_at(site, moment))


def compare(outcome: Outcome, answers: dict[str, Any], damaged: Balances, mended: Balances, name: str) -> None:
    """Hold every closed period, and every verdict, against the mended site."""
    # An item and a substance may have one key.
    verdicts = {(series["id"], series["basis"]): series["verdict"] for series in answers["series"]}
    ids = {series: number for number, series in enumerate(mended.series.select("id", "basis").rows())}
    for number, series in enumerate(damaged.series.select("id", "basis").rows()):
        before = _periods(damaged, number)
        # The unit of a series may hang on a row at fault; what it measures may not.
        unit = _unit_ratio(damaged, number, mended, ids[series]) if series in ids else 1.0
        after = _periods(mended, ids[series], unit) if series in ids else {}
        closed = {key: row for key, row in before.items() if row["status"] == "closed"}
        outcome.compared += len(closed)
        for key, row in closed.items():
            difference = _difference(row, after.get(key))
            if difference:
                outcome.faults.append(f"{name}: {series} {key[0]}: {difference}")
        if verdicts[series] == "balanced" and after.keys() != before.keys():
            outcome.faults.append(
                f"{name}: {series} is called balanced, and has other periods: {after.keys() ^ before.keys()}"
            )
        if closed and closed.keys() == {key for key, row in after.items() if row["status"] == "closed"}:
            other = mended.covariances[ids[series]] * unit**2
            _hold_covariance(outcome, damaged.covariances[number], other, f"{name}: {series}")


_Key = tuple[Any, ...]


def _unit_ratio(damaged: Balances, number: int, mended: Balances, other: int) -> float:
    """How many units of the series as damaged one of the series as mended is."""
    units = mended.series["unit"][other], damaged.series["unit"][number]
    return (factor(*units) or 1.0) if None not in units else 1.0


def _periods(balances: Balances, series: int, unit: float = 1.0) -> dict[_Key, dict[str, Any]]:
    frame = balances.periods.filter(pl.col("series") == series)
    rows = frame.with_columns(pl.col("difference", "sigma", "throughput") * unit).rows(named=True)
    return {(row["inventory"], row["start"], row["end"]): row for row in rows}


def _difference(before: dict[str, Any], after: dict[str, Any] | None) -> str | None:
    """In what the same period differs."""
    if after is None:
        return "closed, and there is no such period in the mended site"
    if after["status"] != "closed":
        return f"closed, and {after['status']} in the mended site ({after['reason']})"
    for name, scale in (("difference", before["throughput"]), ("sigma", before["sigma"])):
        if abs(before[name] - after[name]) > _TOLERANCE * (1 + scale):
            return f"{name} {before[name]!r}, and {after[name]!r} in the mended site"
    return None


def _hold_covariance(outcome: Outcome, before: Any, after: Any, name: str) -> None:
    if before.shape != after.shape or not np.allclose(before, after, rtol=1e-7, atol=1e-9):
        outcome.faults.append(f"{name}: the covariance of the same closed periods differs")


def count_by(outcomes: list[Outcome], key: Callable[[Outcome], Any]) -> dict[Any, int]:
    """How many outcomes there are of each kind."""
    counts: dict[Any, int] = {}
    for outcome in outcomes:
        counts[key(outcome)] = counts.get(key(outcome), 0) + 1
    return counts
