"""Answers on guards made by hand: sixty guards, more than double the patrols ordered, and the plans that meet it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from stockward.answers.force import (
    ForceAnswer,
    MonthNeed,
    NeedStep,
    NetHours,
    PostNeed,
    QualificationNeed,
    ShiftNeed,
)
from stockward.answers.mix import Band, GrowthAlone, MixAnswer, TotalMix
from stockward.answers.orders import CountedRow, HeardOtherwise, OrderAnswer
from stockward.answers.review import ReviewAnswer
from stockward.answers.selection import Alike, Candidate, LineLoss, SelectionAnswer, SelectionPlan
from stockward.terms.verdicts import OrderVerdict, Solved

TODAY = date(2026, 6, 30)
DUE = date(2026, 8, 30)
DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WORKDAYS = DAYS[:6]
LINES = (
    ("L-105", "shell_105", 26, 26, 300.0),
    ("L-GRE", "grenade", 22, 20, 2100.0),
    ("L-081", "bomb_81", 24, 22, 750.0),
    ("L-127", "cartridge_127", 18, 18, 20000.0),
    ("L-CHG", "charge_105", 12, 12, 300.0),
    ("L-MIL", "propellant", 10, 14, 700.0),
    ("L-FUZ", "fuze_81", 10, 10, 750.0),
)
UNFIT = "not tested fit for the job"
LATE = "training would end after 30 August 2026"


def months() -> tuple[MonthNeed, ...]:
    """A year on record and six months to come; output rises from December on."""
    found = []
    for step in range(18):
        first = date(2025 + (6 + step) // 12, (6 + step) % 12 + 1, 1)
        last = (first.replace(day=28) + timedelta(days=4)).replace(day=1) - timedelta(days=1)
        surge = max(step - 5, 0)
        needed = 96 + min(4 * surge, 32)
        found.append(
            MonthNeed(
                month=first,
                on=last,
                post_hours=2000.0 * (needed - 12),
                by_net_hours=needed - 11.6,
                needed=needed,
                strength=60 - (step > 12) - (step > 13),
                on_posts=56 - (step > 12),
                patrolling=24 - (step > 12) - (step > 14),
                occupied_areas=9 + surge // 3,
                output=1.0 + 0.36 * min(surge, 11),
                expected=last > TODAY,
            )
        )
    return tuple(found)


def post(code: str, kind: str, guards: float, year: float, **other: object) -> PostNeed:
    """One post of which everything is known."""
    whole = PostNeed(
        post=code,
        name=code.replace("-", " ").capitalize(),
        kind=kind,
        guards=guards,
        driver=None,
        per=None,
        driven_by=None,
        posts=1,
        surged=1,
        hours=year,
        relief_factor=year / 1653.0 / guards,
        needed=year / 1653.0,
        reason=None,
    )
    return replace(whole, **other)  # type: ignore[arg-type]


def posts() -> tuple[PostNeed, ...]:
    """Round the clock and by day, with and without a driver, and one that cannot be measured."""
    return (
        post("gate-main", "gate", 2, 17_472.0),
        post("control", "control", 1, 8_736.0),
        post("patrol-stores", "patrol", 2, 52_416.0, driver="areas", per=4.0, driven_by=10.0, posts=3, surged=4),
        post("patrol-halls", "patrol", 2, 34_944.0, driver="output", per=2.5, driven_by=3.5, posts=2, surged=3),
        post("gate-lorries", "gate", 1, 4_992.0, name=None),
        post(
            "patrol-rail", "patrol", 1, 0.0, driver="stock", per=1e6, driven_by=None, posts=None, surged=None,
            hours=None, relief_factor=None, needed=None, reason="no material has a value, and no quantity was counted",
        ),
    )  # fmt: skip


def force() -> ForceAnswer:
    """About 120 guards for the posts, sixty on hand."""
    return ForceAnswer(
        on=TODAY,
        weeks_per_year=52.0,
        fill_probability=0.95,
        post_hours=178_000.0,
        net_hours=NetHours(
            contract=2080.0, planned=283.4, unplanned=143.6, net=1653.0, low=1631.5, high=1674.2, confidence=0.95,
            guards=60, first=date(2025, 7, 1), last=TODAY,
        ),
        by_net_hours=107.68,
        by_net_hours_low=106.32,
        by_net_hours_high=109.10,
        by_fill=119.4,
        need=120,
        on_hand=60,
        on_posts=56,
        short_by=64,
        steps=(
            NeedStep(step="post-hours ÷ contract hours", guards=85.58),
            NeedStep(step="leave and training, known beforehand", guards=99.07),
            NeedStep(step="sick and other absences, on average", guards=107.68),
            NeedStep(step="spare guards, so that each shift is filled", guards=119.4),
        ),
        posts=posts(),
        shifts=(
            ShiftNeed(start="06:00", end="14:00", weekdays=WORKDAYS, standing=17, rostered=20, chance_of_standing=0.217,
                      chance=0.9731, hours=49_920.0, groups={"": 13, "armed": 7}),
            ShiftNeed(start="14:00", end="22:00", weekdays=DAYS, standing=16, rostered=19, chance_of_standing=0.237,
                      chance=0.9767, hours=55_328.0, groups={"": 12, "armed": 7}),
            ShiftNeed(start="22:00", end="06:00", weekdays=DAYS, standing=15, rostered=18, chance_of_standing=0.259,
                      chance=0.9799, hours=52_416.0, groups={"armed": 6, "control_room": 2, "": 10}),
        ),
        qualifications=(
            QualificationNeed(qualification="armed", needed=48.2, on_hand=31),
            QualificationNeed(qualification="control_room", needed=None, on_hand=2),
        ),
        by_month=months(),
        notes=("Absences of 3 guards begin after the day of the review and are left out.",),
        reason=None,
        output_base=date(2025, 7, 1),
    )  # fmt: skip


def order_on_patrols() -> OrderAnswer:
    """More than double the patrolling guards, short."""
    return OrderAnswer(
        order="ORD-02",
        measure="patrolling_guards",
        unit="guards",
        issuer="ministry",
        scope="every works of the ministry",
        issued_on=date(2026, 6, 1),
        due_on=DUE,
        comparator=">",
        factor=2.0,
        value=None,
        baseline_on=date(2026, 6, 1),
        baseline=24.0,
        baseline_rows=tuple(CountedRow(table="people", row=row) for row in range(2, 26)),
        target=48.0,
        strict=True,
        required=49.0,
        now_on=TODAY,
        now=24.0,
        now_rows=tuple(CountedRow(table="people", row=row) for row in range(2, 26)),
        joining=2,
        leaving=3,
        expected=23.0,
        short_now=25.0,
        short_by=26.0,
        reachable=52.0,
        met_on=None,
        verdict=OrderVerdict.SHORT,
        reason="23 are expected on 30 August 2026, and 49 meet the order",
        stated_reason="stock is reported to leave the works",
        heard=(
            HeardOtherwise(
                report="RP-4", received_on=date(2026, 6, 10), about="ORD-02",
                text="The guards are said to be wanted for loadings for export, not because stock leaves.",
                source_grade="C", information_grade="3", names_the_order=True,
            ),
            HeardOtherwise(
                report="RP-2", received_on=date(2026, 1, 2), about="melt_pour",
                text="Small amounts (TNT, flakes) are said to leave the works at night.",
                source_grade="B", information_grade=None, names_the_order=False,
            ),
        ),
        asked=False,
    )  # fmt: skip


def orders() -> tuple[OrderAnswer, ...]:
    """One order each that is met, short, not measurable and on course."""
    patrols = order_on_patrols()
    output = replace(
        patrols, order="ORD-01", measure="production:shell_105", unit="each", issued_on=date(2025, 12, 16),
        due_on=TODAY, comparator=">=", factor=5.0, baseline_on=date(2025, 12, 16), baseline=1361.0,
        baseline_rows=(CountedRow(table="production", row=7),), target=6805.0, strict=False, required=6805.0,
        now=6931.0, now_rows=(CountedRow(table="production", row=13),), joining=None, leaving=None, expected=6931.0,
        short_now=0.0, short_by=0.0, reachable=None, met_on=TODAY, verdict=OrderVerdict.MET,
        reason="6931 in June 2026 reach 6805", stated_reason="stocks are to be rebuilt", heard=(),
    )  # fmt: skip
    unmeasured = replace(
        patrols, order="ORD-03", measure="guards", issuer=None, scope=None, baseline_on=date(2019, 1, 1), baseline=None,
        baseline_rows=(), target=None, required=None, now=60.0, expected=None, short_now=None, short_by=None,
        joining=None, leaving=None, reachable=None, verdict=OrderVerdict.NOT_MEASURABLE, stated_reason=None, heard=(),
        reason="the baseline of 1 January 2019 lies before the first guard on record",
    )  # fmt: skip
    coming = replace(
        patrols, order="ORD-04", measure="guards", comparator=">=", factor=None, value=59.0, baseline_on=None,
        baseline=None, baseline_rows=(), target=59.0, strict=False, required=59.0, now=58.0, expected=60.0,
        short_now=1.0, short_by=0.0, met_on=date(2026, 7, 14), verdict=OrderVerdict.ON_COURSE, heard=(),
        reason="60 are expected on 30 August 2026", issued_on=date(2026, 5, 1),
    )  # fmt: skip
    return output, patrols, unmeasured, coming


def asked_order() -> OrderAnswer:
    """Four times as many guards, which nobody ordered, and which cannot be had."""
    return replace(
        order_on_patrols(), order="asked", measure="guards", value=None, factor=4.0, comparator=">", baseline=60.0,
        target=240.0,
        required=241.0, now=60.0, expected=59.0, short_now=181.0, short_by=182.0, reachable=171.0, issued_on=None,
        verdict=OrderVerdict.IMPOSSIBLE, reason="at most 171 can be had by 30 August 2026", stated_reason=None,
        issuer=None, scope=None, heard=(), asked=True,
    )  # fmt: skip


def mix() -> MixAnswer:
    """Three in four of the ministry; nobody can double by one affiliation alone."""
    return MixAnswer(
        total=60,
        bands=(
            Band(affiliation="ministry", low=0.7, high=0.8, now=45, share=0.75),
            Band(affiliation="civilian", low=0.2, high=0.3, now=15, share=0.25),
        ),
        others=0,
        holds=True,
        required=85,
        by_total=tuple(
            TotalMix(
                total=total,
                numbers={
                    "ministry": (-(-7 * total // 10), 8 * total // 10),
                    "civilian": (-(-total // 5), 3 * total // 10),
                },
            )
            for total in range(55, 111, 5)
        ),
        growth_alone=(
            GrowthAlone(affiliation="ministry", more=15, total=75, shares={"ministry": 0.8, "civilian": 0.2},
                        shares_at_required={"ministry": 70 / 85, "civilian": 15 / 85}),
            GrowthAlone(affiliation="civilian", more=4, total=64, shares={"ministry": 45 / 64, "civilian": 19 / 64},
                        shares_at_required={"ministry": 45 / 85, "civilian": 40 / 85}),
        ),
        breaks=("85 guards with 40 of them civilian: a share of 47.1 %, above 30 %",),
    )  # fmt: skip


def candidates() -> tuple[Candidate, ...]:
    """122 workers on seven lines and 25 applicants; some are kept out by a standard."""
    found = []
    for line, _, staff, _, _ in LINES:
        for _ in range(staff):
            number = len(found) + 1
            affiliation = "ministry" if number % 4 else "civilian"
            reasons = (UNFIT,) if number % 3 == 0 else (UNFIT, LATE) if number % 17 == 0 else ()
            found.append(
                Candidate(
                    person=f"W-{number:03}", row=100 + number, role="worker", affiliation=affiliation, line=line,
                    ready_on=date(2026, 8, 11), until=None, in_pool=not reasons, reasons=reasons,
                )
            )  # fmt: skip
    for number in range(1, 26):
        reasons = (LATE,) if number % 6 == 0 else ()
        found.append(
            Candidate(
                person=f"A-{number:02}", row=300 + number, role="applicant", line=None, in_pool=not reasons,
                affiliation="ministry" if number % 2 else "civilian", reasons=reasons,
                ready_on=date(2026, 9, 20) if reasons else date(2026, 8, 4), until=None,
            )
        )  # fmt: skip
    return tuple(found)


def plan(number: int, recruits: int, transfers: int) -> SelectionPlan:
    """So many applicants and workers of the pool; each transfer beyond the spare ones costs output."""
    pool = [one for one in candidates() if one.in_pool]
    applicants = [one.person for one in pool if one.role == "applicant"][:recruits]
    workers = [one for one in pool if one.role == "worker"][:transfers]
    losses = []
    for line, material, staff, needed, output in LINES:
        taken = sum(one.line == line for one in workers)
        share = max(0.0, min(1.0, staff / needed) - min(1.0, (staff - taken) / needed))
        if taken:
            losses.append(
                LineLoss(line=line, material=material, unit="each", staff=staff, workers_needed=needed, taken=taken,
                         output_per_day=output, lost=output * share, share=share)
            )  # fmt: skip
    guards = 23 + recruits + transfers
    total = guards + 36
    met = guards >= 49
    return SelectionPlan(
        plan=f"{number}",
        guards_by_due=guards,
        output_lost=round(sum(80.0 * one.lost for one in losses), 2),
        met_on=(date(2026, 8, 11) if transfers else date(2026, 8, 4)) if met else None,
        days_late=0 if met else None,
        chosen=(*applicants, *(one.person for one in workers)),
        recruits=recruits,
        transfers=len(workers),
        alike=(
            Alike(affiliation="ministry", line=None, by_due=True, by_met=None, among=13, taken=12),
            Alike(affiliation="civilian", line="L-105", by_due=False, by_met=True, among=6, taken=1),
            Alike(affiliation="civilian", line=None, by_due=True, by_met=True, among=8, taken=8),
        ),
        lines=tuple(losses),
        numbers_on=DUE,
        numbers={"ministry": round(0.74 * total), "civilian": total - round(0.74 * total)},
        shares={"ministry": round(0.74 * total) / total, "civilian": 1 - round(0.74 * total) / total},
        status=Solved.PROVEN if number != 3 else Solved.FEASIBLE,
        bound=None if number != 3 else 9000.0,
        gap=0.0 if number != 3 else 0.04,
    )


def selection() -> SelectionAnswer:
    """Five plans, from recruits alone to more than the order asks."""
    everyone = candidates()
    refused: dict[str, int] = {}
    for one in everyone:
        for reason in one.reasons:
            refused[reason] = refused.get(reason, 0) + 1
    front = (plan(1, 12, 0), plan(2, 21, 2), plan(3, 21, 4), plan(4, 21, 5), plan(5, 21, 8))
    late = replace(front[1], plan="6", met_on=DUE + timedelta(days=20), days_late=20, output_lost=50_000.0)
    return SelectionAnswer(
        order="ORD-02",
        measure="patrolling_guards",
        due_on=DUE,
        required=49,
        expected=23,
        loss_unit="USD a day",
        candidates=everyone,
        pool=sum(one.in_pool for one in everyone),
        refused=refused,
        seed=1,
        lots=tuple(one.person for one in reversed(everyone) if one.in_pool),
        front=(*front, late),
        complete=False,
        assumptions=("A chosen candidate goes on patrol.", "A line makes output in proportion to its staff."),
        reason=None,
    )


def guarded_site(whole: ReviewAnswer) -> ReviewAnswer:
    """A review with every answer on guards."""
    return replace(whole, force=force(), orders=orders(), mix=mix(), selection=selection())


def unguarded_answers(whole: ReviewAnswer) -> ReviewAnswer:
    """Tables on guards of which nothing can be measured."""
    nothing = "no post is on record"
    empty = replace(
        force(), fill_probability=None, post_hours=None, net_hours=None, by_net_hours=None, by_net_hours_low=None,
        by_net_hours_high=None, by_fill=None, need=None, on_hand=0, on_posts=0, short_by=None, steps=(), posts=(),
        shifts=(), qualifications=(), by_month=(), notes=(), reason=nothing,
    )  # fmt: skip
    department = MixAnswer(
        total=0,
        bands=tuple(replace(one, now=0, share=None, low=0.1, high=0.3) for one in mix().bands),
        others=0,
        holds=None,
        required=None,
        by_total=(TotalMix(total=1, numbers=None),),
        growth_alone=(
            GrowthAlone(affiliation="civilian", more=None, total=None, shares=None, shares_at_required=None),
        ),
        breaks=("the upper bounds sum to 0.6, less than 1: no numbers hold them",),
        reason="there is no guard",
    )
    none = replace(
        selection(), candidates=(), pool=0, refused={}, lots=(), front=(), complete=True, assumptions=(),
        reason="nobody is in the pool",
    )  # fmt: skip
    return replace(whole, force=empty, orders=(orders()[2],), mix=department, selection=none)
