"""Accuracy classes as they stand on the plate: of scales, and of measuring systems for liquids with a meter.

[OIML R 76-1:2006, Tables 3 and 6; Directive 2014/31/EU. OIML R 117-1:2007, Table 2, line A; Directive 2014/32/EU,
annex VII, Table 2.]
"""

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

METER_CLASSES: Mapping[str, float] = MappingProxyType(
    {"0.3": 0.003, "0.5": 0.005, "1": 0.01, "1.5": 0.015, "2.5": 0.025}
)
"""Maximum permissible error of a complete measuring system, as a share of what it measures: that of its class."""
