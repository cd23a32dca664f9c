"""The certificate of a count: one page to print and sign, and JSON, schema ``stockward.certificate/1``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from stockward.answers.counting import (
    CountCertificate,
    CountingDraw,
    CountingGoal,
    CountingStratum,
    GoalResult,
    LineResult,
    StratumResult,
)
from stockward.counting.seeds import sha256_of
from stockward.report.counting import rules as count_rules
from stockward.report.counting.sheet import TASK_WORD, Paper, unit_text
from stockward.report.kit import words
from stockward.report.kit.json_texts import json_text
from stockward.report.review.page import fill
from stockward.stats.sampling import SAMPLE_ROUNDING
from stockward.terms.counting import COUNT_MEANING, CountVerdict, Task
from stockward.terms.signs import printable

CERTIFICATE_SCHEMA = "stockward.certificate/1"

COUNT_VERDICT_WORD = {
    CountVerdict.FOUND_MISSING: "missing",
    CountVerdict.FOUND_MORE: "more than the book",
    CountVerdict.INCOMPLETE: "incomplete",
    CountVerdict.NOT_COMMITTED: "not certified",
    CountVerdict.NOT_EXCLUDED: "not excluded",
    CountVerdict.EXCLUDED: "excluded",
}
_DIFFERENCES_MAX = 400
_SHOWN = 6
"""Strata that a line of the terminal names."""


@dataclass(frozen=True, slots=True)
class GoalView:
    """One loss that matters: its words, its verdict and what that means, and its figures as text."""

    what: str
    verdict: str
    key: str
    sentence: str
    loss: str
    chance: str
    missing: str
    limit: str
    covers: str
    worst: str
    bulk: str


@dataclass(frozen=True, slots=True)
class StratumView:
    """One stratum at one task: N, n, d and what was found, as text."""

    where: str
    task: str
    units: str
    drawn: str
    defects: str
    not_counted: str
    missing: str
    surplus: str
    limit: str


@dataclass(frozen=True, slots=True)
class DifferenceView:
    """One line that differs from the book or was not counted."""

    where: str
    unit: str
    place: str
    book: str
    counted: str
    difference: str
    remark: str


@dataclass(frozen=True, slots=True)
class CertificatePage:
    """The certificate as it is printed; every text is ready to be shown."""

    site: str
    paper: Paper
    title: str
    headline: str
    key: str
    draw: str
    book_digest: str
    commitment: str
    commitment_word: str
    seed: str
    seed_sha256: str
    seed_word: str
    rests_on: tuple[str, ...]
    frozen: str
    counted_at: str
    counter: str
    witness: str
    file: str
    file_sha256: str
    confidence: str
    beta: str
    goals: tuple[GoalView, ...]
    strata: tuple[StratumView, ...]
    bulk: tuple[DifferenceView, ...]
    differences: tuple[DifferenceView, ...]
    differences_note: str
    notices: tuple[str, ...]
    not_planned: tuple[str, ...]
    generated: str


def write_certificate_html(certificate: CountCertificate, *, version: str, at: datetime, paper: Paper = "A4") -> str:
    """The certificate as one self-contained page."""
    return fill("certificate.html.j2", certificate_page(certificate, version=version, at=at, paper=paper))


def write_certificate_json(certificate: CountCertificate, *, version: str, at: datetime) -> str:
    """The certificate as JSON text; the same certificate gives the same bytes, apart from ``generated``."""
    draw = certificate.draw
    plan = draw.plan
    document: dict[str, Any] = {
        "schema": CERTIFICATE_SCHEMA,
        "generated": {"version": version, "at": at},
        "site": {"name": plan.site, "as_of": plan.as_of, "frozen_at": plan.frozen_at},
        "draw": {
            "id": draw.id,
            "commitment": draw.commitment,
            "commitment_verified": draw.published,
            "book_digest": plan.book_digest,
            "seed_sha256": plan.seed_sha256,
            "seed_source": plan.seed_source,
            "seed": draw.seed,
            "draw_repeated": True,
        },
        "count": {
            "counter": certificate.counter,
            "witness": certificate.witness,
            "at": certificate.counted_at,
            "file": certificate.file,
            "file_sha256": certificate.file_sha256,
            "notices": certificate.notices,
        },
        "detection": plan.detection,
        "beta": round(1 - plan.detection, 12),
        "verdict": overall(certificate),
        "goals": [_goal_fields(one, certificate) for one in certificate.goals],
        "strata": [_stratum_fields(one, certificate) for one in certificate.strata],
        "not_planned": plan.not_planned,
        "lines": [_line_fields(one) for one in certificate.lines],
    }
    return json_text(document, plan.timezone)


def overall(certificate: CountCertificate) -> CountVerdict:
    """The verdict of the whole count: the first, in order of precedence, that any loss has."""
    order = list(CountVerdict)
    return min((one.verdict for one in certificate.goals), key=order.index)


def _goal_fields(one: GoalResult, certificate: CountCertificate) -> dict[str, Any]:
    goal = _goal(one, certificate)
    return {
        "id": goal.id, "holding": goal.holding, "area": goal.area, "partial": goal.partial, "unit": goal.unit,
        "loss": goal.loss, "verdict": one.verdict, "missing": one.missing, "limit": one.limit,
        "confidence": one.confidence, "chance_of_the_plan": goal.reached, "strata": goal.strata, "bulk": goal.bulk,
    }  # fmt: skip


def _stratum_fields(one: StratumResult, certificate: CountCertificate) -> dict[str, Any]:
    stratum = _stratum(one.stratum, certificate)
    return {
        "id": one.stratum, "task": one.task, "kind": stratum.kind, "unit": stratum.unit, "book": stratum.book,
        "N": stratum.units, "items_in_a_unit": stratum.per_unit, "n": one.drawn, "d": _defects(one, certificate),
        "not_counted": one.not_counted, "defective": one.defective, "lacking": one.lacking, "missing": one.missing,
        "surplus": one.surplus, "limit": one.limit,
    }  # fmt: skip


def _defects(one: StratumResult, certificate: CountCertificate) -> int | None:
    """The smallest d that any loss asks of the stratum at this task."""
    found = [
        part.defects
        for goal in certificate.draw.plan.goals
        if goal.partial is (one.task is Task.MEASURE) and one.task is not Task.WEIGH
        for part in goal.strata
        if part.stratum == one.stratum and part.defects is not None
    ]
    return min(found, default=None)


def _line_fields(one: LineResult) -> dict[str, Any]:
    line = one.line
    return {
        "key": line.key, "sheet": line.sheet, "line": line.line, "stratum": line.stratum, "task": line.task,
        "unit_number": line.position, "quantity": one.quantity, "expected": one.expected, "difference": one.difference,
        "remark": one.remark,
    }  # fmt: skip


def certificate_page(certificate: CountCertificate, *, version: str, at: datetime, paper: Paper) -> CertificatePage:
    """The context of the printed certificate."""
    draw, plan = certificate.draw, certificate.draw.plan
    differing = [one for one in certificate.lines if one.line.task is not Task.WEIGH and one.difference != 0]
    verdict = overall(certificate)
    counted_at = words.moment(certificate.counted_at, plan.timezone)
    return CertificatePage(
        site=printable(plan.site),
        paper=paper,
        title="Certificate of a count" if draw.published else "Result of a count, not certified",
        headline=certificate_headline(certificate),
        key=verdict,
        draw=draw.id,
        book_digest=plan.book_digest,
        commitment=draw.commitment,
        commitment_word=_commitment_word(draw),
        seed=draw.seed,
        seed_sha256=sha256_of(draw.seed),
        seed_word=_seed_word(plan.seed_source),
        rests_on=count_rules.rests_on(draw, counted_at),
        frozen=words.moment(plan.frozen_at, plan.timezone),
        counted_at=counted_at,
        counter=printable(certificate.counter),
        witness=printable(certificate.witness),
        file=printable(certificate.file),
        file_sha256=certificate.file_sha256,
        confidence=words.percent(plan.detection),
        beta=words.number(1 - plan.detection),
        goals=tuple(_goal_view(one, certificate) for one in certificate.goals),
        strata=tuple(_stratum_view(one, certificate) for one in certificate.strata if one.task is not Task.WEIGH),
        bulk=tuple(_difference(one, certificate) for one in certificate.lines if one.line.task is Task.WEIGH),
        differences=tuple(_difference(one, certificate) for one in differing[:_DIFFERENCES_MAX]),
        differences_note=_cut(len(differing)),
        notices=tuple(map(printable, certificate.notices)),
        not_planned=tuple(printable(f"{one.what}: {one.reason}") for one in plan.not_planned),
        generated=f"Stockward {version}, {words.moment(at, plan.timezone)}",
    )


def certificate_headline(certificate: CountCertificate) -> str:
    """What the count says, in one sentence."""
    verdict = overall(certificate)
    if verdict is CountVerdict.NOT_COMMITTED:
        return COUNT_MEANING[verdict]
    of_items = [one for one in certificate.strata if one.task is not Task.WEIGH]
    drawn = words.count(sum(one.drawn for one in of_items), "unit")
    blank = sum(one.not_counted for one in of_items)
    were_not = f"{words.number(blank)} {'was' if blank == 1 else 'were'} not counted"
    and_blank = f"; {were_not}" if blank else ""
    if verdict is CountVerdict.FOUND_MISSING:
        defective = sum(one.defective for one in of_items)
        are = "is" if defective == 1 else "are"
        return f"Of {drawn} drawn, {words.number(defective)} {are} missing or short of content{and_blank}."
    if verdict is CountVerdict.FOUND_MORE:
        return f"Of {drawn} drawn, none is missing, and there is more than the book says{and_blank}."
    if verdict is CountVerdict.INCOMPLETE:
        return f"Incomplete: {words.number(blank)} of {drawn} drawn {'was' if blank == 1 else 'were'} not counted."
    found, too_few = f"All {drawn} drawn agree with the book", ", and they are too few to exclude the loss."
    if any(one.lacking for one in of_items):
        found = f"Of {drawn} drawn, none is known to be missing: a box that is not full stood elsewhere"
        too_few = ". Count all boxes of its material to exclude the loss."
    if verdict is CountVerdict.EXCLUDED:
        chance = words.percent(certificate.draw.plan.detection)
        return f"{found}. A loss that matters would have shown with {chance} or more."
    return f"{found}{too_few}"


def _commitment_word(draw: CountingDraw) -> str:
    if draw.published:
        return "the one that was given as published before the draw"
    return "computed from the file, and compared with nothing that was published"


def _seed_word(source: str | None) -> str:
    if source is None:
        return "its SHA-256 stands in the plan"
    return f"the letters and digits of the public value: {printable(source)}"


def _cut(differing: int) -> str:
    if differing <= _DIFFERENCES_MAX:
        return ""
    return f"{words.number(differing - _DIFFERENCES_MAX)} more stand in the JSON."


def _goal(one: GoalResult, certificate: CountCertificate) -> CountingGoal:
    return next(goal for goal in certificate.draw.plan.goals if goal.id == one.goal)


def _stratum(key: str, certificate: CountCertificate) -> CountingStratum:
    return next(stratum for stratum in certificate.draw.plan.strata if stratum.id == key)


def _goal_view(one: GoalResult, certificate: CountCertificate) -> GoalView:
    goal = _goal(one, certificate)
    worst = [(part.worst, part.stratum) for part in goal.strata if part.worst]
    return GoalView(
        what=f"{words.quantity(goal.loss, goal.unit)} of {printable(goal.id)}",
        verdict=COUNT_VERDICT_WORD[one.verdict],
        key=one.verdict,
        sentence=f"{found_missing(one, goal, len(goal.strata))}." if one.missing else COUNT_MEANING[one.verdict],
        loss=words.quantity(goal.loss, goal.unit),
        chance=words.percent(round(goal.reached, 4)),
        missing=words.quantity(one.missing, goal.unit),
        limit=words.quantity(one.limit, goal.unit),
        covers=_covers(goal, len(goal.strata)),
        worst=", ".join(f"{words.number(units)} from {printable(stratum)}" for units, stratum in worst),
        bulk=printable(", ".join(goal.bulk)),
    )


def found_missing(one: GoalResult, goal: CountingGoal, shown: int) -> str:
    """What was found missing, how much may be missing in all, and what that says of the loss that was looked for."""
    what, looked_at = printable(goal.id), "measured" if goal.partial else "counted"
    there = f"{words.quantity(one.missing, goal.unit)} of {what} {_are(one.missing, goal.unit)} missing"
    said = [f"{there} from what was {looked_at} of {_covers(goal, shown)}"]
    if one.limit is not None:
        most = f"{words.quantity(one.limit, goal.unit)} {_are(one.limit, goal.unit)} missing in all"
        said.append(f"with {words.percent(one.confidence)} at most {most}")
        said.append(_loss_looked_for(one.missing, one.limit, goal))
    return "; ".join(said)


def _loss_looked_for(missing: float, limit: float, goal: CountingGoal) -> str:
    """What a count that found something missing says of the loss that it was planned for."""
    loss, least = words.quantity(goal.loss, goal.unit), goal.loss * (1 - SAMPLE_ROUNDING)
    if missing >= least:
        return f"the loss that was looked for, {loss}, is reached"
    return f"a loss of {loss} is {'excluded' if limit < least else 'not excluded'}"


def _are(number: float, unit: str) -> str:
    return "are" if unit == "each" and number != 1 else "is"


def _covers(goal: CountingGoal, shown: int) -> str:
    return printable(words.listed([part.stratum for part in goal.strata], shown))


def _stratum_view(one: StratumResult, certificate: CountCertificate) -> StratumView:
    stratum = _stratum(one.stratum, certificate)
    unit = "box" if stratum.kind == "box" else "item"
    return StratumView(
        where=_where(stratum),
        task=TASK_WORD[one.task],
        units=words.count(stratum.units, unit, "boxes" if unit == "box" else None),
        drawn=words.number(one.drawn),
        defects=words.number(_defects(one, certificate)),
        not_counted=words.number(one.not_counted),
        missing=words.number(one.missing),
        surplus=words.number(one.surplus),
        limit=words.quantity(one.limit, stratum.unit),
    )


def _where(stratum: CountingStratum) -> str:
    """Names of material and area, and their key, since two areas may bear one name."""
    names = f"{stratum.material_name or stratum.material}, {stratum.area_name or stratum.area}"
    return printable(f"{names} ({stratum.id})")


def _difference(one: LineResult, certificate: CountCertificate) -> DifferenceView:
    stratum = _stratum(one.line.stratum, certificate)
    unit = stratum.unit if one.line.task is Task.WEIGH else "each"
    return DifferenceView(
        where=_where(stratum),
        unit=unit_text(one.line, stratum),
        place=f"sheet {one.line.sheet}, line {one.line.line}",
        book=words.quantity(one.expected, unit),
        counted="not counted" if one.quantity is None else words.quantity(one.quantity, unit),
        difference=words.quantity(one.difference, unit, signed=True),
        remark=printable(one.remark),
    )


def _looked_for(one: GoalResult, goal: CountingGoal) -> str:
    """The loss that was looked for where none is found, and the most that can be missing."""
    what = f"a loss of {words.quantity(goal.loss, goal.unit)} of {printable(goal.id)} from {_covers(goal, _SHOWN)}"
    if one.limit is None:
        return what
    return f"{what} (at most {words.quantity(one.limit, goal.unit)} missing with {words.percent(one.confidence)})"


def summary(certificate: CountCertificate) -> Iterator[str]:
    """The certificate in a few lines of text."""
    site = printable(certificate.draw.plan.site)
    yield f"{site}, draw {certificate.draw.id}: {certificate_headline(certificate)}"
    for one in certificate.goals:
        goal = _goal(one, certificate)
        said = found_missing(one, goal, _SHOWN) if one.missing else _looked_for(one, goal)
        yield f"{COUNT_VERDICT_WORD[one.verdict]}: {said}"
        if goal.bulk:
            yield f"  not covered, since it is bulk: {printable(words.listed(list(goal.bulk), _SHOWN))}"
    for missed in certificate.draw.plan.not_planned:
        yield f"not covered: {printable(missed.what)}: {printable(missed.reason)}"
    differing = [one for one in certificate.lines if one.line.task is not Task.WEIGH and one.difference]
    for line in differing[:20]:
        view = _difference(line, certificate)
        yield f"  {view.where}, {view.unit} ({view.place}): book {view.book}, counted {view.counted}"
    if len(differing) > 20:
        yield f"  and {len(differing) - 20} more in the certificate"
