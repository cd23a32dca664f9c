"""A first roster where the engine has none in time: filled day by day, each day at the least cost.

On each day the places are given to guards by an assignment of least cost [Kuhn 1955], where a guard in a place costs
what the guard's own roster up to that day then scores more, every rule counted. What would be better as a whole is
left to the exchanges.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from stockward.roster.rules.forms import Integers
from stockward.roster.site.scoring import Scorer

_NEVER = 10**12
"""What a place costs that a guard cannot take."""


def filled_by_day(scorer: Scorer, over: Callable[[], bool]) -> Integers:
    """Rows of all guards, shape (guards, days); places that nobody can take, and days left when it is over, stay open.

    Nobody stands where they cannot; a rule may be broken.
    """
    required = scorer.translated.problem.demand.required
    rows = np.zeros((len(scorer.problem.guards), len(required)), np.int64)
    scores = scorer.score(rows, np.arange(len(rows)))
    for day, numbers in enumerate(required):
        kinds = np.flatnonzero(numbers)
        if over():
            break
        if len(kinds):
            taken = _assigned(_scored_with(scorer, rows, day, kinds) - scores[:, None], numbers[kinds])
            rows[taken >= 0, day] = kinds[taken[taken >= 0]] + 1
            scores = scorer.score(rows, np.arange(len(rows)))
    return rows


def _scored_with(scorer: Scorer, rows: Integers, day: int, kinds: Integers) -> Integers:
    """What each guard's roster scores with each kind of shift on a day, shape (guards, kinds).

    Kinds at one time are alike but for what their wishes cost and who can take them, so one of them is scored for all.
    """
    guards, scored = np.arange(len(rows)), np.empty((len(rows), len(kinds)), np.int64)
    times = scorer.number_of[day, kinds + 1]
    for time in np.unique(times):
        alike = kinds[times == time] + 1
        tried = rows.copy()
        tried[:, day] = alike[0]
        can, costs = scorer.can[:, day, alike], scorer.costs[:, day, alike]
        own = scorer.score(tried, guards) - scorer.breach * ~can[:, 0] - costs[:, 0]
        scored[:, times == time] = np.where(can, own[:, None] + costs, _NEVER)
    return scored


def _assigned(rises: Integers, numbers: Integers) -> Integers:
    """The column that each guard takes, −1 for none, where each column is wanted so many times."""
    from scipy.optimize import linear_sum_assignment

    columns = np.repeat(np.arange(rises.shape[1]), numbers)
    guards, places = linear_sum_assignment(rises[:, columns].astype(np.float64))
    taken = np.full(len(rises), -1, np.int64)
    possible = rises[guards, columns[places]] < _NEVER // 2
    taken[guards[possible]] = columns[places[possible]]
    return taken
