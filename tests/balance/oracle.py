"""The accountancy of the site format by brute force: plain loops over rows, every single error a column of its own.

Written from the contract alone, and slow on purpose; it shares no code with the house. It reads the rows as they stand
in the CSV files (text), all of them good.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise

Rows = Mapping[str, list[dict[str, str]]]
Errors = dict[tuple[object, ...], float]

GRAMS = {"kg": 1000.0, "g": 1.0, "t": 1e6, "lb": 453.59237, "oz": 453.59237 / 16, "gr": 453.59237 / 7000, "each": 1.0}
TINY = 1e-9


def number(text: str | None) -> float | None:
    return float(text) if text not in (None, "") else None


def moment(text: str | None) -> datetime | None:
    if not text:
        return None
    time = datetime.fromisoformat(text)
    return time if time.tzinfo else time.replace(tzinfo=UTC)


def converted(quantity: float, unit: str | None, to: str) -> float:
    return quantity * GRAMS[unit or to] / GRAMS[to]


@dataclass
class Fact:
    """A movement or a count, its quantity in the unit of its material."""

    table: str
    row: int
    at: datetime
    material: str
    quantity: float
    method: str | None
    measurement: str | None
    kind: str = "count"
    source: str | None = None
    target: str | None = None
    inventory: str | None = None

    @property
    def reading(self) -> tuple[object, ...]:
        """What draws its random errors: the measurement that it repeats, or the row itself."""
        return ("measurement", self.measurement) if self.measurement else (self.table, self.row)


@dataclass
class Period:
    """One balance as it should come out; ``errors`` has one signed standard deviation for each single error.

    ``left`` is how much of each lot came in and did not go out, as the variance of the contents of so many items.
    """

    inventory: str
    start: datetime | None
    end: datetime
    status: str
    begin: float = 0.0
    received: float = 0.0
    sent: float = 0.0
    end_quantity: float = 0.0
    normal_loss: float = 0.0
    difference: float = 0.0
    written_off: float = 0.0
    found: float = 0.0
    throughput: float = 0.0
    errors: Errors = field(default_factory=dict)
    left: dict[tuple[object, ...], float] = field(default_factory=dict)

    def sigma(self, *kinds: str) -> float:
        return math.sqrt(sum(size**2 for key, size in self.errors.items() if key[0] in kinds))


class Books:
    """What the site's rows say, as known at a moment."""

    def __init__(self, rows: Rows, as_of: datetime | None) -> None:
        self.rows = rows
        self.materials = {row["material"]: row for row in rows["materials"]}
        self.methods = {row["method"]: row for row in rows.get("methods", [])}
        self.contents = {(row["material"], row["substance"]): row for row in rows.get("contents", [])}
        known = [row for row in rows["movements"] if self._known(row, as_of)]
        self.late = sum(
            self._late(row) for row in [*known, *(row for row in rows["counts"] if self._known(row, as_of))]
        )
        self.standing = [self._movement(row) for row in self._standing(known)]
        self.movements = [fact for fact in self.standing if fact.source != fact.target]
        self.counts = [self._count(row) for row in rows["counts"] if self._known(row, as_of)]
        self.calibrations = [row for row in rows.get("calibrations", []) if self._known(row, as_of)]

    def _known(self, row: dict[str, str], as_of: datetime | None) -> bool:
        recorded = moment(row.get("recorded_at")) or moment(row.get("at"))
        return as_of is None or recorded is None or recorded <= as_of

    def _late(self, row: dict[str, str]) -> bool:
        recorded, at = moment(row.get("recorded_at")), moment(row["at"])
        return recorded is not None and recorded - at > timedelta(days=1)

    def _standing(self, known: list[dict[str, str]]) -> list[dict[str, str]]:
        """Movements that count: neither a reversal nor reversed by a reversal that itself stands."""
        reversal_of = {row["reverses"]: row for row in known if row.get("reverses")}

        def cancelled(movement: str) -> bool:
            by = reversal_of.get(movement)
            return by is not None and not cancelled(by["movement"])

        return [row for row in known if not row.get("reverses") and not cancelled(row["movement"])]

    def _movement(self, row: dict[str, str]) -> Fact:
        unit = self.materials[row["material"]]["unit"]
        return Fact(
            "movements", self.rows["movements"].index(row), moment(row["at"]), row["material"],
            converted(float(row["quantity"]), row.get("unit"), unit), row.get("method") or None,
            row.get("measurement") or None, row["kind"],
            row.get("from_area") or None, row.get("to_area") or None,
        )  # fmt: skip

    def _count(self, row: dict[str, str]) -> Fact:
        unit = self.materials[row["material"]]["unit"]
        return Fact(
            "counts", self.rows["counts"].index(row), moment(row["at"]), row["material"],
            converted(float(row["quantity"]), row.get("unit"), unit), row.get("method") or None,
            row.get("measurement") or None, source=row["area"], inventory=row["inventory"],
        )  # fmt: skip

    def inventories(self, area: str) -> list[tuple[datetime, str]]:
        """The inventories of an area at the latest count of each; those of one moment in order of their code."""
        codes = sorted({count.inventory for count in self.counts if count.source == area})
        return sorted((max(c.at for c in self.counts_of(area, code)), code) for code in codes)

    def counts_of(self, area: str, inventory: str) -> list[Fact]:
        return [count for count in self.counts if count.source == area and count.inventory == inventory]

    def calibration(self, method: str, fact: Fact) -> int:
        """Number of the calibration that a measurement uses: one for all rows that repeat it, that of the earliest."""
        same = [other.at for other in [*self.standing, *self.counts] if other.reading == fact.reading]
        at = min(same)
        table = [moment(row["at"]) for row in self.calibrations if row["method"] == method]
        if table:
            return sum(time <= at for time in table)
        days = number(self.methods[method].get("calibration_days"))
        if days is None:
            return 0
        first = min(fact.at for fact in [*self.standing, *self.counts] if fact.method == method)
        return (at - first) // timedelta(days=days)


