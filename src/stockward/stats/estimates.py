"""How much was lost, and when: what is said after an alarm, from all data and the full Σ, with the doubt about the run.

The alarm says that something is missing; it does not say from when to when. So no run of periods is picked. Every
*history* of one loss, or of several apart, each going on evenly in time over a run of periods, is weighed by how well
it explains all differences, and the answer is the mean over them [Hoeting, Madigan, Raftery & Volinsky 1999, Bayesian
model averaging: a tutorial; change points as in Fearnhead 2006]. With X the histories' shapes and K = Σ⁻¹, a history
explains ``q = β'X'KX β``, β the generalised least squares amounts, and weighs

    prior × exp(q/2) × Π Φ(βⱼ/σⱼ) √(2π)/A        amounts from 0 to A of their own σ being equally likely

What was missing may come to light again, where it was borrowed, or the count between was wrong: in a history of
several, any may be a gain, ``_RETURNED`` times as likely before the data, with ``Φ(−βⱼ/σⱼ)`` in its place.
Its amounts are then those of a loss that may go on unevenly within its runs: what the periods outside foretell is taken
from the differences inside, ``m_S − Σ_SO Σ_OO⁻¹ m_O = K_SS⁻¹ (K m)_S``, S the periods of the runs and O the others, and
how uneven the loss was is weighed by the data too. So an uneven loss is not bent into an even one. Runs are whole
periods; whether a little went before the first inventory of one, or after the last, is weighed beside it for the days.

Before the data, a history of one more loss is ``_FURTHER`` times as likely; a run may have begun before the record, or
still go on, as likely as anywhere within; and short runs are a little likelier than long ones.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from scipy.special import log_ndtr, ndtr, ndtri

from stockward.stats.arrays import Array, Flags, Places
from stockward.stats.scanning.windows import LEAST_DAYS

Runs = tuple[tuple[int, int, int], ...]
"""Runs of periods in which something may have gone: first and last period of each, and 1 for a loss, −1 for a gain."""

CONFIDENCE = 0.95

_FURTHER = 0.05
_RETURNED = 0.2
_MOST_EDGES = 54
"""Moments at which a run may begin or end that are looked at together; all, where there are fewer."""

_COARSE = 40
_GROWN_FROM = 16
_MOST_MOVES = 12
_MOST_LOSSES = 4
_TOLD_APART = 0.8
"""Chance that the losses were several at which they are told apart."""

_FAINTEST = 1e-6
_MOST_CANDIDATES, _MOST_FIGURES = 160, 2_000_000
_WIDENED, _FARTHEST = 6, 4
_UNEVEN = (0.0, 0.3, 0.7)
"""σ of what goes in a period over its mean: even, or more or less uneven; a loss with gaps in it is several."""

_ON_AN_INVENTORY = 0.5
"""Chance before the data that a run that goes on over several periods begins, or ends, with an inventory."""

_PARTS = (np.arange(32) + 0.5) / 64
"""Parts of a period, up to a half, by which a run may reach beyond an inventory, or stay short of it."""

_SPAN = 30.0
"""Histories whose weight is below that of the best by this factor (a logarithm) are never heard of again."""

_ROUNDED = 1e-12
"""What is left of a sum, as a share of its terms, below which it is their rounding."""

_JITTER = 3e-8
"""Least variance in any direction, as a share of that of a period and times the largest difference over its σ: what is
explained grows with the square of both, and is to be told to better than 1."""

_RIDGE = 1e-9
_EDGE = 0.5


@dataclass(frozen=True, slots=True)
class LossEstimate:
    """One loss: its amount with bounds, and the periods before which it did not begin and after which it did not end.

    What came to light again has a negative amount. ``first`` and ``last`` are the earliest and the latest period in
    which some of it can have gone, with the chance of the interval, both together.
    """

    amount: float
    low: float
    high: float
    first: int
    last: int


def estimate_losses(differences: Array, covariance: Array, days: Array) -> tuple[LossEstimate, ...]:
    """The losses behind an alarm, in order of time.

    Parameters
    ----------
    differences
        Inventory differences, positive is missing, shape (n,); give the negative of them for gains.
    covariance
        Σ of all of them, unit², shape (n, n).
    days
        Length of each period, shape (n,).
    """
    data = _Data.of(differences, covariance, days)
    histories = _one_or_two(data, _edges(data))
    while histories.losses < _MOST_LOSSES and histories.chance_of_most() > 0.5:
        more = _one_more(data, histories)
        if more is None:
            break
        histories = more
    return _told(data, histories) or (_plain(differences, covariance),)


def _plain(differences: Array, covariance: Array) -> LossEstimate:
    """All differences added up: what is left to say where no history explains them, or numbers cannot hold them."""
    amount, sigma = max(float(differences.sum()), 0.0), float(np.sqrt(max(float(covariance.sum()), 0.0)))
    wide = sigma * -float(ndtri(0.5 * (1.0 - CONFIDENCE)))
    return LossEstimate(amount, max(amount - wide, 0.0), amount + wide, 0, len(differences) - 1)


@dataclass(frozen=True, slots=True)
class _Data:
    """What every history is weighed against; sums run over edges 0..n, edge i standing before period i.

    ``gram[i, j]`` is ``Σ_{a<i, b<j} days K days``, ``explained[i]`` is ``Σ_{a<i} days K m``.
    """

    precision: Array
    weighted: Array
    elapsed: Array
    gram: Array
    explained: Array

    @classmethod
    def of(cls, differences: Array, covariance: Array, days: Array) -> _Data:
        spread = np.maximum(np.diagonal(covariance), np.finfo(float).tiny)
        # A direction without variance would weigh infinitely: it weighs so much more than its period.
        largest = max(1.0, float(np.max(np.abs(differences) / np.sqrt(spread))))
        precision = np.linalg.inv(covariance + np.diag(_JITTER * largest * spread))
        precision = 0.5 * (precision + precision.T)
        length = np.maximum(days, LEAST_DAYS)
        n = len(days)
        gram = np.zeros((n + 1, n + 1))
        gram[1:, 1:] = np.cumsum(np.cumsum(length[:, None] * precision * length, axis=0), axis=1)
        weighted = precision @ differences
        return cls(
            precision=precision,
            weighted=weighted,
            elapsed=np.concatenate([[0.0], np.cumsum(length)]),
            gram=gram,
            explained=np.concatenate([[0.0], np.cumsum(length * weighted)]),
        )

    @property
    def periods(self) -> int:
        return len(self.weighted)

    def cross(self, first: Places, last: Places, other_first: Places, other_last: Places) -> Array:
        """``x'Kz`` of two runs, each a loss of one unit spread evenly over its time."""
        g = self.gram
        total = g[last, other_last] - g[first, other_last] - g[last, other_first] + g[first, other_first]
        return np.asarray(total / self.length(first, last) / self.length(other_first, other_last))

    def length(self, first: Places, last: Places) -> Array:
        """Days between two edges."""
        return np.asarray(self.elapsed[last] - self.elapsed[first])

    def tells(self, precision: Array, first: Places, last: Places) -> Flags:
        """Whether the differences tell anything of a run, by its ``x'Kx``: what is only rounding does not."""
        return np.asarray(precision > _ROUNDED * self.gram[last, last] / self.length(first, last) ** 2)

    def score(self, first: Places, last: Places) -> Array:
        """``x'Km`` of a run."""
        return np.asarray((self.explained[last] - self.explained[first]) / self.length(first, last))

    def prior(self, first: Places, last: Places) -> Array:
        """Logarithm of how likely a run is before the data: edges of the record stand for all beyond it."""
        edge = np.log(max(1.0, _EDGE * self.periods))
        return np.asarray(
            edge * ((first == 0) + 1.0 * (last == self.periods))
            - 0.5 * np.log(self.length(first, last) / self.elapsed[-1])
        )


