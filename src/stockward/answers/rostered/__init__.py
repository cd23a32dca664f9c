"""The answers about a roster in force: who can stand in, and what a swap does."""
