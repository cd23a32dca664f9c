"""What the rows of a ledger or a count list say that happened: kinds, transfers, reversals, and its own balances.

A code means what its program says, or what a person has answered; a row whose meaning is asked is kept, and waits.
Nothing is left out but by a rule that is told, with the place of each row.
"""
