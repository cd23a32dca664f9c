"""What the plan knows of the guards of a site: the record, the goals on it, who could join, and what they cost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction

from stockward.answers.orders import OrderAnswer
from stockward.answers.planned.guards import ForceGoalKind
from stockward.book.known import KnownBooks
from stockward.guards.answering import answer_orders
from stockward.guards.mix import Bands
from stockward.guards.people import Guards
from stockward.guards.roll import GUARDS, PATROLLING, end_of_month, month_of
from stockward.guards.selection.lines import Line, at_work, lines_of
from stockward.protection.costs import MeasureCosts
from stockward.protection.guards.goals import ForceGoal, band_goals, held_on, order_goals, post_goals
from stockward.protection.guards.pool import ForceCandidate, pool_of
from stockward.protection.guards.posts import ForceQuestion, PostsInTime
from stockward.protection.guards.program import ForceMarket
from stockward.protection.guards.workforce import workers_gone
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import OrderVerdict

ON_GUARDS = (GUARDS, PATROLLING)
"""What an order on guards measures."""
_MONTHS_AHEAD = 12
_PRODUCTION = "production:"
_OF_POSTS = (ForceGoalKind.POSTS, ForceGoalKind.QUALIFICATION, ForceGoalKind.WORK_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class ForceFacts:
    """The guards of a site as the plan sees them; ``until`` is the last day that it looks at."""

    books: KnownBooks
    asked: ForceQuestion
    until: date
    guards: Guards
    orders: tuple[OrderAnswer, ...]
    posts: PostsInTime | None
    filled_on: tuple[date, ...]
    goals: tuple[ForceGoal, ...]
    market: ForceMarket
    candidates: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, books: KnownBooks, asked: ForceQuestion, costs: MeasureCosts) -> ForceFacts | None:
        """The facts; ``None`` for a site that asks nothing of its guards: no order on them, no probability of filling.

        Raises ``UsageError`` for a cost that is not stated.
        """
        orders = answer_orders(books, day=asked.day, today=asked.today)
        fills = _asks_to_fill(books)
        if not fills and not any(one.measure in ON_GUARDS for one in orders):
            return None
        guards = Guards.of(books)
        posts = PostsInTime.of(books, asked) if fills else None
        year_end = _year_ahead(asked.day) if posts is None else posts.days()[-1]
        dues = [one.due_on for one in orders if one.measure in ON_GUARDS and one.due_on and one.due_on >= asked.day]
        until = max([year_end, *dues])
        filled_on = () if posts is None else _filled_on(books, posts)
        pool, candidates = pool_of(books, asked.day, None if posts is None else posts.then.staff.usual_hours)
        lines = _lines(books, asked.day, pool, (), costs)
        found = [
            *order_goals(orders, guards, asked.day, until),
            *(post_goals([posts.at(on) for on in filled_on], _most(books)) if posts is not None else ()),
            *_output_goals(books, orders, lines),
        ]
        days = [day for goal in found for day in goal.key_days]
        goals = (*found, *band_goals(Bands.of(books.site.settings.force), guards, [*days, until]))
        return cls(
            books=books,
            asked=asked,
            until=until,
            guards=guards,
            orders=tuple(orders),
            posts=posts,
            filled_on=filled_on,
            goals=goals,
            market=_market(books, pool, lines, costs),
            candidates=candidates,
            notes=tuple(_notes(orders, asked.day)),
        )

    def if_comes(self, asked: ForceQuestion, costs: MeasureCosts) -> ForceFacts:
        """The facts of the same day and record if something comes: fewer who could join, other posts."""
        books, gone = self.books, workers_gone(self.books, asked.workforce)
        pool = tuple(one for one in self.market.pool if one.person not in gone or _joined_before(one, asked))
        lines = _lines(books, asked.day, pool, gone, costs) if gone else self.market.lines
        market = _market(books, pool, lines, costs) if gone else self.market
        posts = None if self.posts is None else self.posts.if_comes(asked)
        filled = () if posts is None else post_goals([posts.at(on) for on in self.filled_on], _most(books))
        orders = [one for one in self.goals if one.kind is ForceGoalKind.ORDER]
        bands = [one for one in self.goals if one.kind is ForceGoalKind.BAND]
        goals = (*orders, *filled, *_output_goals(books, self.orders, lines), *bands)
        return replace(self, asked=asked, posts=posts, goals=goals, market=market)

    def at_costs(self, costs: MeasureCosts) -> ForceFacts:
        """The same at other costs."""
        gone = workers_gone(self.books, self.asked.workforce)
        lines = _lines(self.books, self.asked.day, self.market.pool, gone, costs)
        return replace(self, market=_market(self.books, self.market.pool, lines, costs))

    def department(self, days: Sequence[date]) -> dict[date, Mapping[str, int]]:
        """The guards of the record on each day, by affiliation."""
        return {day: self.guards.by_affiliation(GUARDS, day) for day in days}

    def filled_so(self, *, probability: float | None = None, on: Sequence[date] | None = None) -> tuple[ForceGoal, ...]:
        """The goals with another probability that the posts are filled, or on other days."""
        days = self.filled_on if on is None else on
        filled = [] if self.posts is None else [self.posts.at(one, probability=probability) for one in days]
        of_posts = post_goals(filled, _most(self.books)) if filled else ()
        return self._with_bands([*of_posts, *(one for one in self.goals if one.kind not in _OF_POSTS)])

    def due_on(self, goal: ForceGoal, day: date) -> tuple[ForceGoal, ...]:
        """The goals with another due date of one order."""
        low = goal.held[0].low
        moved = replace(goal, held=held_on(self.guards, goal.measure, low, [day, self.until]))
        return self._with_bands([moved if one is goal else one for one in self.goals])

    def _with_bands(self, goals: Sequence[ForceGoal]) -> tuple[ForceGoal, ...]:
        """The goals with bands on just the days on which any other of them counts guards, and on the last."""
        others = [one for one in goals if one.kind is not ForceGoalKind.BAND]
        days = [day for goal in others for day in goal.key_days]
        return (*others, *band_goals(Bands.of(self.books.site.settings.force), self.guards, [*days, self.until]))


def _asks_to_fill(books: KnownBooks) -> bool:
    has_posts = books["posts"].height or books.set_aside["posts"].height
    return bool(has_posts) and books.site.settings.force.fill_probability is not None


def _most(books: KnownBooks) -> float | None:
    return books.site.settings.work_rules.max_hours_per_week


def _filled_on(books: KnownBooks, posts: PostsInTime) -> tuple[date, ...]:
    """The day by which the posts must be filled, as it was asked for or the last ahead; and the last, as they stay so.

    What drives the posts is looked at on the ends of months, the last one until then; guards are those of the day.
    """
    days, by = posts.days(), books.site.settings.plan.posts_filled_by
    if by is not None and by < days[0]:
        raise UsageError(
            f"site.toml: posts_filled_by = {by} under [plan] lies before the day of the plan, {days[0]}: "
            "write a later day, or leave it out"
        )
    first = days[-1] if by is None else min(by, days[-1])
    return (first,) if first == days[-1] else (first, days[-1])


def _year_ahead(day: date) -> date:
    months = day.year * 12 + day.month - 1 + _MONTHS_AHEAD
    return end_of_month(month_of(day).replace(year=months // 12, month=months % 12 + 1))


def _joined_before(candidate: ForceCandidate, asked: ForceQuestion) -> bool:
    """Whether somebody could be a guard before the workforce shrinks."""
    return asked.since is not None and candidate.first < asked.since


def _lines(
    books: KnownBooks, day: date, pool: Sequence[ForceCandidate], gone: Collection[str], costs: MeasureCosts
) -> dict[str, Line]:
    """The lines that candidates work on; what one is worth is what it costs a year if it makes nothing."""
    used = {one.line for one in pool if one.line is not None}
    staying = {one.person for one in pool}
    working = at_work(books, day)
    found, _ = lines_of(books, {one: line for one, line in working.items() if one not in gone or one in staying}, used)
    return {
        code: replace(line, worth=_worth(line, sum(one.line == code for one in pool), costs))
        for code, line in found.items()
    }


def _worth(line: Line, candidates: int, costs: MeasureCosts) -> Fraction:
    """What a year of its output is worth; nobody is asked for it where no choice could lose any."""
    return costs.of_output(line.line) if line.share_lost(candidates) else Fraction(0)


def _market(
    books: KnownBooks, pool: Sequence[ForceCandidate], lines: Mapping[str, Line], costs: MeasureCosts
) -> ForceMarket:
    kinds = sorted({(one.affiliation, one.role, one.trains) for one in pool})
    prices = {
        (affiliation, role, trains): costs.of_guard(affiliation, role)
        + (costs.of_training(affiliation, role) if trains else 0)
        for affiliation, role, trains in kinds
    }
    asked = frozenset(name for name in books["posts"]["qualification"].drop_nulls().to_list() if name)
    return ForceMarket(pool=tuple(pool), prices=prices, lines=lines, qualifications=asked)


def _output_goals(books: KnownBooks, orders: Sequence[OrderAnswer], lines: Mapping[str, Line]) -> Iterator[ForceGoal]:
    """Lines that make what an order on production asks for give up none but their spare workers."""
    ordered = {one.measure.removeprefix(_PRODUCTION).strip() for one in orders if one.measure.startswith(_PRODUCTION)}
    for code, line in sorted(lines.items()):
        if line.material in ordered:
            yield ForceGoal(
                kind=ForceGoalKind.OUTPUT, of=code, label=f"output of line {code}", measure=GUARDS, free=line.free
            )


def _notes(orders: Sequence[OrderAnswer], day: date) -> Iterator[str]:
    late = [
        one.order
        for one in orders
        if one.measure in ON_GUARDS
        and one.due_on is not None
        and one.due_on < day
        and one.verdict in (OrderVerdict.SHORT, OrderVerdict.IMPOSSIBLE)
    ]
    for order in late:
        yield f"The due date of order {order} has passed unmet: it is held as one to be met late."
