"""Counting: what must be counted, the draw, and the certificate of a count."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from os import PathLike, fspath
from pathlib import Path
from typing import Any, overload

import polars as pl

from stockward import book as facts
from stockward import counting
from stockward.answers import counting as answers
from stockward.face.asked import FilePlace, Words, asked_words, paper_of, path_of, refused
from stockward.face.places import own_place
from stockward.face.shown import Shown, frame_of, now
from stockward.face.sites import site_of
from stockward.outputs import write_whole
from stockward.report import cards
from stockward.report.counting import certificate
from stockward.report.counting import sheet as count_sheet
from stockward.report.review.card import Card
from stockward.terms.errors import UsageError
from stockward.version import VERSION

_DRAWN = frozenset({"commitment", "seed_file", "seed_text"})
_BELONGS = {
    "site": frozenset({
        "as_of", "area", "loss", "items", "box", "partial", "cost", "detection", "commit", "seed_source",
        "seed_sha256", "seed_text",
    }),
    "draw": _DRAWN,
    "result": _DRAWN | {"plan", "counter", "witness", "counted_at"},
}  # fmt: skip
"""Which arguments each of the three ways to sample takes."""
_WORDS = {
    "area": "areas", "loss": "losses", "items": "items", "box": "boxes", "partial": "partial", "cost": "costs",
}  # fmt: skip


def _is_path(given: object) -> bool:
    return isinstance(given, str) or (isinstance(given, PathLike) and isinstance(fspath(given), str))


def _is_number(given: object) -> bool:
    return isinstance(given, int | float) and not isinstance(given, bool)


def _are_words(given: object) -> bool:
    """Whether this can be ``Words``; what comes out of an iterator can only be looked at when it is taken."""
    if isinstance(given, Mapping):
        return all(isinstance(name, str) for name in given)
    return isinstance(given, str) or (isinstance(given, Iterable) and not isinstance(given, bytes | PathLike))


_PATHS = ("draw", "result", "plan", "commit", "seed_file")
_TEXTS = ("seed_source", "seed_sha256", "seed_text", "commitment", "counter", "witness")
_KINDS: Mapping[str, tuple[Callable[[object], bool], str]] = {
    **dict.fromkeys(_PATHS, (_is_path, "a path")),
    **dict.fromkeys(_TEXTS, (lambda given: isinstance(given, str), "a text")),
    **dict.fromkeys(_WORDS, (_are_words, "a mapping by name, a text NAME=VALUE, or several")),
    **dict.fromkeys(
        ("as_of", "counted_at"), (lambda given: isinstance(given, str | date), "a date, or a text such as 2026-06-30")
    ),
    "site": (lambda given: isinstance(given, facts.Site) or _is_path(given), "a path, or what read_site has read"),
    "detection": (_is_number, "a number"),
}
"""What each argument can be, as a test and in words."""


def _require_kind(name: str, given: object) -> None:
    is_one, words = _KINDS[name]
    if not is_one(given):
        raise refused(name, given, words)


@dataclass(frozen=True, slots=True, repr=False)
class Plan(Shown):
    """What must be counted; ``answers`` has all of it."""

    answers: answers.CountingPlan

    @property
    def strata(self) -> pl.DataFrame:
        """One row a material in an area: its ``book`` in ``unit``, ``units`` by the book, ``counted`` and ``measured``.

        A unit is an item, or a box of ``per_unit`` items; bulk is weighed whole.
        """
        names = ("id", "kind", "area", "material", "unit", "book", "units", "per_unit", "counted", "measured")
        return frame_of(self.answers.strata, names)

    @property
    def goals(self) -> pl.DataFrame:
        """One row a loss that matters: ``loss`` in ``unit``, and ``reached``, the chance to find it."""
        names = ("id", "holding", "area", "unit", "loss", "partial", "reached", "cost", "bound", "proved")
        return frame_of(self.answers.goals, names)

    @property
    def commitment(self) -> str | None:
        """SHA-256 of a sealed plan, to be published before the draw."""
        sealed = self.answers.seed_sha256 or self.answers.seed_source
        return counting.plan_digest(self.answers) if sealed else None

    def to_json(self, path: FilePlace) -> None:
        """Write the plan as JSON (schema stockward.plan/3)."""
        write_whole(own_place(path), counting.plan_text(self.answers))

    def card(self) -> Card:
        """What is shown: each loss that matters, and what is counted where."""
        return cards.plan_card(self.answers)


@dataclass(frozen=True, slots=True, repr=False)
class Draw(Shown):
    """The units drawn from a sealed plan; ``answers`` has all of it, the seed as well."""

    answers: answers.CountingDraw

    @property
    def lines(self) -> pl.DataFrame:
        """One row a line of a count sheet: unit number ``position`` of its ``stratum``, and the ``task``."""
        return frame_of(self.answers.lines, ("key", "sheet", "line", "stratum", "task", "position"))

    def to_html(self, path: FilePlace, *, paper: str = "A4") -> None:
        """Write the count sheets to print, on A4 or Letter."""
        write_whole(own_place(path), count_sheet.write_sheets_html(self.answers, paper=paper_of(paper)))

    def to_xlsx(self, path: FilePlace) -> None:
        """Write the count sheets as a workbook to fill in; one that is filled in is never written over."""
        count_sheet.write_sheets_xlsx(self.answers, own_place(path))

    def to_csv(self, path: FilePlace) -> None:
        """Write the count sheets as CSV to fill in; one that is filled in is never written over."""
        write_whole(own_place(path), count_sheet.sheets_csv(self.answers))

    def card(self) -> Card:
        """What is shown: the sheets."""
        return cards.draw_card(self.answers)


@dataclass(frozen=True, slots=True, repr=False)
class Certificate(Shown):
    """The outcome of a count; ``answers`` has all of it."""

    answers: answers.CountCertificate

    @property
    def notices(self) -> tuple[str, ...]:
        """What was seen while the sheet was read."""
        return self.answers.notices

    @property
    def strata(self) -> pl.DataFrame:
        """One row a stratum and task: units ``drawn``, ``not_counted``, ``defective``; ``missing`` and ``surplus``."""
        names = ("stratum", "task", "drawn", "not_counted", "defective", "lacking", "missing", "surplus", "limit")
        return frame_of(self.answers.strata, names)

    @property
    def goals(self) -> pl.DataFrame:
        """One row a loss that matters: the ``verdict``, what is ``missing``, and the upper ``limit`` on it."""
        return frame_of(self.answers.goals, ("goal", "verdict", "missing", "limit", "confidence"))

    def to_html(self, path: FilePlace, *, paper: str = "A4") -> None:
        """Write the certificate to print and sign, on A4 or Letter."""
        text = certificate.write_certificate_html(self.answers, version=VERSION, at=now(), paper=paper_of(paper))
        write_whole(own_place(path), text)

    def to_json(self, path: FilePlace) -> None:
        """Write the certificate as JSON (schema stockward.certificate/1)."""
        write_whole(own_place(path), certificate.write_certificate_json(self.answers, version=VERSION, at=now()))

    def card(self) -> Card:
        """What is shown: what is found, and what can be excluded."""
        return cards.certificate_card(self.answers)


@overload
def sample(
    site: facts.Site | FilePlace, *, as_of: str | date | datetime | None = None, area: Words | None = None,
    loss: Words | None = None, items: Words | None = None, box: Words | None = None, partial: Words | None = None,
    cost: Words | None = None, detection: float | None = None, commit: FilePlace | None = None,
    seed_source: str | None = None, seed_sha256: str | None = None, seed_text: str | None = None,
) -> Plan: ...  # fmt: skip


@overload
def sample(
    *, draw: FilePlace, commitment: str | None = None, seed_file: FilePlace | None = None, seed_text: str | None = None
) -> Draw: ...


@overload
def sample(
    *, result: FilePlace, plan: FilePlace, commitment: str | None = None, seed_file: FilePlace | None = None,
    seed_text: str | None = None, counter: str, witness: str, counted_at: str | datetime,
) -> Certificate: ...  # fmt: skip


def sample(
    site: facts.Site | FilePlace | None = None,
    *,
    as_of: str | date | datetime | None = None,
    area: Words | None = None,
    loss: Words | None = None,
    items: Words | None = None,
    box: Words | None = None,
    partial: Words | None = None,
    cost: Words | None = None,
    detection: float | None = None,
    commit: FilePlace | None = None,
    seed_source: str | None = None,
    seed_sha256: str | None = None,
    draw: FilePlace | None = None,
    result: FilePlace | None = None,
    plan: FilePlace | None = None,
    commitment: str | None = None,
    seed_file: FilePlace | None = None,
    seed_text: str | None = None,
    counter: str | None = None,
    witness: str | None = None,
    counted_at: str | datetime | None = None,
) -> Plan | Draw | Certificate:
    """Plan what must be counted, draw it, or certify the count.

    Parameters
    ----------
    site
        A site, or the folder that holds it: makes a plan. In its place ``draw`` or ``result``, one of the three.
    as_of
        Plan: freeze the book as known at the end of this day, such as ``"2026-06-30"``.
    area
        Plan: count in this area alone, or in these.
    loss, items
        Plan: losses that matter in place of the site's goals: ``{"TNT": 25}``, or ``{"TNT": "25kg"}``, by substance,
        in its unit; and numbers of items by material.
    box, partial, cost
        Plan, each by material: items in a box that is drawn whole; ``"SHARE@CHANCE"``, the part taken of each item and
        the chance that measuring one notices it; cost of counting one unit, 1 without it.
    detection
        Plan: chance to find the loss, between 0 and 1, in place of the site's.
    commit
        Plan: seal it in this file, and a seed that is made here beside it, in a file of the same name and ``.seed``.
        ``commitment`` of the plan is what is published before the draw.
    seed_source, seed_sha256
        Plan: in place of that seed, which public value, not known yet, it will be; or the SHA-256 of one that somebody
        else keeps.
    draw
        A sealed plan: draws from it.
    result, plan
        A filled sheet, CSV or XLSX, and its sealed plan: certifies the count.
    commitment
        Draw, result: the commitment as it was published; without it nothing is certified.
    counter, witness, counted_at
        Result: who counted, who watched, and when the count ended, such as ``"2026-06-30T14:05"``.
    seed_file, seed_text
        File with the seed (that beside the plan without it), or the seed itself.

    Returns
    -------
    Plan, Draw or Certificate
        Each with its tables; a draw is written as count sheets, by ``to_html``, ``to_xlsx`` and ``to_csv``.

    Raises
    ------
    UsageError
        None of the three, several, or an argument that belongs to another or is of another type; a loss that cannot be
        planned; a seed that is not that of the plan.
    SheetError
        A plan or sheet that was changed or does not belong to the other, with its row.
    SiteError
        Where the site cannot be read at all.

    Examples
    --------
    >>> import stockward as sw
    >>> plan = sw.sample("docs/first_count", items={"box": 3})
    >>> plan.strata["counted"].to_list()
    [25]
    """
    asked = {name: value for name, value in locals().items() if value is not None}
    ways = [name for name in _BELONGS if name in asked]
    if len(ways) != 1:
        raise UsageError("name one thing to do: a site to plan for, draw=PLAN, or result=FILE")
    way = ways[0]
    strange = [name for name in asked if name != way and name not in _BELONGS[way]]
    if strange:
        raise UsageError(f"{strange[0]} does not belong to {way}: see help(stockward.sample)")
    for name, given in asked.items():
        _require_kind(name, given)
    return _DOES[way](asked)


def _plan(asked: Mapping[str, Any]) -> Plan:
    seeds = {name: asked.get(name) for name in ("seed_source", "seed_sha256", "seed_text")}
    commit = path_of(asked.get("commit"))
    for place in () if commit is None else (commit, counting.seed_beside(commit)):
        own_place(place)
    seal = counting.prepare_seal(commit, **seeds, fresh=secrets.token_hex(32))
    read = site_of(asked["site"])
    words = {option: asked_words(asked.get(name, ()), name) for name, option in _WORDS.items()}
    wanted = counting.parse_asked(read, **words, detection=asked.get("detection"))
    plan = counting.make_plan(read, wanted, as_of=asked.get("as_of"))
    if seal is not None:
        plan = counting.seal_plan(plan, seal, read, now=now())
        counting.write_seal(plan, seal)
    return Plan(plan)


def _draw(asked: Mapping[str, Any]) -> Draw:
    return Draw(_drawn(asked["draw"], asked))


def _drawn(plan: FilePlace, asked: Mapping[str, Any]) -> answers.CountingDraw:
    return counting.draw_from(
        Path(plan), commitment=asked.get("commitment"), seed_text=asked.get("seed_text"),
        seed_file=path_of(asked.get("seed_file")),
    )  # fmt: skip


def _certify(asked: Mapping[str, Any]) -> Certificate:
    if "plan" not in asked:
        raise UsageError("a filled sheet is matched with its plan: give plan as well")
    draw = _drawn(asked["plan"], asked)
    filled = counting.read_filled(Path(asked["result"]), draw)
    counted_at = counting.counted_moment(str(asked.get("counted_at", "")), draw.plan.timezone, now=now())
    who = {name: asked.get(name, "") for name in ("counter", "witness")}
    return Certificate(counting.certify(draw, filled, **who, counted_at=counted_at))


_DOES: Mapping[str, Callable[[Mapping[str, Any]], Plan | Draw | Certificate]] = {
    "site": _plan, "draw": _draw, "result": _certify,
}  # fmt: skip
