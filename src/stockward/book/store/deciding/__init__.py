"""What a decision on a submission looks at before it is entered."""
