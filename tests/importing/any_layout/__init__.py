"""A small store with a stated truth, written in a layout drawn at random, and held against what an import makes of it."""
