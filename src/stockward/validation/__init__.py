"""Floor 6: published figures, computed again: each row of ``published_figures.csv`` that has a recipe.

A row names its question and its inputs; the recipe for each question is a function here, and prints what it computed
beside what was published. Rows without a recipe are left out, and named.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib.resources import files

import numpy as np
import polars as pl
from numpy.typing import NDArray

from stockward.guards.need.post_hours import DAY_MINUTES, WEEKDAYS, posts_of
from stockward.stats.detection import limit_detectable, limit_power
from stockward.stats.net_hours import work_hours
from stockward.stats.page import page_pair_thresholds, page_threshold
from stockward.stats.propagation import random_covariance, systematic_covariance
from stockward.stats.sampling import least_n
from stockward.stats.staffing import relief_factor, whole_guards
from stockward.stats.whitening import whitener
from stockward.validation.fuel_fab import fuel_fab_period
from stockward.validation.inspection import cheapest_inspection
from stockward.validation.interruption import chance_of_a_way, cheapest_upgrades
from stockward.validation.measuring import (
    chance_of_pairs,
    errors_of_a_scale,
    freedom_of_a_sum,
    limit_of_a_figure,
    mean_of_pairs,
    mean_squares,
    pooled_deviation,
    variances_of_three,
)
from stockward.validation.patrols import chance_on_a_graph, value_of_a_shift


@dataclass(frozen=True, slots=True)
class Published:
    """One published figure."""

    id: str
    topic: str
    question: str
    inputs: str
    expected: tuple[float, ...]
    tolerance: float
    source: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What was computed beside what was published; ``computed`` is ``None`` where data are absent, with ``why``."""

    published: Published
    computed: tuple[float, ...] | None
    why: str = ""

    @property
    def agrees(self) -> bool:
        """Whether every figure lies within the tolerance that stands beside it."""
        if self.computed is None:
            return True
        pairs = zip(self.computed, self.published.expected, strict=True)
        return all(abs(mine - theirs) <= self.published.tolerance for mine, theirs in pairs)


def published_figures() -> list[Published]:
    """Every row, with its source."""
    text = files("stockward.validation").joinpath("published_figures.csv").read_text(encoding="utf-8")
    return [
        Published(
            id=row["id"],
            topic=row["topic"],
            question=row["question"],
            inputs=row["inputs"],
            expected=tuple(float(value) for value in row["expected"].split()),
            tolerance=float(row["tolerance"]),
            source=row["source"],
        )
        for row in csv.DictReader(text.splitlines())
    ]


def validate() -> tuple[list[Comparison], list[Published]]:
    """Compute every figure that has a recipe; returns the comparisons, and the rows that have none yet."""
    compared: list[Comparison] = []
    waiting: list[Published] = []
    for published in published_figures():
        recipe = RECIPES.get(published.id)
        if recipe is None:
            waiting.append(published)
            continue
        computed = recipe(_inputs(published.inputs))
        compared.append(
            Comparison(published, computed)
            if not isinstance(computed, str)
            else Comparison(published, None, why=computed)
        )
    return compared, waiting


def _inputs(text: str) -> dict[str, str]:
    """Inputs written as ``name=value``; other words are passed over."""
    return dict(word.split("=", 1) for word in text.split() if "=" in word)


Recomputed = tuple[float, ...] | str


def _page(inputs: Mapping[str, str]) -> Recomputed:
    return (page_threshold(int(inputs["N"]), float(inputs["k"]), float(inputs["false_alarm"])),)


def _page_pair(inputs: Mapping[str, str]) -> Recomputed:
    return page_pair_thresholds(int(inputs["N"]), float(inputs["false_alarm"]), draws=200_000)


def _least_n(inputs: Mapping[str, str]) -> Recomputed:
    detection = round(1 - float(inputs["beta"]), 12)
    return (float(least_n(int(inputs["N"]), int(inputs["d"]), detection=detection)),)


def _found_when_blinder(ratio: float) -> Recomputed:
    """Chance to find a loss that was found with 95 % at 5 % false alarms, σ being larger by this ratio."""
    one = np.ones(1)
    loss = limit_detectable(one, false_alarm=0.05, detection=0.95)
    return "no loss" if loss is None else (limit_power(loss, one / ratio, false_alarm=0.05),)


def _worked_plant_power(flow: float) -> Recomputed:
    """Chance of the best test for 75 kg, lost evenly over the year of the worked plant."""
    covariance = worked_plant(flow)
    move = whitener(covariance) @ np.full(len(covariance), 1.0 / len(covariance))
    return (limit_power(75.0, move, false_alarm=0.05),)


def worked_plant_sigma(flow: float) -> float:
    """σ of the cumulative difference of the worked plant, kg."""
    return float(np.sqrt(worked_plant(flow).sum()))


def worked_plant(flow: float) -> NDArray[np.float64]:
    """Σ of the differences of the worked plant, kg².

    52 weeks, ``flow`` in and out a week, an inventory of 200 at every week's end; each measured once, with 0.5 %
    random and 0.3 % systematic error; one method a stream, one calibration for the year.
    """
    weeks, inventory, random_rel, systematic_rel = 52, 200.0, 0.005, 0.003
    counted = (random_rel * inventory) ** 2
    single = np.full(weeks, 2 * (random_rel * flow) ** 2 + 2 * counted)
    # The inventory's own systematic error cancels: it begins and ends every week with the same signed quantity.
    signed = np.stack([np.full(weeks, flow), np.full(weeks, -flow)], axis=-1)
    covariance = random_covariance(single, np.full(weeks - 1, counted))
    covariance += systematic_covariance(signed, np.full(2, systematic_rel**2))
    return covariance


