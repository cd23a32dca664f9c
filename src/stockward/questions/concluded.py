"""What an answer comes to: it follows from the answer, whoever asked.

An alarm comes before rows that were set aside: who reads the code alone must see it first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from stockward.terms.conclusions import Conclusion
from stockward.terms.counting import FOUND, CountVerdict
from stockward.terms.measuring import PairsVerdict
from stockward.terms.verdicts import ALARMING, UNMET, Verdict

if TYPE_CHECKING:
    from stockward.answers.counting import CountCertificate, CountingPlan
    from stockward.answers.drill import DrillAnswer
    from stockward.answers.many.authority import SitesAnswer
    from stockward.answers.orders import SiteOrders
    from stockward.answers.patrols.answer import PatrolAnswer
    from stockward.answers.plan import PlanAnswer
    from stockward.answers.review import ReviewAnswer
    from stockward.answers.roster import RosterAnswer
    from stockward.answers.rostered.changes import ReplacementAnswer, SwapAnswer
    from stockward.answers.rostered.hours import HoursAnswer
    from stockward.book import Site


def review_concluded(answers: ReviewAnswer) -> Conclusion:
    """Alarmed by any series, or by a bias between two that measured the same.

    Else set aside where a row was, or carried no test, or nothing at all was tested.
    """
    if any(verdict.verdict in ALARMING for verdict in answers.verdicts):
        return Conclusion.ALARMED
    if any(one.verdict is PairsVerdict.BIAS for one in answers.measuring.pairs):
        return Conclusion.ALARMED
    # A row without a known error is kept, and carries no test: who reads the code alone must not take it for tested.
    return _set_aside(answers.facts.set_aside or answers.balances.causes.height or _nothing_tested(answers))


def _nothing_tested(answers: ReviewAnswer) -> bool:
    """Whether stock was asked about and no verdict given on any; a site that keeps guards alone asks nothing of it."""
    keeps_stock = answers.verdicts or any(answers.facts.rows.get(name) for name in ("movements", "counts"))
    return bool(keeps_stock) and all(one.verdict is Verdict.NOT_TESTED for one in answers.verdicts)


def orders_concluded(answers: Sequence[SiteOrders]) -> Conclusion:
    """Alarmed by an order that is short or impossible; wrong use where not one site could be read."""
    if all(answer.fault is not None for answer in answers):
        return Conclusion.WRONG_USE
    if any(order.verdict in UNMET for answer in answers for order in answer.orders):
        return Conclusion.ALARMED
    return _set_aside(any(answer.set_aside or answer.fault is not None for answer in answers))


def sites_concluded(answer: SitesAnswer) -> Conclusion:
    """Alarmed where any site or any route between two is, or an order is missed; wrong use where none could be read.

    Set aside where rows or sites were, or a consignment stands in the books of one side alone.
    """
    if not answer.totals.reviewed:
        return Conclusion.WRONG_USE
    concluded = set(answer.sites["concluded"])
    unmet = any(answer.totals.by_order[verdict] for verdict in UNMET)
    routes = any(answer.totals.by_route[verdict] for verdict in ALARMING)
    if unmet or routes or Conclusion.ALARMED.name.lower() in concluded:
        return Conclusion.ALARMED
    left = answer.totals.reviewed < answer.totals.sites or not answer.missing.is_empty()
    return _set_aside(left or Conclusion.SET_ASIDE.name.lower() in concluded)


def drill_concluded(answers: DrillAnswer, facts: Site) -> Conclusion:
    """Alarmed where predicted and found disagree."""
    apart = answers.agreement is not None and not answers.agreement.agrees
    return Conclusion.ALARMED if apart else check_concluded(facts)


def check_concluded(facts: Site) -> Conclusion:
    """Set aside where there is any problem."""
    return _set_aside(facts.problems)


def plan_concluded(plan: CountingPlan) -> Conclusion:
    """Set aside where a stratum is not planned for a row that was."""
    return _set_aside(any(one.set_aside for one in plan.not_planned))


def certificate_concluded(certificate: CountCertificate) -> Conclusion:
    """Alarmed where anything is missing or too much; set aside where not every loss was excluded from everywhere."""
    verdicts = {one.verdict for one in certificate.goals}
    if verdicts & FOUND:
        return Conclusion.ALARMED
    return _set_aside(certificate.draw.plan.not_planned or verdicts != {CountVerdict.EXCLUDED})


def roster_concluded(answer: RosterAnswer) -> Conclusion:
    """No roster where there is none."""
    return _set_aside(answer.set_aside) if answer.duties else Conclusion.NO_ROSTER


def replacement_concluded(answer: ReplacementAnswer) -> Conclusion:
    """No roster where a shift has nobody who keeps every rule."""
    kept = all(shift.keep_every_rule for shift in answer.shifts)
    return _set_aside(answer.set_aside) if kept else Conclusion.NO_ROSTER


def swap_concluded(answer: SwapAnswer) -> Conclusion:
    """No roster where the swap breaks a rule that is kept without it."""
    return _set_aside(answer.set_aside) if answer.allowed else Conclusion.NO_ROSTER


def hours_concluded(answer: HoursAnswer) -> Conclusion:
    """Set aside where a row was; hours that differ are no alarm."""
    return _set_aside(answer.set_aside)


def sheet_concluded(set_aside: Mapping[str, int]) -> Conclusion:
    """Set aside where rows were of the tables that a roster stands on."""
    return _set_aside(set_aside)


def protection_concluded(plan: PlanAnswer) -> Conclusion:
    """No plan where there is none; set aside where a row was: it could be a goal, or touch one."""
    return Conclusion.NO_ROSTER if plan.cost is None else _set_aside(plan.set_aside)


def patrols_concluded(answer: PatrolAnswer) -> Conclusion:
    """No walks where there are none; set aside where a row was."""
    return Conclusion.NO_ROSTER if answer.value is None else _set_aside(answer.set_aside)


def _set_aside(anything: object) -> Conclusion:
    return Conclusion.SET_ASIDE if anything else Conclusion.NOTHING_ALARMED
