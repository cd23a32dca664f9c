"""The cheapest sample over several strata, when the loss that matters may be spread over them in any way.

A loss Q is taken as d_h units from each stratum h, with ``Σ a_h d_h ≥ Q``; a_h is the content of one unit. A sample
(n_h) misses that mix with the chance ``Π_h q_h(n_h, d_h)``; its *evidence* is ``Σ_h f_h(n_h, d_h)``, f = −ln q
[figures.sampling.evidence]. The least evidence over all mixes must reach ``−ln β``: ``mixes`` finds it, ``searching``
the cheapest n, for one loss or for several that one sample must find. Logarithms are compared to a relative 10⁻¹¹.
"""

from stockward.stats.splitting.mixes import SplitMix, Stratum, most_missing, worst_mix
from stockward.stats.splitting.searching import (
    Diversion,
    Split,
    cheapest_for_all,
    cheapest_split,
    surest_of_cheapest,
)

__all__ = [
    "Diversion",
    "Split",
    "SplitMix",
    "Stratum",
    "cheapest_for_all",
    "cheapest_split",
    "most_missing",
    "surest_of_cheapest",
    "worst_mix",
]
