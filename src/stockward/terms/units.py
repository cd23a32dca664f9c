"""Units of quantity: what each is of, and how many base units one of it is.

Mass is by the kilogram. The pound is 0.45359237 kg by definition (international yard and pound agreement, 1959);
an ounce is 1/16 of it, a grain 1/7000.
"""

from __future__ import annotations

_POUND_KG = 0.45359237

MASS = {
    "kg": 1.0,
    "g": 1e-3,
    "t": 1e3,
    "lb": _POUND_KG,
    "oz": _POUND_KG / 16,
    "gr": _POUND_KG / 7000,
}
COUNT = {"each": 1.0}

UNITS: tuple[str, ...] = (*MASS, *COUNT)


def dimension(unit: str) -> str | None:
    """Return ``"mass"`` or ``"count"``; ``None`` for a unit that is not known."""
    if unit in MASS:
        return "mass"
    return "count" if unit in COUNT else None


def factor(unit: str, to: str) -> float | None:
    """How many ``to`` one ``unit`` is; ``None`` where they do not convert into each other.

    >>> factor("t", "kg")
    1000.0
    """
    for table in (MASS, COUNT):
        if unit in table and to in table:
            return 1.0 if unit == to else table[unit] / table[to]
    return None
