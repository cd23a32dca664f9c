"""Transfers of which the two sides say different quantities.

Both sides stand in one row where ``other_quantity`` is given, or in two where a transfer went by way of an area that
nobody counts, such as *in transit*, under one document. Of items every difference is told, of what was measured one of
more than three σ of both; where an error is not stated, every one. Where most documents that went such a way do not
agree, they do not say what came: then none of these is told.
"""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from stockward.answers.items import LedgerFinding
from stockward.balance.ledger.lines import LedgerLines
from stockward.balance.ledger.weighing import Weighings
from stockward.terms.verdicts import LedgerFault

_SIGMAS, _LEAST, _MOSTLY = 3.0, 1e-9, 0.5
_NAMED = 3


def sides_that_differ(lines: LedgerLines) -> Iterator[LedgerFinding]:
    """One finding for each material and way between two areas, with the first rows."""
    transfers = lines.books.movements.filter(pl.col("kind") == "transfer").with_columns(
        pl.col("from_area", "to_area", "material", "method").cast(pl.String)
    )
    if transfers.is_empty():
        return
    both = pl.concat([_in_one_row(transfers), _in_two_rows(transfers, lines)])
    if not both.height:
        return
    weighings = Weighings.of(lines.books)
    differ = both.filter(
        pl.Series([_differ(weighings, *row) for row in both.select("material", "method", "sent", "came").rows()])
    )
    for (area, other, material), found in differ.partition_by(_WAY, as_dict=True, maintain_order=True).items():
        numbers = [row for rows in found["rows"].head(_NAMED).to_list() for row in rows]
        if any(lines.unsure.reaches(str(one), str(material), found["at"].max()) for one in (area, other)):  # type: ignore[arg-type]
            continue
        way = both.filter(
            (pl.col("from_area") == area) & (pl.col("to_area") == other) & (pl.col("material") == material)
        )
        yield LedgerFinding(
            fault=LedgerFault.SIDES_DIFFER,
            rows=lines.rows("movements", numbers),
            count=found.height,
            of=way.height,
            area=str(area),
            other_area=str(other),
            material=str(material),
            unit=lines.units[str(material)],
            stated=float(found["sent"].sum()),
            reckoned=float(found["came"].sum()),
            amount=float((found["sent"] - found["came"]).sum()),
            numbers=tuple(found["document"].drop_nulls().unique(maintain_order=True).head(_NAMED)),
        )


_WAY = ("from_area", "to_area", "material")


def _differ(weighings: Weighings, material: str, method: str | None, sent: float, came: float) -> bool:
    known = weighings.is_known(material, method)
    sigma = weighings.sigma(material, [(method, sent)]) + weighings.sigma(material, [(method, came)]) if known else 0.0
    return abs(sent - came) > max(_SIGMAS * sigma, _LEAST * max(sent, came))


def _in_one_row(transfers: pl.DataFrame) -> pl.DataFrame:
    return transfers.filter(pl.col("other_quantity").is_not_null()).select(
        *_WAY, "at", "method", "document", sent="quantity", came="other_quantity", rows=pl.concat_list("row")
    )


def _in_two_rows(transfers: pl.DataFrame, lines: LedgerLines) -> pl.DataFrame:
    """What went into an area that nobody counts, and came out of it, under one document each."""
    counted = lines.books.counts["area"].cast(pl.String).unique().implode()
    documented = transfers.filter(pl.col("document").is_not_null())
    key = ["document", "material", "through"]
    left, came = (
        documented.filter(~pl.col(through).is_in(counted))
        .rename({through: "through"})
        .group_by(key, maintain_order=True)
        .agg(
            pl.col(end).first(), pl.col("at").first(), pl.col("method").first(), pl.col("quantity").sum(), pl.col("row")
        )
        for through, end in (("to_area", "from_area"), ("from_area", "to_area"))
    )
    paired = left.join(came, on=key, suffix="_came", maintain_order="left")
    share = paired.select(((pl.col("quantity") - pl.col("quantity_came")).abs() > _LEAST).mean()).item()
    return (paired if (share or 0.0) <= _MOSTLY else paired.clear()).select(
        *_WAY, "at", "method", "document", sent="quantity", came="quantity_came", rows=pl.concat_list("row", "row_came")
    )
