"""Many sites reviewed: every one that has changed, by whichever engine; then what all of them come to."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Protocol

from stockward.answers.many.authority import SitesAnswer
from stockward.outputs import OutputTarget
from stockward.questions.many.authority import answer_of
from stockward.questions.many.folder import ResultsFolder, open_results
from stockward.questions.many.gathering import gather_results
from stockward.questions.many.places import SitePlace
from stockward.questions.many.work import Pages, SiteOutcome, SiteTask
from stockward.terms.periods import end_of

if TYPE_CHECKING:
    from stockward.answers.review import ReviewAnswer


class SitesEngine(Protocol):
    """Whoever reviews the sites: on this computer, or on others."""

    def outcomes(self, tasks: Iterable[SiteTask]) -> Iterator[SiteOutcome]:
        """What came of each site, as it comes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SitesAsked:
    """What is asked of every site: as of which day, with which seed, and which of them get a report of their own."""

    as_of: str | None
    seed: int
    pages: Pages
    page: Callable[[ReviewAnswer], str]
    generated: datetime


@dataclass(slots=True)
class _Course:
    """How far a run is."""

    sites: int
    begun: float
    done: int = 0
    same: int = 0
    faults: int = 0

    def words(self) -> str:
        made = self.done - self.same
        left = (monotonic() - self.begun) / made * (self.sites - self.done) if made else None
        said = f"{self.done} of {self.sites} sites, {self.same} as they were, {self.faults} not reviewed"
        return said if left is None else f"{said}; {_time(left)} left"


def _time(seconds: float) -> str:
    minutes = round(seconds / 60)
    if minutes < 1:
        return "less than a minute"
    return f"about {minutes} minutes" if minutes < 120 else f"about {minutes / 60:.0f} hours"


def review_sites(
    places: Sequence[SitePlace],
    out: OutputTarget,
    engine: SitesEngine,
    asked: SitesAsked,
    *,
    progress: Callable[[str], None] = lambda step: None,
) -> SitesAnswer:
    """Review every site that has changed since its result in ``out`` was made, and answer for all of them.

    A site that cannot be reviewed is a row with its reason. What is done stays in ``out`` whatever ends the run, and
    the next one goes on from there; each result follows from the files of its site, what was asked, and the version.

    Raises ``UsageError`` for a folder that is none of results, a day that is none, or where nothing can be written.
    """
    if asked.as_of is not None:
        end_of(asked.as_of, "UTC")
    with open_results(out, places) as folder:
        known = folder.known()
        digests: dict[str, str] = {}
        faults: dict[str, str] = {}
        course = _Course(len(places), monotonic())
        progress(course.words())
        for outcome in engine.outcomes(_tasks(places, asked, known)):
            _take(folder, outcome, known.get(outcome.id), digests, faults)
            course.done, course.faults = len(digests) + len(faults), len(faults)
            course.same += outcome.fault is None and outcome.result is None
            progress(course.words())
        progress("putting all sites together")
        sites = gather_results(folder, places, digests, faults)
        return answer_of(Path(folder.path), sites, asked.as_of, asked.seed, asked.generated)


def _tasks(places: Sequence[SitePlace], asked: SitesAsked, known: Mapping[str, str]) -> Iterator[SiteTask]:
    for place in places:
        yield SiteTask(
            id=place.id,
            place=place.place,
            generated=asked.generated,
            as_of=asked.as_of,
            seed=asked.seed,
            known=known.get(place.id),
            pages=asked.pages,
            page=asked.page,
        )


def _take(
    folder: ResultsFolder, outcome: SiteOutcome, known: str | None, digests: dict[str, str], faults: dict[str, str]
) -> None:
    if outcome.fault is None and outcome.digest is not None:
        folder.keep(outcome, known)
        digests[outcome.id] = outcome.digest
    else:
        faults[outcome.id] = outcome.fault or "nothing came of it: run it again"