@dataclass(frozen=True, slots=True)
class _Histories:
    """Histories with their weights (logarithms): ``runs`` by number of losses, shape (histories, losses, 2)."""

    edges: Places
    runs: tuple[Places, ...]
    weights: tuple[Array, ...]
    normal: tuple[float, ...]
    scale: float

    @property
    def losses(self) -> int:
        """Most losses that were looked at."""
        return len(self.runs)

    def chances(self) -> list[Array]:
        """Chance of each history."""
        top = max(float(np.max(weight, initial=-np.inf)) for weight in self.weights)
        parts = [np.exp(weight - top) for weight in self.weights]
        total = sum(float(part.sum()) for part in parts)
        return [part / total for part in parts]

    def chance_of_most(self) -> float:
        """Chance of histories with as many losses as were looked at."""
        return float(self.chances()[-1].sum())


def _one_or_two(data: _Data, edges: Places) -> _Histories:
    """Every history of one loss and of two, between these edges."""
    a, b = np.triu_indices(len(edges), 1)
    first, last = edges[a], edges[b]
    earlier, later = np.nonzero(last[:, None] <= first)
    single = np.stack([first, last], axis=-1)[:, None, :]
    prior = data.prior(first, last)
    precision, score = data.cross(first, last, first, last), data.score(first, last)
    told = data.tells(precision, first, last)
    precision = np.where(told, precision, 1.0)
    explained = np.where(told, score**2 / precision, 0.0)
    scale = _scale(float(np.max(np.sqrt(explained))))
    one = np.where(told, 0.5 * explained + log_ndtr(score / np.sqrt(precision)) + scale + prior, -np.inf)
    pair_prior = prior[earlier] + prior[later]
    normal = (_log_sum(prior), _log_sum(pair_prior))
    cross = data.cross(first[earlier], last[earlier], first[later], last[later])
    own, other, own_score, other_score = precision[earlier], precision[later], score[earlier], score[later]
    determinant = own * other - cross**2
    sound = told[earlier] & told[later] & (determinant > 1e-9 * own * other)
    x, y = other * own_score - cross * other_score, own * other_score - cross * own_score
    both = np.full(len(cross), -np.inf)
    np.divide(0.5 * (x * own_score + y * other_score), determinant, out=both, where=sound)
    both += pair_prior
    # Most pairs are too unlikely to be looked at any further.
    kept = np.flatnonzero(both > np.max(both, initial=-np.inf) - _SPAN)
    root = np.sqrt(determinant[kept])
    likely = _either(x[kept] / (root * np.sqrt(other[kept]))) + _either(y[kept] / (root * np.sqrt(own[kept])))
    weights = (_among(one, 1, normal[0]), _among(both[kept] + likely + 2 * scale, 2, normal[1]))
    two = np.concatenate([single[earlier[kept]], single[later[kept]]], axis=1)
    return _Histories(edges, (single, two), weights, normal, scale)


