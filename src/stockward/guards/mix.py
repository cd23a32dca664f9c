"""The mix: which numbers of each affiliation the bands allow, and what breaks them.

A total of N guards holds the bands where whole numbers m with low ≤ m/N ≤ high exist for every affiliation and add up
to N. Bounds are compared as the decimals that the site wrote, so that 0.7 of 10 is 7.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from types import MappingProxyType

from stockward.answers.mix import Band, GrowthAlone, MixAnswer, TotalMix
from stockward.answers.orders import OrderAnswer
from stockward.book.known import KnownBooks
from stockward.book.settings import ForceSettings
from stockward.guards.people import Guards
from stockward.guards.roll import GUARDS, PATROLLING
from stockward.guards.written import counted, plain_number, written_number
from stockward.terms.verdicts import OrderVerdict

TOTALS_MAX = 2000
LOOK_AHEAD = Fraction(5, 2)
"""Without an order, totals up to so many times the present one are looked at."""
_RANGES_SAID = 8

Numbers = Mapping[str, int]


@dataclass(frozen=True, slots=True)
class MixRule:
    """The band of one affiliation: its share lies from ``low`` to ``high``, bounds included."""

    affiliation: str
    low: Fraction
    high: Fraction

    def least(self, total: int) -> int:
        """The least whole number of it among so many: ⌈low N⌉."""
        return -((-self.low.numerator * total) // self.low.denominator)

    def most(self, total: int) -> int:
        """The most of it among so many: ⌊high N⌋."""
        return self.high.numerator * total // self.high.denominator

    def holds(self, number: int, total: int) -> bool:
        """Whether so many of so many keep the band."""
        return self.least(total) <= number <= self.most(total)


@dataclass(frozen=True, slots=True)
class Reach:
    """The largest total that additions can bring, and one choice of how many of each affiliation there are then."""

    total: int
    numbers: Numbers


@dataclass(frozen=True, slots=True)
class Bands:
    """All bands of a site; none at all where its affiliations are not bound."""

    rules: tuple[MixRule, ...]

    @classmethod
    def of(cls, force: ForceSettings) -> Bands:
        """The bands as ``site.toml`` states them."""
        return cls(
            tuple(
                MixRule(one.name, written_number(one.share[0]), written_number(one.share[1]))
                for one in force.affiliation
            )
        )

    @property
    def names(self) -> tuple[str, ...]:
        """The affiliations that have a band."""
        return tuple(rule.affiliation for rule in self.rules)

    def others(self, numbers: Numbers) -> int:
        """How many are of an affiliation without a band."""
        return sum(number for name, number in numbers.items() if name not in self.names)

    def hold(self, numbers: Numbers) -> bool:
        """Whether these numbers of each affiliation keep every band."""
        total = sum(numbers.values())
        return all(rule.holds(numbers.get(rule.affiliation, 0), total) for rule in self.rules)

    def numbers_for(self, total: int, *, others: tuple[int, int] = (0, 0)) -> dict[str, tuple[int, int]] | None:
        """For one total, the least and the most of each affiliation that has a band; ``None`` where nothing holds.

        ``others`` are the least and the most of all affiliations without a band together. Each number between the two
        can be had with some numbers of the others.
        """
        ranges = [(rule.least(total), rule.most(total)) for rule in self.rules]
        return self._narrowed(total, ranges, others)

    def _narrowed(
        self, total: int, ranges: Sequence[tuple[int, int]], others: tuple[int, int]
    ) -> dict[str, tuple[int, int]] | None:
        """Ranges of whole numbers that add up to the total, each narrowed by what the rest must leave it."""
        every = [*ranges, others]
        least, most = sum(low for low, _ in every), sum(high for _, high in every)
        if any(low > high for low, high in every) or not least <= total <= most:
            return None
        return {
            name: (max(low, total - (most - high)), min(high, total - (least - low)))
            for name, (low, high) in zip(self.names, ranges, strict=True)
        }

    def totals(self, present: Numbers, pool: Numbers) -> Iterator[Reach]:
        """Every total that can be reached by adding some of the pool to those present, the largest first.

        Nobody who is present leaves, so numbers outside a band now must come inside by additions alone.
        """
        names = self.names
        at_most = {name: present.get(name, 0) + pool.get(name, 0) for name in names}
        others = self.others(present), self.others(present) + self.others(pool)
        everybody = sum(at_most.values()) + others[1]
        for total in range(everybody, sum(present.values()) - 1, -1):
            ranges = [
                (max(rule.least(total), present.get(name, 0)), min(rule.most(total), at_most[name]))
                for name, rule in zip(names, self.rules, strict=True)
            ]
            if self._narrowed(total, ranges, others) is not None:
                yield Reach(total, MappingProxyType(_filled(total, dict(zip(names, ranges, strict=True)), others)))

    def largest(self, present: Numbers, pool: Numbers) -> Reach | None:
        """The largest such total; ``None`` where no additions, none at all among them, keep every band."""
        return next(self.totals(present, pool), None)


def _filled(total: int, ranges: Mapping[str, tuple[int, int]], others: tuple[int, int]) -> dict[str, int]:
    """One choice: all begin with their least, and are filled up in order."""
    every = {**ranges, "": others}
    numbers = {name: low for name, (low, _) in every.items()}
    left = total - sum(numbers.values())
    for name, (low, high) in every.items():
        more = min(left, high - low)
        numbers[name] += more
        left -= more
    return numbers if numbers[""] else {name: number for name, number in numbers.items() if name}


def mix_of(books: KnownBooks, *, day: date, orders: Sequence[OrderAnswer] = ()) -> MixAnswer | None:
    """The mix of the security department on a day; ``None`` where ``site.toml`` has no band.

    Parameters
    ----------
    day
        The day of the review.
    orders
        Answers on orders: the largest one on guards says how large the department must become.

    Guards of an affiliation without a band come into question where anybody of one is on record.
    """
    bands = Bands.of(books.site.settings.force)
    if not bands.rules:
        return None
    guards = Guards.of(books)
    present = guards.by_affiliation(GUARDS, day)
    total = sum(present.values())
    doubt = guards.doubt(GUARDS, day) or (None if total else "no guard is on record on that day: there is no mix yet")
    required = largest_required(guards, orders, day)
    strangers = not set(books["people"]["affiliation"]).issubset(bands.names)
    by_total = tuple(_by_total(bands, total, required, others=strangers))
    holds = None if doubt else bands.hold(present)
    return MixAnswer(
        total=total,
        bands=tuple(_band(rule, present, total) for rule in bands.rules),
        others=bands.others(present),
        holds=holds,
        required=required,
        by_total=by_total,
        growth_alone=tuple(_growth(bands, rule, present, required, holds=bool(holds)) for rule in bands.rules),
        breaks=tuple(_breaks(bands, present, by_total, others=strangers)),
        reason=doubt,
    )


def _band(rule: MixRule, present: Numbers, total: int) -> Band:
    now = present.get(rule.affiliation, 0)
    share = now / total if total else None
    return Band(affiliation=rule.affiliation, low=float(rule.low), high=float(rule.high), now=now, share=share)


def largest_required(guards: Guards, orders: Sequence[OrderAnswer], day: date) -> int | None:
    """The total that the largest order on guards asks for; ``None`` without one that can be measured.

    An order on patrolling guards is met beside all others who are expected on its due date.
    """
    totals = []
    for order in orders:
        if order.measure not in (GUARDS, PATROLLING) or order.required is None or order.due_on is None:
            continue
        if order.verdict == OrderVerdict.NOT_MEASURABLE:
            continue
        on = max(order.due_on, day)
        counting = guards.number(order.measure, on)
        totals.append(guards.number(GUARDS, on) - counting + max(int(order.required), counting))
    return max(totals, default=None)


def _by_total(bands: Bands, total: int, required: int | None, *, others: bool) -> Iterator[TotalMix]:
    """Every total up to somewhat beyond what is asked for; of very many, evenly spaced ones with those that matter."""
    ahead = -(-total * LOOK_AHEAD.numerator // LOOK_AHEAD.denominator)
    for one in _looked_at(max(required or 0, ahead, 1), total, required):
        numbers = bands.numbers_for(one, others=(0, one if others else 0))
        yield TotalMix(total=one, numbers=None if numbers is None else MappingProxyType(numbers))


def _looked_at(top: int, *matter: int | None) -> Sequence[int]:
    if top <= TOTALS_MAX:
        return range(1, top + 1)
    always = {one for one in (*matter, top) if one}
    return sorted({*range(1, top + 1, -(-top // (TOTALS_MAX - len(always)))), *always})


def _growth(bands: Bands, rule: MixRule, present: Numbers, required: int | None, *, holds: bool) -> GrowthAlone:
    """How far one affiliation can grow alone.

    Its own share rises and all others fall, so a band that is broken once stays broken: the last whole number before
    (now + k) / (N + k) > high, or m / (N + k) < low for another, is the answer.
    """
    total, now = sum(present.values()), present.get(rule.affiliation, 0)
    limits = [
        (present.get(other.affiliation, 0) / other.low).__floor__() - total
        for other in bands.rules
        if other is not rule and other.low
    ]
    if rule.high < 1:
        limits.append(((rule.high * total - now) / (1 - rule.high)).__floor__())
    more = min(limits) if holds and limits else None
    grown = None if required is None else max(required - total, 0)
    return GrowthAlone(
        affiliation=rule.affiliation,
        more=more,
        total=None if more is None else total + more,
        shares=None if more is None else _shares(bands, rule, present, more),
        shares_at_required=None if grown is None else _shares(bands, rule, present, grown),
    )


def _shares(bands: Bands, rule: MixRule, present: Numbers, more: int) -> Mapping[str, float] | None:
    """The shares once ``more`` of one affiliation have joined; those without a band stand under their own names."""
    grown = {**dict.fromkeys(bands.names, 0), **dict(sorted(present.items()))}
    grown[rule.affiliation] += more
    total = sum(grown.values())
    return MappingProxyType({name: number / total for name, number in grown.items()}) if total else None


def _breaks(bands: Bands, present: Numbers, by_total: Sequence[TotalMix], *, others: bool) -> Iterator[str]:
    """The numbers that break a band, one sentence each: the bands themselves, those present, single totals."""
    yield from _bands_in_conflict(bands, others=others)
    total = sum(present.values())
    for rule in bands.rules:
        now = present.get(rule.affiliation, 0)
        if total and not rule.holds(now, total):
            yield _outside(rule, now, total)
    dense = range(1, min(by_total[-1].total, TOTALS_MAX) + 1)
    broken = [one for one in dense if bands.numbers_for(one, others=(0, one if others else 0)) is None]
    if len(broken) == len(dense):
        yield f"no total from 1 to {counted(dense[-1], 'guard')} holds every band"
    elif broken:
        yield _totals_that_cannot_hold(broken)


def _bands_in_conflict(bands: Bands, *, others: bool) -> Iterator[str]:
    low, high = sum(rule.low for rule in bands.rules), sum(rule.high for rule in bands.rules)
    if high < 1 and not others:
        uppers = " + ".join(plain_number(rule.high) for rule in bands.rules)
        said = f"{uppers} = {plain_number(high)}" if len(bands.rules) > 1 else uppers
        yield (
            f"the upper bounds of the bands allow {said} of the guards: the rest, {plain_number(1 - high)}, would be "
            "of no affiliation that has a band, and nobody on record is of another; raise an upper bound in site.toml"
        )
    if low > 1:
        lowers = " + ".join(plain_number(rule.low) for rule in bands.rules)
        share = f"{lowers} = {plain_number(low)}"
        yield f"the lower bounds of the bands ask for {share} of the guards: lower one in site.toml"


def _outside(rule: MixRule, now: int, total: int) -> str:
    band = f"the band {plain_number(rule.low)} to {plain_number(rule.high)}"
    stand = (
        f"{now} of {counted(total, 'guard')} are of {rule.affiliation}, a share of {plain_number(Fraction(now, total))}"
    )
    least, most = rule.least(total), rule.most(total)
    if least > most:
        return f"{stand}: no whole number of {total} keeps {band}"
    return f"{stand}: {band} allows {least if least == most else f'{least} to {most}'}"


def _totals_that_cannot_hold(broken: Sequence[int]) -> str:
    """Totals, mostly small ones, at which no whole numbers keep every band, as ranges."""
    starts = [broken[0], *(after for before, after in pairwise(broken) if after > before + 1)]
    ends = [*(before for before, after in pairwise(broken) if after > before + 1), broken[-1]]
    ranges = [str(first) if first == last else f"{first} to {last}" for first, last in zip(starts, ends, strict=True)]
    more = len(ranges) - _RANGES_SAID
    shown = [*ranges[:_RANGES_SAID], *([counted(more, "more range")] if more > 0 else [])]
    said = " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1])))
    return f"whole numbers cannot keep every band at {said} {'guard' if broken == [1] else 'guards'}"
