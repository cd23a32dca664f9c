"""Rules that set rows aside: what breaks one is no fact until it is mended, and what it could have said stays in doubt.

A rule is a function of its own, which holds its reason and the mend against the cells that break it.
"""
