"""Closing the balances: ``difference = begin + received − sent − end − normal loss``, positive is missing.

A series is a substance in an area, or an item material in an area. Its differences stand between two complete physical
inventories; write-offs and finds stand beside them, never in them. Random and systematic errors of all that was
measured are carried into the covariance of the differences [figures.propagation].
"""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl

from stockward.answers.balances import Balances
from stockward.balance.assembly import Assembly
from stockward.balance.completeness import completeness
from stockward.balance.composition import holdings_of
from stockward.balance.inventories import Inventories, inventories_of
from stockward.balance.layout import Layout, lay_out
from stockward.balance.legs import BOOK_SIGN, Entries, Pairing, entries_of_counts, entries_of_flows, flow_legs
from stockward.balance.normal_loss import NormalLoss
from stockward.balance.quarantine.doubts import Doubt, doubts_of, needs_uses, possible_substances
from stockward.balance.quarantine.empty import empty_intervals
from stockward.balance.quarantine.touches import Possible, resolve, unlisted_areas
from stockward.balance.quarantine.unclosed import Unclosed
from stockward.balance.scope.doubts import doubts_of_scopes
from stockward.balance.scope.slots import scoped_slots
from stockward.balance.sigma.errors import Errors, Terms
from stockward.balance.sigma.readings import readings_of
from stockward.balance.sigma.terms import (
    ReadLedger,
    TimeCuts,
    count_terms,
    flow_sums,
    key_list,
    time_cuts,
    transfer_sums,
)
from stockward.balance.spans import spans_of
from stockward.balance.whole_site.joining import SiteSeries, Unlisted, site_series
from stockward.balance.whole_site.series import Transfers
from stockward.book.known import KnownBooks
from stockward.stats.arrays import Index


def close_balances(books: KnownBooks) -> Balances:
    """Close every series of the site over its inventories.

    Returns the balances in order of area, then substance or material. A period that an incomplete inventory ends
    stays open until the next complete one; a period that a row at fault could touch has no figures; one with a term
    of unknown σ has its difference, and is not tested.
    """
    return assemble(books).balances(books["areas"], books["materials"], books["methods"])


def assemble(books: KnownBooks) -> Assembly:
    """Everything that the balances are made of: series, spans, terms and their errors."""
    inventories = inventories_of(books)
    cuts = time_cuts(books, inventories)
    readings = readings_of(books)
    ledger = ReadLedger.of(books, cuts, readings)
    legs = flow_legs(*flow_sums(ledger, cuts), key_list(books.movements["kind"]))
    # In an order that is the rows' own, so that no sum over them depends on that of the file.
    counts = count_terms(books, inventories, cuts, readings).sort(pl.exclude("row"), maintain_order=True)
    materials = key_list(books.counts["material"])
    doubts = doubts_of(books, inventories, cuts, _uses(books, inventories, legs, counts))
    doubts += doubts_of_scopes(books, inventories)
    holdings = holdings_of(books)
    possible = Possible(holdings, possible_substances(books))
    present = _present(legs, counts, doubts, inventories.areas, materials)
    layout = lay_out(inventories, present, holdings, materials, _doubted(doubts, possible, holdings))
    touches = resolve(doubts, possible, layout, inventories)
    pairing = Pairing(layout, len(materials))
    flows, counted = entries_of_flows(legs, layout, pairing), entries_of_counts(counts, layout, pairing)
    complete = completeness(layout, flows, counted, touches, scoped_slots(books, inventories, layout))
    spans = spans_of(layout, complete, touches.intervals)
    errors = Errors.of(books, layout)
    empty = empty_intervals(layout, flows, counted, complete, touches)
    moments = layout.moments(inventories)
    unseen = _unseen_substances(books, inventories, possible)
    unlisted = {
        substance: [Unlisted(inventories.at_of(area), since) for area, since in areas if len(inventories.at_of(area))]
        for substance, areas in unlisted_areas(doubts, possible, layout, inventories).items()
    }
    sites = tuple(
        one if unseen is not None and one.substance not in unseen else one.in_doubt()
        for one in site_series(layout, complete.complete, complete.doubtful, empty, moments, unlisted)
    )
    transfers = _transfers(ledger, cuts, key_list(books.movements["kind"]), layout, pairing, sites)
    latest = int(np.max(inventories.at[~inventories.clouded], initial=0))
    return Assembly(
        layout=layout,
        inventories=inventories,
        spans=spans,
        complete=complete,
        touches=touches,
        normal=NormalLoss.of(books, layout.series),
        flows=Terms.of(flows, errors),
        counts=Terms.of(counted, errors),
        materials=tuple(materials),
        sites=sites,
        transfers=Transfers(Terms.of(transfers[0], errors), transfers[1]),
        readings=len(readings.at),
        unclosed=Unclosed(layout, complete.complete, empty, moments, latest, books.site.timezone),
    )


