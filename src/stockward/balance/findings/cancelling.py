"""What is missing from a series and is there again: in one piece, so that the two cancel, or in parts.

If a wrong count stands between two that cancel, it has left the same difference, with opposite signs, before and after
its inventory. Where something is missing beside it, they cancel in part.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import accumulate, pairwise

from stockward.answers.losses import Cancelled, CancelledInPart, Returned
from stockward.balance.findings.alarming import AlarmingSeries
from stockward.balance.findings.claims import Claim, about_all
from stockward.balance.findings.over_site import OverSite

_LARGER_PART = 0.5


def cancelled_in(one: AlarmingSeries, site: OverSite | None) -> list[Cancelled]:
    """Neighbours in time that cancel, each in one pair only; ``site`` is the whole site, of the same substance."""
    found: list[Cancelled] = []
    for place, (first, second) in enumerate(pairwise(one.claims)):
        free = not found or found[-1].second < place
        if free and first.cancels(second):
            found.append(
                Cancelled(
                    series=one.number,
                    first=place,
                    second=place + 1,
                    all_told=len(one.claims) == 2,
                    inventories=_wrong_between(one, first, second),
                    over_site=None if site is None else site.same(first, second),
                )
            )
    return found


def cancelled_in_part(one: AlarmingSeries, cancelled: Sequence[Cancelled]) -> list[CancelledInPart]:
    """Neighbours in time around one inventory that do not cancel, the smaller at least half of the larger."""
    taken = {place for pair in cancelled for place in pair.places}
    found: list[CancelledInPart] = []
    for place, (first, second) in enumerate(pairwise(one.claims)):
        smaller, larger = sorted((abs(first.amount), abs(second.amount)))
        opposite = first.amount * second.amount < 0 and smaller >= _LARGER_PART * larger
        inventories = _wrong_between(one, first, second) if opposite and not {place, place + 1} & taken else ()
        if inventories:
            taken |= {place, place + 1}
            left = first.amount + second.amount
            found.append(
                CancelledInPart(series=one.number, first=place, second=place + 1, inventories=inventories, left=left)
            )
    return found


def _wrong_between(one: AlarmingSeries, first: Claim, second: Claim) -> tuple[str, ...]:
    """The inventories between the two before and after which the differences are what cancels."""
    return tuple(
        before.inventory
        for before, after in pairwise(one.periods)
        if second.start <= before.end <= first.end
        and before.end == after.start
        and about_all(first.amount, before.difference)
        and about_all(second.amount, after.difference)
    )


def returned_in(one: AlarmingSeries, taken: Collection[tuple[int, int]]) -> list[Returned]:
    """Items of which some came to light again, and never more than were missing by then; at most one a series.

    ``taken`` are the claims that cancel with one other, each as its series and its place there.
    """
    places = [place for place in range(len(one.claims)) if (one.number, place) not in taken]
    standing = list(accumulate(one.claims[place].amount for place in places))
    losses = tuple(place for place in places if one.claims[place].amount > 0)
    gains = tuple(place for place in places if one.claims[place].amount < 0)
    if not (losses and gains) or min(standing) < 0:
        return []
    all_told = len(places) == len(one.claims)
    return [Returned(series=one.number, losses=losses, gains=gains, left=standing[-1], all_told=all_told)]
