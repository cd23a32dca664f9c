"""What is entered: files that were uploaded, tables that were typed, and what both say otherwise than the book."""
