"""Floor 6: the one place that knows the order of steps: facts → review, site → roster.

Doors call these, and nothing below them does. A question with a surge or a what-if is the same steps on new facts.
"""
