"""The plan: strata of the frozen book, the losses that matter, and the cheapest sample that finds each of them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime

from stockward.answers.counting import CountingGoal, CountingPlan, CountingStratum, GoalStratum, NotPlanned
from stockward.balance.composition import holdings_of
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.book.substances import substance_units
from stockward.counting.book import frozen_at, until
from stockward.counting.sizes import too_many, too_many_in
from stockward.counting.strata import WantedLoss, strata_to_draw
from stockward.counting.wishes import CountingRequest, Partial
from stockward.stats import splitting
from stockward.stats.sampling import SAMPLE_ROUNDING, defects_of
from stockward.terms.errors import FigureError, UsageError, require_probability
from stockward.terms.periods import end_of
from stockward.terms.units import factor

_BOOK = "stockward.book/2"
_MOST_NAMED = 5

LEAST_DETECTION = 0.01
"""A count that would find the loss more seldom excludes nothing."""


def make_plan(site: Site, asked: CountingRequest, *, as_of: str | date | datetime | None = None) -> CountingPlan:
    """What must be counted, from the books as known at a day, so that each loss that matters would show.

    The losses are those asked for, else the site's ``goals``; a goal without an area is a loss from all areas together,
    spread in any way. Raises ``UsageError`` in one line where no loss is known, or none can be planned.
    """
    moment = None if as_of is None else end_of(as_of, site.timezone)
    detection = site.settings.detection.detection if asked.detection is None else asked.detection
    require_probability("detection", detection)
    if detection < LEAST_DETECTION:
        raise UsageError(
            f"detection {detection!r}: so rare a finding excludes nothing: ask for {LEAST_DETECTION} or more"
        )
    books = until(known_at(site, moment), moment)
    losses, not_planned = _wanted(site, books, asked)
    strata, refused = strata_to_draw(books, losses, areas=asked.areas, boxes=asked.boxes)
    planner = _Planner(books, asked, detection, strata)
    goals = [goal for wanted in losses for goal in planner.goals(wanted)]
    silent = sorted(asked.partial.keys() - planner.in_parts)
    if silent:
        raise UsageError(
            f"--partial {silent[0]}: no loss of a substance in it is asked for, and only such is taken out in parts: "
            "ask for one with --loss"
        )
    if not goals:
        why = "; ".join(f"{one.what}: {one.reason}" for one in (*not_planned, *planner.not_planned, *refused[:3]))
        raise UsageError(f"nothing can be planned: {why}")
    plan = _plan(site, planner, goals, [*not_planned, *planner.not_planned, *refused], moment, detection)
    too_large = too_many_in(plan)
    if too_large is not None:
        raise UsageError(": ".join(too_large))
    return plan


def book_digest(plan: CountingPlan) -> str:
    """SHA-256 of the listing of the frozen book, and of what things are called and hold in it.

    The first line names the format. Each further one is a JSON list without spaces: ``[site, time zone, decimal mark,
    moment]``; then, in the order of the plan, ``[area, its name, material, its name, unit, book, N, items in a unit,
    inventory]`` of each stratum, ``[holding, unit, stratum, content]`` of each stratum of each loss, and ``[what]`` of
    all that was not planned. Every line ends in a line feed.
    """
    entries: list[list[object]] = [[plan.site, plan.timezone, plan.decimal, plan.frozen_at.isoformat()]]
    entries += [
        [
            one.area, one.area_name, one.material, one.material_name, one.unit, one.book, one.units, one.per_unit,
            one.inventory,
        ]
        for one in plan.strata
    ]  # fmt: skip
    entries += [[one.holding, one.unit, part.stratum, part.content] for one in plan.goals for part in one.strata]
    entries += [[one.what] for one in plan.not_planned]
    lines = [_BOOK, *(json.dumps(entry, ensure_ascii=False, separators=(",", ":")) for entry in entries)]
    return hashlib.sha256("".join(f"{line}\n" for line in lines).encode()).hexdigest()


def name_of_loss(holding: str, area: str | None, *, partial: bool = False) -> str:
    """What a loss is called: of what, from where, and whether it is taken as parts of contents."""
    return f"{holding}{f' in {area}' if area else ''}{', in parts' if partial else ''}"


def _plan(
    site: Site,
    planner: _Planner,
    goals: list[CountingGoal],
    not_planned: list[NotPlanned],
    moment: datetime | None,
    detection: float,
) -> CountingPlan:
    frozen = frozen_at(planner.books, moment)
    strata = planner.sized(goals)
    plan = CountingPlan(
        site=site.name,
        timezone=site.timezone,
        decimal=site.settings.site.decimal,
        as_of=None if moment is None else moment.date(),
        frozen_at=frozen,
        detection=detection,
        strata=strata,
        goals=tuple(with_sample(goal, strata) for goal in goals),
        not_planned=tuple(not_planned),
        book_digest="",
        seed_sha256=None,
        seed_source=None,
    )
    return dataclasses.replace(plan, book_digest=book_digest(plan))


def _wanted(site: Site, books: KnownBooks, asked: CountingRequest) -> tuple[list[WantedLoss], list[NotPlanned]]:
    """Losses that were asked for, else the goals of the site, in order of keys; and goals that cannot be used."""
    units = substance_units(site["materials"], site["contents"])
    wanted = [WantedLoss(name, name, units[name], loss, None, False) for name, loss in sorted(asked.losses.items())]
    wanted += [
        WantedLoss(name, name, "each", float(number), None, True) for name, number in sorted(asked.items.items())
    ]
    if wanted:
        return wanted, []
    not_planned = [
        NotPlanned(what=f"goals row {row}", reason="the row is set aside: mend it (stockward check)", set_aside=True)
        for row in books.set_aside["goals"]["row"]
    ]
    for row in site["goals"].sort("substance", "area", nulls_last=False).rows(named=True):
        name, area, own = row["substance"], row["area"], units[row["substance"]]
        loss = row["quantity"] * (factor(row["unit"] or own, own) or 1.0)
        what = name_of_loss(name, area)
        if asked.areas and area and area not in asked.areas:
            continue
        if loss > 0:
            wanted.append(WantedLoss(what, name, own, loss, area, False))
        else:
            reason = "no count can find a loss of nothing: give the goal a quantity above zero"
            not_planned.append(NotPlanned(what=what, reason=reason, set_aside=False))
    if not wanted and not not_planned:
        lacking = ", ".join(sorted(units)) or "any substance"
        raise UsageError(
            f"no loss that matters is known: add goals for {lacking} to goals.csv (columns substance, quantity), "
            "or ask with --loss SUBSTANCE=QUANTITY or --items MATERIAL=NUMBER"
        )
    return wanted, not_planned


class _Planner:
    """Plans one loss after the other over the same strata; what cannot be planned is gathered here."""

    def __init__(
        self, books: KnownBooks, asked: CountingRequest, detection: float, strata: list[CountingStratum]
    ) -> None:
        self.books = books
        self.not_planned: list[NotPlanned] = []
        self.in_parts: set[str] = set()
        self._asked = asked
        self._detection = detection
        self._strata = strata
        self._units = sum(one.units for one in strata)
        self._measured = 0
        self._contents = {
            (material, holding): amount
            for material, holding, amount in holdings_of(books).select("material", "holding", "amount").rows()
        }

    def goals(self, wanted: WantedLoss) -> Iterator[CountingGoal]:
        """The loss taken as whole items, and, where it is asked for, as a part of each item's content."""
        holders = [(one, self._content(one, wanted)) for one in self._strata if wanted.area in (None, one.area)]
        items = [(one, content) for one, content in holders if content > 0 and one.kind != "bulk"]
        bulk = tuple(one.id for one, content in holders if content > 0 and one.kind == "bulk")
        whole = self._goal(wanted, wanted.id, items, bulk, {})
        if whole is not None:
            yield whole
        partial = {
            name: part for name, part in self._asked.partial.items() if any(one.material == name for one, _ in items)
        }
        if partial and not wanted.of_items:
            self.in_parts |= partial.keys()
            measured = [(one, content) for one, content in items if one.material in partial]
            called = name_of_loss(wanted.holding, wanted.area, partial=True)
            goal = self._goal(wanted, called, measured, bulk, partial)
            if goal is not None:
                yield goal

    def sized(self, goals: Sequence[CountingGoal]) -> tuple[CountingStratum, ...]:
        """The strata with the largest sample that any loss asks of them; every item that is measured is counted too."""
        counted = dict.fromkeys((one.id for one in self._strata), 0)
        measured = dict(counted)
        for goal in goals:
            sizes = measured if goal.partial else counted
            for part in goal.strata:
                sizes[part.stratum] = max(sizes[part.stratum], part.n)
        return tuple(
            dataclasses.replace(
                one,
                counted=1 if one.kind == "bulk" else max(counted[one.id], measured[one.id]),
                measured=measured[one.id],
            )
            for one in self._strata
        )

    def _content(self, stratum: CountingStratum, wanted: WantedLoss) -> float:
        """What one unit holds of the loss: of a box that is part full, as much as of a full one."""
        if wanted.of_items:
            return float(stratum.per_unit) if stratum.material == wanted.holding else 0.0
        return float(self._contents.get((stratum.material, wanted.holding), 0.0)) * stratum.per_unit

    def _goal(
        self,
        wanted: WantedLoss,
        name: str,
        items: list[tuple[CountingStratum, float]],
        bulk: tuple[str, ...],
        partial: Mapping[str, Partial],
    ) -> CountingGoal | None:
        shares = {material: part.share for material, part in partial.items()}
        stock = math.fsum(content / one.per_unit * one.book * shares.get(one.material, 1.0) for one, content in items)
        if stock < wanted.loss * (1 - SAMPLE_ROUNDING):
            self._refuse(name, _too_little(wanted, stock, bulk))
            return None
        self._require_few(sum(one.units for one, _ in items), partial=bool(partial))
        parts = [_part(one, content, wanted.loss, partial.get(one.material)) for one, content in items]
        costs = [self._asked.costs.get(one.material, 1.0) for one, _ in items]
        strata = [
            splitting.Stratum(part.units, part.content, cost, part.notice)
            for part, cost in zip(parts, costs, strict=True)
        ]
        try:
            split = splitting.cheapest_split(strata, wanted.loss, detection=self._detection)
        except FigureError as error:
            self._refuse(name, f"{error}: measure better, or state a larger loss")
            return None
        return CountingGoal(
            id=name,
            holding=wanted.holding,
            unit=wanted.unit,
            loss=wanted.loss,
            area=wanted.area,
            partial=bool(partial),
            reached=-math.expm1(-split.worst.evidence),
            cost=split.cost,
            bound=split.bound,
            proved=split.proved,
            strata=tuple(dataclasses.replace(part, n=n) for part, n in zip(parts, split.n, strict=True)),
            bulk=bulk,
        )

    def _require_few(self, units: int, *, partial: bool) -> None:
        """Raise ``UsageError`` where, with one more loss, the plan would speak of more units than one may."""
        self._units += units
        self._measured += units if partial else 0
        too_large = too_many(self._units, self._measured)
        if too_large is not None:
            raise UsageError(": ".join(too_large))

    def _refuse(self, what: str, reason: str) -> None:
        self.not_planned.append(NotPlanned(what=what, reason=reason, set_aside=False))


