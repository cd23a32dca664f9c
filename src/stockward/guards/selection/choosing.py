"""How many of each group of candidates to choose: the integer program of one plan.

Candidates are alike where they are the same in every aim and rule of the plan: of one affiliation, at work on one line
(or on none), serving on the due date or not, and on the day on which the plan meets the order or not. The program
decides how many of each group are taken; a lot decides who.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from stockward.answers.selection import Candidate
from stockward.guards.selection.lines import Line
from stockward.guards.selection.lots import TICKETS, ticket
from stockward.guards.selection.ruling import BandShares, band_rules, line_prices, output_lost_sum
from stockward.guards.selection.strength import Strength
from stockward.optim.linear import LinearRule, LinearSolution, Program, Sum
from stockward.optim.whole import WholeCosts, whole_costs
from stockward.terms.verdicts import Solved

Group = tuple[str, str | None, bool, bool]
"""Affiliation, line, whether they serve on the due date, and on the day on which the plan meets the order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SelectionRequest:
    """All that the plans for one order are made from.

    ``pool`` stands in the order of the lot; ``working`` has the line of each worker who is on one; ``bands`` are
    affiliation, lower and upper share.
    """

    order: str
    seed: int
    day: date
    due_on: date
    required: int
    strength: Strength
    pool: tuple[Candidate, ...]
    working: Mapping[str, str]
    lines: Mapping[str, Line]
    bands: tuple[BandShares, ...]
    deterministic_seconds: float

    @property
    def overdue(self) -> bool:
        """Whether the due date has passed: nobody chosen can serve on it."""
        return self.due_on < self.day

    def costs(self) -> WholeCosts:
        """What the first and every later worker beyond the spare ones cost, line by line, as whole numbers."""
        return whole_costs(line_prices(self.lines.values()), times=len(self.pool))


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One plan as the solver left it: how many of each group; ``cost`` in whole numbers, and what can be said of it."""

    met: date | None
    taken: Mapping[Group, int]
    guards: int
    cost: int
    status: Solved
    bound: int
    gap: float


def serves(candidate: Candidate, day: date) -> bool:
    """Whether a candidate, if chosen, counts on a day."""
    ready, last = candidate.ready_on, candidate.until
    return ready is not None and ready <= day and (last is None or last >= day)


def groups_of(asked: SelectionRequest, met: date | None) -> dict[Group, list[Candidate]]:
    """The candidates of the pool who serve on one of the days that matter, by group, each in the order of the lot."""
    groups: dict[Group, list[Candidate]] = {}
    for one in asked.pool:
        by_due, by_met = serves(one, asked.due_on), met is not None and serves(one, met)
        if by_due or by_met:
            group = (one.affiliation, asked.working.get(one.person), by_due, by_met)
            groups.setdefault(group, []).append(one)
    return dict(sorted(groups.items(), key=lambda item: (item[0][0], item[0][1] or "", item[0][2:])))


def serving_by_line(asked: SelectionRequest, day: date) -> Counter[str | None]:
    """How many candidates of each line (``None``: of none) serve on a day."""
    return Counter(asked.working.get(one.person) for one in asked.pool if serves(one, day))


def most_serving(asked: SelectionRequest, costs: WholeCosts, by_line: Counter[str | None], cost: int | None) -> int:
    """A bound without the mix: how many candidates can be taken for so much loss, the cheapest first."""
    if cost is None:
        return by_line.total()
    most = by_line[None]
    marginal: list[tuple[int, int]] = []
    for place, (code, line) in enumerate(asked.lines.items()):
        first, each = costs.costs[2 * place : 2 * place + 2]
        rest = max(0, by_line[code] - line.free)
        most += by_line[code] - rest
        marginal += [(first, min(1, rest)), (each, max(0, rest - 1))]
    for price, number in sorted(marginal):
        taken = number if not price else min(number, cost // price)
        cost -= taken * price
        most += taken
    return most


class Choosing:
    """The program of the plans that meet the order on one day (``met``), or need not meet it (``None``)."""

    def __init__(self, asked: SelectionRequest, met: date | None, costs: WholeCosts) -> None:
        self._asked = asked
        self._met = met
        self._program = Program()
        self._numbers: dict[Group, int] = {
            group: self._program.number(0, len(alike)) for group, alike in groups_of(asked, met).items()
        }
        taken = {number: group[1] for group, number in self._numbers.items()}
        self._lost = output_lost_sum(self._program, asked.lines, taken, costs.costs)
        self._guards: Sum = {number: 1 for (_, _, by_due, _), number in self._numbers.items() if by_due}
        self._on_due = asked.strength.ordered.on(asked.due_on)
        self._at_met: Sum = {number: 1 for (_, _, _, by_met), number in self._numbers.items() if by_met}
        if not asked.overdue:
            self._keep_bands(asked.due_on, self._guards)
        if met is not None:
            self._keep_bands(met, self._at_met)
            self._program.rule(self._at_met, low=asked.required - asked.strength.ordered.on(met))

    def _keep_bands(self, day: date, serving: Sum) -> None:
        joining = {number: group[0] for group, number in self._numbers.items() if number in serving}
        now = self._asked.strength.numbers(day)
        for rule in band_rules(self._asked.bands, now, joining, most=len(self._asked.pool)):
            self._program.rule(rule.terms, low=rule.low, high=rule.high)

    def cheapest(self, at_least: int | None) -> Choice | Solved:
        """The plan that loses least output with at least so many guards on the due date; of those the one with most
        guards, then with fewest chosen, then by the tickets of the groups. Or why there is none.
        """
        rules = [] if at_least is None else [LinearRule(self._guards, low=at_least - self._on_due)]
        proven = True
        answer: LinearSolution | None = None
        cheapest: LinearSolution | None = None
        for aim in (self._lost, _negative(self._guards), self._fewest()):
            solved = self._minimise(aim, rules)
            proven &= solved.status is Solved.PROVEN
            if not solved.found:
                if answer is None:
                    return solved.status
                break
            answer, cheapest = solved, cheapest or solved
            rules.append(LinearRule(aim, high=solved.objective))
        if answer is None or cheapest is None:  # every aim was asked, and each answer is one
            return Solved.OUT_OF_TIME
        return self._choice(answer, cheapest, proven)

    def _choice(self, answer: LinearSolution, cheapest: LinearSolution, proven: bool) -> Choice:
        return Choice(
            met=self._met,
            taken={group: answer.values[number] for group, number in self._numbers.items() if answer.values[number]},
            guards=self._on_due + answer.of(self._guards),
            cost=cheapest.objective or 0,
            status=Solved.PROVEN if proven else Solved.FEASIBLE,
            bound=cheapest.bound or 0,
            gap=cheapest.gap or 0.0,
        )

    def most_guards(self) -> int | None:
        """The largest figure on the due date that any plan reaches; ``None`` where none is found."""
        solved = self._minimise(_negative(self._guards), [])
        return self._on_due + solved.of(self._guards) if solved.found else None

    def possible(self, cost: int | None, at_least: int | None) -> Solved:
        """Whether a plan can lose no more than so much output, and have at least so many guards on the due date."""
        rules = [] if cost is None else [LinearRule(self._lost, high=cost)]
        rules += [] if at_least is None else [LinearRule(self._guards, low=at_least - self._on_due)]
        return self._minimise({}, rules).status

    def _fewest(self) -> Sum:
        """The number chosen, and far below it the tickets of the groups."""
        one = TICKETS * max(1, len(self._asked.pool))
        return {
            number: one + ticket(group, seed=self._asked.seed, order=self._asked.order)
            for group, number in self._numbers.items()
        }

    def _minimise(self, aim: Sum, rules: Iterable[LinearRule]) -> LinearSolution:
        return self._program.minimise(
            aim, seed=self._asked.seed, also=rules, deterministic_seconds=self._asked.deterministic_seconds
        )


def _negative(terms: Sum) -> Sum:
    return {number: -factor for number, factor in terms.items()}
