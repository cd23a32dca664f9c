"""Site → roster: the one place that knows the order of the steps."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from types import MappingProxyType
from zoneinfo import ZoneInfo

import polars as pl

from stockward.answers.roster import (
    Duty,
    GuardMonth,
    OpenPlace,
    PostMonth,
    Relaxation,
    RosterAnswer,
    RosterCost,
)
from stockward.book import Site
from stockward.book.known import KnownBooks, known_at
from stockward.guards.need.needed import need_of
from stockward.guards.roll import day_of_the_books, on_posts, roll
from stockward.roster.checker.checks import check_roster
from stockward.roster.checker.facts import Checked, RuleBreach
from stockward.roster.engine.unguarded import under_a_guard
from stockward.roster.infeasible import ways as ways
from stockward.roster.infeasible.colliding import collision, conflicts_in_words
from stockward.roster.infeasible.conditions import (
    Shortage,
    is_irreducible,
    least_guards_more,
    least_minutes_beyond,
    least_minutes_short,
    least_places_open,
    shortages,
)
from stockward.roster.infeasible.conflicts import conflicts_of, filling
from stockward.roster.infeasible.relaxing import (
    Asking,
    WayOut,
    fewest_guards_more,
    fewest_places_open,
    least_hours_more,
    usual_hours,
)
from stockward.roster.rules.stated import require_possible, require_stated, stated_rules, told_of_rules
from stockward.roster.rules.table import CONTRACT_HOURS, HOURS_A_WEEK, OVERTIME
from stockward.roster.site.costs import changed, fair_shares, is_met, measure_cost
from stockward.roster.site.demand import MOST_WEEKS, TABLES, Horizon, post_spans, rows_not_known
from stockward.roster.site.making import Limit, Made, RosterProgress, make_guard_roster
from stockward.roster.site.overtime import overtime_of
from stockward.roster.site.problem import GuardProblem, make_problem
from stockward.roster.told import told_of_days
from stockward.terms.errors import FigureError, SheetError, UsageError
from stockward.terms.limits import DEFAULT_SEED
from stockward.terms.periods import local_day
from stockward.terms.verdicts import Solved
from stockward.version import VERSION

MOST_OF_A_POST = 10_000
_ALL_HOURS = 168.0
"""Hours of a week: how many a contract may give where the site has no rule for it."""
_MOST_NAMED = 12
WAY_OUT_SHARE = 0.25
"""Share of the time left that the making of one way out may take."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterRequest:
    """What a roster is asked for.

    ``numbers`` says how many of a post stand, where that is not left to its driver; ``earlier`` is a roster of which as
    much as possible is kept: post by guard's code and moment of start, and ``told`` what is to be told of its file.
    ``generated`` is printed on the answer.
    """

    start: date
    weeks: int
    generated: datetime
    seed: int = DEFAULT_SEED
    numbers: Mapping[str, int] = field(default_factory=dict)
    earlier: Mapping[tuple[str, datetime], str] | None = None
    told: tuple[str, ...] = ()
    options: Mapping[str, object] = field(default_factory=dict)


def make_guards_roster(
    site: Site,
    asked: RosterRequest,
    *,
    limit: Limit,
    progress: RosterProgress = lambda best, bound: None,
) -> RosterAnswer:
    """Make a guards' roster of a site.

    The search runs in processes of its own, and each of them runs the script that called it again up to its
    ``if __name__ == "__main__":``. So a script must call this under that line.

    Parameters
    ----------
    site
        The facts.
    asked
        From when on, for how many weeks (1 to 26), and the rest.
    limit
        When to stop: seconds, or rounds for the same roster every time.
    progress
        Told of each better cost (``None`` before the first) and bound.

    Returns
    -------
    RosterAnswer
        With duties where a roster keeps every rule; the checker has passed it.

    Raises
    ------
    UsageError
        For weeks out of range, rules that exclude each other, posts that cannot be cut into shifts, and a script that
        calls this without ``if __name__ == "__main__":``.
    SheetError
        For a locked assignment that is no shift, of nobody on the roster, or that breaks a rule: with its row.
    FigureError
        Where the checker finds a breach: then no roster is given.
    """
    with under_a_guard():
        return _make(site, asked, limit, progress)


