"""What is settled of the losses, and what the tests make of it."""
