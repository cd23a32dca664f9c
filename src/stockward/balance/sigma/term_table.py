"""What each Σ is made of, term by term, and what entered as exact because nobody states its error."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.answers.balances import EXACT_SCHEMA, RESTING_SCHEMA
from stockward.balance.layout import Layout
from stockward.balance.sigma.account import Account, Flow
from stockward.balance.sigma.readings import OWN
from stockward.stats.arrays import Flags, Index
from stockward.terms.periods import MICROSECONDS_A_DAY, YEAR_DAYS

TERM_COLUMNS = (
    "series", "period", "part", "material", "method", "calibration", "reading", "item", "coefficient", "quantity",
    "random_relative", "random_absolute", "random_content", "relative", "absolute", "content",
)  # fmt: skip

_PARTS = {"begin": "begin", "end_quantity": "end"}


@dataclass(frozen=True, slots=True)
class Keys:
    """Keys of the materials and methods, to which the codes of the ledger lead; the last stands for none."""

    materials: pl.Series
    methods: pl.Series

    @classmethod
    def of(cls, materials: pl.DataFrame, methods: pl.DataFrame) -> Keys:
        """In the order of the codes."""
        return cls(
            pl.Series([*materials["material"].sort(), None], dtype=pl.String),
            pl.Series([*methods["method"].sort(), None], dtype=pl.String),
        )

    def method(self, code: pl.Expr) -> pl.Expr:
        """The key of a method by its code."""
        return code.replace_strict(range(len(self.methods)), self.methods, default=None, return_dtype=pl.String)


def term_table(account: Account, tested: Flags, keys: Keys) -> pl.DataFrame:
    """Every term of the tested spans that has an error, in order of series and period."""
    number = _within(account.owner, tested)
    tables = [_normal_losses(account, tested, number)]
    entering = {name: flow for name, flow in account.entering.items() if tested[flow.span].any()}
    tables += [_of_flow(account, name, flow, tested, number, keys) for name, flow in entering.items()]
    uncertain = pl.any_horizontal(pl.col(name) != 0 for name in TERM_COLUMNS[-6:])
    table = pl.concat(tables, how="diagonal").filter(uncertain).select(TERM_COLUMNS)
    return table.sort("series", "period", maintain_order=True)


def _of_flow(account: Account, name: str, flow: Flow, tested: Flags, number: Index, keys: Keys) -> pl.DataFrame:
    kept = tested[flow.span]
    terms, span, sign = flow.terms.where(kept), flow.span[kept], flow.coefficient[kept]
    entries = terms.entries
    reading = pl.Series(entries.reading)
    return pl.DataFrame(
        {
            "series": account.base + account.owner[span],
            "period": number[span],
            "part": _repeated(_PARTS.get(name, "flow"), len(span)),
            "material": keys.materials.gather(entries.material % len(keys.materials)),
            "method": keys.methods.gather(entries.method % len(keys.methods)),
            "calibration": entries.calibration,
            "reading": reading.set(reading < 0, None),
            "item": terms.item,
            "coefficient": sign,
            "quantity": sign * terms.value,
            "random_relative": sign**2 * terms.random_relative,
            "random_absolute": sign**2 * terms.random_absolute,
            # What is left of a lot adds up row by row, and so do the shares that stay of its rows.
            "random_content": np.where(terms.item & (entries.reading != OWN), np.abs(sign), sign**2)
            * terms.random_content,
            "relative": sign * terms.relative,
            "absolute": sign * terms.absolute,
            "content": sign * terms.content,
        }
    )


def _normal_losses(account: Account, tested: Flags, number: Index) -> pl.DataFrame:
    """The normal losses with their errors, by span of an area; ``calibration`` numbers the areas of one series."""
    lost = account.lost
    here = np.flatnonzero(tested[lost.span] & (lost.quantity != 0))
    span, quantity = lost.span[here], -lost.quantity[here]
    nothing = np.zeros(len(here))
    return pl.DataFrame(
        {
            "series": account.base + account.owner[span],
            "period": number[span],
            "part": _repeated("normal_loss", len(here)),
            "material": _repeated(None, len(here)),
            "method": _repeated(None, len(here)),
            "calibration": lost.group[here],
            "reading": _repeated(None, len(here)).cast(pl.Int64),
            "item": np.zeros(len(here), bool),
            "coefficient": -np.ones(len(here)),
            "quantity": quantity,
            "random_relative": (lost.random_rel[here] * quantity) ** 2,
            "random_absolute": nothing,
            "random_content": nothing,
            "relative": lost.systematic_rel[here] * quantity,
            "absolute": nothing,
            "content": nothing,
        }
    )


def _repeated(word: str | None, height: int) -> pl.Series:
    return pl.Series([word], dtype=pl.String).new_from_index(0, height)


def resting(account: Account, tested: Flags, ends: Index) -> pl.DataFrame:
    """The most that an inventory of each series lists at readings that entered its period before, at the begin or as a
    receipt: what is taken out of that changes no difference then.

    Of the tested spans that end (``ends``, microseconds) within the last year of them; series without any are left out.
    """
    last = np.zeros(account.series, np.int64)
    np.maximum.at(last, account.owner[tested], ends[tested])
    asked = np.flatnonzero(tested & (ends > last[account.owner] - YEAR_DAYS * MICROSECONDS_A_DAY))
    readings = {name: _shared_readings(flow, asked) for name, flow in account.entering.items()}
    ending = readings.pop("end_quantity")
    if ending.is_empty():
        return pl.DataFrame(schema=RESTING_SCHEMA)
    earlier = pl.concat(readings.values()).unique(["span", "reading"])
    kept = ending.join(earlier, on=["span", "reading"], how="semi").group_by("span").agg(pl.col("quantity").sum())
    found = kept.select("quantity", series=account.base + pl.Series(account.owner).gather(kept["span"]))
    return found.group_by("series").agg(pl.col("quantity").max()).filter(pl.col("quantity") > 0).sort("series")


def _shared_readings(flow: Flow, spans: Index) -> pl.DataFrame:
    """What entered these spans at readings that several rows may repeat: ``span``, ``reading`` and ``quantity``."""
    reading = flow.terms.entries.reading
    kept = np.isin(flow.span, spans) & (reading != OWN)
    return pl.DataFrame({"span": flow.span[kept], "reading": reading[kept], "quantity": flow.terms.value[kept]})


def assumed_exact(account: Account, tested: Flags, layout: Layout) -> pl.DataFrame:
    """Contents and normal losses that entered a tested span as exact, because no error of them is stated."""
    stated, areas = layout.pairs["content_stated"].to_numpy(), layout.series["area"]
    tables = [pl.DataFrame(schema=EXACT_SCHEMA)]
    for flow in account.entering.values():
        pair = flow.terms.entries.pair
        silent = np.flatnonzero(tested[flow.span] & ~stated[pair] & (flow.terms.value != 0) & (flow.coefficient != 0))
        if not len(silent):
            continue
        tables.append(
            pl.DataFrame(
                {
                    "series": account.base + account.owner[flow.span[silent]],
                    "material": layout.pairs["material_key"].gather(pair[silent]),
                }
            ).unique().with_columns(kind=pl.lit("content"))
        )  # fmt: skip
    lost = account.lost
    silent = np.flatnonzero(tested[lost.span] & ~lost.stated & (lost.quantity != 0))
    tables.append(
        pl.DataFrame(
            {"series": account.base + account.owner[lost.span[silent]], "area": areas.gather(lost.series[silent])}
        ).with_columns(kind=pl.lit("normal_loss"))
    )  # fmt: skip
    return pl.concat(tables, how="diagonal").unique().sort("series", "kind", "area", "material")


def _within(owner: Index, kept: Flags) -> Index:
    """The number of each kept entry among those of its owner; owners stand in order."""
    before: Index = np.cumsum(kept) - kept
    return before - before[np.searchsorted(owner, owner)]
