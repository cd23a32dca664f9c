"""Need, orders, mix and plans: their part of the page, their sheets and their lines.

A person is a code, and nobody is described.
"""
