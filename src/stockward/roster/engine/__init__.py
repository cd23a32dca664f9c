"""The engine: people × days × shifts by column generation, dives and windows, and a checker apart from it.

It knows benchmark instances and the problem that a site's posts become, and no table of a site.
"""
