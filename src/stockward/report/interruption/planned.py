"""The goal that a thief is met in time in the cheapest plan, in plain words."""

from __future__ import annotations

import math

from stockward.answers.response.interruption import InterruptionAnswer, PlannedInterruption
from stockward.report.interruption.sentences import chance_text, hours_text, interruption_lines

RESPONSE_GOAL = "response in time"
"""What the goal is called among others."""


def interruption_asked(planned: PlannedInterruption | None) -> str:
    """What is asked of a plan beside goals of detection; empty where nothing is."""
    if planned is None or planned.now.goal is None:
        return ""
    return f", and by which a thief is met in time with {chance_text(planned.now.goal)}"


def planned_lines(planned: PlannedInterruption | None, price: str) -> list[str]:
    """What is said of it: the chance today and with the plan, what the goal costs, and the way that is then worst."""
    if planned is None:
        return []
    shown = planned.then or planned.now
    if planned.then is None or planned.now.goal is None:
        return interruption_lines(shown)
    today, then = chance_text(planned.now.chance), chance_text(planned.then.chance)
    change = f"Met in time on the worst way: {today} today, {then} with the plan. The goal costs {price} a year."
    return [change, *interruption_lines(shown)]


def interruption_shown(planned: PlannedInterruption | None) -> InterruptionAnswer | None:
    """What a page shows of it: with the plan, where there is one."""
    return None if planned is None else planned.then or planned.now


def interruption_goals_met(planned: PlannedInterruption | None) -> tuple[list[bool], list[bool]]:
    """Whether the goal is met today, and with the plan; both empty where there is none."""
    if planned is None or planned.now.goal is None:
        return [], []
    return [bool(planned.now.met)], [bool(planned.then and planned.then.met)]


def basis_of_response(planned: PlannedInterruption | None) -> list[str]:
    """What a plan takes for granted of thieves and options; nothing where no goal asks for them."""
    if planned is None or planned.now.goal is None:
        return []
    return [
        "It decides as well which options strengthen elements of layers and responses of posts; two that replace the "
        "same figure exclude each other. A thief is taken to know every figure, and to choose his way and his hours; "
        "of the posts that stand then, the one that is first on average answers."
    ]


def interruption_way_out(planned: PlannedInterruption, cost_without: str | None) -> str:
    """What would have to give where no plan meets the goal together with the others."""
    now, reachable = planned.now, planned.reachable or 0.0
    parts = []
    if now.goal is not None and reachable < now.goal:
        best = f"the best that can be bought gives {chance_text(reachable)}"
        down = math.floor(reachable * 1000) / 1000
        lower = f"set [plan] interruption to {down:g}, or " if down > 0 else ""
        parts.append(f"{best}: {lower}state stronger options in options.csv")
    parts += [f"nobody answers alarms {hours_text(one)}" for one in now.hours if one.post is None]
    if cost_without is not None:
        parts.append(f"without this goal the cheapest plan costs {cost_without} a year")
    return f"A thief met in time with {chance_text(now.goal)}: {'; '.join(parts) or 'not with the others'}."
