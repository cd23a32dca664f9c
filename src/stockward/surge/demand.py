"""How much of each material a surge of some products asks for: demand is followed back from what is made."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl

from stockward.balance.composition import holdings_of
from stockward.book.known import KnownBooks
from stockward.terms.errors import UsageError
from stockward.terms.verdicts import Basis

_ROUNDS = 30
"""Stages of production that demand is followed through; a plant has fewer."""


def material_factors(books: KnownBooks, production: float, only: Mapping[str, float]) -> dict[str, float]:
    """Factor of the flows of each material.

    ``only`` names lines, whose product grows, or substances, of which every product that holds them grows. A material
    that is used grows as the things that are made where it is used, in proportion to how much of it they take.
    """
    materials = books["materials"]["material"].to_list()
    factors = dict.fromkeys(materials, production)
    if not only:
        return factors
    holds = _holds(books)
    used, made = _by_area(books, "use", "from_area"), _by_area(books, "make", "to_area")
    factors |= _named(books, only, holds, {material for _, material in used})
    products = dict(books["lines"].select("line", "material").rows())
    own = {products[key] for key in only if key in products}
    for _ in range(_ROUNDS):
        asked = {
            material: _asked(material, factors, used, made, holds)
            for material in {material for _, material in used} - own
        }
        if all(abs(factors[material] - value) <= 1e-12 * value for material, value in asked.items()):
            break
        factors |= asked
    return factors


def _named(
    books: KnownBooks, only: Mapping[str, float], holds: Mapping[str, Mapping[str, float]], used: set[str]
) -> dict[str, float]:
    """Factors of what the surge names: products of the lines, and final materials that hold the substances."""
    lines = dict(books["lines"].select("line", "material").rows())
    substances = {substance for amounts in holds.values() for substance in amounts}
    named: dict[str, float] = {}
    for key, value in only.items():
        if key not in lines and key not in substances:
            known = ", ".join(sorted({*lines, *substances})) or "none"
            raise UsageError(f"no line or substance is called {key}: name one of {known}")
        if key in lines:
            named[lines[key]] = value
        else:
            named |= {material: value for material, held in holds.items() if key in held and material not in used}
    return named


def _asked(
    material: str,
    factors: Mapping[str, float],
    used: Mapping[tuple[str, str], float],
    made: Mapping[tuple[str, str], float],
    holds: Mapping[str, Mapping[str, float]],
) -> float:
    """The mean factor of what is made where the material is used, weighed by how much of it that takes."""
    total = grown = 0.0
    for (area, name), quantity in used.items():
        if name != material:
            continue
        products = [(product, amount) for (place, product), amount in made.items() if place == area]
        shares = list(_shares(holds.get(material, {}), products, holds))
        weight = sum(share for _, share in shares)
        mean = sum(share * factors[product] for product, share in shares) / weight if weight > 0 else 1.0
        total, grown = total + quantity, grown + quantity * mean
    return grown / total if total > 0 else factors[material]


def _shares(
    held: Mapping[str, float], products: Iterable[tuple[str, float]], holds: Mapping[str, Mapping[str, float]]
) -> Iterable[tuple[str, float]]:
    """How much of a material each product takes: by the substances they share, by number where it holds none."""
    for product, quantity in products:
        common = [holds.get(product, {}).get(substance, 0.0) for substance in held]
        yield product, quantity * (sum(common) if held else 1.0)


def _by_area(books: KnownBooks, kind: str, side: str) -> dict[tuple[str, str], float]:
    rows = books.movements.filter(pl.col("kind").cast(pl.String) == kind).group_by(
        pl.col(side).cast(pl.String).alias("area"), pl.col("material").cast(pl.String), maintain_order=True
    )
    return {(area, material): quantity for area, material, quantity in rows.agg(pl.col("quantity").sum()).rows()}


def _holds(books: KnownBooks) -> dict[str, dict[str, float]]:
    """Substances in one unit of each material."""
    holds: dict[str, dict[str, float]] = {}
    held = holdings_of(books).filter(pl.col("basis") == Basis.BULK.value)
    for material, substance, amount in held.select("material", "holding", "amount").rows():
        holds.setdefault(material, {})[substance] = amount
    return holds
