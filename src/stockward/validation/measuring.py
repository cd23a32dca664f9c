"""Published figures of measuring: permissible errors, degrees of freedom, analyses of variance."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from importlib.resources import files

import numpy as np
from scipy.special import ndtri

from stockward.stats.arrays import Array
from stockward.stats.measuring.components import Estimate, grubbs, one_way, pooled
from stockward.stats.measuring.pairs import mean_difference
from stockward.stats.measuring.scales import permissible_errors
from stockward.stats.scanning.student import student_limits, welch_satterthwaite
from stockward.terms.scales import ACCURACY_CLASSES


def _figures(text: str) -> Array:
    return np.array([float(one) for one in text.split(",")])


def errors_of_a_scale(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The permissible error at each load, in e."""
    found = permissible_errors(_figures(inputs["loads"]), *ACCURACY_CLASSES[inputs["class"]])
    return tuple(found.tolist())


def freedom_of_a_sum(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """Degrees of freedom of a variance of which some parts were estimated."""
    shares = _figures(inputs["parts"]) ** 2 / float(inputs["u2"])
    return (float(welch_satterthwaite(shares, _figures(inputs["df"]))),)


def limit_of_a_figure(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The limit of one figure whose σ was estimated."""
    limit = np.array([-ndtri(float(inputs["false_alarm"]))])
    return tuple(student_limits(limit, _figures(inputs["df"])).tolist())


def mean_squares(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """Mean squares between and within the sessions of a reference set."""
    text = files("stockward.validation").joinpath("nist_anova.csv").read_text(encoding="utf-8")
    sessions: dict[str, list[float]] = {}
    for row in csv.DictReader(text.splitlines()):
        if row["data"] == inputs["data"]:
            sessions.setdefault(row["session"], []).append(float(row["reading"]))
    found = one_way([np.array(one) for one in sessions.values()])
    return found.between.variance, found.within.variance


def mean_of_pairs(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The mean difference of pairs, and its limits."""
    found = mean_difference(_figures(inputs["differences"]), confidence=float(inputs["confidence"]))
    return found.mean, found.low, found.high


def chance_of_pairs(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The two-sided chance of a mean difference as large."""
    return (mean_difference(_figures(inputs["differences"]), confidence=float(inputs["confidence"])).p_value,)


def pooled_deviation(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The standard deviation that several, of as many degrees of freedom each, say together."""
    return (pooled([Estimate(one**2, 1.0) for one in _figures(inputs["s"])]).variance ** 0.5,)


def variances_of_three(inputs: Mapping[str, str]) -> tuple[float, ...]:
    """The variance of each of three that measured the same things."""
    readings = np.stack([_figures(inputs[one]) for one in ("first", "second", "third")], axis=1)
    return tuple(one.variance for one in grubbs(readings))
