"""A drill: losses taken out of copies of a site's records, each copy tested, and what was found beside the prediction.

The errors that stand in the records are one draw only, and a loss may stand in them already. So the rows are first
adjusted by least squares until every difference is zero; then each copy takes one loss, and is measured afresh by the
stated errors of methods, calibrations and contents. Asked to keep the records as they are, a drill has one draw of the
errors and claims no chance: it says only which losses these very records would have shown.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

import numpy as np

from stockward.answers.balances import Balances
from stockward.answers.drill import DrillAnswer
from stockward.balance.assembly import Assembly
from stockward.balance.closing import assemble
from stockward.balance.sigma.adjusting import Adjusted, adjust
from stockward.balance.sigma.copies import check_copy
from stockward.balance.sigma.incidence import Incidence, incidence_of
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.drill.copies import DrillPlan, draw_copies, each_once, round_robin, search_all
from stockward.drill.findings import Findings
from stockward.drill.losses import PLACES
from stockward.drill.targets import (
    GOAL_PATTERNS,
    OTHER_UNIT,
    PATTERNS,
    SPREAD,
    WATCHED,
    CaseMaker,
    DrillCase,
    LossSize,
    LossTarget,
    parse_loss,
    targets_of,
)
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import DEFAULT_TEST, Scope
from stockward.unseen.goals import goals_of_series
from stockward.version import VERSION

DrillProgress = Callable[[str], None]

COPIES = 1000
MOST_COPIES = 1_000_000


@dataclass(frozen=True, slots=True)
class DrillOptions:
    """What is drilled.

    ``loss`` is a size such as ``5kg``, else it is sized to be found with the site's ``detection``; ``pattern`` and
    ``place`` narrow what is drilled, ``series`` names one series. With ``goals`` the losses are those of the goals.
    """

    copies: int = COPIES
    loss: str | None = None
    pattern: str | None = None
    place: str | None = None
    series: str | None = None
    as_recorded: bool = False
    seed: int = 1
    goals: bool = False

    @property
    def patterns(self) -> tuple[str, ...]:
        """The patterns that are drilled."""
        if self.goals:
            return GOAL_PATTERNS
        return PATTERNS if self.pattern is None else (self.pattern,)

    @property
    def size(self) -> LossSize | None:
        """The chosen size."""
        return None if self.loss is None else parse_loss(self.loss)

    @property
    def asked(self) -> Mapping[str, str | int | bool | None]:
        """What was asked for, as the JSON names it."""
        return MappingProxyType(
            {
                "copies": self.copies,
                "loss": self.loss,
                "pattern": self.pattern,
                "in": self.place,
                "series": self.series,
                "as_recorded": self.as_recorded,
                "seed": self.seed,
                **({"goals": True} if self.goals else {}),
            }
        )

    def require(self) -> None:
        """Raise ``UsageError`` for what cannot be asked."""
        if not 1 <= self.copies <= MOST_COPIES:
            raise UsageError(f"--copies {self.copies}: ask for 1 to {MOST_COPIES} copies")
        if self.goals and (self.loss or self.pattern or self.as_recorded):
            raise UsageError(
                "--goals says which losses are drilled, and how: leave --loss, --pattern and --as-recorded out"
            )
        if self.pattern is not None and self.pattern not in PATTERNS:
            raise UsageError(f"--pattern {self.pattern!r} is not known: write {_or(PATTERNS)}")
        if self.place is not None and self.place not in PLACES:
            raise UsageError(f"--in {self.place!r} is not known: write {_or(PLACES)}")


def make_drill(
    site: Site,
    options: DrillOptions,
    *,
    generated: datetime,
    jobs: int = 1,
    progress: DrillProgress = lambda step: None,
) -> DrillAnswer:
    """Drill a site.

    Parameters
    ----------
    site
        The facts, as read and checked; nothing is read again for a copy.
    options
        What is drilled, how often, and the seed. Same facts and options give the same answer, whatever ``jobs``.
    generated
        The moment to print on it; it enters no answer.
    jobs
        Processes that search the copies.
    progress
        Told the name of each step as it begins.

    Raises
    ------
    UsageError
        A site of which nothing can be asked yet; a series, pattern, place or size that cannot be drilled.
    StockwardError
        A copy closed as a site of its own departs from the drill's figures: then it would be no drill of the review.
    """
    options.require()
    site.require_filled()
    size = options.size
    progress("closing the balances")
    books = known_at(site, None)
    assembly = assemble(books)
    balances = assembly.balances(*(books[name] for name in ("areas", "materials", "methods")))
    incidence = incidence_of(books, assembly, balances)
    progress("adjusting the records until every difference is zero")
    adjusted = _kept_as_recorded(incidence) if options.as_recorded else adjust(incidence)
    progress("sizing the losses")
    targets, left = _targets(incidence, balances, adjusted, site, options, size)
    maker = CaseMaker(
        books, assembly, incidence, adjusted.quantity,
        detection=site.settings.detection.detection, size=size, seed=options.seed,
        goals=goals_of_series(site["goals"], balances.series) if options.goals else (),
    )  # fmt: skip
    places = PLACES if options.place is None else (options.place,)
    cases = maker.cases(targets, options.patterns, places, every_period=options.as_recorded, progress=progress)
    if options.goals and not cases:
        raise UsageError("no goal is about a series that can be drilled: add goals.csv with substance and quantity")
    plan = _plan(incidence, targets, cases, adjusted, options)
    progress("checking copies against the review")
    checked, deviation = _check(books, assembly, plan)
    blocks = []
    for done, block in enumerate(search_all(plan, jobs), start=1):
        blocks.append(block)
        progress(f"searching copies: {min(done * plan.block, len(plan.case))} of {len(plan.case)}")
    findings = Findings(plan, blocks, balances.series, site.timezone)
    return DrillAnswer(
        version=VERSION,
        at=generated,
        seed=options.seed,
        options=options.asked,
        site=site.name,
        timezone=site.timezone,
        false_alarm=site.settings.detection.false_alarm,
        detection=site.settings.detection.detection,
        default_test=DEFAULT_TEST,
        as_recorded=options.as_recorded,
        rows=len(incidence.rows),
        copies=len(plan.case),
        lines=findings.lines(),
        spread=findings.spread(),
        elsewhere=findings.elsewhere(),
        agreement=findings.agreement(),
        causes=findings.causes(),
        left_out=tuple(left.items()),
        standing=_standing(incidence, adjusted),
        adjusted=None if options.as_recorded else _moved(incidence, adjusted),
        untested=sum(len(target.series.inventory) - len(target.kept) for target in targets),
        checked=checked,
        deviation=deviation,
        own_limits=findings.own_limits()[0],
        own_limits_differ=findings.own_limits()[1],
        cut=findings.cut(),
    )  # fmt: skip


def _kept_as_recorded(incidence: Incidence) -> Adjusted:
    return Adjusted(incidence.rows.quantity, tuple(np.zeros(len(one.inventory)) for one in incidence.series))


def _targets(
    incidence: Incidence, balances: Balances, adjusted: Adjusted, site: Site, options: DrillOptions,
    size: LossSize | None,
) -> tuple[list[LossTarget], dict[str, str]]:  # fmt: skip
    """The series that are drilled, or watched meanwhile; a series that was asked for and cannot be is an error."""
    targets, left = targets_of(
        incidence, balances, adjusted.quantity,
        false_alarm=site.settings.detection.false_alarm, seed=options.seed, size=size,
    )  # fmt: skip
    if options.series is not None:
        chosen = _chosen(targets, left, balances, options.series, options.patterns)
        return chosen, {name: why for name, why in left.items() if name != options.series}
    if SPREAD in options.patterns or options.goals:
        left = {name: why for name, why in left.items() if why != WATCHED}
    if all(target.site for target in targets) and any(reason.startswith(OTHER_UNIT) for reason in left.values()):
        raise UsageError(f"--loss {options.loss}: no series that can be drilled is measured in such a unit")
    if options.pattern == SPREAD and not any(target.site for target in targets):
        raise UsageError(f"--pattern {SPREAD}: {_no_site(balances, left)}")
    return targets, left


def _no_site(balances: Balances, left: Mapping[str, str]) -> str:
    """Why no series of the whole site can be drilled."""
    whole = balances.series.filter(balances.series["scope"] == Scope.SITE.value)["id"].to_list()
    if not whole:
        return "no substance is in two areas or more, so that its areas are all there is"
    return f"{whole[0]} cannot be drilled: {left[whole[0]]}"


def _chosen(
    targets: Sequence[LossTarget], left: Mapping[str, str], balances: Balances, name: str, patterns: Sequence[str]
) -> list[LossTarget]:
    """The series that was asked for; with that of a whole site its areas, which are watched."""
    chosen = next((target for target in targets if target.series.id == name), None)
    if chosen is None:
        raise UsageError(_no_series(balances, left, name))
    if not chosen.site or patterns == GOAL_PATTERNS:
        if set(patterns) == {SPREAD}:
            raise UsageError(f"--series {name}: a loss that is {SPREAD} over areas is one of the whole site")
        return [chosen]
    if SPREAD not in patterns:
        raise UsageError(f"--series {name}: out of the whole site a loss is {SPREAD} over its areas")
    substance = balances.series["substance"]
    return [
        replace(target, watched=target is not chosen)
        for target in targets
        if substance[target.series.number] == substance[chosen.series.number]
    ]


def _no_series(balances: Balances, left: Mapping[str, str], name: str) -> str:
    """Why a series that was asked for is not drilled."""
    if name in left:
        return f"--series {name} cannot be drilled: {left[name]}"
    from stockward.book.problems import did_you_mean

    guess = did_you_mean(name, balances.series["id"].to_list())
    known = f"did you mean {guess}?" if guess else "stockward review lists the series of a site"
    return f"--series {name}: the books hold no such series: {known}"


def _or(names: Sequence[str]) -> str:
    return f"{', '.join(names[:-1])} or {names[-1]}"


def _plan(
    incidence: Incidence,
    targets: Sequence[LossTarget],
    cases: Sequence[DrillCase],
    adjusted: Adjusted,
    options: DrillOptions,
) -> DrillPlan:
    # Records that keep their errors give one answer a loss.
    case = (each_once if options.as_recorded else round_robin)(cases, options.copies)
    first = {int(number): copy for copy, number in reversed(list(enumerate(case)))}
    return DrillPlan(
        incidence=incidence,
        targets=tuple(targets),
        cases=tuple(cases),
        quantity=adjusted.quantity,
        standing=adjusted.standing,
        case=case,
        own_limits=frozenset() if options.as_recorded else frozenset(first.values()),
        fresh=not options.as_recorded,
        seed=options.seed,
    )


def _check(books: KnownBooks, assembly: Assembly, plan: DrillPlan) -> tuple[int, float]:
    """Close the books as they are, and one copy of each pattern and place, as a review does."""
    deviations = [check_copy(books, assembly, plan.incidence, plan.incidence.rows.quantity)]
    seen: set[tuple[str, str]] = set()
    for copy, number in enumerate(plan.case):
        case = plan.cases[number]
        if (case.pattern, case.place) not in seen:
            seen.add((case.pattern, case.place))
            recorded = draw_copies(plan, np.array([copy])).recorded[0]
            deviations.append(check_copy(books, assembly, plan.incidence, recorded))
    return len(seen), max(deviations)


def _standing(incidence: Incidence, adjusted: Adjusted) -> tuple[tuple[str, float, str], ...]:
    """The largest difference of each series of an area that no measured row could take up."""
    return tuple(
        (series.id, float(left[np.argmax(np.abs(left))]), series.unit)
        for series, left in list(zip(incidence.series, adjusted.standing, strict=True))[: incidence.areas]
        if np.any(left)
    )


def _moved(incidence: Incidence, adjusted: Adjusted) -> float:
    """Root mean square of the adjustment of the weighed rows, each in its own σ."""
    rows = incidence.rows
    sigma = np.sqrt(
        (rows.random_rel**2 + rows.systematic_rel**2) * rows.quantity**2 + rows.random_abs**2 + rows.systematic_abs**2
    )
    weighed = sigma > 0
    moved = (adjusted.quantity - rows.quantity)[weighed] / sigma[weighed]
    return float(np.sqrt(np.mean(moved**2))) if len(moved) else 0.0
