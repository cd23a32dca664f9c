"""Whether what one site sent is what the other received: each consignment, each route, and what several share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from stockward.balance.consigned.lines import SENT
from stockward.questions.many.consigned import MATCHED, MatchedLines, in_kilograms, match_consignments
from stockward.stats.arrays import Array, Flags
from stockward.stats.many.differences import chance_of_more, chance_of_route, even_loss_found, freedom_of_sum
from stockward.stats.many.together import holm
from stockward.terms.units import UNITS
from stockward.terms.verdicts import Verdict

_ROUTE = ("shipper", "receiver", "material", "unit")
_EXACT = 1e-9
"""A difference below this share of what was sent is rounding."""
LEAST_ROUTES = 2
"""What only one route has is no pattern."""


@dataclass(frozen=True, slots=True)
class ComparedTransfers:
    """The tables of results ``transfers``, ``routes`` and ``patterns``, without the columns of a site."""

    transfers: pl.DataFrame
    routes: pl.DataFrame
    patterns: pl.DataFrame


def compare_transfers(
    lines: pl.DataFrame, sites: pl.DataFrame, *, false_alarm: float, detection: float
) -> ComparedTransfers:
    """Match, and test the differences by the errors of both sides.

    Parameters
    ----------
    lines, sites
        The tables of results ``consignments`` and ``sites``.
    false_alarm
        Chance that any route is falsely called a shortage, over all routes together and the whole of their record; and
        likewise of a gain, and of a pattern.
    detection
        Chance with which the loss that is told of a route would be found.
    """
    matched = match_consignments(lines, sites)
    transfers = _tested(matched)
    routes, grouped = _routes(transfers, matched.lines, false_alarm, detection)
    return ComparedTransfers(transfers, routes, _patterns(grouped, matched.lines, false_alarm))


def _sums(lines: pl.DataFrame, group: str, groups: int) -> tuple[Array, Array]:
    """σ of the sum of all differences of each group of lines, and its degrees of freedom.

    Errors of one site, method and calibration are shared by all lines of the group that have them.
    """
    shared = lines.group_by(group, "site", "method", "calibration", maintain_order=True).agg(
        pl.col("random_variance", "relative", "absolute").sum(), pl.col("random_df", "systematic_df").first()
    )
    of_method = shared.group_by(group, "site", "method", maintain_order=True).agg(
        random=pl.col("random_variance").sum(),
        systematic=(pl.col("relative") ** 2 + pl.col("absolute") ** 2).sum(),
        random_df=pl.col("random_df").first(),
        systematic_df=pl.col("systematic_df").first(),
    )
    owner = np.concatenate([of_method[group].to_numpy()] * 2)
    parts = np.concatenate([of_method["random"].to_numpy(), of_method["systematic"].to_numpy()])
    freedom = pl.concat([of_method["random_df"], of_method["systematic_df"]]).fill_null(float("inf")).to_numpy()
    return np.sqrt(np.bincount(owner, parts, groups)), freedom_of_sum(parts, freedom, owner, groups)


def _tested(matched: MatchedLines) -> pl.DataFrame:
    """Each consignment with σ of its difference and its own p-value."""
    transfers = matched.transfers
    sigma, freedom = _sums(matched.lines, "number", transfers.height)
    known = (transfers["status"] == MATCHED) & transfers["both_known"].fill_null(False)
    tested = known.to_numpy() & (sigma > 0)
    chance = np.full(transfers.height, np.nan)
    difference = transfers["difference"].to_numpy()
    chance[tested] = chance_of_more(difference[tested], sigma[tested], freedom[tested])
    return transfers.with_columns(
        sigma=pl.when(known).then(pl.Series(sigma)),
        p_value=pl.Series(chance).fill_nan(None),
        z=pl.Series(np.where(tested, difference / np.where(sigma > 0, sigma, 1), np.nan)).fill_nan(None),
    )


def _routes(
    transfers: pl.DataFrame, lines: pl.DataFrame, false_alarm: float, detection: float
) -> tuple[pl.DataFrame, pl.DataFrame]:
    """One row a route; and the matched transfers with the number of theirs."""
    matched = transfers.filter(pl.col("status") == MATCHED)
    place = pl.col("difference").abs().arg_max()
    gain = pl.when(pl.col("p_value").is_not_null()).then(1 - pl.col("p_value"))
    routes = matched.group_by(*_ROUTE, maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("consignments"),
        pl.col("sent", "received", "difference").sum(),
        pl.col("both_known").all(),
        least=pl.col("p_value").min(),
        least_gain=gain.min(),
        largest=pl.col("difference").get(place),
        largest_document=pl.col("document").get(place),
        off=(pl.col("difference").abs() > _EXACT * pl.col("sent").abs()).sum(),
    )
    routes = routes.with_row_index("route").with_columns(pl.col("route").cast(pl.Int64))
    grouped = matched.join(routes.select("route", *_ROUTE), on=_ROUTE, how="left", maintain_order="left")
    own = lines.join(grouped.select("number", "route"), on="number", maintain_order="left")
    sigma, freedom = _sums(own, "route", routes.height)
    tested = routes["both_known"].to_numpy() & (sigma > 0)
    shortage = _chances(routes, sigma, freedom, tested, "least", 1)
    gains = _chances(routes, sigma, freedom, tested, "least_gain", -1)
    found = np.full(routes.height, np.nan)
    if tested.any():
        found[tested] = even_loss_found(sigma[tested], int(tested.sum()), false_alarm, detection)
    told = routes.with_columns(
        sigma=pl.when(pl.col("both_known")).then(pl.Series(sigma)),
        p_value=pl.Series(shortage[0]).fill_nan(None),
        p_over_all=pl.Series(shortage[1]).fill_nan(None),
        p_gain=pl.Series(gains[1]).fill_nan(None),
        found_even=pl.Series(found).fill_nan(None),
    )
    verdict = (
        pl.when(pl.col("p_over_all") <= false_alarm).then(pl.lit(Verdict.SHORTAGE.value))
        .when(pl.col("p_gain") <= false_alarm).then(pl.lit(Verdict.GAIN.value))
        .when(pl.col("p_value").is_null() & pl.col("both_known") & (pl.col("off") > 0))
        .then(pl.lit(Verdict.DISCREPANCY.value))
        .when(~pl.col("both_known")).then(pl.lit(Verdict.NOT_TESTED.value))
        .otherwise(pl.lit(Verdict.BALANCED.value))
    )  # fmt: skip
    return told.with_columns(verdict=verdict), grouped


def _chances(
    routes: pl.DataFrame, sigma: Array, freedom: Array, tested: Flags, least: str, sign: int
) -> tuple[Array, Array]:
    """The p-values of routes for missing (sign 1) or surplus material (−1), and held over all of them."""
    own, adjusted = np.full(routes.height, np.nan), np.full(routes.height, np.nan)
    if tested.any():
        whole = chance_of_more(sign * routes["difference"].to_numpy()[tested], sigma[tested], freedom[tested])
        single, number = routes[least].fill_null(1.0).to_numpy()[tested], routes["consignments"].to_numpy()[tested]
        own[tested] = chance_of_route(whole, single, number)
        adjusted[tested] = holm(own[tested])
    return own, adjusted


def _patterns(grouped: pl.DataFrame, lines: pl.DataFrame, false_alarm: float) -> pl.DataFrame:
    """What several routes have in common, and whether they lose or gain with it."""
    scales = {unit: in_kilograms(unit) for unit in UNITS}
    scale = pl.col("unit").replace_strict(scales, return_dtype=pl.Float64)
    tested = grouped.filter(pl.col("p_value").is_not_null() & scale.is_not_null()).with_columns(scale=scale)
    marks = pl.concat(
        [
            _marks(tested, lines, kind)
            for kind in ("carrier", "shipper", "receiver", "shipper_instrument", "receiver_instrument")
        ]
    )
    marks = marks.join(
        marks.group_by("kind", "of").agg(number_of_routes=pl.col("route").n_unique()),
        on=["kind", "of"],
        maintain_order="left",
    ).filter(pl.col("number_of_routes") >= LEAST_ROUTES)
    if marks.is_empty():
        return pl.DataFrame(schema=_PATTERN_SCHEMA)
    groups = marks.select("kind", "of").unique().sort("kind", "of").with_row_index("pattern")
    groups = groups.with_columns(pl.col("pattern").cast(pl.Int64))
    marks = marks.join(groups, on=["kind", "of"], maintain_order="left")
    whole = _pattern_chance(marks, lines, groups.height)
    by_route = marks.group_by("pattern", "route", maintain_order=True).agg(
        part=(pl.col("difference") * pl.col("scale")).sum()
    )
    direction = np.sign(whole["difference"].to_numpy())
    signed = by_route.with_columns(part=pl.col("part") * pl.Series(direction[by_route["pattern"].to_numpy()]))
    first = signed.sort("part", "route", descending=[True, False]).group_by("pattern", maintain_order=True).first()
    others = marks.join(first.select("pattern", "route"), on=["pattern", "route"], how="anti", maintain_order="left")
    without = _pattern_chance(others, lines, groups.height)
    # The others must err the same way.
    same = np.sign(without["difference"].to_numpy()) == direction
    without_first = np.where(same, without["p_value"].to_numpy(), 1.0)
    both = np.maximum(whole["p_value"].to_numpy(), without_first)
    over_all = holm(both)
    told = pl.concat([groups, whole], how="horizontal").with_columns(
        p_without_first=pl.Series(without_first),
        p_over_all=pl.Series(over_all),
        stands=pl.Series(over_all <= false_alarm),
    )
    return told.select(*_PATTERN_SCHEMA)


_PATTERN_SCHEMA = {
    "kind": pl.String, "of": pl.String, "routes": pl.Int64, "consignments": pl.Int64, "sent": pl.Float64,
    "difference": pl.Float64, "sigma": pl.Float64, "p_value": pl.Float64, "p_without_first": pl.Float64,
    "p_over_all": pl.Float64, "stands": pl.Boolean,
}  # fmt: skip


def _marks(tested: pl.DataFrame, lines: pl.DataFrame, kind: str) -> pl.DataFrame:
    """Each consignment with what it has of one kind."""
    columns = ("number", "route", "sent", "difference", "scale")
    if kind in ("carrier", "shipper", "receiver"):
        named = tested.filter(pl.col(kind).is_not_null())
        return named.select(*columns, of=kind, kind=pl.lit(kind))
    is_shipper = pl.col("side") == SENT
    sides = lines.filter(is_shipper if kind == "shipper_instrument" else ~is_shipper)
    measured = sides.select("number", of="instrument").drop_nulls().unique(maintain_order=True)
    return tested.join(measured, on="number", maintain_order="left_right").select(*columns, "of", kind=pl.lit(kind))


def _pattern_chance(marks: pl.DataFrame, lines: pl.DataFrame, groups: int) -> pl.DataFrame:
    """For each pattern its sums, kg, σ and two-sided p-value; of one without a consignment the chance is 1."""
    own = lines.join(marks.select("number", "pattern", "scale"), on="number", maintain_order="left_right").with_columns(
        pl.col("relative", "absolute") * pl.col("scale"),
        random_variance=pl.col("random_variance") * pl.col("scale") ** 2,
    )
    sigma, freedom = _sums(own, "pattern", groups)
    sums = marks.group_by("pattern", maintain_order=True).agg(
        routes=pl.col("route").n_unique().cast(pl.Int64),
        consignments=pl.len().cast(pl.Int64),
        sent=(pl.col("sent") * pl.col("scale")).sum(),
        difference=(pl.col("difference") * pl.col("scale")).sum(),
    )
    every = pl.DataFrame({"pattern": np.arange(groups)}).join(sums, on="pattern", how="left", maintain_order="left")
    difference = every["difference"].fill_null(0.0).to_numpy()
    chance = np.ones(groups)
    tested = sigma > 0
    chance[tested] = np.minimum(2 * chance_of_more(np.abs(difference[tested]), sigma[tested], freedom[tested]), 1.0)
    return every.drop("pattern").with_columns(
        difference=pl.Series(difference), sigma=pl.Series(sigma), p_value=pl.Series(chance)
    )
