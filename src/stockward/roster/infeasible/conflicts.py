"""Which rules collide where a condition fails: what is to be filled, who could, and which rules keep them from it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from stockward.answers.roster import Conflict
from stockward.roster.infeasible.alone import binding_rules
from stockward.roster.infeasible.conditions import COUNTED_ALONE, Ask, Shortage, bound_in_a_week, fails_alone
from stockward.roster.rules.table import CONTRACT_HOURS, HOURS_A_WEEK, LONGEST_RUN, ONE_SHIFT_A_DAY, REST, STAFFING
from stockward.roster.site.demand import DatedShift
from stockward.roster.site.problem import GuardProblem

_MOST_NAMED = 12


def conflicts_of(problem: GuardProblem, shortage: Shortage) -> tuple[Conflict, ...]:
    """A condition that fails as the rules that collide: what is to be filled, who could, and what binds them."""
    first, last = problem.horizon.date(shortage.first), problem.horizon.date(shortage.last)
    codes = tuple(problem.guards[guard].code for guard in shortage.guards)
    there = _amount(shortage, shortage.there)
    able = f"{_guards(len(codes))}{_names(codes)} can stand there then"
    they, their = ("they", "their contracts give") if len(codes) > 1 else ("that guard", "the contract gives")
    bound = {
        "shift": f"Only {able}." if codes else "Nobody can stand there then.",
        "day": f"Only {able}, each for one shift a day.",
        "week": f"{able}; in that week {they} can work {there}: {_why_in_a_week(problem, shortage)}.",
        "roster": f"{able}; {their} {there}{_taken(problem, shortage.guards)}.",
    }.get(shortage.kind, f"{able}; by the rules for each of them {they} can do {there} at most.")
    rule = {"day": ONE_SHIFT_A_DAY.name, "week": HOURS_A_WEEK.name, "roster": CONTRACT_HOURS.name}
    if shortage.kind == "week" and set(bound_in_a_week(problem, shortage)) == {REST.name}:
        rule["week"] = REST.name
    words = f"{bound} That is {_amount(shortage, shortage.asked - shortage.there)} too few."
    able_to = Conflict(rule=rule.get(shortage.kind, "there"), words=words, people=codes, first=first, last=last)
    alone = shortage.kind in COUNTED_ALONE
    binding = binding_rules(problem, partial(fails_alone, shortage)) if alone else ()
    return (
        filling(problem, shortage),
        able_to,
        *(Conflict(rule=one.name, words=one.told(problem), people=codes) for one in binding),
    )


def what_binds(problem: GuardProblem, fails: Callable[[GuardProblem], bool]) -> str:
    """The rules of single guards for which something fails, as the site states them."""
    return " ".join(rule.told(problem) for rule in binding_rules(problem, fails))


def filling(problem: GuardProblem, shortage: Shortage) -> Conflict:
    """What is to be filled where a condition fails."""
    posts = tuple(dict.fromkeys(post.post for ask in shortage.asks for post in ask.posts))
    takes = f"{_listed(posts)} {'takes' if len(posts) == 1 else 'take'} {_amount(shortage, shortage.asked)}"
    return Conflict(
        rule=STAFFING.name,
        words=f"{_when(problem, shortage)}, {takes}{_asks(shortage.asks)}.",
        posts=posts,
        first=problem.horizon.date(shortage.first),
        last=problem.horizon.date(shortage.last),
    )


def _amount(shortage: Shortage, number: int) -> str:
    """Guards, shifts or hours."""
    if shortage.kind in ("shift", "day"):
        return _guards(number)
    return f"{number} shift{'' if number == 1 else 's'}" if shortage.kind == "weekends" else f"{number / 60:g} hours"


def _why_in_a_week(problem: GuardProblem, shortage: Shortage) -> str:
    """What keeps the hours of a week so low, and whom."""
    said = {
        "there": "no more on the days on which they are there",
        **{rule.name: rule.held_at(rule.value(problem.rules)) for rule in (HOURS_A_WEEK, LONGEST_RUN, REST)},
    }
    return "; ".join(
        f"{said.get(rule) or _contracts(problem, guards)}{_of_whom(problem, guards, shortage)}"
        for rule, guards in bound_in_a_week(problem, shortage).items()
    )


def _contracts(problem: GuardProblem, guards: Sequence[int]) -> str:
    """What contracts give over the roster, in words."""
    minutes = sum(problem.guards[guard].contract_minutes for guard in guards)
    why = _taken(problem, guards) or ("" if minutes else ", since they count on no Monday to Friday of it")
    overtime = sum(problem.guards[guard].overtime_minutes for guard in guards) / 60
    beyond = f", and overtime {overtime:g}" if overtime else ""
    gives = "contract gives" if len(guards) == 1 else "contracts give"
    return f"the {gives} {minutes / 60:g} hours over the roster{why}{beyond}"


def _taken(problem: GuardProblem, guards: Sequence[int]) -> str:
    """What absences have taken from contracts, in words."""
    minutes = sum(problem.guards[guard].taken_minutes for guard in guards)
    return f", after {minutes / 60:g} of leave, sickness and training" if minutes else ""


def _of_whom(problem: GuardProblem, guards: Sequence[int], shortage: Shortage) -> str:
    """The guards whom a rule binds, where it does not bind all of them."""
    if len(guards) == len(shortage.guards):
        return ""
    codes = [problem.guards[guard].code for guard in guards]
    return _names(codes) or f" ({_guards(len(codes))})"


def _guards(number: int) -> str:
    return f"{number} guard{'' if number == 1 else 's'}"


def _when(problem: GuardProblem, shortage: Shortage) -> str:
    first, last = problem.horizon.date(shortage.first), problem.horizon.date(shortage.last)
    if shortage.kind == "shift":
        shift = problem.shifts[shortage.asks[0].shift]
        return f"On {first}, {_clock(problem, shift)}"
    if shortage.kind == "day":
        return f"On {first}"
    span = {"week": "In the week", "weekends": "On the weekends"}.get(shortage.kind, "In the roster")
    return f"{span} from {first} to {last}"


def _clock(problem: GuardProblem, shift: DatedShift) -> str:
    start, end = (moment.astimezone(problem.horizon.zone).strftime("%H:%M") for moment in (shift.start, shift.end))
    return f"{start} to {'24:00' if end == '00:00' else end}"


def _asks(asks: Sequence[Ask]) -> str:
    """What the posts ask of a guard."""
    wanted = sorted({post.qualification or "" for ask in asks for post in ask.posts})
    affiliations = {ask.affiliation for ask in asks}
    said = []
    if len(affiliations) == 1 and None not in affiliations:
        said.append(f" of {asks[0].affiliation} guards, since they must be mixed")
    held = _listed([name for name in wanted if name]) if wanted != [""] else ""
    if held:
        said.append(f", {'in part ' if '' in wanted else ''}of guards who hold {held}")
    return "".join(said)


def _names(codes: Sequence[str]) -> str:
    return f" ({', '.join(codes)})" if 0 < len(codes) <= _MOST_NAMED else ""


def _listed(names: Sequence[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"
