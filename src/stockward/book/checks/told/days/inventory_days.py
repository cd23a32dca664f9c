"""Inventories whose day contradicts the order of their codes, or lies where nothing else happened: told, not changed.

A wrong year in all rows of an inventory makes a shortage and a gain in every series that it enters, and no row of it
stands out among the others.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from statistics import median

import polars as pl

from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.told.doubts import tell_rows
from stockward.terms.periods import SEASON_DAYS

_FEWEST, _MOST_ODD = 3, 5
"""So many inventories make an order, and one in so many may lie outside of it: else their codes follow none."""
_LOOKED_THROUGH = 500
_MOST_TOLD = 5
_PACES = 2


@dataclass(frozen=True, slots=True)
class _Inventory:
    """One inventory of one area."""

    code: str
    area: str
    day: date


@dataclass(frozen=True, slots=True)
class _Doubt:
    """What is wrong with the day of an inventory, and which day may be meant."""

    of: _Inventory
    why: str
    meant: date

    def __str__(self) -> str:
        where = f"inventory {self.of.code} of {self.of.area} is of {self.of.day}"
        return f"{where}, {self.why}: was it {self.meant}? Correct its day then"


def an_inventory_may_have_a_wrong_day(draft: Draft, table: TableDraft) -> None:
    """The code of an inventory, or the movements, put it a year away, or where day and month are exchanged."""
    held = _inventories(draft, table)
    span = _span(draft)
    against_codes: list[_Doubt] = []
    by_area: dict[str, list[_Inventory]] = {}
    for one in held:
        by_area.setdefault(one.area, []).append(one)
    for of_one_area in by_area.values():
        against_codes.extend(_against_codes(of_one_area, span))
    found = against_codes or ([] if span is None else list(_against_movements(held, *span)))
    draft.doubted_inventories.extend((doubt.of.code, doubt.of.area) for doubt in found)
    doubts: dict[str, _Doubt] = {}
    for doubt in found:
        doubts.setdefault(doubt.of.code, doubt)
    good = table.good()
    for code, doubt in list(doubts.items())[:_MOST_TOLD]:
        tell_rows(draft, table, good.filter(pl.col("inventory") == code)["row"], str(doubt))


def _inventories(draft: Draft, table: TableDraft) -> list[_Inventory]:
    """The inventories of each area, in the order of the table; each stands on the day of its latest row."""
    local = pl.col("at").max().dt.convert_time_zone(draft.settings.site.timezone).dt.date()
    counts = table.good().drop_nulls(["at", "inventory", "area"])
    rows = counts.group_by("inventory", "area", maintain_order=True).agg(day=local)
    return [_Inventory(code, area, day) for code, area, day in rows.select("inventory", "area", "day").rows()]


def _span(draft: Draft) -> tuple[date, date] | None:
    """The days of the first and of the last movement."""
    moments = draft["movements"].good()["at"].drop_nulls().dt.convert_time_zone(draft.settings.site.timezone)
    days = moments.dt.date()
    first, last = days.min(), days.max()
    return (first, last) if isinstance(first, date) and isinstance(last, date) else None


def _against_codes(held: Sequence[_Inventory], span: tuple[date, date] | None) -> Iterator[_Doubt]:
    """Inventories of one area that lie before one with an earlier code, or after one with a later."""
    if len(held) < _FEWEST:
        return
    shapes = Counter(_shape(one.code) for one in held)
    shape = max(shapes, key=lambda one: shapes[one])
    if not _FEWEST <= shapes[shape] <= _LOOKED_THROUGH:
        return
    ordered = sorted((one for one in held if _shape(one.code) == shape), key=lambda one: _in_order(one.code))
    falls = sum(two.day < one.day for one, two in pairwise(ordered))
    most = max(1, len(ordered) // _MOST_ODD)
    if not 0 < falls <= most:
        return
    kept = _in_time(tuple(one.day for one in ordered), span)
    if len(ordered) - len(kept) > most:
        return
    gap = _PACES * max((ordered[two].day - ordered[one].day for one, two in pairwise(kept)), default=timedelta())
    for place in sorted(set(range(len(ordered))) - set(kept)):
        odd = ordered[place]
        before = next((ordered[one] for one in reversed(kept) if one < place), None)
        after = next((ordered[one] for one in kept if one > place), None)
        low = before.day if before is not None else _earlier(after, gap)
        high = after.day if after is not None else _later(before, gap)
        meant = _meant(odd.day, low, high)
        if meant is not None:
            yield _Doubt(odd, _beside(odd, before, after), meant)


def _earlier(one: _Inventory | None, gap: timedelta) -> date:
    return date.min if one is None else one.day - min(gap, one.day - date.min)


def _later(one: _Inventory | None, gap: timedelta) -> date:
    return date.max if one is None else one.day + min(gap, date.max - one.day)


def _beside(odd: _Inventory, before: _Inventory | None, after: _Inventory | None) -> str:
    """The inventory that it ought to follow, or to precede, and does not."""
    if before is not None and odd.day < before.day:
        return f"before {before.code} ({before.day})"
    return "out of order" if after is None else f"after {after.code} ({after.day})"


def _shape(code: str) -> str:
    """A code without its numbers: codes of one shape are counted on."""
    return re.sub(r"[0-9]+", "0", code)


def _in_order(code: str) -> list[tuple[int, str]]:
    """What sorts codes of one shape by their numbers, however long these are."""
    numbers = (number.lstrip("0") for number in re.findall(r"[0-9]+", code))
    return [(len(number), number) for number in numbers]


@lru_cache(maxsize=16)
def _in_time(days: tuple[date, ...], span: tuple[date, date] | None) -> tuple[int, ...]:
    """Places of as many days as follow one another; of equals, those among the movements.

    Areas are often counted on the same days: what was found for one is kept for the next.
    """
    season = timedelta(days=SEASON_DAYS)
    best: list[tuple[int, int, int | None]] = []
    for place, day in enumerate(days):
        among = span is None or span[0] - season <= day <= span[1] + season
        follow = [(best[i][0], best[i][1], i) for i in range(place) if days[i] <= day]
        number, within, last = max(follow, default=(0, 0, None), key=lambda found: found[:2])
        best.append((number + 1, within + among, last))
    at: int | None = max(range(len(best)), key=lambda place: best[place][:2])
    kept: list[int] = []
    while at is not None:
        kept.append(at)
        at = best[at][2]
    return tuple(reversed(kept))


def _against_movements(held: Sequence[_Inventory], first: date, last: date) -> Iterator[_Doubt]:
    """Inventories long before the first movement or after the last, where others lie among them."""
    latest: dict[str, _Inventory] = {}
    for one in held:
        if one.code not in latest or one.day > latest[one.code].day:
            latest[one.code] = one
    days = sorted({one.day for one in latest.values()})
    pace = int(median([(two - one).days for one, two in pairwise(days)] or [SEASON_DAYS]))
    far = timedelta(days=max(SEASON_DAYS, _PACES * pace))
    # A record may go on with inventories alone, none far from the one before.
    begins, ends = first, last
    for day in days:
        ends = day if ends < day <= ends + far else ends
    for day in reversed(days):
        begins = day if begins - far <= day < begins else begins
    odd = [one for one in latest.values() if not begins <= one.day <= ends]
    if len(latest) < _FEWEST or len(odd) > max(1, len(latest) // _MOST_ODD):
        return
    near = timedelta(days=max(pace, 1))
    for one in odd:
        meant = _meant(one.day, first - near, last + near)
        if meant is not None:
            side = f"before the first movement ({first})" if one.day < first else f"after the last movement ({last})"
            apart = (first - one.day).days if one.day < first else (one.day - last).days
            yield _Doubt(one, f"{apart} days {side}", meant)


def _meant(day: date, low: date, high: date) -> date | None:
    """The first day between two of those which somebody may have meant who wrote this one."""
    return next((one for one in _written_like(day) if one != day and low <= one <= high), None)


def _written_like(day: date) -> Iterator[date]:
    """In the next year or the last, with day and month exchanged, with two digits exchanged."""
    text = f"{day:%Y%m%d}"
    texts = [f"{day.year + years:04}{text[4:]}" for years in (1, -1)]
    texts.append(text[:4] + text[6:] + text[4:6])
    texts += [text[:at] + text[at + 1] + text[at] + text[at + 2 :] for at in range(len(text) - 1)]
    for one in texts:
        try:
            yield date(int(one[:4]), int(one[4:6]), int(one[6:]))
        except ValueError:
            continue
