"""The scopes of physical inventories: what each was meant to count, where that was not all of its area."""
