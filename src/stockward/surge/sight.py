"""How much blinder the books become when production surges, and when the stores are full."""

from __future__ import annotations

from collections.abc import Sequence

from stockward.answers.balances import Balances
from stockward.answers.detection import SeriesDetection, SurgeAnswer, SurgedSeries
from stockward.balance.closing import close_balances
from stockward.balance.settled.settling import settled_alike
from stockward.balance.testing import hazards
from stockward.book.known import KnownBooks, known_at
from stockward.surge.asked import Surge
from stockward.surge.books import surged_site, with_factors
from stockward.surge.stores import filling_stores
from stockward.unseen.books_calibrated import BooksCalibrated
from stockward.unseen.remedies import site_remedies
from stockward.unseen.series import SightRequest, sights, unseen_losses
from stockward.unseen.sight import Sight


def look_at_surge(
    books: KnownBooks,
    balances: Balances,
    today: Sequence[SeriesDetection],
    seen: Sequence[Sight | None],
    surge: Surge,
    asked: SightRequest,
    *,
    false_alarm: float,
) -> SurgeAnswer:
    """Ask every series again with more production in the books.

    ``today`` and ``seen`` are what is found and seen in the series of ``balances`` as they are. A series without a goal
    is to be restored to what would be found today.
    """
    raised_books = known_at(surged_site(books, surge), None)
    raised = settled_alike(close_balances(raised_books), balances)
    place = {key: number for number, key in enumerate(_keys(raised))}
    order = [place.get(key) for key in _keys(balances)]
    surged_sights = sights(raised, hazards(raised, false_alarm), asked)
    targets: list[float | None] = [None] * raised.series.height
    for number, there in enumerate(order):
        known = today[number].detectable
        if there is not None and known is not None:
            targets[there] = known.even_year
    found = unseen_losses(raised, surged_sights, asked, again=BooksCalibrated(raised_books, raised), targets=targets)
    compared = tuple(
        _compared(balances, number, today[number], seen[number], found[there], surged_sights[there])
        for number, there in enumerate(order)
        if there is not None
    )
    return SurgeAnswer(
        production=surge.text,
        assumptions=surge.assumptions(),
        series=compared,
        remedies=site_remedies((one.id, one.at_surge.remedies) for one in compared),
        stores=filling_stores(books, with_factors(books, surge)),
    )


def _keys(balances: Balances) -> list[tuple[str, str]]:
    return list(balances.series.select("id", "basis").rows())


def _compared(
    balances: Balances,
    number: int,
    today: SeriesDetection,
    seen: Sight | None,
    found: SeriesDetection,
    sees: Sight | None,
) -> SurgedSeries:
    """One series today and at the surge."""
    known, abrupt, even = today.detectable, None, None
    if sees is not None and known is not None:
        curves = sees.curve(sees.abrupt(sees.middle), sees.even())
        chances = [
            None if loss is None else float(curve.probability(loss))
            for curve, loss in zip(curves, (known.abrupt, known.even_year), strict=True)
        ]
        abrupt, even = chances
    return SurgedSeries(
        number=number,
        id=balances.series["id"][number],
        unit=balances.series["unit"][number],
        sigma_ratio=None if sees is None or seen is None or seen.sigma <= 0 else sees.sigma / seen.sigma,
        at_surge=found,
        found_abrupt=abrupt,
        found_even_year=even,
    )
