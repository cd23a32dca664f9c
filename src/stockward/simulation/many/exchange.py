"""What passes between synthetic sites: drawn in truth first, then weighed at both ends, each on a scale of its own.

Every site has an exchange, a store through which bulk comes and goes within a day: what it sends came from a supplier
that morning, what it receives goes on to a user that evening. So an exchange is empty at each of its weekly counts, and
what is taken on the way shows nowhere but between the books of the two sites.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
from numpy.typing import NDArray

from stockward.simulation.plan import DAYS_A_WEEK, INVENTORY_AT
from stockward.simulation.plant import inventory_code
from stockward.terms.errors import UsageError

EXCHANGE, MATERIAL, SCALE = "exchange", "TNT", "XS-1"
RANDOM_REL, SYSTEMATIC_REL, CALIBRATION_DAYS = 0.001, 0.0005, 91
"""Errors of the scale of an exchange."""
CARRIERS = 5
TRICKLE, CARRIED, AT_ONCE = 0.005, 0.002, 0.05
"""Shares that are taken on the way: from every consignment of one route, of one carrier, and from one consignment."""
FIRST_DAY = date(2025, 7, 1)
_HEAVY = (400.0, 2_400.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class TrueTransfers:
    """Consignments as they truly were: arrays of one length, sites and carriers by number; quantities in kg.

    ``taken`` went on the way; what did not arrive at all has ``arrived`` false. ``day`` counts from the first.
    """

    shipper: NDArray[np.int64]
    receiver: NDArray[np.int64]
    carrier: NDArray[np.int64]
    day: NDArray[np.int64]
    quantity: NDArray[np.float64]
    taken: NDArray[np.float64]
    arrived: NDArray[np.bool_]

    @property
    def received(self) -> NDArray[np.float64]:
        """What truly arrived."""
        return (self.quantity - self.taken) * self.arrived

    def document(self, number: int) -> str:
        """The number of the paper that goes with a consignment."""
        return f"T-{self.shipper[number] + 1:05d}-{number + 1:07d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TransitLoss:
    """What was put in: of which route, carrier or consignment, and the share of it."""

    loss: str
    share: float
    shipper: int | None = None
    receiver: int | None = None
    carrier: int | None = None
    consignment: int | None = None


def draw_transfers(
    sites: int, weeks: int, *, losses: bool, rng: np.random.Generator
) -> tuple[TrueTransfers, tuple[TransitLoss, ...]]:
    """Each site sends to the next one each week, and every second site to the one after that.

    With ``losses``, a share is taken from every consignment of one route, from all that one carrier has, and from one
    consignment, and one does not arrive. Raises ``UsageError`` for fewer than three sites.
    """
    if sites < 3:
        raise UsageError(f"{sites} sites: three or more send to each other: name a larger number")
    pairs = [(site, (site + 1) % sites) for site in range(sites)]
    pairs += [(site, (site + 2) % sites) for site in range(0, sites, 2) if sites > 3]
    carrier_of = rng.integers(0, CARRIERS, len(pairs))
    route = np.repeat(np.arange(len(pairs)), weeks)
    ends = np.array(pairs)[route]
    day = np.tile(np.arange(weeks), len(pairs)) * DAYS_A_WEEK + rng.integers(0, 4, len(route))
    quantity = np.round(rng.uniform(*_HEAVY, len(route)), 1)
    shipper, receiver, carrier = ends[:, 0], ends[:, 1], carrier_of[route]
    taken, arrived, told = np.zeros(len(route)), np.ones(len(route), dtype=bool), []
    if losses:
        told = _losses(pairs, carrier_of, weeks, rng)
        for loss in told:
            hit = _hit(loss, shipper, receiver, carrier)
            taken[hit] += loss.share * quantity[hit]
            arrived[hit] &= loss.share < 1
    drawn = TrueTransfers(
        shipper=shipper, receiver=receiver, carrier=carrier, day=day, quantity=quantity,
        taken=np.minimum(taken, quantity), arrived=arrived,
    )  # fmt: skip
    return drawn, tuple(told)


def _losses(
    pairs: list[tuple[int, int]], carrier_of: NDArray[np.int64], weeks: int, rng: np.random.Generator
) -> list[TransitLoss]:
    trickled, once, lost = (int(one) for one in rng.choice(len(pairs), 3, replace=False))
    others = [int(one) for one in range(CARRIERS) if one not in carrier_of[[trickled, once, lost]]]
    week_once, week_lost = (int(one) for one in rng.integers(0, max(weeks - 2, 1), 2))
    told = [
        TransitLoss(loss="trickle", share=TRICKLE, shipper=pairs[trickled][0], receiver=pairs[trickled][1]),
        TransitLoss(loss="at_once", share=AT_ONCE, consignment=once * weeks + week_once),
        TransitLoss(loss="never_arrived", share=1.0, consignment=lost * weeks + week_lost),
    ]
    return [*told, *([TransitLoss(loss="carrier", share=CARRIED, carrier=others[0])] if others else [])]


def _hit(
    loss: TransitLoss, shipper: NDArray[np.int64], receiver: NDArray[np.int64], carrier: NDArray[np.int64]
) -> NDArray[np.bool_]:
    hit = np.ones(len(shipper), dtype=bool)
    for said, of in ((loss.shipper, shipper), (loss.receiver, receiver), (loss.carrier, carrier)):
        hit &= True if said is None else of == said
    return hit if loss.consignment is None else np.arange(len(shipper)) == loss.consignment


@dataclass(frozen=True, slots=True)
class ExchangeBooks:
    """What one site's exchange has in its books: rows of tables, with local times."""

    movements: list[dict[str, object]]
    counts: list[dict[str, object]]
    consignments: list[dict[str, object]]