class Series:
    """One series: which materials belong to it, with how much of what is accounted for in one unit of each."""

    def __init__(self, books: Books, area: str, holding: str, basis: str) -> None:
        self.books = books
        self.area = area
        self.holding = holding
        self.basis = basis
        self.unit = self._unit()
        self.amounts = self._amounts()

    def _unit(self) -> str:
        if self.basis == "item" or self._is_own(self.holding):
            return self.books.materials[self.holding]["unit"]
        return next(row["unit"] for (_, substance), row in self.books.contents.items() if substance == self.holding)

    def _is_own(self, material: str) -> bool:
        row = self.books.materials.get(material)
        return row is not None and row["kind"] == "bulk" and all(held != material for held, _ in self.books.contents)

    def _amounts(self) -> dict[str, float]:
        if self.basis == "item":
            return {self.holding: 1.0}
        amounts = {
            material: converted(float(row["amount"]), row["unit"], self.unit)
            for (material, substance), row in self.books.contents.items()
            if substance == self.holding
        }
        return {**amounts, **({self.holding: 1.0} if self._is_own(self.holding) else {})}

    def appears(self) -> bool:
        facts: Iterable[Fact] = [*self.books.movements, *self.books.counts]
        return any(fact.material in self.amounts and self.area in (fact.source, fact.target) for fact in facts)

    def flows(self, low: datetime | None, high: datetime) -> list[Fact]:
        return [
            fact
            for fact in self.books.movements
            if self.area in (fact.source, fact.target) and fact.material in self.amounts
            and (low is None or fact.at > low) and fact.at <= high
        ]  # fmt: skip

    def counted(self, inventory: str) -> list[Fact]:
        return [fact for fact in self.books.counts_of(self.area, inventory) if fact.material in self.amounts]

    def left_out(self, place: int) -> bool:
        """Whether an inventory has no row of a material of which the book, kept since its last count, holds some."""
        inventories = self.books.inventories(self.area)
        for material in self.amounts:
            if any(fact.material == material for fact in self.counted(inventories[place][1])):
                continue
            book = passed = 0.0
            since = None
            for at, code in inventories[:place]:
                quantities = [fact.quantity for fact in self.counted(code) if fact.material == material]
                if quantities:
                    book = passed = math.fsum(quantities)
                    since = at
            for fact in self.flows(since, inventories[place][0]):
                if fact.material == material:
                    book += fact.quantity if fact.target == self.area else -fact.quantity
                    passed += fact.quantity
            if abs(book) > TINY * passed:
                return True
        return False

    def complete(self) -> list[tuple[datetime, str]]:
        """The inventories that left out nothing."""
        inventories = self.books.inventories(self.area)
        return [inventory for place, inventory in enumerate(inventories) if not self.left_out(place)]

    def periods(self) -> list[Period]:
        """A period for each inventory that closes one, and one for each that leaves its balance open."""
        found: list[Period] = []
        opened: tuple[datetime, str] | None = None
        for place, inventory in enumerate(self.books.inventories(self.area)):
            complete = not self.left_out(place)
            if not complete:
                found.append(Period(inventory[1], opened[0] if opened else None, inventory[0], "incomplete"))
            elif opened is not None:
                found.append(self._period(opened, inventory))
            if complete:
                opened = inventory
        _walk_through_lots(found)
        return found

    def _period(self, since: tuple[datetime, str], until: tuple[datetime, str]) -> Period:
        period = Period(until[1], since[0], until[0], "closed")
        enters: list[tuple[Fact, float]] = []
        loss = self._normal_loss()
        share = float(loss["rate"]) if loss and loss["basis"] == "per_received" else 0.0
        for fact in self.counted(since[1]):
            period.begin += self._amount(fact)
            enters.append((fact, 1.0))
        for fact in self.counted(until[1]):
            period.end_quantity += self._amount(fact)
            enters.append((fact, -1.0))
        for fact in self.flows(since[0], until[0]):
            if fact.kind == "write_off":
                period.written_off += self._amount(fact)
            elif fact.kind == "found":
                period.found += self._amount(fact)
            elif self.basis == "item" or fact.kind not in ("use", "make"):
                if fact.target == self.area:
                    period.received += self._amount(fact)
                    enters.append((fact, 1.0 - share))
                else:
                    period.sent += self._amount(fact)
                    enters.append((fact, -1.0))
        period.normal_loss = share * period.received
        if loss and loss["basis"] == "per_day":
            days = (period.end - period.start) / timedelta(days=1)
            period.normal_loss = converted(float(loss["rate"]), loss.get("unit"), self.unit) * days
        period.difference = period.begin + period.received - period.sent - period.end_quantity - period.normal_loss
        period.throughput = period.begin + period.received + period.sent + period.end_quantity
        if loss:
            own = number(loss.get("random_rel")) or 0.0
            period.errors["random", "normal loss", self.area, until] = -own * period.normal_loss
            period.errors["systematic", "normal loss", self.area] = (
                -(number(loss.get("systematic_rel")) or 0.0) * period.normal_loss
            )
        for fact, sign in enters:
            if self._unknown(fact):
                period.status = "not_tested"
            for key, size in self._errors(fact).items():
                period.errors[key] = period.errors.get(key, 0.0) + sign * size
            for lot, variance in self._of_lot(fact).items():
                period.left[lot] = period.left.get(lot, 0.0) + sign * variance
        return period

    def _of_lot(self, fact: Fact) -> dict[tuple[object, ...], float]:
        """Of items that are known by their lot alone: the variance of the contents of so many of them."""
        content = self.books.contents.get((fact.material, self.holding)) if self.basis == "bulk" else None
        if content is None or self.books.materials[fact.material]["kind"] != "item" or fact.measurement is None:
            return {}
        each = (number(content.get("random_rel")) or 0.0) * self.amounts[fact.material]
        return {(fact.reading, fact.material): each**2 * fact.quantity}

    def _amount(self, fact: Fact) -> float:
        return fact.quantity * self.amounts[fact.material]

    def _normal_loss(self) -> dict[str, str] | None:
        rows = self.books.rows.get("normal_losses", []) if self.basis == "bulk" else []
        return next((row for row in rows if (row["area"], row["substance"]) == (self.area, self.holding)), None)

    def _unknown(self, fact: Fact) -> bool:
        if fact.kind == "count" and fact.quantity == 0:
            return False
        if fact.method is None:
            return self.books.materials[fact.material]["kind"] == "bulk"
        method = self.books.methods[fact.method]
        random, systematic = (
            [number(method.get(f"{kind}_{of}")) for of in ("rel", "abs")] for kind in ("random", "systematic")
        )
        if self.books.materials[fact.material]["kind"] == "bulk" and not any(random):
            if method.get("division"):
                return False
            if any(systematic):
                return True
        return all(error is None for error in [*random, *systematic])

    def _errors(self, fact: Fact) -> Errors:
        """Every single error of a row: the standard deviation that it brings into the row's amount."""
        errors: Errors = {}
        amount, whose = self._amount(fact), fact.reading
        item = self.books.materials[fact.material]["kind"] == "item"
        if fact.method is not None:
            method = self.books.methods[fact.method]
            group = (fact.method, self.books.calibration(fact.method, fact))
            unit = self.books.materials[fact.material]["unit"]
            absolute = converted(1.0, method.get("unit"), unit) * self.amounts[fact.material]
            random_rel, random_abs = (number(method.get(name)) or 0.0 for name in ("random_rel", "random_abs"))
            if not item and not random_rel and not random_abs:
                random_abs = (number(method.get("division")) or 0.0) / math.sqrt(12)
            errors["random", "relative", whose] = random_rel * amount
            errors["random", "absolute", whose] = random_abs * absolute
            errors["systematic", "relative", group] = (number(method.get("systematic_rel")) or 0.0) * amount
            errors["systematic", "absolute", group] = (number(method.get("systematic_abs")) or 0.0) * absolute
        content = self.books.contents.get((fact.material, self.holding)) if self.basis == "bulk" else None
        if content is not None:
            random_rel = number(content.get("random_rel")) or 0.0
            errors["systematic", "content", fact.material] = (number(content.get("systematic_rel")) or 0.0) * amount
            if item and fact.measurement is None and fact.quantity == int(fact.quantity):
                for piece in range(int(fact.quantity)):
                    errors["random", "content", whose, piece] = random_rel * self.amounts[fact.material]
            elif item and fact.measurement is None:
                errors["random", "content", whose, fact.material] = (
                    random_rel * self.amounts[fact.material] * math.sqrt(fact.quantity)
                )
            elif not item:
                errors["random", "content", whose, fact.material] = random_rel * amount
        return errors


