"""Days that may be meant otherwise: those of another year, of two ways of writing, and those of inventories."""
