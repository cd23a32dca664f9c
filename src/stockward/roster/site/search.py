"""The search for a guards' roster: the engine makes the first, exchanges between guards better it.

A move exchanges the work of two guards in some days in a row: what is filled stays filled, so a move is judged by the
two rows alone. Guards are paired at random, each pair tries several stretches of days, and takes the best of those
that a falling temperature lets pass [simulated annealing, Kirkpatrick, Gelatt & Vecchi 1983]. All pairs are judged at
once. Places that nobody fills are held by rows of nobody, so filling one is an exchange too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from stockward.roster.rules.forms import Integers
from stockward.roster.site.columns import OPEN
from stockward.roster.site.scoring import Scorer

TRIES = 12
"""Stretches of days that a pair tries at once."""
_LENGTHS = np.array([1, 1, 1, 2, 2, 3, 3, 4, 5, 6, 7, 7, 10, 14, 28])
LUCK = 60.0
"""How much dearer an exchange that parts two guards may be than the cheapest, in units of cost."""
_HOT, _COLD = 20.0, 1.0
"""Temperatures at the beginning and the end, in units of cost."""


@dataclass(eq=False)
class Search:
    """One stream of exchanges with a seed of its own.

    ``rows`` has the guards, then rows of nobody that hold what is left open. With ``spare`` there are some even where
    nothing is left open, so that a place can be: the first rows may fill all and keep too few rules.
    """

    scorer: Scorer
    rows: Integers
    seed: int
    spare: bool = False
    scores: Integers = field(init=False)
    best: Integers = field(init=False)
    best_score: int = field(init=False)

    def __post_init__(self) -> None:
        self.draw = np.random.default_rng(self.seed)
        self.people = len(self.scorer.problem.guards)
        self.rows = _without_surplus(self.rows, self.scorer.translated.problem.demand.required)
        self.rows = np.concatenate([self.rows, self._open_rows(self.rows)])
        self.scores = self._score(self.rows, np.arange(len(self.rows)))
        self.best, self.best_score = self.rows.copy(), int(self.scores.sum())

    def _open_rows(self, rows: Integers) -> Integers:
        """Rows of nobody that hold every place that the guards' rows leave open."""
        problem = self.scorer.translated.problem
        required, covered = problem.demand.required, problem.coverage(rows)
        days, kinds = required.shape
        columns = [
            np.repeat(np.arange(1, kinds + 1), np.maximum(required[day] - covered[day], 0)) for day in range(days)
        ]
        most = max(len(column) for column in columns)
        if self.spare and not most:
            most = int(required.sum(axis=1).max())
        of_nobody = np.zeros((most, days), np.int64)
        for day, column in enumerate(columns):
            of_nobody[: len(column), day] = column
        return of_nobody

    def _score(self, rows: Integers, whose: Integers) -> Integers:
        real = whose < self.people
        scores = OPEN * (rows > 0).sum(axis=1)
        if real.any():
            scores[real] = self.scorer.score(rows[real], whose[real])
        return np.asarray(scores, np.int64)

    @property
    def left_open(self) -> int:
        """Places left open in the best roster."""
        return int((self.best[self.people :] > 0).sum())

    def round(self, cooled: float) -> bool:
        """One round of exchanges, ``cooled`` from 0 (hot) to 1 (cold); whether a better roster was found."""
        temperature = _HOT * (_COLD / _HOT) ** cooled
        one, other, low, high = self._stretches()
        inside = (low[:, None] <= np.arange(self.rows.shape[1])) & (np.arange(self.rows.shape[1]) < high[:, None])
        of_one, of_other = self.rows[one], self.rows[other]
        new_one, new_other = np.where(inside, of_other, of_one), np.where(inside, of_one, of_other)
        possible = self._possible(new_one, one) & self._possible(new_other, other)
        tried = np.flatnonzero(possible & (of_one != new_one).any(axis=1))
        if not len(tried):
            return False
        rows, whose = np.concatenate([new_one[tried], new_other[tried]]), np.concatenate([one[tried], other[tried]])
        scores = self._score(rows, whose).reshape(2, -1)
        change = scores.sum(axis=0) - self.scores[one[tried]] - self.scores[other[tried]]
        passes = change <= -temperature * np.log(self.draw.random(len(change)))
        self._take(tried, change, passes, (one, other, new_one, new_other, scores))
        total = int(self.scores.sum())
        if total < self.best_score:
            self.best, self.best_score = self.rows.copy(), total
            return True
        return False

    def open_places(self) -> Integers:
        """Places that nobody holds, shape (days, kinds)."""
        return self.scorer.translated.problem.coverage(self.rows[self.people :])

    def put(self, guards: Integers, rows: Integers) -> None:
        """Give some guards other rows, which leave no place open that is filled and score no more."""
        real = self.rows[: self.people].copy()
        real[guards] = rows
        self.rows = np.concatenate([real, self._open_rows(real)])
        self.scores = self._score(self.rows, np.arange(len(self.rows)))
        total = int(self.scores.sum())
        if total <= self.best_score:
            self.best, self.best_score = self.rows.copy(), total

    def again(self) -> None:
        """Go on from the best."""
        self.rows = self.best.copy()
        self.scores = self._score(self.rows, np.arange(len(self.rows)))

    def parted(
        self, rows: Integers, pair: tuple[int, int], in_place: Sequence[int], days: Sequence[int]
    ) -> tuple[Integers, int]:
        """Rows in which two guards meet on one day less, at the least cost; as they were where no rule allows it.

        One of the two exchanges some days, one of ``days`` among them, with one of ``in_place``.
        """
        best, cost = rows, float(2**62)
        people = np.setdiff1d(np.array(in_place, np.int64), pair)
        whole = self._score(rows, np.arange(len(rows)))
        for guard in pair:
            for day in days:
                for length in (1, 2, 3):
                    low = max(day - int(self.draw.integers(length)), 0)
                    span = slice(low, low + length)
                    others = people[rows[people, day] != rows[guard, day]]
                    mine, theirs = np.repeat(rows[[guard]], len(others), axis=0), rows[others].copy()
                    mine[:, span], theirs[:, span] = rows[others, span], rows[guard, span]
                    who = np.full(len(others), guard)
                    possible = self._possible(mine, who) & self._possible(theirs, others)
                    change = np.where(
                        possible, self._score(mine, who) + self._score(theirs, others) - whole[guard] - whole[others],
                        2**61,
                    )  # fmt: skip
                    # Some chance, lest the same exchanges be made and unmade for ever.
                    luck = change + self.draw.random(len(change)) * LUCK
                    if len(change) and change[luck.argmin()] < self.scorer.breach and luck.min() < cost:
                        place = int(luck.argmin())
                        cost, best = float(luck[place]), rows.copy()
                        best[guard], best[others[place]] = mine[place], theirs[place]
        return best, int(self._score(best, np.arange(len(best))).sum())

    def _stretches(self) -> tuple[Integers, Integers, Integers, Integers]:
        """Pairs of rows, each with several stretches of days: first row, second row, first day, day after the last."""
        order = self.draw.permutation(len(self.rows))
        half = len(order) // 2
        one, other = np.repeat(order[:half], TRIES), np.repeat(order[half : 2 * half], TRIES)
        days = self.rows.shape[1]
        length = np.minimum(self.draw.choice(_LENGTHS, len(one)), days)
        low = self.draw.integers(0, days - length + 1)
        return one, other, low, low + length

    def _possible(self, rows: Integers, whose: Integers) -> npt.NDArray[np.bool_]:
        real = whose < self.people
        can = np.ones(len(rows), np.bool_)
        day = np.arange(rows.shape[1])
        can[real] = self.scorer.can[whose[real][:, None], day, rows[real]].all(axis=1)
        return can

    def _take(
        self, tried: Integers, change: Integers, passes: npt.NDArray[np.bool_],
        moves: tuple[Integers, Integers, Integers, Integers, Integers],
    ) -> None:  # fmt: skip
        """Each pair takes the best of the moves that pass."""
        one, other, new_one, new_other, scores = moves
        pair = tried // TRIES
        order = np.lexsort((change, ~passes, pair))
        firsts = order[np.unique(pair[order], return_index=True)[1]]
        for place in firsts[passes[firsts]]:
            move = tried[place]
            self.rows[one[move]], self.rows[other[move]] = new_one[move], new_other[move]
            self.scores[one[move]], self.scores[other[move]] = scores[0, place], scores[1, place]


def _without_surplus(rows: Integers, required: Integers) -> Integers:
    """The rows without those who are too many: what is filled stays filled by the first of them."""
    kept = rows.copy()
    for day, wanted in enumerate(required):
        for kind, number in enumerate(wanted):
            for guard in np.flatnonzero(rows[:, day] == kind + 1)[int(number) :]:
                kept[guard, day] = 0
    return kept
