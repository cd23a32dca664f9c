"""Whether a thief is met in time: the answers."""
