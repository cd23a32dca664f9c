"""The scan over spans of time: which spans there are, planned years, and limits that nest from year to year.

Array mathematics alone. A limit, once an inventory has fixed it, is the same in every later review.
"""
