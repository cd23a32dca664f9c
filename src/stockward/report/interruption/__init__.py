"""Whether a thief is met in time, as sentences, as a part of a page and as sheets."""
