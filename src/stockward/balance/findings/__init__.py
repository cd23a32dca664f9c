"""What is said of the series that alarm: amounts and days, what tells the same event, rows that would explain it.

All of it starts from ``alarming``, the series that alarm, and changes no verdict.
"""
