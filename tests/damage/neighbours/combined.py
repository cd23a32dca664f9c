"""Several kinds of trouble in one site: each is told, and what none of them touches keeps its verdict."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

from .books import Books, Period, Row, Tables, Works, number
from .forms import form_of
from .holding import Mend, Neighbour, Truth, reviewed

Change = Callable[[Tables], object]


@dataclass
class _Troubles:
    """What was done to a site so far, and how each of it is mended."""

    works: Works
    rng: random.Random
    fault: set[tuple[str, int]] = field(default_factory=set)
    hidden: set[Period] = field(default_factory=set)
    mends: list[Change] = field(default_factory=list)

    def mend(self, tables: Tables) -> None:
        for change in reversed(self.mends):
            change(tables)

    def cell(self, table: str, place: int, name: str, wrong: str, row: Row) -> None:
        """Write something wrong into a cell."""
        right = row[name]
        row[name] = wrong
        self.fault.add((table, place))
        self.mends.append(lambda tables: tables[table][place].update({name: right}))


def _return_in_part(troubles: _Troubles) -> None:
    works, rng = troubles.works, troubles.rng
    entry = rng.choice([one for one in works.entries if not one.row["reverses"]])
    entry.moved = []
    day = works.days[entry.period - 1] + timedelta(days=26)
    row = {**entry.row, "movement": "Z1", "at": works.moment(day), "reverses": entry.row["movement"]}
    back = works.enter(entry.period, row["kind"], row["material"], 0, moved=False)
    back.row.update(row)
    troubles.cell("movements", len(works.entries) - 1, "quantity", number(float(row["quantity"]) + 3), back.row)
    areas = (row["from_area"], row["to_area"])
    troubles.hidden |= works.touched(areas, [row["material"]], [entry.period])


def _heaps(troubles: _Troubles, books: Books) -> None:
    rows, works = books.tables["counts"], troubles.works
    row = troubles.rng.choice(rows)
    heap = {**row, "quantity": "7"}
    row["quantity"] = number(float(row["quantity"]) - 7)
    rows.append(heap)
    place = len(rows) - 1
    troubles.fault |= {("counts", place), ("counts", next(at for at, one in enumerate(rows) if one is row))}
    period = works.inventories.index(row["inventory"])
    troubles.hidden |= works.touched([row["area"]], [row["material"]], [period, period + 1])
    troubles.mends.append(lambda tables: tables["counts"][place].update(sheet="2"))


def _other_letter(troubles: _Troubles, books: Books) -> None:
    """A name written with a letter that looks the same, or with capitals: which area is meant is not read."""
    rows, works = books.tables["movements"], troubles.works
    free = [
        place for place in range(len(rows)) if ("movements", place) not in troubles.fault and not _named(rows, place)
    ]
    if not free:
        return
    place = troubles.rng.choice(free)
    name = "to_area" if rows[place]["to_area"] else "from_area"
    troubles.cell("movements", place, name, f"{rows[place][name]}\u200b", rows[place])
    troubles.hidden |= works.touched(works.areas, [rows[place]["material"]], [works.entries[place].period])


def _named(rows: list[Row], place: int) -> bool:
    """Whether a row reverses another, or is reversed."""
    return bool(rows[place]["reverses"]) or any(row["reverses"] == rows[place]["movement"] for row in rows)


def _bad_day(troubles: _Troubles, books: Books) -> None:
    """A date that cannot be read: the row may belong into every period of what it names."""
    rows, works = books.tables["movements"], troubles.works
    free = [
        place for place in range(len(rows)) if ("movements", place) not in troubles.fault and not _named(rows, place)
    ]
    if not free:
        return
    place = troubles.rng.choice(free)
    row = rows[place]
    troubles.cell("movements", place, "at", troubles.rng.choice(("12/01/2026", "46034", "2026-02-30", "")), row)
    troubles.hidden |= works.touched((row["from_area"], row["to_area"]), [row["material"]], works.periods)


def _no_method(troubles: _Troubles, books: Books) -> None:
    """A weighing whose method was forgotten."""
    rows, works = books.tables["counts"], troubles.works
    bulk = [row for row in rows if row["material"] in works.bulk]
    if not bulk:
        return
    row = troubles.rng.choice(bulk)
    place, right = next(at for at, one in enumerate(rows) if one is row), row["method"]
    row["method"] = ""
    period = works.inventories.index(row["inventory"])
    troubles.hidden |= works.touched([row["area"]], [row["material"]], [period, period + 1])
    troubles.mends.append(lambda tables: tables["counts"][place].update(method=right))


def _offsets(troubles: _Troubles, books: Books) -> None:
    """All times in another zone, with the offset as a database writes it."""
    for table in ("movements", "counts"):
        for row in books.tables[table]:
            if len(row["at"]) == len("2026-01-05T10:30"):
                row["at"] = row["at"].replace("T", " ") + ":00+00"


def several(rng: random.Random) -> Neighbour:
    """Two or three kinds of trouble at once."""
    works = Works(rng)
    troubles = _Troubles(works, rng)
    kinds = rng.sample((_heaps, _other_letter, _bad_day, _no_method, _offsets), rng.choice((2, 2, 3)))
    first = rng.random() < 0.5
    if first:
        _return_in_part(troubles)
    books = works.books()
    for kind in kinds:
        kind(troubles, books)
    names = [kind.__name__.strip("_") for kind in kinds] + ["return_in_part"] * first
    truth = Truth(troubles.fault, troubles.hidden, must_tell=bool(troubles.fault))
    return reviewed(", ".join(names), books, form_of(rng), truth, [Mend("", troubles.mend)])
