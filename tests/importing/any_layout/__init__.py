"""A small store with a stated truth, written in a layout drawn at random, and held against its import."""
