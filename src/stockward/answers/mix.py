"""Which numbers of each affiliation the bands allow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """One affiliation: its share of the security department must lie from ``low`` to ``high``, bounds included.

    ``now`` guards are of it, a share of ``share`` (``None`` where there is no guard).
    """

    affiliation: str
    low: float
    high: float
    now: int
    share: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TotalMix:
    """For one total, the least and the most of each affiliation; ``None`` where no numbers hold every band."""

    total: int
    numbers: Mapping[str, tuple[int, int]] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrowthAlone:
    """Growth by one affiliation alone: ``more`` of it can join until the bands break.

    ``more`` is ``None`` where they are broken now, and where they never break (``MixAnswer.holds`` tells which).

    ``total`` and ``shares`` are those of every affiliation then; ``shares_at_required`` are those if it alone filled
    what the largest order requires (``None`` without one).
    """

    affiliation: str
    more: int | None
    total: int | None
    shares: Mapping[str, float] | None
    shares_at_required: Mapping[str, float] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MixAnswer:
    """The mix of the security department (all guards in the role) and what the bands leave open.

    ``holds`` says whether the present numbers keep every band; it is ``None`` where that cannot be said, and ``reason``
    says why (rows set aside that could be guards; no guard at all). ``others`` are guards of an affiliation without a
    band. ``by_total`` has every total looked at, in order. ``breaks`` are the numbers that break a band, one sentence
    each. ``required`` is the total that the largest order on guards asks for, ``None`` without one.
    """

    total: int
    bands: tuple[Band, ...]
    others: int
    holds: bool | None
    required: int | None
    by_total: tuple[TotalMix, ...]
    growth_alone: tuple[GrowthAlone, ...]
    breaks: tuple[str, ...]
    reason: str | None = None
