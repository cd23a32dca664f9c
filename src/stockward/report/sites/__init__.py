"""Many sites as people and programs read them: a page, a workbook, JSON, and the terminal."""
