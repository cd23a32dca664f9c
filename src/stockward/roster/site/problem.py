"""A guards' roster as a problem: who could work when, what must be filled, and what has been decided already.

Who stands at which of several posts that ask for the same is settled later, so the problem knows *classes* of guards
(those who can stand at the same posts) and *groups* of posts (that ask for the same at the same time), and of a
guard only when to work.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import NoReturn

import polars as pl

from stockward.book import Site
from stockward.book.settings import WorkRules
from stockward.roster.site.demand import DatedShift, Horizon, RosterPost, post_spans, read_posts, shift_of
from stockward.roster.site.staff import RosterGuard, RosterStaff, Worked, read_assignments, read_staff
from stockward.roster.standing.worked_otherwise import AskedPost, WorkedOtherwise
from stockward.terms.errors import SheetError


@dataclass(frozen=True, slots=True)
class PostGroup:
    """Posts that ask for the same in one shift: ``number`` posts with ``guards`` each."""

    shift: int
    posts: tuple[RosterPost, ...]
    classes: tuple[int, ...]
    """The classes of guards that can stand there."""
    taken_in: bool = False
    """Whether it is what was worked at other times than the posts have, for those alone who have."""

    @property
    def number(self) -> int:
        """How many posts."""
        return sum(post.number for post in self.posts)

    @property
    def guards(self) -> int:
        """How many stand at once in each."""
        return self.posts[0].guards

    @property
    def places(self) -> int:
        """Places to fill."""
        return self.number * self.guards

    @property
    def mixed(self) -> bool:
        """Whether more than one affiliation must stand in each."""
        return self.posts[0].mixed


@dataclass(frozen=True, slots=True)
class Wish:
    """A wish of a guard: to work (``on``) or to be off on ``day``, of that post and shift where they are named."""

    guard: int
    day: int
    on: bool
    post: str | None
    start: int | None
    """Minutes after 00:00 at which the shift begins."""
    weight: float
    row: int


@dataclass(frozen=True)
class GuardProblem:
    """Everything that a roster of guards must keep and should do.

    ``locked`` and ``earlier`` are by guard and shift, with the post; ``worked`` by guard what they have worked before
    the start, and what is locked after the end.
    """

    horizon: Horizon
    rules: WorkRules
    posts: tuple[RosterPost, ...]
    shifts: tuple[DatedShift, ...]
    guards: tuple[RosterGuard, ...]
    classes: tuple[tuple[int, ...], ...]
    """The guards of each class."""
    groups: tuple[PostGroup, ...]
    worked: tuple[tuple[Worked, ...], ...]
    locked: Mapping[tuple[int, int], str]
    wishes: tuple[Wish, ...]
    earlier: Mapping[tuple[int, int], str] | None
    history_from: int
    """The first day of which it is known who worked: 0, or before."""
    named_posts: frozenset[str]
    """Posts that a wish or a lock names."""
    left_out: tuple[tuple[str, str], ...]
    done: frozenset[tuple[int, int]] = frozenset()
    """Guards and shifts that are locked and have begun: they were worked, whatever becomes of the day after."""
    taken_in: Mapping[tuple[int, int], datetime | None] = field(default_factory=dict)
    """Of those at other times than the post has: when the shift begins to which they belong."""

    @cached_property
    def class_of(self) -> dict[int, int]:
        """The class of each guard."""
        return {guard: number for number, members in enumerate(self.classes) for guard in members}

    @cached_property
    def groups_at(self) -> dict[int, tuple[int, ...]]:
        """The groups of each shift."""
        found: dict[int, list[int]] = {}
        for number, group in enumerate(self.groups):
            found.setdefault(group.shift, []).append(number)
        return {shift: tuple(numbers) for shift, numbers in found.items()}

    @cached_property
    def places(self) -> dict[int, int]:
        """The places to fill in each shift."""
        return {shift: sum(self.groups[g].places for g in groups) for shift, groups in self.groups_at.items()}

    @cached_property
    def open(self) -> tuple[tuple[int, ...], ...]:
        """The shifts that each guard could work: there on all its days, and able to stand at one of its posts."""
        can: dict[int, set[int]] = {}
        for group in self.groups:
            for member in group.classes:
                can.setdefault(member, set()).add(group.shift)
        return tuple(
            tuple(
                number
                for number, shift in enumerate(self.shifts)
                if number in can.get(self.class_of[who], ())
                and (guard.there.issuperset(shift.touched) or (who, number) in self.done)
            )
            for who, guard in enumerate(self.guards)
        )


def make_problem(
    site: Site,
    roll: pl.DataFrame,
    horizon: Horizon,
    *,
    numbers: Mapping[str, int] | None = None,
    earlier: Mapping[tuple[str, datetime], str] | None = None,
    now: datetime | None = None,
) -> GuardProblem:
    """The problem of a site.

    Parameters
    ----------
    site
        The facts.
    roll
        Guards who can stand at a post, as ``staff.read_staff`` takes them.
    horizon
        The days of the roster.
    numbers
        How many of each post there are; one where it does not say.
    earlier
        An earlier roster: post by guard's code and moment of start. Where none is given, assignments of the site from
        the start on that are not locked stand in for it.
    now
        What is locked and has begun by then was worked, also at other times than its post has; nothing was without it.

    Raises
    ------
    SheetError
        For a locked assignment that is no shift of its post, or of somebody who is not on the roster.
    UsageError
        For a post that cannot be cut into shifts.
    """
    posts = read_posts(site, numbers or {})
    staff = read_staff(site, roll, horizon)
    by_name = {post.post: post for post in posts}
    codes = {guard.code: guard.affiliation for guard in staff.guards}
    rows = read_assignments(site, horizon, by_name)
    done = [one for one, locked in rows if locked and now is not None and one.shift.start < now]
    inside = [one for one in done if one.guard in codes and 0 <= one.shift.day < horizon.days]
    otherwise = WorkedOtherwise.among(inside, by_name, horizon)
    asked = tuple(otherwise.asked(posts, horizon, codes))
    shifts = tuple(shift_of(horizon, *span) for span in sorted({one.span for one in asked}))
    given = _Assignments(site, staff, horizon, posts, shifts, rows, otherwise)
    wishes = _wishes(site, staff, horizon)
    named_posts = {wish.post for wish in wishes if wish.post} | set(given.locked.values())
    named_guards = {wish.guard for wish in wishes if wish.post} | {guard for guard, _ in given.locked}
    classes = _classes(staff.guards, posts, named_guards)
    taken_in = given.taken_in(otherwise)
    return GuardProblem(
        horizon=horizon,
        rules=site.settings.work_rules,
        posts=posts,
        shifts=shifts,
        guards=staff.guards,
        classes=classes,
        groups=_groups(asked, shifts, staff.guards, classes, named_posts),
        worked=given.worked,
        locked=given.locked,
        wishes=wishes,
        earlier=given.earlier if earlier is None else _earlier(earlier, staff, shifts, posts, horizon, taken_in),
        history_from=given.history_from,
        named_posts=frozenset(named_posts),
        left_out=staff.left_out,
        done=frozenset(given.place_of(one) for one in inside if given.place_of(one) in given.locked),
        taken_in=taken_in,
    )


class _Assignments:
    """What the assignments of the site say: what was worked, what is locked, and what was only planned."""

    def __init__(
        self,
        site: Site,
        staff: RosterStaff,
        horizon: Horizon,
        posts: Sequence[RosterPost],
        shifts: Sequence[DatedShift],
        rows: Sequence[tuple[Worked, bool]],
        otherwise: WorkedOtherwise,
    ) -> None:
        self._otherwise = otherwise
        self._file = site.sources.get("assignments", "assignments")
        self._numbers = {guard.code: number for number, guard in enumerate(staff.guards)}
        self._left_out = dict(staff.left_out)
        self._shifts = {(shift.start, shift.end): number for number, shift in enumerate(shifts)}
        worked: list[list[Worked]] = [[] for _ in staff.guards]
        planned: dict[tuple[int, int], str] = {}
        self.locked: dict[tuple[int, int], str] = {}
        self.history_from = min((one.shift.day for one, _ in rows if one.shift.day < 0), default=0)
        for one, locked in rows:
            if one.shift.day < 0 or (locked and one.shift.day >= horizon.days):
                if one.guard in self._numbers:
                    worked[self._numbers[one.guard]].append(one)
            elif locked:
                guard, shift = self._lock(one, posts, horizon)
                self.locked[guard, shift] = one.post
            elif one.guard in self._numbers and (one.shift.start, one.shift.end) in self._shifts:
                planned[self._numbers[one.guard], self._shifts[one.shift.start, one.shift.end]] = one.post
        self.worked = tuple(tuple(ones) for ones in worked)
        self.earlier = planned or None

    def place_of(self, one: Worked) -> tuple[int, int]:
        """The guard and shift of an assignment of a guard who is on the roster; −1 for a shift that there is not."""
        return self._numbers[one.guard], self._shifts.get((one.shift.start, one.shift.end), -1)

    def taken_in(self, otherwise: WorkedOtherwise) -> dict[tuple[int, int], datetime | None]:
        """When the shift begins to which each belongs that was worked at other times."""
        return {self.place_of(one): None if span is None else span[0] for one, span in otherwise.of.items()}

    def _lock(self, one: Worked, posts: Sequence[RosterPost], horizon: Horizon) -> tuple[int, int]:
        """The guard and shift of a locked assignment."""
        if one.guard not in self._numbers:
            why = self._left_out.get(one.guard, "not a guard who can stand at a post on those days")
            self._refuse(one, f"{one.guard} is not on the roster ({why})", "unlock it, or correct people and absences")
        shift = self._shifts.get((one.shift.start, one.shift.end))
        post = next((post for post in posts if post.post == one.post), None)
        if post is None:
            self._refuse(one, f"no {one.post} stands", "unlock it, or correct its row of posts, or its number")
        own = one in self._otherwise.of or (one.shift.start, one.shift.end) in post_spans(horizon, post)
        if shift is None or not own:
            after = horizon.date(one.shift.day + 1)
            self._refuse(
                one,
                f"{one.post} has no shift at that time",
                f"where it was worked so, keep the row and begin the roster after it (--start {after}); where it is to "
                "come, write start and end as the post's shifts have it",
            )
        return self._numbers[one.guard], shift

    def _refuse(self, one: Worked, problem: str, mend: str) -> NoReturn:
        raise SheetError(self._file, f"this locked assignment cannot be kept: {problem}", mend, row=one.row)


def _wishes(site: Site, staff: RosterStaff, horizon: Horizon) -> tuple[Wish, ...]:
    """The wishes for days of the roster; one without a weight has the weight 1."""
    numbers = {guard.code: number for number, guard in enumerate(staff.guards)}
    found = []
    for row in site["wishes"].sort("row").iter_rows(named=True):
        day = (row["date"] - horizon.start).days
        weight = 1.0 if row["weight"] is None else row["weight"]
        if row["person"] in numbers and 0 <= day < horizon.days and weight > 0:
            on = row["wish"] == "on"
            found.append(Wish(numbers[row["person"]], day, on, row["post"], row["start"], weight, row["row"]))
    return tuple(found)


def _classes(
    guards: Sequence[RosterGuard], posts: Sequence[RosterPost], named: set[int]
) -> tuple[tuple[int, ...], ...]:
    """Guards who can stand at the same posts; those who are named by a lock or a wish for a post are alone."""
    found: dict[tuple[object, ...], list[int]] = {}
    for number, guard in enumerate(guards):
        can = tuple(guard.can_stand(post) for post in posts)
        mixed = any(able and post.mixed for able, post in zip(can, posts, strict=True))
        key = (can, guard.affiliation if mixed else "", number if number in named else -1)
        found.setdefault(key, []).append(number)
    return tuple(tuple(members) for members in found.values())


def _groups(
    asked: Sequence[AskedPost],
    shifts: Sequence[DatedShift],
    guards: Sequence[RosterGuard],
    classes: Sequence[Sequence[int]],
    named: set[str],
) -> tuple[PostGroup, ...]:
    """Posts that the same classes can hold, with as many guards, mixed or not, at the same time."""
    numbers = {(shift.start, shift.end): number for number, shift in enumerate(shifts)}
    alike: dict[tuple[int, tuple[int, ...], int, bool, str, bool], list[RosterPost]] = {}
    able: dict[tuple[str, frozenset[str], tuple[str, ...]], tuple[int, ...]] = {}
    for one in asked:
        key = one.post.post, one.but, one.worked
        if key not in able:
            able[key] = tuple(number for number, members in enumerate(classes) if _can_fill(guards[members[0]], one))
        alone = one.post.post if one.post.post in named else ""
        of = (numbers[one.span], able[key], one.post.guards, one.post.mixed, alone, bool(one.worked))
        alike.setdefault(of, []).append(one.post)
    groups = [PostGroup(key[0], tuple(members), key[1], key[5]) for key, members in alike.items()]
    return tuple(sorted(groups, key=lambda group: (group.shift, group.posts[0].row)))


def _can_fill(guard: RosterGuard, asked: AskedPost) -> bool:
    """Whether a guard can stand there; at what was worked otherwise those alone who have."""
    if asked.worked:
        return guard.code in asked.worked
    return guard.can_stand(asked.post) and guard.affiliation not in asked.but


def _earlier(
    earlier: Mapping[tuple[str, datetime], str],
    staff: RosterStaff,
    shifts: Sequence[DatedShift],
    posts: Sequence[RosterPost],
    horizon: Horizon,
    taken_in: Mapping[tuple[int, int], datetime | None],
) -> dict[tuple[int, int], str]:
    """The earlier roster as far as its guards and shifts are those of this one.

    Where shifts of several lengths begin at a moment, its shift is that of its post; of a post that is no more, any.
    What was worked at other times is the shift to which it belongs.
    """
    numbers = {(shift.start, shift.end): number for number, shift in enumerate(shifts)}
    of_post = {
        (post.post, span[0]): numbers[span] for post in posts for span in post_spans(horizon, post) if span in numbers
    }
    of_any = {shift.start: number for number, shift in enumerate(shifts)}
    guards = {guard.code: number for number, guard in enumerate(staff.guards)}
    own = {(guard, start): shift for (guard, shift), start in taken_in.items()}
    found = {}
    for (code, start), post in earlier.items():
        if code in guards:
            shift = own.get((guards[code], start), of_post.get((post, start), of_any.get(start)))
            if shift is not None:
                found[guards[code], shift] = post
    return found
