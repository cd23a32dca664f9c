"""Rosters from the tables of guards in the book, the files that each comes to, and the shifts that guards see."""

from __future__ import annotations

import hashlib
import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

import polars as pl
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from pydantic import TypeAdapter

from stockward.answers.roster import Duty
from stockward.book import Site
from stockward.book.schema.dictionary import tables
from stockward.book.settings import SETTINGS, settings_in
from stockward.book.store.facts import tables_in
from stockward.outputs import CALENDAR, OutputTarget
from stockward.report.kit.file_names import file_names
from stockward.report.roster.calendars import CalendarShift, calendar_of
from stockward.terms.errors import UsageError
from stockward.terms.signs import printable
from stockward.web.models import GuardBinding, RosterFile, RosterRun
from stockward.web.records.entering.uploads import folder_of, said_without_folder
from stockward.web.records.the_book import standing_files
from stockward.web.records.told import tell_the_book

if TYPE_CHECKING:
    from stockward.answers.roster import RosterAnswer

PAGE_OF_A_ROSTER, _JSON = "roster.html", "roster.json"
CALENDARS = "calendars.zip"
TYPES_OF_FILES = {
    PAGE_OF_A_ROSTER: "text/html; charset=utf-8",
    _JSON: "application/json",
    "roster.csv": "text/csv; charset=utf-8",
    "roster.xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    CALENDARS: "application/zip",
}
"""The files of a roster, each with what it is."""
_NAMED_BY_GUARDS = frozenset({"areas", "materials"})
"""Tables whose keys stand in those of guards. Nothing of them but keys is used."""
_DUTIES = TypeAdapter(list[Duty])
_EARLIEST = (1980, 1, 1, 0, 0, 0)
"""When a file in an archive was made: the same calendars give the same archive."""


def guards_site(site: str) -> Site:
    """The tables of guards of a site as they stand in the book, and no stock. Raises ``UsageError`` for none."""
    standing = standing_files(site)
    if SETTINGS not in standing:
        raise UsageError(f"{site}: nothing of it is approved yet: enter the tables of guards, and have them approved")
    settings = settings_in(standing[SETTINGS], SETTINGS)
    of_guards = {name for name, table in tables().items() if table.part == "guards"} | _NAMED_BY_GUARDS
    files = {f"{name}.csv": standing[f"{name}.csv"] for name in of_guards if f"{name}.csv" in standing}
    return Site.from_raw(tables_in(files, settings.site.decimal), settings)


def codes_of_guards(site: str) -> list[str]:
    """The codes of all people with the role of a guard, as they stand in the book; none before anything does."""
    try:
        people = guards_site(site)["people"]
    except UsageError:
        return []
    return sorted(people.filter(pl.col("role") == "guard")["person"].to_list())


def posts_with_driver(facts: Site) -> list[str]:
    """Posts that grow with stock or output: how many stand would tell of stock, so that it must be said."""
    return sorted(facts["posts"].filter(pl.col("driver").is_not_null())["post"].to_list())


def make_roster_of(run: RosterRun, step: Callable[[str], None]) -> RosterAnswer:
    """Make the roster that was asked for. Raises as ``make_guards_roster`` does."""
    from stockward.questions.roster import RosterRequest, make_guards_roster, numbers_given
    from stockward.roster.site.making import Limit

    facts = guards_site(run.site.key)
    numbers = numbers_given(run.numbers)
    if unsaid := [post for post in posts_with_driver(facts) if post not in numbers]:
        raise UsageError(f"{unsaid[0]}: its number hangs on stock, which is not asked here: say how many stand")
    earlier, told = (None, ()) if run.previous is None else read_former_roster(
        run.previous_name, bytes(run.previous), facts.timezone
    )  # fmt: skip
    ends = time.monotonic() + run.seconds
    asked = RosterRequest(
        start=run.start, weeks=run.weeks, generated=timezone.now(), numbers=numbers, earlier=earlier, told=told,
        options={"start": str(run.start), "weeks": run.weeks, "numbers": run.numbers, "seconds": float(run.seconds),
                 "deterministic": run.rounds, "previous": run.previous_name or None},
    )  # fmt: skip
    limit = Limit(lambda: ends - time.monotonic()) if run.rounds is None else Limit(rounds=run.rounds)
    return make_guards_roster(facts, asked, limit=limit, progress=_told_seldom(step))


def read_former_roster(name: str, content: bytes, zone: str) -> tuple[dict[tuple[str, datetime], str], tuple[str, ...]]:
    """Read an earlier roster out of a file that somebody brought. Raises ``SheetError`` for one that is none."""
    from stockward.report.roster.files import read_earlier_roster

    with said_without_folder([(name, content)]) as folder:
        return read_earlier_roster(folder / name, zone)


def _told_seldom(step: Callable[[str], None]) -> Callable[[int | None, float], None]:
    """Says how good the best roster is so far, at most twice a second."""
    from stockward.roster.command import how_far

    said = 0.0

    def progress(best: int | None, bound: float) -> None:
        nonlocal said
        if time.monotonic() - said > 0.5:
            said = time.monotonic()
            step(how_far(best, bound))

    return progress


