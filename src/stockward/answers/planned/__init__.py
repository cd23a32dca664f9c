"""The parts of the cheapest plan that are answered by themselves."""
