"""One site in a run of many: looked at whether it must be done again, reviewed, and returned as bytes.

What goes in and comes back are plain values, so that it may be done in this process, in another, or on another
computer. Whatever is wrong with the site is an answer: one site never stops the others.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from stockward.outputs import READ_ENDINGS
from stockward.questions.many.dataset import SITES_SCHEMA_NAME
from stockward.terms.errors import SiteError, StockwardError, UsageError
from stockward.terms.files import UNFINISHED, read_bytes
from stockward.version import VERSION

if TYPE_CHECKING:
    from stockward.answers.review import ReviewAnswer
    from stockward.book import Site

Pages = Literal["all", "alarmed", "none"]
_TRIES = 3
_MOST_WITHIN = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteTask:
    """What is asked of one site: ``known`` is the digest of the result at hand, ``page`` makes its own report.

    ``version`` is that of whoever asks: another would give other answers.
    """

    id: str
    place: str
    generated: datetime
    as_of: str | None
    seed: int
    known: str | None
    pages: Pages
    page: Callable[[ReviewAnswer], str]
    version: str = VERSION


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteOutcome:
    """What came of it: the ``result`` with its ``digest``, the ``report`` where one was to be made, or a ``fault``.

    With a digest and no result nothing has changed: what is at hand still holds.
    """

    id: str
    digest: str | None = None
    result: bytes | None = None
    report: bytes | None = None
    fault: str | None = None


def review_site(task: SiteTask) -> SiteOutcome:
    """Review one site, or say why not; raises nothing but what ends a process."""
    try:
        return _reviewed(task)
    except (StockwardError, OSError) as error:
        return SiteOutcome(id=task.id, fault=_in_one_line(str(error)))
    except MemoryError:
        return SiteOutcome(id=task.id, fault=f"{task.place}: no memory was left for it: run fewer at a time (--jobs)")
    except (KeyboardInterrupt, SystemExit):
        raise
    except BaseException as fault:  # a panic of the tables is no Exception
        said = _in_one_line(f"{type(fault).__name__}: {fault}")
        own = f"this is a fault of Stockward {VERSION}, not of the data, and nothing was concluded: {said}"
        return SiteOutcome(id=task.id, fault=f"{own}: report this line to those who maintain it")


def _in_one_line(text: str) -> str:
    return " ".join(text.split())


def _reviewed(task: SiteTask) -> SiteOutcome:
    if task.version != VERSION:
        said = f"it was given to a worker with Stockward {VERSION}, by a run of {task.version}"
        raise UsageError(f"{task.place}: {said}: install one version everywhere")
    for _ in range(_TRIES):
        before = _facts_of_folder(task.place)
        if before is not None and _still_holds(task, before):
            return SiteOutcome(id=task.id, digest=task.known)
        site = _read(task.place)
        facts = before or _facts_of_book(site)
        if before is None and _still_holds(task, facts):
            return SiteOutcome(id=task.id, digest=task.known)
        outcome = _answered(task, site, facts)
        if before is None or _facts_of_folder(task.place) == before:
            return outcome
    raise SiteError(task.place, "its files changed while they were read", "run it again when nobody writes there")


def _still_holds(task: SiteTask, facts: str) -> bool:
    """Whether the result at hand is of these facts; one that hangs on the day, of this day."""
    return task.known in {_digest(task, facts, day=False), _digest(task, facts, day=True)}


def _digest(task: SiteTask, facts: str, *, day: bool) -> str:
    """Of all that a result follows from: facts, options, version, and the day where it enters."""
    on = str(task.generated.date()) if day else None
    asked = [SITES_SCHEMA_NAME, VERSION, facts, task.as_of, task.seed, task.pages, on]
    return sha256(json.dumps(asked).encode()).hexdigest()[:32]


def _read(place: str) -> Site:
    from stockward.book import read_site
    from stockward.book.store import is_address, read_from_book

    return read_from_book(place) if is_address(place) else read_site(place)


def _answered(task: SiteTask, site: Site, facts: str) -> SiteOutcome:
    from stockward.balance.consigned.lines import consigned_lines
    from stockward.book.known import known_at
    from stockward.questions.many.rows import rows_of_review
    from stockward.questions.review import make_review
    from stockward.terms.conclusions import Conclusion
    from stockward.terms.periods import end_of

    answers = make_review(site, as_of=task.as_of, seed=task.seed, generated=task.generated)
    books = known_at(site, None if task.as_of is None else end_of(task.as_of, site.timezone))
    tables = rows_of_review(answers, consigned_lines(books))
    content = {"schema": SITES_SCHEMA_NAME, "version": VERSION, "tables": tables}
    packed = gzip.compress(json.dumps(content, ensure_ascii=False, allow_nan=False).encode(), 5, mtime=0)
    wanted = task.pages == "all" or (task.pages == "alarmed" and _concluded(answers) is Conclusion.ALARMED)
    report = task.page(answers).encode("utf-8", "replace") if wanted else None
    digest = _digest(task, facts, day=task.as_of is None and _hangs_on_the_day(answers))
    return SiteOutcome(id=task.id, digest=digest, result=packed, report=report)


def _concluded(answers: ReviewAnswer) -> object:
    from stockward.questions.concluded import review_concluded

    return review_concluded(answers)


def _hangs_on_the_day(answers: ReviewAnswer) -> bool:
    """Guards are counted, and orders held, as of the day; rows of a later one are told apart."""
    return bool(answers.force or answers.mix or answers.orders or answers.selection or answers.facts.ahead)


def _facts_of_book(site: Site) -> str:
    return sha256(json.dumps([sorted(site.files.items()), list(site.notices)]).encode()).hexdigest()


def _facts_of_folder(place: str) -> str | None:
    """Digest of every file of a folder that is read, and of what within it would be told of; ``None`` for a book."""
    from stockward.book.store import is_address

    if is_address(place):
        return None
    path = Path(place)
    folder = path.parent if path.is_file() else path
    digest = sha256(path.name.encode("utf-8", "surrogatepass") if path.is_file() else b"")
    for name, content in _contents(folder):
        digest.update(json.dumps([name, content]).encode())
    return digest.hexdigest()


def _contents(folder: Path) -> Iterator[tuple[str, str]]:
    if not folder.is_dir():
        return
    for one in sorted(folder.iterdir()):
        if one.is_dir() and not one.is_symlink() and not one.name.startswith("."):
            yield one.name, " ".join(_names_within(one))
        elif one.name == UNFINISHED or one.suffix.lower() in READ_ENDINGS:
            yield one.name, _content_digest(one)


def _names_within(folder: Path) -> list[str]:
    try:
        names = sorted(folder.iterdir())[:_MOST_WITHIN]
    except OSError:
        return []
    return [one.name for one in names if one.suffix.lower() in READ_ENDINGS]


def _content_digest(file: Path) -> str:
    """That of a file; what cannot be read is told when the site is."""
    try:
        return sha256(read_bytes(file)).hexdigest()
    except SiteError as error:
        return str(error)
