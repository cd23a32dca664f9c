"""A site's facts: read, checked, and frozen. A what-if is a new value, made by ``Site.replace``."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Self

import polars as pl

from stockward.book.cells.date_forms import DateForm
from stockward.book.cells.reading import Locale
from stockward.book.checks.draft import Draft, TableDraft
from stockward.book.checks.rules import check_draft
from stockward.book.first_rows import to_begin
from stockward.book.problems import Problem, Problems, did_you_mean
from stockward.book.schema.dictionary import tables
from stockward.book.settings import Settings, settings_of
from stockward.book.sources.raw import RawTable
from stockward.book.usual_methods import take_usual_methods
from stockward.terms.errors import SiteError, UsageError, require_none
from stockward.terms.limits import grouped
from stockward.terms.units import UNITS, factor

WORKBOOK = "site.xlsx"

_COMPACT = ("areas", "materials", "methods")
"""Tables whose keys are held as codes in the ledger and the counts."""

_IN_UNIT = ("quantity", "other_quantity", "from_balance", "to_balance", "book", "first", "second")
"""Columns whose numbers are in the ``unit`` of their row."""


@dataclass(frozen=True, slots=True)
class Site:
    """The facts of one site.

    tables
        Every table of the format by name, good rows only; a table that the site does not have is empty. Columns are
        those of the dictionary with ``row``, the number that a spreadsheet shows. Times are UTC. Quantities of
        movements, counts, pairs and incidents are in the material's own unit; ``unit`` keeps the unit as entered.
    set_aside
        The other rows, with what is readable of them and the list ``unreadable`` of columns that are not.
    problems
        Why, for every cell at fault, in order of table and row.
    files
        SHA-256 of every file that was read, by name.
    doubted_inventories
        Inventory and area, where a notice says that the day of the inventory contradicts the others.
    """

    settings: Settings
    tables: Mapping[str, pl.DataFrame]
    set_aside: Mapping[str, pl.DataFrame]
    problems: Sequence[Problem]
    notices: tuple[str, ...]
    files: Mapping[str, str]
    sources: Mapping[str, str]
    doubted_inventories: tuple[tuple[str, str], ...] = ()

    @property
    def name(self) -> str:
        """Name of the site."""
        return self.settings.site.name

    @property
    def timezone(self) -> str:
        """IANA name of the site's time zone."""
        return self.settings.site.timezone

    @property
    def blank(self) -> bool:
        """Whether no table has a row yet, not even one that was set aside."""
        return not any(table.height for kind in (self.tables, self.set_aside) for table in kind.values())

    def require_filled(self) -> None:
        """Raise ``UsageError`` for a site of which nothing can be asked yet: it says what to fill in first."""
        if (first := to_begin(self)) is not None:
            filled = "no table has a row yet" if self.blank else "too little is filled in to ask anything"
            raise UsageError(f"{self.name}: {filled}: {first}")

    @classmethod
    def from_tables(cls, frames: Mapping[str, pl.DataFrame], settings: Settings | Mapping[str, Any]) -> Self:
        """Return the facts of tables in memory, checked as those of a folder are.

        ``frames`` are tables of the format by name. Their columns are typed, or texts as a CSV has them; the first
        row counts as row 2, as under a header. ``settings`` is what ``site.toml`` says, key by key.

        Raises ``SiteError`` for a table that is unknown or lacks, a column that lacks or looks misspelt, and a broken
        setting. Rows at fault are no error: they stand in ``problems``.
        """
        known = settings if isinstance(settings, Settings) else settings_of(settings, "settings")
        require_none(lacking_tables(frames))
        return cls.from_raw({name: _frame_as_raw(name, frame) for name, frame in frames.items()}, known)

    @classmethod
    def from_raw(
        cls,
        raw: Mapping[str, RawTable],
        settings: Settings,
        *,
        notices: Iterable[str] = (),
        files: Mapping[str, str] = MappingProxyType({}),
    ) -> Self:
        """Read every cell of raw tables, check every row, and freeze: the one way in, whatever the source.

        ``notices`` and ``files`` are what the source found on its way. Cells as the source holds them are let go as
        soon as all has been said of them.
        """
        sources = {name: table.file for name, table in raw.items()}
        told = (*notices, *(notice for table in raw.values() for notice in table.notices))
        draft = _checked(raw, settings)
        problems = Problems(draft.problems())
        del raw
        for table in draft.tables.values():
            table.cells = {}
        return cls(
            settings=settings,
            tables=MappingProxyType(_settle(draft)),
            set_aside=MappingProxyType({name: table.set_aside() for name, table in draft.tables.items()}),
            problems=problems,
            notices=(*told, *_told_of(draft)),
            files=MappingProxyType(dict(files)),
            sources=MappingProxyType(sources),
            doubted_inventories=tuple(draft.doubted_inventories),
        )

    def __getitem__(self, table: str) -> pl.DataFrame:
        return self.tables[table]

    def replace(self, *, settings: Settings | None = None, **changed: pl.DataFrame) -> Site:
        """Return a new site with these tables (by name) or settings in place of the present ones."""
        unknown = changed.keys() - self.tables.keys()
        if unknown:
            raise KeyError(f"no such table: {', '.join(sorted(unknown))}")
        fields: dict[str, Any] = {"tables": MappingProxyType({**self.tables, **changed})}
        if settings is not None:
            fields["settings"] = settings
        return dataclasses.replace(self, **fields)


