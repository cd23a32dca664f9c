"""A normal loss that was taken out of the books, and about as much of which came to light: its rate may be wrong."""

from __future__ import annotations

from collections.abc import Iterator

from stockward.answers.losses import RowToCheck
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.periods import places_between
from stockward.book.checks.told.doubts import MUCH_LOST
from stockward.book.known import KnownBooks
from stockward.terms.verdicts import Slip

_HUNDREDTH = 0.01
_MOST = 0.5


def rates_to_check(books: KnownBooks, one: AlarmingSeries) -> Iterator[RowToCheck]:
    """The rate of a normal loss for each gain of a series that is about what it took away, or mostly a percentage.

    ``meant`` is a hundredth of a rate so large that it may be a percentage.
    """
    losses = books["normal_losses"].select("area", "substance", "row", "rate", "basis", "unit")
    of_series = [row[2:] for row in losses.iter_rows() if row[:2] == (one.area, one.holding) and not one.in_items]
    for number, rate, basis, unit in of_series:
        percentage = basis == "per_received" and rate >= MUCH_LOST
        for place, claim in enumerate(one.claims):
            taken = sum(
                period.normal_loss for period in one.periods[places_between(one.periods, claim.start, claim.end)]
            )
            all_of_it = taken > 0 and claim.allows(-taken)
            mostly = percentage and taken > 0 and _MOST < -(1 - _HUNDREDTH) * taken / claim.amount < 1 / _MOST
            if all_of_it or mostly:
                yield RowToCheck(
                    series=one.number,
                    slip=Slip.RATE,
                    places=(place,),
                    table="normal_losses",
                    row=number,
                    at=claim.start,
                    kind="normal loss",
                    quantity=rate,
                    unit=unit or "",
                    meant=_as_written(books, rate * _HUNDREDTH) if percentage else None,
                    document=None,
                    inventory=None,
                    taken_before=None,
                    explains=taken,
                    whole=all_of_it,
                )


def _as_written(books: KnownBooks, number: float) -> str:
    return f"{number:.6g}".replace(".", books.site.settings.site.decimal)
