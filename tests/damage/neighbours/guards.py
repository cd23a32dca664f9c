"""Neighbours of the roster: leave without a midnight, guards of weekends, names of calendars, lists of words."""

from __future__ import annotations

import csv
import io
import random
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from .books import Books, Row, Tables
from .clocks import CHANGING, ZONES, strange_days
from .forms import Form, form_of, plain, write
from .holding import BROKEN, NO_MEND, WRONG, Fault, Neighbour, Told, run

SETTINGS = """[force]
weeks_per_year = 52
shift_hours = 8
fill_probability = 0.95
[work_rules]
max_hours_per_week = 60
min_rest_hours = 8
"""
NO_ROSTER = 4
PROPERTIES = {
    "BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "UID", "DTSTAMP", "DTSTART", "DTEND",
    "SUMMARY", "DESCRIPTION", "TZID", "TZOFFSETFROM", "TZOFFSETTO",
}  # fmt: skip


def guarded(zone: str, people: list[Row], posts: list[Row], absences: list[Row] | None = None) -> Books:
    """A site with guards and posts, and hardly any stock."""
    tables: Tables = {
        "areas": [{"area": "M1", "kind": "store"}],
        "materials": [{"material": "BOX", "kind": "item", "unit": "each"}],
        "movements": [],
        "counts": [{"inventory": "A", "at": "2015-01-05", "area": "M1", "material": "BOX", "quantity": "1"}],
        "people": people,
        "posts": posts,
        "absences": absences or [],
    }
    columns = {
        "movements": ("movement", "at", "kind", "material", "quantity", "from_area", "to_area"),
        "absences": ("person", "start", "end", "kind"),
    }
    return Books(tables, zone, {}, SETTINGS, columns)


def guard(code: str, hours: int = 48, **more: str) -> Row:
    return {"person": code, "role": "guard", "affiliation": "m", "duty": "post", "hours_per_week": str(hours),
            "since": "2014-01-01", **more}  # fmt: skip


def post(code: str = "P", **more: str) -> Row:
    return {"post": code, "kind": "fixed", "guards": "1", "start": "00:00", "end": "24:00", "days": "daily", **more}


def rostered(folder: Path, start: date, *more: object, weeks: int = 1) -> tuple[Told, list[Row]]:
    """The roster of a site, as its rows."""
    file = folder / "roster.csv"
    told = run(
        "roster", folder / "site", "--start", start, "--weeks", weeks, "--deterministic", 2, "--csv", file, *more
    )
    text = file.read_text(encoding="utf-8-sig") if file.exists() else ""
    return told, list(csv.DictReader(io.StringIO(text, newline="")))


