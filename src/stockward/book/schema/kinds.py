"""Kinds of movement: which areas each names, and which are claims."""

from __future__ import annotations

NEEDS: dict[str, tuple[str, ...]] = {
    "receipt": ("to_area",),
    "issue": ("from_area",),
    "transfer": ("from_area", "to_area"),
    "use": ("from_area",),
    "make": ("to_area",),
    "discard": ("from_area",),
    "write_off": ("from_area",),
    "found": ("to_area",),
}
"""The areas that each kind of movement names."""

CLAIMS = ("write_off", "found")
"""Kinds of movement that claim something of the book, without a physical flow."""
