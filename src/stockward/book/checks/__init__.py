"""The rules of the site format: one function a rule, which holds its reason against the rows that break it.

A row that breaks one is set aside; a doubt is a notice, and the row stays. The rules read the draft of all tables, and
nothing else.
"""