def close(rows: Rows, as_of: datetime | None = None) -> dict[str, tuple[Series, list[Period]]]:
    """Every series of the site by id, with its periods in order of time."""
    books = Books(rows, as_of)
    items = sorted(name for name, row in books.materials.items() if row["kind"] == "item")
    own = [name for name in books.materials if books.materials[name]["kind"] == "bulk"]
    substances = {substance for _, substance in books.contents} | {
        name for name in own if all(held != name for held, _ in books.contents)
    }
    closed: dict[str, tuple[Series, list[Period]]] = {}
    for area in sorted(row["area"] for row in rows["areas"]):
        names = [(name, "bulk") for name in sorted(substances)] + [(name, "item") for name in items]
        for holding, basis in names:
            series = Series(books, area, holding, basis)
            if series.appears():
                closed[f"{area}/{holding}/{basis}"] = (series, series.periods())
    return closed


def _walk_through_lots(periods: list[Period]) -> None:
    """Every item that is left of a lot is one error; what comes back in a later period are those that went last."""
    for lot in {lot for period in periods for lot in period.left}:
        at, walks = 0.0, []
        for period in periods:
            left = period.left.get(lot, 0.0)
            if abs(left) > TINY:
                walks.append((period, at, at + left))
                at += left
        places = sorted({place for _, begun, ended in walks for place in (begun, ended)})
        for period, begun, ended in walks:
            for low, high in pairwise(places):
                if min(begun, ended) <= low and high <= max(begun, ended):
                    sign = 1.0 if ended > begun else -1.0
                    period.errors["random", "left of a lot", lot, low] = sign * math.sqrt(high - low)


