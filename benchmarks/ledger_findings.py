"""How often the ledger's own arithmetic finds something where nothing is wrong: simulated plants, and made ledgers.

    python benchmarks/ledger_findings.py [SITES]

Plants are those of ``stockward simulate`` (26 weeks, 3 to 5 lines, with late and reversed records, seeded); printed
balances and books beside counts are those of the ledgers of ``tests/ledger``, in habits at random. Each line is a kind
of finding, with the sites that have one.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import stockward as sw
from stockward.balance.closing import close_balances
from stockward.balance.ledger.faults import faults_of_ledger
from stockward.book import Site
from stockward.book.known import known_at

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "ledger"))
from made_ledgers import Habits, made


def kinds(site: Site) -> set[str]:
    """The kinds of finding of one site."""
    books = known_at(site, None)
    return {one.fault.value for one in faults_of_ledger(books, close_balances(books))}


def main(sites: int) -> None:
    """Print both tables."""
    of_plants, of_ledgers = Counter[str](), Counter[str]()
    for seed in range(sites):
        of_plants.update(kinds(sw.simulate(weeks=26, lines=3 + seed % 3, seed=seed)))
        shared = " (shared)" if Habits.drawn(seed).numbering == "shared" else ""
        of_ledgers.update(f"{kind}{shared}" for kind in kinds(made(seed).site()))
    for name, found in (("plants", of_plants), ("ledgers", of_ledgers)):
        print(f"{sites} {name}: {dict(found) or 'nothing'}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 60)
