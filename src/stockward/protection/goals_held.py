"""Goals held against the plan: each is measured in its series as a review measures it, whatever is decided."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cache
from itertools import product

from stockward.answers.detection import GoalAnswer
from stockward.answers.plan import MeasureKind
from stockward.protection.closed.counted_books import CountedBooks
from stockward.protection.decisions import COUNTED, DecidedLevels, Decision, Level, LevelValue, Option
from stockward.protection.further_options import Doubled, Parted, more_series
from stockward.unseen.error_terms import ErrorTerms
from stockward.unseen.goals import Goal, answer, needed_limit, needed_loss, untested
from stockward.unseen.sight import Sight

_CHECK_WEIGH = MeasureKind.CHECK_WEIGH
_FEWEST_PERIODS = 2
_NEARLY = 1.05
"""Inventories that are meant to be monthly, or weekly, are not so to the day."""
BLUNTED = 1.005
"""A smaller Σ moves the limits of the test in force, and can make a loss that is found larger by a little: that this
is less than so much is taken for granted, as it was on every site on which it was measured."""
FAR_BEYOND = 1.3
"""How many times the limit the loss is that the test in force finds hangs most on how often is counted: where the least
of that known would miss a goal by so much, it is not measured."""
GoalKey = tuple[LevelValue, ...]
"""What a goal depends on: how often the least counted of its areas is counted, and each other decision on it."""
_Bound = tuple[LevelValue | None, ...]
"""The same, ``None`` where more is taken for decided than can be."""


@dataclass(slots=True)
class HeldGoal:
    """A goal of one series, and the decisions that touch it.

    ``areas`` are the decisions on inventories of its areas, each with how often that area is counted today for one
    inventory of the series: the whole site is counted as often as its least counted area. ``others`` are those on its
    methods, on inventories of ``losing``, areas by the number that their normal losses have in its terms, and splits;
    ``counted`` are the books with all areas counted more often, or less.
    Where its own area is split and the goal is one ``of_area``, the loss is taken in one part; the parts of any area
    share the false alarms of the ``tested`` series, ``tested_in`` each area. ``unclosed`` are methods of which no books
    can be closed that tell of weighings done twice.
    ``target`` is the loss that must be found: the goal, less what stands at earlier readings, out of which it may be
    taken unseen, and less by the ``margin`` by which books closed anew were found to need more.
    """

    id: str
    label: str
    area: str | None
    substance: str
    unit: str
    goal: Goal
    sight: Sight
    resting: float
    areas: tuple[tuple[Decision, float], ...]
    others: tuple[Decision, ...]
    losing: Mapping[str, int]
    counted: CountedBooks
    tested: int = 1
    tested_in: Mapping[str, int] = field(default_factory=dict)
    of_area: bool = True
    unclosed: frozenset[str] = frozenset()
    margin: float = 1.0
    _limits: dict[_Bound, float | None] = field(default_factory=dict)
    _answers: dict[_Bound, GoalAnswer] = field(default_factory=dict)
    _beyond: dict[LevelValue | None, float] = field(default_factory=dict)
    _times: list[Fraction] | None = None

    @property
    def target(self) -> float:
        """The loss that must be found."""
        return (self.goal.quantity - self.resting) / self.margin

    @property
    def demand(self) -> float:
        """The smaller the loss that must be found, the more is asked."""
        return -self.target

    @property
    def goal_demand(self) -> float:
        """What the goal itself asks."""
        return self.resting - self.goal.quantity

    @property
    def measured(self) -> int:
        """How many plans it was measured under."""
        return len(self._answers)

    def known(self) -> list[tuple[_Bound, GoalAnswer]]:
        """All that was measured, and under what."""
        return list(self._answers.items())

    def learn(self, other: HeldGoal) -> None:
        """Know what was measured of a goal on the same series, of another loss: the loss that is found is the same."""
        self._limits, self._answers, self._beyond = other._limits, dict(other._answers), dict(other._beyond)

    def key(self, choice: DecidedLevels) -> GoalKey:
        """What it depends on: how often its areas are counted, and the level of each other decision."""
        times = min((reached(one.levels[choice[one]], often) for one, often in self.areas), default=Fraction(1))
        return (times, *(one.levels[choice[one]].value for one in self.others))

    def could_be_met(self, key: _Bound) -> bool:
        """Whether the best test that there could be would find the loss, and that in force not by far too late."""
        limit, beyond = self.limit(key), self._beyond.get(key[0], 0.0)
        return limit is not None and limit <= self.target and limit * beyond <= self.target * FAR_BEYOND

    def is_hopeless(self, key: GoalKey, among: Sequence[Collection[LevelValue]]) -> bool:
        """Whether it could not be met, as far as is quickly known, with any of the values ``among`` which its own are.

        However often a method is calibrated, some of its shared error is left: where that is open, it is taken for
        nothing; and where its options are, each of its errors is the smallest that any of them has. Both make Σ
        smaller, and no limit larger.
        """
        return not any(self.could_be_met(way) for way in self.best_ways(among))

    def is_missed(self, key: GoalKey, among: Sequence[Collection[LevelValue]]) -> bool:
        """The same of the test in force, which a smaller Σ does not blunt by more than ``BLUNTED``."""
        return not self._may_be_met(key) and not any(self._may_be_met(way) for way in self.best_ways(among))

    def _may_be_met(self, way: _Bound) -> bool:
        if not self.could_be_met(way):
            return False
        needed = self.held(way).detectable
        return needed is not None and needed <= self.target * BLUNTED

    def best_ways(self, among: Sequence[Collection[LevelValue]]) -> Iterator[_Bound]:
        """All that it could depend on, the best that there could be of each decision standing for what is open."""
        return product(*(self._best_values(at, values) for at, values in enumerate(among)))

    def _best_values(self, at: int, values: Collection[LevelValue]) -> Sequence[LevelValue | None]:
        """What to look at where a place of the key is one of these.

        How often is counted is looked at one by one, and so is what is weighed twice: an error that the counts share
        with what moved cancels in part, and cancels less where another scale has weighed half of that.
        """
        some = [value for value in self._values(at) if value in values]
        one_by_one = len(some) == 1 or at == 0 or self.others[at - 1].kind is _CHECK_WEIGH
        return some if one_by_one else [_best_of(some)]

    def limit(self, key: _Bound) -> float | None:
        """The smallest loss that any test would find as the goal asks; ``None`` stands for the best there could be."""
        if key not in self._limits:
            terms = self._terms(key)
            known = terms is not None and terms.periods >= _FEWEST_PERIODS
            self._limits[key] = needed_limit(self._seeing(terms, key), self.goal) if terms and known else None
        return self._limits[key]

    def strongest(self) -> Iterator[GoalKey]:
        """However often it is counted, with the best of each option, and methods calibrated as today or most often."""
        for calibrated in (0, -1):
            best = [self._strongest(one, calibrated) for one in self.others]
            yield from ((times, *best) for times in self.times)

    def _strongest(self, decision: Decision, calibrated: int) -> LevelValue:
        """What is best of a decision: options of the smallest errors together, or calibrations of that place."""
        options = [level.value for level in decision.levels if isinstance(level.value, Option)]
        if options:
            return min(options, key=lambda one: sum(one.random) + sum(one.systematic))
        if decision.kind is MeasureKind.SPLIT and not self._splits(decision):
            return decision.levels[decision.today].value
        either = (MeasureKind.CALIBRATIONS, _CHECK_WEIGH)
        return decision.levels[calibrated if decision.kind in either else -1].value

    def _values(self, at: int) -> Sequence[LevelValue]:
        """The values at a place of the key."""
        return [level.value for level in self.others[at - 1].levels] if at else self.times

    @property
    def times(self) -> list[Fraction]:
        """How often the series could be counted in place of once, in order; 0 where it could not be tested."""
        if self._times is None:
            self._times = self._all_times()
        return self._times

    def _all_times(self) -> list[Fraction]:
        return sorted({reached(level, often) for one, often in self.areas for level in one.levels}) or [Fraction(1)]

    def held(self, key: _Bound) -> GoalAnswer:
        """The goal held against the series with the test in force."""
        if key not in self._answers:
            terms = self._terms(key)
            found = untested(self.goal) if terms is None else answer(self._seeing(terms, key), self.goal)
            self._answers[key] = found
            if (limit := self.limit(key)) and found.detectable is not None:
                beyond = found.detectable / limit
                self._beyond[key[0]] = min(self._beyond.get(key[0], beyond), beyond)
        return self._answers[key]

    def is_met(self, key: GoalKey) -> bool:
        """Whether the test in force finds the loss."""
        if not self.could_be_met(key):
            return False
        needed = self.held(key).detectable
        return needed is not None and needed <= self.target

    def is_found(self, choice: DecidedLevels, terms: ErrorTerms, resting: float) -> bool:
        """Whether a choice meets it where the series that it makes has these terms, and so much at earlier readings."""
        target = self.goal.quantity - resting
        if terms.periods < _FEWEST_PERIODS:
            return False
        seeing = self._seeing(terms, self.key(choice))
        limit = needed_limit(seeing, self.goal)
        if limit is None or limit > target:
            return False
        needed = needed_loss(seeing, self.goal)
        return needed is not None and needed <= target

    def closed_with(self, choice: DecidedLevels) -> bool:
        """Whether books can be closed that tell of it with a choice: those of the parts of its area cannot."""
        untold = [
            one for one in self.others if self._splits(one) or (one.kind is _CHECK_WEIGH and one.of in self.unclosed)
        ]
        return all(choice[one] == one.today for one in untold)

    def _splits(self, decision: Decision) -> bool:
        """Whether it is a decision on the area of which the goal is."""
        return decision.kind is MeasureKind.SPLIT and decision.of == self.area and self.of_area

    def _seeing(self, terms: ErrorTerms, key: _Bound) -> Sight:
        """What is seen with other terms; areas in parts make more series, which share the rate of false alarms."""
        parts = {value.area: value.parts for value in key[1:] if isinstance(value, Parted) and value.parts > 1}
        return self.sight.seeing(terms, more=more_series(parts, self.tested_in, self.tested))

    def terms_with(self, choice: DecidedLevels) -> ErrorTerms | None:
        """The terms of error of the series that a choice makes; ``None`` where it could not be tested."""
        return self._terms(self.key(choice))

    def _terms(self, key: _Bound) -> ErrorTerms | None:
        """The terms of error of the series as they would be; ``None`` where it is not counted often enough for any."""
        times, *values = key
        if not isinstance(times, Fraction) or not times:
            return None
        decided = list(zip(self.others, values, strict=True))
        added = {
            one.of: value
            for one, value in decided
            if one.kind is MeasureKind.CALIBRATIONS and isinstance(value, Fraction) and value
        }
        terms = self.counted.terms(self.id, times, added)
        if terms is None:
            return None
        for decision, value in decided:
            terms = self._decided(terms, decision, value, times)
        return terms

    def _decided(self, terms: ErrorTerms, decision: Decision, value: LevelValue | None, times: Fraction) -> ErrorTerms:
        """The terms with one decision on them: ``None`` is the best that could be decided, or better."""
        if decision.kind is MeasureKind.INVENTORIES:
            assert value is None or isinstance(value, Fraction)
            return self._with_losses_drawn(terms, decision.of, value, times)
        if decision.kind is MeasureKind.OPTION:
            assert isinstance(value, Option)
            return terms.with_each_error(decision.of, random=value.random, systematic=value.systematic)
        if decision.kind is _CHECK_WEIGH:
            share = value.share if isinstance(value, Doubled) else 0
            return terms.check_weighed(decision.of, share) if share else terms
        if decision.kind is MeasureKind.SPLIT:
            parts = max(parts_of(decision)) if value is None else value.parts if isinstance(value, Parted) else 1
            return terms.split(parts) if self._splits(decision) and parts > 1 else terms
        # Of calibrations that are decided the books tell already.
        return terms.with_errors(decision.of, systematic=0.0) if value is None else terms

    def _with_losses_drawn(self, terms: ErrorTerms, area: str, times: Fraction | None, within: Fraction) -> ErrorTerms:
        """The terms with an area counted otherwise: its normal losses are told in periods of its own."""
        if times == within:
            return terms
        left = self.counted.losses_left(area, self.substance, times, within, terms.start, terms.end)
        return terms.with_losses_drawn(self.losing[area], left)


def _best_of(values: Sequence[LevelValue]) -> Option | None:
    """What has the smallest of each error that any of some options has; ``None`` where they are no options."""
    options = [one for one in values if isinstance(one, Option)]
    if not options:
        return None
    random = min(one.random[0] for one in options), min(one.random[1] for one in options)
    systematic = min(one.systematic[0] for one in options), min(one.systematic[1] for one in options)
    best = Option("", "", "", random, systematic)
    return next((one for one in options if (one.random, one.systematic) == (random, systematic)), best)


def parts_of(decision: Decision) -> list[int]:
    """The parts into which a decision could split its area."""
    return [level.value.parts for level in decision.levels if isinstance(level.value, Parted)]


@cache
def reached(level: Level, often: float) -> Fraction:
    """How often a series is counted in place of once, where one of its areas is counted ``often`` times as often."""
    value = level.value if isinstance(level.value, Fraction) else Fraction(1)
    times = float(value) * often * _NEARLY
    return max((one for one in COUNTED if one <= times), default=Fraction(0))