def _either(height: Array) -> Array:
    """Logarithm of the chance that an amount of this many σ is a loss, or a gain that is less likely beforehand."""
    return np.asarray(np.logaddexp(log_ndtr(height), np.log(_RETURNED) + log_ndtr(-height)))


def _among(weight: Array, losses: int, normal: float) -> Array:
    """Weights of histories of so many losses, beside those of fewer and more."""
    return np.asarray(weight + (losses - 1) * np.log(_FURTHER) - normal)


def _scale(largest: float) -> float:
    """``√(2π)/A`` as a logarithm, A twice the largest amount that any single run shows, in its own σ."""
    return float(0.5 * np.log(2 * np.pi) - np.log(2.0 * max(largest, 1.0)))


def _log_sum(values: Array) -> float:
    if not len(values):
        return 0.0
    top = float(values.max())
    return top + float(np.log(np.sum(np.exp(values - top))))


def _edges(data: _Data) -> Places:
    """Moments at which runs may begin or end: all, or of a long record those that a coarse look leaves in doubt."""
    if data.periods < _MOST_EDGES:
        return np.arange(data.periods + 1)
    steps = np.searchsorted(data.elapsed, np.linspace(0.0, data.elapsed[-1], _COARSE + 1))
    coarse = np.unique(np.clip(np.concatenate([[0], steps, [data.periods]]), 0, data.periods))
    mass = _edge_mass(data, coarse)
    # Between its coarse neighbours an edge may be anywhere; the likeliest are looked at one by one.
    near = np.interp(np.arange(data.periods + 1), coarse, mass)
    fine = np.argsort(-near, kind="stable")[: _MOST_EDGES - 1]
    return np.unique(np.concatenate([[0], fine, [data.periods]]))


def _edge_mass(data: _Data, edges: Places) -> Array:
    """Chance that a run begins or ends at each edge."""
    histories = _one_or_two(data, edges)
    mass = np.zeros(data.periods + 1)
    for runs, chance in zip(histories.runs, histories.chances(), strict=True):
        np.add.at(mass, runs.reshape(len(runs), -1), chance[:, None])
    return np.asarray(mass[edges])


def _one_more(data: _Data, histories: _Histories) -> _Histories | None:
    """The likeliest histories with one more loss: added beside the others, or by cutting one in two."""
    best = histories.runs[-1][np.argsort(-histories.weights[-1], kind="stable")[:_GROWN_FROM]]
    a, b = np.triu_indices(len(histories.edges), 1)
    further = np.stack([histories.edges[a], histories.edges[b]], axis=-1)
    grown = [_beside(one, further) for one in best] + [_cut(one, further) for one in best]
    runs = np.unique(np.concatenate(grown), axis=0)
    if not len(runs):
        return None
    runs, weight = _settled(data, runs, further, histories.scale)
    if not np.any(np.isfinite(weight)):
        return None
    losses = histories.losses + 1
    normal = histories.normal[-1] + histories.normal[0] - float(np.log(losses * (2 * losses - 1)))
    weight = _among(weight, losses, normal)
    kept = weight > weight.max() - _SPAN
    return _Histories(
        histories.edges,
        (*histories.runs, runs[kept]),
        (*histories.weights, weight[kept]),
        (*histories.normal, normal),
        histories.scale,
    )


