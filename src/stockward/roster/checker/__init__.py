"""The last guard: it re-measures a guards' roster from the facts alone, and no roster leaves that has not passed it.

It reads the site once more, in its own words, and walks through the duties as a reader of the rules would. It shares no
code with the table of the rules, the model, the search or the settling, and must not. A rule that is added is checked
in ``checks`` as if nothing else knew of it.
"""
