"""Floor 1: OR-tools and HiGHS behind one door: status, bound, gap, seed, limits, and exact integers."""
