"""The walk of one patrol that prevents most, by dynamic programming over areas, steps and what was seen lately.

A patrol in area j at step t meets the thefts there that began after its last presence in j and go on at t. So the state
of a walk is its area, the step and, for each area, the first theft that was not met yet. One walk to a state makes
another needless when it is ahead by more than the other could still catch up: by the thefts that the other has not met
yet and this one has. That leaves few walks a state, and the best of them exactly; where more are left than may be kept,
the gain of one that is kept is raised until it makes the rest needless, and the largest such gain is an upper bound.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.ground import ON_BREAK, ON_THE_WAY, Ground, Walk

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Floats, Integers

_HAIR = 1e-12


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
    """Walks to one area and step.

    ``gain`` is what each prevents, with a bonus for each visit that must be; ``bound`` what no walk exceeds that was
    dropped for it. ``unmet``: for each area the first theft that was not met yet; ``left``: visits that must still be.
    ``last`` is the place of each in the record of steps.
    """

    gain: Floats
    bound: Floats
    unmet: Integers
    left: Integers
    last: Integers

    def of(self, places: Integers) -> _Labels:
        return _Labels(
            self.gain[places], self.bound[places], self.unmet[places], self.left[places], self.last[places]
        )

    @classmethod
    def joined(cls, parts: list[_Labels]) -> _Labels:
        if len(parts) == 1:
            return parts[0]
        return cls(
            *(
                np.concatenate([getattr(one, name) for one in parts])
                for name in ("gain", "bound", "unmet", "left", "last")
            )
        )


class WalkSearch:
    """Best walks on one ground for thefts that last as long as ``lasts`` says, for any weights of them."""

    def __init__(self, ground: Ground, lasts: Integers) -> None:
        self.ground, self.lasts = ground, np.maximum(lasts, 1)
        # The earliest step at which each area can be entered, from an area and a step on: seen from step 0.
        self._reach = ground.shortest

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
    """One search: labels by step and area, and the record of how each came about."""

    def __init__(self, search: WalkSearch, patrol: int, weights: Floats, needed: Integers, most: int) -> None:
        self.ground, self.lasts, self.reach, self.most = search.ground, search.lasts, search._reach, most
        self.base = self.ground.bases[patrol]
        self.sums = np.zeros((self.ground.areas, self.ground.steps + 2))
        np.cumsum(weights, axis=1, out=self.sums[:, 1 : self.ground.steps + 1])
        self.sums[:, -1] = self.sums[:, -2]
        self.must = np.flatnonzero(needed)
        resting = [1] if self.ground.rest is not None else []
        self.left = np.array([*needed[self.must], *resting], np.int64)
        # One visit outweighs all thefts, and the break all visits.
        self.unit = 2.0 * float(weights.sum()) + 1.0
        self.bonus = np.array([self.unit] * len(self.must) + [self.unit * (1.0 + needed.sum())] * len(resting))
        self.waiting: list[dict[int, list[_Labels]]] = [{} for _ in range(self.ground.steps)]
        self.record: list[tuple[int, int, int]] = []

    def found(self) -> BestWalk:
        for area in range(self.ground.areas) if self.base is None else (self.base,):
            self._begin(area)
        end: list[tuple[int, _Labels]] = []
        for step in range(self.ground.steps):
            for area in sorted(self.waiting[step]):
                labels = self._kept(area, step, self._met(area, step, _Labels.joined(self.waiting[step][area])))
                if step == self.ground.steps - 1:
                    end.append((area, labels))
                else:
                    self._go_on(area, step, labels)
            self.waiting[step] = {}
        return self._best_of(end)

    def _begin(self, area: int) -> None:
        none = np.zeros((1, self.ground.areas), np.int64)
        start = _Labels(np.zeros(1), np.zeros(1), none, self.left[None, :].copy(), np.array([-1]))
        self._wait(area, 0, start)

    def _wait(self, area: int, step: int, labels: _Labels) -> None:
        if step >= self.ground.steps:
            return
        if self.ground.returns and self.base is not None:
            if step + self.reach[area, self.base] > self.ground.steps - 1:
                return
        self.waiting[step].setdefault(area, []).append(labels)

    def _met(self, area: int, step: int, labels: _Labels) -> _Labels:
        """With the thefts that are met in this area at this step."""
        sums = self.sums[area]
        going = max(step - int(self.lasts[area]) + 1, 0)
        met = sums[step + 1] - sums[np.maximum(labels.unmet[:, area], going)]
        unmet = labels.unmet.copy()
        unmet[:, area] = step + 1
        return _Labels(labels.gain + met, labels.bound + met, unmet, labels.left, labels.last)

    def _kept(self, area: int, step: int, labels: _Labels) -> _Labels:
        """The walks that no other makes needless, at most so many, each with its place in the record."""
        ahead = self._to_catch_up(area, step, labels)
        order = np.argsort(-labels.bound, kind="stable")
        bound, kept = labels.bound.copy(), []
        for one in order:
            if kept:
                # What walk `one` could gain at most, put on what each kept walk could.
                raised = bound[one] + ahead(one, np.array(kept))
                over = raised - bound[kept]
                least = int(over.argmin())
                if over[least] <= _HAIR:
                    continue
                if len(kept) >= self.most:
                    bound[kept[least]] = raised[least]
                    continue
            kept.append(int(one))
        chosen = labels.of(np.array(kept))
        chosen.bound = bound[kept]
        first = len(self.record)
        self.record.extend((area, step, int(last)) for last in chosen.last)
        chosen.last = np.arange(first, first + len(kept))
        return chosen

    def _to_catch_up(self, area: int, step: int, labels: _Labels):  # type: ignore[no-untyped-def]
        """How much more one walk could still meet than others, at most."""
        alive = np.clip(step + self.reach[area] - self.lasts + 1, 0, self.ground.steps)
        alive[area] = step + 1
        unmet = np.maximum(labels.unmet, alive[None, :])
        met = np.take_along_axis(self.sums, unmet.T, axis=1).T
        left = labels.left

        def ahead(one: int, others: Integers) -> Floats:
            more = np.maximum(met[others] - met[one], 0.0).sum(axis=1)
            return more + np.maximum(left[one] - left[others], 0) @ self.bonus

        return ahead

    def _go_on(self, area: int, step: int, labels: _Labels) -> None:
        self._wait(area, step + 1, labels)
        for to, steps in self.ground.ways[area]:
            self._wait(to, step + steps, self._entering(to, labels))
        rest = self.ground.rest
        if rest is not None and area == self.base and rest.first <= step <= rest.last:
            self._wait(area, step + rest.steps, self._fewer_left(len(self.left) - 1, labels))

    def _entering(self, area: int, labels: _Labels) -> _Labels:
        place = np.flatnonzero(self.must == area)
        return self._fewer_left(int(place[0]), labels) if len(place) else labels

    def _fewer_left(self, place: int, labels: _Labels) -> _Labels:
        """With one visit, or the break, that need not be any more."""
        counts = labels.left[:, place] > 0
        left = labels.left.copy()
        left[counts, place] -= 1
        bonus = self.bonus[place] * counts
        return _Labels(labels.gain + bonus, labels.bound + bonus, labels.unmet, left, labels.last)

    def _best_of(self, end: list[tuple[int, _Labels]]) -> BestWalk:
        must = float(self.left @ self.bonus)
        best, bound, last, complete = -np.inf, -np.inf, -1, False
        for area, labels in end:
            if self.ground.returns and self.base is not None and area != self.base:
                continue
            bound = max(bound, float(labels.bound.max()) - must)
            rested = labels.left[:, len(self.must) :].sum(axis=1) == 0
            gain = np.where(rested, labels.gain, -np.inf)
            place = int(gain.argmax())
            if gain[place] > best:
                best, last, complete = float(gain[place]), int(labels.last[place]), not labels.left[place].any()
        # Thefts alone never weigh as much as half a visit: below that no walk makes all visits.
        bound = bound if bound > -self.unit / 2 else -np.inf
        if last < 0:
            return BestWalk(None, -np.inf, bound, complete=False)
        return BestWalk(self._walked(last), best - must, max(bound, best - must) if complete else bound, complete)

    def _walked(self, last: int) -> Walk:
        """The places of a walk, step by step, from its last record."""
        places = [ON_THE_WAY] * self.ground.steps
        after: tuple[int, int] | None = None
        while last >= 0:
            area, step, before = self.record[last]
            places[step] = area
            if after is not None and after[0] == area and after[1] > step + 1:
                places[step + 1 : after[1]] = [ON_BREAK] * (after[1] - step - 1)
            after = area, step
            last = before
        return tuple(places)
