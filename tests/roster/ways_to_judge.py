"""The rules that a guard's roster breaks, as each of those says it that must agree: model, search, engine, checker."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
from ortools.sat.python import cp_model

from stockward.answers.roster import Duty
from stockward.book import Site
from stockward.book.known import known_at
from stockward.guards.roll import on_posts, roll
from stockward.optim.cp_sat import SearchRequest, solve_model
from stockward.roster.checker.checks import check_roster
from stockward.roster.checker.facts import Checked
from stockward.roster.engine.model import PeoplePart, solve_people
from stockward.roster.engine.problem import RosterProblem
from stockward.roster.engine.schedules import Scheduler
from stockward.roster.rules.drafting import RosterDraft
from stockward.roster.rules.table import OF_A_GUARD, WorkRule
from stockward.roster.site.columns import translate
from stockward.roster.site.problem import GuardProblem
from stockward.roster.site.scoring import Scorer

Starts = Collection[tuple[int, int]]
"""Day of the roster and hour at which each shift begins."""


def shifts_at(problem: GuardProblem, starts: Starts) -> list[int]:
    """The shifts that begin then."""
    zone = problem.horizon.zone
    return [n for n, shift in enumerate(problem.shifts) if (shift.day, shift.start.astimezone(zone).hour) in starts]


def broken_in_model(problem: GuardProblem, shifts: Collection[int]) -> set[str]:
    return {rule.name for rule in OF_A_GUARD if not _is_possible(problem, shifts, rule)}


def _is_possible(problem: GuardProblem, shifts: Collection[int], rule: WorkRule) -> bool:
    model = cp_model.CpModel()
    draft = RosterDraft(problem, model, [0], range(problem.horizon.days))
    for shift in problem.open[0]:
        draft.work[0, shift] = model.new_constant(int(shift in shifts))
        draft.begun.setdefault((0, problem.shifts[shift].day), []).append(shift)
    for key, begun in draft.begun.items():
        draft.literals[key] = model.new_constant(int(any(shift in shifts for shift in begun)))
    rule.write(draft, 0)
    return solve_model(model, SearchRequest(seed=0)).found


def broken_in_search(problem: GuardProblem, shifts: Collection[int]) -> set[str]:
    translated = translate(problem)
    scorer = Scorer(problem, translated)
    months = scorer.months_of(translated.rows([frozenset(shifts)]), np.array([0]))
    return {name for name, count in scorer.counters.items() if count(months)[0]}


def impossible_in_engine(problem: GuardProblem, shifts: Collection[int]) -> bool:
    """Whether the engine knows of a rule that is broken; its model and its dynamic programme must agree."""
    translated = translate(problem)
    rows = translated.rows([frozenset(shifts)])
    only = np.zeros(translated.problem.open.shape, np.bool_)
    only[0, np.arange(rows.shape[1]), rows[0]] = True
    in_model = not solve_people(
        translated.problem, _alone(translated.problem, only), SearchRequest(seed=0)
    ).answer.found
    prices = np.where(only, 0.0, 1.0)
    in_programme = bool(Scheduler(translated.problem).best([0], prices).bounds[0] > 0.5)
    assert in_model == in_programme
    return in_model


def _alone(problem: RosterProblem, choices: Any) -> PeoplePart:
    return PeoplePart([0], choices, np.zeros(problem.demand.required.shape, np.int64))


def broken_in_checker(site: Site, problem: GuardProblem, shifts: Sequence[int]) -> set[str]:
    """Whatever the checker finds, but for places that one guard cannot fill."""
    horizon, guard = problem.horizon, problem.guards[0]
    duties = [
        Duty(
            person=guard.code, affiliation=guard.affiliation, post="gate", number=1, day=horizon.date(shift.day),
            start=shift.start, end=shift.end, hours=shift.minutes / 60, night=shift.night, weekend=shift.weekend,
            locked=False, changed=None,
        )
        for shift in (problem.shifts[number] for number in shifts)
    ]  # fmt: skip
    people = on_posts(roll(known_at(site, None)))
    checked = Checked(site, people, duties, start=horizon.start, weeks=horizon.weeks, numbers={})
    return {breach.rule for breach in check_roster(checked)} - {"staffing"}