def covariance(periods: list[Period]) -> list[list[float]]:
    """Σ of the closed periods: A Cov Aᵀ over every single error, each of them of variance 1."""
    closed = [period for period in periods if period.status == "closed"]
    return [
        [sum(size * other.errors.get(key, 0.0) for key, size in one.errors.items()) for other in closed]
        for one in closed
    ]


# --- the whole site


@dataclass(frozen=True)
class Known:
    """At this moment an area was counted, or known to be empty; ``inventory`` (key and moment) then stands in."""

    at: datetime
    inventory: tuple[datetime, str]

    @property
    def counted(self) -> bool:
        return self.at == self.inventory[0]


@dataclass
class SitePeriods:
    """The balances of a substance over the whole site, and of which inventories of its areas each consists."""

    unit: str
    outside: list[str]
    joined: list[dict[str, Known]]
    periods: list[Period]


def close_whole_site(rows: Rows, as_of: datetime | None = None) -> dict[str, SitePeriods]:
    """Every substance of two areas or more: its areas' balances added up between inventories that stand together."""
    by_substance: dict[str, list[tuple[Series, list[Period]]]] = {}
    for series, periods in close(rows, as_of).values():
        if series.basis == "bulk":
            by_substance.setdefault(series.holding, []).append((series, periods))
    return {substance: _over_the_site(found) for substance, found in by_substance.items() if len(found) > 1}


