"""Dispatches matched to their receipts over all sites: by document, material and time; nothing doubtful is matched."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

import polars as pl

from stockward.balance.consigned.lines import RECEIVED, SENT
from stockward.questions.many.rows import REVIEWED
from stockward.terms.spelling import folded
from stockward.terms.units import UNITS, dimension, factor

EARLIEST, LATEST = timedelta(days=-2), timedelta(days=60)
"""A receipt stands so long after its dispatch, clocks and days written for moments allowed for."""
MATCHED = "matched"
_MARKS = r"[\s_\-/.:()\[\],;'’`\"*]+"
"""Signs in which two writers of one number of a document differ."""
_KEYS = ("site", "document", "occasion", "material", "unit")


@dataclass(frozen=True, slots=True)
class MatchedLines:
    """What was matched and what was not, and the lines of what was.

    transfers
        One row a consignment, with the columns of the table of results, ``number`` (from 0 on), and no figure of a test
        yet; quantities in the shipper's unit.
    lines
        The lines of matched ones, in that unit, positive for the shipper: ``number``, ``site``, ``side``, ``method``,
        ``calibration``, ``instrument``, ``random_variance``, ``relative``, ``absolute``, ``random_df``,
        ``systematic_df``, ``known``.
    """

    transfers: pl.DataFrame
    lines: pl.DataFrame


def _paper() -> pl.Expr:
    """The number of a document without what two writers of it differ in."""
    return pl.col("document").str.to_lowercase().str.replace_all(_MARKS, " ").str.strip_chars()


def between_sites(lines: pl.LazyFrame) -> pl.DataFrame:
    """Of all that came and went, what names a partner, or a document that one site sent and another received.

    All else, such as what a plant has from its suppliers, has no other side among the sites; it stands in the table
    ``consignments`` alone. Rows stay in their order.
    """
    numbered = lines.with_row_index("place").with_columns(paper=_paper())
    papers = numbered.group_by("paper").agg(sides=pl.col("side").n_unique(), sites=pl.col("site").n_unique())
    shared = papers.filter((pl.col("sides") > 1) & (pl.col("sites") > 1)).select("paper", shared=pl.lit(True))
    kept = numbered.join(shared, on="paper", how="left").filter(pl.col("partner").is_not_null() | pl.col("shared"))
    return kept.collect().sort("place").drop("place", "paper", "shared")


def match_consignments(lines: pl.DataFrame, sites: pl.DataFrame) -> MatchedLines:
    """Match what was sent to what was received.

    A dispatch and a receipt belong together where two sites name one document and one material (whatever the letter
    case and the marks), the receipt is dated from two days before to 60 days after the dispatch, and neither names
    another site as its partner. Where more than one fits on either side, all of them are ambiguous.

    Parameters
    ----------
    lines, sites
        The tables of results.
    """
    lines = lines.with_row_index("line")
    named = _partners(lines, sites)
    whole = _consignments(lines, named)
    sent, received = (whole.filter(pl.col("side") == side).drop("side") for side in (SENT, RECEIVED))
    pairs = _fitting(sent, received)
    many = pairs.filter(~pl.col("alone"))
    ambiguous = pl.concat([many["number"], many["number_received"]]).unique()
    alone = pairs.filter(pl.col("alone"))
    matched = _matched(alone)
    met = pl.concat([alone["number"], alone["number_received"]])
    left = whole.filter(~pl.col("number").is_in(met.implode()))
    others = _left(left, ambiguous, whole, sites)
    transfers = pl.concat([matched, others], how="diagonal").sort(
        "shipper", "receiver", "material", "sent_at", "received_at", "document", nulls_last=True
    )
    transfers = transfers.with_row_index("number").with_columns(pl.col("number").cast(pl.Int64))
    return MatchedLines(transfers, _lines_of(lines, whole, transfers))


def _partners(lines: pl.DataFrame, sites: pl.DataFrame) -> Mapping[str, str]:
    """The site that each partner names: its key, its folder or what it calls itself; none where several are meant."""
    meant: dict[str, set[str]] = {}
    for key, name in sites.select("site", "name").rows():
        for word in {key, key.rpartition("/")[2], name or key}:
            meant.setdefault(folded(word), set()).add(key)
    partners = lines["partner"].drop_nulls().unique()
    found = {partner: meant.get(folded(partner), set()) for partner in partners}
    return {partner: next(iter(keys)) for partner, keys in found.items() if len(keys) == 1}


def _consignments(lines: pl.DataFrame, named: Mapping[str, str]) -> pl.DataFrame:
    """One row a side, site, document, occasion and material."""
    goods = {word: folded(word) for word in lines["material"].unique()}
    grouped = lines.group_by("side", *_KEYS, maintain_order=True).agg(
        pl.col("first_at").min(),
        pl.col("last_at").max(),
        pl.col("quantity").sum(),
        pl.col("known").all(),
        pl.col("partner", "carrier").first(),
    )
    return grouped.with_row_index("number").with_columns(
        number=pl.col("number").cast(pl.Int64),
        paper=_paper(),
        goods=pl.col("material").replace_strict(goods, return_dtype=pl.String),
        at_partner=pl.col("partner").replace_strict(named, default=None, return_dtype=pl.String),
    )


def _fitting(sent: pl.DataFrame, received: pl.DataFrame) -> pl.DataFrame:
    """Every dispatch with every receipt that may be its own; ``alone`` where neither fits another."""
    pairs = sent.join(received, on=["paper", "goods"], suffix="_received", maintain_order="left_right").filter(
        (pl.col("site") != pl.col("site_received"))
        & (pl.col("at_partner").is_null() | (pl.col("at_partner") == pl.col("site_received")))
        & (pl.col("at_partner_received").is_null() | (pl.col("at_partner_received") == pl.col("site")))
        & (pl.col("last_at_received") >= pl.col("first_at") + EARLIEST)
        & (pl.col("first_at_received") <= pl.col("last_at") + LATEST)
    )
    once = (pl.len().over("number") == 1) & (pl.len().over("number_received") == 1)
    return pairs.with_columns(alone=once)


def _matched(pairs: pl.DataFrame) -> pl.DataFrame:
    units = pl.DataFrame(
        [(own, other, factor(other, own)) for own in UNITS for other in UNITS],
        schema={"unit": pl.String, "unit_received": pl.String, "scale": pl.Float64},
        orient="row",
    )
    scaled = pairs.join(units, on=["unit", "unit_received"], how="left", maintain_order="left")
    return scaled.select(
        "document",
        "material",
        "unit",
        shipper="site",
        receiver="site_received",
        status=pl.when(pl.col("scale").is_null()).then(pl.lit("units_differ")).otherwise(pl.lit(MATCHED)),
        sent_at="last_at",
        received_at="last_at_received",
        sent="quantity",
        received=pl.col("quantity_received") * pl.col("scale"),
        partner=pl.coalesce("partner", "partner_received"),
        carrier=pl.coalesce("carrier", "carrier_received"),
        scale="scale",
        both_known=pl.col("known") & pl.col("known_received"),
        number_sent="number",
        number_received="number_received",
    ).with_columns(difference=pl.col("sent") - pl.col("received"))


def _left(left: pl.DataFrame, ambiguous: pl.Series, whole: pl.DataFrame, sites: pl.DataFrame) -> pl.DataFrame:
    """What was not matched: why, and how old it is."""
    reviewed = dict(sites.select("site", pl.col("status") == REVIEWED).rows())
    last = whole["last_at"].max()
    other = pl.when(pl.col("side") == SENT).then(pl.lit("not_received")).otherwise(pl.lit("not_sent"))
    there = pl.col("at_partner").replace_strict(reviewed, default=None, return_dtype=pl.Boolean)
    # The other side may have booked the same document for another material.
    elsewhere = whole.select("paper", at_partner="site", of="side").unique()
    opposite = elsewhere.with_columns(side=pl.when(pl.col("of") == SENT).then(pl.lit(RECEIVED)).otherwise(pl.lit(SENT)))
    marked = left.join(
        opposite.select("paper", "at_partner", "side", booked=pl.lit(True)),
        on=["paper", "at_partner", "side"], how="left", maintain_order="left",
    )  # fmt: skip
    status = (
        pl.when(pl.col("number").is_in(ambiguous.implode())).then(pl.lit("ambiguous"))
        .when(pl.col("partner").is_null()).then(pl.lit("no_partner"))
        .when(pl.col("at_partner").is_null()).then(pl.lit("outside"))
        .when(~there).then(pl.lit("partner_not_reviewed"))
        .when(pl.col("booked").fill_null(False)).then(pl.lit("other_material"))
        .otherwise(other)
    )  # fmt: skip
    is_sent = pl.col("side") == SENT
    return marked.select(
        "document",
        "material",
        "unit",
        shipper=pl.when(is_sent).then("site").otherwise("at_partner"),
        receiver=pl.when(is_sent).then("at_partner").otherwise("site"),
        status=status,
        sent_at=pl.when(is_sent).then("last_at"),
        received_at=pl.when(~is_sent).then("last_at"),
        sent=pl.when(is_sent).then("quantity"),
        received=pl.when(~is_sent).then("quantity"),
        partner="partner",
        carrier="carrier",
        age_days=(pl.lit(last, dtype=pl.Datetime("us", "UTC")) - pl.col("last_at")).dt.total_seconds() / 86_400,
    )


def _lines_of(lines: pl.DataFrame, whole: pl.DataFrame, transfers: pl.DataFrame) -> pl.DataFrame:
    """The lines of what was matched, in the shipper's unit."""
    matched = transfers.filter(pl.col("status") == MATCHED)
    sides = pl.concat(
        [
            matched.select("number", consignment="number_sent", scale=pl.lit(1.0)),
            matched.select("number", consignment="number_received", scale="scale"),
        ]
    )
    keyed = lines.join(whole.select("side", *_KEYS, consignment="number"), on=["side", *_KEYS], maintain_order="left")
    own = keyed.join(sides, on="consignment", maintain_order="left")
    sign = pl.when(pl.col("side") == SENT).then(1.0).otherwise(-1.0) * pl.col("scale")
    return own.select(
        "number", "site", "side", "method", "calibration", "instrument", "random_df", "systematic_df", "known",
        random_variance=pl.col("random_variance") * pl.col("scale") ** 2,
        relative=pl.col("relative") * sign,
        absolute=pl.col("absolute") * sign,
    )  # fmt: skip


def in_kilograms(unit: str) -> float | None:
    """How many kilograms one unit is; ``None`` for items."""
    return factor(unit, "kg") if dimension(unit) == dimension("kg") else None
