"""Neighbours of the count: opened boxes, a count on the day of the freeze, forged plans, names that are formulas."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import random
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from .books import AREAS, BULK, ITEMS, Books, Row, number
from .clocks import ZONES, strange_day
from .forms import Form, form_of, plain, write
from .holding import BROKEN, NO_MEND, WRONG, Fault, Neighbour, Told, run

FORMULAS = (
    "=1+1",
    '=cmd|" /C calc"!A0',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1",
    "=HYPERLINK(1)",
    "＝1+1",
    "'=1",
    "-",
    "+49 30",
)
PEOPLE = ("--counter", "K-1", "--witness", "K-2")


def store(area: str, material: str, book: float, *, zone: str, day: date, moved: date | None = None, more: float = 0,
          bulk: str = "") -> Books:  # fmt: skip
    """A store with one material of which the book holds so much."""
    moves = [{"movement": "R1", "at": f"{moved}", "kind": "receipt", "material": material, "quantity": number(more),
              "to_area": area}] if moved else []  # fmt: skip
    count = {"inventory": "A", "at": f"{day}", "area": area, "material": material, "quantity": number(book - more)}
    tables: dict[str, list[Row]] = {
        "areas": [{"area": area, "kind": "store"}],
        "materials": [{"material": material, "kind": "item", "unit": "each"}],
        "movements": moves,
        "counts": [count],
    }
    if bulk:
        tables["materials"].append({"material": bulk, "kind": "bulk", "unit": "kg"})
    columns = {"movements": ("movement", "at", "kind", "material", "quantity", "to_area")}
    return Books(tables, zone, {}, columns=columns)


class Count:
    """A count from the plan to the certificate, in a folder of its own."""

    def __init__(self, folder: Path, books: Books, form: Form, *options: object) -> None:
        self.folder, self.plan = folder, folder / "plan.json"
        write(books, plain(form), folder / "site")
        self.planned = run("sample", "plan", folder / "site", *options, "--commit", self.plan)

    @property
    def commitment(self) -> str:
        return str(json.loads(self.plan.read_text(encoding="utf-8"))["digest"])

    def draw(self) -> Told:
        return run("sample", "draw", self.plan, "--commitment", self.commitment, "--csv", self.folder / "s.csv")

    def sheet(self) -> list[Row]:
        text = (self.folder / "s.csv").read_text(encoding="utf-8-sig")
        return list(csv.DictReader(io.StringIO(text, newline="")))

    def result(self, rows: list[Row], counted_at: str, *more: object) -> tuple[Told, dict[str, Any]]:
        with (self.folder / "f.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        answer = self.folder / "certificate.json"
        answer.unlink(missing_ok=True)
        given = ("--plan", self.plan, *PEOPLE, "--counted-at", counted_at, "--json", answer)
        told = run("sample", "certify", self.folder / "f.csv", *given, *(more or ("--commitment", self.commitment)))
        return told, json.loads(answer.read_text(encoding="utf-8")) if answer.exists() else {}


def open_box(rng: random.Random) -> Neighbour:
    """Boxes of which some are not full, anywhere: what they hold together is the book, or truly less."""
    size, full = rng.choice((6, 10, 24, 50)), rng.randint(3, 12)
    loose = rng.randint(0, size - 1)
    book = size * full + loose
    held = [size] * full + ([loose] if loose else [])
    taken = rng.choice((0, 0, 0, 1, size // 2, size, 2 * size))
    spread = rng.random() < 0.4
    for _ in range(rng.randint(1, 3) if spread else 0):
        some, other = rng.sample(range(len(held)), 2)
        much = min(held[some], size - held[other])
        held[some], held[other] = held[some] - much, held[other] + much
    for place in rng.sample(range(len(held)), len(held)):
        much = min(taken, held[place]) if taken else 0
        held[place], taken = held[place] - much, taken - much
    rng.shuffle(held)
    missing = book - sum(held)
    few = rng.random() < 0.4
    loss = rng.randint(1, size) if not few else size * max(2, full // 2)
    books = store(rng.choice(AREAS), rng.choice(ITEMS), book, zone=rng.choice(ZONES), day=date(2026, 1, 2))
    form = form_of(rng)
    material = books.tables["materials"][0]["material"]

    def trial(folder: Path) -> list[Fault]:
        count = Count(folder, books, form, "--items", f"{material}={loss}", "--box", f"{material}={size}")
        if count.planned.exit_code not in {0, 3} or count.planned.fault():
            return count.planned.fault() or [Fault(WRONG, f"no plan: {count.planned.err}")]
        if faults := count.draw().fault((0, 3)):
            return faults
        rows = count.sheet()
        for row in rows:
            row["quantity"] = number(held[int(row["unit_number"]) - 1])
        told, answer = count.result(rows, "2026-05-01T12:00")
        return told.fault((0, 1, 3)) or _held_boxes(answer, missing, told, all_counted=len(rows) == len(held))

    words = f"{held} of {size} in {books.zone}, book {book}, loss {loss}"
    return Neighbour(words, trial)


def _held_boxes(answer: dict[str, Any], missing: int, told: Told, *, all_counted: bool) -> list[Fault]:
    """What a certificate says of missing pieces must hold of those which truly are, and no false *excluded*."""
    verdict = answer["goals"][0]["verdict"]
    lacking = sum(one["missing"] for one in answer["strata"])
    if missing == 0 and (told.exit_code == 1 or lacking):
        return [Fault(WRONG, f"{verdict}: {lacking} missing, and nothing is")]
    if lacking > missing:
        return [Fault(WRONG, f"{lacking} missing in place of {missing}")]
    if all_counted and missing and told.exit_code != 1:
        return [Fault(WRONG, f"{verdict}, and {missing} are missing of all that was counted")]
    if all_counted and missing == 0 and verdict != "excluded":
        return [Fault(WRONG, f"{verdict}, and every piece of the book was seen")]
    return []


def counted_on_the_day(rng: random.Random) -> Neighbour:
    """A count on the day on which the book was frozen, or about it; only before the end of that day it is refused."""
    if rng.random() < 0.5:
        zone, day, _ = strange_day(rng, 2018, 2026)
        day -= timedelta(days=rng.choice((0, 0, 1)))
    else:
        zone, day = rng.choice(ZONES), date(2026, rng.randint(2, 9), rng.randint(1, 28))
    area, material = rng.choice(AREAS), rng.choice(ITEMS)
    book = rng.randint(20, 60)
    moved = day - timedelta(days=rng.choice((0, 1, 5)))
    books = store(area, material, book, zone=zone, day=day - timedelta(days=20), moved=moved, more=10)
    form = form_of(rng)
    after = day + timedelta(days=1)
    written, accepted = rng.choice((
        (f"{day}", True), (f"{day}T24:00", True), (f"{after}", True), (f"{after}T12:00", True),
        (f"{day}T12:00", False), (f"{day - timedelta(days=1)}", False),
        (f"{_end_in_utc(day, zone)}", True),
    ))  # fmt: skip
    lost = rng.choice((0, 0, 1, 3))

    def trial(folder: Path) -> list[Fault]:
        count = Count(folder, books, form, "--as-of", day, "--items", f"{material}={rng.choice((2, 3))}")
        faults = count.planned.fault((0,)) or count.draw().fault((0,))
        if faults:
            return faults
        rows = count.sheet()
        for row in rows:
            row["quantity"] = "1" if int(row["unit_number"]) <= book - lost else "0"
        seen = sum(row["quantity"] == "0" for row in rows)
        told, _ = count.result(rows, written)
        right = 2 if not accepted else 1 if seen else 0
        return told.fault((right,))

    return Neighbour(f"frozen at the end of {day}, counted at {written} in {zone}, {lost} lost", trial)


def _end_in_utc(day: date, zone: str) -> str:
    """Noon of the day after, as an offset says it."""
    moment = datetime.combine(day + timedelta(days=1), time(12), ZoneInfo(zone)).astimezone(UTC)
    return f"{moment:%Y-%m-%dT%H:%M}Z"


FORGERIES = ("field", "field", "other seed", "both", "kind", "digits", "twice", "strata", "cut")


def forged_plan(rng: random.Random) -> Neighbour:
    """A plan that was changed after its commitment, well or badly: no certificate says that a loss is excluded."""
    area, material, book = rng.choice(AREAS), rng.choice(ITEMS), rng.randint(20, 60)
    books = store(area, material, book, zone=rng.choice(ZONES), day=date(2026, 1, 2), bulk=rng.choice((*BULK, "")))
    form, how, again = form_of(rng), rng.choice(FORGERIES), rng.random() < 0.7
    place, value = (
        rng.random(),
        rng.choice((0, 1, -1, 10**12, 1e300, "x", "", None, [], {}, True, 0.5, "NaN", "2026-01-01")),
    )

    def trial(folder: Path) -> list[Fault]:
        count = Count(folder, books, form, "--items", f"{material}=3")
        faults = count.planned.fault((0, 3)) or count.draw().fault((0, 3))
        if faults:
            return faults
        commitment, rows = count.commitment, count.sheet()
        whole = count.plan.read_bytes()
        count.plan.write_text(_forged(whole.decode(), how, place, value, again), encoding="utf-8")
        if count.plan.read_bytes() == whole and how not in {"other seed", "both"}:
            return []
        if how in {"other seed", "both"}:
            Path(f"{count.plan}.seed").write_text("a seed of my own", encoding="utf-8")
        for row in rows:
            row["quantity"] = "1"
        told, _ = count.result(rows, "2026-05-01T12:00", "--commitment", commitment)
        faults = told.fault((2,))
        without, _ = count.result(rows, "2026-05-01T12:00", "--seed-file", f"{count.plan}.seed")
        drawn = run("sample", "draw", count.plan, "--csv", folder / "again.csv")
        return faults + without.fault((1, 2, 3)) + drawn.fault((0, 2, 3))

    return Neighbour(f"{how}: {value!r} at {place:.2f}, its SHA-256 {'made anew' if again else 'kept'}", trial)


def _forged(text: str, how: str, place: float, value: object, again: bool) -> str:
    if how == "cut":
        return text[: int(len(text) * place)]
    if how == "digits":
        return text.replace('"book": ', '"book": 9', 1)
    if how == "twice":
        return text.replace('"site":', '"digest": "0", "site":', 1)
    plan = json.loads(text)
    if how in {"field", "kind"}:
        leaves = list(_leaves(plan))
        leaves = [leaf for leaf in leaves if leaf[1] != "digest"] if how == "field" else [(plan, name) for name in plan]
        holder, name = leaves[int(place * len(leaves))]
        holder[name] = value
    elif how == "strata":
        plan["strata"] = plan["strata"] * 2 if place < 0.5 else []
    elif how == "both":
        plan["seed_sha256"] = hashlib.sha256(b"a seed of my own").hexdigest()
    if again:
        sealed = {name: part for name, part in plan.items() if name not in {"schema", "digest"}}
        words = json.dumps(sealed, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        plan["digest"] = hashlib.sha256(words.encode()).hexdigest()
    return json.dumps(plan)


def _leaves(part: Any) -> list[tuple[Any, Any]]:
    names = list(part) if isinstance(part, dict) else list(range(len(part)))
    found: list[tuple[Any, Any]] = []
    for name in names:
        inner = part[name]
        found += _leaves(inner) if isinstance(inner, (dict, list)) and inner else [(part, name)]
    return found


def formulas(rng: random.Random) -> Neighbour:
    """Names that a spreadsheet would run: no cell of a sheet begins one, and the sheet filled in is taken back."""
    area, material = rng.choice((*FORMULAS, *AREAS)).strip(), rng.choice(FORMULAS).strip()
    book = rng.randint(20, 40)
    books = store(area, material, book, zone=rng.choice(ZONES), day=date(2026, 1, 2))
    books.tables["areas"][0]["name"] = rng.choice(FORMULAS)
    books.tables["materials"][0]["name"] = rng.choice(FORMULAS)
    form = form_of(rng, rng.choice(("csv", "parquet")))

    def trial(folder: Path) -> list[Fault]:
        count = Count(folder, books, form, "--items", f"{material}=3")
        faults = count.planned.fault((0,)) or count.draw().fault((0,))
        if faults:
            return faults
        text = (folder / "s.csv").read_text(encoding="utf-8-sig")
        cells = [cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row]
        run_by_it = [
            cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠"} and cell
        ]
        faults = [Fault(WRONG, f"a formula in the sheet: {cell!r}") for cell in run_by_it if not _is_number(cell)]
        rows = count.sheet()
        for row in rows:
            row["quantity"] = "1"
        told, _ = count.result(rows, "2026-05-01T12:00")
        return faults + [Fault(one.sort if one.sort == BROKEN else NO_MEND, one.words) for one in told.fault((0,))]

    return Neighbour(f"area {area!r}, material {material!r}, {books.tables['areas'][0]['name']!r}", trial)


def _is_number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True
