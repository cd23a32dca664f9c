"""How much was lost, and when: what is said after an alarm, from all data and the full Σ, with the doubt about the run.

The alarm says that something is missing; it does not say from when to when. So no run of periods is picked. Every
*history* of one loss, or of several apart, each going on evenly in time over a run of periods, is weighed by how well
it explains all differences, and the answer is the mean over them [Hoeting, Madigan, Raftery & Volinsky 1999, Bayesian
model averaging: a tutorial; change points as in Fearnhead 2006]. With X the histories' shapes and K = Σ⁻¹, a history
explains ``q = β'X'KX β``, β the generalised least squares amounts, and weighs

    prior × exp(q/2) × Π Φ(βⱼ/σⱼ) √(2π)/A        amounts from 0 to A of their own σ being equally likely

Its amounts are then those of a loss that may go on unevenly within its runs: what the periods outside foretell is taken
from the differences inside, ``m_S − Σ_SO Σ_OO⁻¹ m_O = K_SS⁻¹ (K m)_S``, S the periods of the runs and O the others, and
how uneven the loss was is weighed by the data too. So an uneven loss is not bent into an even one.

Before the data, a history of one more loss is ``_FURTHER`` times as likely; a run may have begun before the record, or
still go on, as likely as anywhere within; and short runs are a little likelier than long ones.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

Array = NDArray[np.float64]
Index = NDArray[np.intp]
Flags = NDArray[np.bool_]

CONFIDENCE = 0.95

_FURTHER = 0.05
_MOST_EDGES = 54
"""Moments at which a run may begin or end that are looked at together; all, where there are fewer."""

_COARSE = 40
_FAINT = 1e-3
"""Histories of less than this of the weight are left out."""

_GROWN_FROM = 16
_LEAST_LOSSES, _MOST_LOSSES = 2, 4
_TOLD_APART = 0.8
"""Chance that the losses were several at which they are told apart."""

_FAINTEST = 1e-6
_MOST_SUPPORTS = 200
_UNEVEN = (0.0, 0.5, 1.5)
"""σ of what goes in a period over its mean, as a loss may be even, uneven, or at once."""

_SPAN = 30.0
"""Histories whose weight is below that of the best by this factor (a logarithm) are never heard of again."""

_JITTER = 1e-12
_RIDGE = 1e-9
_EDGE = 0.5


@dataclass(frozen=True, slots=True)
class LossEstimate:
    """One loss: its amount with bounds, and the periods before which it did not begin and after which it did not end.

    ``first`` and ``last`` are the earliest and the latest period in which some of it can have gone, with the chance of
    the interval, both together.
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
    while _LEAST_LOSSES <= histories.losses < _MOST_LOSSES and histories.chance_of_most() > 0.5:
        more = _one_more(data, histories)
        if more is None:
            break
        histories = more
    return _told(data, histories)


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
        # A direction without variance would weigh infinitely: it weighs a million times as much as its period.
        precision = np.linalg.inv(covariance + np.diag(_JITTER * spread))
        precision = 0.5 * (precision + precision.T)
        length = np.maximum(days, 1e-4)
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

    def cross(self, first: Index, last: Index, other_first: Index, other_last: Index) -> Array:
        """``x'Kz`` of two runs, each a loss of one unit spread evenly over its time."""
        g = self.gram
        total = g[last, other_last] - g[first, other_last] - g[last, other_first] + g[first, other_first]
        return np.asarray(total / self.length(first, last) / self.length(other_first, other_last))

    def length(self, first: Index, last: Index) -> Array:
        """Days between two edges."""
        return np.asarray(self.elapsed[last] - self.elapsed[first])

    def score(self, first: Index, last: Index) -> Array:
        """``x'Km`` of a run."""
        return np.asarray((self.explained[last] - self.explained[first]) / self.length(first, last))

    def prior(self, first: Index, last: Index) -> Array:
        """Logarithm of how likely a run is before the data: edges of the record stand for all beyond it."""
        edge = np.log(max(1.0, _EDGE * self.periods))
        return np.asarray(
            edge * ((first == 0) + 1.0 * (last == self.periods))
            - 0.5 * np.log(self.length(first, last) / self.elapsed[-1])
        )


