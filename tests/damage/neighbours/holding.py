"""A neighbour, and how an answer is held against the truth that its generator states."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from stockward.cli import main

from .books import Books, Period, Tables
from .forms import Form, plain, write

ALARMS = {"shortage": 1, "discrepancy": 1, "gain": -1}
WRONG, BROKEN, NO_MEND = "wrong verdict", "traceback", "mend does not mend"
CLOSE = 1e-6


@dataclass(frozen=True)
class Fault:
    """What is wrong with an answer: a verdict, the program, or a mend."""

    sort: str
    words: str


@dataclass(frozen=True)
class Told:
    """What a command said and wrote."""

    exit_code: int
    out: str
    err: str
    broken: str

    def fault(self, allowed: Iterable[int] = (0, 1, 2, 3)) -> list[Fault]:
        """That the program broke, or ended with a code that this question cannot have."""
        if self.broken or self.exit_code not in {0, 1, 2, 3, 4} or "Traceback" in self.err:
            return [Fault(BROKEN, f"exit code {self.exit_code}: {self.broken or self.err.strip()[-300:]}")]
        if self.exit_code not in allowed:
            return [Fault(WRONG, f"exit code {self.exit_code}: {(self.err or self.out).strip()[-300:]}")]
        if self.exit_code == 2 and self.err.strip().count("\n"):
            return [Fault(WRONG, f"not one line: {self.err.strip()[-300:]}")]
        return []


def run(*arguments: object) -> Told:
    """Run a command as a user would, in this process; colours are kept, so that what speaks to a terminal is seen."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        done = CliRunner().invoke(main, [str(argument) for argument in arguments], color=True)
    broken = "" if done.exception is None or isinstance(done.exception, SystemExit) else repr(done.exception)
    return Told(done.exit_code, done.stdout, done.stderr, broken)


@dataclass
class Neighbour:
    """One neighbour: what was done to it, and how it is tried in a folder of its own."""

    told: str
    trial: Callable[[Path], list[Fault]]


@dataclass(frozen=True)
class Mend:
    """A way out that the message must name, and the books of one who has gone it."""

    said: str
    change: Callable[[Tables], object]


@dataclass
class Truth:
    """What must hold of a review: ``missing`` stands in the books."""

    at_fault: set[tuple[str, int]] = field(default_factory=set)
    """Rows that may be set aside, by table and place; no other may."""
    hidden: set[Period] = field(default_factory=set)
    """Periods that may go without a verdict; no other may."""
    must_tell: bool = False
    """Whether nothing else than telling the trouble is right."""
    stop: str = ""
    """What the one line says where nothing is read; blank where that is not right."""
    notice: str = ""
    """Words that must be told."""
    to_check: tuple[str, int] | None = None
    """A row that must be named as one to be checked."""
    all_hidden: bool = False
    """Whether none of the hidden periods may be closed."""


def reviewed(
    told: str, books: Books, form: Form, truth: Truth, mends: Iterable[Mend] = (),
    after: Callable[[Path], None] | None = None,
) -> Neighbour:  # fmt: skip
    """A neighbour that is reviewed: itself, and each mended copy."""

    def trial(folder: Path) -> list[Fault]:
        return _try_review(folder, books, form, truth, list(mends), after)

    return Neighbour(f"{told}; {form}; {books.zone}", trial)


def _try_review(
    folder: Path, books: Books, form: Form, truth: Truth, mends: list[Mend], after: Callable[[Path], None] | None
) -> list[Fault]:  # fmt: skip
    faults: list[Fault] = []
    if form.kind == "csv" and form.encoding == "utf-16":
        faults += _refused_encoding(folder / "other encoding", books, form)
    form = plain(form) if form.encoding == "utf-16" else form
    write(books, form, folder / "site")
    if after is not None:
        after(folder / "site")
    said, answer = review(folder / "site", folder / "site.json")
    faults += said.fault() or _held(said, answer, books, form, truth)
    told = _words(said, answer)
    if said.exit_code in {0, 1} and answer and not answer["facts"]["quarantined"] and not truth.must_tell:
        return faults
    for place, mend in enumerate(mends):
        if mend.said and mend.said not in told:
            faults.append(Fault(NO_MEND, f"the message does not say {mend.said!r}: {told[:400]}"))
        mended, at = books.changed(mend.change), folder / f"mended {place}"
        write(mended, _unmerged(form), at)
        again, after_it = review(at, folder / f"mended {place}.json")
        for fault in again.fault() or _held(again, after_it, mended, form, Truth()):
            faults.append(
                Fault(fault.sort if fault.sort == BROKEN else NO_MEND, f"{mend.said!r} followed: {fault.words}")
            )
    return faults


def _unmerged(form: Form) -> Form:
    return replace(form, merged=())


