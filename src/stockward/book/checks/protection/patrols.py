"""Ways join two areas, a target states what a theft takes, and what is likely lies within its range."""

from __future__ import annotations

from stockward.book.checks.draft import Draft, TableDraft

_STATED = ("worth", "goal_quantities")


def a_path_joins_two_areas(draft: Draft, table: TableDraft) -> None:
    """A way from an area to itself is none."""
    same = (table["area"] == table["to_area"]).fill_null(False)
    table.refuse("to_area", same, "the way ends where it begins: name the area to which it leads, or leave the row out")


def a_target_states_its_worth(draft: Draft, table: TableDraft) -> None:
    """All targets are weighed alike: by worth, or by goal quantities."""
    stated = {name: table[name].is_not_null() | table.illegible(name) for name in _STATED}
    neither = ~stated["worth"] & ~stated["goal_quantities"]
    table.refuse("worth", neither, "it states neither worth nor goal_quantities: write what one theft there would take")
    both = stated["worth"] & stated["goal_quantities"]
    table.refuse("goal_quantities", both, "it states worth as well: keep one of the two, the same in every row")
    used = next((name for name in _STATED if (stated[name] & ~both).any()), _STATED[0])
    other = next(name for name in _STATED if name != used)
    table.refuse(other, stated[other] & ~stated[used], f"other rows state {used}: state it here, too")


def what_is_likely_lies_in_its_range(draft: Draft, table: TableDraft) -> None:
    """A range holds what is likely."""
    for name in ("minutes", "seen"):
        table.refuse(
            f"{name}_low", table[f"{name}_low"] > table[name], f"it is more than {name}, which is likely: correct one"
        )
        table.refuse(
            f"{name}_high", table[f"{name}_high"] < table[name], f"it is less than {name}, which is likely: correct one"
        )


def a_patrol_leaves_after_it_came(draft: Draft, table: TableDraft) -> None:
    """A stay does not end before it begins."""
    table.refuse("until", table["until"] < table["at"], "it lies before at: correct one of them")
