"""The ground of one shift: areas, how long it takes to walk between them, and what every walk must hold."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]
    Integers = npt.NDArray[np.int64]
    Flags = npt.NDArray[np.bool_]

ON_THE_WAY, ON_BREAK = -1, -2
"""What stands for the place of a patrol that is between areas, and of one that rests."""
NO_WAY = np.iinfo(np.int64).max // 4
"""Steps between areas that no way joins."""

Walk = tuple[int, ...]
"""The area in which a patrol is at each step of the shift, or that it is on the way or on its break."""
Walks = tuple[Walk, ...]
"""The walks of all patrols of one shift."""


@dataclass(frozen=True, slots=True)
class Break:
    """A rest at the base: how many steps from moment to moment, and the first and the last at which it may begin.

    At the moment at which it begins and at that at which it ends the patrol is there, between them it is on its break.
    """

    steps: int
    first: int
    last: int


@dataclass(frozen=True, eq=False)
class Ground:
    """Areas 0 to n − 1, and the moments 0 to ``steps`` − 1 of a shift, a step apart.

    travel
        Steps from area to area, shape (n, n), at least 1 off the diagonal; ``NO_WAY`` where there is no direct way.
    bases
        Area at which each patrol begins; ``None`` for one that may begin anywhere.
    returns
        Whether each patrol must be at its base at the last step.
    visits
        How often each area must be entered from elsewhere, by all patrols together, shape (n,).
    rest
        The break that every patrol takes at its base, ``None`` for none.
    """

    travel: Integers
    steps: int
    bases: tuple[int | None, ...]
    returns: bool = True
    visits: Integers = field(default_factory=lambda: np.zeros(0, np.int64))
    rest: Break | None = None

    @property
    def areas(self) -> int:
        """How many areas."""
        return len(self.travel)

    @cached_property
    def needed(self) -> Integers:
        """How often each area must be entered, shape (n,)."""
        return self.visits if len(self.visits) else np.zeros(self.areas, np.int64)

    @cached_property
    def shortest(self) -> Integers:
        """Steps of the shortest way from area to area, over others where that is shorter, shape (n, n)."""
        found = self.travel.copy()
        np.fill_diagonal(found, 0)
        for over in range(self.areas):
            found = np.minimum(found, found[:, over, None] + found[None, over, :])
        return found

    @cached_property
    def ways(self) -> tuple[tuple[tuple[int, int], ...], ...]:
        """From each area the areas that are walked to directly, with the steps that takes.

        A way that takes as long over a third area is left out: who goes over that area sees more.
        """
        return tuple(
            tuple((to, int(self.travel[at, to])) for to in range(self.areas) if self._is_direct(at, to))
            for at in range(self.areas)
        )

    def _is_direct(self, at: int, to: int) -> bool:
        steps = int(self.travel[at, to])
        if at == to or steps >= self.steps:
            return False
        over = self.shortest[at] + self.shortest[:, to]
        over[[at, to]] = NO_WAY
        return bool(steps <= self.shortest[at, to] and steps < over.min(initial=NO_WAY))

    @property
    def holds_any(self) -> bool:
        """Whether walks must hold visits or breaks."""
        return self.rest is not None or bool(self.needed.any())

    @property
    def freed(self) -> Ground:
        """The same ground, where walks need hold neither visits nor breaks."""
        return replace(self, visits=np.zeros(0, np.int64), rest=None) if self.holds_any else self

    def break_of(self, walk: Walk) -> tuple[int, int] | None:
        """The moments at which a patrol's break begins and ends, the first that fit; ``None`` without one."""
        rest = self.rest
        if rest is None:
            return None
        if ON_BREAK in walk:
            begins = walk.index(ON_BREAK) - 1
        else:
            # A break of one step leaves no moment out.
            fits = (one for one in range(rest.first, rest.last + 1) if walk[one] == walk[one + 1] == walk[0])
            begins = next(fits)
        return begins, begins + rest.steps

    def entered(self, walks: Walks) -> Integers:
        """How often each area is entered from elsewhere, by all of these walks together, shape (n,)."""
        found = np.zeros(self.areas, np.int64)
        for walk in walks:
            last = walk[0]
            for place in walk:
                if place >= 0 and place != last:
                    found[place] += 1
                last = place if place >= 0 else last
        return found

    def presence(self, walks: Walks) -> Flags:
        """Whether any patrol is in each area at each step, shape (n, steps)."""
        found = np.zeros((self.areas, self.steps), np.bool_)
        for walk in walks:
            places = np.array(walk)
            at = np.flatnonzero(places >= 0)
            found[places[at], at] = True
        return found
