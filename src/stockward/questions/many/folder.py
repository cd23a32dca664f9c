"""The folder of results: what is done of each site, kept as it comes, so that a run that ends early goes on from there.

``run.json`` says what the folder is; ``done`` has the result of each site under its id and digest, ``reports`` the
pages, and ``data`` the tables that are made of them all.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from stockward.outputs import OutputTarget, fill_part, free_name, is_left_behind, make_folder, part_in, said_of
from stockward.questions.many.dataset import SITES_SCHEMA_NAME, PlainTables
from stockward.questions.many.places import SitePlace, is_site
from stockward.questions.many.work import SiteOutcome
from stockward.terms.errors import SiteError, UsageError
from stockward.terms.files import read_bytes, read_text
from stockward.version import VERSION

RUN, DONE, REPORTS, DATA = "run.json", "done", "reports", "data"
_RESULT = ".json.gz"
_LOCK = ".stockward-lock"


@dataclass(frozen=True, slots=True)
class ResultsFolder:
    """A folder of results that is open to one run."""

    path: OutputTarget

    def known(self) -> Mapping[str, str]:
        """The digest of the result at hand, by id of the site."""
        names = (one.name for one in (self.path / DONE).iterdir())
        parts = (name.removesuffix(_RESULT).split(".") for name in names if name.endswith(_RESULT))
        return {part[0]: part[1] for part in parts if len(part) == _PARTS}

    def reports(self) -> frozenset[str]:
        """The ids of sites that have a report of their own."""
        return frozenset(one.name.removesuffix(".html") for one in (self.path / REPORTS).iterdir())

    def keep(self, outcome: SiteOutcome, known: str | None) -> None:
        """Put what came of a site in its place, whole, and take away what it replaces.

        Raises ``UsageError`` where it cannot be written.
        """
        if outcome.result is None:
            return
        report = self.path / REPORTS / f"{outcome.id}.html"
        if outcome.report is None:
            report.unlink(missing_ok=True)
        else:
            self._put(report, outcome.report)
        self._put(self._file(outcome.id, str(outcome.digest)), outcome.result)
        if known is not None and known != outcome.digest:
            self._file(outcome.id, known).unlink(missing_ok=True)

    def result(self, site: str, digest: str) -> PlainTables:
        """The rows of a site by table. Raises ``SiteError`` where its file is broken: it says to take it away."""
        file = self._file(site, digest)
        try:
            tables = json.loads(gzip.decompress(read_bytes(file)))["tables"]
        except (OSError, EOFError, ValueError, KeyError, TypeError, zlib.error):
            raise SiteError(str(file), "the result is broken", "take the file away, and run it again") from None
        return tables if isinstance(tables, dict) else {}

    def _file(self, site: str, digest: str) -> Path:
        return self.path / DONE / f"{site}.{digest}{_RESULT}"

    def _put(self, path: Path, content: bytes) -> None:
        part = part_in(path.parent)
        try:
            with said_of(path):
                fill_part(part, content)
                part.replace(path)
        finally:
            with suppress(OSError):
                part.unlink(missing_ok=True)


_PARTS = 2
"""Of the name of a result, before its ending: id and digest."""


@contextmanager
def open_results(out: OutputTarget, places: Sequence[SitePlace]) -> Iterator[ResultsFolder]:
    """The folder of results, made where it is missing, and kept from any other run meanwhile.

    Raises ``UsageError`` for a folder that holds anything else, results of another schema, or a site, for one within a
    site, and for one that another run writes into.
    """
    require_apart("--out", out, places)
    _require_own(out)
    make_folder(out)
    with _alone(out):
        for name in (DONE, REPORTS):
            make_folder(free_name(out / name))
        for folder in (out, out / DONE, out / REPORTS):
            _take_parts_away(folder)
        if not (out / RUN).exists():
            with said_of(out / RUN):
                fill_part(out / RUN, json.dumps({"schema": SITES_SCHEMA_NAME, "begun_by": VERSION}) + "\n")
        yield ResultsFolder(out)


def require_apart(option: str, out: Path, places: Sequence[SitePlace]) -> None:
    """Raise ``UsageError`` for an output in a site, reviewed or not, whose books it would stand among."""
    above = {str(out), *map(str, out.parents)}
    reviewed = (one.place for one in places if os.path.realpath(one.place) in above)
    others = (str(one) for one in (out, *out.parents) if is_site(one))
    site = next(chain(reviewed, others), None)
    if site is not None:
        raise UsageError(f"{option} {out}: it stands in the site {site}: name a place outside of every site")


def require_beside(option: str, file: Path, out: Path) -> None:
    """Raise ``UsageError`` for an output in the folder of the results, whose files have names of their own."""
    if out in Path(os.path.realpath(file)).parents:
        raise UsageError(f"{option} {file}: it would stand among the results in {out}: name a place outside of it")


def _require_own(out: Path) -> None:
    if not out.exists():
        return
    if not out.is_dir():
        raise UsageError(f"--out {out}: this is a file: name a folder")
    if (out / RUN).exists():
        schema = _schema_of(out / RUN)
        if schema != SITES_SCHEMA_NAME:
            said = f"it holds results of {schema or 'something else'}, and this version writes {SITES_SCHEMA_NAME}"
            raise UsageError(f"--out {out}: {said}: name another folder")
    elif any(not is_left_behind(one.name) and one.name != _LOCK for one in out.iterdir()):
        raise UsageError(f"--out {out}: it holds something else than results of many sites: name an empty folder")


def _schema_of(file: Path) -> str | None:
    try:
        told = json.loads(read_text(file))
    except (SiteError, ValueError, RecursionError):
        return None
    return str(told["schema"]) if isinstance(told, dict) and "schema" in told else None


@contextmanager
def _alone(out: Path) -> Iterator[None]:
    try:
        import fcntl
    except ImportError:
        yield
        return
    with said_of(out):
        handle = os.open(out / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"--out {out}: another run writes into it: wait for it, or name another folder") from None
        except OSError:
            # Some disks of a network keep no locks.
            pass
        yield
    finally:
        os.close(handle)


def _take_parts_away(folder: Path) -> None:
    for one in folder.iterdir():
        if is_left_behind(one.name):
            if one.is_dir():
                shutil.rmtree(one, ignore_errors=True)
            else:
                with suppress(OSError):
                    one.unlink()
