"""Tables in a grid: where their headers stand, and which rows below belong to them."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from itertools import chain
from typing import NamedTuple

from stockward.book.cells.reading import MERGED
from stockward.book.checks.refused.totals import is_a_total_alone, names_a_total
from stockward.book.sources.importers.grid.files import CellValue, SheetGrid, is_blank_cell
from stockward.book.sources.importers.grid.headers import (
    FEWEST_NAMES,
    joint_name,
    of_other_parts,
    parts_of_header,
    told_apart,
)
from stockward.book.sources.importers.grid.labels import (
    CODES_OF_ROWS,
    TOTALS,
    calls_itself_a_total,
    has_sums_alone,
    heading_of,
    is_a_total_label,
    line_of_labels,
    rule_of_label,
    sums_up_others,
)
from stockward.book.sources.importers.grid.merges import merged_figures
from stockward.book.sources.importers.written.days import is_a_month
from stockward.book.sources.importers.written.month_lines import is_a_month_line, with_month_typed
from stockward.book.sources.naming.aliases import how_many_known, is_known, may_be_known, role_of
from stockward.terms.spelling import folded

_MOST_LINES_BELOW = 4
"""So many lines below a header may head its parts."""
_GROUP = re.compile(r"\(\d+\)\s*$")
_LABELS = frozenset(
    ("370", "372", "411", "412", "446", "447", "470", "610", "620", "630", "700", "800", "1000", "1030")
)
"""Numbers that stand for the names of columns in the ledgers and lists of nuclear material."""
STRUCK, STRUCK_IN_PART = "whole", "in part"
_HEADS = "a line that heads others"
_RULE = re.compile(r"^[\s\-=_*.|+]+$")


class TableRow(NamedTuple):
    """A row of a table: where it stands (from 0), its cells under the headers, and the line that headed its part.

    struck
        Whether it is struck through: ``STRUCK`` as a whole, ``STRUCK_IN_PART``, or empty.
    colour
        The colour that most of it bears; empty where that is black on white.
    month
        The line above it that says no more than a month.
    """

    number: int
    cells: tuple[CellValue, ...]
    heading: str = ""
    struck: str = ""
    colour: str = ""
    month: str = ""


@dataclass
class Block:
    """One table of a grid: its headers, its rows, and what was left out of it by which rule, with where it stood.

    Headers that stand twice are told apart as ``Name (2)``. One that was imported before is not new.
    ``over`` is what stands above the headers of one of several tables side by side: *Receipts*, *Issues*.
    ``columns`` are their letters, where it is one of several with a blank column between: ``F:I``.
    ``of_people`` is a list of people or of their absences, of which only what may be kept is in it.
    ``reading`` is one for all tables of a file that were read together; empty where that is not known.
    """

    grid: SheetGrid
    top: int
    headers: tuple[str, ...]
    places: tuple[int, ...]
    titles: tuple[str, ...]
    rows: list[TableRow] = field(default_factory=list)
    dropped: dict[str, list[int]] = field(default_factory=dict)
    is_new: bool = True
    over: str = ""
    of_people: bool = False
    reading: str = ""
    columns: str = ""

    @property
    def name(self) -> str:
        """The grid, and the row of the header where it is not the first."""
        return self._beside if self.top == 0 else f"{self._beside} from row {self.top + 1}"

    @property
    def _beside(self) -> str:
        return f"{self.grid.name} columns {self.columns}" if self.columns else self.grid.name

    @property
    def described(self) -> str:
        """The grid, and of tables beside each other the columns and what stands above them."""
        named = [f"columns {self.columns}"] if self.columns else []
        return ", ".join([self.grid.name, *named, *([f"headed {self.over}"] if self.over else [])])

    def place(self, row: int) -> str:
        """Where a row (from 0) stands."""
        return f"{self._beside} row {row + 1}"

    @property
    def label(self) -> str:
        """What is asked about once for all files: the sheet, and what stands above a table beside others."""
        named = (self.over or self.columns) if role_of(self.over) not in {"in", "out"} else ""
        return f"{self.grid.label} {named}".strip()

    @cached_property
    def digest(self) -> str:
        """What tells this table from another of its name: all that it held when it was read."""
        said = repr((self.headers, [row.cells for row in self.rows]))
        return hashlib.sha256(said.encode()).hexdigest()[:8]

    @property
    def fingerprint(self) -> tuple[str, ...]:
        """The folded headers by which a file of the same kind is known again."""
        return tuple(sorted(folded(header) for header in self.headers if header))

    def drop(self, rule: str, number: int) -> None:
        """Leave a row out, by a rule that is told."""
        self.dropped.setdefault(rule, []).append(number)

    def column(self, header: str) -> list[CellValue]:
        """The cells under one header, row by row."""
        place = self.headers.index(header)
        return [row.cells[place] for row in self.rows]


def blocks_of(grid: SheetGrid) -> list[Block]:
    """Every table of a grid, from its header to the next one; those without a row are none."""
    heads = list(_heads(grid)) or list(_first_plain_head(grid))
    found: list[Block] = []
    above = _telling_titles(
        [titles_above(grid, heads[index - 1][0] + 1 if index else 0, top) for index, (top, _, _) in enumerate(heads)]
    )
    for index, (top, height, names) in enumerate(heads):
        end = heads[index + 1][0] if index + 1 < len(heads) else len(grid.rows)
        same = next((block for block in found if block.headers == told_apart(names)[0]), None)
        titles = above[index]
        if same is not None:
            # The header of a list that is printed stands on every page.
            same.drop("the header again", top)
            _take_rows(same, top + height, end, titles or tuple(row.heading for row in same.rows[-1:] if row.heading))
        else:
            start = heads[index - 1][0] + 1 if index else 0
            for block in _side_by_side(grid, start, top, names, titles):
                _take_rows(block, top + height, end, block.titles)
                found.append(block)
    _leave_out_beside(found)
    for block in found:
        _tell_remarks(block)
    return [block for block in found if block.rows]


def _leave_out_beside(blocks: Sequence[Block]) -> None:
    """A total that is labelled once sums up the tables beside it as well."""
    rules = {number: rule for block in blocks for rule in TOTALS for number in block.dropped.get(rule, ())}
    for block in blocks if len(blocks) > 1 else ():
        for row in [row for row in block.rows if row.number in rules and has_sums_alone(block.headers, row.cells)]:
            block.rows.remove(row)
            block.drop(rules[row.number], row.number)


def _tell_remarks(block: Block) -> None:
    """A line below the last row heads no other."""
    last = max((row.number for row in block.rows), default=0)
    heads = block.dropped.pop(_HEADS, [])
    for number in heads:
        block.drop(_HEADS if number < last else "a remark below the rows", number)


def block_under(grid: SheetGrid, top: int, end: int) -> Block:
    """The table below a row that a person names as its header, whatever that has in it, up to a row ``end``."""
    names = [" ".join(cell_as_text(cell).split()) for cell in grid.rows[top]]
    titles = titles_above(grid, 0, top)
    places = tuple(place for place, name in enumerate(names) if name)
    block = Block(grid, top, told_apart(names)[0], places, titles)
    _take_rows(block, top + 1, end, titles)
    return block


def cell_as_text(cell: CellValue) -> str:
    """A cell as text, without blanks around it."""
    if isinstance(cell, str):
        return cell.strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return str(cell)


def _heads(grid: SheetGrid) -> Iterator[tuple[int, int, list[str]]]:
    """Each header row: where it begins, how many rows it takes, and the name of each column."""
    number, rows = 0, grid.rows
    texts = (cell for cell in {*chain.from_iterable(rows)} if type(cell) is str and cell.strip() and may_be_known(cell))
    names = {cell for cell in texts if _is_known(cell)}
    while number < len(rows):
        # Most rows have no known name, and are looked at no further.
        if names.isdisjoint(rows[number]) or sum(cell in names for cell in rows[number]) < FEWEST_NAMES - 1:
            number += 1
            continue
        single = _names(rows[number])
        known = how_many_known(single)
        double = _joined(grid, number)
        if double is not None and how_many_known(double) >= max(known, FEWEST_NAMES):
            yield number, 2, double
            number += 2
            continue
        if (known >= FEWEST_NAMES and 2 * known >= sum(map(bool, single))) or _is_an_account(grid, number, single):
            yield number, 1, single
        number += 1


def _is_an_account(grid: SheetGrid, number: int, names: Sequence[str]) -> bool:
    """Whether the same names stand below *In* and below *Out*, a day among them."""
    over = [text for cell in grid.rows[number - 1] if (text := cell_as_text(cell))] if number else []
    again = {name for name, times in Counter(filter(None, names)).items() if times == len(over)}
    return sorted(map(role_of, over)) == ["in", "out"] and len(again) > 1 and "at" in map(role_of, again)


def _is_known(cell: str) -> bool:
    return is_known(" ".join(cell.split()))


def _first_plain_head(grid: SheetGrid) -> Iterator[tuple[int, int, list[str]]]:
    """The first row of three texts or more, all different, above a row with a number or a date: names nobody knows."""
    for number, row in enumerate(grid.rows[:-1]):
        names = [name for name in _names(row) if name]
        filled = sum(not is_blank_cell(cell) for cell in row)
        if len(names) == filled >= FEWEST_NAMES and len(set(names)) == filled:
            lines = grid.rows[number + 1 : number + 1 + _MOST_LINES_BELOW]
            below = next((cells for line in lines if len(cells := [*_not_blank(line)]) > 1), [])
            if any(not isinstance(cell, str) or any(sign.isdigit() for sign in cell) for cell in below):
                yield number, 1, _names(row)
                return


def _not_blank(row: Sequence[CellValue]) -> Iterator[CellValue]:
    return (cell for cell in row if not is_blank_cell(cell))


@lru_cache(50_000)
def is_in_figures(text: str) -> bool:
    """Whether a text has only figures and the signs that stand among them."""
    return bool(re.fullmatch(r"[\s\d.,+\-'()%]+", text))


def _may_name(cell: str) -> bool:
    return cell.strip() in _LABELS or not (is_in_figures(cell) or _RULE.match(cell))


def _names(row: Sequence[CellValue]) -> list[str]:
    return ["" if not isinstance(cell, str) or not _may_name(cell) else " ".join(cell.split()) for cell in row]


def _joined(grid: SheetGrid, number: int) -> list[str] | None:
    """The names that a row and the one below make together, where that is a header in two rows."""
    if number + 1 >= len(grid.rows):
        return None
    top, bottom = _names(grid.rows[number]), _names(grid.rows[number + 1])
    filled = [cell for cell in grid.rows[number + 1] if not is_blank_cell(cell)]
    named = [name for name in bottom if name]
    if not any(top) or len(named) != len(filled) or 2 * sum(map(is_known, named)) < len(named) or not named:
        return None
    width = max(len(top), len(bottom))
    top, bottom = ([*names, *[""] * (width - len(names))] for names in (top, bottom))
    joined, over = [], ""
    for column in range(width):
        over = top[column] or (over if bottom[column] or (number, column) in grid.covered else "")
        joined.append(joint_name(over, bottom[column]))
    # What stands above a table as a whole makes its names no clearer.
    return joined if sum(map(is_known, joined)) >= sum(map(is_known, named)) else None


def _side_by_side(grid: SheetGrid, start: int, top: int, names: list[str], titles: tuple[str, ...]) -> Iterator[Block]:
    """One table, or several that stand beside each other, each with the titles that are not of another alone."""
    lines = [[cell_as_text(cell) for cell in row] for row in grid.rows[start:top]]
    parts = parts_of_header(names, lines[-1] if lines else [])
    for part, others in zip(parts, of_other_parts(parts, lines), strict=True):
        headers = told_apart([names[place] for place in part.places])[0]
        own = tuple(title for title in titles if title not in others)
        yield Block(grid, top, headers, part.places, own, over=part.over, columns=part.columns)


def _take_rows(block: Block, start: int, end: int, titles: Sequence[str]) -> None:
    """Take what lies below a header; blank lines, rules, totals and headings of parts are no rows."""
    heading, month, covered, width = heading_of(titles), "", block.grid.covered, max(block.places) + 1
    own = {folded(name) for name in block.headers}
    shared = merged_figures(block.grid, block.places, block.headers)
    codes = [place for place, header in enumerate(block.headers) if role_of(header) in CODES_OF_ROWS]
    days = [place for place, header in enumerate(block.headers) if role_of(header) == "at"]
    is_any_struck = bool(block.grid.struck.whole or block.grid.struck.partly)
    for number in range(start, end):
        row = block.grid.rows[number]
        if not covered and row.count("") == len(row):
            continue
        if covered or len(row) < width:
            cells = tuple(_cell(block, number, row, place) for place in block.places)
        else:
            cells = tuple([row[place] for place in block.places])
        if shared and any((number, place) in shared for place in block.places):
            marked = zip(block.places, cells, strict=True)
            cells = tuple([MERGED if (number, place) in shared else cell for place, cell in marked])
        filled = [cell for cell in cells if type(cell) is not str or (cell and not cell.isspace())]
        filled = with_month_typed(filled, block.grid.rows, range(number, end), block.places)
        if not filled or (
            isinstance(filled[0], str) and all(isinstance(cell, str) and _RULE.match(cell) for cell in filled)
        ):
            outside = [cell_as_text(cell) for cell in row if not is_blank_cell(cell)]
            if len(outside) == 1 and not _RULE.match(outside[0]):
                heading, month = _headed_by(outside[0], heading, month)
                block.drop(_HEADS, number)
            continue
        if len(filled) == 1 and isinstance(filled[0], str) and len(block.headers) > 2:
            sums = names_a_total(filled[0].strip())
            heading, month = (heading, month) if sums else _headed_by(filled[0].strip(), heading, month)
            block.drop(rule_of_label(filled[0]) if sums else _HEADS, number)
            continue
        if isinstance(filled[0], str) and ":" in filled[0] and (labels := line_of_labels(filled)):
            heading = labels
            block.drop(_HEADS, number)
            continue
        texts = [cell for cell in filled if isinstance(cell, str)]
        if isinstance(filled[0], str) and len(texts) == 1 < len(filled) and _GROUP.search(filled[0]):
            # Some programs write sums of groups between their rows, with how many rows there are.
            heading = _GROUP.sub("", filled[0]).strip()
            block.drop("a group with its sum", number)
            continue
        if len(texts) == len(filled) > 1 and folded(texts[0]) in own and {folded(text) for text in texts} <= own:
            block.drop("the header again", number)
            continue
        is_total = sums_up_others(cells, days)
        alone = is_total and is_a_total_alone(texts[0]) and all(map(is_in_figures, texts[1:]))
        says_so = bool(codes) and calls_itself_a_total(block.headers, cells, codes)
        if says_so or (is_total and (alone or len(filled) < len(block.headers))):
            block.drop(rule_of_label(next(filter(is_a_total_label, texts))), number)
            continue
        struck = struck_through(block.grid, number, block.places) if is_any_struck else ""
        block.rows.append(TableRow(number, cells, heading, struck, block.grid.colours.get(number, ""), month))


def struck_through(grid: SheetGrid, number: int, columns: Iterable[int]) -> str:
    """Whether all cells of a row that say something are struck through, or some are."""
    row, struck = grid.rows[number], grid.struck
    places = [(number, place) for place in columns if place < len(row) and not is_blank_cell(row[place])]
    whole = [place for place in places if place in struck.whole]
    if places and len(whole) == len(places):
        return STRUCK
    return STRUCK_IN_PART if whole or any(place in struck.partly for place in places) else ""


def _headed_by(text: str, heading: str, month: str) -> tuple[str, str]:
    """What heads the rows below a line, and their month; a month leaves them below what headed them before."""
    return (heading, text) if is_a_month_line(text) else (text, month)


def _cell(block: Block, number: int, row: Sequence[CellValue], place: int) -> CellValue:
    """A cell of a row; one that a merged cell covers from above has the value of that."""
    if place < len(row) and not is_blank_cell(row[place]):
        return row[place]
    first = block.grid.covered.get((number, place))
    if first is not None and first[1] == place:
        above = block.grid.rows[first[0]]
        return above[place] if place < len(above) else ""
    return row[place] if place < len(row) else ""


def titles_above(grid: SheetGrid, start: int, top: int) -> tuple[str, ...]:
    """What stands above a header, and below the last row of the table before it."""
    if start:
        rows = range(top - 1, start - 1, -1)
        start = next((number + 1 for number in rows if _filled_cells(grid.rows[number]) >= FEWEST_NAMES), start)
    cells = [cell_as_text(cell) for row in grid.rows[start:top] for cell in row if not is_blank_cell(cell)]
    return tuple(text for text in cells if not _RULE.match(text) and not is_a_month(text))[:20]


def _telling_titles(found: Sequence[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """Of several tables, the title that tells each from the others last: it is what heads its rows."""
    if len(found) < 2:
        return list(found)
    often = Counter(text for titles in found for text in set(titles))
    return [tuple(sorted(titles, key=lambda text: often[text] < 2)) for titles in found]


def _filled_cells(row: Sequence[CellValue]) -> int:
    return sum(not is_blank_cell(cell) for cell in row)