@dataclass(frozen=True, slots=True)
class _Histories:
    """Histories with their weights (logarithms): ``runs`` by number of losses, shape (histories, losses, 2)."""

    edges: Index
    runs: tuple[Index, ...]
    weights: tuple[Array, ...]
    normal: tuple[float, ...]

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


def _one_or_two(data: _Data, edges: Index) -> _Histories:
    """Every history of one loss and of two, between these edges."""
    a, b = np.triu_indices(len(edges), 1)
    first, last = edges[a], edges[b]
    earlier, later = np.nonzero(last[:, None] <= first)
    single = np.stack([first, last], axis=-1)[:, None, :]
    prior = data.prior(first, last)
    precision, score = data.cross(first, last, first, last), data.score(first, last)
    explained = score**2 / precision
    scale = _scale(float(np.max(np.sqrt(explained))))
    one = 0.5 * explained + log_ndtr(score / np.sqrt(precision)) + scale + prior
    cross = data.cross(first[earlier], last[earlier], first[later], last[later])
    own, other = precision[earlier], precision[later]
    determinant = own * other - cross**2
    sound = determinant > 1e-9 * own * other
    determinant = np.where(sound, determinant, 1.0)
    x = (other * score[earlier] - cross * score[later]) / determinant
    y = (own * score[later] - cross * score[earlier]) / determinant
    both = 0.5 * (x * score[earlier] + y * score[later]) + log_ndtr(x * np.sqrt(determinant / other))
    both += log_ndtr(y * np.sqrt(determinant / own)) + 2 * scale + prior[earlier] + prior[later] + np.log(_FURTHER)
    normal = (_log_sum(prior), _log_sum(prior[earlier] + prior[later]))
    two = np.concatenate([single[earlier], single[later]], axis=1)
    kept = sound & (both > np.max(both[sound], initial=-np.inf) - _SPAN)
    weights = (one - normal[0], both[kept] - normal[1])
    return _Histories(edges, (single, two[kept]), weights, normal)


def _scale(largest: float) -> float:
    """``√(2π)/A`` as a logarithm, A twice the largest amount that any single run shows, in its own σ."""
    return float(0.5 * np.log(2 * np.pi) - np.log(2.0 * max(largest, 1.0)))


def _log_sum(values: Array) -> float:
    if not len(values):
        return 0.0
    top = float(values.max())
    return top + float(np.log(np.sum(np.exp(values - top))))


def _edges(data: _Data) -> Index:
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


def _edge_mass(data: _Data, edges: Index) -> Array:
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
    runs = np.unique(np.concatenate(grown), axis=0) if grown else np.zeros((0, histories.losses + 1, 2), np.intp)
    if not len(runs):
        return None
    losses = histories.losses + 1
    normal = histories.normal[-1] + histories.normal[0] - float(np.log(losses * (2 * losses - 1)))
    weight = _weights(data, runs) + (losses - 1) * np.log(_FURTHER) - normal
    kept = weight > weight.max() - _SPAN
    return _Histories(
        histories.edges, (*histories.runs, runs[kept]), (*histories.weights, weight[kept]), (*histories.normal, normal)
    )


def _beside(runs: Index, further: Index) -> Index:
    """A history with each run that touches none of its own."""
    apart = np.all((further[:, None, 1] <= runs[None, :, 0]) | (further[:, None, 0] >= runs[None, :, 1]), axis=1)
    return _in_order(
        np.concatenate([np.broadcast_to(runs, (int(apart.sum()), *runs.shape)), further[apart][:, None]], axis=1)
    )


def _cut(runs: Index, gaps: Index) -> Index:
    """A history with each of its runs cut in two by each gap inside it."""
    found = [np.zeros((0, len(runs) + 1, 2), np.intp)]
    for number, (first, last) in enumerate(runs):
        inside = gaps[(gaps[:, 0] > first) & (gaps[:, 1] < last)]
        others = np.broadcast_to(np.delete(runs, number, axis=0), (len(inside), len(runs) - 1, 2))
        before = np.stack([np.full(len(inside), first), inside[:, 0]], axis=-1)
        after = np.stack([inside[:, 1], np.full(len(inside), last)], axis=-1)
        found.append(np.concatenate([others, before[:, None], after[:, None]], axis=1))
    return _in_order(np.concatenate(found))


def _in_order(runs: Index) -> Index:
    return np.take_along_axis(runs, np.argsort(runs[:, :, :1], axis=1), axis=1)