def _make(site: Site, asked: RosterRequest, limit: Limit, progress: RosterProgress) -> RosterAnswer:
    """A roster, or why there is none (see ``make_guards_roster``)."""
    _require(site, asked)
    numbers, notes = numbers_of_posts(known_at(site, None), asked.numbers, local_day(asked.generated, site.timezone))
    made_for = _MadeFor(site, asked, numbers)
    problem = made_for.problem(site)
    if not problem.groups:
        raise UsageError("no post has a shift in these days: correct days and guards in the table posts, or the start")
    require_possible(problem)
    if asked.earlier is not None and not problem.earlier:
        raise UsageError("the earlier roster has no shift of a guard in these weeks: name one of the same days")
    made_for.require_sound_locks(problem)
    notes += (*asked.told, *told_of_rules(problem), *_of_the_earlier(problem, asked))
    notes += told_of_days(problem)
    notes += tuple(rows_not_known(site))
    short = shortages(problem)
    if short:
        return _impossible(made_for, problem, short, notes, limit)
    made = make_guard_roster(problem, seed=asked.seed, limit=limit, progress=progress)
    duties = _duties(problem, made)
    if duties:
        made_for.check(site, duties)
    elif not made.stopped:
        return _perhaps_impossible(made_for, problem, made, notes, limit)
    return _answer(site, problem, made, duties, notes, asked)


def _of_the_earlier(problem: GuardProblem, asked: RosterRequest) -> tuple[str, ...]:
    """What is told where an earlier roster fits this one only in part."""
    if asked.earlier is None or problem.earlier is None or len(problem.earlier) == len(asked.earlier):
        return ()
    return (
        f"{len(problem.earlier)} of the {len(asked.earlier)} shifts of the earlier roster fit this one: the others are "
        "on other days, at other hours, or of people who are not on it",
    )


def _perhaps_impossible(
    made_for: _MadeFor, problem: GuardProblem, made: Made, notes: tuple[str, ...], limit: Limit
) -> RosterAnswer:
    """No roster was found: either rules collide, or the time was too short."""
    within = _shares_of(limit, 0.5)()
    found = collision(problem, within.seconds_left, seed=made_for.asked.seed)
    answer = _answer(made_for.site, problem, made, (), notes, made_for.asked)
    if found is None and made.status is not Solved.IMPOSSIBLE:
        return answer
    conflicts = () if found is None else conflicts_in_words(problem, found)
    contracts_bind = any(conflict.rule == CONTRACT_HOURS.name for conflict in conflicts)
    return replace(
        answer,
        status=Solved.IMPOSSIBLE,
        conflicts=conflicts,
        irreducible=found is not None and found.irreducible,
        relaxations=_ways_out(made_for, problem, max(1, made.short), limit, contracts_bind=contracts_bind),
    )


@dataclass(frozen=True, eq=False)
class _MadeFor:
    """What is asked for, of a site and of its what-ifs."""

    site: Site
    asked: RosterRequest
    numbers: Mapping[str, int]

    def problem(self, site: Site) -> GuardProblem:
        """The problem of a site, or of a what-if."""
        horizon = Horizon(self.asked.start, self.asked.weeks, site.timezone)
        return make_problem(
            site, self._guards(site), horizon, numbers=self.numbers, earlier=self.asked.earlier,
            now=self.asked.generated,
        )  # fmt: skip

    def check(self, site: Site, duties: Sequence[Duty], open_places: Sequence[OpenPlace] = ()) -> None:
        """Raise ``FigureError`` where a roster breaks a rule."""
        counted = Counter((place.post, place.start) for place in open_places)
        checked = Checked(
            site, self._guards(site), duties, start=self.asked.start, weeks=self.asked.weeks, numbers=self.numbers,
            open_places=counted, now=self.asked.generated,
        )  # fmt: skip
        breaches = check_roster(checked)
        if breaches:
            raise FigureError(f"the search made a roster that breaks a rule ({breaches[0]}): it is not given out")

    def require_sound_locks(self, problem: GuardProblem) -> None:
        """Raise ``SheetError`` with its row where a locked assignment breaks a rule by itself or with others."""
        if not problem.locked:
            return
        locks = _locked_duties(problem)
        checked = Checked(
            self.site, self._guards(self.site), locks, start=self.asked.start, weeks=self.asked.weeks,
            numbers=self.numbers, complete=False, now=self.asked.generated,
        )  # fmt: skip
        for breach in check_roster(checked):
            said = f"locked assignments break a rule ({breach})"
            file = self.site.sources.get("assignments", "assignments")
            mend = "unlock or correct one"
            if breach.day is not None:
                after = breach.day + timedelta(days=1)
                mend += f", or where it was worked so, keep it and begin the roster after it (--start {after})"
            raise SheetError(file, said, mend, row=self._row_of(breach))

    def _row_of(self, breach: RuleBreach) -> int | None:
        """The last locked assignment that a breach could be about."""
        zone = ZoneInfo(self.site.timezone)
        rows = [
            row["row"]
            for row in self.site["assignments"].iter_rows(named=True)
            if row["locked"]
            and breach.person in (None, row["person"])
            and breach.post in (None, row["post"])
            and breach.day in (None, row["start"].astimezone(zone).date())
        ]
        return max(rows, default=None)

    @staticmethod
    def _guards(site: Site) -> pl.DataFrame:
        return on_posts(roll(known_at(site, None)))


