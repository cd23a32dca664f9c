"""Work in the background: reviews, rosters, and large files of a draft, with how far each is."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django_tasks import task

from stockward.terms.errors import StockwardError
from stockward.web.models import ForeignReading, ReviewRun, RosterFile, RosterRun, UploadDraft
from stockward.web.models.runs import BackgroundRun, RunState
from stockward.web.permissions import Permissions, Right
from stockward.web.records.entering.brought import read_anew
from stockward.web.records.entering.foreign import begin_reading, read_foreign
from stockward.web.records.the_book import recorded_site, the_book
from stockward.web.records.told import said_to_people

_MOST_ATTEMPTS, _LONGEST_STEP = 2, 120
_OWN_FAULT = "the server made a mistake: it is written in server.log"
_TIME_TO_EXPLAIN = timedelta(days=30)
"""After which a finding is overdue, until somebody gives it another day."""


@task()
def run_review(key: str) -> None:
    """Compute a review that waits; one that another process has begun is left to it."""
    _run(ReviewRun, key, _reviewed)


@task()
def run_roster(key: str) -> None:
    """Make a roster that waits, as a review is computed."""
    _run(RosterRun, key, _rostered)


_TASKS: Mapping[type[BackgroundRun], Any] = {ReviewRun: run_review, RosterRun: run_roster}


def _run(kind: type[BackgroundRun], key: str, work: Callable[[Any, Callable[[str], None]], dict[str, Any]]) -> None:
    """Do what was asked for, unless somebody does already; ``work`` returns what it came to."""
    runs: Any = kind.objects
    waiting = runs.filter(key=key, state=RunState.WAITING)
    if not waiting.update(state=RunState.RUNNING, attempts=F("attempts") + 1):
        return
    run = runs.select_related("site").get(key=key)

    def step(said: str) -> None:
        runs.filter(key=key).update(step=said[:_LONGEST_STEP])

    came_to: dict[str, Any]
    try:
        came_to = {"state": RunState.DONE, **work(run, step)}
    except StockwardError as error:
        came_to = {"state": RunState.FAILED, "fault": said_to_people(error)}
    except Exception:
        runs.filter(key=key).update(step="", state=RunState.FAILED, fault=_OWN_FAULT)
        raise
    runs.filter(key=key).update(step="", **came_to)


def _reviewed(run: ReviewRun, step: Callable[[str], None]) -> dict[str, Any]:
    """The report, as the command line writes it, and the code that its command would end with."""
    from stockward import report
    from stockward.questions.concluded import review_concluded
    from stockward.questions.found import alarms_found
    from stockward.questions.review import make_review

    step("reading the site")
    facts = recorded_site(run.site.key, None if run.as_of is None else last_moment_of(run.as_of))
    answers = make_review(facts, generated=timezone.now(), progress=step)
    step("writing the report")
    page = report.write_html(answers)
    if run.as_of is None:  # what a past book would say today is nothing that anybody must explain
        due = timezone.now().date() + _TIME_TO_EXPLAIN
        the_book().record_review(run.site.key, run.account.key, run.key, alarms_found(answers), due)
    return {"page": page.encode(), "conclusion": int(review_concluded(answers))}


def read_files(draft: UploadDraft, parts: frozenset[str]) -> None:
    """Read what a draft holds; files of other programs that are large are read in the background."""
    if draft.files.filter(foreign=True).exists():
        if not begin_reading(draft):
            read_in_background.enqueue(draft.key, sorted(parts))
            return
        read_foreign(draft, parts)
    read_anew(draft, parts)


@task()
def read_in_background(key: str, parts: list[str]) -> None:
    """Read the foreign files of a draft; one that is gone, or was read meanwhile, is left."""
    waiting = ForeignReading.objects.filter(draft__key=key, is_over=False)
    if not waiting.update(attempts=F("attempts") + 1):
        return
    draft = UploadDraft.objects.select_related("site", "reading_of_foreign").get(key=key)
    if draft.reading_of_foreign.attempts > _MOST_ATTEMPTS:
        fault = "its files were begun twice, and the process was ended both times: upload fewer at a time"
        waiting.update(is_over=True, came_to={"fault": fault}, texts={})
        return
    try:
        read_foreign(draft, frozenset(parts))
        read_anew(draft, frozenset(parts))
    except Exception:
        waiting.update(is_over=True, came_to={"fault": _OWN_FAULT}, texts={})
        raise


def _rostered(run: RosterRun, step: Callable[[str], None]) -> dict[str, Any]:
    """The files of the roster, as the command line writes them, and the code that its command would end with."""
    from stockward.questions.concluded import roster_concluded
    from stockward.web.records.rosters import files_of_roster, make_roster_of

    step("reading the tables of guards")
    answer = make_roster_of(run, step)
    step("writing the roster")
    files = files_of_roster(answer)
    with transaction.atomic():
        RosterFile.objects.filter(run=run).delete()
        RosterFile.objects.bulk_create(
            RosterFile(run=run, name=name, content=content) for name, content in files.items()
        )
    return {"shifts": len(answer.duties), "conclusion": int(roster_concluded(answer))}


def last_moment_of(day: date) -> datetime:
    """The last moment of a day, UTC."""
    return datetime.combine(day, time(), UTC) + timedelta(days=1, microseconds=-1)


def begin_again() -> None:
    """Begin again what a process that was killed had begun; what has ended two processes is not tried a third time."""
    fault = "it was begun twice, and the process was ended both times: it may need more memory than there is"
    for kind, work in _TASKS.items():
        runs: Any = kind.objects
        cut_short = runs.filter(state=RunState.RUNNING)
        cut_short.filter(attempts__gte=_MOST_ATTEMPTS).update(state=RunState.FAILED, step="", fault=fault)
        for run in list(runs.filter(state=RunState.RUNNING)):
            runs.filter(pk=run.pk).update(state=RunState.WAITING, step="")
            work.enqueue(run.key)
    _read_again()


def _read_again() -> None:
    """Read the files of drafts again that a process had begun; which parts of the tables, their owners' roles say."""
    for reading in list(ForeignReading.objects.filter(is_over=False).select_related("draft__site", "draft__account")):
        parts = Permissions(reading.draft.account).parts(Right.ENTER, reading.draft.site.key)
        read_in_background.enqueue(reading.draft.key, sorted(parts))
