"""What an authority is told of many sites."""
