"""Rounds as they were walked, shift by shift, and whether they can be predicted from the shifts before."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import numpy as np

from stockward.answers.patrols.answer import PredictedPatrols
from stockward.book import Site
from stockward.patrol.site.night import NightShift

if TYPE_CHECKING:
    from stockward.patrol.game.ground import Flags, Floats
    from stockward.patrol.site.shift import PatrolShift

LEAST_NIGHTS = 10
"""Of fewer shifts nothing is said on whether they can be predicted."""
_DRAWS = 999
_MOST_LAG = 7


@dataclass(frozen=True, eq=False)
class WalkedShifts:
    """Whether a patrol was in each area at each step, shape (shifts, areas, steps), and rows that belong to none.

    ``ahead`` counts rows of days that are still to come: they were not walked. ``unplanned`` are those of shifts that a
    change of clocks made shorter than the walks that are planned, and of the time that it added to others.
    """

    presence: Flags
    astray: int
    ahead: int
    unplanned: int

    @classmethod
    def of(cls, site: Site, shift: PatrolShift, today: date) -> WalkedShifts:
        """By the table ``rounds`` up to today: a row belongs to the shift in whose time it lies."""
        place = {area: number for number, area in enumerate(shift.areas)}
        zone = ZoneInfo(site.timezone)
        shifts: dict[datetime, Flags] = {}
        astray = ahead = unplanned = 0
        for row in site["rounds"].to_dicts():
            if row["at"].astimezone(zone).date() > today:
                ahead += 1
                continue
            found = _within(row["at"], shift, zone)
            if found is None or row["area"] not in place:
                astray += 1
                continue
            night, minute = found
            if night.minutes < night.planned or minute >= night.planned:
                unplanned += 1
                continue
            seen = shifts.setdefault(night.begin, np.zeros((len(shift.areas), shift.ground.steps), np.bool_))
            stays = 0.0 if row["until"] is None else (row["until"] - row["at"]) / timedelta(minutes=1)
            first, last = (int(one // shift.step_minutes) for one in (minute, minute + stays))
            seen[place[row["area"]], first : last + 1] = True
        walked = [shifts[key] for key in sorted(shifts)]
        empty = np.zeros((0, len(shift.areas), shift.ground.steps), np.bool_)
        return cls(np.stack(walked) if walked else empty, astray, ahead, unplanned)

    @property
    def number(self) -> int:
        """How many shifts."""
        return len(self.presence)

    def predicted(self, begin: int, end: int, if_planned: float, seed: int) -> PredictedPatrols | None:
        """How well the steps from ``begin`` to ``end`` can be guessed; ``None`` where too few shifts are on record."""
        if self.number < LEAST_NIGHTS:
            return None
        presence = self.presence[:, :, begin : end + 1]
        draw = np.random.default_rng(seed)
        guessed = _guessed(presence)
        moved = np.array([_guessed(_moved(presence, draw)) for _ in range(_DRAWS)])
        lags = _alike(presence)
        shuffled = np.array([_alike(draw.permutation(presence)).max() for _ in range(_DRAWS)])
        return PredictedPatrols(
            nights=self.number,
            guessed=guessed,
            by_chance=float(moved.mean()),
            p_value=_share_at_least(moved, guessed),
            if_planned=if_planned,
            repeats_after=int(lags.argmax()) + 1,
            repeats_p_value=_share_at_least(shuffled, float(lags.max())),
        )


def _within(moment: datetime, shift: PatrolShift, zone: ZoneInfo) -> tuple[NightShift, float] | None:
    """The shift that a moment lies in, and real minutes since its begin."""
    today = moment.astimezone(zone).date()
    for day in (today, today - timedelta(days=1)):
        for start in shift.starts:
            night = NightShift.of(day, start, shift.ground.steps * shift.step_minutes, zone)
            passed = night.passed_at(moment)
            if passed is not None:
                return night, passed
    return None


def _guessed(presence: Flags) -> float:
    """How often a patrol is where one was most often at that step in the shifts before, over all later shifts."""
    before = np.cumsum(presence, axis=0)[:-1]
    guess = before.argmax(axis=1)
    right = np.take_along_axis(presence[1:], guess[:, None, :], axis=1)
    return float(right.mean())


def _moved(presence: Flags, draw: np.random.Generator) -> Flags:
    """Each shift's walks begun at a random step, the end of them put before the begin."""
    by = draw.integers(presence.shape[2], size=len(presence))
    steps = (np.arange(presence.shape[2])[None, :] + by[:, None]) % presence.shape[2]
    return np.take_along_axis(presence, steps[:, None, :], axis=2)


def _alike(presence: Flags) -> Floats:
    """How alike shifts are that lie 1 to 7 apart: the share of their stays that both have."""
    found = []
    for lag in range(1, min(_MOST_LAG, len(presence) - 2) + 1):
        both, either = presence[lag:] & presence[:-lag], presence[lag:] | presence[:-lag]
        found.append(both.sum() / max(either.sum(), 1))
    return np.array(found)


def _share_at_least(drawn: Floats, value: float) -> float:
    """The p-value of a permutation test [Phipson & Smyth 2010]."""
    return float(1 + np.count_nonzero(drawn >= value - 1e-12)) / (1 + len(drawn))
