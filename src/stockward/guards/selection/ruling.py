"""What the programs of guards have in common: the bands of the mix, and what lines give up, in whole numbers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction

from stockward.guards.selection.lines import Line
from stockward.optim.linear import LinearRule, Program, Sum
from stockward.optim.whole import greatest_fraction, least_fraction

BandShares = tuple[str, Fraction, Fraction]
"""An affiliation, and its lower and upper share of the department."""


def band_rules(
    bands: Iterable[BandShares], now: Mapping[str, int], joining: Mapping[int, str], *, most: int
) -> Iterator[LinearRule]:
    """Lower share × department ≤ those of an affiliation ≤ upper share × department, on one day.

    Parameters
    ----------
    now
        The department of the record, by affiliation.
    joining
        The numbers of the program that join it, each with its affiliation.
    most
        How many can join at most.
    """
    total = sum(now.values())
    largest = max(1, total + most)
    for name, low, high in bands:
        own = now.get(name, 0)
        shares = least_fraction(low, largest=largest), greatest_fraction(high, largest=largest)
        for share, sign in zip(shares, (1, -1), strict=True):
            part, whole = share.numerator, share.denominator
            terms = {number: sign * (whole * (of == name) - part) for number, of in joining.items()}
            yield LinearRule(terms, low=sign * (part * total - whole * own))


def line_prices(lines: Iterable[Line]) -> list[Fraction]:
    """What the first and every later worker beyond the spare ones cost, line by line, as ``output_lost_sum`` asks."""
    return [cost for line in lines for cost in (line.first, line.each if line.rest else Fraction(0))]


def output_lost_sum(
    program: Program, lines: Mapping[str, Line], taken: Mapping[int, str | None], prices: Iterable[int]
) -> Sum:
    """Σ over lines of the cost of those taken: none for the spare, a part for the next, the whole for the rest.

    The later cost more than the earlier, so the least sum takes them in this order. ``taken`` are the numbers of the
    program that take workers, each with their line; ``prices`` are those of ``line_prices``, as whole numbers.
    """
    lost: dict[int, int] = {}
    whole = iter(prices)
    for code, line in lines.items():
        first, each = next(whole), next(whole)
        free = program.number(0, line.free)
        part, rest = program.number(0, 1), program.number(0, line.rest)
        from_line = {number: 1 for number, of in taken.items() if of == code}
        program.rule({**from_line, free: -1, part: -1, rest: -1}, low=0, high=0)
        lost |= {part: first, rest: each}
    return lost
