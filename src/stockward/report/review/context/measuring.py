"""What a page shows of the records of measuring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated


@dataclass(frozen=True, slots=True, kw_only=True)
class PairLine:
    """One partner and two methods that measured the same things."""

    verdict: Annotated[str, "what their differences show, in a word"]
    who: Annotated[str, "who measured first, and who second"]
    pairs: Annotated[str, "how many pairs, and between which days"]
    amount: Annotated[str, "how much was measured first"]
    difference: Annotated[str, "first less second of all, with its 95 % limits"]
    mean: Annotated[str, "the same a pair"]
    p_value: Annotated[str, "the chance of so large a mean difference without a bias, and the limit"]
    stated: Annotated[str, "what the stated errors of both say of it"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ScaleLine:
    """One of several that measured the same things."""

    who: Annotated[str, "the method, or whose it is"]
    beside: Annotated[str, "with which others, and how many things"]
    error: Annotated[str, "its random error"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLine:
    """A method that read standards."""

    method: Annotated[str, "key of the method"]
    readings: Annotated[str, "how many readings and sessions, and adjustments seen as found"]
    standards: Annotated[str, "the smallest and the largest standard"]
    mean: Annotated[str, "by how much it was off as found, in the mean"]
    random: Annotated[str, "its random error, and beside what is stated"]
    systematic: Annotated[str, "its systematic error, likewise"]
    use: Annotated[str, "whether it takes these errors, or why not"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measuring:
    """What readings of standards and pairs show."""

    pairs: Annotated[tuple[PairLine, ...], "every partner and two methods"]
    pairs_note: Annotated[str, "how they were tested, and which were left out"]
    scales: Annotated[tuple[ScaleLine, ...], "the error of each of three or more"]
    scales_note: Annotated[str, "what is left out of it; empty where nothing is"]
    checks: Annotated[tuple[CheckLine, ...], "every method that read standards"]
    checks_note: Annotated[str, "rules of what is taken, and what was set aside"]