def _impossible(
    made_for: _MadeFor, problem: GuardProblem, short: Sequence[Shortage], notes: tuple[str, ...], limit: Limit
) -> RosterAnswer:
    """The conflict, and the ways out, each with a roster that the checker accepts."""
    nothing = Made(Solved.IMPOSSIBLE, None, None, 0, math.inf, 0, 0, 0, False)
    answer = _answer(made_for.site, problem, nothing, (), notes, made_for.asked)
    return replace(
        answer,
        conflicts=conflicts_of(problem, short[0]),
        irreducible=is_irreducible(problem, short[0]),
        relaxations=_ways_out(made_for, problem, least_places_open(problem, short), limit),
        notes=answer.notes + _others_in_the_way(problem, short),
    )


def _others_in_the_way(problem: GuardProblem, short: Sequence[Shortage]) -> tuple[str, ...]:
    """What cannot be filled either, whatever becomes of the first, which is told as the conflict."""
    _, *others = dict.fromkeys(filling(problem, one).words for one in short)
    said = [f"impossible by itself as well: {words.removesuffix('.')}" for words in others[:_MOST_NAMED]]
    more = len(others) - len(said)
    if more:
        said.append(f"and {more} more that {'is' if more == 1 else 'are'} impossible like these")
    return tuple(said)


def _ways_out(
    made_for: _MadeFor, problem: GuardProblem, least_places: int, limit: Limit, *, contracts_bind: bool = False
) -> tuple[Relaxation, ...]:
    """Places left open, hours more (where contracts are short or bind), guards more."""
    asking = Asking(made_for.site, problem, made_for.problem, _shares_of(limit, WAY_OUT_SHARE), made_for.asked.seed)
    if not problem.guards:
        return ()
    minutes = least_minutes_short(problem)
    places = fewest_places_open(asking, least_places)
    found = [(places, float(least_places))]
    most_hours = HOURS_A_WEEK.value(problem.rules) or _ALL_HOURS
    if minutes or contracts_bind:
        beyond = least_minutes_beyond(problem)
        found.append((least_hours_more(asking, places, most_hours, beyond), beyond / 60))
    if places.made is not None:
        week = max(guard.hours_per_week for guard in problem.guards) + (OVERTIME.value(problem.rules) or 0)
        contract = week * problem.horizon.weeks
        found.append((fewest_guards_more(asking, places), float(least_guards_more(problem, int(60 * contract + 1e-6)))))
    usual = usual_hours(problem)
    return tuple(_relaxation(made_for, way, least, usual) for way, least in found)


def _shares_of(limit: Limit, part: float) -> Callable[[], Limit]:
    """Limits for one making each: a part of the time that is left when it begins, or as many rounds."""

    def share() -> Limit:
        if limit.seconds_left is None:
            return limit
        left = limit.seconds_left
        ends = left() * (1 - part)
        return Limit(lambda: left() - ends)

    return share


def _relaxation(made_for: _MadeFor, way: WayOut, least: float, usual: float) -> Relaxation:
    """A way out in words, once the checker has accepted its roster."""
    if way.made is None or way.made.settling is None:
        reason = way.ruled_out or "no roster was found this way in the time given; none is ruled out"
        words = way.ruled_out or ways.not_found(way.what)
        status = Solved.OUT_OF_TIME if way.ruled_out is None else Solved.IMPOSSIBLE
        return Relaxation(
            what=way.what, status=status, words=words, amount=None, least=least, parts=(), reason=reason
        )  # fmt: skip
    made_for.check(way.site, _duties(way.problem, way.made), _open_places(way.problem, way.made))
    amount = way.amount or 0.0
    status = Solved.PROVEN if ways.is_least(amount, least) else Solved.FEASIBLE
    overtime = bool(OVERTIME.value(way.problem.rules))
    words = ways.in_words(way.what, amount, least, way.parts, usual, overtime=overtime)
    return Relaxation(what=way.what, status=status, words=words, amount=amount, least=least, parts=way.parts)


