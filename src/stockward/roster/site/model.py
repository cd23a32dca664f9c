"""The model of a guards' roster on some days: every rule of the table, the posts, the cost of ``costs``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stockward.optim.cp_sat import SearchRequest, SearchResult, solve_model
from stockward.roster.rules.drafting import Reason, RosterDraft
from stockward.roster.rules.table import LOCKED, MIXED, OF_A_GUARD, STAFFING, WorkRule
from stockward.roster.site.costs import Times, fair_shares, objective
from stockward.roster.site.problem import GuardProblem, PostGroup


@dataclass(frozen=True, eq=False)
class Sought:
    """What of everybody's roster is sought: on which days, and whether at the least cost."""

    days: range
    cost: bool = True
    given: Callable[[Reason], Any] | None = None
    rules: tuple[WorkRule, ...] = OF_A_GUARD
    """The rules of single guards that are written."""


@dataclass(frozen=True, eq=False)
class FoundTimes:
    """What was found: the shifts of each guard (``None`` where nothing was), and what the solver says."""

    times: Times | None
    answer: SearchResult


def whole_roster(problem: GuardProblem, *, cost: bool = True) -> Sought:
    """The whole roster."""
    return Sought(range(problem.horizon.days), cost=cost)


def roster_model(
    problem: GuardProblem, sought: Sought, *, made: Callable[[RosterDraft], None] = lambda draft: None
) -> RosterDraft:
    """Write every rule, and the cost, into a model; ``made`` is given the draft before any rule stands in it."""
    from ortools.sat.python import cp_model

    model = cp_model.CpModel()
    draft = RosterDraft(problem, model, range(len(problem.guards)), sought.days, given=sought.given)
    made(draft)
    groups = [k for k, group in enumerate(problem.groups) if problem.shifts[group.shift].day in sought.days]
    _work(draft)
    _stand(draft, groups)
    _locks(draft)
    for guard in draft.guards:
        for rule in sought.rules:
            rule.write(draft, guard)
    for k in groups:
        _staff(draft, k)
        _mix(draft, k)
    for shift in dict.fromkeys(problem.groups[k].shift for k in groups):
        for member in range(len(problem.classes)):
            _balance(draft, member, shift)
    if sought.cost:
        model.minimize(sum(objective(draft, fair_shares(problem))))
    return draft


def _work(draft: RosterDraft) -> None:
    """x for each guard and open shift that is sought, and w = Σ x for each day."""
    problem, model = draft.problem, draft.model
    for guard in draft.guards:
        for s in problem.open[guard]:
            if problem.shifts[s].day in draft.days:
                draft.work[guard, s] = model.new_bool_var("")
                draft.begun.setdefault((guard, problem.shifts[s].day), []).append(s)
    for (guard, day), begun in draft.begun.items():
        draft.literals[guard, day] = draft.any_of([draft.work[guard, s] for s in begun])


def _stand(draft: RosterDraft, groups: Sequence[int]) -> None:
    """z for each group and class that can stand there."""
    problem, model = draft.problem, draft.model
    could: dict[tuple[int, int], int] = {}
    for guard, s in draft.work:
        key = problem.class_of[guard], s
        could[key] = could.get(key, 0) + 1
    for number in groups:
        group = problem.groups[number]
        for member in group.classes:
            most = min(group.places, could.get((member, group.shift), 0))
            if most:
                draft.stand[member, number] = model.new_int_var(0, most, "")


def _locks(draft: RosterDraft) -> None:
    """A locked assignment is kept: x_gs = 1, and its guard stands at its post."""
    problem = draft.problem
    for (guard, shift), post in problem.locked.items():
        reason = Reason(LOCKED.name, draft.code(guard), problem.shifts[shift].day)
        if problem.shifts[shift].day not in draft.days:
            continue
        draft.require(draft.work.get((guard, shift), 0) == 1, reason)
        own = problem.class_of[guard]
        for k in problem.groups_at.get(shift, ()):
            if problem.groups[k].posts[0].post == post:
                draft.require(draft.stand.get((own, k), 0) == 1, reason)


def _staff(draft: RosterDraft, group: int) -> None:
    """Every place of a group of posts is filled: Σ_c z_ck = places_k.

    Only classes that hold what the posts ask for, and may guard their areas, have a z there.
    """
    said = draft.problem.groups[group]
    there = sum(draft.stand[c, group] for c in said.classes if (c, group) in draft.stand)
    draft.require(there == said.places, _of_posts(draft, STAFFING, said))


def _mix(draft: RosterDraft, group: int) -> None:
    """More than one affiliation stands at each of n posts with m guards: Σ_{c of a} z_ck ≤ n (m − 1), each a.

    That is enough: guards dealt out to the n posts in turn, affiliation by affiliation, then never fill a post with
    one alone. Here every place is filled; whoever stands where places stay open is settled with the posts.
    """
    said = draft.problem.groups[group]
    if not said.mixed:
        return
    by_affiliation: dict[str, list[Any]] = {}
    for c in said.classes:
        if (c, group) in draft.stand:
            affiliation = draft.problem.guards[draft.problem.classes[c][0]].affiliation
            by_affiliation.setdefault(affiliation, []).append(draft.stand[c, group])
    for terms in by_affiliation.values():
        draft.require(sum(terms) <= said.number * (said.guards - 1), _of_posts(draft, MIXED, said))


def _of_posts(draft: RosterDraft, rule: WorkRule, group: PostGroup) -> Reason:
    """The reason of a rule of posts on a day."""
    return Reason(rule.name, " ".join(post.post for post in group.posts), draft.problem.shifts[group.shift].day)


def _balance(draft: RosterDraft, member: int, shift: int) -> None:
    """Who works stands somewhere: Σ_{k at s} z_ck = Σ_{g in c} x_gs."""
    problem = draft.problem
    standing = [draft.stand[member, k] for k in problem.groups_at.get(shift, ()) if (member, k) in draft.stand]
    working = [draft.work[g, shift] for g in problem.classes[member] if (g, shift) in draft.work]
    if standing or working:
        draft.model.add(sum(standing) == sum(working))


def solve(problem: GuardProblem, sought: Sought, asked: SearchRequest) -> FoundTimes:
    """Find the shifts of everybody on the days that are sought."""
    draft = roster_model(problem, sought)
    answer = solve_model(draft.model, asked)
    return FoundTimes(times_of(draft, answer) if answer.found else None, answer)


def times_of(draft: RosterDraft, answer: SearchResult) -> Times:
    """The shifts of each guard as the solver has them."""
    times: list[set[int]] = [set() for _ in draft.problem.guards]
    for guard, s in draft.work:
        if answer.value(draft.work[guard, s]):
            times[guard].add(s)
    return [frozenset(mine) for mine in times]
