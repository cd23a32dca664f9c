"""The game between patrols and a thief who knows their mixture: in steps of time, on the ground of one shift."""
