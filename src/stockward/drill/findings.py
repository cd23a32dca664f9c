"""What a drill found, counted line by line, and tested against what was predicted."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from functools import cached_property
from zoneinfo import ZoneInfo

import numpy as np
import polars as pl

from stockward.answers.drill import (
    DrillAgreement,
    DrillCause,
    DrillCounts,
    DrillElsewhere,
    DrillLine,
    DrillPlace,
    DrillSpread,
    DrillSpreadArea,
)
from stockward.drill.copies import NEVER, BlockFound, DrillPlan
from stockward.drill.targets import SPREAD, DrillCase, LossTarget
from stockward.stats.arrays import Array, Flags, Index
from stockward.terms.periods import MICROSECONDS_A_DAY

DISAGREE = 0.005
"""Each of the two tests of agreement; together they call one true prediction in a hundred false, or fewer."""

CAUSES = ("same_sigma", "untruncated", "both")
"""Assumptions of the prediction that can be restored in a copy."""

_DRAWS = 40_000
_ALSO = 3


class Findings:
    """The findings of all blocks, in order of the copies."""

    def __init__(self, plan: DrillPlan, blocks: Sequence[BlockFound], series: pl.DataFrame, timezone: str) -> None:
        self._plan = plan
        self._rows = series
        self._zone = ZoneInfo(timezone)
        empty = np.zeros((0, len(plan.targets)), np.int64)
        self._alarm = np.concatenate([empty, *(block.alarm for block in blocks)])
        self._since = np.concatenate([empty.astype(bool), *(block.since for block in blocks)])
        self._first = _joined(blocks, "found")
        self._found = self._first != NEVER
        self._restored = {
            "same_sigma": _joined(blocks, "same_sigma").astype(bool),
            "untruncated": _joined(blocks, "untruncated").astype(bool),
            "both": _joined(blocks, "linear").astype(bool),
        }
        self._own_limits = _joined(blocks, "own_limits")
        self._cut = _joined(blocks, "cut")
        self._cases = [plan.cases[number] for number in plan.case]
        self._target = np.array([case.target for case in self._cases], dtype=np.int64)

    def cut(self) -> int:
        """Copies with a record that would have been negative."""
        return int(np.count_nonzero(self._cut))

    def own_limits(self) -> tuple[int, int]:
        """Copies that were asked by limits of their own Σ too, and those in which the answer was another."""
        asked = self._own_limits >= 0
        return int(asked.sum()), int(np.sum((self._own_limits == 1)[asked] != self._found[asked]))

    @cached_property
    def _predicted(self) -> Array:
        return np.array([np.nan if case.predicted is None else case.predicted for case in self._cases])

    def lines(self) -> tuple[DrillLine, ...]:
        """One line a series and pattern."""
        keys = list(dict.fromkeys((case.target, case.pattern) for case in self._plan.cases))
        return tuple(self._line(*key) for key in keys)

    def _line(self, number: int, pattern: str) -> DrillLine:
        target = self._plan.targets[number]
        cases = [case for case in self._plan.cases if (case.target, case.pattern) == (number, pattern)]
        mine = np.array([(case.target, case.pattern) == (number, pattern) for case in self._cases], dtype=bool)
        row = self._rows.row(target.series.number, named=True)
        firsts = {case.first for case in cases}
        first = firsts.pop() if len(firsts) == 1 else None
        copies = int(mine.sum())
        predicted = float(self._predicted[mine].mean()) if copies and self._plan.fresh else None
        half, most = self._days(target, mine)
        losses = [case.loss for case in cases if case.loss > 0]
        return DrillLine(
            id=row["id"],
            area=row["area"],
            holding=row["substance"] if row["substance"] is not None else row["material"],
            label=f"{_what(row)} in {row['area_name'] or row['area'] or 'the whole site'}",
            unit=row["unit"],
            pattern=pattern,
            inventory=None if first is None else target.series.inventory[int(target.kept[first])],
            start=None if first is None else self._day(int(target.start[first])),
            loss=(min(losses), max(losses)) if losses else None,
            stated=self._stated(mine) if copies and self._plan.fresh else None,
            predicted=predicted,
            copies=copies,
            counts=self._counts(mine),
            error=None if predicted is None else _two_errors(predicted, copies),
            earlier=self._earlier(number, mine),
            without=None if self._plan.fresh else self._without(number, mine),
            days_median=half,
            days_90=most,
            also=self._also(number, mine),
            places=tuple(self._place(cases, mine, place) for place in dict.fromkeys(case.place for case in cases)),
        )

    def _stated(self, mine: Flags) -> float:
        return float(np.mean([self._cases[copy].stated for copy in np.flatnonzero(mine)]))

    def _counts(self, mine: Flags) -> DrillCounts:
        restored = {name: int(found[mine].sum()) for name, found in self._restored.items()}
        return DrillCounts(found=int(self._found[mine].sum()), **restored)

    def _place(self, cases: Sequence[DrillCase], mine: Flags, place: str) -> DrillPlace:
        here = [case for case in cases if case.place == place]
        reasons = [case.why for case in here if case.why is not None]
        own = mine & np.array([case.place == place for case in self._cases], dtype=bool)
        return DrillPlace(
            place=place,
            periods=len(here),
            not_borne=len(reasons),
            why=reasons[0] if reasons else None,
            copies=int(own.sum()),
            found=int(self._found[own].sum()),
        )

    def _days(self, target: LossTarget, mine: Flags) -> tuple[float | None, float | None]:
        found = np.flatnonzero(mine & self._found)
        if not len(found):
            return None, None
        begin = np.array([self._cases[copy].first for copy in found])
        days = (target.end[self._first[found]] - target.start[begin]) / MICROSECONDS_A_DAY
        half, most = (float(np.quantile(days, share, method="inverted_cdf")) for share in (0.5, 0.9))
        return half, most

    def _day(self, micros: int) -> date:
        return datetime.fromtimestamp(micros / 1e6, UTC).astimezone(self._zone).date()

    def _earlier(self, number: int, mine: Flags) -> int:
        alarm = self._alarm[mine, number]
        begin = np.array([self._cases[copy].first for copy in np.flatnonzero(mine)], dtype=np.int64)
        return int(np.sum((alarm != NEVER) & (alarm < begin)))

    @cached_property
    def _baseline(self) -> list[Flags]:
        """By target, the periods in which the records as they are alarm without any loss of the drill."""
        return [self._alarms(target) for target in self._plan.targets]

    def _alarms(self, target: LossTarget) -> Flags:
        recorded = self._plan.quantity[target.series.rows][None]
        ratios = target.tests.ratios_of(target.series.differences(recorded)[:, target.kept])[0]
        return np.asarray(ratios > 1.0)

    def _without(self, number: int, mine: Flags) -> int:
        """Copies whose series alarms from that period on without the loss, in the records as they are."""
        above = self._baseline[number]
        return sum(bool(above[self._cases[copy].first :].any()) for copy in np.flatnonzero(mine))

    def _also(self, number: int, mine: Flags) -> tuple[tuple[str, int], ...]:
        """Other series that alarmed; in records as they are, only those that do not without the loss."""
        alarmed = self._alarm[mine] != NEVER
        if not self._plan.fresh:
            alarmed = alarmed & ~np.array([above.any() for above in self._baseline])
        others = [
            (target.series.id, int(count))
            for place, (target, count) in enumerate(zip(self._plan.targets, alarmed.sum(axis=0), strict=True))
            if place != number and count
        ]
        return tuple(sorted(others, key=lambda one: (-one[1], one[0]))[:_ALSO])

    def spread(self) -> tuple[DrillSpread, ...]:
        """What the areas showed of each loss spread over them."""
        sites = dict.fromkeys(case.target for case in self._plan.cases if case.pattern == SPREAD)
        return tuple(self._spread(number) for number in sites)

    def _spread(self, number: int) -> DrillSpread:
        cases = [case for case in self._plan.cases if case.target == number]
        mine = self._target == number
        areas = list(dict.fromkeys(series for case in cases for series, _ in case.areas))
        places = {target.series.number: place for place, target in enumerate(self._plan.targets)}
        tested = {series: places[series] for series in areas if series in places}
        begun = int(self._plan.targets[number].start[cases[0].first])
        alarmed = {series: self._since_begun(place, begun)[mine] for series, place in tested.items()}
        copies = int(mine.sum())
        chance = sum(self._plan.targets[place].share for place in tested.values())
        return DrillSpread(
            id=self._plan.targets[number].series.id,
            copies=copies,
            any_area=int(np.any([np.zeros(copies, bool), *alarmed.values()], axis=0).sum()),
            by_chance=copies * min(chance, 1.0) if self._plan.fresh else None,
            areas=tuple(
                DrillSpreadArea(
                    id=self._rows["id"][series],
                    area=self._rows["area"][series],
                    alarmed=int(alarmed[series].sum()) if series in alarmed else None,
                    left_out=tuple(
                        (case.place, why) for case in cases for one, why in case.areas if one == series and why
                    ),
                )
                for series in areas
            ),
        )

    def _since_begun(self, place: int, begun: int) -> Flags:
        """Copies in which an area alarmed after the loss had begun; as recorded, if it does not without the loss."""
        if self._plan.fresh:
            return np.asarray(self._since[:, place])
        without = self._baseline[place][np.searchsorted(self._plan.targets[place].end, begun, side="right") :].any()
        return np.asarray(self._since[:, place] & ~without)

    def elsewhere(self) -> tuple[DrillElsewhere, ...]:
        """Every series in the copies whose loss is not in it; nothing where errors are not drawn afresh."""
        found: list[DrillElsewhere] = []
        if not self._plan.fresh:
            return ()
        for number, target in enumerate(self._plan.targets):
            others = self._target != number
            others &= ~self._shows(target)
            if others.any():
                alarmed = int(np.sum(self._alarm[others, number] != NEVER))
                copies = int(others.sum())
                found.append(
                    DrillElsewhere(id=target.series.id, copies=copies, alarmed=alarmed, by_chance=copies * target.share)
                )
        return tuple(found)

    def _shows(self, target: LossTarget) -> Flags:
        """Copies whose loss is of the same substance: one of an area is in the whole site too, and the reverse."""
        substance = self._rows["substance"]
        shows = [
            (target.site or one.site) and substance[one.series.number] == substance[target.series.number]
            for one in self._plan.targets
        ]
        return np.array(shows, dtype=bool)[self._target]

    def agreement(self) -> DrillAgreement | None:
        """Predicted against found over all copies and line by line; ``None`` where nothing was predicted.

        The chance of so large a difference is had by seeded simulation of copies that are found with the predicted
        chances: no approximation is asked of lines of few copies.
        """
        if not self._plan.fresh or not len(self._found):
            return None
        chances = self._predicted
        codes = {key: code for code, key in enumerate(dict.fromkeys(self._keys()))}
        line = np.array([codes[key] for key in self._keys()])
        expected = np.bincount(line, chances)
        variance = np.bincount(line, chances * (1 - chances))
        found = np.bincount(line, self._found)
        rng = np.random.default_rng([self._plan.seed, len(chances)])
        drawn = np.zeros((_DRAWS, len(codes)))
        # Copies of one case share their chance, so a case is one binomial draw.
        for case in np.unique(self._plan.case):
            own = self._plan.case == case
            drawn[:, line[own][0]] += rng.binomial(int(own.sum()), chances[own][0], _DRAWS)
        weight = 1.0 / np.maximum(variance, np.finfo(float).tiny)
        total = np.abs(drawn.sum(axis=1) - expected.sum())
        by_line = ((drawn - expected) ** 2) @ weight
        p_total = _tail(total, abs(found.sum() - expected.sum()))
        p_lines = _tail(by_line, float(((found - expected) ** 2) @ weight))
        count = len(chances)
        return DrillAgreement(
            predicted=float(chances.mean()),
            found=float(self._found.mean()),
            error=2.0 * float(np.sqrt(variance.sum())) / count,
            p_total=p_total,
            p_lines=p_lines,
            limit=DISAGREE,
            agrees=min(p_total, p_lines) >= DISAGREE,
        )

    def _keys(self) -> list[tuple[int, str]]:
        return [(case.target, case.pattern) for case in self._cases]

    def causes(self) -> tuple[DrillCause, ...]:
        """What each assumption of the prediction costs, measured on the same copies."""
        if not self._plan.fresh or not len(self._found):
            return ()
        count, predicted = len(self._found), float(self._predicted.mean())
        share = float(self._found.mean())
        causes = []
        for key in CAUSES:
            change = self._found.astype(float) - self._restored[key]
            restored = float(self._restored[key].mean())
            error = 2.0 * float(np.sqrt(np.mean(change**2) / count))
            nearer = abs(restored - predicted) < abs(share - predicted)
            causes.append(
                DrillCause(
                    key=key,
                    copies=count,
                    found=share,
                    restored=restored,
                    points=100.0 * (share - restored),
                    error=100.0 * error,
                    explains=nearer and abs(share - restored) > error,
                )
            )
        return tuple(causes)


def _what(row: dict[str, str | None]) -> str | None:
    return row["substance"] or row["holding_name"] or row["material"]


def _tail(drawn: Array, measured: float) -> float:
    """Share of the draws that are as large; the measured one counts as one of them."""
    return float((1 + np.count_nonzero(drawn >= measured * (1 - 1e-12))) / (1 + len(drawn)))


def _two_errors(share: float, copies: int) -> float:
    return 2.0 * float(np.sqrt(max(share * (1.0 - share), 0.0) / copies))


def _joined(blocks: Sequence[BlockFound], name: str) -> Index:
    parts = [getattr(block, name) for block in blocks]
    return np.concatenate(parts).astype(np.int64) if parts else np.zeros(0, np.int64)
