"""Guards in the cheapest plan: goals on the guards, who could join, and the least cost at which every goal holds."""
