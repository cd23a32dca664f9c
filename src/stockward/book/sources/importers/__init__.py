"""Ledgers and lists as other programs and people keep them, turned into the tables of a site.

A file is read as a grid of cells, in which tables are found by their headers; a mapping says what their columns, codes
and names mean, and what nobody can tell from the file is a question. Nothing doubtful is decided here without its
answer: a row that hangs on a question reaches the site in a form that the checks set aside.
"""
