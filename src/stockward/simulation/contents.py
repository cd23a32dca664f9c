"""What the materials of a synthetic site truly hold, beside what its books say of them."""

from __future__ import annotations

import math

import numpy as np

from stockward.simulation.plan import SitePlan


class TrueContents:
    """True contents: the books' amount = true × (1 + s + r), s drawn once, r for each item or row of bulk."""

    def __init__(self, plan: SitePlan, rng: np.random.Generator) -> None:
        self._plan = plan
        self._rng = rng
        self._systematic: dict[tuple[str, str], float] = {}
        self._random_rel: dict[tuple[str, str], float] = {}
        self._booked = {material.material: plan.contents(material.material) for material in plan.materials}
        for material in plan.materials:
            for content in material.contents:
                key = (material.material, content.substance)
                self._systematic[key] = content.systematic_rel * rng.standard_normal()
                self._random_rel[key] = content.random_rel

    def booked(self, material: str) -> dict[str, float]:
        """Substances in one unit by the books."""
        return self._booked[material]

    def true(self, material: str, substance: str) -> float:
        """Substance in one unit, in truth, on the mean."""
        return self._booked[material][substance] / (1.0 + self._systematic.get((material, substance), 0.0))

    def true_of_row(self, material: str, substance: str, quantity: float) -> float:
        """Substance in one unit of a row of this quantity, in truth; of items that is the mean of so many draws."""
        key = (material, substance)
        fresh = self._random_rel.get(key, 0.0) * self._rng.standard_normal()
        if self._plan.is_item(material):
            fresh /= math.sqrt(max(quantity, 1.0))
        return self._booked[material][substance] / (1.0 + self._systematic.get(key, 0.0) + fresh)