def write_exchange(
    transfers: TrueTransfers, site: int, names: list[str], weeks: int, rng: np.random.Generator
) -> ExchangeBooks:
    """The books of the exchange of one site: every quantity as its scale showed it."""
    sent, received = np.flatnonzero(transfers.shipper == site), np.flatnonzero(transfers.receiver == site)
    systematic = SYSTEMATIC_REL * rng.standard_normal(weeks * DAYS_A_WEEK // CALIBRATION_DAYS + 2)
    rows: list[dict[str, object]] = []
    for number, kind, hour, of, document in _flows(transfers, sent, received):
        day = int(transfers.day[number]) + (kind[:8] == "received")
        error = systematic[day // CALIBRATION_DAYS] + RANDOM_REL * rng.standard_normal()
        at = datetime.combine(FIRST_DAY, time(hour)) + timedelta(days=day)
        into = kind in ("supplied", "received")
        rows.append(
            {
                "movement": f"X-{len(rows) + 1:06d}", "at": at, "kind": "receipt" if into else "issue",
                "material": MATERIAL, "quantity": max(round(of * (1 + error), 2), 0.0),
                "from_area": None if into else EXCHANGE, "to_area": EXCHANGE if into else None, "method": SCALE,
                "document": document,
            }
        )  # fmt: skip
    rows.sort(key=lambda row: str(row["at"]))
    return ExchangeBooks(rows, _zero_counts(weeks), list(_papers(transfers, sent, received, names)))


def _flows(
    transfers: TrueTransfers, sent: NDArray[np.int64], received: NDArray[np.int64]
) -> Iterator[tuple[int, str, int, float, str | None]]:
    for number in map(int, sent):
        yield number, "supplied", 8, float(transfers.quantity[number]), None
        yield number, "sent", 11, float(transfers.quantity[number]), transfers.document(number)
    for number in map(int, received):
        if transfers.arrived[number]:
            yield number, "received", 9, float(transfers.received[number]), transfers.document(number)
            yield number, "received on", 15, float(transfers.received[number]), None


def _papers(
    transfers: TrueTransfers, sent: NDArray[np.int64], received: NDArray[np.int64], names: list[str]
) -> Iterator[dict[str, object]]:
    ends = [(number, transfers.receiver[number]) for number in sent]
    ends += [(number, transfers.shipper[number]) for number in received if transfers.arrived[number]]
    for number, other in ends:
        carrier = f"C-{transfers.carrier[number] + 1}"
        yield {"document": transfers.document(int(number)), "partner": names[int(other)], "carrier": carrier}


def _zero_counts(weeks: int) -> list[dict[str, object]]:
    first = datetime.combine(FIRST_DAY, INVENTORY_AT)
    return [
        {
            "inventory": inventory_code(week), "at": first + timedelta(weeks=week), "area": EXCHANGE,
            "material": MATERIAL, "quantity": 0.0,
        }
        for week in range(weeks + 1)
    ]  # fmt: skip
