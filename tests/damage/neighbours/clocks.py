"""Neighbours of the clock: days without a midnight, counts on a day with movements, offsets as databases write them."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from .books import Books, Tables, Works, number
from .forms import form_of
from .holding import Mend, Neighbour, Truth, reviewed

CHANGING = (
    "Africa/Cairo", "America/Havana", "Asia/Beirut", "America/Sao_Paulo", "America/Santiago", "America/Asuncion",
    "Asia/Amman", "Asia/Damascus", "Asia/Tehran", "Asia/Gaza", "Atlantic/Azores", "America/Scoresbysund",
    "America/Campo_Grande", "Africa/Casablanca",
)  # fmt: skip
ZONES = (*CHANGING, "UTC", "Asia/Seoul", "Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe",
         "Pacific/Apia", "America/St_Johns", "Pacific/Kiritimati")  # fmt: skip


@cache
def strange_days(zone: str, first: int = 2015, last: int = 2026) -> tuple[tuple[date, str], ...]:
    """Days of a zone that have no midnight, or two of them."""
    days = []
    day = date(first, 1, 1)
    while day < date(last, 10, 1):
        if sort := midnight(day, zone):
            days.append((day, sort))
        day += timedelta(days=1)
    return tuple(days)


def midnight(day: date, zone: str) -> str:
    """``none`` or ``twice``, where the midnight of a day is neither there nor once."""
    local = datetime.combine(day, time(), ZoneInfo(zone))
    if local.astimezone(UTC).astimezone(ZoneInfo(zone)).replace(tzinfo=None) != local.replace(tzinfo=None):
        return "none"
    return "twice" if local.utcoffset() != local.replace(fold=1).utcoffset() else ""


def strange_day(rng: random.Random, first: int = 2015, last: int = 2026) -> tuple[str, date, str]:
    """A zone, and a day of it that has no midnight or two."""
    while True:
        zone = rng.choice(CHANGING)
        if days := strange_days(zone, first, last):
            return (zone, *rng.choice(days))


def midnight_change(rng: random.Random) -> Neighbour:
    """Books by the day, and a day whose midnight the clocks skip or show twice; sometimes a time within the change."""
    zone, day, sort = strange_day(rng)
    counted = rng.choice(("first", "inner", "last", "none"))
    before = {"first": 0, "inner": 28, "last": 56, "none": rng.randint(3, 50)}[counted]
    works = Works(rng, zone=zone, dated=rng.random() < 0.7, first=day - timedelta(days=before), periods=2)
    if day in works.days:
        works.hour = time()
    dated, works.dated = works.dated, True
    if counted == "none":
        period = 1 if before < 28 else 2
        if before == 28:
            period = 1
        works.work(period, rng.choice(works.materials), day=day)
    elif rng.random() < 0.5 and counted != "first":
        works.work(works.days.index(day), rng.choice(works.materials), day=day)
    works.dated = dated
    truth, mends = Truth(), []
    books = works.books()
    if dated:
        return reviewed(f"{day} has midnight {sort}, counted {counted}", books, form_of(rng), truth)
    for row in books.tables["counts"]:
        row["at"] = row["at"].removesuffix("T00:00")
    if rng.random() < 0.6:
        return _within_the_change(works, books, rng, zone, day, sort)
    return reviewed(f"{day} has midnight {sort}, counted {counted}, by minutes", books, form_of(rng), truth, mends)


def _within_the_change(
    works: Works, books: Books, rng: random.Random, zone: str, day: date, sort: str
) -> Neighbour:  # fmt: skip
    """A row at half past midnight of that day, which no clock shows or all show twice: only an offset settles it."""
    moment = datetime.combine(day, time(0, rng.choice((1, 20, 29))))
    offset = moment.replace(tzinfo=ZoneInfo(zone)).strftime("%z")
    period = next((k for k in works.periods if works.days[k - 1] < day < works.days[k]), 0)
    if not period:
        return reviewed(f"{day} has midnight {sort}, counted, by minutes", books, form_of(rng), Truth())
    entry = works.work(period, rng.choice(works.materials))
    entry.row["at"] = f"{moment:%Y-%m-%dT%H:%M}"
    books = works.books()
    place = len(works.entries) - 1
    areas = (entry.row["from_area"], entry.row["to_area"])
    touched = works.touched(areas, [entry.row["material"]], works.periods)
    stated = f"{entry.row['at']}{offset[:3]}:{offset[3:]}"

    def change(tables: Tables) -> None:
        tables["movements"][place]["at"] = stated

    for row in books.tables["counts"]:
        row["at"] = row["at"].removesuffix("T00:00")
    mend = Mend("add the offset", change)
    told = f"{entry.row['at']} in {zone}, midnight {sort}"
    return reviewed(told, books, form_of(rng), Truth({("movements", place)}, touched), [mend])


def moved_on_the_day(rng: random.Random) -> Neighbour:
    """A count dated by its day, and a movement on that day, which came first or not, whatever the format takes it for.

    By the format a movement of the day came before the count, and one at a time of the day after it. Where that is not
    so, what moved is missing on one side of the inventory and too much on the other: then the row must be named.
    """
    works = Works(rng, zone=rng.choice(ZONES), dated=True, first=date(2026, rng.choice((1, 3, 6)), rng.randint(1, 9)),
                  lossy=False)  # fmt: skip
    period = rng.choice(list(works.periods)[:-1])
    entry = works.work(period, rng.choice(works.materials), day=works.days[period])
    timed, contrary = rng.random() < 0.5, rng.random() < 0.5
    much = 300.0
    entry.row["quantity"] = number(much)
    entry.moved = [(area, material, much if change > 0 else -much) for area, material, change in entry.moved]
    if timed:
        entry.row["at"] += "T10:30"
    taken_for = period + 1 if timed else period
    entry.period = (period + period + 1 - taken_for) if contrary else taken_for
    books, truth = works.books(), Truth()
    if contrary:
        for area, material, change in entry.moved:
            series = f"{area}/{material}"
            books.missing[series, works.inventories[taken_for]] = change
            books.missing[series, works.inventories[entry.period]] = -change
        truth = Truth(to_check=("movements", len(works.entries) - 1))
    told = f"{entry.row['at']} is the day of {works.inventories[period]}, {'contrary' if contrary else 'as it is read'}"
    return reviewed(told, books, form_of(rng), truth)


def database_offsets(rng: random.Random) -> Neighbour:
    """Times with an offset as a database writes it, and a movement near a count that another reading would shift."""
    zone = rng.choice(ZONES)
    works = Works(rng, zone=zone, first=date(2026, rng.choice((1, 2, 4, 6)), rng.randint(1, 9)))
    period = rng.choice(works.periods)
    near = works.work(period, rng.choice(works.materials))
    before = rng.random() < 0.5 or period == works.periods[-1]
    counted = datetime.combine(works.days[period], works.hour)
    near.row["at"] = f"{counted + timedelta(minutes=-30 if before else 30):%Y-%m-%dT%H:%M}"
    near.period = period if before else period + 1
    books = works.books()
    style = rng.choice(("+HH", "+HHMM", "+HH:MM", "Z", "space", "fraction", "site", "site hours"))
    which = rng.choice(("movements", "counts", "both"))
    for table in ("movements", "counts"):
        if which in (table, "both"):
            for row in books.tables[table]:
                row["at"] = _offset(row["at"], zone, style)
    places = {(table, place) for table in ("movements", "counts") for place in range(len(books.tables[table]))}
    books_mended = Mend("", lambda tables: _plainly(tables, zone))
    hidden = works.touched(works.areas, works.materials, works.periods)
    read = style in {"+HH", "+HH:MM", "Z", "site"}
    truth = Truth() if read else Truth(places, hidden)
    return reviewed(f"offsets {style} in {which}", books, form_of(rng), truth, [books_mended])


def _offset(at: str, zone: str, style: str) -> str:
    local = datetime.fromisoformat(at).replace(tzinfo=ZoneInfo(zone))
    stated = local if style.startswith("site") else local.astimezone(UTC)
    shown = f"{stated:%Y-%m-%d %H:%M:%S}"
    offset = f"{stated:%z}"
    return {
        "+HH": f"{shown}+00", "+HHMM": f"{shown}+0000", "+HH:MM": f"{shown}+00:00", "Z": f"{shown.replace(' ', 'T')}Z",
        "space": f"{shown} +00:00", "fraction": f"{shown}.123456+00", "site": f"{shown}{offset[:3]}:{offset[3:]}",
        "site hours": f"{shown}{offset[:3]}" if offset.endswith("00") else f"{shown}{offset}",
    }[style]  # fmt: skip


def _plainly(tables: Tables, zone: str) -> None:
    """All times as they would be written by one who follows the mend: with an offset of hours and minutes."""
    for table in ("movements", "counts"):
        for row in tables[table]:
            moment = datetime.fromisoformat(row["at"].replace(" +", "+"))
            if moment.tzinfo is not None:
                row["at"] = f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%S}+00:00"