def _settled(data: _Data, runs: Places, further: Places, scale: float) -> tuple[Places, Array]:
    """These histories and those round the best of them, with their weights.

    The runs of a history that was grown are those that were likeliest with one loss fewer: each is moved while that
    tells more.
    """
    weight = _weights(data, runs, scale)
    for _ in range(_MOST_MOVES):
        best = runs[int(np.argmax(weight))]
        moved = _moved(best, further)
        runs, place = np.unique(np.concatenate([runs, moved]), axis=0, return_index=True)
        weight = np.concatenate([weight, _weights(data, moved, scale)])[place]
        if np.array_equal(runs[int(np.argmax(weight))], best):
            break
    return runs, weight


def _moved(runs: Places, further: Places) -> Places:
    """A history with each of its runs put in the place of every other that touches none of the rest."""
    return np.concatenate([_beside(np.delete(runs, number, axis=0), further) for number in range(len(runs))])


def _beside(runs: Places, further: Places) -> Places:
    """A history with each run that touches none of its own."""
    apart = np.all((further[:, None, 1] <= runs[None, :, 0]) | (further[:, None, 0] >= runs[None, :, 1]), axis=1)
    return _in_order(
        np.concatenate([np.broadcast_to(runs, (int(apart.sum()), *runs.shape)), further[apart][:, None]], axis=1)
    )


def _cut(runs: Places, gaps: Places) -> Places:
    """A history with each of its runs cut in two by each gap inside it."""
    found = [np.zeros((0, len(runs) + 1, 2), np.intp)]
    for number, (first, last) in enumerate(runs):
        inside = gaps[(gaps[:, 0] > first) & (gaps[:, 1] < last)]
        others = np.broadcast_to(np.delete(runs, number, axis=0), (len(inside), len(runs) - 1, 2))
        before = np.stack([np.full(len(inside), first), inside[:, 0]], axis=-1)
        after = np.stack([inside[:, 1], np.full(len(inside), last)], axis=-1)
        found.append(np.concatenate([others, before[:, None], after[:, None]], axis=1))
    return _in_order(np.concatenate(found))


def _in_order(runs: Places) -> Places:
    return np.take_along_axis(runs, np.argsort(runs[:, :, :1], axis=1), axis=1)


def _weights(data: _Data, runs: Places, scale: float) -> Array:
    """Weights of histories of any number of losses, but for what is the same for all."""
    weight = np.full(len(runs), -np.inf)
    first, last = runs[..., 0], runs[..., 1]
    told = np.all(data.tells(data.cross(first, last, first, last), first, last), axis=1)
    heights, explained = _heights(data, runs[told])
    prior = data.prior(first[told], last[told]).sum(axis=1)
    weight[told] = 0.5 * explained + _either(heights).sum(axis=1) + runs.shape[1] * scale + prior
    return weight


def _heights(data: _Data, runs: Places) -> tuple[Array, Array]:
    """Amounts of histories over their σ, shape (histories, losses), and what each history explains."""
    first, last = runs[..., 0], runs[..., 1]
    information = data.cross(first[:, :, None], last[:, :, None], first[:, None, :], last[:, None, :])
    score = data.score(first, last)
    # Amounts in their own σ, so that runs of any length are of one scale.
    size = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    correlation = information / size[:, :, None] / size[:, None, :] + _RIDGE * np.eye(runs.shape[1])
    inverse = np.linalg.inv(correlation)
    amounts = np.matvec(inverse, score / size)
    heights = amounts / np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))
    return np.asarray(heights), np.asarray(np.vecdot(amounts, score / size))


def _told(data: _Data, histories: _Histories) -> tuple[LossEstimate, ...]:
    """Losses told apart where they surely were several, and lie apart with all the doubt about when; else as one.

    None where no history can be weighed, or what is left out explains far more than those that are.
    """
    likely = _likely(data, histories)
    if likely is None:
        return ()
    mixed = likely.with_gains()
    if likely.never_without_gains or (_sure(mixed) and likely.rather_with_gains):
        return mixed
    apart = likely.losses_apart()
    if apart:
        return apart
    one = likely.as_one()
    # As one loss it might be nothing; an alarm is better told by the likeliest loss and gain that surely are.
    return mixed if one.low == 0 and _sure(mixed) else (one,)


