"""Sites that have the same kind of trouble as one that went wrong in use, in other shapes, each with its truth."""
