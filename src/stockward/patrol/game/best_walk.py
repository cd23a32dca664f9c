"""The walk of one patrol that prevents most, by dynamic programming over areas, steps and what was seen lately.

A patrol in area j at step t meets the thefts there that began after its last presence in j and go on at t. So the state
of a walk is its area, the step and, for each area, the first theft that was not met yet. One walk to a state makes
another needless when it is ahead by more than the other could still catch up: by the thefts that the other has not met
yet and this one has. That leaves few walks a state, and the best of them exactly; where more are left than may be kept,
the gain of one that is kept is raised until it makes the rest needless, and the largest such gain is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.ground import ON_BREAK, ON_THE_WAY, Ground, Walk

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Flags, Floats, Integers

_HAIR = 1e-12
_NONE = -np.inf


@dataclass(frozen=True, slots=True)
class BestWalk:
    """The best walk found, what it prevents, and what no walk exceeds that makes all visits.

    Where none was found that makes them all (``complete``), it is one that makes most. ``None``: no walk has its break
    and ends where it must.
    """

    walk: Walk | None
    gain: float
    bound: float
    complete: bool


@dataclass(slots=True)
class _Labels:
    """Walks to areas at one step, in the order of their areas.

    ``gain`` is what each prevents, with a bonus for each visit that must be; ``bound`` what no walk exceeds that was
    dropped for it. ``unmet``: for each area the first theft that was not met yet; ``left``: visits that must still be.
    ``step`` and ``place`` say which walk each goes on from.
    """

    area: Integers
    gain: Floats
    bound: Floats
    unmet: Integers
    left: Integers
    step: Integers
    place: Integers

    def of(self, places: Integers) -> _Labels:
        return _Labels(*(getattr(self, name)[places] for name in _FIELDS))

    @classmethod
    def joined(cls, parts: list[_Labels]) -> _Labels:
        return cls(*(np.concatenate([getattr(one, name) for one in parts]) for name in _FIELDS))


_FIELDS = ("area", "gain", "bound", "unmet", "left", "step", "place")


@dataclass(frozen=True, eq=False)
class WalkSearch:
    """Best walks on one ground for thefts that last as long as ``lasts`` says, for any weights of them."""

    ground: Ground
    lasts: Integers

    @cached_property
    def ways(self) -> dict[int, tuple[Integers, Integers, Integers]]:
        """Direct ways by how many steps they take: where those of each area begin, how many, and where they lead."""
        found = {}
        lengths = sorted({1, *(takes for ways in self.ground.ways for _, takes in ways)})
        for length in lengths:
            leads = [[to for to, takes in ways if takes == length] for ways in self.ground.ways]
            numbers = np.array([len(one) for one in leads])
            starts = np.concatenate([[0], np.cumsum(numbers)[:-1]])
            found[length] = starts, numbers, np.array([to for one in leads for to in one], np.int64)
        return found

    def best(self, patrol: int, weights: Floats, needed: Integers, most: int) -> BestWalk:
        """The best walk of a patrol.

        Parameters
        ----------
        patrol
            Which one: it says the base.
        weights
            What is prevented where a theft is met that begins in each area at each step, shape (areas, steps).
        needed
            How often each area must still be entered by this patrol, shape (areas,).
        most
            How many walks are kept for each area and step.
        """
        return _Search(self, patrol, weights, needed, most).found()


class _Search:
    """One search, step by step."""

    def __init__(self, search: WalkSearch, patrol: int, weights: Floats, needed: Integers, most: int) -> None:
        self.ground, self.lasts, self.ways, self.most = search.ground, search.lasts, search.ways, most
        self.base = self.ground.bases[patrol]
        self.sums = np.zeros((self.ground.areas, self.ground.steps + 2))
        np.cumsum(weights, axis=1, out=self.sums[:, 1 : self.ground.steps + 1])
        self.sums[:, -1] = self.sums[:, -2]
        self.must = np.flatnonzero(needed)
        self.place_of = np.full(self.ground.areas, -1)
        self.place_of[self.must] = np.arange(len(self.must))
        resting = [1] if self.ground.rest is not None else []
        self.left = np.array([*needed[self.must], *resting], np.int64)
        # One visit outweighs all thefts, and the break all visits.
        self.unit = 2.0 * float(weights.sum()) + 1.0
        self.bonus = np.array([self.unit] * len(self.must) + [self.unit * (1.0 + needed.sum())] * len(resting))
        self.kept: list[_Labels] = []

    def found(self) -> BestWalk:
        for step in range(self.ground.steps):
            self.kept.append(self._kept(step, self._met(step, self._coming(step))))
        return self._best_of(self.kept[-1])

    def _coming(self, step: int) -> _Labels:
        """Walks that come to an area at a step, from all before; in the order of areas."""
        if step == 0:
            areas = np.arange(self.ground.areas) if self.base is None else np.array([self.base])
            number = len(areas)
            nothing, none = np.zeros(number), np.zeros((number, self.ground.areas), np.int64)
            left = np.repeat(self.left[None, :], number, axis=0)
            return _Labels(areas, nothing, nothing, none, left, np.full(number, -1), np.full(number, -1))
        parts = [self._going_on(self.kept[step - 1], step - 1)]
        for takes, ways in self.ways.items():
            if takes <= step:
                parts.append(self._walking(self.kept[step - takes], step - takes, *ways))
        rest = self.ground.rest
        if rest is not None and rest.first <= step - rest.steps <= rest.last:
            parts.append(self._resting(self.kept[step - rest.steps], step - rest.steps))
        labels = _Labels.joined(parts)
        if self.ground.returns and self.base is not None:
            back = step + self.ground.shortest[labels.area, self.base] <= self.ground.steps - 1
            labels = labels.of(np.flatnonzero(back))
        return labels.of(np.lexsort((-labels.gain, labels.area)))

    @staticmethod
    def _going_on(labels: _Labels, step: int) -> _Labels:
        number = len(labels.area)
        return _Labels(
            labels.area, labels.gain, labels.bound, labels.unmet, labels.left, np.full(number, step), np.arange(number)
        )

    def _walking(self, labels: _Labels, step: int, starts: Integers, numbers: Integers, leads: Integers) -> _Labels:
        """Each walk along every direct way of one length."""
        each = numbers[labels.area]
        places = np.repeat(np.arange(len(each)), each)
        within = np.arange(len(places)) - np.repeat(np.cumsum(each) - each, each)
        going = self._going_on(labels, step).of(places)
        going.area = leads[starts[going.area] + within]
        entered = self.place_of[going.area]
        counts = entered >= 0
        return self._fewer_left(going, np.flatnonzero(counts), entered[counts]) if counts.any() else going

    def _resting(self, labels: _Labels, step: int) -> _Labels:
        at_base = np.flatnonzero(labels.area == self.base)
        going = self._going_on(labels, step).of(at_base)
        every = np.arange(len(at_base))
        return self._fewer_left(going, every, np.full(len(every), len(self.left) - 1))

    def _fewer_left(self, labels: _Labels, places: Integers, of: Integers) -> _Labels:
        """With one visit, or the break, that need not be any more."""
        counts = labels.left[places, of] > 0
        left = labels.left.copy()
        left[places, of] -= counts
        bonus = np.zeros(len(labels.area))
        bonus[places] = self.bonus[of] * counts
        labels.gain, labels.bound, labels.left = labels.gain + bonus, labels.bound + bonus, left
        return labels

    def _met(self, step: int, labels: _Labels) -> _Labels:
        """With the thefts that are met where each walk is at this step."""
        area, every = labels.area, np.arange(len(labels.area))
        going = np.maximum(step - self.lasts[area] + 1, 0)
        met = self.sums[area, step + 1] - self.sums[area, np.maximum(labels.unmet[every, area], going)]
        labels.gain, labels.bound, labels.unmet = labels.gain + met, labels.bound + met, labels.unmet.copy()
        labels.unmet[every, area] = step + 1
        return labels

    def _kept(self, step: int, labels: _Labels) -> _Labels:
        """The walks that no other makes needless, at most so many for each area."""
        areas, starts, numbers = np.unique(labels.area, return_index=True, return_counts=True)
        if not len(areas) or numbers.max() == 1:
            return labels
        beside = np.arange(numbers.max())
        place = np.minimum(starts[:, None] + beside[None, :], len(labels.area) - 1)
        filled = beside[None, :] < numbers[:, None]
        # What walks may still meet at most: thefts that will be over before anybody can be there count for nothing.
        alive = np.clip(step + self.ground.shortest[areas] - self.lasts[None, :] + 1, 0, self.ground.steps)
        alive[np.arange(len(areas)), areas] = step + 1
        unmet = np.maximum(labels.unmet[place], alive[:, None, :])
        met = self.sums[np.arange(self.ground.areas)[None, None, :], unmet]
        left = labels.left[place] * self.bonus[None, None, :] if len(self.left) else None
        bound = np.where(filled, labels.bound[place], _NONE)
        open_, over = filled.copy(), np.full(bound.shape, np.inf)
        over_of = np.zeros(bound.shape, np.int64)
        row, chosen = np.arange(len(areas)), []
        for number in range(self.most):
            active: Flags = np.asarray(open_.any(axis=1))
            if not active.any():
                break
            # Walks stand by what they prevent, so that the first that is open is the best.
            best = open_.argmax(axis=1)
            catch = np.maximum(met[row, best][:, None, :] - met, 0.0).sum(axis=2)
            if left is not None:
                catch += np.maximum(left - left[row, best][:, None, :], 0.0).sum(axis=2)
            excess = bound + catch - bound[row, best][:, None]
            closer = active[:, None] & (excess < over)
            over, over_of = np.where(closer, excess, over), np.where(closer, number, over_of)
            open_[row[active], best[active]] = False
            open_ &= ~(active[:, None] & (excess <= _HAIR))
            chosen.append(np.where(active, best, -1))
        return self._raised(labels, place, bound, np.array(chosen), np.where(open_, over, 0.0), over_of)

    @staticmethod
    def _raised(
        labels: _Labels, place: Integers, bound: Floats, chosen: Integers, over: Floats, over_of: Integers
    ) -> _Labels:
        """The chosen walks, each with its bound raised until it makes those needless that find no place."""
        raised = np.zeros(chosen.shape)
        rows, columns = np.nonzero(over > 0)
        np.maximum.at(raised, (over_of[rows, columns], rows), over[rows, columns])
        number, row = np.nonzero(chosen >= 0)
        at = place[row, chosen[number, row]]
        order = np.argsort(at, kind="stable")
        kept = labels.of(at[order])
        kept.bound = kept.bound + raised[number, row][order]
        return kept

    def _best_of(self, end: _Labels) -> BestWalk:
        must = float(self.left @ self.bonus)
        home: Flags = np.ones(len(end.area), np.bool_)
        if self.ground.returns and self.base is not None:
            home = end.area == self.base
        rested: Flags = home & (end.left[:, len(self.must) :].sum(axis=1) == 0)
        bound = float(np.where(home, end.bound, _NONE).max(initial=_NONE)) - must
        # Thefts alone never weigh as much as half a visit: below that no walk makes all visits.
        bound = bound if bound > -self.unit / 2 else _NONE
        if not rested.any():
            return BestWalk(None, _NONE, bound, complete=False)
        last = int(np.where(rested, end.gain, _NONE).argmax())
        gain, complete = float(end.gain[last]) - must, not end.left[last].any()
        return BestWalk(self._walked(last), gain, max(bound, gain) if complete else bound, complete)

    def _walked(self, place: int) -> Walk:
        """The places of a walk, step by step, from the last."""
        places = [ON_THE_WAY] * self.ground.steps
        step, after = self.ground.steps - 1, None
        while step >= 0:
            labels = self.kept[step]
            area = int(labels.area[place])
            places[step] = area
            if after is not None and after[0] == area and after[1] > step + 1:
                places[step + 1 : after[1]] = [ON_BREAK] * (after[1] - step - 1)
            after = area, step
            step, place = int(labels.step[place]), int(labels.place[place])
        return tuple(places)
