"""Every figure that Stockward promises, measured beside a peer in the same run and printed as ratios."""
