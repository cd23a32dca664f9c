"""Many synthetic sites as a folder of folders, with one ``truth.json`` of what passed between them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from stockward.outputs import resolved, said_of, write_new_folder
from stockward.simulation.catalogue import standard_plan
from stockward.simulation.many.exchange import (
    CALIBRATION_DAYS,
    EXCHANGE,
    FIRST_DAY,
    MATERIAL,
    RANDOM_REL,
    SCALE,
    SYSTEMATIC_REL,
    ExchangeBooks,
    TransitLoss,
    TrueTransfers,
    draw_transfers,
    write_exchange,
)
from stockward.simulation.measuring import calibration_times
from stockward.simulation.plan import MethodPlan
from stockward.simulation.seeding import with_losses
from stockward.simulation.site import simulate_site
from stockward.simulation.write import as_csv
from stockward.terms.errors import UsageError

TRUTH = "truth.json"
_STREAMS = 3
_SETTINGS = """\
format = 1

[site]
name = "{name}"
timezone = "Asia/Seoul"

[detection]
false_alarm = 0.05
detection = 0.95
"""

_Rows = list[dict[str, Any]]


def write_sites(
    folder: Path, sites: int, *, weeks: int, lines: int, losses: bool, seed: int,
    progress: Callable[[str], None] = lambda step: None,
) -> None:  # fmt: skip
    """Write so many sites into folders of their own, and what is true of them beside.

    Each has an exchange, and a plant of so many ``lines`` beside it where there are any. With ``losses`` something is
    taken on the way, and every fifth plant loses something of its own. The same words and seed give the same files.

    Raises ``UsageError`` for a folder that is there and not empty, and for fewer than three sites.
    """
    target = resolved(str(folder), folder)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UsageError(f"{folder} is not empty: name another folder")
    draw, scales, plants = np.random.SeedSequence(seed).spawn(_STREAMS)
    transfers, told = draw_transfers(sites, weeks, losses=losses, rng=np.random.default_rng(draw))
    names = [f"S-{number + 1:05d}" for number in range(sites)]
    own = scales.spawn(sites)
    seeds = plants.generate_state(sites)
    for site, name in enumerate(names):
        progress(f"simulating site {site + 1} of {sites}")
        books = write_exchange(transfers, site, names, weeks, np.random.default_rng(own[site]))
        loses = losses and site % 5 == 4
        texts = _texts(name, books, weeks, lines, losing=loses, seed=int(seeds[site]))
        write_new_folder(target / name, texts)
    with said_of(folder / TRUTH):
        (target / TRUTH).write_text(json.dumps(_truth(transfers, told, names), indent=1) + "\n", encoding="utf-8")


def _texts(name: str, books: ExchangeBooks, weeks: int, lines: int, *, losing: bool, seed: int) -> dict[str, str]:
    """The files of one site."""
    tables: dict[str, pl.DataFrame] = {}
    settings, truth = _SETTINGS.format(name=name), None
    if lines:
        plan = standard_plan(name=name, weeks=weeks, lines=lines, start=FIRST_DAY)
        made = simulate_site(with_losses(plan) if losing else plan, seed=seed)
        tables, settings, truth = dict(made.tables), made.settings, dict(made.truth)
    for table, rows in _exchange_tables(books, weeks, with_material="materials" not in tables).items():
        added = pl.DataFrame(rows, infer_schema_length=None)
        tables[table] = pl.concat([tables[table], added], how="diagonal_relaxed") if table in tables else added
    texts = {f"{table}.csv": as_csv(table, frame) for table, frame in tables.items() if frame.height}
    told = {} if truth is None else {TRUTH: json.dumps(truth, ensure_ascii=False, indent=1) + "\n"}
    return {**texts, **told, "site.toml": settings}


def _exchange_tables(books: ExchangeBooks, weeks: int, *, with_material: bool) -> Mapping[str, _Rows]:
    scale = MethodPlan(
        method=SCALE, random_rel=RANDOM_REL, systematic_rel=SYSTEMATIC_REL, calibrated_every=CALIBRATION_DAYS
    )
    plan = standard_plan(weeks=weeks, lines=1, start=FIRST_DAY)
    material = {"material": MATERIAL, "kind": "bulk", "unit": "kg", "name": "TNT, flakes", "stage": "raw"}
    return {
        "areas": [{"area": EXCHANGE, "kind": "store", "name": "Exchange"}],
        "materials": [material] if with_material else [],
        "methods": [{"method": SCALE, "random_rel": RANDOM_REL, "systematic_rel": SYSTEMATIC_REL}],
        "calibrations": [{"method": SCALE, "at": at} for at in calibration_times(plan, scale, None)],
        "movements": list(books.movements),
        "counts": list(books.counts),
        "consignments": list(books.consignments),
    }


def _truth(transfers: TrueTransfers, told: tuple[TransitLoss, ...], names: list[str]) -> dict[str, Any]:
    """What was put in, and every consignment from which something was taken."""
    losses = []
    for loss in told:
        ends = {
            end: None if of is None else names[of]
            for end, of in (("shipper", loss.shipper), ("receiver", loss.receiver))
        }
        carrier = None if loss.carrier is None else f"C-{loss.carrier + 1}"
        document = None if loss.consignment is None else transfers.document(loss.consignment)
        losses.append({**asdict(loss), **ends, "carrier": carrier, "consignment": document})
    hit = np.flatnonzero((transfers.taken > 0) | ~transfers.arrived)
    quantity, taken = (np.round(figures, 3).tolist() for figures in (transfers.quantity, transfers.taken))
    return {
        "sites": len(names),
        "consignments": len(transfers.day),
        "losses": losses,
        "taken": [
            {
                "document": transfers.document(int(number)), "shipper": names[transfers.shipper[number]],
                "receiver": names[transfers.receiver[number]], "carrier": f"C-{transfers.carrier[number] + 1}",
                "quantity": quantity[number], "taken": taken[number],
            }
            for number in hit
        ],
    }  # fmt: skip
