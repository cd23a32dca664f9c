"""Sheets of a workbook: what a spreadsheet hides from a reader of values is found in its XML, and sizes before parsing.

``sheets.Workbook`` is what others use. Nothing is unpacked before it is known how large it gets; no formula is run.
"""
