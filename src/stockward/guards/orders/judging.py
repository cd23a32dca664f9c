"""One order measured and judged: the verdict is the first of the closed list that holds."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil, floor

from stockward.guards.orders.figures import Figure, Ruler
from stockward.guards.orders.on_record import Order
from stockward.guards.orders.reach import Reachable
from stockward.guards.written import written_number
from stockward.terms.verdicts import OrderVerdict


@dataclass(frozen=True)
class MeasuredOrder:
    """An order with its figures: on the day of the baseline, on the day of the review, on the due date.

    ``come`` is the last day that has come: that of the review, or later that of the clock.
    """

    order: Order
    ruler: Ruler
    day: date
    come: date
    baseline: Figure | None
    now: Figure
    at_due: Figure

    @classmethod
    def of(cls, order: Order, ruler: Ruler, day: date, come: date) -> MeasuredOrder:
        """Measure an order on a day."""
        baseline = None if order.baseline_on is None else _baseline(ruler, order.baseline_on, come)
        return cls(order, ruler, day, come, baseline, ruler.now(day), ruler.at(order.due_on, day))

    @cached_property
    def target(self) -> Fraction | None:
        """The figure to pass or to reach: factor × baseline, or the value."""
        if self.order.value is not None:
            return written_number(self.order.value)
        if self.order.factor is None or self.baseline is None or not self.baseline.value:
            return None
        return written_number(self.order.factor) * self.baseline.value

    @property
    def required(self) -> Fraction | None:
        """The least figure that meets the target, of whole things; of what is measured, the target itself."""
        if self.target is None or not self.ruler.whole:
            return self.target
        return Fraction(floor(self.target) + 1 if self.order.strict else ceil(self.target))

    def meets(self, figure: Fraction | None) -> bool:
        """Whether a figure meets the target; an unknown one does not."""
        if figure is None or self.target is None:
            return False
        return figure > self.target if self.order.strict else figure >= self.target

    @property
    def past(self) -> bool:
        """Whether the due date has passed."""
        return self.order.due_on < self.day

    @cached_property
    def fault(self) -> str | None:
        """Why the order cannot be measured; ``None`` where it can."""
        order, baseline = self.order, self.baseline
        if order.issued_on is not None and order.issued_on > self.come:
            return f"it is issued on {order.issued_on}, which has not come: {_correct(order.issued_on)}"
        if order.value is None and baseline is not None and baseline.value is None:
            return f"the baseline on {baseline.on} cannot be counted: {baseline.reason}"
        if self.target is None:
            on = "" if baseline is None else f" on {baseline.on}"
            return f"the baseline{on} is 0, and a multiple of nothing is no target"
        if self.now.value is None:
            return f"the figure of {self.now.on} cannot be counted: {self.now.reason}"
        if self.at_due.doubtful:
            return f"the figure of the due date, {self.at_due.on}, cannot be counted: {self.at_due.reason}"
        return None

    def verdict(self, reachable: Reachable | None) -> OrderVerdict:
        """The first that holds. Where no figure of the due date is planned, that of today decides alone."""
        if self.fault is not None or self.required is None:
            return OrderVerdict.NOT_MEASURABLE
        now = self.meets(self.now.value)
        then = now if self.at_due.value is None else self.meets(self.at_due.value)
        if now and then:
            return OrderVerdict.MET
        if then and not self.past:
            return OrderVerdict.ON_COURSE
        if not self.past and reachable is not None and reachable.known and reachable.figure < self.required:
            return OrderVerdict.IMPOSSIBLE
        return OrderVerdict.SHORT


def _correct(day: date) -> str:
    """What to do about a day that lies ahead."""
    return f"correct the day if it is wrong, or review it with --as-of {day}"


def _baseline(ruler: Ruler, on: date, come: date) -> Figure:
    if on > come:
        return Figure(on, None, reason=f"that day has not come: {_correct(on)}", doubtful=True)
    return ruler.on(on)
