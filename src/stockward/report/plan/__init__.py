"""The cheapest plan as page, JSON and terminal lines.

The sentences are the same in all of them; no figure is made here.
"""
