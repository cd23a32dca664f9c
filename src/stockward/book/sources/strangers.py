"""Files and sheets of a site that are no table of the format: which are meant as one, and would not be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from stockward.book.problems import did_you_mean
from stockward.book.schema.dictionary import Table, tables
from stockward.book.site import WORKBOOK
from stockward.book.sources.naming.files import table_begun
from stockward.book.sources.raw import RawTable
from stockward.terms.errors import SiteError

TEXT_FILES = (".txt", ".tsv")
PLAIN = (".csv", *TEXT_FILES)
WORKBOOKS = (".xlsx", ".xlsm", ".xls", ".ods")
"""Files that may be meant as tables, and are not read under such names."""


@dataclass(frozen=True, slots=True)
class Stranger:
    """A file or sheet that is no table of the format; ``headed`` finds the table whose header it has all the same."""

    shown: str
    stem: str
    suffix: str
    headed: Callable[[], str | None]
    headed_as: Callable[[Table], bool] = lambda table: False
    """Whether its header is that of a table under whatever names."""
    read: Callable[[Table], RawTable] | None = None
    """The way to read it as a table, where its name is one."""
    sheets: Callable[[], tuple[str, ...]] = tuple
    """Names of its sheets, where it is a workbook that can be read."""
    twin: Callable[[], str | None] = lambda: None
    """The file of the site that holds the same, byte for byte."""

    @property
    def is_workbook(self) -> bool:
        """Whether it is a workbook."""
        return self.suffix in WORKBOOKS

    @property
    def is_sheet(self) -> bool:
        """Whether it is a sheet of the site's workbook."""
        return not self.suffix

    @property
    def holder(self) -> str:
        """What it stands in."""
        return "workbook" if self.is_sheet else "folder"

    def renamed(self, table: str) -> str:
        """How it would be read as that table; a workbook has but one sheet of it."""
        if self.is_workbook:
            saved = f"save the sheet as {table}.csv (Save As, CSV UTF-8; not by renaming)"
            return f"put its sheet into {WORKBOOK} under the name {table}, or {saved}, and take {self.shown} out"
        return f"rename it to {table}{self.suffix}"

    @property
    def as_workbook(self) -> str:
        """How it would be read as the workbook of the site."""
        if self.suffix == Path(WORKBOOK).suffix:
            return f"rename it to {WORKBOOK}"
        return (
            f"save it as {WORKBOOK} (Save As, Excel Workbook; not by renaming), and take {self.shown} out of the folder"
        )

    def part_of(self, present: Sequence[str]) -> str | None:
        """The table of which it seems to be a part: by its header, or by its name where a name is all that it has."""
        by_header = self.headed()
        begun = tables().get(table_begun(self.stem) or "")
        if by_header is None and begun is not None and begun.name in present and begun.is_telling:
            by_header = begun.name if self.headed_as(begun) else None
        return did_you_mean(self.stem, present) if by_header is None and self.suffix not in PLAIN else by_header


@dataclass(frozen=True, slots=True)
class Strangers:
    """All of a site, beside the tables that it has: where each stands (``present``), and whether in a workbook."""

    all: Sequence[Stranger]
    present: Mapping[str, str]
    with_workbook: bool

    def told(self) -> tuple[list[SiteError], list[str]]:
        """What is meant as a table and would not be read; and a notice of each of the others that is left out.

        A table that the site lacks would let a default stand in for what the site gave, and a part of a table that
        it has is as bad: half a ledger makes a shortage.
        """
        faults, notices = [], []
        for stranger in self.all:
            if (fault := self._fault_of(stranger)) is not None:
                faults.append(fault)
            elif stranger.suffix not in TEXT_FILES or did_you_mean(stranger.stem, tuple(tables())):
                notices.append(f"{stranger.shown}: not read, it is no table of the format")
        return faults, notices

    def _fault_of(self, stranger: Stranger) -> SiteError | None:
        guess = did_you_mean(stranger.stem, [name for name in tables() if name not in self.present])
        return (
            self._meant_as_workbook(stranger, guess)
            or (_misspelt(stranger, guess) if guess is not None else self._a_part(stranger))
            or self._misnamed_workbook(stranger)
        )

    def _meant_as_workbook(self, stranger: Stranger, guess: str | None) -> SiteError | None:
        """A workbook under another name of which several sheets are tables that the site lacks, or all that it has."""
        if not stranger.is_workbook:
            return None
        sheets = stranger.sheets()
        missed = [sheet for sheet in sheets if sheet in tables() and sheet not in self.present]
        others = sum(other.is_workbook for other in self.all) > 1
        alone = bool(sheets) and not self.present and not others
        if not (missed or alone) or (guess is not None and len(missed) < 2):
            return None
        if self.with_workbook or others:
            named = f"its sheets {', '.join(missed)}" if len(missed) > 1 else f"its sheet {missed[0]}"
            mend = f"put {named} into {WORKBOOK}, and take {stranger.shown} out of the folder"
        else:
            mend = stranger.as_workbook
        return SiteError(stranger.shown, f"it is not read: the workbook of a site is {WORKBOOK}", mend)

    def _a_part(self, stranger: Stranger) -> SiteError | None:
        """What has the columns of a table, or its name: a part of one that the site has, or one that it lacks."""
        part = stranger.part_of(tuple(self.present))
        if part is None:
            return None
        if (copied := self._copied(stranger)) is not None:
            return SiteError(stranger.shown, *copied)
        if part in self.present:
            problem = f"it looks like a part of {part}, which is read from {self.present[part]} alone"
            mend = f"put its rows below those of {self.present[part]}, or take it out of the {stranger.holder}"
            return SiteError(stranger.shown, problem, mend)
        mend = stranger.renamed(part) + (" of" if stranger.is_workbook else ", or take it out of")
        return SiteError(
            stranger.shown, f"it has the columns of {part}, and is not read", f"{mend} the {stranger.holder}"
        )

    def _copied(self, stranger: Stranger) -> tuple[str, str] | None:
        """What is said of a copy of a file of the site, or of an earlier state of its workbook; else ``None``."""
        out = f"take it out of the {stranger.holder}"
        if (twin := stranger.twin()) is not None:
            return f"it is a copy of {twin}, and is not read", out
        sheets = [sheet for sheet in stranger.sheets() if sheet in self.present] if stranger.is_workbook else []
        if len(sheets) > 1:
            return (
                f"it is not read, and has sheets that the site has ({', '.join(sheets)})",
                f"{out} if it is a copy; put rows that stand in it alone below those of the site",
            )
        return None

    def _misnamed_workbook(self, stranger: Stranger) -> SiteError | None:
        if not stranger.is_workbook or self.with_workbook or not did_you_mean(stranger.stem, ["site"]):
            return None
        return SiteError(stranger.shown, f"it is not read, did you mean {WORKBOOK}?", stranger.as_workbook)


def _misspelt(stranger: Stranger, guess: str) -> SiteError:
    if stranger.is_workbook:
        mend = f"{stranger.renamed(guess)} of the folder"
    else:
        mend = f"rename it ({guess}.csv, {guess}.parquet, or a sheet {guess} of {WORKBOOK})"
    return SiteError(stranger.shown, f"it is no table of the format, did you mean {guess}?", mend)
