"""What each thing that a plan can decide costs, in money, in hours, or in how often it is done."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from fractions import Fraction
from itertools import product
from typing import Any

from stockward.answers.plan import CostUnit
from stockward.book.known import KnownBooks
from stockward.terms.errors import UsageError

_FILE = "costs.csv"


_TOLD_BY = ("area", "method", "material", "affiliation", "source", "line")


class CostEnd(StrEnum):
    """An end of the range that a cost is stated in."""

    LOW = "low"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class RangedCost:
    """A cost that is known within a range: what costs it, of which area, method or the like, and its three figures.

    ``table`` and ``row`` are where it stands.
    """

    table: str
    row: int
    what: str
    of: str
    low: Fraction
    likely: Fraction
    high: Fraction


@dataclass(frozen=True, slots=True)
class MeasureCosts:
    """The costs of a site, added up in one unit.

    ``rows`` are those of the table ``costs``, ``options`` the row of each option.
    """

    unit: CostUnit
    hour: Fraction
    rows: tuple[dict[str, Any], ...]
    options: dict[str, dict[str, Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, books: KnownBooks) -> MeasureCosts:
        """The costs that the books state. Raises ``UsageError`` where hours and money cannot be added up."""
        rows = tuple(books["costs"].to_dicts())
        options = {str(row["option"]): row for row in books["options"].to_dicts()}
        hour = books.site.settings.plan.hour_cost
        stated = [*rows, *options.values()]
        _require_stated(books)
        takes_hours = any(_takes(row, "hours") for row in stated)
        takes_money = any(_takes(row, "money") for row in stated)
        if takes_hours and takes_money and hour is None:
            raise UsageError(
                "site.toml: costs are stated in hours and in money, and nobody says what an hour costs: "
                "add hour_cost under [plan], 0 where it is paid anyway"
            )
        if not stated:
            return cls(CostUnit.TIMES, Fraction(0), (), {})
        in_money = takes_money or hour is not None
        unit = CostUnit.MONEY if in_money else CostUnit.HOURS
        return cls(unit, _exact(hour) if in_money else Fraction(1), rows, options)

    @property
    def ranged(self) -> list[RangedCost]:
        """The costs that are known within a range, in order of the tables."""
        found = []
        for table, rows in (("costs", self.rows), ("options", tuple(self.options.values()))):
            for row in rows:
                low, high = (self._cost(_at_end(row, end)) for end in CostEnd)
                if low != high:
                    what, of = _told_as(table, row)
                    found.append(RangedCost(table, row["row"], what, of, low, self._cost(row), high))
        return found

    def at(self, ends: Mapping[RangedCost, CostEnd]) -> MeasureCosts:
        """The costs with some of them at an end of their range, all others as likely."""
        by_place = {(one.table, one.row): end for one, end in ends.items()}

        def moved(table: str, row: dict[str, Any]) -> dict[str, Any]:
            end = by_place.get((table, row["row"]))
            return row if end is None else _at_end(row, end)

        return replace(
            self,
            rows=tuple(moved("costs", row) for row in self.rows),
            options={key: moved("options", row) for key, row in self.options.items()},
        )

    def of_inventory(self, area: str) -> Fraction:
        """Cost of one inventory of an area."""
        return self._of("inventory", "area", area, "one inventory")

    def of_calibration(self, method: str) -> Fraction:
        """Cost of one calibration of a method."""
        return self._of("calibration", "method", method, "one calibration")

    def of_weighing(self, method: str) -> Fraction:
        """Cost of weighing once more with a method."""
        return self._of("weighing", "method", method, "one more weighing")

    @property
    def draws_items(self) -> bool:
        """Whether the site says what it takes to look at an item: without that, none are drawn."""
        return any(row["what"] == "item" for row in self.rows)

    def of_item(self, material: str, area: str) -> Fraction:
        """Cost of looking at one item, by the row that fits most closely: both, the material, the area, neither."""
        stated = {(row["material"], row["area"]): row for row in self.rows if row["what"] == "item"}
        for fits in ((material, area), (material, None), (None, area), (None, None)):
            if fits in stated:
                return self._cost(stated[fits])
        raise UsageError(
            f"{_FILE}: no row says what looking at one item of {material} in {area} takes: add a row with what = item, "
            f"material = {material}, area = {area} (blank for every one), and hours or money"
        )

    def of_guard(self, affiliation: str, source: str) -> Fraction:
        """Cost of one guard a year, by affiliation and source (guard, worker or applicant)."""
        return self._of_guards("guard", affiliation, source, "one guard a year")

    def of_training(self, affiliation: str, source: str) -> Fraction:
        """Cost of training one new guard; training is not counted where each guard counts as one."""
        if self.unit is CostUnit.TIMES:
            return Fraction(0)
        return self._of_guards("training", affiliation, source, "the training of one new guard")

    def of_output(self, line: str) -> Fraction:
        """Cost of a line that makes nothing for a year; it is not counted where each guard counts as one."""
        if self.unit is CostUnit.TIMES:
            return Fraction(0)
        return self._of("output", "line", line, "a year without output")

    def of_option(self, key: str) -> Fraction:
        """Cost of an option a year."""
        return self._cost(self.options[key])

    def _of(self, what: str, column: str, key: str, told: str) -> Fraction:
        if self.unit is CostUnit.TIMES:
            return Fraction(1)
        own = [row for row in self.rows if row["what"] == what and row[column] == key]
        every = [row for row in self.rows if row["what"] == what and row[column] is None]
        for row in [*own, *every]:
            return self._cost(row)
        raise UsageError(
            f"{_FILE}: no row says what {told} of {column} {key} takes: add a row with what = {what}, {column} = {key} "
            f"(blank for every {column}), and hours or money"
        )

    def _of_guards(self, what: str, affiliation: str, source: str, told: str) -> Fraction:
        """The row that fits most closely: both, the affiliation alone, the source alone, neither."""
        if self.unit is CostUnit.TIMES:
            return Fraction(1)
        stated = {(row["affiliation"], row["source"]): row for row in self.rows if row["what"] == what}
        for fits in product((affiliation, None), (source, None)):
            if fits in stated:
                return self._cost(stated[fits])
        raise UsageError(
            f"{_FILE}: no row says what {told} of affiliation {affiliation} and source {source} takes: add a row with "
            f"what = {what}, affiliation = {affiliation}, source = {source} (blank for every one), and hours or money"
        )

    def _cost(self, row: dict[str, Any]) -> Fraction:
        return _exact(row["hours"]) * self.hour + _exact(row["money"])


def _require_stated(books: KnownBooks) -> None:
    """Raise ``UsageError`` for a row that says of nothing what it costs: blank is not free."""
    for table in ("costs", "options"):
        file = books.site.sources.get(table, f"{table}.csv")
        for row in books[table].to_dicts():
            where = f"{file} row {row['row']}"
            if row["hours"] is None and row["money"] is None:
                raise UsageError(f"{where}: neither hours nor money is stated: state one, 0 where it costs nothing")


def _takes(row: dict[str, Any], name: str) -> bool:
    return bool(row[name] or row[f"{name}_high"])


def _at_end(row: dict[str, Any], end: CostEnd) -> dict[str, Any]:
    """The row with its hours and its money at one end, where it states one."""
    stated = {name: row[f"{name}_{end}"] for name in ("hours", "money")}
    return {**row, **{name: value for name, value in stated.items() if value is not None}}


def _told_as(table: str, row: dict[str, Any]) -> tuple[str, str]:
    """What costs it, and of which area, method or the like."""
    if table == "options":
        return "option", str(row["name"] or row["option"])
    return str(row["what"]), ", ".join(str(row[name]) for name in _TOLD_BY if row[name] is not None)


def _exact(value: float | None) -> Fraction:
    """A stated figure with just the digits that it was written with."""
    return Fraction(str(value)) if value else Fraction(0)
