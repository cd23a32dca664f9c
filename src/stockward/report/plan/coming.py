"""What may come, in plain words: what fails then, what would do, and what is right whatever comes."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.plan import MeasureKind, PlanAnswer, PlannedMeasure, PlannedScenario, RobustPlan
from stockward.answers.planned.guards import PlannedGuards
from stockward.report.kit import words
from stockward.report.plan import sentences as say
from stockward.report.plan.draws import drawn_words, robust_in_draws
from stockward.report.plan.guards import force_ways, guards_coming, guards_joining
from stockward.terms.verdicts import Solved

_NAMES = 3


def scenario_words(plan: PlanAnswer) -> list[str]:
    """Each thing that may come: what fails then, and what would do."""
    posts = any(one.kind is MeasureKind.POST for one in plan.measures)
    fixed = "In what may come the guards at posts stay as the plan has them: with other options on posts more may do."
    return [*([fixed] if posts else []), *(" ".join(filter(None, _told(plan, one))) for one in plan.scenarios)]


def scenario_row(plan: PlanAnswer, one: PlannedScenario) -> tuple[str, ...]:
    """What, goals met as today and by the plan, what is cheapest there, and what the plan costs beyond that."""
    met = words.NOTHING if one.met is None else f"{one.met} of {one.goals}"
    own = "impossible" if one.status is Solved.IMPOSSIBLE else say.cost_words(plan, one.cost)
    regret = "misses goals" if one.missed else say.cost_words(plan, one.regret)
    return (one.label, f"{one.met_today} of {one.goals}", met, own, regret)


def robust_words(plan: PlanAnswer) -> list[str]:
    """The plan that holds in all that may come, what it takes, what is right at once, and what to watch."""
    robust = plan.robust
    if robust is None:
        return []
    return list(filter(None, [_robust(plan, robust), *robust_in_draws(robust), _at_once(robust), _to_watch(plan)]))


def _told(plan: PlanAnswer, one: PlannedScenario) -> list[str]:
    if one.drawn is not None:
        return [*drawn_words(plan, one, one.drawn), _own(plan, one)]
    failing = f"{one.label} ({_what(one)}): {_failing(plan, one)}."
    return [failing, _broken(one), *guards_coming(one.guards), _filled(one), _own(plan, one), *one.left_out]


def _what(one: PlannedScenario) -> str:
    parts = [
        one.production or "production as it is",
        "" if one.dispatch == 1 else f"dispatch × {one.dispatch:.3g}",
        "" if one.prices == 1 else f"prices × {one.prices:.3g}",
        "" if one.workforce == 1 else f"{words.percent(one.workforce)} of the workers remain",
        "" if one.absence == 1 else f"absence of guards × {one.absence:.3g}",
        "" if one.since is None else f"from {words.day(one.since)}",
        "" if one.chance is None else f"chance {words.percent(one.chance)}",
    ]
    return ", ".join(filter(None, parts))


def _failing(plan: PlanAnswer, one: PlannedScenario) -> str:
    if one.met is None:
        return f"as things are done today, {one.met_today} of {words.count(one.goals, 'goal')} are met"
    if not one.missed:
        more = "" if not one.regret else f", for {say.cost_words(plan, one.regret)} a year more than would do"
        return f"the plan above meets every goal{more}"
    return f"the plan above misses {len(one.missed)} of {words.count(one.goals, 'goal')}"


def _broken(one: PlannedScenario) -> str:
    first = words.listed(list(one.breaks_first), _NAMES)
    if one.holds_to is None:
        begins = "at the lower end" if one.share_held is not None else "with production as it is"
        return f"Even {begins} it misses {first}." if first else ""
    share = "" if one.share_held is None else f", which is {words.percent(round(one.share_held, 2))} of what may come"
    return f"It holds up to production × {one.holds_to:.2f}{share}; the first that it misses beyond: {first}."


def _filled(one: PlannedScenario) -> str:
    full = [f"{store.label} is full on {words.day(store.full_on)}" for store in one.full]
    return f"By these rates {words.listed(full, _NAMES)}." if full else ""


def _own(plan: PlanAnswer, one: PlannedScenario) -> str:
    if one.status is Solved.IMPOSSIBLE:
        ways = [say.way_out(plan, goal) for goal in one.in_the_way[:_NAMES]]
        spent = "" if plan.budget is None else " for what may be spent"
        none = (
            f"No plan meets every goal there{spent}."
            if one.drawn is None
            else "No plan was found that holds in so many."
        )
        return " ".join([none, *ways, *_guards_impossible(plan, one)])
    joining = guards_joining(one.guards.groups) if one.guards is not None and _other_guards(plan, one) else ""
    if not one.changes and not joining:
        return ""
    when = "" if one.since is None else f", to be done by {words.day(one.since)}"
    measures = measures_words(one.changes) if one.changes else ""
    done = "; ".join(filter(None, [measures, f"guards who join: {joining}" if joining else ""]))
    if one.drawn is not None:
        return f"What it does otherwise: {done}."
    return f"Cheapest there, for {say.cost_words(plan, one.cost)} a year{when}: {done}."


def _other_guards(plan: PlanAnswer, one: PlannedScenario) -> bool:
    """Whether others join there than by the plan of today."""
    if plan.guards is None or one.guards is None:
        return False
    here, there = (
        {(group.affiliation, group.source): group.then - group.now for group in groups if group.source != "guard"}
        for groups in (plan.guards.groups, one.guards.groups)
    )
    return here != there


def _guards_impossible(plan: PlanAnswer, one: PlannedScenario) -> list[str]:
    """Why no guards meet their goals there, and what could give way."""
    part = one.guards
    if part is None or not part.in_the_way:
        return []
    names = words.listed(list(part.in_the_way), _NAMES)
    together = " together" if len(part.in_the_way) > 1 else ""
    because = f"It is impossible because {names} cannot be met{together} by the {part.pool} who could join there."
    return [because, *force_ways(part.ways_out, [say.cost_words(plan, way.cost) for way in part.ways_out])]


def measures_words(changes: Sequence[PlannedMeasure]) -> str:
    """What is done otherwise, in one line."""
    return words.listed([_measure(one) for one in changes], 2 * _NAMES)


def _measure(one: PlannedMeasure) -> str:
    name = say.measure_name(one)
    name = f"{name[0].lower()}{name[1:]}"
    if one.kind in say.BOUGHT:
        return f"{name} by {one.name}" if one.a_year else f"do without {one.name}"
    return f"{name} {say.level_words(one, now=False)} in place of {say.level_words(one, now=True)}"


def _robust(plan: PlanAnswer, robust: RobustPlan) -> str:
    of = "" if robust.share is None or robust.share == 1 else f", of each range in {words.percent(robust.share)}"
    if robust.impossible_in:
        return (
            f"No plan holds in all that may come{of}: none meets every goal if "
            f"{words.listed(list(robust.impossible_in), _NAMES)} comes."
        )
    if robust.cost is None:
        return f"No one plan holds in all that may come{of}, though there is one for each."
    if not robust.more:
        return f"The plan above holds in all that may come{of}: nothing has to wait."
    groups = None if robust.guards is None else robust.guards.groups
    sure = "" if robust.status is Solved.PROVEN else f" (none costs less than {say.cost_words(plan, robust.bound)})"
    return (
        f"One plan meets every goal as things are and in all that may come{of}, for "
        f"{say.cost_words(plan, robust.cost)} a year{sure}: {say.cost_words(plan, robust.more)} more than the plan "
        f"above. Beside what is done today: {_done(robust.measures, groups)}."
    )


def _at_once(robust: RobustPlan) -> str:
    joining = robust.guards.at_once if robust.guards is not None else ()
    if robust.cost is None or not (robust.at_once or joining):
        return ""
    done = _done(robust.at_once, joining)
    return f"Right whatever comes, so to be done at once: {done}. All else can wait for a sign."


def _done(measures: Sequence[PlannedMeasure], groups: Sequence[PlannedGuards] | None) -> str:
    """Measures, and the guards who join."""
    joining = guards_joining(groups or ())
    parts = [measures_words(measures) if measures else "", f"guards who join: {joining}" if joining else ""]
    return "; ".join(filter(None, parts)) or "nothing"


def _to_watch(plan: PlanAnswer) -> str:
    breaking = [one for one in plan.scenarios if one.holds_to is not None]
    if not breaking:
        return ""
    first = min(breaking, key=lambda one: abs((one.holds_to or 1.0) - 1.0))
    way = "above" if first.factor > 1 else "below"
    return (
        f"Watch production: once it goes {way} × {first.holds_to:.2f} of that of the record, the plan above no longer "
        f"meets every goal."
    )