def _unseen_substances(books: KnownBooks, inventories: Inventories, possible: Possible) -> set[str] | None:
    """Substances that may stand in an area of which rows at fault alone speak; ``None`` means all.

    Such an area has no series, so that nothing of it would be missing from the whole site.
    """
    if books.set_aside["areas"].height:
        return None
    counted = {inventories.areas[area] for area in inventories.area.tolist()}
    aside = books.set_aside["counts"].filter(pl.col("area").is_in(list(inventories.areas)))
    aside = aside.filter(~pl.col("area").is_in(list(counted)))
    if aside["material"].null_count():
        return None
    return {holding for material in aside["material"].unique() for holding, _ in possible.holdings(material)}


def _transfers(
    ledger: ReadLedger,
    cuts: TimeCuts,
    kinds: list[str],
    layout: Layout,
    pairing: Pairing,
    sites: tuple[SiteSeries, ...],
) -> tuple[Entries, Index]:
    """Both legs of what passed between areas, and the cell of each; none where no series of the site has a period."""
    if not any(len(one.slots) for one in sites):
        ledger = ledger.where(np.zeros(0, np.int64))
    legs = flow_legs(*transfer_sums(ledger, cuts, kinds.index("transfer")), kinds)
    return entries_of_flows(legs, layout, pairing), legs["cell"].to_numpy()[pairing.expand(legs)[0]]


def _uses(books: KnownBooks, inventories: Inventories, legs: pl.DataFrame, counts: pl.DataFrame) -> pl.DataFrame:
    """Which material and method was used where and when; asked for only where a row at fault makes it matter."""
    if not needs_uses(books):
        return pl.DataFrame()
    keys = ["area", "material", "method", "calibration", "interval", "place"]
    change = pl.col("quantity") * pl.Series(BOOK_SIGN)[legs["role"]]
    moved = legs.with_columns(change=change, place=pl.lit(None, pl.Int64))
    counted = counts.with_columns(change=pl.col("quantity"), interval=pl.lit(None, pl.Int64))
    columns = [*(pl.col(name).cast(pl.Int64) for name in keys), pl.col("change", "quantity").cast(pl.Float64)]
    used = pl.concat([moved.select(columns), counted.select(columns)]).group_by(keys, maintain_order=True).sum()
    names: dict[str, list[Any]] = {
        "area": list(inventories.areas),
        "material": key_list(books.counts["material"]),
        "method": [*key_list(books.counts["method"]), None],
    }
    return used.with_columns(
        pl.Series(name, [keys[code] for code in used[name]], dtype=pl.String) for name, keys in names.items()
    )


def _present(
    legs: pl.DataFrame, counts: pl.DataFrame, doubts: list[Doubt], areas: tuple[str, ...], materials: list[str]
) -> pl.DataFrame:
    """Every area and material (codes) of which the books speak, and whether rows at fault alone do."""
    area_codes = {area: code for code, area in enumerate(areas)}
    material_codes = {material: code for code, material in enumerate(materials)}
    doubted = {
        (area_codes[area], material_codes[material])
        for doubt in doubts
        if doubt.named
        for area in doubt.areas or ()
        for material in doubt.materials or ()
        if area in area_codes and material in material_codes
    }
    extra = pl.DataFrame(sorted(doubted), schema={"area": pl.Int64, "material": pl.Int64}, orient="row")
    good, aside = (
        np.unique(
            np.concatenate([rows["area"].to_numpy() * len(materials) + rows["material"].to_numpy() for rows in of])
        )
        for of in ((legs, counts), (extra,))
    )
    codes = np.union1d(good, aside)
    return pl.DataFrame(
        {
            "area": codes // max(len(materials), 1),
            "material": codes % max(len(materials), 1),
            "at_fault": ~np.isin(codes, good),
        }
    )


def _doubted(doubts: list[Doubt], possible: Possible, holdings: pl.DataFrame) -> list[tuple[str, str, str, str | None]]:
    """Series of which only rows at fault speak: they are listed, and not tested."""
    units = dict(holdings.select("holding", "unit").rows())
    series = {
        (area, holding, basis, units.get(holding))
        for doubt in doubts
        if doubt.named and doubt.materials is not None
        for area in doubt.areas or ()
        for holding, basis in possible.of(doubt) or ()
    }
    return sorted(series, key=lambda row: row[:3])