def leave_day(rng: random.Random) -> Neighbour:
    """A guard is away on a day whose midnight is not there, or twice: nobody is given a shift that touches the day."""
    zone = rng.choice([zone for zone in CHANGING if strange_days(zone, 2015, 2026)])
    day, sort = rng.choice(strange_days(zone, 2015, 2026))
    length = rng.choice((1, 1, 2, 3))
    first = day - timedelta(days=rng.choice((0, length - 1)))
    start = day - timedelta(days=rng.choice((0, 2, 4)))
    kind = rng.choice(("leave", "sick", "training", "other"))
    codes = rng.sample(("G1", "0007", "7", "Г1", "K-3", "A 9", "g1"), 7)[: rng.choice((6, 7))]
    beside = {"end": "08:00"} if rng.random() < 0.3 else {}
    last = first + timedelta(days=length - 1)
    absence = {"person": codes[0], "start": f"{first}", "end": f"{last}", "kind": kind}
    books = guarded(zone, [guard(code) for code in codes], [post(**beside)], [absence])
    form = plain(form_of(rng))

    def trial(folder: Path) -> list[Fault]:
        write(books, form, folder / "site")
        told, rows = rostered(folder, start)
        faults = told.fault((0,))
        begin = datetime(first.year, first.month, first.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        after = last + timedelta(days=1)
        end = datetime(after.year, after.month, after.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)
        for row in rows:
            of, to = (datetime.fromisoformat(row[name]) for name in ("start", "end"))
            if row["person"] == codes[0] and of < end and to > begin:
                faults.append(Fault(WRONG, f"a shift in the leave: {row['start']} to {row['end']}"))
        return faults

    return Neighbour(
        f"{codes[0]} away {first} to {last} ({kind}), {day} has midnight {sort}, {zone}, from {start}; {form}", trial
    )


def weekend_guard(rng: random.Random) -> Neighbour:
    """A guard who is there on some days of the week alone, by absences of the kind other: they work then."""
    zone = rng.choice(ZONES)
    hours = rng.choice((8, 6, 7))
    there = rng.choice((("sat", "sun"), ("sat",), ("sun",), ("fri", "sat", "sun"), ("mon", "sun"), ("wed",)))
    names = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
    start = date(2026, rng.choice((2, 4, 6)), 2)
    start -= timedelta(days=start.weekday())
    weeks = rng.choice((1, 2, 4))
    away = [start + timedelta(days=place) for place in range(7 * weeks) if names[place % 7] not in there]
    absences = [{"person": "W1", "start": f"{first}", "end": f"{last}", "kind": "other"} for first, last in _runs(away)]
    begin = rng.choice((6, 14, 0))
    posts = [post(start=f"{begin:02d}:00", end=f"{begin + hours:02d}:00", days=" ".join(there))]
    people = [guard("W1", hours * len(there))]
    if rng.random() < 0.4:
        people.append(guard("X9", 0))
    books, form = guarded(zone, people, posts, absences), plain(form_of(rng))

    def trial(folder: Path) -> list[Fault]:
        write(books, form, folder / "site")
        told, rows = rostered(folder, start, weeks=weeks)
        faults = told.fault((0,))
        given = [row for row in rows if row["person"] == "W1"]
        if not faults and len(given) != weeks * len(there):
            faults.append(Fault(WRONG, f"{len(given)} shifts in place of {weeks * len(there)}"))
        return faults

    return Neighbour(f"there on {there}, {hours} h, {weeks} weeks from {start}, {zone}; {form}", trial)


def _runs(days: list[date]) -> list[tuple[date, date]]:
    runs: list[tuple[date, date]] = []
    for day in days:
        if runs and runs[-1][1] == day - timedelta(days=1):
            runs[-1] = (runs[-1][0], day)
        else:
            runs.append((day, day))
    return runs


CLASHING = (
    ("K/12", "K:12", "K 12", "K_12", "K13"), ("a", "A", "ä", "Ä", "ä"), ("CON", "con", "NUL", "COM1", "aux"),
    ("ﬁ", "fi", "FI", "ﬁ1", "fi1"), ("..", ".", "...", "-x", "x."), ("K12", "К12", "k12", "Ｋ12", "K12."),
    ("x" * 120, "x" * 119 + "y", "x" * 100, "x" * 101, "z"), ("1", "01", "001", "1 ", "١"),
    ("ß", "ss", "SS", "ẞ", "sS"),
    ("a*b", "a?b", "a|b", "a<b", 'a"b'), ("K%2F", "K/", "K\\", "K", "k"), ("İ", "i", "ı", "I", "i̇"),
)  # fmt: skip
HOSTILE = (
    "S\r\nX-SITE:1\rX-BARE:1",
    "A;B,C\\D",
    "a\u2028b\u0085c",
    "x" * 200,
    "岗" * 60,
    "\x1b[31mRED",
    "BEGIN:VEVENT",
    "\u202etxt",
)


def calendar_names(rng: random.Random) -> Neighbour:
    """Codes that some system takes for one name: a calendar for each, and in it the shifts of this guard alone."""
    codes = list(dict.fromkeys(code.strip() for code in rng.choice(CLASHING)))
    rng.shuffle(codes)
    return _calendars(rng, codes, "T", {})


def hostile_calendars(rng: random.Random) -> Neighbour:
    """Names with ends of lines, commas and more: no line of a calendar is one that the name made."""
    codes = [f"g-{place}" for place in range(5)]
    name = rng.choice(HOSTILE)
    return _calendars(rng, codes, name, {"name": rng.choice(HOSTILE)})


def _calendars(rng: random.Random, codes: list[str], site: str, named: dict[str, str]) -> Neighbour:
    zone = rng.choice(ZONES)
    books = guarded(zone, [guard(code, 60) for code in codes], [post(**named)])
    form = plain(form_of(rng, rng.choice(("parquet", "csv")) if not named else "parquet"))

    def trial(folder: Path) -> list[Fault]:
        write(books, form, folder / "site")
        toml = folder / "site" / "site.toml"
        escaped = "".join(f"\\u{ord(sign):04x}" if ord(sign) < 0xFFFF and not sign.isalnum() else sign for sign in site)
        toml.write_text(toml.read_text(encoding="utf-8").replace('name = "T"', f'name = "{escaped}"'), encoding="utf-8")
        told, rows = rostered(folder, date(2026, 7, 6), "--ics", folder / "ics")
        if told.exit_code in {2, 3} and (told.err or told.out) and not told.fault((2, 3)):
            return [] if _names_a_row(told, folder) else [Fault(WRONG, f"not told which: {told.err[:200]}")]
        return told.fault((0,)) or _wrong_calendars(folder / "ics", codes, rows)

    return Neighbour(f"{codes}, {site!r}, {named}, {zone}; {form}", trial)


def _names_a_row(told: Told, folder: Path) -> bool:
    """Whether what could not be taken is told, at least by a check: a code or a name that no table can have."""
    checked = run("check", folder / "site")
    return told.exit_code == 2 or "row " in checked.err + checked.out


def _wrong_calendars(folder: Path, codes: list[str], rows: list[Row]) -> list[Fault]:
    files = sorted(folder.iterdir())
    faults = []
    if len({file.name.casefold() for file in files}) != len(codes):
        faults.append(Fault(WRONG, f"{len(files)} calendars for {len(codes)} guards: {[file.name for file in files]}"))
    spans: dict[frozenset[str], int] = {}
    for file in files:
        content = file.read_bytes()
        lines = content.decode().replace("\r\n ", "").split("\r\n")
        known = all(re.split(r"[:;]", line)[0] in PROPERTIES for line in lines if line)
        if not known or re.search(rb"\r(?!\n)|(?<!\r)\n", content) or max(map(len, content.split(b"\r\n"))) > 75:
            faults.append(Fault(WRONG, f"{file.name}: {content[:300]!r}"))
        starts = frozenset(line.removeprefix("DTSTART:") for line in lines if line.startswith("DTSTART:20"))
        spans[starts] = spans.get(starts, 0) + 1
    for code in codes:
        own = [datetime.fromisoformat(row["start"]).astimezone(UTC) for row in rows if row["person"] == code]
        if frozenset(f"{moment:%Y%m%dT%H%M%SZ}" for moment in own) not in spans:
            faults.append(Fault(WRONG, f"no calendar holds the shifts of {code!r}"))
    return faults


LISTS: tuple[tuple[str, str], ...] = (
    ("armed,dog", "armed dog"), ("armed; radio", "armed radio"), ("Armed", "armed"), ("ARMED", "armed"),
    ("armd", "armed"), ("аrmed", "armed"), ("armed/dog", "armed dog"), ("armed|dog", "armed dog"),
    ("armed\u00a0dog", "armed dog"), ("ａｒｍｅｄ", "armed"), ("armed+dog", "armed dog"), ("'armed'", "armed"),
    ("armed.", "armed"), ("armed\u200b", "armed"), ("(armed)", "armed"), ("armed&dog", "armed dog"),
    ("armed、dog", "armed dog"), ("dog,armed", "dog armed"), ("arméd", "armed"), ("armed-", "armed"),
)  # fmt: skip


def near_words(rng: random.Random) -> Neighbour:
    """Cells of lists that are nearly what they should be: each is told, or means what was meant."""
    column = rng.choice(("qualifications", "qualifications", "qualifications", "not_in_areas", "days", "qualification"))
    wrong, right = rng.choice(LISTS)
    people = [guard(f"G{place}", 40, qualifications="armed") for place in range(3)]
    posts = [post(guards="2", start="06:00", end="14:00", days="mon tue wed thu fri", qualification="armed", area="M1")]
    books = guarded("UTC", people, posts)
    books.tables["areas"].append({"area": "gate-1", "kind": "gate"})
    table, row = "people", rng.randrange(3)
    if column == "qualifications":
        people[row][column] = wrong
    elif column == "not_in_areas":
        wrong, right = rng.choice((("gate-1,M1", "gate-1"), ("M1;gate-1", "gate-1"), ("Gate-1", "gate-1"), ("m1", ""),
                                   ("М1", ""),
                                   ("gate1", "gate-1"), ("M1/gate-1", "gate-1")))  # fmt: skip
        people[row][column] = wrong
    elif column == "days":
        table, row = "posts", 0
        wrong, right = rng.choice((("mon,tue", "mon tue"), ("Mon tue", "mon tue"),
                                   ("mon-fri", "mon tue wed thu fri"),
                                   ("monday", "mon"), ("Mo Di", "mon tue"), ("Daily", "daily"),
                                   ("mon; tue", "mon tue")))  # fmt: skip
        posts[0][column] = wrong
    else:
        table, row = "posts", 0
        wrong, right = rng.choice((("Armed", "armed"), ("armed,dog", "armed"), ("armd", "armed"), ("аrmed", "armed")))
        posts[0][column] = wrong
    form = plain(form_of(rng))

    def change(tables: Tables) -> None:
        tables[table][row][column] = right

    return Neighbour(f"{table} {column} = {wrong!r}; {form}", _listed(books, form, table, row, change))


def _listed(
    books: Books, form: Form, table: str, row: int, change: Callable[[Tables], object]
) -> Callable[[Path], list[Fault]]:  # fmt: skip
    def trial(folder: Path) -> list[Fault]:
        write(books, form, folder / "site")
        told = run("check", folder / "site")
        own = f"{'site.xlsx[' + table + ']' if form.kind == 'xlsx' else form.file(table)} row {form.row(row)}"
        faults = told.fault()
        # A post that asks for what nobody has written is told of at those who seem to have it.
        told_of = own in told.out + told.err or (table == "posts" and "which a post asks for" in told.out + told.err)
        if not told_of:
            answer, rows = rostered(folder, date(2026, 6, 1))
            needed = 10 if table == "people" else 0
            if answer.exit_code != 0 or len(rows) < needed:
                faults.append(
                    Fault(WRONG, f"not told, and exit code {answer.exit_code}: {(told.out + told.err)[:200]}")
                )
            elif table == "people" and any(one["person"] == f"G{row}" for one in rows) is False:
                faults.append(Fault(WRONG, f"not told, and no shift for G{row}"))
        write(books.changed(change), form, folder / "mended")
        mended = run("check", folder / "mended")
        if mended.exit_code:
            faults.append(Fault(BROKEN if mended.broken else NO_MEND, mended.out + mended.err))
        return faults

    return trial