def _sure(apart: Sequence[LossEstimate]) -> bool:
    """Whether there are such losses and gains, and each of them can be told from nothing."""
    return bool(apart) and all(one.low * one.high > 0 for one in apart)


def _likely(data: _Data, histories: _Histories) -> _Likely | None:
    """Weigh the likeliest histories closely, and the rest as even losses; ``None`` where that tells nothing."""
    candidates, others = _candidates(data, histories)
    if not candidates:
        return None
    weighed = _weigh(data, candidates, histories)
    top = float(weighed.weight.max())
    if not top > float(np.max(others.weight, initial=-np.inf)) - _SPAN:
        return None
    # The others are less likely than the least of these that were looked at closely, by the weights of even losses.
    chance, beside = np.exp(weighed.weight - top), np.exp(np.minimum(others.weight - top, 0.0))
    whole = float(chance.sum() + beside.sum())
    return _Likely(candidates, weighed, chance / whole, others.spans, beside / whole)


@dataclass(frozen=True, slots=True)
class _Others:
    """All histories that are not looked at closely: their weights, and their first and last period, (h, 2)."""

    weight: Array
    spans: Places


@dataclass(frozen=True)
class _Likely:
    """The histories that were looked at closely: ``chance`` of each by unevenness, shape (candidates, unevennesses).

    ``spans`` and ``beside`` are the first and last period, and the chance, of all others.
    """

    candidates: list[Runs]
    weighed: _Weighed
    chance: Array
    spans: Places
    beside: Array

    @cached_property
    def _each(self) -> Array:
        return np.asarray(self.chance.sum(axis=1))

    @cached_property
    def _kinds(self) -> list[tuple[int, ...]]:
        """Number and order of the losses and gains of each history."""
        return [tuple(sign for _, _, sign in runs) for runs in self.candidates]

    @cached_property
    def _gained(self) -> Flags:
        """Histories with a gain."""
        return np.array([min(kind) < 0 for kind in self._kinds])

    @property
    def rather_with_gains(self) -> bool:
        """Whether something rather came to light again than not."""
        return float(self._each[self._gained].sum()) > 0.5 * float(self._each.sum())

    @property
    def never_without_gains(self) -> bool:
        """Whether losses alone explain nothing, beside a gain that is too large for that."""
        return not self._each[~self._gained].sum() > 0

    def with_gains(self) -> tuple[LossEstimate, ...]:
        """Losses and gains, each by itself, in their likeliest number and order; nothing where no gain has a chance."""
        return self._apart(*self._likeliest(self._gained)) if self._each[self._gained].sum() > 0 else ()

    def losses_apart(self) -> tuple[LossEstimate, ...]:
        """Losses, each by itself, where they surely were several and surely lie apart; else nothing."""
        kind, chosen = self._likeliest(~self._gained)
        if len(kind) < 2 or float(self._each[chosen].sum()) < _TOLD_APART:
            return ()
        apart = self._apart(kind, chosen)
        return apart if _sure(apart) and all(one.last < other.first for one, other in pairwise(apart)) else ()

    def as_one(self) -> LossEstimate:
        """All that was lost, from the first to the last of it."""
        lost = np.flatnonzero(~self._gained)
        hulls = np.array([(self.candidates[place][0][0], self.candidates[place][-1][1]) for place in lost])
        ends = np.array([len(self.candidates[place]) - 1 for place in lost])
        beyond = np.stack([self.weighed.beyond[lost, 0, 0], self.weighed.beyond[lost, ends, 1]], axis=1)
        # Histories that are too unlikely to bear on the amount are many, and together they bear on the days.
        return _estimate(
            self.chance[lost],
            self.weighed.mean[lost, :, -1],
            self.weighed.variance[lost, :, -1],
            np.concatenate([hulls, self.spans]),
            np.concatenate([self._each[lost], self.beside]),
            np.concatenate([beyond, np.zeros(self.spans.shape)]),
        )

    def _likeliest(self, among: Flags) -> tuple[tuple[int, ...], Places]:
        """The likeliest number and order of losses and gains among these histories, and those that have it."""
        places: dict[tuple[int, ...], list[int]] = {}
        for place in np.flatnonzero(among).tolist():
            places.setdefault(self._kinds[place], []).append(place)
        kind = max(places, key=lambda one: float(self._each[places[one]].sum()))
        return kind, np.array(places[kind])

    def _apart(self, kind: tuple[int, ...], chosen: Places) -> tuple[LossEstimate, ...]:
        """Each loss and gain of histories of one kind."""
        spans, each = np.array([self.candidates[place] for place in chosen]), self._each[chosen]
        means, variances = self.weighed.mean[chosen], self.weighed.variance[chosen]
        return tuple(
            _estimate(
                self.chance[chosen],
                means[..., loss],
                variances[..., loss],
                spans[:, loss, :2],
                each,
                self.weighed.beyond[chosen, loss],
                sign=sign,
            )
            for loss, sign in enumerate(kind)
        )


