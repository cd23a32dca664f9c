"""The patrols of a site: its tables, the mixture of walks, and every way to walk that it is compared with."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from stockward.answers.patrols.answer import PatrolAnswer
from stockward.book import Site
from stockward.patrol.answering import PlannedPatrols, outcomes_of, predicted_of
from stockward.patrol.game.mixing import Effort, best_mixture
from stockward.patrol.impossible import why_impossible
from stockward.patrol.site.shift import PatrolShift
from stockward.patrol.site.walked import WalkedShifts
from stockward.terms.limits import DEFAULT_SEED
from stockward.terms.periods import local_day
from stockward.terms.verdicts import Solved
from stockward.version import VERSION

GAP, ROUNDS = 0.01, 150
"""How close to the least value is close enough, and how often walks are looked for at most."""
_PROOFS, _SECONDS = 2, 20.0


def make_patrols(
    site: Site,
    *,
    post: str | None = None,
    gap: float = GAP,
    rounds: int = ROUNDS,
    seed: int = DEFAULT_SEED,
    generated: datetime,
    progress: Callable[[str], None] = lambda step: None,
) -> PatrolAnswer:
    """The mixture of walks by which patrols leave the best-informed thief the least.

    Parameters
    ----------
    site
        The facts, as read and checked.
    post
        The patrol post to plan for; all of them where ``None``.
    gap
        How close the value must be to the least there is, as a share of it.
    rounds
        How often walks are looked for at most.
    seed
        Of the permutations by which it is tested whether patrols as walked can be predicted.

    Raises ``UsageError`` where targets, posts or ways do not say enough, with the mend.
    """
    site.require_filled()
    shift = PatrolShift.of(site, post)
    effort = Effort(gap=gap, rounds=rounds, proofs=_PROOFS, seconds=_SECONDS)
    progress("looking for walks")
    mixture = best_mixture(shift.ground, shift.thefts(), effort=effort)
    common = _common(site, shift, seed, generated, {"post": post, "gap": gap, "rounds": rounds, "seed": seed})
    if mixture is None:
        status, reason = why_impossible(shift, effort)
        return PatrolAnswer(
            **common, status=status, reason=reason, value=None, bound=None, rounds=0, best=None, targets=(),
            outcomes=(), otherwise=(), mixture=(), predicted=None, notes=shift.notes,
        )  # fmt: skip
    planned = PlannedPatrols.of(shift, mixture)
    today = local_day(generated, site.timezone)
    walked = WalkedShifts.of(site, shift, today)
    outcomes = tuple(outcomes_of(planned, walked, effort, progress))
    return PatrolAnswer(
        **common,
        status=Solved.PROVEN if mixture.proven else Solved.FEASIBLE,
        reason=None,
        value=planned.best.gain,
        bound=min(mixture.bound, planned.best.gain),
        rounds=mixture.rounds,
        best=planned.best,
        targets=tuple(planned.targets()),
        outcomes=outcomes,
        otherwise=tuple(planned.otherwise()),
        mixture=tuple(planned.walks()),
        predicted=predicted_of(planned, walked, seed),
        notes=(*shift.notes, *_notes(site, walked, today)),
    )


def _common(site: Site, shift: PatrolShift, seed: int, generated: datetime, options: dict[str, Any]) -> dict[str, Any]:
    """What is said of the shift, whatever comes out."""
    out, back = shift.change
    return {
        "version": VERSION,
        "at": generated,
        "seed": seed,
        "options": MappingProxyType(options),
        "site": site.name,
        "timezone": site.timezone,
        "unit": shift.unit,
        "in_currency": shift.in_currency,
        "patrols": len(shift.ground.bases),
        "bases": tuple(shift.areas[base] for base in shift.ground.bases if base is not None),
        "step_minutes": shift.step_minutes,
        "shift_minutes": shift.ground.steps * shift.step_minutes,
        "starts": shift.starts,
        "days": shift.days,
        "change": (out * shift.step_minutes, back * shift.step_minutes),
        "set_aside": len(site.problems),
    }


def _notes(site: Site, walked: WalkedShifts, today: date) -> list[str]:
    """Rows of rounds by which nothing is said, and why."""
    astray = "in no shift of these patrols, or in an area that is none of theirs: left out."
    ahead = f"after today, {today}, and tell of nothing that was walked: left out; correct the day."
    changed = "in a shift that a change of clocks made shorter, or in the time that it added to one: left out."
    counted = ((walked.astray, astray), (walked.ahead, ahead), (walked.unplanned, changed))
    found = [f"{_lie(number)} {where}" for number, where in counted if number]
    faulty = [problem for problem in site.problems if problem.table == "rounds"]
    if faulty:
        rows = "1 row of rounds is" if len(faulty) == 1 else f"{len(faulty)} rows of rounds are"
        found.append(f"{rows} at fault and left out: {faulty[0]}.")
    return found


def _lie(number: int) -> str:
    return "1 row of rounds lies" if number == 1 else f"{number} rows of rounds lie"
