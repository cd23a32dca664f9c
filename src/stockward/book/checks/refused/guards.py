"""Rules of people, posts, absences, orders and costs; each holds its reason against the rows that break it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

import polars as pl

from stockward.book.cells.columns import shown
from stockward.book.cells.moments import LATEST_YEAR
from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.problems import bare, did_you_mean

_DAY_MINUTES = 24 * 60

_BETWEEN_WORDS = r"[/|&\s'\"()\[\]{}、，；]+"
"""What people put between words or around them; signs that are often part of a code, such as + and -, are none."""


def a_qualification_is_written_as_a_post_asks_for_it(draft: Draft, table: TableDraft) -> None:
    """A qualification that only looks like one that a post asks for would be none."""
    asked = draft["posts"]["qualification"].drop_nulls().unique().sort().to_list()
    held = table["qualifications"].explode().drop_nulls().unique().sort()
    meant = {word: did_you_mean(word, asked) or _part_that_is(word, asked) for word in held if word not in asked}
    near = {word: guess for word, guess in meant.items() if guess}
    if near:
        first = table["qualifications"].list.eval(pl.element().filter(pl.element().is_in(list(near)))).list.first()
        guess = first.replace_strict(near, default=None, return_dtype=pl.String)
        words = pl.format(
            "it holds what looks like {}, which a post asks for, and is not written so: correct it", guess
        )
        table.refuse("qualifications", guess.is_not_null(), pl.select(words).to_series())


def _part_that_is(word: str, known: Sequence[str]) -> str | None:
    """The known word that stands in another, between signs that people put between words or around them."""
    return next((part for part in re.split(_BETWEEN_WORDS, word) if part in known), None)


def a_post_asks_for_one_qualification(draft: Draft, table: TableDraft) -> None:
    """What several words, or a list, ask for nobody holds: a qualification of a guard is one word."""
    several = table["qualification"].str.contains(r"[\s,;]").fill_null(False)
    table.refuse("qualification", several, "a post asks for one qualification, in one word: write the one that counts")


_COST_NAMES = {
    "inventory": ("area",), "calibration": ("method",), "weighing": ("method",), "item": ("area", "material"),
    "guard": ("affiliation", "source"), "training": ("affiliation", "source"), "output": ("line",),
}  # fmt: skip
"""The columns that say of what a cost is, by what costs it."""


def a_cost_is_of_its_kind(draft: Draft, table: TableDraft) -> None:
    """A guard has an affiliation and a source, output a line: a name in another column would be left unread."""
    for column in ("area", "method", "material", "affiliation", "source", "line"):
        others = [what for what, names in _COST_NAMES.items() if column not in names]
        named = table[column].is_not_null() & table["what"].cast(pl.String).is_in(others)
        what = table["what"].cast(pl.String)
        of = what.replace_strict({one: " and ".join(names) for one, names in _COST_NAMES.items()}, default=None)
        words = pl.select(pl.format("a cost of {} is of {}: leave this cell blank", what, of)).to_series()
        table.refuse(column, named, words)


def an_affiliation_is_written_as_its_band(draft: Draft, table: TableDraft) -> None:
    """An affiliation that only looks like one that has a band would be outside of every band."""
    bands = [band.name for band in draft.settings.force.affiliation]
    meant = {
        word: did_you_mean(word, bands) for word in table["affiliation"].drop_nulls().unique() if word not in bands
    }
    near = {word: guess for word, guess in meant.items() if guess}
    if near:
        guess = table["affiliation"].replace_strict(near, default=None, return_dtype=pl.String)
        words = pl.format("it looks like {}, which has a band in site.toml, and is not written so: correct it", guess)
        table.refuse("affiliation", guess.is_not_null(), pl.select(words).to_series())


def an_affiliation_is_written_in_one_way(draft: Draft, table: TableDraft) -> None:
    """Two spellings of one affiliation would be a mix of two: the one that fewer rows have is refused."""
    often = Counter(table["affiliation"].drop_nulls().sort().to_list())
    usual: dict[str, str] = {}
    near = {word: first for word, _ in often.most_common() if (first := usual.setdefault(bare(word), word)) != word}
    if near:
        written = table["affiliation"].replace_strict(near, default=None, return_dtype=pl.String)
        words = pl.format("other rows have {}, and it would count as another affiliation: write it as they do", written)
        table.refuse("affiliation", written.is_not_null(), pl.select(words).to_series())


_NO_END = (
    "an absence has a last day: where nobody knows it yet, write the last one that is expected, and correct it when it "
    "is known"
)


def an_absence_has_an_end(draft: Draft, table: TableDraft) -> None:
    """Of one that goes on the end is left out, or a word stands there: what to write is said in place of a format."""
    reasons, cells = table.reasons.get("end"), table.cells.get("end")
    if reasons is not None and cells is not None:
        says_a_day = shown(cells).str.contains("[0-9]").fill_null(False)
        unsaid = (~says_a_day & reasons.str.contains("it is blank|no ISO 8601 date")) | _in_no_near_year(cells, reasons)
        table.reasons["end"] = pl.select(pl.when(unsaid).then(pl.lit(_NO_END)).otherwise(reasons)).to_series()


def an_open_end_is_blank(draft: Draft, table: TableDraft) -> None:
    """A last day such as 9999-12-31 stands for none in other programs."""
    reasons, cells = table.reasons.get("until"), table.cells.get("until")
    if reasons is not None and cells is not None:
        words = pl.lit("there is no such last day: leave until blank where no end is known")
        open_end = _in_no_near_year(cells, reasons)
        table.reasons["until"] = pl.select(pl.when(open_end).then(words).otherwise(reasons)).to_series()


def _in_no_near_year(cells: pl.Series, reasons: pl.Series) -> pl.Series:
    """Cells that are refused, and name a year beyond all that are read, in whatever form."""
    year = shown(cells).str.extract(r"(?:^|[^0-9])([0-9]{4})(?:[^0-9]|$)").cast(pl.Int32)
    return ((year > LATEST_YEAR) & reasons.is_not_null()).fill_null(False)


def an_end_follows_its_start(draft: Draft, table: TableDraft) -> None:
    """An absence or a shift does not end before it begins."""
    table.refuse("end", table["end"] < table["start"], "it lies before the start: correct one of them")


def an_order_states_its_target(draft: Draft, table: TableDraft) -> None:
    """A target is a factor of a baseline on a date, or a value."""
    neither = table["factor"].is_null() & table["value"].is_null()
    table.refuse("factor", neither, "the order states no target: give factor with baseline_on, or value")
    without = table["factor"].is_not_null() & table["baseline_on"].is_null() & table["value"].is_null()
    table.refuse("baseline_on", without, "a factor needs the day of its baseline")
    both = table["factor"].is_not_null() & table["value"].is_not_null()
    table.refuse("value", both, "the order states two targets: keep factor or value")


def an_order_is_due_after_it_is_issued(draft: Draft, table: TableDraft) -> None:
    """A due date before the day of issue would judge the order by a day on which nobody knew of it."""
    early = table["due_on"] < table["issued_on"]
    table.refuse("due_on", early, "it lies before issued_on: correct one of them")


def an_order_measures_a_known_material(draft: Draft, table: TableDraft) -> None:
    """``production:MATERIAL`` names a material of the site."""
    named = table["measure"].str.strip_prefix("production:")
    asked = table["measure"].str.starts_with("production:")
    known = draft["materials"].good()["material"].drop_nulls()
    table.refuse("measure", asked & ~named.is_in(known.implode()), "that material is not in materials")


def a_post_stands_for_some_time(draft: Draft, table: TableDraft) -> None:
    """An end at the start could mean no time at all, or a day and a night."""
    same = (table["end"] == table["start"]) | ((table["start"] == _DAY_MINUTES) & (table["end"] == 0))
    mend = (
        "write 00:00 to 24:00 for round the clock, or a row for each shift, such as 06:30 to 14:30, 14:30 to 22:30 and "
        "22:30 to 06:30, each with a code of its own, where the guards change at other times"
    )
    table.refuse("end", same, f"the post ends when it begins: {mend}")


def a_driver_has_its_amount(draft: Draft, table: TableDraft) -> None:
    """A post that grows with the site says for how much of the driver one post stands."""
    table.refuse("per", table["driver"].is_not_null() & table["per"].is_null(), "a post with a driver must give it")


def a_wish_is_for_a_shift_of_its_post(draft: Draft, table: TableDraft) -> None:
    """At a time at which no shift of its post ever begins, nobody could meet it."""
    posts = draft["posts"]
    usual = draft.settings.force.shift_hours
    of: dict[str | None, set[int]] = {}
    for row in posts.good().iter_rows(named=True):
        begins = _begins(row["start"], row["end"], row["hours_per_shift"] or usual)
        of.setdefault(row["post"], set()).update(begins)
        of.setdefault(None, set()).update(begins)
    if posts.bad.any():
        # Of a post that is set aside nobody knows when its shifts begin.
        of.pop(None, None)
    for post, start in table.values.select("post", "start").unique().drop_nulls("start").iter_rows():
        known = of.get(post, {start % _DAY_MINUTES})
        if start % _DAY_MINUTES not in known:
            where = (table["start"] == start) & table["post"].eq_missing(post) & ~table.illegible("post")
            times = ", ".join(f"{one // 60:02d}:{one % 60:02d}" for one in sorted(known)[:_MOST_TIMES])
            whose = post or "any post"
            table.refuse("start", where, f"no shift of {whose} begins then: write {times}, or leave it blank")


def _begins(start: int, end: int, hours: float) -> set[int]:
    """The times of day at which the shifts of a post begin."""
    until = end + _DAY_MINUTES * (end <= start)
    return {one % _DAY_MINUTES for one in range(start, until, max(round(60 * hours), 1))}


_MOST_TIMES = 6