def _candidates(data: _Data, histories: _Histories) -> tuple[list[Runs], _Others]:
    """The likeliest histories, and such as begin a little earlier or end a little later than they; and the rest.

    Runs of losses that touch are one, that was uneven, and so are those of gains. Even histories made these, so the
    uneven loss that several of their runs may have been is among them, too. None is of gains alone: a loss alarmed.
    """
    most = int(np.clip(_MOST_FIGURES // data.periods**2, 20, _MOST_CANDIDATES))
    chances = histories.chances()
    found: dict[Runs, float] = {}
    weights, spans = [], []
    for runs, chance, weight in zip(histories.runs, chances, histories.weights, strict=True):
        close = np.flatnonzero(chance > _FAINTEST)
        close = close[np.argsort(-chance[close], kind="stable")[:most]]
        for place, signs in zip(close, _signs(data, runs[close]).tolist(), strict=True):
            joined = _joined(runs[place], signs)
            if any(sign > 0 for _, _, sign in joined):
                found[joined] = found.get(joined, 0.0) + float(chance[place])
        rest = np.ones(len(runs), bool)
        rest[close] = False
        weights.append(weight[rest] - np.log(len(_UNEVEN)))
        spans.append(runs[rest][:, [0, -1], [0, 1]] - [0, 1])
    likeliest = sorted(found, key=lambda runs: (-found[runs], runs))[: most // 2]
    wider = [one for runs in likeliest[:_WIDENED] for one in _wider(runs, data.periods)]
    uneven = [one for runs in likeliest[:_GROWN_FROM] for one in _uneven(runs)]
    kept = list(dict.fromkeys([*likeliest, *uneven, *wider]))[:most]
    return kept, _Others(np.concatenate(weights), np.concatenate(spans))


def _signs(data: _Data, runs: Places) -> Places:
    """Whether each amount of a history is rather a loss, 1, or a gain, −1; of one alone a loss."""
    if runs.shape[1] == 1:
        return np.ones(runs.shape[:2], np.intp)
    heights, _ = _heights(data, runs)
    return np.where(log_ndtr(heights) >= np.log(_RETURNED) + log_ndtr(-heights), 1, -1)


def _joined(runs: Places, signs: Sequence[int]) -> Runs:
    """Runs between edges as first and last periods; of those that touch and point the same way one."""
    found: list[tuple[int, int, int]] = []
    for (first, last), sign in zip(runs.tolist(), signs, strict=True):
        if found and found[-1][1:] == (first - 1, sign):
            found[-1] = (found[-1][0], last - 1, sign)
        else:
            found.append((first, last - 1, sign))
    return tuple(found)


def _uneven(runs: Runs) -> list[Runs]:
    """One uneven loss over all of the runs; over those of losses; and the losses alone."""
    losses = tuple(run for run in runs if run[2] > 0)
    return [((runs[0][0], runs[-1][1], 1),), ((losses[0][0], losses[-1][1], 1),), losses]


def _wider(runs: Runs, periods: int) -> list[Runs]:
    """The same runs, the first begun up to so many periods earlier, and the last ended so many later."""
    further = range(_FARTHEST + 1)
    return [_stretched(runs, before, after, periods) for before in further for after in further if before or after]


def _stretched(runs: Runs, before: int, after: int, periods: int) -> Runs:
    edges = [list(run) for run in runs]
    edges[0][0] = max(edges[0][0] - before, 0)
    edges[-1][1] = min(edges[-1][1] + after, periods - 1)
    return tuple((first, last, sign) for first, last, sign in edges)


@dataclass(frozen=True, slots=True)
class _Weighed:
    """By candidate and unevenness: weight (a logarithm), mean and variance of each loss, the last of all together.

    ``beyond`` is the chance that a little of a loss went in the period before its run, and after it, shape (candidates,
    losses, 2).
    """

    weight: Array
    mean: Array
    variance: Array
    beyond: Array


def _weigh(data: _Data, candidates: list[Runs], histories: _Histories) -> _Weighed:
    """Weigh losses that may be uneven, and estimate what went.

    With C = K_SS⁻¹ the differences inside, less what those outside foretell, are ``m = δ + ε``, ε of covariance C. The
    loss of a period is ``δ = X L + η``: even in each run, and η, uncorrelated, of a σ that is ``_UNEVEN`` times the
    mean loss of a period. Given L, ``E δ = X L + D V⁻¹ (m − X L)``, V = C + D; L is had by generalised least squares.
    All candidates are padded to one size: a period outside is one of itself, with nothing to tell.
    """
    inside, member, sign = _laid_out(candidates, data.periods)
    losses = member.shape[-1]
    precision = np.where(inside[:, :, None] & inside[:, None, :], data.precision, np.eye(data.periods))
    inner = np.linalg.inv(precision)
    weighted = np.where(inside, data.weighted, 0.0)
    seen = np.where(inside, np.matvec(inner, weighted), 0.0)
    shape = member * np.diff(data.elapsed)[:, None]
    total = shape.sum(axis=1)
    shape /= np.where(total > 0, total, 1.0)[:, None, :]
    unused = np.where(total > 0, 0.0, 1.0)[:, :, None] * np.eye(losses)
    even, information, *_ = _fitted(inner, shape, unused, seen)
    # The loss of one unit's σ, as amounts are told of before the data.
    unit = 0.5 * np.linalg.slogdet(information)[1]
    explained = 0.5 * np.vecdot(weighted, seen) + 0.5 * np.linalg.slogdet(inner)[1] + unit
    prior = _prior(data, candidates, histories)
    count = member.sum(axis=1)
    each = np.matvec(member, np.abs(even) / np.where(count > 0, count, 1.0))
    asked = np.concatenate([member, inside[:, :, None].astype(float)], axis=-1)
    weights, means, variances = [], [], []
    for uneven in _UNEVEN:
        spread = np.square(uneven * each)
        covariance = inner + spread[:, :, None] * np.eye(data.periods)
        amount, own, inverse, evidence = _fitted(covariance, shape, unused, seen)
        sigma = np.sqrt(np.diagonal(np.linalg.inv(own), axis1=1, axis2=2))
        positive = np.where(total > 0, log_ndtr(sign * amount / sigma), 0.0).sum(axis=1)
        weights.append(prior + explained + evidence + positive - np.log(len(_UNEVEN)))
        left = seen - np.matvec(shape, amount)
        mean = np.matvec(shape, amount) + spread * np.matvec(inverse, left)
        carried = shape - spread[:, :, None] * (inverse @ shape)
        through = np.swapaxes(asked, 1, 2) @ carried
        drawn = spread[:, :, None] * asked
        variance = np.einsum("mij,mjk,mik->mi", through, np.linalg.inv(own), through)
        variance += np.einsum("mij,mij->mj", asked, drawn) - np.einsum("mij,mij->mj", drawn, inverse @ drawn)
        means.append(np.einsum("mij,mi->mj", asked, mean))
        variances.append(variance)
    weight = np.stack(weights, axis=1)
    nearly_even = np.sum(np.exp(weight[:, :2] - np.logaddexp.reduce(weight, axis=1, keepdims=True)), axis=1)
    beyond = nearly_even[:, None, None] * _beyond(data, candidates, even, np.matvec(shape, even))
    return _Weighed(weight, np.stack(means, axis=1), np.stack(variances, axis=1), beyond)


def _beyond(data: _Data, candidates: list[Runs], amount: Array, gone: Array) -> Array:
    """Chance that a run begins a little before its first period, or ends a little after its last.

    Where a run begins within the period before its first, u of which it takes, ``ρ u`` went there, ρ what goes in a
    whole one; where it begins within its first, so much less went in that. Either way the differences are explained by
    ``x g − x² K_ii / 2`` more, x being what is added and g = K (m − δ) there. A run of one period is a loss at once;
    of one that went on most unevenly its own periods say all.
    """
    left = data.weighted - gone @ data.precision
    days, own = np.diff(data.elapsed), np.diagonal(data.precision)
    found = np.zeros((*amount.shape, 2))
    for place, runs in enumerate(candidates):
        taken = {period for first, last, _ in runs for period in (first, last)}
        for loss, (first, last, _) in enumerate(runs):
            rate = amount[place, loss] / float(days[first : last + 1].sum())
            for side, (inside, outside) in enumerate(((first, first - 1), (last, last + 1))):
                if first == last or outside in taken or not 0 <= outside < data.periods:
                    continue
                added = np.stack([rate * days[outside] * _PARTS, -rate * days[inside] * _PARTS])
                at = np.array([outside, inside])
                told = added * left[place, at, None] - 0.5 * np.square(added) * own[at, None]
                likely = np.mean(np.exp(np.minimum(told, _SPAN)), axis=1) * days[at] / days[at].sum()
                likely *= (1.0 - _ON_AN_INVENTORY) / _ON_AN_INVENTORY
                found[place, loss, side] = likely[0] / (1.0 + likely.sum())
    return found


def _laid_out(candidates: list[Runs], periods: int) -> tuple[Flags, Array, Array]:
    """Periods of each candidate, shape (candidates, n), those of each of its runs, (…, n, losses), and their signs."""
    member = np.zeros((len(candidates), periods, max(map(len, candidates))))
    signs = np.ones((len(candidates), member.shape[2]))
    for place, runs in enumerate(candidates):
        for loss, (first, last, sign) in enumerate(runs):
            member[place, first : last + 1, loss] = 1.0
            signs[place, loss] = sign
    return np.asarray(member.any(axis=-1)), member, signs


def _prior(data: _Data, candidates: list[Runs], histories: _Histories) -> Array:
    """How likely each candidate is before the data, amounts being told of in their own σ."""
    found = []
    for runs in candidates:
        first, last, sign = np.array(runs).T
        weight = data.prior(first, last + 1).sum() + len(runs) * histories.scale
        weight += np.log(_RETURNED) * np.count_nonzero(sign < 0)
        found.append(_among(weight, len(runs), histories.normal[len(runs) - 1]))
    return np.array(found)


def _fitted(covariance: Array, shape: Array, unused: Array, seen: Array) -> tuple[Array, Array, Array, Array]:
    """Amounts by generalised least squares, their information, the inverse covariance, and the evidence."""
    inverse = np.linalg.inv(covariance)
    information = np.swapaxes(shape, 1, 2) @ inverse @ shape + unused
    amount = np.linalg.solve(information, np.swapaxes(shape, 1, 2) @ (inverse @ seen[..., None]))[..., 0]
    apart = seen - np.matvec(shape, amount)
    size = np.linalg.slogdet(covariance)[1] + np.linalg.slogdet(information)[1]
    evidence = -0.5 * (size + np.vecdot(apart, np.matvec(inverse, apart)))
    return np.asarray(amount), np.asarray(information), np.asarray(inverse), np.asarray(evidence)


def _estimate(
    chance: Array, mean: Array, variance: Array, spans: Places, spanned: Array, beyond: Array, *, sign: int = 1
) -> LossEstimate:
    """One loss or gain: chances, means and variances by candidate and unevenness; its first and last periods."""
    tail = 0.5 * (1.0 - CONFIDENCE)
    kept = chance > _FAINTEST * chance.max()
    weight, centre = chance[kept] / chance[kept].sum(), sign * mean[kept]
    spanned = spanned / spanned.sum()
    sigma = np.sqrt(np.maximum(variance[kept], 0.0))
    low, high = (_quantile(weight, centre, sigma, level) for level in (tail, 1.0 - tail))
    amount = max(float(weight @ centre), 0.0)
    low, amount, high = sorted(sign * bound for bound in (min(max(low, 0.0), amount), amount, max(high, amount)))
    return LossEstimate(
        amount=amount,
        low=low,
        high=high,
        first=_reached(spans[:, 0], spanned, beyond[:, 0], tail),
        last=-_reached(-spans[:, 1], spanned, beyond[:, 1], tail),
    )


def _reached(periods: Places, chance: Array, beyond: Array, tail: float) -> int:
    """The first period by which more than this much of the chance has begun, some of it a period earlier."""
    periods, chance = np.concatenate([periods - 1, periods]), np.concatenate([chance * beyond, chance * (1.0 - beyond)])
    order = np.argsort(periods, kind="stable")
    gathered = np.cumsum(chance[order])
    return int(periods[order][min(int(np.searchsorted(gathered, tail, side="right")), len(order) - 1)])


def _quantile(chance: Array, mean: Array, sigma: Array, level: float) -> float:
    """Quantile of a mixture of normal amounts, by halving."""
    low, high = float(np.min(mean - 9 * sigma)), float(np.max(mean + 9 * sigma))
    scale = np.where(sigma > 0, sigma, np.finfo(float).tiny)
    for _ in range(80):
        middle = 0.5 * (low + high)
        # Where next to nothing is in doubt, so many σ away is as far as no number says.
        with np.errstate(over="ignore"):
            below = float(chance @ ndtr((middle - mean) / scale))
        low, high = (middle, high) if below < level else (low, middle)
    return 0.5 * (low + high)