def lacking_tables(present: Collection[str]) -> list[SiteError]:
    """Required tables that are not there. A site with no stock at all keeps none of them."""
    stock = {name for name, table in tables().items() if table.part == "stock"} - {"areas", "goals", "costs", "options"}
    if present and stock.isdisjoint(present):
        return []
    return [
        SiteError(
            f"{name}.csv",
            "the required table is missing",
            f"add it as {name}.csv, {name}.parquet or a sheet of {WORKBOOK}",
        )
        for name, table in tables().items()
        if table.required and name not in present
    ]


def _frame_as_raw(name: str, frame: pl.DataFrame) -> RawTable:
    if name not in tables():
        guess = did_you_mean(name, tuple(tables()))
        asked = f", did you mean {guess}?" if guess else ""
        raise SiteError(name, f"it is no table of the format{asked}", "rename it, or leave it out")
    if not isinstance(frame, pl.DataFrame):
        raise SiteError(name, f"it is a {type(frame).__name__}, and no polars DataFrame", "make one with pl.DataFrame")
    return RawTable.of_frame(tables()[name], name, frame)


def _checked(raw: Mapping[str, RawTable], settings: Settings) -> Draft:
    """Every table read and checked."""
    declared = settings.site.dates
    dates = None if declared is None else DateForm.parse(declared)
    locale = Locale(settings.site.decimal, settings.site.timezone, dates=dates)
    draft = Draft(settings)
    for name, table in tables().items():
        draft.tables[name] = TableDraft.read(raw[name], locale) if name in raw else TableDraft.absent(table)
    take_usual_methods(draft)
    check_draft(draft)
    return draft


def _told_of(draft: Draft) -> Iterator[str]:
    """What the checks tell, and how many rows at fault are not listed."""
    yield from draft.notices
    for table in draft.tables.values():
        if more := table.untold():
            rows = "row is" if more == 1 else "rows are"
            yield f"{table.file}: {grouped(more)} more {rows} set aside, and not listed: mend those that are first"


def _settle(draft: Draft) -> dict[str, pl.DataFrame]:
    """The good rows of every table, quantities in the material's unit, keys of the ledger as codes."""
    settled = {name: table.good() for name, table in draft.tables.items()}
    materials = settled["materials"]
    units = pl.DataFrame({"material": materials["material"], "own": materials["unit"]})
    codes = {name: pl.Enum(settled[name].to_series(1).sort()) for name in _COMPACT}
    for name in ("movements", "counts", "incidents", "pairs"):
        settled[name] = _in_own_unit(settled[name], units)
    for name in ("movements", "counts"):
        table = tables()[name]
        settled[name] = settled[name].with_columns(
            pl.col(column.name).cast(codes[column.refers_to] if column.refers_to else pl.Enum(column.choices))
            for column in table.columns
            if column.refers_to in codes or column.choices
        )
    return settled


@cache
def _factors() -> pl.DataFrame:
    """By what each unit is multiplied to give each other."""
    return pl.DataFrame(
        [(unit, own, factor(unit, own)) for unit in UNITS for own in UNITS],
        schema={"unit": pl.String, "own": pl.String, "factor": pl.Float64},
        orient="row",
    )


def _in_own_unit(frame: pl.DataFrame, units: pl.DataFrame) -> pl.DataFrame:
    """Convert quantities that were entered in another unit than the material's."""
    if frame["unit"].null_count() == frame.height:
        return frame
    return (
        frame.join(units, on="material", how="left", maintain_order="left")
        .join(_factors(), on=["unit", "own"], how="left", maintain_order="left")
        .with_columns(pl.col(name) * pl.col("factor").fill_null(1.0) for name in _IN_UNIT if name in frame.columns)
        .drop("own", "factor")
    )
