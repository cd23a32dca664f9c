"""What restores sight in one series: the least of each measure that brings the needed loss down to the goal.

Each measure is a what-if of the series' terms of error. Which scale, and how much of the measure, is found with the
limit of any test, which follows in closed form; what is then reported is simulated with the test in force.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from stockward.answers.detection import Remedy, SiteRemedy
from stockward.stats.detection import DETECTION_DRAWS
from stockward.terms.verdicts import Scope
from stockward.unseen.error_terms import ErrorTerms
from stockward.unseen.goals import Goal, needed_limit, needed_loss
from stockward.unseen.sight import Sight

CALIBRATION_DAYS = (182.0, 91.0, 30.0, 14.0, 7.0)
ERROR_DIVISORS = (2.0, 3.0, 5.0, 10.0)
PARTS = (2.0, 3.0, 4.0, 6.0)
COUNTS = (2.0, 4.0)
CHECKED_SHARES = (0.25, 0.5, 1.0)

_FEWEST_PERIODS = 2
_UNCHANGED = 1e-12
_HELPS = 0.97
"""A measure that brings the needed loss down by less than this ratio is said not to help."""


@dataclass(frozen=True, slots=True)
class _Measure:
    """One kind of measure with its levels, from the least to the strongest; ``apply`` takes terms, method and level.

    What calibrating does follows from the books, and not from the terms [``RemedyLimits.calibrated``].
    """

    kind: str
    levels: tuple[float, ...]
    by_method: bool
    apply: Callable[[ErrorTerms, str, float], ErrorTerms]
    says: Callable[[str, float], str]
    parts: Callable[[float], int] = lambda level: 1


_MEASURES = (
    _Measure(
        "calibrate",
        CALIBRATION_DAYS,
        True,
        lambda terms, method, days: terms,
        lambda method, days: f"calibrate {method} every {days:g} days",
    ),
    _Measure(
        "systematic_error",
        ERROR_DIVISORS,
        True,
        lambda terms, method, divisor: terms.with_errors(method, systematic=1 / divisor),
        lambda method, divisor: f"weigh with 1/{divisor:g} of the systematic error of {method}",
    ),
    _Measure(
        "random_error",
        ERROR_DIVISORS,
        True,
        lambda terms, method, divisor: terms.with_errors(method, random=1 / divisor),
        lambda method, divisor: f"weigh with 1/{divisor:g} of the random error of {method}",
    ),
    _Measure(
        "check_weigh",
        CHECKED_SHARES,
        True,
        lambda terms, method, share: terms.check_weighed(method, share),
        lambda method, share: f"check-weigh {share:.0%} of what {method} weighs on a second scale",
    ),
    _Measure(
        "split",
        PARTS,
        False,
        lambda terms, method, parts: terms.split(int(parts)),
        lambda method, parts: f"split the area into {parts:g}, each with its own inventories (a loss from one of them)",
        lambda parts: int(parts),
    ),
    _Measure(
        "count_more",
        COUNTS,
        False,
        lambda terms, method, times: terms.counted_more(int(times)),
        lambda method, times: f"take {times:g} inventories in place of each",
    ),
    _Measure(
        "count_less",
        COUNTS,
        False,
        lambda terms, method, every: terms.counted_less(int(every)),
        lambda method, every: f"take only every {every:g}th inventory" if every > 2 else "take every second inventory",
    ),
)


@dataclass(frozen=True, slots=True)
class RemedyLimits:
    """What bears on the remedies of one series.

    ``tested`` is the number of series among which the false-alarm probability is shared: an area that is split makes
    more of them. ``calibrated`` gives the terms with one method calibrated every so many days.
    """

    tested: int
    scope: Scope
    calibrated: Callable[[str, float], ErrorTerms]


@dataclass(frozen=True, slots=True)
class RemedyCase:
    """A series whose sight is to be restored: ``needed`` is the loss that decides today, ``target`` that to reach."""

    sight: Sight
    goal: Goal | None
    needed: float
    target: float
    limits: RemedyLimits

    def with_measure(self, measure: _Measure, method: str, level: float) -> ErrorTerms | None:
        """The terms with a measure taken; ``None`` where it changes nothing."""
        today = self.sight.terms
        terms = (
            self.limits.calibrated(method, level)
            if measure.kind == "calibrate"
            else measure.apply(today, method, level)
        )
        if terms.periods == today.periods:
            before, after = today.covariance(), terms.covariance()
            if np.allclose(before, after, rtol=0.0, atol=_UNCHANGED * float(np.max(before, initial=0.0))):
                return None
        return terms


def remedies(case: RemedyCase) -> tuple[Remedy, ...]:
    """One remedy of each kind that changes anything, the one that restores most first."""
    # The whole site is no area that could be split: a loss out of all its parts is one of the site still.
    whole = case.limits.scope == Scope.SITE or (case.goal is not None and case.goal.of_site)
    measures = [one for one in _MEASURES if one.kind != "split" or not whole]
    found = [remedy for measure in measures if (remedy := _remedy(case, measure)) is not None]
    return tuple(sorted(found, key=lambda remedy: (remedy.ratio, remedy.kind)))


def _remedy(case: RemedyCase, measure: _Measure) -> Remedy | None:
    method = _best_method(case, measure) if measure.by_method else ""
    if method is None:
        return None
    levels = _levels(case, measure, method)
    needed, level = None, 0.0
    for level in levels:
        terms = case.with_measure(measure, method, level)
        if terms is None:
            continue
        sight = _prepared(case, measure, terms, level)
        needed = needed_loss(sight, case.goal)
        if needed is not None and needed <= case.target:
            break
    if needed is None:
        return None
    ratio = needed / case.needed
    return Remedy(
        kind=measure.kind,
        method=method or None,
        level=level,
        measure=measure.says(method, level),
        detectable=sight.detectable()[0],
        ratio=ratio,
        restores=needed <= case.target,
        note=_note(case, measure, method, level, ratio),
    )


def _note(case: RemedyCase, measure: _Measure, method: str, level: float, ratio: float) -> str | None:
    if ratio <= _HELPS:
        return None
    if measure.kind == "calibrate":
        today, then = needed_limit(case.sight, case.goal), _limit(case, measure, method, level)
        if today is not None and then is not None and then < today:
            return f"hardly helps: little of the doubt is what {method} shares between weighings, or each has its own"
        return "does not help: a long common calibration lets the shared error be estimated"
    if measure.kind == "count_more":
        return "does not help: more inventories spread a slow loss over more differences"
    return "does not help here"


def _best_method(case: RemedyCase, measure: _Measure) -> str | None:
    """The method for which the strongest level of the measure brings the limit down most."""
    strongest = measure.levels[-1]
    limits = {method: _limit(case, measure, method, strongest) for method in case.sight.terms.methods}
    known = {method: limit for method, limit in limits.items() if limit is not None}
    return min(known, key=lambda method: (known[method], method)) if known else None


def _levels(case: RemedyCase, measure: _Measure, method: str) -> Sequence[float]:
    """Levels to try: from the least whose limit reaches the target in proportion; else the one that comes nearest.

    None where even that does not help, except of calibrating, of which everybody thinks first: that is to be said.
    """
    today = needed_limit(case.sight, case.goal)
    limits = [_limit(case, measure, method, level) for level in measure.levels]
    known = [(limit, level) for limit, level in zip(limits, measure.levels, strict=True) if limit is not None]
    if not known or not today or (min(known)[0] > today and measure.kind != "calibrate"):
        return ()
    enough = [level for limit, level in known if limit / today * case.needed <= case.target]
    return measure.levels[measure.levels.index(enough[0]) :] if enough else (min(known)[1],)


def _limit(case: RemedyCase, measure: _Measure, method: str, level: float) -> float | None:
    """The limit of any test with the measure; needs no calibrated test."""
    terms = case.with_measure(measure, method, level)
    if terms is None or terms.periods < _FEWEST_PERIODS:
        return None
    return needed_limit(_prepared(case, measure, terms, level), case.goal)


def _prepared(case: RemedyCase, measure: _Measure, terms: ErrorTerms, level: float) -> Sight:
    # Each further series takes its part of the site's rate of false alarms.
    more = (case.limits.tested + measure.parts(level) - 1) / case.limits.tested
    return case.sight.seeing(terms, more=more, draws=DETECTION_DRAWS // 2)


def site_remedies(series: Iterable[tuple[str, Sequence[Remedy]]]) -> tuple[SiteRemedy, ...]:
    """The same measures over all series (id and remedies), what reaches most goals first, then what helps most."""
    groups: dict[tuple[str, str | None], list[tuple[str, Remedy]]] = {}
    for name, found in series:
        for remedy in found:
            if remedy.note is None:
                groups.setdefault((remedy.kind, remedy.method), []).append((name, remedy))
    gathered = [
        SiteRemedy(
            kind=kind,
            method=method,
            helps=tuple(name for name, _ in found),
            restores=tuple(name for name, remedy in found if remedy.restores),
        )
        for (kind, method), found in groups.items()
    ]
    return tuple(sorted(gathered, key=lambda one: (-len(one.restores), -len(one.helps), one.kind, one.method or "")))
