"""What is asked of layers, of responses and of options that would change them."""
