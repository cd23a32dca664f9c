"""What a new file says beside the rows that were imported before: the same, new, changed, gone; and what is asked.

Rows are known again by their own number, or by document and line, and else by all that they say; never by their date.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import count

from stockward.book.sources.importers.entries import UNREAD, SourceEntry
from stockward.book.sources.importers.identities import identities_of, own_name
from stockward.book.sources.importers.mapping import MappingFile, Path

DIFFERENCES = "differences"
"""Begins the path of what is asked about a file that differs from what was imported before."""
_OVERLAPS = "overlaps"
_NOT_ITS_OWN = frozenset(("book", "difference"))
_BOTH = "both: its numbers begin anew"
_MOSTLY, _HALF = 0.8, 0.5
_KEEP, _TAKE = "what was imported before", "the new file"
_ONE, _TWO = "one: the files overlap", "two: they only look the same"
STILL_THERE = "they are still there"


@dataclass(slots=True)
class Differences:
    """What the new files say beside what was imported before: places of rows, as ``FILE row N``.

    pending
        Identities of the tables of which something is asked.
    """

    new: list[str] = field(default_factory=list)
    same: int = 0
    changed: list[str] = field(default_factory=list)
    vanished: list[str] = field(default_factory=list)
    pending: set[int] = field(default_factory=set)


def merged(entries: Sequence[SourceEntry], source: str, mapping: MappingFile, found: Differences) -> list[SourceEntry]:
    """The rows of all files of one source, each once; what a later file says otherwise waits for a person's word.

    Entries stand file by file, those that were kept before first. A row that stands again is left out; one that bears
    the number of another and says other things, or is no more in a file that covers its day, is asked about. So is one
    that stands again and has nothing to tell it from another that happened on the same day.
    """
    by_file: dict[Hashable, list[SourceEntry]] = defaultdict(list)
    for entry in entries:
        by_file[_read_together(entry)].append(entry)
    if len(by_file) <= 1:
        # Beside a single file nothing stands again, and no row needs a name.
        found.new += [entry.place for entry in entries if entry.block.is_new]
        return list(entries)
    sheets: dict[str, set[str]] = defaultdict(set)
    for entry in entries:
        sheets[entry.block.grid.file].add(entry.block.grid.sheet)
    apart = any(len(names) > 1 for names in sheets.values())
    known: dict[str, SourceEntry] = {}
    roles = frozenset.intersection(*(entry.columns for entry in entries)) if entries else frozenset()
    for group in by_file.values():
        named = _named(group, roles, with_sheet=apart)
        if group[0].block.is_new:
            _NewTable(named, known, roles, source, mapping).merge(found)
        else:
            # All of them were taken, be it under numbers that began anew: none may stand in the place of another.
            known.update(
                {f"{name} {entry.block.digest}" if name in known else name: entry for name, entry in named.items()}
            )
    return list(known.values())


def _read_together(entry: SourceEntry) -> Hashable:
    """What the tables of one file have in common, which were read in one run: none is a later version of another."""
    block = entry.block
    return (block.reading, block.is_new) if block.reading else id(block)


def _named(entries: Sequence[SourceEntry], roles: frozenset[str], *, with_sheet: bool) -> dict[str, SourceEntry]:
    """The rows of all tables of one file by their names; those of two tables that say the same are two."""
    by_block: dict[int, list[SourceEntry]] = defaultdict(list)
    for entry in entries:
        by_block[id(entry.block)].append(entry)
    found: dict[str, SourceEntry] = {}
    for group in by_block.values():
        for name, entry in zip(_names_of(group, roles, with_sheet=with_sheet), group, strict=True):
            again = (f"{name}+{number}" for number in count(2))
            found[name if name not in found else next(one for one in again if one not in found)] = entry
    return found


def _names_of(entries: Sequence[SourceEntry], roles: frozenset[str], *, with_sheet: bool) -> list[str]:
    """What names each row in any file.

    Sheets of one workbook are ledgers of their own, which may say the same of different places; so may lists that are
    not dated.
    """
    names = identities_of(entries, lambda entry: _said_with_place(entry, roles, with_sheet=with_sheet))
    is_own = names == [own_name(entry) for entry in entries]
    return [f"{name} {entries[0].block.grid.sheet}" for name in names] if is_own and with_sheet else names


def _said_with_place(entry: SourceEntry, roles: frozenset[str], *, with_sheet: bool) -> str:
    said = _said(entry, roles)
    if UNREAD in {entry.area, entry.text("material")}:
        said += entry.block.grid.label
    if with_sheet or not entry.at:
        said += entry.block.grid.sheet if entry.at else f"{entry.block.grid.name} {entry.block.digest}"
    return said


def _said(entry: SourceEntry, roles: frozenset[str], *, is_dated: bool = True) -> str:
    """All that a row says of itself in the columns that every file has; a balance tells rows apart that are alike."""
    texts = sorted((role, text) for role, text in entry.texts.items() if role in roles or role not in entry.columns)
    numbers = sorted((role, text) for role, text in entry.raw.items() if role in roles and role not in _NOT_ITS_OWN)
    return repr((texts, entry.area, entry.at if is_dated else "", numbers))


class _NewTable:
    """The rows of the new tables of one file beside those that are known, which they are added to."""

    def __init__(
        self,
        named: Mapping[str, SourceEntry],
        known: dict[str, SourceEntry],
        roles: frozenset[str],
        source: str,
        mapping: MappingFile,
    ) -> None:
        self.named, self.known, self.roles, self.source, self.mapping = named, known, roles, source, mapping
        self.blocks = list({id(entry.block): entry.block for entry in named.values()}.values())
        self.block = self.blocks[0]
        self.name = self.block.grid.name if len(self.blocks) == 1 else self.block.grid.file
        self.sign = self.block.digest if len(self.blocks) == 1 else self.block.reading
        self.again = named.keys() & known.keys()
        self.mended = _mended(named, known, roles)
        repeated = {id(known[name].block) for name in (*self.again, *self.mended)}
        for name in self.mended:
            del known[name]
        self.bearing: dict[str, list[SourceEntry]] = defaultdict(list)
        for name, entry in known.items():
            self.bearing[_name_alone(name, entry)].append(entry)
        self.changed = {
            name
            for name in self.again
            if all(_said(named[name], roles) != _said(other, roles) for other in self.bearing[name])
        }
        self.gone = _gone(named, known) | {
            name
            for name, entry in known.items()
            if name not in named and _has_no_day(entry) and id(entry.block) in repeated
        }

    def _was_read(self, name: str) -> bool:
        """Whether a row stands among the known ones as it stood in a file of this name."""
        entry = self.named[name]
        return any(
            other.place == entry.place and _said(other, self.roles) == _said(entry, self.roles)
            for other in self.bearing[name]
        )

    def merge(self, found: Differences) -> None:
        """Add what is new, and what a person takes of the rest."""
        named, known = self.named, self.known
        self._note_colours()
        found.same += len(self.again) - len(self.changed)
        mends = {*self.mended.values()}
        found.new += [entry.place for name, entry in named.items() if name not in known and name not in mends]
        found.changed += [named[name].place for name in named if name in self.changed or name in mends]
        found.vanished += [known[name].place for name in known if name in self.gone]
        answers = [self._ask_who_left(), self._ask_which_is_right(), self._ask_whether_twice()]
        if None in answers:
            # All of what is asked about stays as it is, to be looked at again.
            found.pending |= {id(block) for block in self.blocks}

    def _note_colours(self) -> None:
        """A row that stands again bears the colour that it has now: it may have been cancelled since."""
        for name in self.again:
            known, colour = self.known[name], self.named[name].row.colour
            if colour != known.row.colour:
                known.row = known.row._replace(colour=colour)

    def _ask_who_left(self) -> str | None:
        """Whoever stands in a list of people no more has left on some day, and stays in the books until then."""
        if not self.block.of_people or any(entry.at for entry in self.named.values()):
            return ""
        left = {name for name in self.gone if not self._is_said_to_have_left(self.known[name])}
        self.gone = set()
        if not left:
            return ""
        path: Path = ("source", self.source, "left", f"{self.name} {self.sign}")
        asks = (
            f"{len(left)} people of the list before stand in {self.name} no more. What was their last day? "
            f"Write it as 2026-06-30, or say that {STILL_THERE}"
        )
        answer = self.mapping.ask(*path, asks=asks, choices=[STILL_THERE], free=True, never_accepted=True)
        if answer not in {None, STILL_THERE} and not _is_day(str(answer)):
            self.mapping.take_back(path, "is no day such as 2026-06-30")
            answer = self.mapping.ask(*path, asks=asks, choices=[STILL_THERE], free=True, never_accepted=True)
        for name in sorted(left):
            entry = self.known[name]
            if answer is None:
                entry.waits.append(path)
            else:
                self.mapping.settle("people", "left", entry.text("member"), value=answer)
        return answer

    def _is_said_to_have_left(self, entry: SourceEntry) -> bool:
        settled = self.mapping.get("people", "left", entry.text("member"))
        return bool(entry.text("until")) or settled not in {None, STILL_THERE}

    def _ask_which_is_right(self) -> str | None:
        named, known = self.named, self.known
        late = self._late()
        answer: str | None = ""
        if self.changed or self.gone:
            path: Path = (DIFFERENCES, f"{self.name} {self.sign}")
            asks = (
                f"{self.name} differs from what was imported before: {len(self.changed)} rows say other "
                f"things, {len(self.gone)} are no more there, {len(late)} are new in days that were imported. Which is "
                "right?"
            )
            answer = self.mapping.ask(*path, asks=asks, choices=[_TAKE, _KEEP, _BOTH], never_accepted=True)
            if answer is None:
                for name in {*self.changed, *self.gone}:
                    known[name].waits.append(path)
                for name in late:
                    named[name].waits.append(path)
        for name in self.gone if answer == _TAKE else ():
            del known[name]
        for name, entry in named.items():
            if name in self.changed and answer == _BOTH:
                known[f"{name} {entry.block.digest}"] = entry
            elif name in self.changed:
                known[name] = entry if answer == _TAKE else known[name]
            elif name not in known and not (name in late and answer == _KEEP):
                known[name] = entry
        return answer

    def _late(self) -> set[str]:
        """New rows of days of which others have gone."""
        gone_until: dict[tuple[str, ...], str] = {}
        for name in self.gone:
            key = _key(self.known[name])
            gone_until[key] = max(gone_until.get(key, ""), self.known[name].at[:10])
        return {
            name
            for name, entry in self.named.items()
            if name not in self.known and gone_until.get(_key(entry), "") >= entry.at[:10]
        }

    def _ask_whether_twice(self) -> str | None:
        """Rows that say the same in two files are one or two, where no number, document, balance or time tells."""
        alike = [name for name in self.named if name in self.again - self.changed and self._may_be_two(name)]
        if not alike:
            return ""
        first = self.known[alike[0]]
        path: Path = (_OVERLAPS, f"{self.name} {self.sign}")
        asks = (
            f"{len(alike)} rows of {self.name} say the same as rows that stand in another file too, the "
            f"first as {first.place}; neither a voucher nor a balance tells them apart. Did each happen once, or twice?"
        )
        answer = self.mapping.ask(*path, asks=asks, choices=[_ONE, _TWO])
        for name in alike:
            if answer is None:
                self.known[name].waits.append(path)
            elif answer == _TWO:
                self.known[f"{name} {self.named[name].block.digest}"] = self.named[name]
        return answer

    def _may_be_two(self, name: str) -> bool:
        entry, other = self.named[name], self.known[name]
        tells = own_name(entry) or entry.text("document") or entry.raw.get("balance") or "T" in entry.at
        is_same_file = other.block is entry.block or other.block.digest == entry.block.digest
        is_same_file = is_same_file or self._was_read(name)
        return not (tells or entry.recorded_at or is_same_file or entry.block.of_people)


def _mended(
    named: Mapping[str, SourceEntry], known: Mapping[str, SourceEntry], roles: frozenset[str]
) -> dict[str, str]:
    """Rows that were set aside for their day, each with the row that says the same with a day that can be read.

    It stands in the same row of a file of that name, or anywhere in a file that repeats other rows of theirs.
    """
    repeated = {id(known[name].block) for name in named.keys() & known.keys()}
    fresh: dict[str, list[str]] = defaultdict(list)
    for name, entry in named.items():
        if name not in known and entry.at and not _has_no_day(entry):
            fresh[_said(entry, roles, is_dated=False)].append(name)
    found: dict[str, str] = {}
    for name, entry in known.items():
        if name in named or not _has_no_day(entry):
            continue
        alike = fresh.get(_said(entry, roles, is_dated=False), [])
        mend = next((one for one in alike if id(entry.block) in repeated or named[one].place == entry.place), None)
        if mend is not None:
            alike.remove(mend)
            found[name] = mend
    return found


def _has_no_day(entry: SourceEntry) -> bool:
    return entry.at.startswith(UNREAD)


def _gone(named: Mapping[str, SourceEntry], known: Mapping[str, SourceEntry]) -> set[str]:
    """Rows that a new file should have, and has not.

    These are the rows of its days, of the materials and places that it speaks of or of a file of which it repeats some;
    all later ones of a file of which it repeats half from its first day on; and all of one of which it repeats most.
    """
    days = [entry.at[:10] for entry in named.values() if entry.at and not entry.at.startswith(UNREAD)]
    if not days and not next(iter(named.values())).block.of_people:
        return set()
    first, last = min(days, default=""), max(days, default="")
    keys = {_key(entry) for entry in named.values()}
    rows = Counter(id(entry.block) for entry in known.values())
    since = Counter(id(entry.block) for entry in known.values() if entry.at[:10] >= first)
    again = Counter(id(known[name].block) for name in named.keys() & known.keys())
    # A file that repeats most of another one is that one, brought up to date.
    whole: set[Hashable] = {block for block, count in again.items() if count >= _MOSTLY * rows[block]}
    in_file = Counter(_read_together(entry) for entry in known.values())
    again_in_file = Counter(_read_together(known[name]) for name in named.keys() & known.keys())
    whole |= {file for file, count in again_in_file.items() if count >= _MOSTLY * in_file[file]}
    later = {block for block, count in again.items() if days and count >= _HALF * since[block]}

    def is_expected(entry: SourceEntry) -> bool:
        block, day = id(entry.block), entry.at[:10]
        inside = first <= day <= last and bool(days) and (_key(entry) in keys or block in again)
        return not whole.isdisjoint((block, _read_together(entry))) or inside or (block in later and day >= first)

    return {name for name, entry in known.items() if _name_alone(name, entry) not in named and is_expected(entry)}


def _name_alone(name: str, entry: SourceEntry) -> str:
    """The name of a row without the sign of its table, which tells it from another of that name."""
    return name.removesuffix(f" {entry.block.digest}")


def _key(entry: SourceEntry) -> tuple[str, str, str, str]:
    place = entry.block.grid.name if entry.area in {"", UNREAD} else entry.area
    return entry.text("material"), place, entry.text("tracked_item"), entry.text("member")


def _is_day(text: str) -> bool:
    try:
        return bool(date.fromisoformat(text))
    except ValueError:
        return False
