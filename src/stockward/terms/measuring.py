"""What records of measuring come to: whether readings of standards give a method its errors, and what pairs show."""

from __future__ import annotations

from enum import StrEnum

LEAST_FREEDOM = 9
"""Fewest degrees of freedom within sessions from which a random error is taken: ten readings of one session."""

LEAST_ADJUSTMENTS = 5
"""Fewest adjustments, each seen as found, from which a systematic error is taken."""

LEAST_PAIRS = 3
"""Fewest pairs of which a mean difference is tested."""

CONTRADICTED = 0.01
"""Readings of standards contradict the stated errors where the chance of so much, or so little, scatter is less."""

PLATE_MEND = (
    "write what stands on the plate of the scale into methods.csv (method, class, max, division, unit), and that "
    "method into the column method of areas.csv"
)
"""The quickest way to an error of weighing, for all that is weighed in an area."""

INTERVAL = 0.95
"""Confidence of the limits that are shown."""


class ChecksUse(StrEnum):
    """Whether a method takes its errors from its readings of standards, or why not."""

    TAKEN = "taken"
    STATED = "stated"
    TOO_FEW = "too_few"
    NO_SCATTER = "no_scatter"


class PairsVerdict(StrEnum):
    """What the differences of pairs show."""

    BIAS = "bias"
    WITHIN_ERRORS = "within_errors"
    NO_BIAS = "no_bias"
    NOT_TESTED = "not_tested"
