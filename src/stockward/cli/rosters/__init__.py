"""What ``stockward roster`` is asked of a roster in force."""
