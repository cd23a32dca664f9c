"""The sources of an import, one after the other: what each is taken for, and what came of its rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from stockward.book.sources.importers.above import (
    date_from_titles,
    fill_from_above,
    may_be_read_as_a_key,
    repeat_what_stands_above,
)
from stockward.book.sources.importers.asked_columns import unread_columns, unread_quantities, with_asked_columns
from stockward.book.sources.importers.columns import (
    BOOK,
    COUNTS,
    ITEMS,
    LEFT_OUT,
    MOVEMENTS,
    also_columns,
    lacking_columns,
    roles_of,
    table_of,
)
from stockward.book.sources.importers.entries import UNREAD, EntryReader, SourceEntry
from stockward.book.sources.importers.grid.files import SheetGrid, is_blank_cell
from stockward.book.sources.importers.grid.held import cells_below, may_be_books, may_be_codes
from stockward.book.sources.importers.grid.layout import Block, TableRow
from stockward.book.sources.importers.grid.named import BELONG, FEWEST_ROWS, MAY, path_of_unread, rows_outside
from stockward.book.sources.importers.ledger.copies import copies_among
from stockward.book.sources.importers.ledger.counting import NOT_COUNTED, counted_lines
from stockward.book.sources.importers.ledger.doubles import counts_once, without_doubles
from stockward.book.sources.importers.ledger.happening import happened
from stockward.book.sources.importers.ledger.meanings import Meanings
from stockward.book.sources.importers.ledger.openings import dated_openings
from stockward.book.sources.importers.ledger.posting import Posting, Postings, all_said
from stockward.book.sources.importers.ledger.postings import changes_of, postings_of
from stockward.book.sources.importers.ledger.tie_out import TieOut, tie_out
from stockward.book.sources.importers.ledger.tracked import lots_of, with_lots
from stockward.book.sources.importers.mapping import MAPPING, MappingFile, Path, dotted
from stockward.book.sources.importers.merging import Differences, merged
from stockward.book.sources.importers.people.lists import (
    PeopleRead,
    as_known_again,
    reading_of_people,
    table_of_people,
)
from stockward.book.sources.importers.profiles import GENERIC, Profile, profile_named, profile_of
from stockward.book.sources.importers.scopes import scopes_of_counts
from stockward.book.sources.importers.site_rows import (
    RowWriter,
    SiteRows,
    days_with_movements,
)
from stockward.book.sources.importers.written.cancelled import (
    may_be_cancelled,
    without_cancelled,
    without_coloured,
    without_struck,
)
from stockward.book.sources.importers.written.names import material_meant

_ONCE = "it stands in another table too, or that one is right"
_BALANCE_WRONG, _ASIDE = "the balance is wrong", "leave these rows aside"
_MOSTLY = 0.5
_MAY_NOT = "they count: leave these rows aside"


@dataclass(slots=True)
class SourceRead:
    """What was made of one kind of table: where it stands, what it is taken for, and how its own balance ties out."""

    name: str
    places: list[str]
    table: str
    title: str
    rows: int
    left_out: dict[str, list[str]]
    notes: list[str]
    balance: TieOut | None = None


class SourcesRead:
    """Reads source by source, and makes the rows of all of them at the end."""

    def __init__(self, mapping: MappingFile, timezone: str, affiliations: Sequence[str] = ()) -> None:
        self.mapping, self.timezone = mapping, timezone
        self.people = PeopleRead(affiliations)
        self.sources: list[SourceRead] = []
        self.movements: list[Posting] = []
        self.counts: list[Posting] = []
        self.uncounted: list[SourceEntry] = []
        self.items: list[SourceEntry] = []
        self.steps: list[tuple[str, list[SourceEntry], Profile, SourceRead]] = []
        self.unknown: list[str] = []
        self.differences = Differences()
        self.places: dict[str, None] = {}
        self.kept: dict[int, list[TableRow]] = {}

    def read(self, source: str, blocks: Sequence[Block]) -> None:
        """Read one source; tracked lots wait for the list of these."""
        if blocks[0].of_people:
            self._of_people(source, blocks)
            return
        profile = self._profile(source, blocks)
        roles = roles_of(blocks, profile, self.mapping, source)
        table = table_of(blocks, roles, profile, self.mapping, source)
        told = _source_read(source, table or "?", profile.title, blocks)
        self.sources.append(told)
        if table is None:
            self._wait_whole(blocks, told, [("source", source, "table")])
            return
        if table in {LEFT_OUT, BOOK}:
            return
        if profile is GENERIC:
            roles, asked = with_asked_columns(blocks, roles, table, self.mapping, source, self.places)
            if asked:
                self._wait_whole(blocks, told, asked)
                return
        told.notes += lacking_columns(blocks, self.mapping, source)
        unread = unread_columns(blocks, roles)
        if unread:
            told.notes.append(f"{source}: not read, since no header of its like is known: {', '.join(unread)}")
        reader = EntryReader(source, blocks, roles, profile, self.mapping, self.timezone)
        entries = list(reader.entries())
        beside = unread_quantities(blocks, roles) if profile is GENERIC and table != ITEMS else []
        keys = [header for header in unread if may_be_codes(cells_below(blocks, header))] if table != ITEMS else []
        self._ask_about_others(entries, roles, beside, keys)
        if table == MOVEMENTS and profile is GENERIC:
            date_from_titles(entries, self.mapping)
            entries = dated_openings(entries, source, self.mapping, told.left_out)
        if table != ITEMS:
            fill_from_above(entries, [*self.places], keys, self.mapping)
            repeat_what_stands_above(entries, self.mapping)
        entries = without_struck(self._merged(source, entries, blocks), source, self.mapping, told.left_out)
        entries = without_coloured(entries, source, self.mapping, told.left_out)
        if profile is GENERIC:
            entries = without_cancelled(entries, roles, source, self.mapping, told.left_out)
        self.places |= {entry.area: None for entry in entries if entry.area and not entry.area.startswith(UNREAD)}
        if table == ITEMS:
            for entry in entries:
                entry.raw["place"] = _place_number(entry)
            self.items += entries
        elif "tracked" in profile.rules:
            self.steps.append((source, entries, profile, told))
        elif table == COUNTS:
            self._take(counted_lines(entries, Meanings(source, profile, self.mapping)), told)
        else:
            self._ledger(source, entries, profile, told)

    def _of_people(self, source: str, blocks: Sequence[Block]) -> None:
        """Read a list of people or of their absences; while it is asked which of the two it is, it is kept as it is."""
        table = table_of_people(source, blocks, self.mapping)
        told = _source_read(source, table or "?", "", blocks)
        self.sources.append(told)
        if table is None:
            self.mapping.wait(("source", source, "table"), blocks[0].name, told.rows)
            self.differences.pending |= {id(block) for block in blocks}
        if table is None or table == LEFT_OUT:
            return
        roles, profile = reading_of_people(source, blocks, table, self.mapping)
        entries = list(EntryReader(source, blocks, roles, profile, self.mapping, self.timezone).entries())
        as_known_again(entries, table)
        self._take(self.people.take(source, self._merged(source, entries, blocks), table, self.mapping), told)

    def _wait_whole(self, blocks: Sequence[Block], told: SourceRead, asked: Sequence[Path]) -> None:
        """A table of which it is not known what its columns are waits as a whole; it may be movements of anything."""
        for path in asked:
            self.mapping.wait(path, blocks[0].name, told.rows)
        self.differences.pending |= {id(block) for block in blocks if block.is_new}
        if may_be_books(blocks):
            self.unknown += [block.grid.place(block.top) for block in blocks]

    def ask_about_unread(self, grid: SheetGrid, blocks: Sequence[Block]) -> None:
        """Rows of which no header was found may be of anything, until somebody says that they are of nothing."""
        rows = rows_outside(grid, blocks)
        if len(rows) < FEWEST_ROWS:
            return
        path = path_of_unread(grid, rows)
        where = f"{len(rows)} rows of {grid.name}, the first row {rows[0] + 1},"
        asks = f"{where} have no known header: may they be left out?"
        # Figures are not left out without a person's word.
        answer = self.mapping.ask(*path, asks=asks, choices=[MAY, BELONG], never_accepted=_are_figures(grid, rows))
        if answer != MAY:
            self.mapping.wait(path, grid.place(rows[0]), len(rows))
            self.unknown.append(grid.place(rows[0]))

    def _ask_about_others(
        self,
        entries: list[SourceEntry],
        roles: Mapping[str, tuple[str, ...]],
        beside: Sequence[str],
        keys: Sequence[str],
    ) -> None:
        """Rows with a figure in a column of quantities that is not read wait for the word that it does not count.

        One of ``keys`` is not asked about while it may still be named as what tells the rows apart.
        """
        others: dict[int, list[str]] = {}
        for entry in entries:
            block = entry.block
            if id(block) not in others:
                unread = [header for header in beside if header in block.headers]
                others[id(block)] = [*also_columns(block, roles), *unread]
            for header in others[id(block)]:
                if header in keys and may_be_read_as_a_key(entry, header, self.mapping):
                    continue
                if not is_blank_cell(entry.row.cells[block.headers.index(header)]):
                    path = ("source", entry.source, "not_read", header)
                    asks = (
                        f"The column {header!r} of {entry.source} is not read, and has figures: may they be left out?"
                    )
                    choices = [_MAY_NOT, MAY]
                    if self.mapping.ask(*path, asks=asks, choices=choices, never_accepted=True) != MAY:
                        entry.waits.append(path)

    def _merged(self, source: str, entries: list[SourceEntry], blocks: Sequence[Block]) -> list[SourceEntry]:
        """The rows of all files of a source, each once; which rows of each block are kept is noted."""
        told = self.sources[-1]
        copies = copies_among(entries, self.mapping, self.differences.pending)
        for entry in entries:
            if id(entry.block) in copies:
                told.left_out.setdefault(f"a copy of {copies[id(entry.block)]}", []).append(entry.place)
        entries = [entry for entry in entries if id(entry.block) not in copies]
        kept = merged(entries, source, self.mapping, self.differences)
        _tell_of_dropped(entries, kept, told)
        self.kept |= {id(block): [] for block in blocks}
        for entry in kept:
            rows = self.kept[id(entry.block)]
            if not rows or rows[-1] is not entry.row:
                rows.append(entry.row)
        for block in blocks:
            if id(block) in self.differences.pending:
                self.kept[id(block)] = block.rows
        return kept

    def rows(self) -> SiteRows:
        """The rows of all sources, once every one has been read."""
        lots, places = lots_of(self.items)
        for source, entries, profile, told in self.steps:
            self._ledger(source, with_lots(entries, lots, places, self.mapping), profile, told)
        self.movements = without_doubles(self.movements, "movements", self.mapping)
        self.counts = counts_once(without_doubles(self.counts, "counts", self.mapping), self.mapping)
        for number, source in enumerate(dict.fromkeys(one.entry.source for one in self.movements)):
            if number:
                self.mapping.settle("source", source, "ids_begin_with", value=f"{number + 1}-")
        dated = days_with_movements(self.movements, lambda at: "T" not in at and not at.startswith(UNREAD))
        writer = RowWriter(self.mapping, dated)
        writer.prepare([*self.movements, *self.counts])
        rows = writer.write(self.movements, self.counts)
        rows.scopes = scopes_of_counts(self.counts, rows.counts, rows.movements, self.uncounted, self.mapping)
        self.people.write(rows, self.mapping)
        for place in self.unknown:
            # What may be movements of anything leaves every balance untested until somebody says what it is.
            unread = dict.fromkeys(("at", "kind", "material", "quantity", "from_area", "to_area"), UNREAD)
            rows.movements.append({"movement": f"{UNREAD} {place}", **unread, "source": place})
        return rows

    def _ledger(self, source: str, entries: list[SourceEntry], profile: Profile, told: SourceRead) -> None:
        made, meanings = Postings(), Meanings(source, profile, self.mapping)
        entries = happened(entries, meanings, made)
        postings_of(entries, meanings, made)
        changes = changes_of(entries, made, meanings)
        # A row of which the day alone cannot be read still moves the balance of the row below.
        told_of = [entry for entry in entries if not entry.faults or entry.at.startswith(UNREAD)]
        sound = [entry for entry in told_of if not may_be_cancelled(entry)]
        told.balance = tie_out(
            sound, lambda entry: changes.get(id(entry)), lambda name: material_meant(name, self.mapping)
        )
        if told.balance is not None and not told.balance.holds:
            self._ask_about_balance(source, told.balance, [*_open_paths(sound, made)])
        _keep_balances_of_places(told.balance, [*entries, *(one.entry for one in made.movements)])
        self._take(made, told)

    def _ask_about_balance(self, source: str, found: TieOut, open_paths: Sequence[Path]) -> None:
        """Rows whose balances do not follow are open until somebody says that it is the balance that is wrong.

        While other questions of the ledger are open it is not asked: their answers may make the balances follow. What
        was said of one file is not taken for the next one.
        """
        tables: dict[str, list[SourceEntry]] = defaultdict(list)
        for entry in found.broken:
            block = entry.block
            tables[f"{block.grid.file} {block.reading or block.digest}"].append(entry)
            entry.waits += open_paths[:1]
        for table, entries in tables.items() if not open_paths else ():
            path: Path = ("source", source, "tie_out", table)
            asks = (
                f"In {source} {len(entries)} of {found.tried} balances (by {found.of}) do not follow from the row "
                f"before; the first stands in {entries[0].place}. Is the balance wrong there, or the reading?"
            )
            answer = self.mapping.get(*path[:-1]) or self.mapping.ask(
                *path, asks=asks, choices=[_BALANCE_WRONG, _ASIDE], never_accepted=True
            )
            for entry in entries if answer != _BALANCE_WRONG else ():
                if answer is None:
                    entry.waits.append(path)
                else:
                    settled = path if path in self.mapping.settled else path[:-1]
                    entry.faults.append(
                        f"balance {entry.raw['balance']!r} does not follow from the row before: correct its file, or "
                        f'write "{_BALANCE_WRONG}" at {dotted(settled)} in {MAPPING}'
                    )

    def _take(self, made: Postings, told: SourceRead) -> None:
        self.movements += made.movements
        self.counts += made.counts
        self.uncounted += made.left_out.get(NOT_COUNTED, [])
        told.notes += made.notes
        for rule, entries in made.left_out.items():
            told.left_out.setdefault(rule, []).extend(entry.place for entry in entries)

    def _profile(self, source: str, blocks: Sequence[Block]) -> Profile:
        known = self.mapping.get("source", source, "profile")
        if known is not None:
            return profile_named(known)
        profile = profile_of(blocks[0].headers)
        if profile is not GENERIC:
            self.mapping.settle("source", source, "profile", value=profile.name, because=profile.title)
        return profile


def _tell_of_dropped(entries: Sequence[SourceEntry], kept: Sequence[SourceEntry], told: SourceRead) -> None:
    """A row that is not taken beside those of another table has its line in the log; one that is read again has one."""
    ids = {id(entry) for entry in kept}
    dropped = [entry for entry in entries if id(entry) not in ids]
    taken = {(entry.place, all_said(entry)) for entry in kept} if dropped else set()
    for entry in dropped:
        if (entry.place, all_said(entry)) not in taken:
            told.left_out.setdefault(_ONCE, []).append(entry.place)


def _open_paths(entries: Sequence[SourceEntry], made: Postings) -> Iterator[Path]:
    """The questions of a ledger that are open, and may change what its rows say."""
    yield from (path for entry in entries for path in entry.waits)
    yield from (path for posting in made.movements for path in posting.waits)


def _keep_balances_of_places(found: TieOut | None, entries: Sequence[SourceEntry]) -> None:
    """Keep the balances only where most follow as those of a material in a place, which is what the tables hold."""
    lots = any(entry.text("batch") for entry in entries)
    places = len({entry.area for entry in entries})
    if found is None or found.kept <= _MOSTLY * found.tried or not found.is_of_places(places=places, lots=lots):
        for entry in entries:
            entry.numbers["balance"] = None


def _place_number(entry: SourceEntry) -> str:
    """The number under which a list of lots knows a place, beside its name."""
    block = entry.block
    if "Location" not in block.headers:
        return ""
    return str(entry.row.cells[block.headers.index("Location")])


def _source_read(name: str, table: str, title: str, blocks: Sequence[Block]) -> SourceRead:
    """What is told of a source before its rows are looked at: of the new files, where there are any."""
    told = [block for block in blocks if block.is_new] or blocks
    dropped: dict[str, list[str]] = defaultdict(list)
    for block in told:
        for rule, numbers in block.dropped.items():
            dropped[rule] += [block.place(number) for number in numbers]
    places = list(dict.fromkeys(block.name for block in told))
    return SourceRead(name, places, table, title, sum(len(block.rows) for block in told), dict(dropped), [])


def _are_figures(grid: SheetGrid, rows: Sequence[int]) -> bool:
    """Whether half of some rows have two numbers or more."""
    numbers = [sum(isinstance(cell, (int, float)) for cell in grid.rows[row]) for row in rows]
    return 2 * sum(count > 1 for count in numbers) >= len(rows)
