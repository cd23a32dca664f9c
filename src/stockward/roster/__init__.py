"""Rosters: rules (one function each), model, search, and a checker that shares no code with them."""
