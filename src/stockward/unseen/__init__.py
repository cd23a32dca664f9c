"""Floor 4: what would go unseen in each series today: the smallest losses found, goals, and what restores sight.

It reads the tests in force from the closed balances and changes nothing. A remedy is a new value of the terms that Σ
is made of.
"""
