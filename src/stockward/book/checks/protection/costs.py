"""What something costs at least, likely and at most comes in that order."""

from __future__ import annotations

from stockward.book.checks.draft import Draft, TableDraft

_RANGED = ("hours", "money")


def a_cost_lies_within_its_range(draft: Draft, table: TableDraft) -> None:
    """A range that is upside down, or has nothing likely in it, would be read as a cost that nobody meant."""
    for name in _RANGED:
        likely, unread = table[name], table.illegible(name)
        for end, where in (("low", "least"), ("high", "most")):
            column = f"{name}_{end}"
            alone = table[column].is_not_null() & likely.is_null() & ~unread
            table.refuse(column, alone, f"it is the {where} of a range without what is likely: write {name} as well")
        low, high = table[f"{name}_low"], table[f"{name}_high"]
        crossed = (low > high).fill_null(value=False)
        table.refuse(f"{name}_low", crossed, f"it is more than {name}_high: exchange the two")
        table.refuse(f"{name}_low", (low > likely) & ~crossed, f"it is more than what is likely: write at most {name}")
        table.refuse(
            f"{name}_high", (high < likely) & ~crossed, f"it is less than what is likely: write at least {name}"
        )
