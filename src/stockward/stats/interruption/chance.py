"""The chance that a thief is met before he has done his last task: the estimate of adversary sequence interruption.

He does his tasks in order. Each detects him with some chance at one point of its delay; what is left of the delays from
there on must last longer than the response takes. Source: Garcia, The Design and Evaluation of Physical Protection
Systems, ch. 14 (EASI).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import ndtr

from stockward.stats.arrays import Array, Places


@dataclass(frozen=True, slots=True)
class Tasks:
    """Tasks, one for each place of the arrays.

    ``detection`` is the chance that it is noticed, ``left`` the share of its own delay that is still to come then (1 at
    its begin, ½ in the middle, 0 at its end), ``delay`` and ``spread`` mean and standard deviation of how long it
    takes.
    """

    detection: Array
    left: Array
    delay: Array
    spread: Array

    def taken(self, places: Places) -> Tasks:
        """Those at these places, in their shape."""
        return Tasks(self.detection[places], self.left[places], self.delay[places], self.spread[places])


@dataclass(frozen=True, slots=True)
class Response:
    """Those who come: mean and standard deviation of how long they take, and the chance that an alarm reaches them."""

    time: float
    spread: float
    communication: float


def interruption_chance(tasks: Tasks, response: Response) -> Array:
    """The chance of interruption of each way; the last axis of ``tasks`` are its tasks in order.

        P = Σ_i [Π_{j<i} (1 − d_j)] d_i c Φ((R_i − T) ÷ √(s_i² σ_i² + Σ_{j>i} σ_j² + σ_T²))
        R_i = s_i D_i + Σ_{j>i} D_j

    d detection, s the share left, D and σ delay and spread, T and σ_T those of the response, c communication. Where
    nothing is spread, Φ is 1 from R_i = T on, and else 0.
    """
    variance = (tasks.left * tasks.spread) ** 2 + _behind(tasks.spread**2) + response.spread**2
    return _first_noticed(tasks, response, in_time(delay_left(tasks) - response.time, variance))


def timely_chance(tasks: Tasks, response: Response) -> Array:
    """The same with means alone: an alarm is in time where the mean delay that is left is not shorter."""
    return _first_noticed(tasks, response, (delay_left(tasks) >= response.time).astype(float))


def delay_left(tasks: Tasks) -> Array:
    """The mean delay that is left when each task notices."""
    return np.asarray(tasks.left * tasks.delay + _behind(tasks.delay))


def in_time(ahead: Array, variance: Array) -> Array:
    """The chance that what is left lasts as long as the response, by how much it does so on average."""
    spread = np.sqrt(variance)
    certain = spread == 0
    return np.where(certain, (ahead >= 0).astype(float), ndtr(ahead / np.where(certain, 1.0, spread)))


def _behind(values: Array) -> Array:
    """The sum of all that follows each along the last axis."""
    passed = np.cumsum(values[..., ::-1], axis=-1)[..., ::-1]
    return np.concatenate([passed[..., 1:], np.zeros_like(passed[..., :1])], axis=-1)


def _first_noticed(tasks: Tasks, response: Response, met: Array) -> Array:
    """Σ over tasks of the chance that it is the first to notice, times that of being met then."""
    unseen = np.cumprod(1.0 - tasks.detection, axis=-1)
    before = np.concatenate([np.ones_like(unseen[..., :1]), unseen[..., :-1]], axis=-1)
    return np.asarray(response.communication * (before * tasks.detection * met).sum(axis=-1))
