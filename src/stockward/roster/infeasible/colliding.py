"""Which rules collide where counting alone does not show it: sets of rules tried by CP-SAT, down to a smallest one.

Each constraint is bound to a literal of its reason: a rule and a guard, or a post and its day. The solver names reasons
that cannot hold together; then each is left out in turn, and stays out where the others still collide (deletion filter,
Chinneck & Dravnieks 1991). What is left is irreducible: without any one of them the others can be kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from stockward.answers.roster import Conflict
from stockward.optim.cp_sat import SearchRequest, solve_model
from stockward.roster.rules.drafting import Reason, RosterDraft
from stockward.roster.rules.table import AT_MOST, MIXED, OF_A_GUARD, RULES, STAFFING, WorkRule
from stockward.roster.site.model import Sought, roster_model
from stockward.roster.site.problem import GuardProblem
from stockward.terms.verdicts import Solved

_NAMED = {rule.name: rule for rule in RULES}
_OF_POSTS = (STAFFING.name, MIXED.name)


@dataclass(frozen=True)
class Collision:
    """Reasons that cannot hold together, and whether none of them can be left out."""

    reasons: tuple[Reason, ...]
    irreducible: bool


def collision(problem: GuardProblem, seconds_left: Callable[[], float] | None, *, seed: int) -> Collision | None:
    """Rules that collide: in one week where that is found, else in the whole roster; ``None`` where none are found."""
    days = problem.horizon.days
    weeks = [range(first, min(first + 7, days)) for first in range(0, days, 7)]
    tries: list[tuple[range, Sequence[WorkRule]]] = [(week, AT_MOST) for week in weeks] if days > 7 else []
    for window, rules in (*tries, (range(days), OF_A_GUARD)):
        if seconds_left is not None and seconds_left() <= 0:
            return None
        trial = _Trial(problem, window, rules, seconds_left, seed)
        core = trial.core(trial.all)
        if core is not None:
            return trial.least(core)
    return None


class _Trial:
    """One model whose rules can be switched on and off."""

    def __init__(
        self, problem: GuardProblem, days: range, rules: Sequence[WorkRule], left: Callable[[], float] | None, seed: int
    ) -> None:
        self._literals: dict[Reason, Any] = {}
        self._left, self._seed = left, seed
        self._draft: RosterDraft | None = None
        sought = Sought(days, cost=False, given=self._literal, rules=tuple(rules))
        self._model = roster_model(problem, sought, made=self._begin).model
        self.all = tuple(sorted(self._literals))

    def _begin(self, draft: RosterDraft) -> None:
        self._draft = draft

    def _literal(self, reason: Reason) -> Any:
        assert self._draft is not None
        if reason not in self._literals:
            self._literals[reason] = self._draft.model.new_bool_var("")
        return self._literals[reason]

    def core(self, reasons: Sequence[Reason]) -> tuple[Reason, ...] | None:
        """Some of the reasons that cannot hold together; ``None`` where they can, or that is not found out in time."""
        chosen = {self._literals[reason].index: reason for reason in reasons}
        self._model.clear_assumptions()
        self._model.add_assumptions([self._literals[reason] for reason in reasons])
        work = 20.0 if self._left is None else None
        seconds = None if self._left is None else max(self._left(), 0.1)
        answer = solve_model(self._model, SearchRequest(self._seed, seconds=seconds, work=work))
        if answer.status is not Solved.IMPOSSIBLE:
            return None
        found = tuple(chosen[index] for index in answer.colliding if index in chosen)
        return found or tuple(reasons)

    def least(self, core: tuple[Reason, ...]) -> Collision:
        """A core of which none can be left out, as far as the time allows."""
        kept, needed = list(core), set[Reason]()
        while True:
            waiting = [reason for reason in kept if reason not in needed]
            if not waiting:
                return Collision(tuple(sorted(kept)), irreducible=True)
            if self._left is not None and self._left() <= 0:
                return Collision(tuple(sorted(kept)), irreducible=False)
            without = self.core([reason for reason in kept if reason != waiting[0]])
            if without is None:
                needed.add(waiting[0])
            else:
                kept = list(without)


def conflicts_in_words(problem: GuardProblem, found: Collision) -> tuple[Conflict, ...]:
    """The reasons of a collision, one line a rule, with everybody and everything that it binds there."""
    by_rule: dict[str, list[Reason]] = {}
    for reason in found.reasons:
        by_rule.setdefault(reason.rule, []).append(reason)
    return tuple(_conflict(problem, rule, reasons) for rule, reasons in sorted(by_rule.items(), key=_of_posts_first))


def _of_posts_first(item: tuple[str, list[Reason]]) -> tuple[bool, str]:
    return item[0] not in _OF_POSTS, item[0]


def _conflict(problem: GuardProblem, rule: str, reasons: Sequence[Reason]) -> Conflict:
    days = [problem.horizon.date(reason.day) for reason in reasons if reason.day is not None]
    names = tuple(dict.fromkeys(reason.who for reason in reasons))
    of_posts = rule in _OF_POSTS
    if of_posts:
        said = "; ".join(f"{reason.who} on {problem.horizon.date(reason.day or 0)}" for reason in reasons)
    else:
        said = ", ".join(names)
    return Conflict(
        rule=rule,
        words=f"{_NAMED[rule].stated(problem)}: {said}.",
        people=() if of_posts else names,
        posts=tuple(post for name in names for post in name.split(" ")) if of_posts else (),
        first=min(days, default=None),
        last=max(days, default=None),
    )