def _fuel_fab(which: str) -> Callable[[Mapping[str, str]], Recomputed]:
    def recipe(inputs: Mapping[str, str]) -> Recomputed:
        figures = fuel_fab_period(2)
        return figures if isinstance(figures, str) else (figures[which],)

    return recipe


def _guards_needed(inputs: Mapping[str, str]) -> Recomputed:
    return (float(whole_guards(relief_factor(float(inputs["post_hours"]), float(inputs["net_hours"])))),)


def _hours_a_year(guards: int, weeks: str, *stretches: tuple[int, int, tuple[str, ...]]) -> float:
    """Post-hours a year of a post that stands in these stretches: begin and end in minutes, and the weekdays."""
    rows = {
        "post": [f"{place}" for place, _ in enumerate(stretches)],
        "start": [start for start, _, _ in stretches],
        "end": [end for _, end, _ in stretches],
        "days": [list(days) for _, _, days in stretches],
    }
    same = {"kind": "fixed", "guards": float(guards)}
    blank = ("name", "area", "qualification", "hours_per_shift", "driver", "per")
    table = pl.DataFrame(rows).with_columns(
        *(pl.lit(value).alias(name) for name, value in same.items()), *(pl.lit(None).alias(name) for name in blank)
    )
    return sum(post.hours for post in posts_of(table, shift_hours=8, weeks=float(weeks)))


def _post_hours(inputs: Mapping[str, str]) -> Recomputed:
    days, minutes = WEEKDAYS[: int(inputs["days"])], int(inputs["hours"]) * 60
    return (_hours_a_year(int(inputs["guards"]), inputs["weeks"], (DAY_MINUTES - minutes, DAY_MINUTES, days)),)


def _post_by_night_and_weekend(inputs: Mapping[str, str]) -> Recomputed:
    nights, weekend = (16 * 60, 8 * 60, WEEKDAYS[:5]), (0, DAY_MINUTES, WEEKDAYS[5:])
    return (_hours_a_year(int(inputs["guards"]), inputs["weeks"], nights, weekend),)


def _net_hours(inputs: Mapping[str, str]) -> Recomputed:
    days = {name: float(inputs[name].removesuffix("d")) for name in ("leave", "holidays", "sick")}
    week, weeks = float(inputs["hours_per_week"]), float(inputs["weeks"])
    working = week / float(inputs["hours_per_day"]) * weeks
    observed = (week, working, days["leave"] + days["holidays"], days["sick"])
    return (work_hours(*(np.array([value]) for value in observed), weeks=weeks).net,)


def _relief_by_hours(inputs: Mapping[str, str]) -> Recomputed:
    contract, absent = (float(part) for part in inputs["net"].split("-"))
    return (relief_factor(float(inputs["hours"]), contract - absent),)


def _relief_by_days(inputs: Mapping[str, str]) -> Recomputed:
    days, absent = float(inputs["days"]), float(inputs["absent"])
    return (relief_factor(days, days - absent),)


RECIPES: dict[str, Callable[[Mapping[str, str]], Recomputed]] = {
    "guards-civil": _guards_needed,
    "guards-military": _guards_needed,
    "post-1": _post_hours,
    "post-2": _post_hours,
    "post-5": _post_by_night_and_weekend,
    "net-civil": _net_hours,
    "relief-1": _relief_by_hours,
    "relief-2": _relief_by_days,
    "page-12": _page,
    "page-52": _page,
    "sample-1": _least_n,
    "sample-2": _least_n,
    "sample-3": _least_n,
    "sample-4": _least_n,
    "sample-5": _least_n,
    "page-pair-52": _page_pair,
    **{f"inspect-{number}": cheapest_inspection for number in range(1, 11)},
    "np-blind-sqrt5": lambda inputs: _found_when_blinder(np.sqrt(5.0)),
    "np-blind-5": lambda inputs: _found_when_blinder(5.0),
    "surge-power-1": lambda inputs: _worked_plant_power(100.0),
    "surge-power-5": lambda inputs: _worked_plant_power(500.0),
    "surge-sigma-1": lambda inputs: (worked_plant_sigma(100.0),),
    "surge-sigma-5": lambda inputs: (worked_plant_sigma(500.0),),
    "scale-1": errors_of_a_scale,
    "scale-2": errors_of_a_scale,
    "freedom-1": freedom_of_a_sum,
    "freedom-2": limit_of_a_figure,
    "anova-1": mean_squares,
    "anova-2": mean_squares,
    "pooled-1": pooled_deviation,
    "pairs-1": mean_of_pairs,
    "pairs-2": chance_of_pairs,
    "grubbs-1": variances_of_three,
    **{f"interruption-{number}": chance_of_a_way for number in range(1, 21)},
    **{f"upgrades-{number}": cheapest_upgrades for number in range(1, 9)},
    **{f"patrol-{number}": value_of_a_shift for number in range(1, 40)},
    **{f"patrol-graph-{number}": chance_on_a_graph for number in range(1, 13)},
    "fuel-fab-muf-2": _fuel_fab("difference"),
    "fuel-fab-sigma-2": _fuel_fab("sigma"),
}
