"""σ of the differences: random and systematic errors of every term, what shares a reading, and Σ of a series.

Nothing here tests or words; each coefficient is that of the balance, so that Σ and the difference cannot disagree.
"""
