"""Patrols that nobody can predict: the answers."""
