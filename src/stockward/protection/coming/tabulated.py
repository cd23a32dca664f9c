"""The goals of detection at any factors of production and dispatch, from the books closed at a few of them.

What moved is multiplied by factors that are linear in those of production and dispatch, and what stands in stock is
linear in what moved but for where a stock would run out. So are the variances and shared errors of the terms of a
series, as a plan makes it, quadratic over pieces of the range; nothing else of the terms depends on factors. Books
closed at as many points as a quadratic has coefficients tell all of a piece. Closed at others they must give the same
to 1e-9 of the largest term, or the piece is cut in two; where the pieces get too small, the books are closed at the
factors themselves. Every goal is then measured with the terms at just these factors, by the test in force and limits of
its own: nothing is interpolated but the terms, and no goal is taken to hold because it does on either side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from typing import Any

import numpy as np

from stockward.protection.case_goals import CaseGoals
from stockward.protection.coming.factors import Factors
from stockward.protection.coming.spreads import DrawnFactors
from stockward.protection.decisions import DecidedLevels
from stockward.stats.arrays import Array
from stockward.unseen.error_terms import ErrorTerms

_SAME = 1e-9
_MOST_CUT = {1: 3, 2: 1}
"""So often a piece is cut, by the number of factors: with two, books change in many ways, and closing takes less."""
_MOST_WHOLE = 50
"""More whole factors within a range are not made ends of pieces."""
_FITTED = {
    1: ((0.05,), (0.5,), (0.95,)),
    2: ((0.05, 0.05), (0.95, 0.05), (0.05, 0.95), (0.5, 0.05), (0.05, 0.5), (0.5, 0.5)),
}
_CHECKED = {1: ((0.25,), (0.8,)), 2: ((0.9, 0.9), (0.3, 0.7), (0.75, 0.25))}
_CODES = ("period", "part", "material", "method", "calibration", "reading", "sign")
_MOMENTS = ("start", "end", "counted", "joined")
_NOTHING = 1e-12
"""Terms that are less than so much of the largest are what rounding left of a stock that ran out."""
_Box = tuple[tuple[float, float], ...]
"""The lower and upper end of each factor."""
Closed = Callable[[Factors], CaseGoals]
"""The goals in books closed at some factors."""


_ChoiceKey = tuple[int, ...]
"""The places of the levels of a choice, in the order of its decisions."""


@dataclass(frozen=True, slots=True)
class _Piece:
    """A box of factors over which the terms with a choice are quadratic, with the coefficients of each goal's.

    ``goals`` are those of books closed somewhere in it.
    """

    low: tuple[float, ...]
    high: tuple[float, ...]
    goals: CaseGoals
    terms: tuple[ErrorTerms, ...]
    coefficients: tuple[Array, ...]

    def holds(self, place: Sequence[float]) -> bool:
        return all(low <= one <= high for low, one, high in zip(self.low, place, self.high, strict=True))

    def figures(self, place: Sequence[float]) -> list[Array]:
        """The figures of each goal's series at some factors, in one row."""
        unit = [(one - low) / (high - low) for low, one, high in zip(self.low, place, self.high, strict=True)]
        return [np.asarray(_monomials([unit])[0] @ own) for own in self.coefficients]


