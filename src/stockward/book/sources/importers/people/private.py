"""Lists of people as they may be kept: without a column that is not needed, and with codes in the place of names."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from stockward.book.sources.importers.grid.files import CellValue, is_blank_cell
from stockward.book.sources.importers.grid.layout import Block, TableRow, cell_as_text
from stockward.book.sources.importers.grid.marks import is_mark
from stockward.book.sources.importers.mapping import MappingFile, Path
from stockward.book.sources.importers.people.recognising import ABSENCES, PRIVATE, likely_table, of_people
from stockward.book.sources.naming.aliases import PEOPLE_LISTS, role_of
from stockward.terms.errors import SiteError
from stockward.terms.spelling import folded
from stockward.terms.spreadsheet_text import csv_text, no_formula, text_of

NAMES = "imported/names.csv"
"""The key of codes and names: it stays at the site, and its owner alone can read it."""
TWO_OF_ONE_NAME = "? several people"
_CODE = re.compile(r"(?=\S*\d)[\w./-]+")
_BOTH = (re.compile(r"[\[(]?(?P<code>(?=\S*\d)[\w./-]+)[\])]?\s*[-:,]?\s+(?P<name>[^\d]+)"),
         re.compile(r"(?P<name>[^\d]+?)\s*[-:,]?\s*[\[(]?(?P<code>(?=\S*\d)[\w./-]+)[\])]?"))  # fmt: skip
_NO_END = frozenset(("open", "permanent", "unbefristet", "indefinite", "none", "-", "--", "present", "n/a", "na"))
_IS_OF_PEOPLE, _IS_NOT = "it is of people", "it is of something else"
_OTHERS = "they are people of their own"


@dataclass(slots=True)
class NameKey:
    """Codes by name, as the site keeps them, and what the lists of this import say beside.

    numbers
        By name, the numbers that lists with both give it.
    taken
        Numbers and codes that somebody bears.
    shared
        Names that stand twice in a list of people without numbers.
    """

    codes: dict[str, str] = field(default_factory=dict)
    written: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, set[str]] = field(default_factory=dict)
    taken: set[str] = field(default_factory=set)
    shared: set[str] = field(default_factory=set)

    def knows(self, name: str) -> bool:
        """Whether some list says who bears a name."""
        return _plain(name) in self.codes or _plain(name) in self.numbers

    def note(self, name: str, number: str) -> None:
        """Note the number that stands beside a name."""
        self.numbers.setdefault(_plain(name), set()).add(number)
        self.taken.add(number)

    def code(self, name: str) -> str:
        """The number or code of the one who bears a name; a new code where there is none yet."""
        plain = _plain(name)
        numbers = self.numbers.get(plain, set())
        if len(numbers) > 1 or plain in self.shared:
            return TWO_OF_ONE_NAME
        if plain not in self.codes:
            self.codes[plain] = next(iter(numbers)) if numbers else self._free()
            self.written[plain] = " ".join(name.split())
        return self.codes[plain]

    def _free(self) -> str:
        used = self.taken | set(self.codes.values())
        return next(code for number in range(1, 1_000_000) if (code := f"P{number:03d}") not in used)


def read_key(text: str, file: str) -> NameKey:
    """The key of ``key_text``. Raises ``SiteError`` where it is none."""
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    if any(not row.get("person") or not row.get("name") for row in rows):
        mend = "put it back as it was: without it nobody is known again"
        raise SiteError(file, "this is no key with a person and a name in each row", mend)
    names = {_plain(text_of(row["name"])): text_of(row["name"]) for row in rows}
    return NameKey({_plain(text_of(row["name"])): row["person"] for row in rows}, names)


def key_text(key: NameKey) -> str:
    """Codes and names as a CSV."""
    rows = sorted((code, key.written[plain]) for plain, code in key.codes.items())
    return csv_text([["person", "name"], *map(list, rows)], guard=no_formula)


def private_lists(
    blocks: Sequence[Block], known: Sequence[Block], key: NameKey, mapping: MappingFile
) -> tuple[list[Block], list[str]]:
    """Blocks in which lists of people are as they may be kept, and what is told of it.

    A list of which is asked whether it is of people, or whose they are, is left out until that is answered: nothing of
    it is kept. ``known`` are the lists that were imported before.
    """
    asked = [(block, _is_of_people(block, mapping)) for block in blocks]
    lists = [block for block, is_one in asked if is_one]
    stated = {
        folded(value)
        for path, value in mapping.settled.items()
        if path[:1] == ("source",) and path[2:3] == ("columns",)
    }
    key.taken |= {cell_as_text(row.cells[_person_in(block)]) for block in known for row in block.rows}
    for block in lists:
        _note_numbers(block, key)
    rolls = [block for block in lists if likely_table(block.headers)[0] != ABSENCES]
    others = [block for block in lists if block not in rolls]
    kept, notices = dict[int, Block](), list[str]()
    for block in rolls:
        without = Counter(_plain(name) for number, name in _people_in(block) if name and not number)
        key.shared |= {name for name, times in without.items() if times > 1}
    for block in [*rolls, *others]:
        if block in others and (rolls or known) and not _are_known(block, key, mapping):
            continue
        kept[id(block)], told = _pruned(block, stated, key)
        notices += told
    taken = [kept.get(id(block), block) for block, is_one in asked if is_one is False or id(block) in kept]
    return taken, notices


def _is_of_people(block: Block, mapping: MappingFile) -> bool | None:
    found = True if block.of_people else of_people(block.headers)
    if found is not None:
        return found
    path: Path = ("files", block.name, "people")
    asks = f"Is {block.name} a list of people, with the columns {', '.join(block.headers[:8])}?"
    answer = mapping.ask(*path, asks=asks, choices=[_IS_OF_PEOPLE, _IS_NOT], never_accepted=True)
    if answer is None:
        mapping.wait(path, block.grid.place(block.rows[0].number), len(block.rows))
        return None
    return answer == _IS_OF_PEOPLE


def _are_known(block: Block, key: NameKey, mapping: MappingFile) -> bool:
    """Whether it is known who all people in a list of absences are; else it is asked."""
    strangers = {_plain(name) for number, name in _people_in(block) if not number and name and not key.knows(name)}
    if not strangers:
        return True
    path: Path = ("files", block.name, "names")
    asks = (
        f"{len(strangers)} names in {block.name} stand in no list of people that is known. Name the list with their "
        "numbers in the same command; or are they others, who get codes?"
    )
    answer = mapping.ask(*path, asks=asks, choices=[_OTHERS], never_accepted=True)
    if answer is None:
        mapping.wait(path, block.grid.place(block.rows[0].number), len(block.rows))
    return answer == _OTHERS


def _note_numbers(block: Block, key: NameKey) -> None:
    for number, name in _people_in(block):
        if number and name:
            key.note(name, number)
        elif number:
            key.taken.add(number)


def _people_in(block: Block) -> list[tuple[str, str]]:
    """The number and the name of each row; the one or the other may be blank."""
    number, names = _columns_of_people(block)
    found = []
    for row in block.rows:
        said = cell_as_text(row.cells[number]) if number is not None else ""
        name = " ".join(cell_as_text(row.cells[place]) for place in names if not is_blank_cell(row.cells[place]))
        if is_mark(said) or _CODE.fullmatch(said):
            found.append((said, name))
            continue
        both = next((match for form in _BOTH if (match := form.fullmatch(said))), None)
        found.append((both["code"], name or both["name"].strip()) if both else ("", said or name))
    return found


def _columns_of_people(block: Block) -> tuple[int | None, list[int]]:
    """Where the number of a person stands, and the parts of the name; a running number is no one's."""
    roles = [role_of(header, PEOPLE_LISTS) for header in block.headers]
    names = [place for place, role in enumerate(roles) if role == "person_name"]
    stated = [place for place, role in enumerate(roles) if role == "member"]
    plain = [place for place, role in enumerate(roles) if role == "number" and not _is_running(block, place)]
    own = [place for place, role in enumerate(roles) if role == "id"]
    numbered = [place for place in stated if _mostly_codes(block, place)]
    for place in (*numbered, *plain, *([] if stated or likely_table(block.headers)[0] == ABSENCES else own)):
        return place, [*names, *(other for other in stated if other != place)]
    return (stated[0] if stated and not names else None), names or stated[1:]