def _refused_encoding(folder: Path, books: Books, form: Form) -> list[Fault]:
    write(books, form, folder)
    said = run("check", folder)
    if said.exit_code == 2 and "UTF-8" in said.err:
        return said.fault()
    return said.fault() or [Fault(WRONG, f"UTF-16 read, or not told: {said.exit_code} {said.err[:200]}")]


def review(site: Path, file: Path) -> tuple[Told, dict[str, Any]]:
    """Review a site; the answer is empty where none was written."""
    said = run("review", site, "--json", file)
    return said, json.loads(file.read_text(encoding="utf-8")) if file.exists() else {}


def _words(said: Told, answer: dict[str, Any]) -> str:
    """Everything that a user is told about rows and files."""
    facts = answer.get("facts", {"quarantined": [], "notices": []})
    reasons = [one["reason"] for one in facts["quarantined"]]
    series = [one["reason"] or "" for one in answer.get("series", [])]
    told = [said.err, said.out, *reasons, *map(str, facts["notices"]), *series]
    return " ".join(" ".join(told).split())


def _held(said: Told, answer: dict[str, Any], books: Books, form: Form, truth: Truth) -> list[Fault]:
    """What of an answer is not true."""
    if said.exit_code == 2:
        return [] if truth.stop and truth.stop in said.err else [Fault(WRONG, f"nothing read: {said.err.strip()}")]
    aside = {(one["table"], one["row"]): one for one in answer["facts"]["quarantined"]}
    allowed = {(table, form.row(place)) for table, place in truth.at_fault}
    wrong = [f"set aside: {one}" for row, one in aside.items() if row not in allowed]
    if truth.must_tell and not aside and not truth.notice:
        wrong.append("the trouble is not told")
    if truth.notice and truth.notice not in _words(said, answer):
        wrong.append(f"no notice of {truth.notice!r}: {_words(said, answer)[:300]}")
    if truth.to_check is not None:
        row = {"table": truth.to_check[0], "row": form.row(truth.to_check[1])}
        named = [one for series in answer["series"] for one in series["to_check"]]
        if not any(row.items() <= one.items() for one in named):
            wrong.append(f"not named as to be checked: {row}, {named}")
    for series in answer["series"]:
        wrong += _wrong_of_whole(series, books) if series["scope"] != "area" else _wrong_of(series, books, truth)
    if missing := {series for series, _ in books.missing} - {series["id"] for series in answer["series"]}:
        wrong += [f"no series {series}" for series in missing if not any(one == series for one, _ in truth.hidden)]
    alarmed = any(series["verdict"] in ALARMS for series in answer["series"])
    unstated = any(one in _words(said, answer) for one in ("no method measured", "states no"))
    right = 1 if alarmed else 3 if aside or unstated else 0
    if said.exit_code != right:
        wrong.append(f"exit code {said.exit_code} in place of {right}")
    return [Fault(WRONG, words) for words in wrong]


def _wrong_of(series: dict[str, Any], books: Books, truth: Truth) -> list[str]:
    """What is wrong with the series of an area: closed periods that are not true, periods hidden without need."""
    wrong, owed, alarming, untold = [], 0.0, False, False
    for period in series["periods"]:
        key = (series["id"], period["inventory"])
        owed += books.missing.get(key, 0.0)
        if period["status"] == "closed":
            if truth.all_hidden and key in truth.hidden:
                wrong.append(f"{key}: closed, and it cannot be")
            if abs(period["difference"] - owed) > CLOSE:
                wrong.append(f"{key}: {period['difference']} in place of {owed} is missing")
            alarming |= owed != 0
            owed = 0.0
        else:
            untold = True
            if key not in truth.hidden:
                wrong.append(f"{key}: {period['status']} without need: {period['reason']}")
            owed = owed if period["status"] == "incomplete" else 0.0
    verdict = series["verdict"]
    gaining = any(much < 0 for (one, _), much in books.missing.items() if one == series["id"])
    if alarming and (verdict not in ALARMS or (verdict == "gain" and not gaining)):
        wrong.append(f"{series['id']}: {verdict}, and something is missing")
    if not alarming and verdict in ALARMS:
        wrong.append(f"{series['id']}: {verdict}, and nothing is missing")
    if untold and verdict == "balanced":
        wrong.append(f"{series['id']}: balanced, and not every period is closed")
    return wrong


def _wrong_of_whole(series: dict[str, Any], books: Books) -> list[str]:
    substance = series["id"].removeprefix("*/")
    of_it = [much for (one, _), much in books.missing.items() if one.split("/", 1)[1] == substance]
    lost = sum(of_it)
    if series["verdict"] in ALARMS and not any(much * ALARMS[series["verdict"]] > 0 for much in of_it):
        return [f"{series['id']}: {series['verdict']}, and {lost} is missing"]
    if series["verdict"] == "balanced" and lost > 0:
        return [f"{series['id']}: balanced, and {lost} is missing"]
    return []
