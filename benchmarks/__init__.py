"""Every figure that Stockward promises, measured beside a peer in the same run and printed as a ratio or a size.

``python -m benchmarks`` runs all and ends in one table; each module runs alone as ``python -m benchmarks.NAME``.
"""

from __future__ import annotations

MARK = "figure | "


def figure(name: str, value: float, *, limit: float | None, low: float | None = None) -> None:
    """Print one promised figure with its limit and whether it is kept; the table of all is made from these lines."""
    kept = limit is None or (value <= limit and (low is None or value >= low))
    asked = "-" if limit is None else f"≤ {limit:g}" if low is None else f"{low:g} to {limit:g}"
    print(
        f"{MARK}{name:<76} {value:>9.3g}  {asked:<10} {'' if limit is None else 'kept' if kept else 'MISSED'}".rstrip()
    )
