"""What a change of a roster breaks: the checker holds the roster before and after it against every rule."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace

import polars as pl

from stockward.answers.roster import Duty
from stockward.answers.rostered.changes import BrokenRule
from stockward.roster.checker.checks import CHECKS_OF_ONE, CHECKS_OF_SEVERAL
from stockward.roster.checker.facts import Checked, RuleBreach
from stockward.roster.rules.table import MIXED
from stockward.roster.standing.duties import StandingRoster

_Checks = Sequence[Callable[[Checked], Iterator[RuleBreach]]]


def held_against(standing: StandingRoster, duties: Iterable[Duty], people: set[str] | None = None) -> Checked:
    """Shifts of a roster as the checker holds them against the rules; of some people alone where they are named."""
    horizon, site, mine = standing.horizon, standing.site, tuple(duties)
    if people is not None:
        site = site.replace(assignments=site["assignments"].filter(pl.col("person").is_in(list(people))))
        mine = tuple(duty for duty in mine if duty.person in people)
    return Checked(
        site, standing.roll, mine, start=horizon.start, weeks=horizon.weeks, numbers=standing.numbers
    )  # fmt: skip


def found_by(checks: _Checks, checked: Checked) -> list[RuleBreach]:
    """What some checks find."""
    return [breach for check in checks for breach in check(checked)]


class TakingOver:
    """Guards who could each take over one shift in the place of another guard, judged one by one.

    All are held against the rules of one guard at once, each with the shift, since what these rules find of one guard
    does not hang on the others; those of guards who stand together are tried for one guard at a time.
    """

    def __init__(self, standing: StandingRoster, left: Duty) -> None:
        self.standing, self.left = standing, left
        self.others = tuple(duty for duty in standing.duties if duty != left)
        post = standing.post(left.post)
        self._bound_together = (post is not None and post.mixed) or standing.problem.rules.max_same_pair is not None
        self._before = set(found_by(CHECKS_OF_ONE, held_against(standing, standing.duties)))

    def given_to(self, guard: str, affiliation: str) -> Duty:
        """The shift as another guard's."""
        return replace(self.left, person=guard, affiliation=affiliation, locked=False)

    def breaks_alone(self, guards: Iterable[tuple[str, str]]) -> dict[str, list[BrokenRule]]:
        """What each guard (code and affiliation) would break of the rules of one guard."""
        taken = {code: self.given_to(code, affiliation) for code, affiliation in guards}
        everything = held_against(self.standing, (*self.others, *taken.values()))
        found: dict[str, list[BrokenRule]] = {code: [] for code in taken}
        for breach in found_by(CHECKS_OF_ONE, everything):
            if breach.person in found and breach not in self._before:
                found[breach.person].append(_as_broken(breach, breach.person, before=False))
        return found

    def breaks_together(self, guard: str, affiliation: str) -> list[BrokenRule]:
        """What a guard would break of the rules of those who stand together."""
        if not self._bound_together:
            return []
        taken = self.given_to(guard, affiliation)
        # All of that post and day: of a part of those who stand together nobody knows whether they are mixed.
        there = {duty.person for duty in self.others if (duty.post, duty.day) == (self.left.post, self.left.day)}
        there.add(guard)
        before = set(found_by(CHECKS_OF_SEVERAL, held_against(self.standing, self.others, there)))
        after = found_by(CHECKS_OF_SEVERAL, held_against(self.standing, (*self.others, taken), there))
        own = (MIXED.name, self.left.post, self.left.day)
        new = [one for one in after if one not in before or (one.rule, one.post, one.day) == own]
        return [_as_broken(breach, guard, before=False) for breach in new]


def breaks_of(standing: StandingRoster, after: Sequence[Duty], people: Sequence[str]) -> tuple[BrokenRule, ...]:
    """What is broken once some guards have changed their shifts, theirs or of those whom they stand with."""
    places = {(duty.post, duty.day) for duty in after if duty.person in people}
    # All of these posts and days: of a part of those who stand together nobody knows whether they are mixed.
    near = {duty.person for duties in (standing.duties, after) for duty in duties if (duty.post, duty.day) in places}
    near |= set(people)
    found: list[list[RuleBreach]] = []
    for duties in (standing.duties, after):
        checked = held_against(standing, (duty for duty in duties if duty.person in near))
        alone = [breach for breach in found_by(CHECKS_OF_ONE, checked) if breach.person in people]
        # A mix is of a post, and names no person; at whose post else it is broken hangs on who was left out here.
        together = [
            breach
            for breach in found_by(CHECKS_OF_SEVERAL, checked)
            if breach.post is None or (breach.post, breach.day) in places
        ]
        found.append([*alone, *together])
    before, now = found
    return tuple(_as_broken(breach, breach.person, before=breach in before) for breach in now)


def _as_broken(breach: RuleBreach, guard: str | None, *, before: bool) -> BrokenRule:
    """A breach as it is told of a guard."""
    return BrokenRule(
        rule=breach.rule, words=breach.words, text=breach.text_of(guard), person=breach.person, day=breach.day,
        before=before,
    )  # fmt: skip
