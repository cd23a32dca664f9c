"""The engine: people × days × shifts by column generation, dives and windows, measured by ``roster.checker``.

It knows benchmark instances and the problem that a site's posts become, and no table of a site.
"""
