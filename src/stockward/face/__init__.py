"""Floor 8: the Python door, one module a question. It holds no rule of the field; ``import stockward`` offers it."""
