"""Why no walks hold what they must, and how many patrols would."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from stockward.patrol.game.mixing import Effort
from stockward.patrol.game.proof import bound_together
from stockward.patrol.game.together import JointSearch
from stockward.patrol.site.shift import MOST_PATROLS
from stockward.terms.verdicts import Solved

if TYPE_CHECKING:
    from stockward.patrol.site.shift import PatrolShift

_KEPT = 16
_FOUND = (Solved.PROVEN, Solved.FEASIBLE)


def why_impossible(shift: PatrolShift, effort: Effort) -> tuple[Solved, str]:
    """Whether it is proven that no walks hold all visits, or none were found in time, and what would mend it."""
    ground = shift.ground
    status = bound_together(ground, shift.thefts(), np.zeros(len(shift.thefts().starts)), seconds=effort.seconds).status
    visits = int(ground.needed.sum())
    areas = [shift.names[place] for place in np.flatnonzero(ground.needed)]
    patrols = len(ground.bases)
    who = "1 patrol cannot" if patrols == 1 else f"{patrols} patrols cannot"
    what = f"make {visits} visits" if visits > len(areas) else f"see {len(areas)} areas"
    within = f"in a shift of {shift.minutes:g} min"
    rests = "" if ground.rest is None else ", with their breaks"
    mend = _mend(shift, effort)
    if status is not Solved.IMPOSSIBLE:
        return Solved.OUT_OF_TIME, f"no walks were found by which {patrols} {what} {within}{rests}: {mend}"
    return status, f"{who} {what} {within}{rests}: {mend}"


def _mend(shift: PatrolShift, effort: Effort) -> str:
    """The least number of patrols of which walks are found that hold all, or fewer visits.

    What the quick search does not find, the whole-number program of all patrols may.
    """
    ground, thefts = shift.ground, shift.thefts()
    for number in range(len(ground.bases) + 1, MOST_PATROLS + 1):
        bases = tuple(ground.bases[place % len(ground.bases)] for place in range(number))
        more, none = replace(ground, bases=bases), np.zeros(len(thefts.starts))
        found = JointSearch(more, thefts).best(none, _KEPT).walks is not None
        if found or bound_together(more, thefts, none, seconds=effort.seconds).status in _FOUND:
            return f"{number} patrols could (patrols = {number} under [patrol]), or lower least_visits"
    return "lower least_visits in targets.csv or under [patrol] in site.toml"
