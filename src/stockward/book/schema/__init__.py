"""The data dictionary: one CSV a table in ``tables/`` drives the reader, the checks, the blank workbook and the manual.

A column is added there, and nowhere else. What a row means, once read, stands in ``book.checks``.
"""
