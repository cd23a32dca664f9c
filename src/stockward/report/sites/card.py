"""What a notebook shows of many sites."""

from __future__ import annotations

import polars as pl

from stockward.answers.many.authority import SitesAnswer
from stockward.report.review.card import Card, card, grid
from stockward.report.sites import sentences as say


def sites_card(answer: SitesAnswer) -> Card:
    """What needs action first, at how many sites, and the first of them."""
    needing = answer.sites.filter(pl.col("action") != "nothing")
    rows = ((row["site"], say.ACTION_WORD[row["action"]], say.why(row)) for row in needing.iter_rows(named=True))
    told = grid("Sites", ("site", "action first", "what"), rows, total=needing.height, where=".sites")
    lines = [*say.false_alarm_words(answer), *say.transfers_words(answer), say.orders_words(answer)]
    return card("many sites", say.sites_headline(answer), lines, [told])
