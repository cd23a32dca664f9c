"""What an import must stand: nothing is lost, nothing is taken twice, and whatever is wrong is told in one line."""