def files_of_roster(answer: RosterAnswer) -> dict[str, bytes]:
    """The files that the command line writes of a roster; where there is none, the page and the JSON alone."""
    from stockward.report.roster.files import write_roster_csv, write_roster_json
    from stockward.report.roster.page import write_roster_html
    from stockward.report.roster.sheets import write_roster_xlsx

    files = {PAGE_OF_A_ROSTER: write_roster_html(answer).encode(), _JSON: write_roster_json(answer).encode()}
    if not answer.duties:
        return files
    with folder_of([]) as folder:
        write_roster_xlsx(answer, OutputTarget(folder / "roster.xlsx"))
        workbook = (folder / "roster.xlsx").read_bytes()
    calendars = io.BytesIO()
    with zipfile.ZipFile(calendars, "w", zipfile.ZIP_DEFLATED) as archive:
        for person, name in file_names(one.person for one in answer.guards).items():
            archive.writestr(zipfile.ZipInfo(f"{name}{CALENDAR}", _EARLIEST), calendar_of(answer, person))
    return files | {
        "roster.csv": write_roster_csv(answer).encode(),
        "roster.xlsx": workbook,
        CALENDARS: calendars.getvalue(),
    }


@dataclass(frozen=True, slots=True)
class StoredRoster:
    """A roster as it is read again from its JSON: the shifts, names of posts, the site and its time zone."""

    site: str
    zone: str
    version: str
    made: datetime
    duties: tuple[Duty, ...]
    posts: Mapping[str, str | None]

    def shifts_of(self, person: str) -> list[CalendarShift]:
        """The shifts of one guard, in order of time."""
        own = (duty for duty in self.duties if duty.person == person)
        return [CalendarShift(duty, self.posts.get(duty.post), self.made) for duty in own]


def stored_roster(run: RosterRun) -> StoredRoster:
    """Read the roster of a run again."""
    document = json.loads(bytes(RosterFile.objects.get(run=run, name=_JSON).content))
    duties = _DUTIES.validate_python(document["duties"])
    return StoredRoster(
        site=document["site"]["name"],
        zone=document["site"]["timezone"],
        version=document["generated"]["version"],
        made=datetime.fromisoformat(document["generated"]["at"]),
        duties=tuple(duties),
        posts={post["post"]: post["name"] for post in document["posts"]},
    )


def published_rosters(site: str) -> list[RosterRun]:
    """The rosters that guards see, by their first day."""
    return list(RosterRun.objects.filter(site__key=site, published__isnull=False).order_by("start"))


def in_place_of(run: RosterRun) -> list[RosterRun]:
    """Published rosters with a day in common: a day has one roster, so that these are taken back with it."""
    others = (one for one in published_rosters(run.site.key) if one.pk != run.pk)
    return [one for one in others if one.start <= run.last_day and run.start <= one.last_day]


def publish_roster(run: RosterRun, account: Any) -> None:
    """Let guards see a roster, and enter who published which files. Raises ``UsageError`` where there is none."""
    with transaction.atomic():
        run = RosterRun.objects.select_for_update().select_related("site").get(pk=run.pk)
        if not run.shifts:
            raise UsageError(_("There is no roster to publish: ask for one that keeps every rule."))
        if run.published is not None:
            return
        replaced = in_place_of(run)
        for one in replaced:
            RosterRun.objects.filter(pk=one.pk).update(published=None, published_by=None)
        RosterRun.objects.filter(pk=run.pk).update(published=timezone.now(), published_by=account)
        about = {**_named(run), **digests_of(run)}
        if replaced:
            about["in place of"] = " ".join(one.key for one in replaced)
        tell_the_book(account, "roster published", site=run.site.key, about=about)


def take_roster_back(run: RosterRun, account: Any) -> None:
    """Let guards see a roster no longer."""
    with transaction.atomic():
        taken = RosterRun.objects.filter(pk=run.pk, published__isnull=False).update(published=None, published_by=None)
        if taken:
            tell_the_book(account, "roster taken back", site=run.site.key, about=_named(run))


def _named(run: RosterRun) -> dict[str, str]:
    return {"roster": run.key, "start": run.start.isoformat(), "weeks": str(run.weeks)}


def digests_of(run: RosterRun) -> dict[str, str]:
    """SHA-256 of each file of a roster."""
    files = RosterFile.objects.filter(run=run).order_by("name")
    return {file.name: hashlib.sha256(bytes(file.content)).hexdigest() for file in files}


@dataclass(frozen=True, slots=True)
class ShiftApart:
    """A shift of a guard that two rosters have otherwise: the post in each, blank where there is no shift."""

    person: str
    start: datetime
    before: str
    after: str


def compared_rosters(before: StoredRoster, after: StoredRoster, first: date, last: date) -> list[ShiftApart]:
    """Shifts of some days that one roster has and the other has not, or at another post, in order of time."""
    one, other = (
        {(duty.start, duty.person): duty.post for duty in roster.duties if first <= duty.day <= last}
        for roster in (before, after)
    )
    apart = sorted(key for key in one.keys() | other.keys() if one.get(key) != other.get(key))
    return [
        ShiftApart(printable(key[1]), key[0], printable(one.get(key, "")), printable(other.get(key, "")))
        for key in apart
    ]


def bind_guard(site: Any, guard: Any, person: str, by: Any) -> None:
    """Let an account see the shifts of one guard. Raises ``UsageError`` where either is bound already."""
    try:
        with transaction.atomic():
            GuardBinding.objects.create(account=guard, site=site, person=person)
            tell_the_book(by, "guard bound", site=site.key, about={"account": guard.key, "person": person})
    except IntegrityError:
        raise UsageError(_("This account or this guard is bound already: end that binding first.")) from None


def unbind_guard(binding: GuardBinding, by: Any) -> None:
    """Let an account see no shifts any more; its calendar link ends with it."""
    with transaction.atomic():
        if GuardBinding.objects.filter(pk=binding.pk).delete()[0]:
            about = {"account": binding.account.key, "person": binding.person}
            tell_the_book(by, "guard unbound", site=binding.site.key, about=about)
