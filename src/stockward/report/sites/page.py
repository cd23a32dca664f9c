"""All sites on one self-contained page: the whole first, then what needs action first, then every site by name."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import PurePath
from typing import Annotated, Any

import polars as pl

from stockward.answers.many.authority import SitesAnswer
from stockward.report.kit import words
from stockward.report.review.context import Badge, KeyFigure
from stockward.report.review.page import fill
from stockward.report.sites import sentences as say
from stockward.terms.verdicts import Verdict

FIRST_MAX, ALARMS_MAX, UNSEEN_MAX, LARGEST_MAX, ORDERS_MAX, GROUPS_MAX, ROUTES_MAX = 200, 200, 50, 20, 200, 60, 100
ALL_MAX = 12_000
"""Sites that are listed on the page; the workbook and the tables have them all."""

RowWords = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteEntry:
    """A site in a list."""

    badge: Annotated[Badge, "what needs action first"]
    site: Annotated[str, "key of the site"]
    name: Annotated[str, "what it calls itself"]
    why: Annotated[str, "what stands behind the action"]
    chance: Annotated[str, "p-value of the site, and held over all sites"]
    report: Annotated[str | None, "path of its own report; none where none was made"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesPage:
    """The page of many sites: its template shows exactly these fields, and computes none."""

    title: Annotated[str, "how many sites, and as of when"]
    headline: Annotated[str, "what needs action first, at how many sites"]
    tone: Annotated[str, "the most urgent action; picks the colour of the head"]
    false_alarms: Annotated[tuple[str, ...], "false alarms of each site and over all of them"]
    figures: Annotated[tuple[KeyFigure, ...], "the figures below the headline"]
    actions: Annotated[tuple[Badge, ...], "the heads of the matrix"]
    groups: Annotated[tuple[tuple[str, RowWords], ...], "folders of sites, and how many sites each action has there"]
    groups_note: Annotated[str, "how many folders are not shown; empty where all are"]
    first: Annotated[tuple[SiteEntry, ...], "the sites that need action first"]
    first_note: Annotated[str, "how many more there are; empty where all are shown"]
    alarms: Annotated[tuple[RowWords, ...], "alarms: site, what, series, amount, not before, not after"]
    alarms_note: Annotated[str, "how many more there are"]
    unseen: Annotated[
        tuple[RowWords, ...], "worst sight beside the goal: site, series, goal, days, found, times the goal"
    ]
    largest: Annotated[tuple[RowWords, ...], "largest losses a year that would go unseen: site, series, loss, share"]
    orders_line: Annotated[str, "orders by verdict; empty where there are none"]
    orders: Annotated[tuple[RowWords, ...], "orders not met: site, order, measure, required, expected, short by, why"]
    orders_note: Annotated[str, "how many more there are"]
    transfers: Annotated[tuple[str, ...], "what passed between the sites; empty where nothing did"]
    routes: Annotated[tuple[RowWords, ...], "routes that differ: from, to, what, sent, difference, p, verdict, largest"]
    routes_note: Annotated[str, "how many more there are"]
    missing: Annotated[tuple[RowWords, ...], "one side alone: document, what, from, to, how much, why, age"]
    missing_note: Annotated[str, "how many more there are"]
    patterns_line: Annotated[str, "what routes have in common; empty where nothing was looked at"]
    patterns: Annotated[tuple[RowWords, ...], "patterns that stand: what, routes, sent, difference, p"]
    all: Annotated[tuple[SiteEntry, ...], "every site, by key"]
    all_note: Annotated[str, "how many are not shown; empty where all are"]
    meanings: Annotated[tuple[tuple[str, str], ...], "what each action means"]
    generated: Annotated[str, "version, seed and moment"]


def write_sites_html(answer: SitesAnswer) -> str:
    """Return the answer as one self-contained page, whatever the number of sites."""
    return fill("sites.html.j2", build_sites_page(answer))


def build_sites_page(answer: SitesAnswer) -> SitesPage:
    """The context of the page."""
    totals = answer.totals
    used = [action for action, count in totals.by_action.items() if count]
    groups = _groups(answer.sites, used)
    needing = answer.sites.filter(pl.col("action") != "nothing")
    every = answer.sites.sort("site")
    return SitesPage(
        title=f"{words.count(totals.sites, 'site')}{f', as of {answer.as_of}' if answer.as_of else ''}",
        headline=say.sites_headline(answer),
        tone=say.action_badge(used[0]).key if used else "balanced",
        false_alarms=tuple(say.false_alarm_words(answer)),
        figures=_figures(answer),
        actions=tuple(map(say.action_badge, used)),
        groups=groups[:GROUPS_MAX],
        groups_note=_more(len(groups), GROUPS_MAX, "folder"),
        first=_entries(needing.head(FIRST_MAX)),
        first_note=_more(needing.height, FIRST_MAX, "site"),
        alarms=tuple(map(alarm_cells, answer.alarms.head(ALARMS_MAX).rows(named=True))),
        alarms_note=_more(answer.alarms.height, ALARMS_MAX, "alarm"),
        unseen=tuple(map(unseen_cells, answer.unseen.head(UNSEEN_MAX).rows(named=True))),
        largest=tuple(map(largest_cells, _largest(answer.largest).rows(named=True))),
        orders_line=say.orders_words(answer),
        orders=tuple(map(order_cells, answer.orders.head(ORDERS_MAX).rows(named=True))),
        orders_note=_more(answer.orders.height, ORDERS_MAX, "order"),
        **_between_sites(answer),
        all=_entries(every.head(ALL_MAX)),
        all_note=_more(every.height, ALL_MAX, "site"),
        meanings=tuple((say.ACTION_WORD[action], say.ACTION_MEANING[action]) for action in say.ACTION_WORD),
        generated=f"Stockward {answer.version}, seed {answer.seed}, {answer.at:%Y-%m-%d %H:%M} UTC",
    )


def _between_sites(answer: SitesAnswer) -> dict[str, Any]:
    """What is said of transfers between the sites."""
    differing = answer.routes.filter(pl.col("verdict") != Verdict.BALANCED.value)
    standing = answer.patterns.filter(pl.col("stands"))
    return {
        "transfers": tuple(say.transfers_words(answer)),
        "routes": tuple(map(route_cells, differing.head(ROUTES_MAX).rows(named=True))),
        "routes_note": _more(differing.height, ROUTES_MAX, "route"),
        "missing": tuple(map(missing_cells, answer.missing.head(ROUTES_MAX).rows(named=True))),
        "missing_note": _more(answer.missing.height, ROUTES_MAX, "consignment"),
        "patterns_line": say.patterns_words(answer),
        "patterns": tuple(map(pattern_cells, standing.head(ROUTES_MAX).rows(named=True))),
    }


def route_cells(row: dict[str, Any]) -> RowWords:
    """A route: from, to, material, sent, difference, the loss that would be found, p-value held over all, verdict."""
    difference = words.measured(row["difference"], row["sigma"], row["unit"], signed=True)
    found, chance = _rounded(row["found_even"], row["unit"]), words.probability(row["p_over_all"])
    sent = words.quantity(row["sent"], row["unit"], 0)
    verdict = row["verdict"].replace("_", " ")
    return row["shipper"], row["receiver"], row["material"], sent, difference, found, chance, verdict


def missing_cells(row: dict[str, Any]) -> RowWords:
    """A consignment of which one side has nothing: document, material, from, to, how much, why, and its age."""
    quantity = row["sent"] if row["sent"] is not None else row["received"]
    age = f"{words.number(row['age_days'], 0)} days"
    ends = (row["shipper"] or words.NOTHING, row["receiver"] or words.NOTHING)
    amount, status = words.quantity(quantity, row["unit"]), say.TRANSFER_WORD[row["status"]]
    return row["document"], row["material"], *ends, amount, status, age


def pattern_cells(row: dict[str, Any]) -> RowWords:
    """A pattern: what is common, routes, consignments, sent, difference, and p-value held over all."""
    what = f"{say.COMMON_WORD[row['kind']]} {row['of']}"
    counts = (words.number(row["routes"]), words.number(row["consignments"]))
    difference = words.measured(row["difference"], row["sigma"], "kg", signed=True)
    return what, *counts, words.quantity(row["sent"], "kg", 0), difference, words.probability(row["p_over_all"])


def _more(total: int, shown: int, what: str) -> str:
    if total <= shown:
        return ""
    return f"The first {words.number(shown)} of {words.count(total, what)}: the workbook and the tables have them all."


def _figures(answer: SitesAnswer) -> tuple[KeyFigure, ...]:
    totals = answer.totals
    unmet = totals.by_order["short"] + totals.by_order["impossible"]
    pairs = [
        (totals.reviewed, "reviewed", None),
        (totals.called, "call a shortage", None),
        (totals.standing, "stand over all sites", None),
        (totals.by_action["not_reviewed"], "not reviewed", None),
    ]
    if sum(totals.by_order.values()):
        pairs.append((unmet, "orders not met", None))
    return tuple(KeyFigure(value=words.number(value), label=label, badge=badge) for value, label, badge in pairs)


def _groups(sites: pl.DataFrame, actions: list[str]) -> tuple[tuple[str, RowWords], ...]:
    """How many sites need each action, by the folder that the sites stand in; those with the most first."""
    folders = [str(PurePath(place).parent) for place in sites["place"]]
    counted = sites.with_columns(folder=pl.Series(folders, dtype=pl.String)).group_by("folder").agg(
        *((pl.col("action") == action).sum().alias(action) for action in actions)
    )  # fmt: skip
    ordered = counted.sort(*(-pl.col(action).cast(pl.Int64) for action in actions), "folder")
    return tuple(
        (str(folder), tuple(words.number(count) if count else words.NOTHING for count in counts))
        for folder, *counts in ordered.rows()
    )


def _entries(sites: pl.DataFrame) -> tuple[SiteEntry, ...]:
    return tuple(
        SiteEntry(
            badge=say.action_badge(row["action"]),
            site=row["site"],
            name=row["name"] or words.NOTHING,
            why=say.why(row),
            chance=say.chance_over_all(row) if row["p_value"] is not None else words.NOTHING,
            report=row["report"],
        )
        for row in sites.rows(named=True)
    )


def alarm_cells(row: dict[str, Any]) -> RowWords:
    """An alarm: site, what, series, how much, and between which days."""
    days = (words.day(at and at.date()) for at in (row["not_before"], row["not_after"]))
    return row["site"], row["kind"], row["series"] or words.NOTHING, say.amount_words(row), *days


def unseen_cells(row: dict[str, Any]) -> RowWords:
    """A goal: site, series, the loss that matters, within how many days, what is found so, and how far apart."""
    found = _rounded(row["goal_found"], row["unit"])
    times = words.NOTHING if row["ratio"] is None else words.number(row["ratio"], 1)
    days = words.NOTHING if row["goal_days"] is None else words.number(row["goal_days"])
    return row["site"], row["series"], words.quantity(row["goal"], row["unit"]), days, found, times


def largest_cells(row: dict[str, Any]) -> RowWords:
    """The loss of a series that would go unseen over a year, and its share of what passed through."""
    share = words.NOTHING if row["share"] is None else words.percent(row["share"])
    return row["site"], row["series"], _rounded(row["found_even_year"], row["unit"]), share


def _rounded(loss: float | None, unit: str) -> str:
    """A loss to three digits: the chance to find it is simulated."""
    if not loss or loss < 0:
        return words.quantity(loss, unit)
    return words.quantity(loss, unit, max(0, 2 - math.floor(math.log10(loss))))


def _largest(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.group_by("unit", maintain_order=True).head(LARGEST_MAX)


def order_cells(row: dict[str, Any]) -> RowWords:
    """An order: site, code, measure, what is required, what is expected, how far from it, and why."""
    figures = (words.number(row[name]) for name in ("required", "expected", "short_by"))
    return row["site"], row["order"], (row["measure"] or "").replace("_", " "), *figures, row["reason"] or ""
