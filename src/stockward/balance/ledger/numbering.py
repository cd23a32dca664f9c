"""Numbers of documents: those that lack between others, documents that stand twice, and numbers that come again.

A *series* are the numbers with the same letters and signs around their last digits, such as ``PO-2025-``, or around
their first, such as ``/2025``. Numbers that begin anew with a year are a series a year. A series says something where
it has twenty numbers or more, which rise with the days (Spearman's ρ of number and day at 0.9 or more) and run on but
for 5 % at most, in gaps that are few: three, or one for a hundred numbers. A gap of more than a twentieth of the series
begins another pad. Where gaps are more, numbers are shared with other books, or the rows are selected: that is said
once, and gaps say nothing. Numbers of rows that were set aside are there.

A document stands *twice* where all of its lines are repeated further down, line by line, with rows of other documents
in between. A number comes *again* where documents of its series have their lines within three days, 95 in 100 of them,
and its lines lie more than thirty days apart. Where more than three documents, and one in a hundred, are so, it is the
habit of the books, and none is told.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import pairwise
from typing import NamedTuple

import polars as pl

from stockward.answers.items import LedgerFinding
from stockward.balance.ledger.lines import LedgerLines
from stockward.terms.periods import local_day
from stockward.terms.verdicts import LedgerFault

_FEWEST, _RISING, _MOST_LACKING, _FEW, _SHARE_OF_GAPS, _PAD = 20, 0.9, 0.05, 3, 0.01, 0.05
_USUAL_DAYS, _FAR_DAYS, _MOST_ARE = timedelta(days=3), timedelta(days=30), 0.95
_NAMED = 5
_LAST_DIGITS, _FIRST_DIGITS = re.compile(r"(.*?)(\d{1,12})"), re.compile(r"(\d{1,12})([^\d].*)")
_YEAR = re.compile(r".*[^\d](19|20)?\d\d")


class _Document(NamedTuple):
    """A number with the days and the rows of its lines; ``series`` is what stands around it."""

    name: str
    series: tuple[str, str]
    number: int
    width: int
    first: date
    last: date
    rows: Sequence[int]


def numbers_at_fault(lines: LedgerLines) -> Iterator[LedgerFinding]:
    """Gaps and repeats in the numbers of the documents of the movements."""
    movements = pl.concat([lines.books.movements, lines.books.reversed]).filter(pl.col("document").is_not_null())
    if not movements.height or _some_are_lost(lines):
        return
    documents = _documents(movements, lines)
    by_series: Mapping[tuple[str, str], list[_Document]] = defaultdict(list)
    for one in documents:
        by_series[one.series].append(one)
    yield from _twice(movements, lines)
    ordered = [by_series[series] for series in sorted(by_series)]
    yield from _numbered(ordered, lines)
    for documents in ordered:
        yield from _again(documents, lines)


def _some_are_lost(lines: LedgerLines) -> bool:
    """Whether the document of some row that was set aside cannot be read: it may be any that lacks."""
    aside = lines.books.set_aside["movements"]
    return bool(aside["unreadable"].list.contains("document").any())


def _documents(movements: pl.DataFrame, lines: LedgerLines) -> list[_Document]:
    """Every document with a number, those of rows that were set aside among them."""
    zone = lines.books.site.timezone
    good = movements.select("document", "at", "row", good=pl.col("row").cast(pl.Int64))
    aside = lines.books.set_aside["movements"].filter(pl.col("document").is_not_null())
    grouped = (
        pl.concat([good, aside.select("document", "at", "row", good=pl.lit(None, pl.Int64))])
        # A row whose day cannot be read stands among others of its days.
        .sort("row")
        .with_columns(pl.col("at").forward_fill().backward_fill())
        .group_by("document", maintain_order=True)
        .agg(
            # The day of a row that was set aside may be what is wrong with it.
            first=pl.coalesce(pl.col("at").filter(pl.col("good").is_not_null()).min(), pl.col("at").min()),
            last=pl.coalesce(pl.col("at").filter(pl.col("good").is_not_null()).max(), pl.col("at").max()),
            rows=pl.col("good").drop_nulls(),
        )
    )
    found = []
    for name, first, last, rows in grouped.rows():
        parted = _parted(name.strip())
        if parted is not None:
            series, digits = parted
            found.append(
                _Document(name, series, int(digits), len(digits), local_day(first, zone), local_day(last, zone), rows)
            )
    return found


def _parted(name: str) -> tuple[tuple[str, str], str] | None:
    """What stands around the running number, and its digits: the last ones, unless these are a year behind a sign."""
    behind = _FIRST_DIGITS.fullmatch(name)
    if behind is not None and _YEAR.fullmatch(name):
        return ("", behind[2]), behind[1]
    before = _LAST_DIGITS.fullmatch(name)
    return None if before is None else ((before[1], ""), before[2])


def _again(documents: Sequence[_Document], lines: LedgerLines) -> Iterator[LedgerFinding]:
    for one in _reused(documents):
        yield LedgerFinding(
            fault=LedgerFault.NUMBER_REUSED,
            rows=lines.rows("movements", [one.rows[0], one.rows[-1]]),
            count=len(one.rows),
            of=len(documents),
            numbers=(one.name,),
        )


def _numbered(series: Sequence[Sequence[_Document]], lines: LedgerLines) -> Iterator[LedgerFinding]:
    """The gaps of each series; several that together run on have one numbering, with a sign for each kind of paper."""
    shared = []
    for documents in series:
        runs = [run for run in _runs(documents) if len(run) >= _FEWEST and _rises(run)]
        if all(_is_sound(run) for run in runs) and 2 * sum(map(len, runs)) >= len(documents):
            yield from (one for run in runs for one in _lacking(run, lines))
        else:
            shared.append(documents)
    together = [one for documents in shared for one in documents]
    runs = list(_runs(together)) if len(shared) > 1 else []
    numbers = len({(one.number, one.first.year) for one in together})
    if runs and len(together) - numbers <= _few(numbers) and all(_rises(run) and _is_sound(run) for run in runs):
        yield from (one for run in runs for one in _lacking(run, lines))
        return
    for documents in shared:
        yield from (_told_as_shared(run) for run in _runs(documents) if len(run) >= _FEWEST and not _is_sound(run))


def _reused(documents: Sequence[_Document]) -> list[_Document]:
    """Numbers that come again long after, where documents of the series are otherwise of a few days."""
    if len(documents) < _FEWEST:
        return []
    usual = sum(one.last - one.first <= _USUAL_DAYS for one in documents)
    far = [one for one in documents if one.last - one.first > _FAR_DAYS and len(one.rows) > 1]
    return far if usual >= _MOST_ARE * len(documents) and len(far) <= _few(len(documents)) else []


def _few(count: int) -> float:
    return max(_FEW, _SHARE_OF_GAPS * count)


def _runs(documents: Sequence[_Document]) -> Iterator[list[_Document]]:
    """The numbers of a series, year by year where they begin anew, and pad by pad."""
    years: Mapping[int, list[_Document]] = defaultdict(list)
    for one in documents:
        years[one.first.year].append(one)
    parts: list[list[_Document]] = []
    for year in sorted(years):
        own = sorted(years[year], key=lambda one: one.number)
        # Numbers that go on, go on from where the year before ended.
        if parts and own[len(own) // 2].number >= parts[-1][-1].number:
            parts[-1].extend(own)
        else:
            parts.append(own)
    for part in parts:
        ordered = sorted({one.number: one for one in part}.values(), key=lambda one: one.number)
        pad = max(_PAD * len(ordered), float(_FEWEST) / 2)
        cuts = [0, *(n + 1 for n, (one, two) in enumerate(pairwise(ordered)) if two.number - one.number - 1 > pad)]
        yield from (ordered[first:last] for first, last in pairwise([*cuts, len(ordered)]))


def _rises(run: Sequence[_Document]) -> bool:
    """Whether the numbers rise with the days: by the correlation of their ranks."""
    ranks = pl.DataFrame({"number": [one.number for one in run], "day": [one.first for one in run]})
    if ranks["day"].n_unique() == 1:
        return True
    rho = ranks.select(pl.corr(pl.col("number").rank(), pl.col("day").rank())).item()
    return bool(rho >= _RISING)


def _ranges(run: Sequence[_Document]) -> list[tuple[int, int]]:
    return [(one.number + 1, two.number - 1) for one, two in pairwise(run) if two.number > one.number + 1]


def _size(ranges: Sequence[tuple[int, int]]) -> int:
    return sum(last - first + 1 for first, last in ranges)


def _span(run: Sequence[_Document]) -> int:
    return run[-1].number - run[0].number + 1


def _is_sound(run: Sequence[_Document]) -> bool:
    """Whether so few numbers lack, in so few gaps, that somebody gives them out one by one."""
    ranges = _ranges(run)
    return _size(ranges) <= _MOST_LACKING * _span(run) and len(ranges) <= _few(len(run))


def _lacking(run: Sequence[_Document], lines: LedgerLines) -> Iterator[LedgerFinding]:
    """The numbers that lack in a run, as ranges, with the row before each."""
    if not (ranges := _ranges(run)):
        return
    before = [one for one, two in pairwise(run) if two.number > one.number + 1 and one.rows]
    yield LedgerFinding(
        fault=LedgerFault.NUMBERS_LACK,
        rows=lines.rows("movements", [one.rows[-1] for one in before[:_NAMED]]),
        count=_size(ranges),
        of=_span(run),
        numbers=(run[0].name, run[-1].name, *(_range(run, *one) for one in ranges)),
    )


def _told_as_shared(run: Sequence[_Document]) -> LedgerFinding:
    return LedgerFinding(
        fault=LedgerFault.NUMBERS_SHARED,
        rows=(),
        count=_size(_ranges(run)),
        of=_span(run),
        numbers=(run[0].name, run[-1].name),
    )


def _range(run: Sequence[_Document], first: int, last: int) -> str:
    """Numbers as the series writes them: with zeros at the begin, where it has them, and without its sign if several
    have one numbering.
    """
    before, behind = run[0].series if len({one.series for one in run}) == 1 else ("", "")
    ends = [f"{before}{number:0{run[0].width}}{behind}" for number in dict.fromkeys((first, last))]
    return " to ".join(ends)


def _twice(movements: pl.DataFrame, lines: LedgerLines) -> Iterator[LedgerFinding]:
    """Documents whose lines come once more further down, all of them, as they stand."""
    said = pl.struct("kind", "material", "quantity", "from_area", "to_area", "method", "note").hash()
    rows = movements.filter(pl.col("reverses").is_null()).sort("row")
    blocks = (
        rows.select("document", pl.col("row").cast(pl.Int64), said=said, block=pl.col("document").rle_id())
        .filter(pl.col("block").n_unique().over("document") > 1)
        .group_by("document", "block", maintain_order=True)
        .agg("said", "row")
    )
    parts: Mapping[str, list[tuple[Counter[int], list[int]]]] = defaultdict(list)
    for name, _, content, numbers in blocks.rows():
        parts[name].append((Counter(content), numbers))
    found = [(name, own) for name, own in parts.items() if len(own) == 2 and own[0][0] == own[1][0]]
    if len(found) > _few(movements["document"].n_unique()):
        return
    for name, (first, second) in found:
        yield LedgerFinding(
            fault=LedgerFault.NUMBER_TWICE,
            rows=lines.rows("movements", [first[1][0], second[1][0]]),
            count=len(second[1]),
            of=len(first[1]) + len(second[1]),
            numbers=(name,),
        )
