"""What all pages, sheets and terminals are made of: numbers and names as read, charts, lines, sheets.

A text of the books passes one filter here before any writer.
"""
