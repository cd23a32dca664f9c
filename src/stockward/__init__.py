"""Stockward: what is missing from stocks worth stealing, and what you would miss.

    >>> import stockward as sw
    >>> site = sw.read_site("examples/ridgeway")  # doctest: +SKIP
    >>> review = sw.review(site)                  # doctest: +SKIP
    >>> review.to_html("review.html")             # doctest: +SKIP

Names are fetched when they are first used, so that ``stockward --help`` need not load what it does not show.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from stockward.version import VERSION as __version__

if TYPE_CHECKING:
    from stockward.detection.surge import Surge
    from stockward.face import Review, review
    from stockward.facts import Site, read_site
    from stockward.terms.errors import SiteError, StockwardError

__all__ = ["Review", "Site", "SiteError", "StockwardError", "Surge", "__version__", "read_site", "review"]

_HOME = {
    "Review": "stockward.face",
    "review": "stockward.face",
    "Site": "stockward.facts",
    "read_site": "stockward.facts",
    "Surge": "stockward.detection.surge",
    "SiteError": "stockward.terms.errors",
    "StockwardError": "stockward.terms.errors",
}


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stockward' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value