def _weights(data: _Data, runs: Index) -> Array:
    """Weights of histories of any number of losses, but for what is the same for all."""
    first, last = runs[..., 0], runs[..., 1]
    information = data.cross(first[:, :, None], last[:, :, None], first[:, None, :], last[:, None, :])
    score = data.score(first, last)
    # Amounts in their own σ, so that runs of any length are of one scale.
    size = np.sqrt(np.diagonal(information, axis1=1, axis2=2))
    correlation = information / size[:, :, None] / size[:, None, :] + _RIDGE * np.eye(runs.shape[1])
    inverse = np.linalg.inv(correlation)
    amounts = np.matvec(inverse, score / size)
    explained = np.vecdot(amounts, score / size)
    certain = log_ndtr(amounts / np.sqrt(np.diagonal(inverse, axis1=1, axis2=2))).sum(axis=1)
    scale = _scale(float(np.sqrt(np.max(explained))))
    return np.asarray(0.5 * explained + certain + runs.shape[1] * scale + data.prior(first, last).sum(axis=1))


def _told(data: _Data, histories: _Histories) -> tuple[LossEstimate, ...]:
    """Losses told apart where they surely were several, and lie apart with all the doubt about when; else as one."""
    supports, chance = _supports(data, histories)
    runs = [_runs(mask) for mask in supports]
    number = np.array([len(one) for one in runs])
    several = int(np.argmax(np.bincount(number, chance)))
    if several > 1 and float(chance[number == several].sum()) >= _TOLD_APART:
        chosen = np.flatnonzero(number == several)
        own = [_amounts(data, supports[place], runs[place], apart=True) for place in chosen]
        weight = chance[chosen] / chance[chosen].sum()
        apart = [
            _estimate(weight, [one[loss] for one in own], np.array([runs[place][loss] for place in chosen]))
            for loss in range(several)
        ]
        if all(one.last < other.first for one, other in pairwise(apart)):
            return tuple(apart)
    whole = [_amounts(data, mask, run, apart=False)[0] for mask, run in zip(supports, runs, strict=True)]
    # Histories that are too unlikely to bear on the amount are many, and together they bear on the days.
    spans = np.concatenate([run[:, [0, -1], [0, 1]] for run in histories.runs]) - [0, 1]
    return (_estimate(chance, whole, spans, np.concatenate(histories.chances())),)


def _supports(data: _Data, histories: _Histories) -> tuple[list[Flags], Array]:
    """The periods in which something went, by every history that matters, and the chance of each such set."""
    gathered: dict[bytes, float] = {}
    for runs, chance in zip(histories.runs, histories.chances(), strict=True):
        for place in np.flatnonzero(chance > _FAINT * chance.max(initial=0.0)):
            if chance[place] > _FAINTEST:
                mask = np.zeros(data.periods, bool)
                for first, last in runs[place]:
                    mask[first:last] = True
                gathered[mask.tobytes()] = gathered.get(mask.tobytes(), 0.0) + float(chance[place])
    likeliest = sorted(gathered.items(), key=lambda item: (-item[1], item[0]))[:_MOST_SUPPORTS]
    chance = np.array([weight for _, weight in likeliest])
    return [np.frombuffer(key, bool) for key, _ in likeliest], chance / chance.sum()


def _runs(mask: Flags) -> list[tuple[int, int]]:
    """First and last period of each run."""
    steps = np.diff(np.concatenate([[0], mask.astype(np.int8), [0]]))
    return list(zip(np.flatnonzero(steps > 0).tolist(), (np.flatnonzero(steps < 0) - 1).tolist(), strict=True))


