"""Numbers, dates, units and names as people write them.

What can be read in one way alone is read; where two ways fit, both are told, and nothing is chosen here. No spelling is
taken for another one without a person's word.
"""
