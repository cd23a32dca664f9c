"""Accuracy classes of scales, as they stand on the plate [OIML R 76-1:2006, Tables 3 and 6; Directive 2014/31/EU]."""

from __future__ import annotations

import math
from collections.abc import Mapping
from types import MappingProxyType

ACCURACY_CLASSES: Mapping[str, tuple[float, float]] = MappingProxyType(
    {"I": (50_000.0, 200_000.0), "II": (5_000.0, 20_000.0), "III": (500.0, 2_000.0), "IIII": (50.0, 200.0)}
)
"""The last loads, in verification scale intervals e, at which the first and the second permissible error hold."""

MOST_INTERVALS: Mapping[str, float] = MappingProxyType(
    {"I": math.inf, "II": 100_000.0, "III": 10_000.0, "IIII": 1_000.0}
)
"""The largest load that a scale of the class may have, in e."""
