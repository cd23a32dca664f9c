"""Balances and books as the sources print them, against what the rows make: whether they follow, and where not.

A balance follows where it is the one before and what the row changes, or what was counted last and all that was
changed since: a book is brought into line with a count, or is not. A ledger prints in the order of its days, in that
of its rows, or with the newest first: the order by which most balances follow is taken. Of each material in each area
the first row is told that does not follow; where less than half do, the column is of something else.

The book beside a count follows where it is the book beside the count before, or what was counted then, and all that
was changed in between, with write-offs and finds or without, up to any row of its day: lists are printed before the
count, and after it.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import pairwise
from typing import Any, NamedTuple

import polars as pl

from stockward.answers.items import LedgerFinding
from stockward.balance.ledger.lines import LedgerLines
from stockward.terms.verdicts import LedgerFault

_CLOSE, _MOSTLY, _FEW = 1e-6, 0.5, 2
_FINEST = 9


class _Line(NamedTuple):
    """A row of a card: what it changes, and the balance beside it; or what was ``counted``."""

    at: datetime
    day: date
    row: int
    change: float
    printed: float | None
    counted: float | None = None


class _Break(NamedTuple):
    """A balance that does not follow; ``heals`` is when the fault is undone, ``None`` where it stays."""

    line: _Line
    reckoned: float
    heals: datetime | None


class _Card(NamedTuple):
    """What came of one material in one area: the balances that have one before, and those that do not follow."""

    area: str
    material: str
    tried: int
    broken: Sequence[_Break]

    @property
    def follows(self) -> bool:
        return not _are_most(len(self.broken), self.tried)


def _are_most(wrong: int, tried: int) -> bool:
    """Whether so many do not follow that the column is of something else."""
    return wrong > max(_MOSTLY * tried, _FEW)


def breaks_of_balances(lines: LedgerLines) -> Iterator[LedgerFinding]:
    """The first balance that does not follow, of each material in each area."""
    if not lines.written["printed"].is_not_null().any():
        return
    cards = {key: _lines_of(moved, lines.counted, key) for key, moved in _by_cell(lines.written)}
    rolled = [_rolled(cards, order) for order in _ORDERS]
    best = max(rolled, key=lambda found: sum(card.tried - len(card.broken) for card in found))
    yield from _told_of_cards(lines, best)


def _told_of_cards(lines: LedgerLines, cards: Sequence[_Card]) -> Iterator[LedgerFinding]:
    sure = [card for card in cards if card.broken and not _is_unsure(lines, card)]
    others = [card for card in sure if not card.follows]
    if others:
        yield LedgerFinding(
            fault=LedgerFault.BALANCE_BREAKS,
            rows=lines.rows("movements", [others[0].broken[0].line.row]),
            count=sum(len(card.broken) for card in others),
            of=sum(card.tried for card in others),
        )
    for card in sure:
        if card.follows:
            first = card.broken[0]
            stated = first.line.printed or 0.0
            yield LedgerFinding(
                fault=LedgerFault.BALANCE_BREAKS,
                rows=lines.rows("movements", [first.line.row]),
                count=len(card.broken),
                of=card.tried,
                area=card.area,
                material=card.material,
                unit=lines.units[card.material],
                stated=stated,
                reckoned=first.reckoned,
                amount=stated - first.reckoned,
                until=first.heals,
            )


def _is_unsure(lines: LedgerLines, card: _Card) -> bool:
    """Whether a row that was set aside could be why the first balance does not follow."""
    return lines.unsure.reaches(card.area, card.material, card.broken[0].line.at)


def _by_cell(frame: pl.DataFrame) -> Iterator[tuple[tuple[str, str], pl.DataFrame]]:
    parts = frame.partition_by("area", "material", as_dict=True, maintain_order=True)
    return (((str(area), str(material)), part) for (area, material), part in parts.items())


def _lines_of(moved: pl.DataFrame, counted: pl.DataFrame, key: tuple[str, str]) -> list[_Line]:
    rows = [_Line(*row) for row in moved.select("at", "day", "row", "change", "printed").rows()]
    own = counted.filter((pl.col("area") == key[0]) & (pl.col("material") == key[1]))
    # A count stands behind the rows of its moment, as they are of the period that it ends.
    last = 0
    for at, day, quantity in own.select("at", "day", "quantity").rows():
        last = max((line.row for line in rows if line.at <= at and line.counted is None), default=last)
        rows.append(_Line(at, day, last, 0.0, None, quantity))
    return rows


def _by_day(line: _Line) -> tuple[Any, ...]:
    return line.at, line.counted is not None, line.row


def _by_row(line: _Line) -> tuple[Any, ...]:
    return line.row, line.counted is not None


def _newest_first(line: _Line) -> tuple[Any, ...]:
    return line.at, line.counted is not None, -line.row


_ORDERS = (_by_day, _by_row, _newest_first)


def _rolled(cards: Mapping[tuple[str, str], Sequence[_Line]], order: Callable[[_Line], Any]) -> list[_Card]:
    found = []
    for (area, material), rows in cards.items():
        tried, broken = _breaks(sorted(rows, key=order), _tolerance(rows))
        if tried:
            found.append(_Card(area, material, tried, broken))
    return found


def _breaks(rows: Iterable[_Line], tolerance: float) -> tuple[int, list[_Break]]:
    """How many balances have one before, and those that do not follow."""
    book: float | None = None
    since_count: float | None = None
    tried, broken, off = 0, list[_Break](), 0.0
    for line in rows:
        if line.counted is not None:
            since_count = line.counted
            continue
        book, since_count = (None if value is None else value + line.change for value in (book, since_count))
        if line.printed is None:
            continue
        if book is not None:
            tried += 1
            follows = _are_near(book, line.printed, tolerance)
            counted = since_count is not None and _are_near(since_count, line.printed, tolerance)
            off = 0.0 if counted else off + line.printed - book
            if not follows and not counted:
                broken.append(_Break(line, book, None))
            undone = counted or abs(off) <= tolerance + _CLOSE * max(1.0, abs(book))
            if not follows and undone and broken and broken[0].heals is None:
                broken[0] = broken[0]._replace(heals=line.at)
        book, since_count = line.printed, None
    return tried, broken


def _are_near(one: float, other: float, tolerance: float) -> bool:
    return abs(one - other) <= tolerance + _CLOSE * max(1.0, abs(one), abs(other))


def _tolerance(rows: Sequence[_Line]) -> float:
    """What the printed balances round off, where they have fewer decimals than the quantities; else none."""
    printed = max((_decimals(line.printed) for line in rows if line.printed is not None), default=_FINEST)
    moved = max((_decimals(line.change) for line in rows), default=0)
    return 10.0**-printed if printed < moved else 0.0


def _decimals(value: float) -> int:
    return len(f"{value:.{_FINEST}f}".rstrip("0").partition(".")[2])


class _Book(NamedTuple):
    """The book beside one count, and the nearest of what the rows make of it."""

    area: str
    material: str
    inventory: str
    at: datetime
    row: int
    stated: float
    reckoned: float
    follows: bool


def books_beside_counts(lines: LedgerLines) -> Iterator[LedgerFinding]:
    """The first book beside a count that does not follow from the rows, of each material in each area."""
    if not lines.counted["book"].is_not_null().any():
        return
    moved = dict(_by_cell(lines.written))
    none = lines.written.clear()
    checked = [one for key, counts in _by_cell(lines.counted) for one in _books_of(key, counts, moved.get(key, none))]
    differing = [one for one in checked if not one.follows]
    wrong = [one for one in differing if not lines.unsure.reaches(one.area, one.material, one.at)]
    if wrong and _are_most(len(differing), len(checked)):
        yield LedgerFinding(
            fault=LedgerFault.BOOK_DIFFERS,
            rows=lines.rows("counts", [wrong[0].row]),
            count=len(wrong),
            of=len(checked),
        )
        return
    told = set()
    for one in wrong:
        key = one.area, one.material
        if key not in told:
            told.add(key)
            own = [other for other in checked if (other.area, other.material) == key]
            yield LedgerFinding(
                fault=LedgerFault.BOOK_DIFFERS,
                rows=lines.rows("counts", [one.row]),
                count=sum(not other.follows for other in own),
                of=len(own),
                area=one.area,
                material=one.material,
                inventory=one.inventory,
                unit=lines.units[one.material],
                stated=one.stated,
                reckoned=one.reckoned,
                amount=one.stated - one.reckoned,
            )


def _books_of(key: tuple[str, str], counts: pl.DataFrame, moved: pl.DataFrame) -> Iterator[_Book]:
    days = moved["day"].to_list()
    changes, flows = (
        [0.0, *moved.select(part.cum_sum()).to_series()]
        for part in (pl.col("change"), pl.col("change") * ~pl.col("claim"))
    )
    rows = [_Line(*row) for row in moved.select("at", "day", "row", "change", "printed").rows()]
    for (_, _, since, _, quantity, printed), (inventory, at, day, row, _, stated) in pairwise(
        counts.select("inventory", "at", "day", "row", "quantity", "book").rows()
    ):
        if stated is None:
            continue
        begins = [(quantity, changes), (quantity, flows)] + ([] if printed is None else [(printed, changes)])
        # A list is printed before the rows of its day are booked, or after them.
        first, last = (range(bisect_left(days, one), bisect_right(days, one) + 1) for one in (since, day))
        makes = [start + made[after] - made[before] for start, made in begins for before in first for after in last]
        nearest = min(makes, key=lambda made: abs(made - stated))
        close = _are_near(nearest, stated, _tolerance([*rows, _Line(at, day, row, 0.0, stated)]))
        yield _Book(*key, inventory, at, row, stated, nearest, close)
