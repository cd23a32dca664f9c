"""Staffing: post-hours, the chance that a shift is filled, and the least number that fills it.

Post-hours a year ÷ net annual work hours of a guard = guards [US Army MP1000C, Computation of Security Force
Requirements]. The mean fills all posts of a shift only about half of the time; so each shift is sized by the
distribution of how many of its crew are absent. With fixed people that is the Poisson-binomial distribution [Wang 1993,
On the number of successes in independent trials]; nobody knows beforehand who will be rostered, so it is the mean over
all crews that the pool allows.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from stockward.stats.arrays import Array
from stockward.terms.errors import FigureError, require_probability

CHANCE_ROUNDING = 1e-9
_MOST_ABSENT = 0.9
"""Where more of a pool is absent than this, no number of people like it makes a crew."""


def post_hours(guards: float, hours_a_day: float, days_a_week: float, weeks: float) -> float:
    """Hours a year of one post: guards × hours of a day × days of a week × weeks of a year [MP1000C].

    >>> post_hours(2, 24, 7, 52)
    17472
    """
    return guards * hours_a_day * days_a_week * weeks


def whole_guards(guards: float) -> int:
    """The least whole number of guards that is enough; a surplus below 1e-9 is rounding, not another guard.

    >>> whole_guards(91_120 / 1_736), whole_guards(53.0000000001)
    (53, 53)
    """
    return math.ceil(guards - CHANCE_ROUNDING * max(1.0, abs(guards)))


def relief_factor(hours: float, net_hours: float) -> float:
    """Guards that it takes to have one stand ``hours`` a year, each of whom works ``net_hours``.

    Raises ``FigureError`` where nobody works at all.
    """
    if not net_hours > 0:
        raise FigureError(f"guards with {net_hours:g} net hours a year fill no post: give hours above 0")
    return hours / net_hours


def absences_of_crews(absent: Array, crew: int, most: int) -> Array:
    """How many of a crew are absent, for every size of crew, in the mean over all crews drawn from a pool.

    A crew of n is drawn from the pool at random, all alike; member i is then absent with chance qᵢ, on its own. With
    f(n, a) after the first i − 1 of the pool, the i-th is in a crew of n with chance n/i, so

        fᵢ(n, a) = (1 − n/i) fᵢ₋₁(n, a) + (n/i) [(1 − qᵢ) fᵢ₋₁(n − 1, a) + qᵢ fᵢ₋₁(n − 1, a − 1)].

    For n as large as the pool it is the Poisson-binomial distribution.

    Parameters
    ----------
    absent
        Shape (pool,): the chance of each to be absent, in [0, 1].
    crew, most
        The largest crew, at most the pool, and the largest number of absent that is asked for.

    Returns
    -------
    numpy.ndarray
        Shape (crew + 1, most + 1): the chance that just a of a crew of n are absent.
    """
    table = np.zeros((crew + 1, most + 1))
    table[0, 0] = 1.0
    for number, chance in enumerate(absent, start=1):
        last = min(number, crew)
        share = (np.arange(1, last + 1) / number)[:, None]
        smaller = table[:last]
        joined = (1 - chance) * smaller
        joined[:, 1:] += chance * smaller[:, :-1]
        table[1 : last + 1] *= 1 - share
        table[1 : last + 1] += share * joined
    return table


@dataclass(slots=True)
class StaffPool:
    """People from whom crews are drawn; ``absent`` (shape (pool,)) is the chance of each to be absent."""

    absent: Array
    _table: Array = field(default_factory=lambda: np.zeros((0, 0)), init=False)
    _beyond: dict[int, Array] = field(default_factory=dict, init=False)

    @property
    def can_fill(self) -> bool:
        """Whether enough of them come for a crew to be made at all."""
        return len(self.absent) > 0 and float(self.absent.mean()) <= _MOST_ABSENT

    @property
    def size(self) -> int:
        """How many they are."""
        return len(self.absent)

    def absences(self, crew: int, most: int) -> Array:
        """Chance that just 0 … ``most`` of a crew are absent, shape (most + 1,).

        A crew beyond the pool is the whole pool, as often as it goes, and a crew of the rest: more people like those
        who are there.
        """
        if crew < self.size:
            return self._of_pool(crew, most)
        if crew not in self._beyond or len(self._beyond[crew]) <= most:
            self._beyond[crew] = self._repeated(crew, most)
        return self._beyond[crew][: most + 1]

    def _repeated(self, crew: int, most: int) -> Array:
        """The pool as often as it goes into the crew, by repeated squaring, and the rest."""
        whole, rest = divmod(crew, self.size)
        chances, power = self._of_pool(rest, most), self._of_pool(self.size, most)
        while whole:
            if whole % 2:
                chances = np.convolve(chances, power)[: most + 1]
            whole //= 2
            if whole:
                power = np.convolve(power, power)[: most + 1]
        return chances

    def _of_pool(self, crew: int, most: int) -> Array:
        sizes, asked = self._table.shape
        if crew >= sizes or most >= asked:
            # What is asked next is mostly a little more; the room for it costs less than to begin again.
            crews = min(self.size, max(sizes, crew + crew // 4 + 8))
            self._table = absences_of_crews(self.absent, crews, max(asked, most + most // 4 + 8))
        return self._table[crew, : most + 1]


@dataclass(frozen=True, slots=True)
class CrewAsked:
    """Posts of one shift that ask for the same: ``standing`` (at least 1), filled by a crew of its own from ``pool``.

    The crew of posts that ask for nothing is ``plain``; whoever of the other crews is over may stand there as well.
    """

    pool: StaffPool
    standing: int
    plain: bool = False


@dataclass(frozen=True, slots=True)
class Rostered:
    """How many are rostered for each crew, in the order asked, and the ``chance`` that all posts are then filled."""

    crews: tuple[int, ...]
    chance: float


def chance_filled(asked: Sequence[CrewAsked], crews: Sequence[int]) -> float:
    """The chance that all posts of a shift are filled where so many are rostered for each crew.

    With xᵢ = crew less standing and aᵢ absent: no crew that asks for something may lack more than it has over
    (aᵢ ≤ xᵢ), and all together not more than all have over (Σ aᵢ ≤ Σ xᵢ). Crews are independent of each other.
    """
    over = [crew - one.standing for one, crew in zip(asked, crews, strict=True)]
    plain = any(one.plain for one in asked)
    together = sum(over)
    if (plain and together < 0) or any(more < 0 for one, more in zip(asked, over, strict=True) if not one.plain):
        return 0.0
    chances = np.ones(1)
    for one, crew, more in zip(asked, crews, over, strict=True):
        chances = np.convolve(chances, one.pool.absences(crew, together if one.plain else more))
        chances = chances[: together + 1] if plain else chances
    return float(min(chances.sum(), 1.0))


def least_rostered(asked: Sequence[CrewAsked], *, probability: float) -> Rostered | None:
    """The least number of people rostered with which all posts are filled with ``probability``.

    Each crew has at least as many as stand there, also the plain one: others may stand in for it where they are over,
    but the posts that ask for nothing are not planned with the few who hold a qualification. One more in any crew never
    lowers the chance, so the least number more than stand is found by halving; for each number, every way to give it to
    the crews is looked at. Of those that do with the least, the one with the greatest chance is taken. ``None`` where a
    pool is empty or hardly ever there.

    Raises
    ------
    ProbabilityError
        ``probability`` lies outside (0, 1).
    """
    require_probability("probability", probability)
    if not all(one.pool.can_fill for one in asked):
        return None
    # The plain crew comes last: it takes what the others leave.
    order = sorted(range(len(asked)), key=lambda place: asked[place].plain)
    crews = [asked[place] for place in order]
    least = [0 if one.plain else _least_more(one, probability) for one in crews]
    best = _least_split(crews, least, probability)
    sizes = dict(zip(order, best.crews, strict=True))
    return Rostered(tuple(sizes[place] for place in range(len(asked))), best.chance)


def _least_more(one: CrewAsked, probability: float) -> int:
    """How many more than stand a crew takes by itself."""

    def fills(more: int) -> bool:
        return float(one.pool.absences(one.standing + more, more).sum()) >= probability

    few, enough = -1, 0
    while not fills(enough):
        few, enough = enough, 2 * enough + 1
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if fills(middle) else (middle, enough)
    return enough


def _least_split(crews: Sequence[CrewAsked], least: Sequence[int], probability: float) -> Rostered:
    """The best way to give the least number more than stand to the crews, each at least its own ``least``."""
    few, step = sum(least) - 1, 1
    while (best := _best_split(crews, least, few + step, probability)) is None:
        few, step = few + step, 2 * step
    enough = few + step
    while enough - few > 1:
        middle = (few + enough) // 2
        found = _best_split(crews, least, middle, probability)
        few, enough, best = (middle, enough, best) if found is None else (few, middle, found)
    return best


def _best_split(crews: Sequence[CrewAsked], least: Sequence[int], more: int, probability: float) -> Rostered | None:
    """The best way to give ``more`` people to the crews; ``None`` where none reaches the probability.

    Crew by crew; what the crews so far reach already is never passed again, so a branch that falls below the
    probability is left.
    """
    best: Rostered | None = None

    def give(place: int, left: int, given: tuple[int, ...], chances: Array) -> None:
        nonlocal best
        one, last = crews[place], place == len(crews) - 1
        rest = sum(least[place + 1 :])
        for extra in range(left if last else least[place], left - rest + 1):
            size = (*given, one.standing + extra)
            own = one.pool.absences(size[-1], more if one.plain else extra)
            if last:
                chance = _all_filled(chances, own, one)
                if chance >= probability and (best is None or chance > best.chance):
                    best = Rostered(size, chance)
                continue
            joined = np.convolve(chances, own)
            if float(joined.sum()) >= probability:
                give(place + 1, left - extra, size, joined)

    if crews:
        give(0, more, (), np.ones(1))
        return best
    return Rostered((), 1.0)


def _all_filled(others: Array, own: Array, last: CrewAsked) -> float:
    """The chance of all crews from the absences of the others together and of the last.

    A plain crew covers what the others have over, so all together may lack as many as ``own`` goes to; without one,
    each is enough by itself.
    """
    if not last.plain:
        return float(min(others.sum() * own.sum(), 1.0))
    up_to = np.cumsum(own)[::-1]
    return float(min((others * up_to[: len(others)]).sum(), 1.0))