def _over_the_site(found: list[tuple[Series, list[Period]]]) -> SitePeriods:
    counted = [(series, periods) for series, periods in found if series.books.inventories(series.area)]
    outside = [series.area for series, _ in found if not series.books.inventories(series.area)]
    known = _with_empty([series for series, _ in counted])
    joined = _stand_together(known) if len(counted) > 1 else []
    if len(joined) < 2:
        joined = []
    whole = SitePeriods(found[0][0].unit, outside, joined, [])
    for since, until in pairwise(joined):
        whole.periods.append(_site_period(counted, since, until))
    _walk_through_lots(whole.periods)
    return whole


def _with_empty(counted: list[Series]) -> dict[str, list[Known]]:
    """The inventories of every area, and where it was empty outside of them, those of the area counted least there."""
    own = {series.area: series.complete() for series in counted}
    if not all(own.values()):
        return {area: [Known(at, (at, name)) for at, name in inventories] for area, inventories in own.items()}
    early = {series.area for series in counted if _empty(series, own[series.area][0], after=False)}
    late = {series.area for series in counted if _empty(series, own[series.area][-1], after=True)}
    known = {}
    for area, inventories in own.items():
        first, last = inventories[0], inventories[-1]
        before = [[one[0] for one in own[other] if one[0] < first[0]] for other in own if other not in early]
        after = [[one[0] for one in own[other] if one[0] > last[0]] for other in own if other not in late]
        known[area] = [
            *(Known(at, first) for at in min(before, key=len, default=[]) if area in early),
            *(Known(one[0], one) for one in inventories),
            *(Known(at, last) for at in min(after, key=len, default=[]) if area in late),
        ]
    return known


