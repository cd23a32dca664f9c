"""What an import asks for: in which words, in which order, and what comes of the answers."""
