"""Real figures as the whole numbers of a program: costs rounded to the safe side, shares exactly."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

LARGEST_SUM = 10**15
"""No sum of a program may be able to pass this: well inside 64 bits, and exact as a float."""


@dataclass(frozen=True, slots=True)
class WholeCosts:
    """Real costs as whole numbers: ``costs`` ÷ ``scale`` are the real ones, ``exact`` or rounded up."""

    costs: tuple[int, ...]
    scale: Fraction
    exact: bool

    def rounded_up(self, cost: Fraction) -> int:
        """A real cost as a whole one that does not understate it."""
        return math.ceil(cost * self.scale)

    def real(self, whole: int) -> float:
        """A sum of whole costs as a real one."""
        return float(whole / self.scale)

    def at_least(self, whole: int, *, times: int) -> float:
        """What a sum of ``times`` costs is in truth at least, if it is so much in whole ones."""
        return self.real(max(0, whole - (0 if self.exact else times)))


def whole_costs(costs: Sequence[Fraction], *, times: int) -> WholeCosts:
    """Turn costs (never negative) into whole numbers, none of which may be understated.

    They are multiplied by their common denominator and divided by their common factor, which is exact. Where a sum of
    ``times`` of them could then pass ``LARGEST_SUM``, they are multiplied by the largest power of ten that keeps below
    it, and rounded up: each is overstated by less than one part of that scale, and the largest has at least six digits.
    """
    denominator = math.lcm(*(cost.denominator for cost in costs))
    whole = [int(cost * denominator) for cost in costs]
    common = math.gcd(*whole) or 1
    most = LARGEST_SUM // max(1, times)
    if max(whole, default=0) // common <= most:
        return WholeCosts(tuple(cost // common for cost in whole), Fraction(denominator, common), exact=True)
    scale = Fraction(10) ** math.floor(math.log10((most - 1) / max(costs)))
    return WholeCosts(tuple(math.ceil(cost * scale) for cost in costs), scale, exact=False)


def least_fraction(share: Fraction, *, largest: int) -> Fraction:
    """The least fraction from ``share`` upwards whose denominator is at most ``largest`` (a term of a Farey sequence).

    Parts of totals up to ``largest`` are such fractions. So m ÷ N ≥ share holds for just the same m and N as with the
    share's own digits, however many it has, and the program keeps to small numbers. ``share`` lies from 0 to 1.

    >>> least_fraction(Fraction("0.6666666666666666"), largest=100)
    Fraction(2, 3)
    """
    near = share.limit_denominator(largest)
    if near >= share:
        return near
    # The next term after p/q is the p'/q' with p'q − pq' = 1 that has the largest q'.
    step = pow(near.numerator, -1, near.denominator) if near.denominator > 1 else 0
    denominator = largest - (largest + step) % near.denominator
    return Fraction(1 + near.numerator * denominator, near.denominator * denominator)


def greatest_fraction(share: Fraction, *, largest: int) -> Fraction:
    """The greatest fraction from ``share`` downwards whose denominator is at most ``largest``."""
    return 1 - least_fraction(1 - share, largest=largest)