def _empty(series: Series, inventory: tuple[datetime, str], *, after: bool) -> bool:
    found = sum(fact.quantity for fact in series.counted(inventory[1]) if fact.material in series.amounts)
    moved = [
        fact
        for fact in series.books.movements
        if series.area in (fact.source, fact.target)
        and fact.material in series.amounts
        and (fact.at > inventory[0] if after else fact.at <= inventory[0])
    ]
    return found == 0 and not moved


def _stand_together(complete: dict[str, list[Known]]) -> list[dict[str, Known]]:
    """At each inventory of the area that is counted least, the nearest of every other; none may be skipped back to."""
    if not all(complete.values()):
        return []
    begin = max(inventories[0].at for inventories in complete.values())
    end = min(inventories[-1].at for inventories in complete.values())
    often = {}
    for area, inventories in complete.items():
        places = [min(range(len(inventories)), key=lambda n: abs(inventories[n].at - at)) for at in (begin, end)]
        often[area] = (places[1] - places[0], sum(not one.counted for one in inventories))
    pace = [one.at for one in complete[min(often, key=lambda area: often[area])]]
    joined: list[dict[str, Known]] = []
    for place, moment in enumerate(pace):
        if len(pace) == 1:
            break
        before = pace[place] - pace[place - 1] if place else pace[1] - pace[0]
        after = pace[place + 1] - moment if place + 1 < len(pace) else before
        chosen = {}
        for area, inventories in complete.items():
            for some in ([one for one in inventories if one.counted], inventories):
                nearest = min(some, key=lambda one: abs(one.at - moment))
                if area not in chosen and -before <= 2 * (nearest.at - moment) <= after:
                    chosen[area] = nearest
        last = joined[-1] if joined else {}
        places = {area: complete[area].index(one) for area, one in chosen.items()}
        if len(chosen) == len(complete) and all(
            place > complete[area].index(last[area]) for area, place in places.items() if area in last
        ):
            joined.append(chosen)
    return joined


def _site_period(
    counted: list[tuple[Series, list[Period]]],
    begun: dict[str, Known],
    ended: dict[str, Known],
) -> Period:
    names = [ended[series.area].inventory[1] for series, _ in counted if ended[series.area].counted]
    label = "+".join(dict.fromkeys(names))
    start, end = (max(one.at for one in known.values() if one.counted) for known in (begun, ended))
    whole = Period(label, start, end, "closed")
    since, until = ({area: one.inventory for area, one in known.items()} for known in (begun, ended))
    for series, periods in counted:
        own = series.complete()
        inside = {
            inventory[1] for inventory in own[own.index(since[series.area]) + 1 : own.index(until[series.area]) + 1]
        }
        for period in periods:
            if period.status == "incomplete" or period.inventory not in inside:
                continue
            whole.status = "not_tested" if period.status == "not_tested" else whole.status
            for name in ("received", "sent", "normal_loss", "difference", "written_off", "found"):
                setattr(whole, name, getattr(whole, name) + getattr(period, name))
            for key, size in period.errors.items():
                if key[1] != "left of a lot":
                    whole.errors[key] = whole.errors.get(key, 0.0) + size
            for lot, left in period.left.items():
                whole.left[lot] = whole.left.get(lot, 0.0) + left
        whole.begin += sum(series._amount(fact) for fact in series.counted(since[series.area][1]))
        whole.end_quantity += sum(series._amount(fact) for fact in series.counted(until[series.area][1]))
    by_area = {series.area: series for series, _ in counted}
    for fact in counted[0][0].books.movements:
        legs = [by_area[area] for area in (fact.source, fact.target) if area in by_area]
        within = all(since[one.area][0] < fact.at <= until[one.area][0] for one in legs)
        if fact.kind == "transfer" and len(legs) == 2 and within and fact.material in legs[0].amounts:
            whole.received -= legs[0]._amount(fact)
            whole.sent -= legs[0]._amount(fact)
    whole.throughput = whole.begin + whole.received + whole.sent + whole.end_quantity
    return whole
