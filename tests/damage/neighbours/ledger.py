"""Neighbours in the ledger and the counts: returns in part, chains of returns, two heaps, ledgers in parts."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from .books import SCALE, STOCK, Books, Entry, Row, Tables, Works, found, number
from .forms import Form, csv_bytes, form_of, frame, header_of, write_workbook
from .holding import Mend, Neighbour, Truth, reviewed


def part_of_a_return(rng: random.Random) -> Neighbour:
    """A row that cancels another, and contradicts it in one column; what went or came in truth is known."""
    works = Works(rng)
    column = rng.choice(("quantity", "quantity", "kind", "material", "area", "unit", "earlier"))
    if (column == "material" and len(works.materials) == 1) or (column == "area" and len(works.areas) == 1):
        column = "quantity"
    if column == "unit" and not works.bulk:
        column = "kind"
    entry = rng.choice([one for one in works.entries if column != "unit" or one.row["material"] in works.bulk])
    later = min(entry.period + rng.choice((0, 0, 1)), works.periods[-1])
    back = _copied(works, entry, later)
    row = back.row
    mend: Callable[[Tables], object]
    said = "blank reverses if it is a movement of its own"
    if column == "quantity":
        much = float(entry.row["quantity"])
        row["quantity"] = number(rng.choice((1.0, much - 1, much + 1, much * 10)))
        mend = _whole(row["movement"], quantity=entry.row["quantity"])
        said = "else correct the quantity" if float(row["quantity"]) < much else "correct one of them"
    elif column == "kind":
        _physical_return(works, entry, back, rng)
        mend = _whole(row["movement"], reverses="")
    elif column == "material":
        row["material"] = rng.choice([one for one in works.materials if one != row["material"]])
        row["method"] = SCALE if row["material"] in works.bulk else ""
        mend = _whole(row["movement"], material=entry.row["material"], method=entry.row["method"])
        said = "correct one of them"
    elif column == "area":
        _other_area(works, row, rng)
        mend = _whole(row["movement"], from_area=entry.row["from_area"], to_area=entry.row["to_area"])
        said = "correct one of them"
    elif column == "unit":
        row["unit"] = rng.choice(("g", "t", "lb"))
        mend = _whole(row["movement"], unit="")
        said = "correct one of them"
    else:
        row["at"] = works.moment(works.days[0] - timedelta(days=3))
        mend = _whole(row["movement"], at=entry.row["at"][:10] + entry.row["at"][10:])
        said = ""
    if rng.random() < 0.3:
        works.entries.insert(0, works.entries.pop())
    areas = {one.row[name] for one in (entry, back) for name in ("from_area", "to_area")}
    materials = {entry.row["material"], row["material"]}
    hidden = works.touched(areas, materials, {entry.period, later} | ({1} if column == "earlier" else set()))
    place = works.entries.index(back)
    # The day of a cancellation may be any: the pair counts as if neither had been.
    truth = Truth({("movements", place)}, hidden, must_tell=column != "earlier")
    told = f"{row['movement']} cancels {row['reverses']} but for its {column}"
    return reviewed(told, works.books(), form_of(rng), truth, [Mend(said, mend)])


def _copied(works: Works, entry: Entry, period: int) -> Entry:
    """A row that cancels another: neither has moved anything."""
    entry.moved = []
    day = works.days[period - 1] + timedelta(days=26)
    row = {**entry.row, "movement": f"{len(works.entries) + 1:04d}", "at": works.moment(day)}
    back = Entry({**row, "reverses": entry.row["movement"]}, period, [])
    works.entries.append(back)
    return back


def _physical_return(works: Works, entry: Entry, back: Entry, rng: random.Random) -> None:
    """The goods went and some of them came back, which an ERP exports as the contrary kind."""
    row, of, to = back.row, entry.row["from_area"], entry.row["to_area"]
    much = float(entry.row["quantity"])
    some = rng.choice((much, max(1.0, much // 3)))
    entry.moved = [(area, row["material"], sign * much) for area, sign in ((of, -1), (to, 1)) if area]
    back.moved = [(area, row["material"], sign * some) for area, sign in ((to, -1), (of, 1)) if area]
    contrary = {"receipt": "issue", "issue": "receipt", "transfer": "transfer"}
    row.update(kind=contrary[row["kind"]], from_area=to, to_area=of, quantity=number(some))


def _other_area(works: Works, row: Row, rng: random.Random) -> None:
    name = rng.choice([name for name in ("from_area", "to_area") if row[name]])
    taken = {row["from_area"], row["to_area"]}
    free = [area for area in works.areas if area not in taken]
    if free:
        row[name] = rng.choice(free)
    else:
        row["from_area"], row["to_area"] = row["to_area"], row["from_area"]
        row["kind"] = {"receipt": "issue", "issue": "receipt"}.get(row["kind"], row["kind"])


def _whole(movement: str, **cells: str) -> Callable[[Tables], object]:
    return lambda tables: found(tables["movements"], movement=movement).update(cells)


def chain_of_returns(rng: random.Random) -> Neighbour:
    """A movement, its cancellation, the cancellation of that, and so on: it stands where their number is even."""
    works = Works(rng)
    entry = rng.choice(works.entries)
    links = rng.randint(1, 6)
    chain = [entry]
    moved = list(entry.moved)
    for link in range(links):
        period = min(chain[-1].period + (rng.random() < 0.3), works.periods[-1])
        day = works.days[period - 1] + timedelta(days=26)
        row = {**entry.row, "movement": f"Z{link}", "reverses": chain[-1].row["movement"], "at": works.moment(day)}
        row["at"] = row["at"][:10] + f"T21:{link:02d}"
        chain.append(Entry(row, period, []))
    entry.moved = moved if links % 2 == 0 else []
    works.entries += chain[1:]
    if rng.random() < 0.5:
        rng.shuffle(works.entries)
    truth, mends = Truth(), []
    if links > 1 and rng.random() < 0.4:
        bad = rng.choice(chain[1:])
        bad.row["quantity"] = number(float(bad.row["quantity"]) + 1)
        places = {("movements", works.entries.index(one)) for one in chain[1:]}
        areas = (entry.row["from_area"], entry.row["to_area"])
        periods = {one.period for one in chain}
        truth = Truth(places, works.touched(areas, [entry.row["material"]], periods), must_tell=True)
        mends = [Mend("correct one of them", _whole(bad.row["movement"], quantity=entry.row["quantity"]))]
    return reviewed(f"{links} links behind {entry.row['movement']}", works.books(), form_of(rng), truth, mends)


def two_heaps(rng: random.Random) -> Neighbour:
    """One thing counted on several shelves, in several rows; or one code for the counts of several days."""
    works = Works(rng)
    books = works.books()
    rows = books.tables["counts"]
    if rng.random() < 0.3:
        return _one_code(works, books, rng)
    row = rng.choice([rows[0], rows[-1], rng.choice(rows)])
    whole, parts = float(row["quantity"]), rng.choice((2, 2, 3))
    own = [float(rng.randint(1, STOCK // 10)) for _ in range(parts - 1)]
    if rng.random() < 0.2:
        own = [whole / parts] * (parts - 1) if row["material"] in works.bulk else own
    heaps = [{**row, "quantity": number(much)} for much in (whole - sum(own), *own)]
    if row["material"] in works.bulk and rng.random() < 0.4:
        heaps[-1].update(unit="g", quantity=number(own[-1] * 1000))
    place = rows.index(row)
    sheets = rng.choice(("none", "none", "one", "all"))
    if sheets != "none":
        for number_of, heap in enumerate(heaps):
            heap["sheet"] = f"{number_of}" if number_of or sheets == "all" else ""
    behind = rng.random() < 0.5
    rows[place] = heaps[0]
    if behind:
        rows += heaps[1:]
    else:
        rows[place + 1 : place + 1] = heaps[1:]
    at_fault, hidden, mends = set(), set(), []
    if sheets == "none":
        at_fault = {("counts", _at(rows, heap)) for heap in heaps}
        period = works.inventories.index(row["inventory"])
        hidden = works.touched([row["area"]], [row["material"]], [period, period + 1])
        mends = [Mend("give each shelf or list its own sheet", _own_sheets(row))]
    told = f"{parts} heaps of {row['material']} in {row['area']} at {row['inventory']}, sheet of {sheets}"
    return reviewed(told, books, form_of(rng), Truth(at_fault, hidden), mends)


def _at(rows: list[Row], row: Row) -> int:
    return next(place for place, one in enumerate(rows) if one is row)


def _own_sheets(row: Row) -> Callable[[Tables], object]:
    key = {name: row[name] for name in ("inventory", "area", "material")}

    def change(tables: Tables) -> None:
        heaps = [one for one in tables["counts"] if all(one[name] == cell for name, cell in key.items())]
        for place, heap in enumerate(heaps):
            heap["sheet"] = f"shelf {place}"

    return change


def _one_code(works: Works, books: Books, rng: random.Random) -> Neighbour:
    """One code used for the counts of all days, or of two in a row."""
    first = rng.choice((0, rng.randrange(len(works.inventories) - 1)))
    last = len(works.inventories) - 1 if rng.random() < 0.5 else first + 1
    rows = books.tables["counts"]
    one, others = works.inventories[first], works.inventories[first : last + 1]
    days = {row["at"]: row["inventory"] for row in rows}
    places = {("counts", place) for place, row in enumerate(rows) if row["inventory"] in others}
    for row in rows:
        if row["inventory"] in others:
            row["inventory"] = one
    hidden = works.touched(works.areas, works.materials, works.periods)

    def change(tables: Tables) -> None:
        for row in tables["counts"]:
            row["inventory"] = days[row["at"]]

    mend = Mend("give each inventory its own code", change)
    told = f"one code for the inventories {first} to {last}"
    return reviewed(told, books, form_of(rng), Truth(places, hidden, must_tell=True), [mend])


def ledger_in_parts(rng: random.Random) -> Neighbour:
    """The rows of a table stand in two files, or an old copy of them stands beside: neither is read without a word."""
    works = Works(rng)
    books = works.books()
    table = rng.choice(("movements", "movements", "counts"))
    rows = books.tables[table]
    copy = rng.random() < 0.3
    cut = rng.randint(1, len(rows) - 1)
    other = rows[:cut] if copy else rows[cut:]
    whole = list(rows)
    form = form_of(rng)
    if not copy:
        books.tables[table] = rows[:cut]
    name = rng.choice(_PARTS_OLD if copy else _PARTS).format(table, table.capitalize(), table.upper(), table[:-1])
    ending = rng.choice(("csv", "csv", "parquet", "CSV", "txt", "tsv", "xlsx"))
    if form.kind == "xlsx" and rng.random() < 0.7:
        books.tables[name] = other
        ending = "sheet"

    def add(site: Path) -> None:
        if ending != "sheet":
            _write_part(site / f"{name}.{ending}", books, table, other, form)

    def joined(tables: Tables) -> None:
        tables[table] = whole
        tables.pop(name, None)

    truth = Truth(stop=name, must_tell=True)
    words = f"{len(other)} rows of {table} in {name}.{ending}, {'a copy' if copy else 'a part'}"
    return reviewed(
        words,
        books,
        form,
        truth,
        [Mend("take it out of the" if copy else "put its rows below those of", joined)],
        after=add,
    )


_PARTS = ("{0}_2", "{0} (2)", "{0}-2", "{0}2", "{1}_part2", "{2}_2", "ledger_feb", "2026-02", "export", "{0}.2",
          "{0} Teil 2", "part2_{0}", "{3}")  # fmt: skip
_PARTS_OLD = ("{0}_old", "Copy of {0}", "{0} - Kopie", "{0}_backup", "{0} (copy)")


def _write_part(path: Path, books: Books, table: str, rows: list[Row], form: Form) -> None:
    header = header_of(books, table)
    if path.suffix == ".parquet":
        frame(table, header, rows, form).write_parquet(path)
    elif path.suffix == ".xlsx":
        write_workbook(Books({table: rows}, books.zone, {}), form, path)
    else:
        path.write_bytes(csv_bytes(table, header, rows, Form(separator="\t" if path.suffix == ".tsv" else ",")))