def _amounts(data: _Data, mask: Flags, runs: list[tuple[int, int]], *, apart: bool) -> list[Array]:
    """Of each loss (of all together unless ``apart``): weight, mean and variance by unevenness; shape (levels, 3).

    With C = K_SS⁻¹ the differences inside, less what those outside foretell, are ``m = δ + ε``, ε of covariance C. The
    loss of a period is ``δ = X L + η``: even in each run, and η, uncorrelated, of a σ that is ``_UNEVEN`` times the mean
    loss of a period. Given L, ``E δ = X L + D V⁻¹ (m − X L)``, V = C + D; L is had by generalised least squares in V.
    """
    places = np.flatnonzero(mask)
    inner = np.asarray(np.linalg.inv(data.precision[np.ix_(mask, mask)]), np.float64)
    seen = inner @ data.weighted[mask]
    member = np.stack([(places >= first) & (places <= last) for first, last in runs], axis=-1).astype(float)
    shape = member * np.diff(data.elapsed)[mask][:, None]
    shape /= shape.sum(axis=0)
    asked = member if apart else np.ones((len(places), 1))
    even, *_ = _fitted(inner, shape, seen)
    each = member @ np.abs(even / member.sum(axis=0))
    found = []
    for uneven in _UNEVEN:
        spread = np.square(uneven * each)
        amount, information, inverse, evidence = _fitted(np.asarray(inner + np.diag(spread)), shape, seen)
        drawn = inverse * spread
        carried = asked.T @ shape - asked.T @ (drawn.T @ shape)
        mean = asked.T @ (shape @ amount) + asked.T @ (drawn.T @ (seen - shape @ amount))
        left = np.diag(spread) - spread[:, None] * drawn
        variance = np.einsum("ij,jk,ik->i", carried, np.linalg.inv(information), carried)
        variance += np.einsum("ji,jk,ki->i", asked, left, asked)
        found.append((evidence, mean, variance))
    weight = np.array([evidence for evidence, _, _ in found])
    weight = np.exp(weight - weight.max())
    weight /= weight.sum()
    return [
        np.array([(w, mean[loss], variance[loss]) for w, (_, mean, variance) in zip(weight, found, strict=True)])
        for loss in range(asked.shape[1])
    ]


def _fitted(covariance: Array, shape: Array, seen: Array) -> tuple[Array, Array, Array, float]:
    """Amounts by generalised least squares, their information, the inverse covariance, and the evidence."""
    root = np.linalg.cholesky(covariance)
    inverse = np.linalg.inv(root)
    inverse = inverse.T @ inverse
    information = shape.T @ inverse @ shape
    amount = np.linalg.solve(information, shape.T @ (inverse @ seen))
    apart = seen - shape @ amount
    size = float(np.log(np.diagonal(root)).sum()) + 0.5 * float(np.linalg.slogdet(information)[1])
    return amount, information, inverse, -size - 0.5 * float(apart @ inverse @ apart)


def _estimate(chance: Array, amounts: list[Array], spans: Index, spanned: Array | None = None) -> LossEstimate:
    """One loss from what the histories say of it: weights, means and variances, and first and last period, (h, 2).

    ``spanned`` are the chances of the spans, where they are others than those of the amounts.
    """
    tail = 0.5 * (1.0 - CONFIDENCE)
    weight = np.concatenate([one[:, 0] * share for one, share in zip(amounts, chance, strict=True)])
    mean = np.concatenate([one[:, 1] for one in amounts])
    sigma = np.sqrt(np.maximum(np.concatenate([one[:, 2] for one in amounts]), 0.0))
    kept = weight > _FAINTEST
    weight, mean, sigma = weight[kept] / weight[kept].sum(), mean[kept], sigma[kept]
    low, high = (_quantile(weight, mean, sigma, level) for level in (tail, 1.0 - tail))
    amount = max(float(weight @ mean), 0.0)
    return LossEstimate(
        amount=amount,
        low=min(max(low, 0.0), amount),
        high=max(high, amount),
        first=_reached(spans[:, 0], chance if spanned is None else spanned, tail),
        last=-_reached(-spans[:, 1], chance if spanned is None else spanned, tail),
    )


def _reached(periods: Index, chance: Array, tail: float) -> int:
    """The first period by which more than this much of the chance has begun."""
    order = np.argsort(periods, kind="stable")
    gathered = np.cumsum(chance[order])
    return int(periods[order][min(int(np.searchsorted(gathered, tail, side="right")), len(order) - 1)])


def _quantile(chance: Array, mean: Array, sigma: Array, level: float) -> float:
    """Quantile of a mixture of normal amounts, by halving."""
    low, high = float(np.min(mean - 9 * sigma)), float(np.max(mean + 9 * sigma))
    scale = np.where(sigma > 0, sigma, np.finfo(float).tiny)
    for _ in range(80):
        middle = 0.5 * (low + high)
        below = float(chance @ ndtr((middle - mean) / scale))
        low, high = (middle, high) if below < level else (low, middle)
    return 0.5 * (low + high)
