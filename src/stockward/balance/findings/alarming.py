"""The series that alarm, each with its closed periods and all that it claims: read once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from stockward.answers.balances import Balances
from stockward.answers.items import Discrepancy
from stockward.answers.losses import SeriesVerdict
from stockward.balance.findings.claims import Claim, claims_of
from stockward.balance.findings.periods import ClosedPeriod, closed_periods
from stockward.terms.verdicts import ALARMING, Basis, Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmingSeries:
    """A series that alarms: its row ``number``, what it accounts for and where, and what it claims, in time order.

    ``area`` is ``None`` for the whole site; ``holding`` is a substance in bulk, or an item material.
    """

    number: int
    area: str | None
    basis: Basis
    holding: str
    verdict: Verdict
    p_value: float | None
    periods: Sequence[ClosedPeriod]
    claims: Sequence[Claim]

    @property
    def in_items(self) -> bool:
        """Whether it accounts for items by number."""
        return self.basis == Basis.ITEM


def alarming_series(
    balances: Balances, verdicts: Sequence[SeriesVerdict], discrepancies: Sequence[Discrepancy]
) -> dict[int, AlarmingSeries]:
    """Every series that alarms by its number, in order."""
    alarming = {number: one for number, one in enumerate(verdicts) if one.verdict in ALARMING}
    if not alarming:
        return {}
    periods = closed_periods(balances, alarming)
    claims = claims_of(balances, alarming, discrepancies)
    rows = balances.series.select("area", "basis", "substance", "material").rows()
    found = {}
    for number, verdict in alarming.items():
        area, basis, substance, material = rows[number]
        found[number] = AlarmingSeries(
            number=number,
            area=area,
            basis=Basis(basis),
            holding=substance or material,
            verdict=verdict.verdict,
            p_value=verdict.p_value,
            periods=periods[number],
            claims=claims[number],
        )
    return found
