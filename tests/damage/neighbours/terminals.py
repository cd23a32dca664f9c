"""Neighbours of the terminal: names that speak to it in its own language, wherever a message repeats them."""

from __future__ import annotations

import random
import re
from pathlib import Path

from .books import Books, Works
from .forms import Form, form_of, plain, write
from .holding import WRONG, Fault, Neighbour, run

ESCAPES = ("\x1b[31mRED", "\x1b]0;T\x07", "\x9b2J", "a\rb", "\u202etxt.exe", "\u2066x\u2069", "\x08\x08\x08",
           "\x1b[2K\x1b[1A", "\x7f", "\u200bx", "x\x0c", "\x1bP1;2q", "\x1b[?1049h")  # fmt: skip
SPEAKING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f]")
PLACES = (
    "site",
    "header",
    "file",
    "area",
    "material",
    "inventory",
    "setting",
    "cell",
    "area name",
    "zone",
    "option",
    "path",
)


def terminal_escapes(rng: random.Random) -> Neighbour:
    """A name with signs that a terminal obeys: nothing of what is told holds one, and the review is what it was."""
    works = Works(rng)
    place, sign = rng.choice(PLACES), rng.choice(ESCAPES)
    books = works.books()
    form = plain(form_of(rng))
    if place in {"area", "material"}:
        for rows in books.tables.values():
            for row in rows:
                for name in ("area", "from_area", "to_area") if place == "area" else ("material",):
                    if row.get(name) == (works.areas[0] if place == "area" else works.materials[0]):
                        row[name] += sign
    elif place == "inventory":
        for row in books.tables["counts"]:
            row["inventory"] += sign
    elif place == "cell":
        books.tables["movements"][0][rng.choice(("quantity", "at", "kind", "from_area", "unit"))] = sign
    elif place == "header":
        for row in books.tables["counts"]:
            row[f"col{sign}"] = "1"
        books.columns["counts"] = (*books.columns["counts"], f"col{sign}")
    elif place == "area name":
        books.tables["areas"][0]["name"] = sign
    told = f"{sign!r} in {place}; {form}"
    return Neighbour(told, lambda folder: _try(folder, books, form, place, sign))


def _try(folder: Path, books: Books, form: Form, place: str, sign: str) -> list[Fault]:
    site = folder / (f"site{sign}".replace("/", "").replace("\0", "") if place == "path" else "site")
    write(books, form, site)
    toml = site / "site.toml"
    text = toml.read_text(encoding="utf-8")
    escaped = "".join(f"\\u{ord(one):04x}" for one in sign)
    if place == "site":
        text = text.replace('name = "T"', f'name = "{escaped}"')
    elif place == "zone":
        text = text.replace(f'"{books.zone}"', f'"{escaped}"')
    elif place == "setting":
        text += f'\n["{escaped}"]\nx = 1\n'
    toml.write_text(text, encoding="utf-8")
    if place == "file":
        (site / f"x{sign}.csv").write_text("a\n", encoding="utf-8")
    more = ["--as-of", sign] if place == "option" else []
    faults: list[Fault] = []
    for command in (
        ["check", site],
        ["review", site, *more],
        ["sample", "plan", site, "--items", f"{sign}=3"],
        ["orders", site],
    ):
        told = run(*command)
        faults += told.fault()
        if spoken := SPEAKING.search(told.out + told.err):
            at = (told.out + told.err)[max(0, spoken.start() - 40) : spoken.end() + 10]
            faults.append(Fault(WRONG, f"{command[0]} tells the terminal {spoken[0]!r}: {at!r}"))
    return faults
