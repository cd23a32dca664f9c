"""Patrols in plain words, as a page, as JSON and as a workbook of cards."""
