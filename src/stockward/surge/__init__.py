"""Floor 5: how much blinder the books become when production surges, and when the stores are full.

A surge is new books, made from those of the site and closed like any others, so that they balance as today's do.
"""
