"""What left a site for others, and came from them, with its errors."""
