"""How long patrols walk from area to area: as paths state, or straight where nothing is stated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from stockward.book import Site

if TYPE_CHECKING:
    import numpy.typing as npt

    Floats = npt.NDArray[np.float64]


def walking_minutes(site: Site, wanted: Sequence[str]) -> tuple[tuple[str, ...], Floats]:
    """The areas that are wanted or that paths lead over, and minutes of the direct way, ∞ where there is none.

    Where two areas have no path and both have x_m and y_m, they are joined by a straight line at the stated speed.
    """
    rows = site["paths"].to_dicts()
    areas = tuple(dict.fromkeys([*wanted, *(row[name] for row in rows for name in ("area", "to_area"))]))
    place = {area: number for number, area in enumerate(areas)}
    minutes = _straight(site, areas)
    stated = {(place[row["area"]], place[row["to_area"]]): row for row in rows}
    for (at, to), row in stated.items():
        minutes[at, to] = row["minutes"]
        if (to, at) not in stated:
            minutes[to, at] = np.inf if row["one_way"] else row["minutes"]
    np.fill_diagonal(minutes, 0.0)
    return areas, minutes


def _straight(site: Site, areas: Sequence[str]) -> Floats:
    """Minutes of straight lines between areas, ∞ where one has no place or no speed is stated."""
    speed = site.settings.patrol.metres_per_minute
    if speed is None:
        return np.full((len(areas), len(areas)), np.inf)
    known = {row["area"]: (row["x_m"], row["y_m"]) for row in site["areas"].to_dicts()}
    unknown = (None, None)
    places = np.array([known.get(area, unknown) for area in areas], np.float64)
    apart = places[:, None, :] - places[None, :, :]
    minutes: Floats = np.hypot(apart[..., 0], apart[..., 1]) / speed
    return np.where(np.isnan(minutes), np.inf, minutes)
