"""Stockward: what is missing from stocks worth stealing, and what you would miss.

    >>> import stockward as sw
    >>> site = sw.read_site("examples/ridgeway")  # doctest: +SKIP
    >>> review = sw.review(site)                  # doctest: +SKIP
    >>> review.to_html("review.html")             # doctest: +SKIP

Each function does what the command of the same name does: ``review``, ``drill``, ``plan``, ``sample``, ``roster``,
``patrol``, ``orders``, ``sites``, ``check``, ``simulate``; ``stand_ins``, ``swap`` and ``worked_hours`` are about a
roster in force. Names are fetched when they are first used, so that ``stockward --help`` need not load what it does not
show.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType

from stockward.version import VERSION as __version__

TYPE_CHECKING = False  # to load typing would take longer than all else here, and Ctrl-C is not heard until it is done
if TYPE_CHECKING:
    from typing import Any

    from stockward.face.drills import Drill, drill
    from stockward.face.many import ManySites, sites
    from stockward.face.orders import Orders, orders
    from stockward.face.patrols import Patrols, patrol
    from stockward.face.plans import ProtectionPlan, plan
    from stockward.face.reviews import Review, review
    from stockward.face.rosters import Roster, roster
    from stockward.face.samples import Certificate, Draw, Plan, sample
    from stockward.face.sites import Check, Site, check, read_site, simulate
    from stockward.face.standing import StandIns, Swap, WorkedHours, stand_ins, swap, worked_hours
    from stockward.surge.asked import Surge
    from stockward.terms.errors import (
        FigureError,
        ProbabilityError,
        SheetError,
        SiteError,
        StockwardError,
        UsageError,
    )

__all__ = [
    "Certificate",
    "Check",
    "Draw",
    "Drill",
    "FigureError",
    "ManySites",
    "Orders",
    "Patrols",
    "Plan",
    "ProbabilityError",
    "ProtectionPlan",
    "Review",
    "Roster",
    "SheetError",
    "Site",
    "SiteError",
    "StandIns",
    "StockwardError",
    "Surge",
    "Swap",
    "UsageError",
    "WorkedHours",
    "__version__",
    "check",
    "drill",
    "orders",
    "patrol",
    "plan",
    "read_site",
    "review",
    "roster",
    "sample",
    "simulate",
    "sites",
    "stand_ins",
    "swap",
    "worked_hours",
]

_ROOMS = {
    "surge.asked": ("Surge",),
    "face.drills": ("Drill", "drill"),
    "face.many": ("ManySites", "sites"),
    "face.orders": ("Orders", "orders"),
    "face.patrols": ("Patrols", "patrol"),
    "face.plans": ("ProtectionPlan", "plan"),
    "face.reviews": ("Review", "review"),
    "face.rosters": ("Roster", "roster"),
    "face.samples": ("Certificate", "Draw", "Plan", "sample"),
    "face.sites": ("Check", "Site", "check", "read_site", "simulate"),
    "face.standing": ("StandIns", "Swap", "WorkedHours", "stand_ins", "swap", "worked_hours"),
    "terms.errors": ("FigureError", "ProbabilityError", "SheetError", "SiteError", "StockwardError", "UsageError"),
}
_HOME = {name: f"stockward.{room}" for room, names in _ROOMS.items() for name in names}


class _Face(ModuleType):
    """Python binds a room in its package when it is loaded; where both have a name, it stays that of the face."""

    def __setattr__(self, name: str, value: object) -> None:
        if not (name in _HOME and isinstance(value, ModuleType)):
            super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Face


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'stockward' has no attribute {name!r}")
    value = getattr(import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
