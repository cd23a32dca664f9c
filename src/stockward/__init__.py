"""Stockward: what is missing from stocks worth stealing, and what you would miss."""
