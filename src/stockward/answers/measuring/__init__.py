"""What records of measuring show: readings of standards, and two measurements of one thing."""
