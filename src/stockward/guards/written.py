"""Numbers as people wrote them: exact decimals in, plain figures out."""

from __future__ import annotations

from fractions import Fraction


def written_number(number: float) -> Fraction:
    """The decimal that stands in the file, exactly: 0.7 is seven tenths, not the nearest binary number below it."""
    return Fraction(str(number))


def plain_number(number: float | Fraction) -> str:
    """A figure for a sentence: whole where it is whole, else to at most four decimals.

    >>> plain_number(63.0), plain_number(0.75)
    ('63', '0.75')
    """
    return f"{float(number):.4f}".rstrip("0").rstrip(".")


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number of things, in the singular or the plural."""
    return f"{number} {one if number == 1 else many or one + 's'}"
