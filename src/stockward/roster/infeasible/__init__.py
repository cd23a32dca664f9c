"""Why no roster exists: conditions that each must meet, sets of rules that collide, and the cheapest ways out.

Each answer names rules and numbers, and is proven or says that it is not.
"""
