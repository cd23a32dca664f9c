"""The goal of interruption in a plan: what is decided for it, and what it comes to, measured anew in the tables."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from stockward.answers.response.interruption import InterruptionAnswer, PlannedInterruption
from stockward.book.known import KnownBooks
from stockward.protection.costs import MeasureCosts
from stockward.protection.decisions import DecidedLevels, Decision
from stockward.protection.response.answering import interruption_of
from stockward.protection.response.held import HeldInterruption, best_reachable
from stockward.protection.response.layered import Layered
from stockward.protection.response.upgrades import upgrade_decisions, with_upgrades
from stockward.terms.errors import UsageError


@dataclass(frozen=True, slots=True)
class ResponsePlan:
    """What a plan needs of layers and responses: nothing for a site that states no layers.

    ``now`` is the answer as things are, ``held`` the goal (``None`` without one).
    """

    books: KnownBooks
    now: InterruptionAnswer | None
    decisions: tuple[Decision, ...]
    held: HeldInterruption | None
    left_out: tuple[str, ...]

    @classmethod
    def of(cls, books: KnownBooks, costs: MeasureCosts) -> ResponsePlan:
        """By the tables. Raises ``UsageError`` for a goal that cannot be held against them."""
        now, goal = interruption_of(books), books.site.settings.plan.interruption
        if goal is None:
            unguarded = books["options"].filter(pl.col("guards").is_null())
            options = unguarded.drop_nulls("element").height + unguarded.drop_nulls("post").height
            why = "options on elements and posts: no interruption is asked for under [plan] in site.toml"
            return cls(books, now, (), None, (why,) if options else ())
        layered = Layered.of(books)
        if layered is None:
            raise UsageError(
                f"site.toml: [plan] interruption = {goal:g} asks how surely a thief is met, and there are no layers: "
                "add layers.csv with element, layer, detection, detects and delay_minutes, or leave it out"
            )
        if layered.reason is not None:
            raise UsageError(f"site.toml: [plan] interruption = {goal:g} cannot be planned for: {layered.reason}")
        decisions, left_out = upgrade_decisions(books, layered, costs)
        held = HeldInterruption(layered, tuple(decisions), goal)
        return cls(books, now, tuple(decisions), held, left_out)

    @property
    def goals(self) -> list[HeldInterruption]:
        """The goal, where there is one."""
        return [] if self.held is None else [self.held]

    def planned(self, choice: DecidedLevels | None, price: float | None) -> PlannedInterruption | None:
        """What a plan comes to, measured in tables that have in them what it buys."""
        if self.now is None:
            return None
        return PlannedInterruption(
            now=self.now,
            then=None if choice is None else interruption_of(with_upgrades(self.books, choice)),
            price=price,
            in_the_way=False,
            reachable=None,
            cost_without=None,
        )

    def in_the_way(self, cost_without: float | None, seed: int) -> PlannedInterruption | None:
        """The same where no plan meets it together with the others: how large a chance any plan gives."""
        if self.now is None or self.held is None:
            return None
        return PlannedInterruption(
            now=self.now,
            then=None,
            price=None,
            in_the_way=True,
            reachable=best_reachable(self.held, seed),
            cost_without=cost_without,
        )