def with_sample(goal: CountingGoal, strata: Sequence[CountingStratum]) -> CountingGoal:
    """The goal with the chance that the final sample reaches, which other losses may have made larger."""
    final = {one.id: one.measured if goal.partial else one.counted for one in strata}
    sizes = [final[part.stratum] for part in goal.strata]
    mix = splitting.worst_mix(figure_strata(goal), sizes, goal.loss)
    parts = zip(goal.strata, sizes, mix.defects, strict=True)
    return dataclasses.replace(
        goal,
        reached=-math.expm1(-mix.evidence),
        strata=tuple(dataclasses.replace(part, n=n, worst=worst) for part, n, worst in parts),
    )


def figure_strata(goal: CountingGoal) -> list[splitting.Stratum]:
    """The strata of a goal as the mathematics takes them."""
    return [splitting.Stratum(part.units, part.content, 1.0, part.notice) for part in goal.strata]


def _part(stratum: CountingStratum, content: float, loss: float, partial: Partial | None) -> GoalStratum:
    lost = content if partial is None else content * partial.share
    defects = defects_of(loss, lost)
    return GoalStratum(
        stratum=stratum.id,
        content=lost,
        units=stratum.units,
        defects=defects if defects <= stratum.units else None,
        n=0,
        worst=0,
        notice=1.0 if partial is None else partial.notice,
    )


def _too_little(wanted: WantedLoss, stock: float, bulk: tuple[str, ...]) -> str:
    unit = "items" if wanted.unit == "each" else wanted.unit
    more = f" and {len(bulk) - _MOST_NAMED} more" if len(bulk) > _MOST_NAMED else ""
    named = f"{', '.join(bulk[:_MOST_NAMED])}{more}"
    weigh = f", beside bulk ({named}), which is weighed whole, not drawn" if bulk else ""
    if stock == 0 and bulk:
        return f"all of it is bulk ({named}), of which nothing is drawn: weigh it whole, or state a loss of items"
    if stock == 0:
        return "no items that can be drawn from hold any: state a loss of what is there"
    return (
        f"a loss of {wanted.loss:g} {unit} is more than the {stock:g} {unit} in all items that can be drawn from"
        f"{weigh}: state a smaller loss"
    )
