"""What a book proves: its rules, and that a part of it is what a signed head stands for."""
