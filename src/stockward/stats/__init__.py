"""Floor 1: array mathematics on NumPy and SciPy alone; no tables, no files."""
