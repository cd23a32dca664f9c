"""A roster as page, workbook, CSV, calendars and terminal lines.

Calendars and rows of a person are readable by their owner alone.
"""
