"""The sheet with names: the one output in which a guard has a name, out of a file that nothing else reads."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, NoReturn
from zoneinfo import ZoneInfo

from stockward.answers.roster import Duty
from stockward.answers.rostered.sheet import DutySheet
from stockward.book.schema.dictionary import Column, Table
from stockward.book.sources.separated import read_csv
from stockward.report.kit import words
from stockward.report.review.page import fill
from stockward.report.roster import views
from stockward.report.roster.views import Code, DayHead
from stockward.terms.errors import SheetError, SiteError
from stockward.terms.files import read_bytes
from stockward.terms.spreadsheet_text import text_of

_NAMES = Table(
    name="names",
    key=("person",),
    required=True,
    private=True,
    part="guards",
    meaning="Names of guards.",
    columns=tuple(Column(name, "key", "", True, "", None, (), "") for name in ("person", "name")),
)


def read_names(path: Path) -> dict[str, str]:
    """Names of guards by their codes, out of a CSV with the columns ``person`` and ``name``.

    Raises ``SheetError`` for a file that is none, and for a guard who is named twice, with the row. No error says what
    stands in the file.
    """
    try:
        raw = read_csv(path, read_bytes(path), _NAMES)
    except SiteError:
        _refuse(path, "it is no table of names", "save it as CSV UTF-8, with the header person,name")
    for torn in raw.torn:
        _refuse(path, "it is not a code and a name", "put a name with a comma in it in quotation marks", torn.row)
    found: dict[str, str] = {}
    for row, *cells in zip(raw.rows, raw.cells["person"], raw.cells["name"], strict=True):
        person, name = (" ".join(text_of((cell or "").strip()).split()) for cell in cells)
        if name and not person:
            _refuse(path, "the name has no code of a guard", "write the code under person, or delete the row", row)
        if person in found:
            _refuse(path, "the guard of this row has a name already", "keep one of the rows", row)
        if name:
            found[person] = name
    if not found:
        _refuse(path, "there is no name in it", "write a code and a name in each row, under person,name")
    return found


def _refuse(path: Path, problem: str, mend: str, row: int | None = None) -> NoReturn:
    # What is wrong is told without the cause: it could quote a name.
    raise SheetError(path.name, problem, mend, row=row) from None


def told_of_names(sheet: DutySheet, names: Mapping[str, str]) -> tuple[str, ...]:
    """How many guards of the roster have no name in the file."""
    without = len({duty.person for duty in sheet.duties} - names.keys())
    if not without:
        return ()
    return (
        f"{words.count(without, 'guard')} of this roster {'has' if without == 1 else 'have'} no name in the file of "
        "--names: the code stands on the sheet",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLine:
    """A time of day at a post, or the days of a guard."""

    head: Annotated[str, "times of the shift, or who it is"]
    cells: Annotated[tuple[str, ...], "names, or letter codes, by day"]
    tones: Annotated[tuple[str, ...], "colour class of each cell"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPost:
    """One post in one week."""

    name: Annotated[str, "what it is called"]
    lines: Annotated[tuple[NamedLine, ...], "one line a shift"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedWeek:
    """One week on a page of its own."""

    days: Annotated[tuple[DayHead, ...], "its days"]
    posts: Annotated[tuple[NamedPost, ...], "who stands at each post"]
    guards: Annotated[tuple[NamedLine, ...], "when each guard works"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedPage:
    """The sheet with names."""

    site: Annotated[str, "name of the site"]
    period: Annotated[str, "first and last day"]
    codes: Annotated[tuple[Code, ...], "letter codes"]
    weeks: Annotated[tuple[NamedWeek, ...], "one entry a week"]


def write_named_sheet(sheet: DutySheet, names: Mapping[str, str]) -> str:
    """Return the sheet as one self-contained page, a week on a page: each post with names, then each guard's days.

    Guards without a name stand by their code; where two have one name, the code stands beside it.
    """
    called = _called(sheet, names)
    codes = views.codes(sheet)
    weeks = views.weeks(views.days(sheet))
    last = weeks[-1][-1].day
    page = NamedPage(
        site=sheet.site,
        period=f"{words.day(sheet.start)} to {words.day(last)}",
        codes=tuple(codes.values()),
        weeks=tuple(_week(sheet, tuple(week), called, codes) for week in weeks),
    )
    return fill("roster_named.html.j2", page)


def _called(sheet: DutySheet, names: Mapping[str, str]) -> dict[str, str]:
    """What stands on the sheet for each guard."""
    people = sorted({duty.person for duty in sheet.duties})
    number = Counter(names.get(person, person) for person in people)
    found = {}
    for person in people:
        name = names.get(person, person)
        found[person] = f"{name} ({person})" if number[name] > 1 else name
    return found


def _week(
    sheet: DutySheet, days: tuple[DayHead, ...], called: Mapping[str, str], codes: Mapping[str, Code]
) -> NamedWeek:  # fmt: skip
    zone, inside = ZoneInfo(sheet.timezone), {head.day for head in days}
    posts: dict[tuple[str, int], dict[str, dict[date, list[str]]]] = {place: {} for place in sheet.posts}
    mine: dict[str, dict[date, Duty]] = {person: {} for person in called}
    for duty in sorted(sheet.duties, key=lambda one: (one.start.astimezone(zone).time(), one.start)):
        if duty.day in inside:
            shifts = posts[duty.post, duty.number].setdefault(views.times(duty, zone), {})
            shifts.setdefault(duty.day, []).append(called[duty.person])
            mine[duty.person][duty.day] = duty
    return NamedWeek(
        days=days,
        posts=tuple(
            NamedPost(
                name=sheet.posts[place],
                lines=tuple(_line(when, days, there, codes[when].tone) for when, there in shifts.items()),
            )
            for place, shifts in posts.items()
            if shifts
        ),
        guards=tuple(_days_of(called[person], days, mine[person], codes, zone) for person in called),
    )


def _line(when: str, days: tuple[DayHead, ...], there: Mapping[date, list[str]], tone: str) -> NamedLine:
    cells = tuple("; ".join(sorted(there.get(head.day, ()))) for head in days)
    return NamedLine(head=when, cells=cells, tones=tuple(tone if cell else "off" for cell in cells))


def _days_of(
    name: str, days: tuple[DayHead, ...], mine: Mapping[date, Duty], codes: Mapping[str, Code], zone: ZoneInfo
) -> NamedLine:
    found = [codes[views.times(mine[head.day], zone)] if head.day in mine else None for head in days]
    return NamedLine(
        head=name,
        cells=tuple("" if one is None else one.code for one in found),
        tones=tuple("off" if one is None else one.tone for one in found),
    )
