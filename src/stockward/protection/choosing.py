"""The cheapest choice under which every goal is met: a program of costs, and goals that are measured as they come up.

The program knows costs and what was ruled out so far. Each plan that it proposes is measured goal by goal; one that
misses a goal is ruled out for that goal, together with all that could not meet it whatever else is decided, and the
program is solved again [Hooker & Ottosson 2003, logic-based Benders decomposition]. The first that meets every goal is
the cheapest there is: all that was ruled out misses a goal. No measure is taken to help, or to help more when there is
more of it.

What a count by lot must draw hangs on which areas are counted whole in time. It costs nothing in the program until a
plan is proposed; then the cheapest sample for those areas is found, and no plan that counts no more of them whole can
draw for less.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from stockward.answers.plan import MeasureKind
from stockward.optim.linear import LinearSolution
from stockward.optim.whole import whole_costs
from stockward.protection.counts.drawing import CountByLot, CountedGoal, DrawnSample
from stockward.protection.decisions import DecidedLevels, Decision
from stockward.protection.goals_held import GoalKey
from stockward.protection.proposing import HeldRequirement, ProposedPlans, RuledOut
from stockward.terms.verdicts import Solved


@dataclass(frozen=True, slots=True)
class CheapestChoice:
    """A choice that meets every goal, its cost, and a cost that none falls below; ``None`` where there is none."""

    status: Solved
    choice: DecidedLevels | None
    cost: Fraction | None
    bound: Fraction | None


class Chooser:
    """Chooses among decisions; what was found of a goal is kept, whichever goals are asked about next."""

    def __init__(self, decisions: Sequence[Decision], seed: int, counts: Sequence[CountByLot] = ()) -> None:
        self.decisions, self._seed, self.counts = tuple(decisions), seed, tuple(counts)
        costs = [level.cost for one in decisions for level in one.levels]
        looks = [stratum.cost for one in counts for stratum in one.strata]
        items = sum(stratum.units for one in counts for stratum in one.strata)
        self.costs = whole_costs([*costs, *looks], times=max(len(decisions) + items, 1))
        self._ruled_out: dict[int, list[tuple[float, RuledOut]]] = {}

    def ruled_out(self, held: HeldRequirement) -> list[RuledOut]:
        """What was ruled out for a goal where no more was asked of it than is now."""
        return [values for demand, values in self._ruled_out.get(id(held), []) if demand <= held.demand]

    def rule_out(self, held: HeldRequirement, values: RuledOut, *, demand: float | None = None) -> None:
        """Rule out all plans of which a goal depends on these values, for as long as no less is asked of it: than is
        now, or than another ``demand``.
        """
        self._ruled_out.setdefault(id(held), []).append((held.demand if demand is None else demand, values))

    def samples(self, choice: DecidedLevels, counted: Sequence[CountedGoal]) -> list[DrawnSample]:
        """What each count by lot draws for these goals, with a choice."""
        return [one.sample(self.counted_whole(one, choice), counted) for one in self.counts]

    def counted_whole(self, count: CountByLot, choice: DecidedLevels) -> frozenset[str]:
        """The areas that are counted whole in time for a count by lot, with a choice."""
        decided = [one for one in self.decisions if one.kind is MeasureKind.INVENTORIES and one.of in count.areas]
        return frozenset(one.of for one in decided if count.is_in_time(one.levels[choice[one]]))

    def cost(self, choice: DecidedLevels, counted: Sequence[CountedGoal] | None = None) -> Fraction:
        """What a choice costs a year, with what is drawn for these goals (all of them without)."""
        drawn = self.samples(choice, self._all_counted if counted is None else counted)
        return sum((one.cost for one in drawn), Fraction(0)) + sum(
            (one.levels[choice[one]].cost for one in self.decisions), Fraction(0)
        )

    @property
    def _all_counted(self) -> list[CountedGoal]:
        return [goal for one in self.counts for goal in one.goals]

    def cheapest(
        self,
        goals: Sequence[HeldRequirement],
        *,
        most: Fraction | None = None,
        counted: Sequence[CountedGoal] | None = None,
    ) -> CheapestChoice:
        """The cheapest choice that meets these goals, and costs no more than ``most``.

        ``counted`` are the goals that counts by lot must meet, all of them without.
        """
        search = _Search(self, goals, self._all_counted if counted is None else counted, most)
        while True:
            found = search.plans.cheapest(self._seed)
            if not found.found:
                return CheapestChoice(found.status, None, None, None)
            if not search.meets_all(found):
                continue
            alike = search.plans.changing_least(found, self._seed)
            if search.meets_all(alike):
                return search.answered(alike)


class _Search:
    """One search for the cheapest choice that meets some goals: what it found is known to the plans proposed next."""

    def __init__(
        self, chooser: Chooser, goals: Sequence[HeldRequirement], counted: Sequence[CountedGoal], most: Fraction | None
    ) -> None:
        self._chooser, self._goals, self._counted = chooser, goals, counted
        self._samples: dict[int, dict[frozenset[str], DrawnSample]] = {id(one): {} for one in chooser.counts}
        self.plans = ProposedPlans(chooser.decisions, goals, chooser.counts, chooser.costs, most)
        for held in goals:
            for values in chooser.ruled_out(held):
                self.plans.forbid(held, values)

    def meets_all(self, proposed: LinearSolution) -> bool:
        """Whether a proposed plan costs what it says, and meets every goal; what it does not is known from then on."""
        choice = self.plans.choice(proposed)
        return not self._draws_more(choice, proposed) and not self._misses(choice)

    def _draws_more(self, choice: DecidedLevels, proposed: LinearSolution) -> bool:
        """Whether a count draws for more than the plan pays."""
        more = False
        for count in self._chooser.counts:
            whole, known = self._chooser.counted_whole(count, choice), self._samples[id(count)]
            if whole not in known:
                known[whole] = count.sample(whole, self._counted)
                self.plans.draws_for(count, whole, known[whole].cost)
            more |= self.plans.costs.rounded_up(known[whole].cost) > self.plans.paid(count, proposed)
        return more

    def _misses(self, choice: DecidedLevels) -> bool:
        """Rule out what misses a goal: first of all goals that no test could meet, then of those that this one misses.

        To measure a goal takes long, so that is done only for a plan that could meet them all.
        """
        held = [(one, one.key(choice)) for one in self._goals]
        hopeless = [(one, key) for one, key in held if not one.could_be_met(key)]
        missed = [] if hopeless else [(one, key) for one, key in held if not one.is_met(key)]
        for one, key in hopeless:
            self._rule_out(one, _widened(one, key, one.is_hopeless))
        for one, key in missed:
            self._rule_out(one, _widened(one, key, one.is_missed))
        return bool(hopeless or missed)

    def _rule_out(self, held: HeldRequirement, values: RuledOut) -> None:
        self._chooser.rule_out(held, values)
        self.plans.forbid(held, values)

    def answered(self, proposed: LinearSolution) -> CheapestChoice:
        """The choice, its cost, and a cost that none falls below: by less than the samples found may be too dear."""
        choice = self.plans.choice(proposed)
        cost = self._chooser.cost(choice, self._counted)
        proven = proposed.status is Solved.PROVEN
        bound = cost if proven else Fraction(proposed.bound or 0) / self.plans.costs.scale
        doubt = sum(
            (max((_doubt(one) for one in known.values()), default=Fraction(0)) for known in self._samples.values()),
            Fraction(0),
        )
        status = Solved.FEASIBLE if doubt else proposed.status
        return CheapestChoice(status, choice, cost, max(bound - doubt, Fraction(0)))


def _doubt(sample: DrawnSample) -> Fraction:
    """By how much a cheaper sample could fall below this one."""
    return max(sample.cost - Fraction(sample.bound), Fraction(0)) if sample.bound < float(sample.cost) else Fraction(0)


def _widened(held: HeldRequirement, key: GoalKey, rules_out: Callable[[GoalKey, RuledOut], bool]) -> RuledOut:
    """All that surely misses a goal as what it depends on does: the more, the fewer plans are proposed in vain.

    What is decided on methods comes first: how often is counted must be looked at one by one. Of a place at which not
    all values miss it, those are added that do.
    """
    among = nothing_but(key)
    every = [held.times, *([level.value for level in one.levels] for one in held.others)]
    for place in [*range(1, len(key)), 0]:
        for more in (every[place], *([value] for value in every[place])):
            wider = (*among[:place], among[place].union(more), *among[place + 1 :])
            if wider != among and rules_out(key, wider):
                among = wider
    return among


def nothing_but(key: GoalKey) -> RuledOut:
    """What a goal depends on, and nothing else."""
    return tuple(frozenset([value]) for value in key)
