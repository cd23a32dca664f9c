"""The cheapest sample over strata, as a row of published figures states the case."""

from __future__ import annotations

import math
from collections.abc import Mapping

from stockward.stats.splitting import Stratum, cheapest_split, surest_of_cheapest


def cheapest_inspection(inputs: Mapping[str, str]) -> tuple[float, float]:
    """Its cost, and the chance that the mix it finds least goes unseen.

    Strata are written as items x content of one @ cost of looking at one, with commas between.
    """
    strata = [_stratum(word) for word in inputs["strata"].split(",")]
    goal, detection = float(inputs["goal"]), round(1 - float(inputs["beta"]), 12)
    cheapest = cheapest_split(strata, goal, detection=detection)
    found = surest_of_cheapest(strata, goal, cheapest, detection=detection)
    return found.cost, math.exp(-found.worst.evidence)


def _stratum(word: str) -> Stratum:
    units, _, rest = word.partition("x")
    content, _, cost = rest.partition("@")
    return Stratum(int(units), float(content), float(cost))