def _open_places(problem: GuardProblem, made: Made) -> tuple[OpenPlace, ...]:
    if made.settling is None:
        return ()
    return tuple(
        OpenPlace(
            post=place.post,
            number=place.number,
            day=problem.horizon.date(problem.shifts[shift].day),
            start=problem.shifts[shift].start,
            end=problem.shifts[shift].end,
        )
        for shift, place in made.settling.left_open
    )


def _require(site: Site, asked: RosterRequest) -> None:
    """Raise ``UsageError`` for a question that cannot be asked so."""
    if not 1 <= asked.weeks <= MOST_WEEKS:
        raise UsageError(f"a roster is for 1 to {MOST_WEEKS} weeks, not {asked.weeks}")
    if not date(1970, 1, 1) <= asked.start <= date(9000, 1, 1):
        raise UsageError(f"{asked.start} is no day to start a roster on: write a date such as 2026-07-06")
    require_stated(site.settings.work_rules)
    known = {str(post) for post in site["posts"]["post"]}
    if not known:
        aside = [said for said in rows_not_known(site) if said.startswith("posts:")]
        raise UsageError(aside[0] if aside else "the site has no posts: fill in the table posts")
    for post, number in asked.numbers.items():
        if post not in known:
            raise UsageError(f"there is no post {post!r}: name one of the table posts")
        if not 0 <= number <= MOST_OF_A_POST:
            raise UsageError(f"{number} of {post}: write a number from 0 to {MOST_OF_A_POST}")


def numbers_given(texts: Sequence[str]) -> dict[str, int]:
    """Read how many of a post stand, each as ``POST=N``; raises ``UsageError`` for anything else."""
    found = {}
    for text in texts:
        post, equals, number = text.rpartition("=")
        if not equals or not post or not (number.isascii() and number.isdigit()) or len(number) > 6:
            raise UsageError(f"{text!r} says no number of a post: write it as patrol-stores=2")
        found[post] = int(number)
    return found


def numbers_of_posts(
    books: KnownBooks, given: Mapping[str, int], today: date
) -> tuple[dict[str, int], tuple[str, ...]]:
    """How many of each post stand: as given, else by its driver today, else one; and what is to be told of that.

    ``today`` is the day of the clock, on which drivers are measured where no stock dates the books.
    """
    posts = books["posts"]
    numbers = dict(given)
    driven = posts.filter(pl.col("driver").is_not_null() & ~pl.col("post").is_in(list(given)))
    if not driven.height:
        return numbers, ()
    day = day_of_the_books(books, None, today)
    counted = _driven_today(books, day)
    notes = []
    for post in sorted(set(driven["post"].to_list())):
        number, reason = counted[post]
        if number is None:
            notes.append(f"{post} has a driver that cannot be measured ({reason}): it is taken once")
        else:
            numbers[post] = number
            notes.append(f"{post} stands {number} times, by its driver on {day}")
    return numbers, tuple(notes)


def _driven_today(books: KnownBooks, day: date) -> dict[str, tuple[int | None, str]]:
    force = need_of(books, guards=roll(books), day=day, seed=DEFAULT_SEED)
    return {post.post: (post.posts, post.reason or "no reason on record") for post in force.posts}


def _duties(problem: GuardProblem, made: Made) -> tuple[Duty, ...]:
    """Who stands where, in order of time and posts."""
    if made.settling is None:
        return ()
    found = [
        _duty(problem, (who.guard, shift), who.place.post, who.place.number, problem.earlier)
        for shift, there in made.settling.at.items()
        for who in there
    ]
    order = {post.post: place for place, post in enumerate(problem.posts)}
    return tuple(sorted(found, key=lambda duty: (duty.start, order[duty.post], duty.number, duty.person)))


