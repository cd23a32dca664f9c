"""The last guard: it re-measures a roster, and none leaves that has not passed it.

``facts`` and ``checks`` hold a guards' roster against the site, read once more and in their own words; ``people`` holds
one of the engine against its problem. They walk through the days as a reader of the rules would, and share no code with
the table of the rules, the models, the search or the settling, and must not.
"""