@dataclass(slots=True)
class TabulatedGoals:
    """The goals of a scenario at any of its factors; ``closed_alone`` counts the factors at which books were closed.

    ``whole`` says that there are more weighings where there is more production: so many whole ones and a part.
    """

    drawn: DrawnFactors
    closed: Closed
    whole: bool
    closed_alone: int = 0
    _pieces: dict[_ChoiceKey, list[_Piece]] = field(default_factory=dict)
    _fitted: dict[tuple[float, ...], CaseGoals] = field(default_factory=dict)
    _direct: dict[tuple[float, ...], CaseGoals] = field(default_factory=dict)
    _missed: dict[tuple[tuple[float, ...], tuple[int, ...]], list[str]] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        """The factors that the books depend on."""
        return [one for one in self.drawn.names if one in ("production", "dispatch")]

    def missed(self, factors: Factors, choice: DecidedLevels) -> list[str]:
        """The labels of the goals that a choice misses at some factors."""
        place = tuple(getattr(factors, name) for name in self.names)
        key = place, tuple(choice.values())
        if key not in self._missed:
            self._missed[key] = self._misses(place, factors, choice)
        return self._missed[key]

    def _misses(self, place: tuple[float, ...], factors: Factors, choice: DecidedLevels) -> list[str]:
        piece = next((one for one in self._made(choice) if one.holds(place)), None)
        if piece is None:
            goals = self._closed_at(place, factors)
            met = {id(one) for one in goals.met(choice)}
            missed = [one for one in goals.held if id(one) not in met]
        else:
            goals = piece.goals
            found = zip(goals.held, piece.terms, piece.figures(place), strict=True)
            missed = [one for one, terms, row in found if not one.is_found(choice, *_read(terms, row))]
        return [*(one.label for one in missed), *(one.label for one in goals.unmet)]

    def _closed_at(self, place: tuple[float, ...], factors: Factors) -> CaseGoals:
        if place not in self._direct:
            self.closed_alone += bool(place)
            self._direct[place] = self.closed(factors)
        return self._direct[place]

    def _made(self, choice: DecidedLevels) -> list[_Piece]:
        key = tuple(choice.values())
        if key not in self._pieces:
            edges = [self._edges(name) for name in self.names]
            boxes = product(*(list(pairwise(own)) for own in edges)) if edges else ()
            self._pieces[key] = [piece for box in boxes for piece in self._cut(box, choice, _MOST_CUT[len(edges)])]
        return self._pieces[key]

    def _edges(self, name: str) -> list[float]:
        """The ends of the range, and factors within it at which the books change in another way."""
        spread = self.drawn.spreads[name]
        first, last = int(np.ceil(spread.low)), int(np.floor(spread.high))
        within = range(first, last + 1) if self.whole and last - first < _MOST_WHOLE else (1,)
        return sorted({spread.low, spread.high, *(float(one) for one in within if spread.low < one < spread.high)})

    def _cut(self, box: _Box, choice: DecidedLevels, more: int) -> Iterator[_Piece]:
        """The pieces of a box; none for a part of it of which no piece was found."""
        piece = self._piece(tuple(low for low, _ in box), tuple(high for _, high in box), choice)
        if piece is not None:
            yield piece
        elif more:
            halves = [((low, (low + high) / 2), ((low + high) / 2, high)) for low, high in box]
            for part in product(*halves):
                yield from self._cut(part, choice, more - 1)

    def _piece(self, low: tuple[float, ...], high: tuple[float, ...], choice: DecidedLevels) -> _Piece | None:
        if any(one == two for one, two in zip(low, high, strict=True)):
            return None
        fitted, checked = _FITTED[len(low)], _CHECKED[len(low)]
        cases = [self._at(low, high, unit) for unit in (*fitted, *checked)]
        if not all(_alike(cases[0], one) for one in cases[1:]):
            return None
        made = [[one.terms_with(choice) for one in case.held] for case in cases]
        series = [[_solid(one) for one in own if one is not None] for own in made]
        if any(len(own) < len(case.held) for own, case in zip(series, cases, strict=True)):
            return None
        if not all(_same_terms(one, other) for own in zip(*series, strict=True) for one, other in pairwise(own)):
            return None
        resting = [[one.resting for one in case.held] for case in cases]
        rows = [
            np.stack([_written(*one) for one in zip(terms, rests, strict=True)])
            for terms, rests in zip(zip(*series, strict=True), zip(*resting, strict=True), strict=True)
        ]
        matrix = _monomials(fitted)
        coefficients = tuple(np.asarray(np.linalg.solve(matrix, own[: len(fitted)]), float) for own in rows)
        expected = [_monomials(checked) @ own for own in coefficients]
        same = all(
            np.allclose(one, own[len(fitted) :], rtol=0, atol=_SAME * float(np.abs(own).max(initial=0.0)))
            for one, own in zip(expected, rows, strict=True)
        )
        return _Piece(low, high, cases[0], tuple(series[0]), coefficients) if same else None

    def _at(self, low: Sequence[float], high: Sequence[float], unit: Sequence[float]) -> CaseGoals:
        place = {
            name: one + share * (two - one) for name, one, two, share in zip(self.names, low, high, unit, strict=True)
        }
        key = tuple(place.values())
        if key not in self._fitted:
            self._fitted[key] = self.closed(self.drawn.with_values(place))
        return self._fitted[key]


def _monomials(places: Sequence[Sequence[float]]) -> Array:
    """1, each factor, and the products of two of them, one row a place."""
    unit = np.asarray(places, dtype=float)
    count = unit.shape[1]
    squares = [unit[:, one] * unit[:, two] for one in range(count) for two in range(one, count)]
    return np.stack([np.ones(len(unit)), *unit.T, *squares], axis=1)


def _solid(terms: ErrorTerms) -> ErrorTerms:
    """The terms without those that rounding left."""
    least = _NOTHING * np.abs(terms.figures).max(axis=0, initial=0.0)
    kept = np.flatnonzero((np.abs(terms.figures) > least).any(axis=1))
    codes: dict[str, Any] = {name: getattr(terms, name)[kept] for name in _CODES}
    return replace(terms, figures=terms.figures[kept], **codes)


def _written(terms: ErrorTerms, resting: float) -> Array:
    """All of a goal's series that depends on factors, in one row."""
    return np.concatenate([terms.figures.ravel(), terms.rounding, [resting]])


def _read(terms: ErrorTerms, row: Array) -> tuple[ErrorTerms, float]:
    figures, rounding, resting = np.split(row, [terms.figures.size, terms.figures.size + terms.rounding.size])
    return replace(terms, figures=figures.reshape(terms.figures.shape), rounding=rounding), float(resting[0])


def _same_terms(one: ErrorTerms, other: ErrorTerms) -> bool:
    """Whether terms differ in nothing but their figures."""
    same = (one.methods, one.exact, dict(one.freedom)) == (other.methods, other.exact, dict(other.freedom))
    return same and all(np.array_equal(getattr(one, name), getattr(other, name)) for name in (*_CODES, *_MOMENTS))


def _alike(one: CaseGoals, other: CaseGoals) -> bool:
    """Whether two cases have the same goals, at the same rate of false alarms."""
    if len(one.held) != len(other.held) or one.exact != other.exact:
        return False
    if [goal.label for goal in one.unmet] != [goal.label for goal in other.unmet]:
        return False
    pairs = list(zip(one.held, other.held, strict=True))
    same = all((a.id, a.goal, a.tested) == (b.id, b.goal, b.tested) for a, b in pairs)
    rates = [(a.sight.hazard, b.sight.hazard) for a, b in pairs]
    return same and all(a.shape == b.shape and np.allclose(a, b, rtol=_NOTHING, atol=0) for a, b in rates)