def _is_running(block: Block, place: int) -> bool:
    """Whether a column only counts the rows."""
    cells = [cell_as_text(row.cells[place]) for row in block.rows if not is_blank_cell(row.cells[place])]
    return cells == [str(number) for number in range(1, len(cells) + 1)] or not cells


def _mostly_codes(block: Block, place: int) -> bool:
    filled = [cell_as_text(row.cells[place]) for row in block.rows if not is_blank_cell(row.cells[place])]
    codes = sum(bool(_CODE.fullmatch(cell)) or any(form.fullmatch(cell) for form in _BOTH) for cell in filled)
    return 2 * codes >= len(filled)


def _person_in(block: Block) -> int:
    """Where the code of a person stands in a list as it is kept."""
    return block.headers.index(PERSON)


PERSON = "Person"
"""Header of numbers and codes in a list as it is kept."""


def _pruned(block: Block, stated: Iterable[str], key: NameKey) -> tuple[Block, list[str]]:
    """A list with what is needed of it alone, and what is told of the columns that are not."""
    if block.of_people:
        return block, []
    number, names = _columns_of_people(block)
    of_person = {*names, *([] if number is None else [number])}
    roles = [role_of(header, PEOPLE_LISTS) for header in block.headers]
    needed = [
        place
        for place, header in enumerate(block.headers)
        if place not in of_person
        and (folded(header) in stated or roles[place] not in {"", PRIVATE, "member", "person_name", "number"})
    ]
    headers = (PERSON, *(block.headers[place] for place in needed))
    rows = [
        TableRow(row.number, (_code(said, name, key), *(_cell(row, place, roles[place]) for place in needed)))
        for row, (said, name) in zip(block.rows, _people_in(block), strict=True)
    ]
    kept = replace(block, headers=headers, places=(), titles=(), rows=rows, over="", of_people=True)
    return kept, _told(block, needed, of_person, made=any(not said and name for said, name in _people_in(block)))


def _code(number: str, name: str, key: NameKey) -> str:
    return number or (key.code(name) if name else "")


def _cell(row: TableRow, place: int, role: str) -> CellValue:
    """A cell; one that says that there is no last day is blank."""
    cell = row.cells[place]
    text = cell_as_text(cell)
    if role in {"until", "end"} and ("9999" in text or text.casefold() in _NO_END):
        return ""
    return cell


def _told(block: Block, needed: Sequence[int], of_person: Iterable[int], *, made: bool) -> list[str]:
    left = [header for place, header in enumerate(block.headers) if place not in {*needed, *of_person}]
    told = [f"{block.name}: columns that are not read and not kept: {', '.join(left)}"] if left else []
    if made:
        told.append(f"{block.name}: who bears no number there has a code; the names stand in {NAMES}, for you alone")
    return told


def _plain(name: str) -> str:
    """A name as it is compared: *Rossi, Ann* is *Ann Rossi*."""
    return " ".join(sorted(folded(name).split()))
