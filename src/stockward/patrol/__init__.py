"""Patrols that nobody can predict: walks drawn from the mixture that gives the best-informed watcher the least."""
