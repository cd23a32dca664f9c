"""All that the ledger's own arithmetic shows: printed balances, the book beside counts, stocks below zero, transfers,
rows entered after a count, and numbers of documents.
"""

from __future__ import annotations

from stockward.answers.balances import Balances
from stockward.answers.items import LedgerFinding
from stockward.balance.ledger.below_zero import stocks_below_zero
from stockward.balance.ledger.entered_after import rows_entered_after_counts
from stockward.balance.ledger.lines import LedgerLines
from stockward.balance.ledger.numbering import numbers_at_fault
from stockward.balance.ledger.printed import books_beside_counts, breaks_of_balances
from stockward.balance.ledger.transfers import sides_that_differ
from stockward.book.known import KnownBooks


def faults_of_ledger(books: KnownBooks, balances: Balances) -> tuple[LedgerFinding, ...]:
    """Every fault of the books by themselves, kind by kind; none of them changes a verdict."""
    lines = LedgerLines(books)
    return (
        *breaks_of_balances(lines),
        *books_beside_counts(lines),
        *stocks_below_zero(lines),
        *sides_that_differ(lines),
        *rows_entered_after_counts(lines, balances),
        *numbers_at_fault(lines),
    )
