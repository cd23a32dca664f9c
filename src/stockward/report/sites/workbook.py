"""All sites as a workbook: one row a site, and what needs action."""

from __future__ import annotations

import polars as pl

from stockward.answers.many.authority import SitesAnswer
from stockward.outputs import OutputTarget
from stockward.report.kit.sheet import Sheet, write_sheets
from stockward.report.sites import sentences as say

_ROWS_MAX = 1_000_000
"""Rows of one sheet; the tables of results have them all."""


def write_sites_xlsx(answer: SitesAnswer, path: OutputTarget) -> None:
    """Write the answer as a workbook; the same answer gives the same bytes.

    Sheets: about, sites, alarms, unseen, largest, orders not met, routes, one side alone, patterns.
    Raises ``UsageError`` where the file cannot be written.
    """
    write_sheets(path, "many sites", answer.at.replace(tzinfo=None), sites_sheets(answer))


def sites_sheets(answer: SitesAnswer) -> tuple[Sheet, ...]:
    """Every sheet of the workbook, in order."""
    told = [say.sites_headline(answer), *say.false_alarm_words(answer)]
    told += [text for text in [say.orders_words(answer), say.patterns_words(answer)] if text]
    told += say.transfers_words(answer)
    about = [
        *(("all sites", text) for text in told),
        *((f"action: {name}", say.ACTION_MEANING[name]) for name in say.ACTION_WORD),
    ]
    return (
        Sheet(name="about", header=("about", "in plain words"), rows=about),
        _sheet("sites", answer.sites),
        _sheet("alarms", answer.alarms),
        _sheet("unseen", answer.unseen),
        _sheet("largest", answer.largest),
        _sheet("orders not met", answer.orders),
        _sheet("routes", answer.routes),
        _sheet("one side alone", answer.missing),
        _sheet("patterns", answer.patterns),
    )


def _sheet(name: str, frame: pl.DataFrame) -> Sheet:
    shown = frame.head(_ROWS_MAX)
    return Sheet(name=name, header=tuple(column.replace("_", " ") for column in shown.columns), rows=shown.rows())
