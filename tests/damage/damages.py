"""What happens to the files of a site: cells, columns, rows, bytes, names and settings, each damaged in its own way.

A damage is a function of the draft that says what it did, or ``None`` where it found nothing to damage. Damages of
cells are done before the site is written, damages of files afterwards.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path

from writing import Sheet, SiteDraft

from stockward.book.schema.dictionary import tables as dictionary

CellDamage = Callable[[SiteDraft, random.Random], str | None]
FileDamage = Callable[[SiteDraft, Path, random.Random], str | None]

BOOKS = ("areas", "materials", "contents", "methods", "calibrations", "movements", "counts", "normal_losses")
_WEIGHTS = (1, 1, 1, 1, 1, 8, 5, 1)


def _table(draft: SiteDraft, rng: random.Random) -> str:
    weights = [weight if draft.sheets[name].rows else 0 for name, weight in zip(BOOKS, _WEIGHTS, strict=True)]
    return rng.choices(BOOKS, weights)[0]


def _put(draft: SiteDraft, rng: random.Random, types: set[str], value: Callable[[str], str | None]) -> str | None:
    """Put something into one cell of a column of one of these types."""
    name = _table(draft, rng)
    sheet = draft.sheets[name]
    known = [place for place, column in enumerate(sheet.header) if column in dictionary()[name].names]
    places = [place for place in known if not types or dictionary()[name][sheet.header[place]].type in types]
    if not places:
        return None
    place, row = rng.choice(places), rng.randrange(len(sheet.rows))
    new = value(sheet.rows[row][place])
    if new is None:
        return None
    told = f"{name} row {row + 2} {sheet.header[place]}: {sheet.rows[row][place]!r} to {new!r}"
    sheet.rows[row][place] = new
    return told


def drop_a_cell(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, set(), lambda cell: "" if cell else None)


def text_in_a_number(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"number"}, lambda cell: rng.choice(("n/a", "-", "about 5", "5 kg", "l0", "?")))


def other_decimal_mark(draft: SiteDraft, rng: random.Random) -> str | None:
    other = "," if draft.decimal == "." else "."
    return _put(draft, rng, {"number"}, lambda cell: rng.choice((f"1{other}5", f"1{other}234", "1.234,5", "1,234.5")))


def huge_number(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"number"}, lambda cell: rng.choice(("1e16", "1e300", "9" * 40, "1e400")))


def large_number(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"number"}, lambda cell: rng.choice(("1e14", "999999999")))


def not_a_number(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"number"}, lambda cell: rng.choice(("NaN", "nan", "inf", "-inf", "Infinity")))


def negative_number(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"number"}, lambda cell: f"-{cell}" if cell else None)


def spreadsheet_error(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, set(), lambda cell: rng.choice(("#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?")))


def uncalculated_formula(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, set(), lambda cell: "=1+1") if draft.form == "xlsx" else None


def wrong_unit(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"unit"}, lambda cell: rng.choice(("each", "kg", "g", "t", "lb", "pud", "KG", "")))


def bad_date(draft: SiteDraft, rng: random.Random) -> str | None:
    wrong = ("03/04/2026", "45720", "2026-02-30", "yesterday", "2026-13-01", "1026-01-01", "2026-03-29T02:30", "12:00")
    return _put(draft, rng, {"time", "date"}, lambda cell: rng.choice(wrong))


def other_date(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"time"}, lambda cell: f"2026-0{rng.randint(1, 4)}-{rng.randint(10, 28)}T10:00")


def unknown_key(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(
        draft, rng, {"key"}, lambda cell: rng.choice((f"{cell}X", cell.lower() + "_", "Q99", "TNT", "0010", "W1"))
    )


def unknown_choice(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(
        draft,
        rng,
        {"choice"},
        lambda cell: rng.choice(("?", cell.upper(), f"{cell}s", "bulk", "issue", "transfer", "store")),
    )


def control_character(draft: SiteDraft, rng: random.Random) -> str | None:
    return _put(draft, rng, {"key", "text"}, lambda cell: f"{cell}\n{cell}") if draft.form == "csv" else None


def swap_two_cells(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    row = rng.choice(draft.sheets[name].rows)
    if len(row) < 2:
        return None
    first, second = rng.sample(range(len(row)), 2)
    row[first], row[second] = row[second], row[first]
    return f"{name}: two cells of {row} exchanged"


def swap_two_columns(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    header = draft.sheets[name].header
    if len(header) < 2:
        return None
    first, second = rng.sample(range(len(header)), 2)
    header[first], header[second] = header[second], header[first]
    return f"{name}: columns {header[first]} and {header[second]} exchanged"


def duplicate_a_row(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    rows = draft.sheets[name].rows
    place = rng.randrange(len(rows))
    rows.insert(rng.randint(place, len(rows)), list(rows[place]))
    return f"{name}: row {place + 2} pasted again"


def duplicate_a_key(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    sheet = draft.sheets[name]
    places = [place for key in dictionary()[name].key if (place := sheet.column(key)) is not None]
    if len(sheet.rows) < 2:
        return None
    first, second = rng.sample(range(len(sheet.rows)), 2)
    for place in places:
        sheet.rows[second][place] = sheet.rows[first][place]
    return f"{name}: row {second + 2} has the key of row {first + 2}"


def reverse_anything(draft: SiteDraft, rng: random.Random) -> str | None:
    sheet = draft.sheets["movements"]
    key, place = sheet.column("movement"), sheet.column("reverses")
    if key is None or place is None:
        return None
    first, second = rng.choice(sheet.rows), rng.choice(sheet.rows)
    first[place] = second[key]
    return f"movements: {first} reverses {second[key]}"


def shuffle_rows(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    rng.shuffle(draft.sheets[name].rows)
    return f"{name}: rows shuffled"


def lose_rows(draft: SiteDraft, rng: random.Random) -> str | None:
    name = rng.choice(("areas", "materials", "methods", "movements", "counts"))
    rows = draft.sheets[name].rows
    if not rows:
        return None
    lost = rows.pop(rng.randrange(len(rows)))
    return f"{name}: lost {lost}"


def lose_a_column(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    sheet = draft.sheets[name]
    if len(sheet.header) < 2:
        return None
    place = rng.randrange(len(sheet.header))
    lost = sheet.header.pop(place)
    for row in sheet.rows:
        del row[place]
    return f"{name}: lost column {lost}"


def misspell_a_column(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    header = draft.sheets[name].header
    place = rng.randrange(len(header))
    old = header[place]
    header[place] = rng.choice(
        (old.upper(), old[:-1], old + "s", old[:1] + old[2:], f"my {old}", "", old.replace("_", " "))
    )
    return f"{name}: column {old} became {header[place]!r}"


def add_a_column(draft: SiteDraft, rng: random.Random) -> str | None:
    name = _table(draft, rng)
    sheet = draft.sheets[name]
    sheet.header.append(rng.choice(("remarks", "colour", "", sheet.header[0])))
    for row in sheet.rows:
        row.append("5")
    return f"{name}: column {sheet.header[-1]!r} added"


def empty_a_table(draft: SiteDraft, rng: random.Random) -> str | None:
    name = rng.choice([name for name in BOOKS if name in draft.sheets])
    draft.sheets[name] = Sheet(draft.sheets[name].header, [])
    return f"{name}: no rows left"


def forget_a_table(draft: SiteDraft, rng: random.Random) -> str | None:
    name = rng.choice([name for name in BOOKS if name in draft.sheets])
    del draft.sheets[name]
    return f"{name}: left out"


def break_a_setting(draft: SiteDraft, rng: random.Random) -> str | None:
    lines = draft.settings.splitlines()
    place = rng.randrange(len(lines))
    old = lines[place]
    ways: tuple[Callable[[], str], ...] = (
        lambda: "",
        lambda: old[: rng.randrange(len(old) + 1)],
        lambda: old + rng.choice(('"', "=", "\x00", "]", "é")),
        lambda: old.replace("=", rng.choice(("==", ":", ""))),
        lambda: old.replace("a", "", 1),
        lambda: old.replace("0", "9", 1),
        lambda: old.replace("Europe/Berlin", rng.choice(("Europe/Berlim", "CET+1", "posix/UTC"))),
    )
    lines[place] = rng.choice(ways)()
    draft.settings = "\n".join(lines) + "\n"
    return f"site.toml: {old!r} became {lines[place]!r}"


def _files(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if path.is_file()]


def cut_a_file(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    path = rng.choice(_files(folder))
    content = path.read_bytes()
    kept = rng.choice((0, 1, rng.randrange(len(content) + 1), max(len(content) - rng.randint(1, 60), 0)))
    path.write_bytes(content[:kept])
    return f"{path.name}: cut to {kept} of {len(content)} bytes"


def _edit_text(draft: SiteDraft, folder: Path, rng: random.Random, edit: Callable[[str], str | None]) -> str | None:
    files = [path for path in _files(folder) if path.suffix == ".csv"]
    if not files:
        return None
    path = rng.choice(files)
    text = path.read_bytes().decode("utf-8", errors="surrogateescape")
    new = edit(text)
    if new is None:
        return None
    path.write_bytes(new.encode("utf-8", errors="surrogateescape"))
    return path.name


def stray_quotes(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    def edit(text: str) -> str:
        for _ in range(rng.choice((1, 1, 2, 3))):
            starts = [place for place, character in enumerate(text) if character in draft.separator + "\n"]
            place = rng.choice((rng.randrange(len(text) + 1), rng.choice(starts) + 1 if starts else 0))
            text = text[:place] + '"' + text[place:]
        return text

    name = _edit_text(draft, folder, rng, edit)
    return name and f"{name}: stray quotation marks"


def join_two_lines(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    def edit(text: str) -> str | None:
        places = [place for place, character in enumerate(text[:-1]) if character == "\n"]
        if not places:
            return None
        place = rng.choice(places)
        return text[:place] + text[place + 1 :]

    name = _edit_text(draft, folder, rng, edit)
    return name and f"{name}: two lines joined"


def break_a_line(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    def edit(text: str) -> str:
        place = rng.randrange(len(text) + 1)
        return text[:place] + rng.choice(("\n", "\r", "\r\n", "\n\n")) + text[place:]

    name = _edit_text(draft, folder, rng, edit)
    return name and f"{name}: a line broken in two"


def lose_a_separator(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    def edit(text: str) -> str | None:
        places = [place for place, character in enumerate(text) if character == draft.separator]
        if not places:
            return None
        place = rng.choice(places)
        return (
            text[:place] + text[place + rng.choice((0, 1)) :]
            if rng.random() < 0.8
            else text[:place] + draft.separator + text[place:]
        )

    name = _edit_text(draft, folder, rng, edit)
    return name and f"{name}: a separator lost or doubled"


def break_the_encoding(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    files = [path for path in _files(folder) if path.suffix in {".csv", ".toml"}]
    path = rng.choice(files)
    content = path.read_bytes()
    place = rng.randrange(len(content) + 1)
    ways: tuple[Callable[[], bytes], ...] = (
        lambda: content[:place] + rng.choice((b"\xe9", b"\xff", b"\x80", b"\x00", b"\xed\xa0\x80")) + content[place:],
        lambda: content.decode("utf-8", errors="replace").encode("utf-16"),
        lambda: content.decode("utf-8", errors="replace").encode("utf-16-le"),
    )
    path.write_bytes(rng.choice(ways)())
    return f"{path.name}: encoding broken at byte {place}"


def other_format(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    """A CSV under the name of a workbook, a workbook under the name of a CSV, and so on."""
    files = [path for path in _files(folder) if path.suffix in {".csv", ".parquet", ".xlsx"}]
    if not files:
        return None
    path = rng.choice(files)
    stem = rng.choice((path.stem, "site", "movements", "counts"))
    target = path.with_name(f"{stem}{rng.choice(('.csv', '.parquet', '.xlsx'))}")
    shutil.move(path, target)
    return f"{path.name}: renamed {target.name}"


def rename_a_file(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    path = rng.choice(_files(folder))
    stem = rng.choice((path.stem.capitalize(), path.stem[:-1], path.stem + "s", f"old {path.stem}", f"{path.stem} (2)"))
    path.rename(path.with_name(stem + path.suffix))
    return f"{path.name}: renamed {stem}{path.suffix}"


def lose_a_file(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    path = rng.choice(_files(folder))
    path.unlink()
    return f"{path.name}: deleted"


def file_twice(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    files = [path for path in _files(folder) if path.suffix == ".csv"]
    if not files:
        return None
    path = rng.choice(files)
    shutil.copy(path, path.with_suffix(rng.choice((".parquet", ".txt", ".CSV"))))
    return f"{path.name}: copied under another ending"


def change_a_byte(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    """One byte of a workbook changes; its archive has checksums."""
    path = folder / "site.xlsx"
    if not path.is_file() or not path.stat().st_size:
        return None
    content = bytearray(path.read_bytes())
    place = rng.randrange(len(content))
    content[place] ^= rng.randint(1, 255)
    path.write_bytes(content)
    return f"{path.name}: byte {place} changed"


def folder_for_a_file(draft: SiteDraft, folder: Path, rng: random.Random) -> str | None:
    path = rng.choice(_files(folder))
    path.unlink()
    path.mkdir()
    return f"{path.name}: a folder of that name"


OF_CELLS: Mapping[str, CellDamage] = {
    damage.__name__: damage
    for damage in (
        drop_a_cell, text_in_a_number, other_decimal_mark, huge_number, large_number, not_a_number, negative_number,
        spreadsheet_error, uncalculated_formula, wrong_unit, bad_date, other_date, unknown_key, unknown_choice,
        control_character, swap_two_cells, swap_two_columns, duplicate_a_row, duplicate_a_key, reverse_anything,
        shuffle_rows, lose_rows, lose_a_column, misspell_a_column, add_a_column, empty_a_table, forget_a_table,
        break_a_setting,
    )
}  # fmt: skip
LAST = ("empty_a_table", "forget_a_table")
"""Damages of cells after which there is nothing left for others."""

OF_FILES: Mapping[str, FileDamage] = {
    damage.__name__: damage
    for damage in (
        cut_a_file, stray_quotes, join_two_lines, break_a_line, lose_a_separator, break_the_encoding, other_format,
        rename_a_file, lose_a_file, file_twice, change_a_byte, folder_for_a_file,
    )
}  # fmt: skip
