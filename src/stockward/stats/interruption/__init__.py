"""The chance to meet a thief on his way, and the way on which it is least."""
