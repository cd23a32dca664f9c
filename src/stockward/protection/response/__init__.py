"""Whether a thief is met in time: what the tables say of it, what could be bought, and the goal of a plan."""
