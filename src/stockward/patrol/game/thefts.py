"""Thefts that could be begun in a shift: where, when, how long they take, and what they gain."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Thefts:
    """What a thief may choose: an area, and a step at which he begins.

    A theft from an area takes ``lasts`` steps and gains ``worth``, unless a patrol is there in one of them: then he is
    caught with the chance ``seen``, once, however many patrols come by. His steps are among ``begin`` to ``end``.
    All shapes are (areas,); a worth of 0 is no target.
    """

    worth: Floats
    lasts: Integers
    seen: Floats
    begin: int
    end: int
    steps: int

    @cached_property
    def areas(self) -> Integers:
        """The area of each theft, shape (thefts,)."""
        return self._places[0]

    @cached_property
    def starts(self) -> Integers:
        """The step at which each theft begins, shape (thefts,)."""
        return self._places[1]

    @cached_property
    def _places(self) -> tuple[Integers, Integers]:
        possible = np.zeros((len(self.worth), self.steps), np.bool_)
        for area in np.flatnonzero(self.worth > 0):
            possible[area, self.begin : max(self.end - int(self.lasts[area]) + 2, self.begin)] = True
        areas, starts = np.nonzero(possible)
        return areas, starts

    @cached_property
    def gains(self) -> Floats:
        """What each theft gains where nobody comes by, shape (thefts,)."""
        return self.worth[self.areas]

    @cached_property
    def prevented(self) -> Floats:
        """What a patrol that comes by prevents of each theft on average, shape (thefts,)."""
        return self.gains * self.seen[self.areas]

    def met(self, presence: Flags) -> Flags:
        """Whether a patrol comes by during each theft, shape (thefts,); ``presence`` by area and step."""
        sums = np.zeros((presence.shape[0], self.steps + 1), np.int64)
        np.cumsum(presence, axis=1, out=sums[:, 1:])
        met: Flags = sums[self.areas, self.starts + self.lasts[self.areas]] > sums[self.areas, self.starts]
        return met

    def by_place(self, values: Floats) -> Floats:
        """Values of thefts by area and step, shape (areas, steps); 0 where none begins."""
        found = np.zeros((len(self.worth), self.steps))
        found[self.areas, self.starts] = values
        return found
