"""Counts by lot in the plan: what they must find, what they draw, and what that costs beside counting areas whole."""
