"""Substances, of which materials hold some: the unit in which each is accounted for."""

from __future__ import annotations

import polars as pl


def substance_units(materials: pl.DataFrame, contents: pl.DataFrame) -> dict[str, str]:
    """The unit in which each substance is accounted for: its bulk material's, or that of its first content."""
    holders = set(contents["material"].to_list())
    units: dict[str, str] = {}
    for substance, unit in contents.select("substance", "unit").rows():
        if substance is not None and unit is not None:
            units.setdefault(substance, unit)
    for material, unit in materials.filter(pl.col("kind") == "bulk").select("material", "unit").rows():
        if material in units or material not in holders:
            units[material] = unit
    return units