def _locked_duties(problem: GuardProblem) -> tuple[Duty, ...]:
    """The locked assignments as duties; several at one post are at several such posts as far as there are any."""
    at: Counter[tuple[str, int]] = Counter()
    posts = {post.post: post for post in problem.posts}
    found = []
    for (guard, shift), name in problem.locked.items():
        number = min(at[name, shift] // posts[name].guards + 1, posts[name].number)
        at[name, shift] += 1
        found.append(_duty(problem, (guard, shift), name, number, None))
    return tuple(found)


def _duty(
    problem: GuardProblem, of: tuple[int, int], post: str, number: int, earlier: Mapping[tuple[int, int], str] | None
) -> Duty:
    """A guard in a shift, at a post; whether that is otherwise than in the earlier roster, where there is one."""
    guard, shift = problem.guards[of[0]], problem.shifts[of[1]]
    return Duty(
        person=guard.code, affiliation=guard.affiliation, post=post, number=number,
        day=problem.horizon.date(shift.day), start=shift.start, end=shift.end, hours=shift.minutes / 60,
        night=shift.night, weekend=shift.weekend, locked=of in problem.locked,
        changed=None if earlier is None else earlier.get(of) != post,
    )  # fmt: skip


def _answer(
    site: Site,
    problem: GuardProblem,
    made: Made,
    duties: tuple[Duty, ...],
    notes: tuple[str, ...],
    asked: RosterRequest,
) -> RosterAnswer:
    """Everything that is told of a roster, or of there being none."""
    cost = _cost(problem, made)
    gap = None if cost is None else (cost.total - made.bound) / cost.total if cost.total > made.bound else 0.0
    return RosterAnswer(
        site=site.name,
        timezone=site.timezone,
        version=VERSION,
        at=asked.generated,
        seed=asked.seed,
        options=MappingProxyType(dict(asked.options)),
        start=problem.horizon.start,
        weeks=problem.horizon.weeks,
        rules=stated_rules(site.settings.work_rules),
        status=made.status,
        stopped=made.stopped,
        cost=cost,
        bound=made.bound,
        gap=gap,
        duties=duties,
        left_open=(),
        guards=_guards(problem, made, duties),
        posts=_posts(site, problem, duties),
        left_out=problem.left_out,
        conflicts=(),
        irreducible=False,
        relaxations=(),
        changed=None if problem.earlier is None or made.rows is None else changed(problem, made.times),
        notes=notes,
        set_aside={name: rows for name in TABLES if (rows := site.set_aside[name].height)},
        overtime=overtime_of(problem, duties, site.settings.site.currency),
    )


def _cost(problem: GuardProblem, made: Made) -> RosterCost | None:
    if made.settling is None:
        return None
    cost = measure_cost(problem, made.times, made.settling.posts)
    return RosterCost(
        total=cost.total, changes=cost.changes, wishes=cost.wishes, nights=cost.nights, weekends=cost.weekends,
        hours=cost.hours, overtime=cost.overtime if problem.rules.max_overtime_hours_per_week else None,
        pattern=None if problem.rules.wished_pattern is None else cost.pattern,
    )  # fmt: skip


def _guards(problem: GuardProblem, made: Made, duties: tuple[Duty, ...]) -> tuple[GuardMonth, ...]:
    if not duties or made.settling is None:
        return ()
    shares = fair_shares(problem)
    found = []
    for number, guard in enumerate(problem.guards):
        mine = [problem.shifts[s] for s in made.times[number]]
        wishes = [wish for wish in problem.wishes if wish.guard == number]
        met = sum(is_met(problem, wish, made.times, made.settling.posts) for wish in wishes)
        earlier = {s for who, s in problem.earlier or () if who == number}
        found.append(
            GuardMonth(
                person=guard.code,
                affiliation=guard.affiliation,
                qualifications=tuple(sorted(guard.qualifications)),
                days_there=sum(map(problem.horizon.holds, guard.there)),
                shifts=len(mine),
                hours=sum(shift.minutes for shift in mine) / 60,
                contract=guard.contract_minutes / 60,
                fair_hours=shares.minutes[number].exact / 60,
                nights=sum(shift.night for shift in mine),
                fair_nights=shares.nights[number].exact,
                weekend_shifts=sum(shift.weekend for shift in mine),
                fair_weekend_shifts=shares.weekends[number].exact,
                wishes=len(wishes),
                met=met,
                changed=0 if problem.earlier is None else len(earlier ^ made.times[number]),
                off_pattern=None if shares.rotation is None else shares.rotation.off(number, mine),
            )
        )
    return tuple(found)


def _posts(site: Site, problem: GuardProblem, duties: tuple[Duty, ...]) -> tuple[PostMonth, ...]:
    names = dict(site["posts"].select("post", "name").rows())
    wanted: dict[str, int] = {}
    for post in problem.posts:
        wanted[post.post] = len(post_spans(problem.horizon, post)) * post.guards * post.number
    return tuple(
        PostMonth(
            post=post.post,
            name=names.get(post.post),
            qualification=post.qualification,
            mixed=post.mixed,
            posts=post.number,
            guards=post.guards,
            begins=post.begins,
            places=wanted[post.post],
            filled=sum(1 for duty in duties if duty.post == post.post),
            hours=sum(duty.hours for duty in duties if duty.post == post.post),
        )
        for post in problem.posts
    )
