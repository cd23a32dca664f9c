"""Booked rows that would explain what is claimed of a series: each alone [``single``], several
[``together``], or the rate of a normal loss [``rates``].

A new way in which rows may be wrong is a function of one of the two. Both promise possibilities alone: no verdict
changes, and where chance would match, nothing is named.
"""
